//! 介護予防サービス・支援計画書.

use renkei_validator::spec::Key;
use renkei_validator::spec::keys::{upyobo as own, upyobo_sub as sub};

use super::Source;
use super::filler::Filler;
use super::merged::merged_body;
use super::model::{Block, Cell, Form, Grid, Tr};

/// Areas of assessment: what is, what is wanted, whether there is an issue, and which.
const AREAS: [(&str, [Key; 4]); 4] = [
    ("運動・移動", [own::MOBILITY_CURRENT, own::MOBILITY_INTENTION, own::MOBILITY_ISSUE, own::MOBILITY_ISSUE_DETAIL]),
    (
        "日常生活（家庭生活）",
        [
            own::DAILY_LIVING_CURRENT,
            own::DAILY_LIVING_INTENTION,
            own::DAILY_LIVING_ISSUE,
            own::DAILY_LIVING_ISSUE_DETAIL,
        ],
    ),
    (
        "社会参加、対人関係・コミュニケーション",
        [own::SOCIAL_CURRENT, own::SOCIAL_INTENTION, own::SOCIAL_ISSUE, own::SOCIAL_ISSUE_DETAIL],
    ),
    ("健康管理", [own::HEALTH_CURRENT, own::HEALTH_INTENTION, own::HEALTH_ISSUE, own::HEALTH_ISSUE_DETAIL]),
];

/// 基本チェックリスト: the hits of a programme, and whether it is needed.
const PROGRAMMES: [(&str, Key, Key); 6] = [
    ("運動不足", own::CHECKLIST_HITS_EXERCISE, own::PROGRAM_EXERCISE),
    ("栄養改善", own::CHECKLIST_HITS_NUTRITION, own::PROGRAM_NUTRITION),
    ("口腔内ケア", own::CHECKLIST_HITS_ORAL_CARE, own::PROGRAM_ORAL_CARE),
    ("閉じこもり予防", own::CHECKLIST_HITS_HOMEBOUND, own::PROGRAM_HOMEBOUND),
    ("物忘れ予防", own::CHECKLIST_HITS_MEMORY, own::PROGRAM_MEMORY),
    ("うつ予防", own::CHECKLIST_HITS_DEPRESSION, own::PROGRAM_DEPRESSION),
];

/// The plan itself.
pub(crate) fn plan(source: &Source<'_>, forms: &mut Vec<Form>) {
    for row in 0..source.document.rows.len() {
        let f = Filler::of(source, &[row]);
        let blocks = vec![
            Block::Line(vec![
                f.field(3, own::REFERENCE_NO),
                f.choice(5, own::PLAN_TYPE),
                f.choice(4, own::OUTSOURCING),
            ]),
            Block::Line(vec![
                f.field(3, own::INSURER_NUMBER),
                f.field(3, own::INSURED_NUMBER),
                f.field(6, own::USER_NAME),
            ]),
            Block::Line(vec![
                f.field(4, own::CERTIFIED_ON),
                f.span(8, "認定有効期間開始日・終了日", own::CERTIFICATION_VALID_FROM, own::CERTIFICATION_VALID_TO),
            ]),
            Block::Line(vec![f.choice(7, own::PLAN_CATEGORY), f.choice(5, own::CERTIFICATION_STATUS)]),
            Block::Line(vec![f.choice(12, own::SUPPORT_LEVEL)]),
            Block::Line(vec![f.field(6, own::AUTHOR_NAME_CENTER), f.field(6, own::AUTHOR_NAME_CARE_MANAGER)]),
            Block::Line(vec![f.field(7, own::AUTHOR_OFFICE_NAME), f.field(5, own::AUTHOR_OFFICE_PHONE)]),
            Block::Line(vec![f.field(12, own::AUTHOR_OFFICE_ADDRESS)]),
            Block::Line(vec![
                f.field(4, own::PLAN_CREATED_ON),
                f.field(4, own::FIRST_PLAN_CREATED_ON),
                f.field(4, own::CENTER_NAME),
            ]),
            Block::Heading("目標とする生活".to_owned()),
            Block::Line(vec![f.tall(6, own::LIFE_GOAL_DAY), f.tall(6, own::LIFE_GOAL_YEAR)]),
            Block::Grid(areas(&f, row)),
            Block::Line(vec![f.tall(12, own::HEALTH_NOTES)]),
            Block::Grid(programmes(&f, row)),
            Block::Line(vec![f.tall(6, own::SUPPORT_POLICY), f.tall(6, own::OVERALL_POLICY)]),
            Block::Line(vec![f.tall(12, own::CENTER_OPINION)]),
            Block::Line(vec![f.field(5, own::CONSENTED_ON), f.field(7, own::CONSENTER_NAME)]),
        ];
        forms.push(f.form("", "介護予防サービス・支援計画書", true, blocks));
    }
}

fn areas(f: &Filler<'_>, row: usize) -> Grid {
    let heads =
        ["アセスメント領域", "現在の状況", "本人・家族の意欲・意向", "課題の有無", "領域における課題（背景・原因）"];
    let classes = ["kind", "", "", "covered", ""];
    let head = heads.iter().zip(classes).map(|(text, class)| Cell::head(*text, class)).collect();
    let line = |(name, keys): &(&str, [Key; 4])| {
        let mut cells = vec![Cell::head(*name, "kind")];
        cells.extend(keys.iter().map(|key| f.cell(row, *key, "")));
        Tr { class: "", rows: f.names(&[row]), cells }
    };
    let body = AREAS.iter().map(line).collect();
    Grid { class: "areas", caption: "アセスメント領域".to_owned(), columns: &[], head: vec![head], body }
}

fn programmes(f: &Filler<'_>, row: usize) -> Grid {
    let mut head = vec![Cell::head("基本チェックリスト", "kind")];
    head.extend(PROGRAMMES.iter().map(|(name, ..)| Cell::head(*name, "")));
    let line = |title: &str, keys: Vec<Key>| {
        let mut cells = vec![Cell::head(title, "kind")];
        cells.extend(keys.iter().map(|key| f.cell(row, *key, "")));
        Tr { class: "", rows: f.names(&[row]), cells }
    };
    let body = vec![
        line("該当数", PROGRAMMES.iter().map(|(_, hits, _)| *hits).collect()),
        line("事業プログラムの要否", PROGRAMMES.iter().map(|(_, _, need)| *need).collect()),
    ];
    Grid {
        class: "programmes", caption: "必要な事業プログラム".to_owned(), columns: &[], head: vec![head], body
    }
}

const ISSUE: [Key; 5] = [sub::ISSUE_NO, sub::OVERALL_ISSUE, sub::GOAL_PROPOSAL, sub::PROPOSAL_INTENTION, sub::GOAL];
const SUPPORT: [Key; 4] =
    [sub::SUPPORT_PLAN_NO, sub::SUPPORT_POINT, sub::SELF_CARE_INFORMAL, sub::INSURED_OR_COMMUNITY_SERVICE];
const SERVICE: [Key; 4] = [sub::USED_SERVICE_NO, sub::SERVICE_KIND, sub::SERVICE_OFFICE_NAME, sub::SERVICE_PERIOD];

/// Issues, goals and support.
pub(crate) fn support(source: &Source<'_>, forms: &mut Vec<Form>) {
    let plan = [sub::INSURER_NUMBER, sub::INSURED_NUMBER, sub::PLAN_CREATED_ON];
    for rows in source.groups(&plan) {
        let f = Filler::of(source, &rows);
        let keys = || ISSUE.iter().chain(&SUPPORT).chain(&SERVICE);
        let number = |key: &Key| [sub::ISSUE_NO, sub::SUPPORT_PLAN_NO, sub::USED_SERVICE_NO].contains(key);
        let head = |key: &Key| match number(key) {
            true => Cell::head("No.", "no"),
            false => Cell::head(f.label(*key), if *key == sub::SERVICE_PERIOD { "term" } else { "" }),
        };
        let grid = Grid {
            class: "support",
            caption: "支援計画".to_owned(),
            columns: &[],
            head: vec![keys().map(head).collect()],
            body: merged_body(&f, &[&ISSUE, &SUPPORT], &SERVICE),
        };
        let blocks = vec![Block::Line(plan.iter().map(|key| f.field(4, *key)).collect()), Block::Grid(grid)];
        forms.push(f.form("", "介護予防サービス・支援計画書（支援計画）", true, blocks));
    }
}

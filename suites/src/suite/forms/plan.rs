//! 居宅サービス計画書 第1表 and 第2表.

use renkei_validator::spec::Key;
use renkei_validator::spec::keys::{up1kyo as one, up2kyo as two};

use super::Source;
use super::filler::Filler;
use super::merged::merged_body;
use super::model::{Block, Cell, Form, Grid};
use super::person::name_line;

/// 第1表
pub(crate) fn first(source: &Source<'_>, forms: &mut Vec<Form>) {
    for row in 0..source.document.rows.len() {
        let f = Filler::of(source, &[row]);
        let mut blocks = vec![Block::Line(vec![
            f.choice(6, one::PLAN_CATEGORY),
            f.choice(3, one::CERTIFICATION_STATUS),
            f.field(3, one::CREATED_ON),
        ])];
        blocks.extend(name_line(source, row));
        blocks.extend([
            Block::Line(vec![
                f.field(3, one::INSURER_NUMBER),
                f.field(3, one::INSURED_NUMBER),
                f.named(
                    6,
                    "利用者郵便番号・住所１・２",
                    &[one::USER_POSTAL_CODE, one::USER_ADDRESS1, one::USER_ADDRESS2],
                ),
            ]),
            Block::Line(vec![f.field(12, one::PLAN_AUTHOR_NAME)]),
            Block::Line(vec![f.field(6, one::SUPPORT_OFFICE_NAME), f.field(6, one::SUPPORT_OFFICE_NUMBER)]),
            Block::Line(vec![f.named(
                12,
                "介護支援事業者郵便番号・住所１・２",
                &[one::SUPPORT_OFFICE_POSTAL_CODE, one::SUPPORT_OFFICE_ADDRESS1, one::SUPPORT_OFFICE_ADDRESS2],
            )]),
            Block::Line(vec![f.field(6, one::PLAN_CREATED_ON), f.field(6, one::FIRST_PLAN_CREATED_ON)]),
            Block::Line(vec![
                f.field(5, one::CERTIFIED_ON),
                f.span(7, "認定有効期間開始日・終了日", one::CERTIFICATION_VALID_FROM, one::CERTIFICATION_VALID_TO),
            ]),
            Block::Line(vec![f.choice(12, one::CARE_LEVEL)]),
            Block::Line(vec![f.tall(12, one::USER_FAMILY_INTENTION)]),
            Block::Line(vec![f.tall(12, one::REVIEW_BOARD_OPINION)]),
            Block::Line(vec![f.tall(12, one::OVERALL_POLICY)]),
            Block::Line(vec![f.choice(8, one::LIVING_SUPPORT_REASON), f.field(4, one::LIVING_SUPPORT_REASON_OTHER)]),
        ]);
        forms.push(f.form("第1表", "居宅サービス計画書（1）", true, blocks));
    }
}

/// The items that stand once for each 課題, 目標 and 援助内容, from the left to the right.
const ISSUE: [Key; 2] = [two::ISSUE_NO, two::ISSUE];
const GOAL: [Key; 5] =
    [two::SUPPORT_GOAL_NO, two::LONG_TERM_GOAL, two::LONG_TERM_PERIOD, two::SHORT_TERM_GOAL, two::SHORT_TERM_PERIOD];

const SUPPORT: [Key; 8] = [
    two::SUPPORT_CONTENT_NO,
    two::SERVICE_CONTENT,
    two::INSURANCE_COVERAGE,
    two::SERVICE_KIND,
    two::SERVICE_OFFICE_NUMBER,
    two::SERVICE_OFFICE_NAME,
    two::FREQUENCY,
    two::SERVICE_PERIOD,
];

/// 第2表
pub(crate) fn second(source: &Source<'_>, forms: &mut Vec<Form>) {
    let plan = [two::INSURER_NUMBER, two::INSURED_NUMBER, two::PLAN_CREATED_ON, two::CREATED_ON];
    for rows in source.groups(&plan) {
        let f = Filler::of(source, &rows);
        let mut blocks: Vec<Block> = name_line(source, rows[0]).into_iter().collect();
        blocks.push(Block::Line(plan.iter().map(|key| f.field(3, *key)).collect()));
        blocks.push(Block::Grid(Grid {
            class: "plan",
            caption: "目標と援助内容".to_owned(),
            columns: &SECOND,
            head: second_head(),
            body: merged_body(&f, &[&ISSUE, &GOAL], &SUPPORT),
        }));
        forms.push(f.form("第2表", "居宅サービス計画書（2）", true, blocks));
    }
}

fn second_head() -> Vec<Vec<Cell>> {
    let head = |text, class| Cell::head(text, class);
    vec![
        vec![head("課題", "").over(2, 2), head("目標", "").over(5, 1), head("援助内容", "").over(8, 1)],
        vec![
            head("No.", "no"),
            head("長期目標", ""),
            head("長期期間", "term"),
            head("短期目標", ""),
            head("短期期間", "term"),
            head("No.", "no"),
            head("サービス内容", ""),
            head("保険対象区分", "covered"),
            head("サービス種別", "kind"),
            head("サービス事業者コード", "office"),
            head("サービス事業所名", "kind"),
            head("頻度", "often"),
            head("実施期間", "term"),
        ],
    ]
}

/// The columns of 第2表.
const SECOND: [&str; 15] = [
    "no", "long", "no", "long", "term", "long", "term", "no", "long", "covered", "kind", "office", "kind", "often",
    "term",
];

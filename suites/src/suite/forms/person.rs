//! 利用者補足情報, and what other forms repeat of it.

use renkei_validator::spec::keys::uphosoku as own;
use renkei_validator::spec::{Key, Kind};

use super::Source;
use super::filler::Filler;
use super::model::{Block, Cell, Field, Form, Grid, Tr};

/// 利用者補足情報
pub(crate) fn supplement(source: &Source<'_>, forms: &mut Vec<Form>) {
    for row in 0..source.document.rows.len() {
        let f = Filler::of(source, &[row]);
        let mut blocks = vec![
            Block::Line(vec![
                f.field(3, own::INSURER_NUMBER),
                f.field(3, own::INSURED_NUMBER),
                f.field(3, own::PLAN_CREATED_ON),
                f.field(3, own::TARGET_MONTH),
            ]),
            Block::Line(vec![f.field(6, own::USER_NAME_KANA), f.field(6, own::USER_NAME)]),
            Block::Line(vec![f.choice(6, own::USER_SEX), f.field(6, own::USER_BIRTH_DATE)]),
            Block::Line(vec![f.named(
                12,
                "利用者郵便番号・住所１・２",
                &[own::USER_POSTAL_CODE, own::USER_ADDRESS1, own::USER_ADDRESS2],
            )]),
            Block::Line(vec![f.field(6, own::USER_PHONE), f.field(6, own::CERTIFIED_ON)]),
            Block::Line(vec![
                f.choice(5, own::CERTIFICATION_STATUS),
                f.span(7, "限度額適用開始・終了年月日", own::LIMIT_PERIOD_START, own::LIMIT_PERIOD_END),
            ]),
            Block::Line(vec![f.choice(12, own::CARE_LEVEL)]),
            Block::Line(vec![f.field(6, own::CARE_LEVEL_CHANGED_ON), f.field(6, own::PREVIOUS_CARE_LEVEL)]),
            Block::Line(vec![f.field(6, own::CATEGORY_LIMIT_UNITS), f.field(6, own::TOTAL_OVER_UNITS)]),
        ];
        blocks.extend(limits(&f));
        blocks.push(Block::Line(vec![
            f.field(4, own::STAY_DAYS_BEFORE_MONTH),
            f.field(4, own::STAY_DAYS_CUMULATIVE),
            f.field(4, own::CONSENT_OFFICE_NUMBER),
        ]));
        forms.push(f.form("", "利用者補足情報", false, blocks));
    }
}

/// 種類別支給限度管理: the slots that are used.
const SLOTS: [[Key; 4]; 9] = [
    [own::TYPE1_SERVICE_TYPE, own::TYPE1_LIMIT_UNITS, own::TYPE1_TOTAL_UNITS, own::TYPE1_OVER_UNITS],
    [own::TYPE2_SERVICE_TYPE, own::TYPE2_LIMIT_UNITS, own::TYPE2_TOTAL_UNITS, own::TYPE2_OVER_UNITS],
    [own::TYPE3_SERVICE_TYPE, own::TYPE3_LIMIT_UNITS, own::TYPE3_TOTAL_UNITS, own::TYPE3_OVER_UNITS],
    [own::TYPE4_SERVICE_TYPE, own::TYPE4_LIMIT_UNITS, own::TYPE4_TOTAL_UNITS, own::TYPE4_OVER_UNITS],
    [own::TYPE5_SERVICE_TYPE, own::TYPE5_LIMIT_UNITS, own::TYPE5_TOTAL_UNITS, own::TYPE5_OVER_UNITS],
    [own::TYPE6_SERVICE_TYPE, own::TYPE6_LIMIT_UNITS, own::TYPE6_TOTAL_UNITS, own::TYPE6_OVER_UNITS],
    [own::TYPE7_SERVICE_TYPE, own::TYPE7_LIMIT_UNITS, own::TYPE7_TOTAL_UNITS, own::TYPE7_OVER_UNITS],
    [own::TYPE8_SERVICE_TYPE, own::TYPE8_LIMIT_UNITS, own::TYPE8_TOTAL_UNITS, own::TYPE8_OVER_UNITS],
    [own::TYPE9_SERVICE_TYPE, own::TYPE9_LIMIT_UNITS, own::TYPE9_TOTAL_UNITS, own::TYPE9_OVER_UNITS],
];

fn limits(f: &Filler<'_>) -> Option<Block> {
    let row = *f.rows().first()?;
    let used = |slot: &&[Key; 4]| slot.iter().any(|key| !f.get(*key).is_empty());
    let body: Vec<Tr> = SLOTS
        .iter()
        .enumerate()
        .filter(|(_, slot)| used(slot))
        .map(|(nth, slot)| {
            let mut cells = vec![Cell::head((nth + 1).to_string(), "no")];
            cells.extend(slot.iter().map(|key| f.cell(row, *key, "")));
            Tr { class: "", rows: f.names(&[row]), cells }
        })
        .collect();
    let heads = ["", "サービス種類コード", "支給限度基準額", "合計単位数", "限度超単位数"];
    (!body.is_empty()).then(|| {
        Block::Grid(Grid {
            class: "limits",
            caption: "サービス種類ごとの支給限度".to_owned(),
            columns: &[],
            head: vec![heads.map(|text| Cell::head(text, if text.is_empty() { "no" } else { "" })).to_vec()],
            body,
        })
    })
}

/// The name and what else a form repeats of 利用者補足情報 that lies beside it.
pub(crate) fn name_line(source: &Source<'_>, row: usize) -> Option<Block> {
    let beside = beside(source, row)?;
    let own = |weight, key| Field { rows: beside.names(beside.rows()), ..beside.field(weight, key) };
    Some(Block::Line(vec![
        own(3, own::USER_NAME_KANA),
        own(4, own::USER_NAME),
        own(2, own::USER_SEX),
        own(3, own::USER_BIRTH_DATE),
    ]))
}

/// 利用者補足情報 of the person of a row, for the same plan or month.
pub(crate) fn beside<'a>(source: &Source<'a>, row: usize) -> Option<Filler<'a>> {
    let same = ["insurer_number", "insured_number"].map(Key::parse);
    let fits = |other: &Source<'_>, candidate: usize| {
        let agrees = |key: Key| other.document.get(candidate, key) == source.document.get(row, key);
        let plan = source.document.get(row, own::PLAN_CREATED_ON);
        let month = source.document.get(row, own::TARGET_MONTH);
        same.iter().flatten().all(|key| agrees(*key))
            && (plan.is_empty() || plan == other.document.get(candidate, own::PLAN_CREATED_ON))
            && (month.is_empty() || month == other.document.get(candidate, own::TARGET_MONTH))
    };
    for (at, document) in source.all.iter().enumerate().filter(|(_, one)| one.kind == Kind::Uphosoku) {
        let other = Source { at, document, all: source.all };
        if let Some(found) = (0..document.rows.len()).find(|candidate| fits(&other, *candidate)) {
            return Some(Filler::of(&other, &[found]));
        }
    }
    None
}

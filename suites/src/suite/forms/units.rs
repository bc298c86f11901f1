//! サービス利用票別表 (第7表): a line for each service, with its units and what they cost.

use renkei_validator::spec::Key;
use renkei_validator::spec::keys::upsikyu as own;

use super::Source;
use super::filler::Filler;
use super::model::{Block, Cell, Form, Grid, Part, Tr};
use super::person::name_line;

const SHEET: [Key; 4] = [own::INSURER_NUMBER, own::INSURED_NUMBER, own::TARGET_MONTH, own::CREATED_ON];

/// The numbers of a line, from the left to the right.
const NUMBERS: [Key; 21] = [
    own::UNITS,
    own::DISCOUNT_RATE,
    own::DISCOUNTED_UNITS,
    own::SERVICE_COUNT,
    own::SERVICE_UNITS_AMOUNT,
    own::MANAGED_UNITS,
    own::TYPE_LIMIT_OVER_UNITS,
    own::TYPE_LIMIT_WITHIN_UNITS,
    own::CATEGORY_LIMIT_OVER_UNITS,
    own::CATEGORY_LIMIT_WITHIN_UNITS,
    own::UNIT_PRICE,
    own::TOTAL_COST_INSURED,
    own::BENEFIT_RATE,
    own::INSURANCE_CLAIM_AMOUNT,
    own::FIXED_COPAY_UNIT_PRICE,
    own::USER_COPAY_INSURED,
    own::USER_COPAY_FULL,
    own::OVER_30_DAYS,
    own::DAYS_USED_BEFORE_MONTH,
    own::DAYS_PLANNED_THIS_MONTH,
    own::DAYS_CUMULATIVE,
];

/// 第7表
pub(crate) fn seventh(source: &Source<'_>, forms: &mut Vec<Form>) {
    for rows in source.groups(&SHEET) {
        let f = Filler::of(source, &rows);
        let mut blocks: Vec<Block> = name_line(source, rows[0]).into_iter().collect();
        blocks.push(Block::Line(SHEET.iter().map(|key| f.field(3, *key)).collect()));
        blocks.push(Block::Grid(Grid {
            class: "units",
            caption: "区分支給限度管理・利用者負担計算".to_owned(),
            columns: &[],
            head: head(&f),
            body: rows.iter().map(|row| line(&f, *row)).collect(),
        }));
        forms.push(f.form("第7表", "サービス利用票別表", true, blocks));
    }
}

fn head(f: &Filler<'_>) -> Vec<Vec<Cell>> {
    let mut cells = vec![Cell::head("サービス事業所名・コード", "who"), Cell::head("サービスコード・種類", "what")];
    cells.extend(NUMBERS.iter().map(|key| Cell::head(f.label(*key), "n")));
    vec![cells]
}

fn line(f: &Filler<'_>, row: usize) -> Tr {
    let mut who = f.value_of(row, own::SERVICE_OFFICE_NAME);
    who.push(Part::Break);
    who.extend(f.value_of(row, own::SERVICE_OFFICE_NUMBER));
    who.extend(f.labelled(row, "枝番", own::SATELLITE_NO));
    let mut what = f.value_of(row, own::SERVICE_CODE);
    for key in [own::EQUIPMENT_NAME, own::TAIS_CODE, own::TODOKEDE_CODE] {
        let parts = f.labelled(row, &f.label(key), key);
        if !parts.is_empty() {
            what.push(Part::Break);
            what.extend(parts);
        }
    }
    let mut cells = vec![Cell::of(who, "who"), Cell::of(what, "what")];
    cells.extend(NUMBERS.iter().map(|key| f.cell(row, *key, "n")));
    Tr { class: "", rows: f.names(&[row]), cells }
}

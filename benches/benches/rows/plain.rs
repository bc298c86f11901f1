//! What one writes without thinking of speed: a String for every item, joined by commas, all of it
//! encoded at the end.

use encoding_rs::SHIFT_JIS;
use renkei_generators::encode::{Beside, Items, level_code, sex_code};
use renkei_generators::model::{LedgerKind, Office, Visit, YearMonth};
use renkei_generators::strategies::UserMonth;
use renkei_validator::spec::{Condition, ItemType, Kind, tables};
use time::Date;

use crate::values::{SERVICE_TYPE, Supplement, VERSION, Values};

/// The bytes of what is written as text.
pub(crate) fn encoded(write: impl FnOnce(&mut String)) -> Vec<u8> {
    let mut text = String::new();
    write(&mut text);
    let (bytes, _, _) = SHIFT_JIS.encode(&text);
    bytes.into_owned()
}

fn day(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day())
}

fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

fn number(number: Option<i64>) -> String {
    number.map(|number| format!("{number}")).unwrap_or_default()
}

fn code(code: [u8; 6]) -> String {
    code.map(char::from).iter().collect()
}

fn time(minutes: Option<u16>) -> String {
    minutes.map_or("9999".to_owned(), |minutes| format!("{:02}{:02}", minutes / 60, minutes % 60))
}

fn end(out: &mut String, cells: &[String]) {
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// 第6表
pub(crate) fn table6(out: &mut String, values: &Values, person: &UserMonth) {
    let support = &person.offices()[0];
    visits(out, values, person, support);
}

/// 第6表（実績）
pub(crate) fn result(out: &mut String, values: &Values, person: &UserMonth) {
    visits(out, values, person, &person.offices()[1]);
}

fn visits(out: &mut String, values: &Values, person: &UserMonth, made_by: &Office) {
    let (user, support) = (person.user(), &person.offices()[0]);
    for visit in person.visits() {
        let office = &person.offices()[visit.office as usize];
        let (tais, name) = equipment(visit.equipment.as_ref());
        let cells = [
            format!("{VERSION}"),
            user.insurer.to_string(),
            user.insured.to_string(),
            day(values.created_on),
            format!("{:04}{:02}", person.month().year, person.month().month),
            support.number.to_string(),
            quoted(support.staff.first().map_or("", String::as_str)),
            format!("{}", visit.units),
            format!("{}", 3),
            day(visit.date),
            prorated(visit),
            time(visit.time.map(|(start, _)| start)),
            time(visit.time.map(|(_, end)| end)),
            format!("{}", visit.count),
            code(visit.code),
            tais,
            String::new(),
            name,
            number(visit.detail_no.map(i64::from)),
            office.number.to_string(),
            quoted(&office.name),
            visit.satellite.clone().unwrap_or_default(),
            format!("{}", u8::from(visit.over_30_days)),
            made_by.number.to_string(),
            String::new(),
        ];
        end(out, &cells);
    }
}

fn equipment(equipment: Option<&(String, String)>) -> (String, String) {
    equipment.map_or_else(Default::default, |(tais, name)| (tais.clone(), quoted(name)))
}

fn prorated(visit: &Visit) -> String {
    let bit = |days: u32, day: u32| if days & 1 << day == 0 { '0' } else { '1' };
    visit.prorated.map_or_else(String::new, |days| (0..31).map(|day| bit(days, day)).collect())
}

/// 第7表
pub(crate) fn table7(out: &mut String, values: &Values, person: &UserMonth) {
    let (user, support) = (person.user(), &person.offices()[0]);
    for row in person.ledger() {
        let (service, office, satellite) = match &row.kind {
            LedgerKind::Detail { code, office, satellite } => (*code, Some(*office), satellite.clone()),
            LedgerKind::Subtotal { code, office } => (*code, Some(*office), None),
            LedgerKind::Total => (*b"999999", None, None),
        };
        let office = office.map(|index| &person.offices()[index as usize]);
        let (tais, name) = equipment(row.equipment.as_ref());
        let cells = [
            format!("{VERSION}"),
            user.insurer.to_string(),
            user.insured.to_string(),
            day(values.created_on),
            format!("{:04}{:02}", person.month().year, person.month().month),
            quoted(office.map_or("全合計", |office| &office.name)),
            office.map_or("9999999999", |office| &office.number).to_owned(),
            satellite.unwrap_or_default(),
            code(service),
            tais,
            String::new(),
            name,
            format!("{}", row.units),
            String::new(),
            String::new(),
            format!("{}", row.count),
            number(row.amount),
            number(row.managed),
            number(row.type_limit.map(|(over, _)| over)),
            number(row.type_limit.map(|(_, within)| within)),
            number(row.category_limit.map(|(over, _)| over)),
            number(row.category_limit.map(|(_, within)| within)),
            row.unit_price.map(|price| format!("{}.{:02}", price / 100, price % 100)).unwrap_or_default(),
            number(row.cost),
            number(row.benefit_rate.map(i64::from)),
            number(row.claim),
            String::new(),
            number(row.copay),
            number(row.full_copay),
            number(row.stay_days.map(|(before, ..)| i64::from(before))),
            number(row.stay_days.map(|(_, days, _)| i64::from(days))),
            number(row.stay_days.map(|(.., sum)| i64::from(sum))),
            format!("{}", u8::from(row.over_30_days)),
            "9999999999".to_string(),
            String::new(),
            support.number.to_string(),
            String::new(),
        ];
        end(out, &cells);
    }
}

/// 利用者補足情報
pub(crate) fn supplement(out: &mut String, values: &Values, person: &UserMonth, of: &Supplement, beside: Beside<'_>) {
    let (user, support, certification) = (person.user(), &person.offices()[0], &of.certification);
    let (planned_on, month, over, units, stay_days) = match beside {
        Beside::Plan(date) => (day(date), "000000".to_owned(), None, None, None),
        Beside::Tables { month, over, types, stay_days } => {
            let month = format!("{:04}{:02}", month.year, month.month);
            ("00000000".to_owned(), month, Some(over), Some(types), stay_days)
        }
    };
    let is_certified = certification.certified_on <= values.created_on;
    let mut cells = vec![
        format!("{VERSION}"),
        user.insurer.to_string(),
        user.insured.to_string(),
        planned_on,
        quoted(&user.kana),
        quoted(&user.name),
        sex_code(user.sex).to_string(),
        day(user.born_on),
        user.postal_code.to_string(),
        quoted(&user.address1),
        quoted(&user.address2),
        user.phone.to_string(),
        if is_certified { day(certification.certified_on) } else { String::new() },
        day(certification.valid_from),
        day(certification.valid_to),
        if is_certified { "2" } else { "1" }.to_string(),
        day(certification.changed_on.unwrap_or(certification.valid_from)),
        level_code(certification.level).to_string(),
        format!("{}", of.limits().category),
    ];
    for slot in 0..9 {
        let Some((service_type, limit)) = of.types.get(slot) else {
            cells.extend(vec![String::new(); 4]);
            continue;
        };
        cells.push(service_type.iter().copied().map(char::from).collect());
        cells.push(format!("{limit}"));
        let planned = units.map(|units| units.iter().find(|units| units.service_type == *service_type));
        cells.push(number(planned.map(|units| units.map_or(0, |units| units.total))));
        cells.push(number(planned.map(|units| units.map_or(0, |units| units.over))));
    }
    cells.extend([
        number(over),
        number(stay_days.map(|(before, _)| i64::from(before))),
        number(stay_days.map(|(_, sum)| i64::from(sum))),
        level_code(certification.previous.unwrap_or(certification.level)).to_string(),
        support.number.to_string(),
        support.number.to_string(),
        String::new(),
        month,
    ]);
    end(out, &cells);
}

/// 計画書_削除 and 利用者基本情報_削除, of what was made on the day.
pub(crate) fn delete_plan(out: &mut String, values: &Values, person: &UserMonth) {
    let user = person.user();
    let cells = [format!("{VERSION}"), user.insurer.to_string(), user.insured.to_string(), day(values.created_on)];
    end(out, &cells);
}

/// サービス利用票_予定_削除
pub(crate) fn delete_month(out: &mut String, person: &UserMonth, month: YearMonth) {
    let user = person.user();
    let cells = [
        format!("{VERSION}"),
        user.insurer.to_string(),
        user.insured.to_string(),
        format!("{:04}{:02}", month.year, month.month),
    ];
    end(out, &cells);
}

/// サービス利用票_実績_削除
pub(crate) fn delete_result(out: &mut String, person: &UserMonth, month: YearMonth, office: &Office) {
    let user = person.user();
    let cells = [
        format!("{VERSION}"),
        user.insurer.to_string(),
        user.insured.to_string(),
        format!("{:04}{:02}", month.year, month.month),
        office.number.to_string(),
        SERVICE_TYPE.map(char::from).iter().collect(),
    ];
    end(out, &cells);
}

/// A row of any kind: what stands in each item of the table, quoted where it is free text.
pub(crate) fn items(out: &mut String, kind: Kind, items: &Items) {
    let table = tables(VERSION, kind).last().unwrap();
    let mut cells = vec![String::new(); table.items.len()];
    for (cell, item) in cells.iter_mut().zip(&table.items) {
        if item.form == ItemType::Version {
            *cell = format!("{VERSION}");
        }
        if let Some(fixed) = item.condition(|c| if let Condition::Is(value) = c { Some(value) } else { None }) {
            *cell = fixed.to_string();
        }
    }
    for (key, text) in items {
        if let Some(column) = table.column(*key) {
            let is_text = table.items[column].form == ItemType::Text;
            cells[column] = if is_text { quoted(text) } else { text.to_string() };
        }
    }
    end(out, &cells);
}

//! What one writes without thinking of speed: a String for every item, joined by commas, all of it
//! encoded at the end.

use encoding_rs::SHIFT_JIS;
use renkei_generators::encode::Items;
use renkei_generators::model::{LedgerKind, Office, Visit, YearMonth};
use renkei_generators::strategies::UserMonth;
use renkei_validator::spec::{Condition, ItemType, Kind, tables};
use time::Date;

use crate::values::{SERVICE_TYPE, VERSION, Values};

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

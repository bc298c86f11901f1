//! How a value is written for people: days with their era, times with a colon, codes with what they mean.
//! Whoever reads it can tell the value: nothing is rounded, trimmed or grouped. What is not of its form
//! stands as it is.

use renkei_validator::spec::{Item, ItemType, Version, parse_date, service_types};
use time::macros::date;
use time::{Date, Weekday};

use super::model::Shown;

/// A value of an item in the words of a form.
pub fn wording(version: Version, item: &Item, value: &str) -> Shown {
    let (text, note) = match item.form {
        ItemType::Date => match parse_date(value.as_bytes()) {
            Some(day) => (day_text(day), era(day).unwrap_or_default()),
            None => (value.to_owned(), String::new()),
        },
        ItemType::Month => match parse_date(format!("{value}01").as_bytes()) {
            Some(day) => (format!("{}年{}月", day.year(), u8::from(day.month())), String::new()),
            None => (value.to_owned(), String::new()),
        },
        ItemType::VisitTime | ItemType::ClockTime => clock(value),
        ItemType::Code => {
            let known = item.codes.and_then(|codes| codes.codes.iter().find(|(code, ..)| code == value));
            (value.to_owned(), known.map(|(_, name, _)| name.clone()).unwrap_or_default())
        }
        ItemType::ServiceType => (value.to_owned(), service(version, value)),
        ItemType::ServiceCode => (value.to_owned(), service(version, value.get(..2).unwrap_or_default())),
        ItemType::Bitmap => (value.to_owned(), marked(value)),
        ItemType::Version
        | ItemType::Insurer
        | ItemType::Insured
        | ItemType::Office
        | ItemType::Tais
        | ItemType::Todokede
        | ItemType::Digits
        | ItemType::Alnum
        | ItemType::Integer
        | ItemType::Decimal
        | ItemType::Postal
        | ItemType::Phone
        | ItemType::Text
        | ItemType::FileName
        | ItemType::Unused => (value.to_owned(), String::new()),
    };
    Shown { item: item.key.name(), text, note }
}

/// 曜日
pub(crate) fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    }
}

/// Hours and minutes; `None` for anything else. 2400 ends a day.
pub(crate) fn minutes(value: &str) -> Option<u16> {
    if value.len() != 4 || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (value[..2].parse().ok()?, value[2..].parse().ok()?);
    (minutes < 60 && (hours < 24 || (hours == 24 && minutes == 0))).then_some(hours * 60 + minutes)
}

/// サービス種類 of a code; empty where it is none.
pub(crate) fn service(version: Version, code: &str) -> String {
    service_types(version).iter().find(|one| one.code == code).map(|one| one.name_ja.clone()).unwrap_or_default()
}

fn clock(value: &str) -> (String, String) {
    match minutes(value) {
        Some(_) => (format!("{}:{}", &value[..2], &value[2..]), String::new()),
        None if value == "9999" => (value.to_owned(), "時刻なし".to_owned()),
        None => (value.to_owned(), String::new()),
    }
}

fn day_text(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), u8::from(day.month()), day.day())
}

/// The first days of the eras (元号).
const ERAS: [(&str, Date); 5] = [
    ("令和", date!(2019 - 05 - 01)),
    ("平成", date!(1989 - 01 - 08)),
    ("昭和", date!(1926 - 12 - 25)),
    ("大正", date!(1912 - 07 - 30)),
    ("明治", date!(1868 - 10 - 23)),
];

fn era(day: Date) -> Option<String> {
    let (name, first) = ERAS.iter().find(|(_, first)| day >= *first)?;
    Some(match day.year() - first.year() + 1 {
        1 => format!("{name}元年"),
        year => format!("{name}{year}年"),
    })
}

/// The days that a bitmap marks: `1～5、9日`.
fn marked(bits: &str) -> String {
    let days: Vec<usize> = bits.bytes().enumerate().filter(|(_, bit)| *bit == b'1').map(|(at, _)| at + 1).collect();
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for day in days {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            _ => spans.push((day, day)),
        }
    }
    let text = |(first, last): &(usize, usize)| match first == last {
        true => first.to_string(),
        false => format!("{first}～{last}"),
    };
    match spans.is_empty() {
        true => String::new(),
        false => format!("{}日", spans.iter().map(text).collect::<Vec<_>>().join("、")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eras_begin_on_their_days() {
        let told = |day| era(day).unwrap();
        assert_eq!(told(date!(2019 - 04 - 30)), "平成31年");
        assert_eq!(told(date!(2019 - 05 - 01)), "令和元年");
        assert_eq!(told(date!(1989 - 01 - 07)), "昭和64年");
        assert_eq!(told(date!(1926 - 12 - 24)), "大正15年");
        assert_eq!(era(date!(1800 - 01 - 01)), None);
    }

    #[test]
    fn marked_days_are_told_as_spans() {
        assert_eq!(marked("1110100000000000000000000000001"), "1～3、5、31日");
        assert_eq!(marked("0000000000000000000000000000000"), "");
    }

    #[test]
    fn a_day_ends_at_2400_and_no_later() {
        assert_eq!(minutes("2400"), Some(1440));
        for wrong in ["2401", "0960", "9999", "930", "09:0", ""] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }
}

//! Whether two values say the same, and what has become of one that does not. Knows forms of items and
//! the ways in which programs lose characters.

use encoding_rs::SHIFT_JIS;
use renkei_validator::name::FileName;
use renkei_validator::spec::{Condition, Item, ItemType};
use renkei_validator::text::Message;

use super::Loss;
use crate::suite::sheet::Value;

/// What has become of a value; `None` where both say the same.
pub(super) fn loss(item: &Item, expected: &Value, got: &Value) -> Option<Loss> {
    if says(item, expected) == says(item, got) {
        return None;
    }
    let (wanted, found) = (expected.text(), got.text());
    Some(match got {
        _ if wanted.is_empty() && is_default(item, found) => Loss::Defaulted,
        _ if wanted.is_empty() => Loss::Invented,
        Value::Text(_) if found.is_empty() => Loss::Dropped,
        Value::Broken(_) if wanted.starts_with(found) && !found.is_empty() => Loss::Truncated,
        Value::Broken(_) => Loss::ReEncoded,
        Value::Text(_) if wanted.trim() == found.trim() => Loss::Spaced,
        // The beginning of a number of zeros is no default of anybody.
        Value::Text(_) if is_text(item) && wanted.starts_with(found) => Loss::Truncated,
        Value::Text(_) if is_default(item, found) => Loss::Defaulted,
        Value::Text(_) if is_re_encoded(wanted, found) => Loss::ReEncoded,
        Value::Text(_) => Loss::Changed,
    })
}

/// What has become of a part of a file's name.
pub(super) fn of_name(expected: &str, got: &str) -> Option<Loss> {
    match (expected, got) {
        _ if expected == got => None,
        (_, "") => Some(Loss::Dropped),
        ("", _) => Some(Loss::Invented),
        _ if expected.starts_with(got) => Some(Loss::Truncated),
        (_, _) => Some(Loss::Changed),
    }
}

/// A value as a person is told of it.
pub(super) fn told(value: &Value, shown: bool, show_values: bool) -> Message {
    let text = value.text();
    let birthday = text.len() == 8 && text.starts_with('1');
    // As in reports: only what is short and plain is surely what the item should hold.
    let plain = (1..=10).contains(&text.len())
        && !birthday
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase() || byte == b'.');
    let count = text.chars().count();
    match count {
        0 => Message::pair("空", "nothing"),
        _ if show_values || (shown && plain) => Message::pair(format!("「{text}」"), format!("\"{text}\"")),
        1 => Message::pair("1文字", "1 character"),
        _ => Message::pair(format!("{count}文字"), format!("{count} characters")),
    }
}

/// What a value says, whatever its form.
fn says(item: &Item, value: &Value) -> (bool, String) {
    let broken = matches!(value, Value::Broken(_));
    let text = value.text();
    let number = match item.form {
        _ if broken => None,
        ItemType::Integer => whole(text),
        ItemType::Decimal => decimal(text),
        // The time in a name is the program's own.
        ItemType::FileName => Some(FileName::parse(text).role()),
        ItemType::VisitTime if text == "9999" && item.has(&Condition::NinesMeanNone) => Some(String::new()),
        ItemType::VisitTime
        | ItemType::Version
        | ItemType::Insurer
        | ItemType::Insured
        | ItemType::Office
        | ItemType::ServiceCode
        | ItemType::ServiceType
        | ItemType::Tais
        | ItemType::Todokede
        | ItemType::Digits
        | ItemType::Alnum
        | ItemType::Date
        | ItemType::Month
        | ItemType::ClockTime
        | ItemType::Bitmap
        | ItemType::Code
        | ItemType::Postal
        | ItemType::Phone
        | ItemType::Text
        | ItemType::Unused => None,
    };
    (broken, number.unwrap_or_else(|| text.to_owned()))
}

/// A whole number without leading zeros: how they are aligned is not defined.
fn whole(text: &str) -> Option<String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| match text.trim_start_matches('0') {
        "" => "0".to_owned(),
        text => text.to_owned(),
    })
}

fn decimal(text: &str) -> Option<String> {
    let (before, after) = text.split_once('.').unwrap_or((text, ""));
    let before = whole(before)?;
    let digits = after.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| format!("{before}.{}", after.trim_end_matches('0')))
}

fn is_text(item: &Item) -> bool {
    matches!(item.form, ItemType::Text | ItemType::FileName | ItemType::Phone | ItemType::Bitmap)
}

/// Zeros or nines throughout, where a program writes them for want of a value.
fn is_default(item: &Item, text: &str) -> bool {
    let all = |digit: char| !text.is_empty() && text.chars().all(|c| c == digit || matches!(c, '.' | '-' | ':'));
    !matches!(item.form, ItemType::Text | ItemType::FileName) && (all('0') || (text.len() > 2 && all('9')))
}

/// Characters that programs write for those they do not have.
const STAND_INS: &str = "?？〓・\u{FFFD}*＊□■_＿";

/// Characters of MS932 that programs write in their usual form.
const VARIANTS: [(char, char); 6] =
    [('髙', '高'), ('﨑', '崎'), ('德', '徳'), ('瀨', '瀬'), ('栁', '柳'), ('濵', '浜')];

fn is_re_encoded(expected: &str, got: &str) -> bool {
    if folded(expected) == folded(got) {
        return true;
    }
    let stands_in = |(a, b): (char, char)| a == b || STAND_INS.contains(b);
    let stand_in = expected.chars().count() == got.chars().count() && expected.chars().zip(got.chars()).all(stands_in);
    // UTF-8 read as Shift_JIS.
    let mojibake = || !expected.is_ascii() && SHIFT_JIS.decode_without_bom_handling(expected.as_bytes()).0 == got;
    stand_in || mojibake()
}

/// U+FF61 to U+FF9D in full width, in their order.
const FULL_KANA: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

/// The text with full-width letters and half-width kana in their other width, and variants in their usual form.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        let voiced = |by: u32| folded.chars().last().and_then(|last| char::from_u32(u32::from(last) + by));
        let full = match c {
            '\u{FF9E}' => voiced(1).filter(|_| folded.pop().is_some()),
            '\u{FF9F}' => voiced(2).filter(|_| folded.pop().is_some()),
            '\u{FF61}'..='\u{FF9D}' => FULL_KANA.chars().nth((u32::from(c) - 0xFF61) as usize),
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
            '\u{3000}' => Some(' '),
            c => VARIANTS.iter().find(|(variant, _)| *variant == c).map(|(_, usual)| *usual),
        };
        folded.push(full.unwrap_or(c));
    }
    folded
}

#[cfg(test)]
mod tests {
    use renkei_validator::spec::{Kind, Version, keys::uphosoku, keys::upplan, keys::upsikyu, tables};

    use super::*;

    fn of(kind: Kind, key: renkei_validator::spec::Key, expected: &str, got: &str) -> Option<Loss> {
        let item = tables(Version::V202407, kind)[0].item(key).unwrap();
        loss(item, &Value::Text(expected.to_owned()), &Value::Text(got.to_owned()))
    }

    fn text(expected: &str, got: &str) -> Option<Loss> {
        of(Kind::Upplan, upplan::PLAN_MANAGER_NAME, expected, got)
    }

    #[test]
    fn numbers_say_the_same_however_they_are_aligned() {
        assert_eq!(of(Kind::Upplan, upplan::UNITS, "250", "000250"), None);
        assert_eq!(of(Kind::Upplan, upplan::UNITS, "250", "251"), Some(Loss::Changed));
        assert_eq!(of(Kind::Upsikyu, upsikyu::UNIT_PRICE, "10.70", "10.7"), None);
        assert_eq!(of(Kind::Upsikyu, upsikyu::UNIT_PRICE, "10.70", "10.07"), Some(Loss::Changed));
        assert_eq!(of(Kind::Upplan, upplan::SERVICE_OFFICE_NUMBER, "0970100013", "970100013"), Some(Loss::Changed));
        assert_eq!(of(Kind::Upplan, upplan::START_TIME, "9999", ""), None);
    }

    #[test]
    fn what_has_become_of_a_text_is_told() {
        assert_eq!(text("見本　花子", "見本　花子"), None);
        assert_eq!(text("見本　花子", ""), Some(Loss::Dropped));
        assert_eq!(text("", "見本"), Some(Loss::Invented));
        assert_eq!(text("見本　花子", "見本"), Some(Loss::Truncated));
        assert_eq!(text("見本　花子", "見本 花子"), Some(Loss::ReEncoded));
        assert_eq!(text("髙田 ガーデン", "?田 ガーデン"), Some(Loss::ReEncoded));
        assert_eq!(text("髙田", "高田"), Some(Loss::ReEncoded));
        assert_eq!(text("パンダ", "ﾊﾟﾝﾀﾞ"), Some(Loss::ReEncoded));
        assert_eq!(text("花子", "闃ｱ蟄"), Some(Loss::Changed));
        assert_eq!(text("花", "闃ｱ"), Some(Loss::ReEncoded));
        assert_eq!(text("見本　花子", "架空　太郎"), Some(Loss::Changed));
        assert_eq!(text("0円", "0"), Some(Loss::Truncated));
        assert_eq!(text("　見本\n花子 ", "見本\n花子"), Some(Loss::Spaced));
        assert_eq!(text("見本　花子", "見本　花子　"), Some(Loss::Spaced));
        assert_eq!(text("　", ""), Some(Loss::Dropped));
    }

    #[test]
    fn zeros_and_nines_are_a_default_where_no_text_is() {
        assert_eq!(of(Kind::Upplan, upplan::SERVICE_DATE, "20261003", "00000000"), Some(Loss::Defaulted));
        assert_eq!(of(Kind::Upplan, upplan::START_TIME, "0900", "9999"), Some(Loss::Defaulted));
        assert_eq!(of(Kind::Upplan, upplan::SHORT_STAY_DAYS_BEFORE_MONTH, "", "0"), Some(Loss::Defaulted));
        assert_eq!(of(Kind::Upplan, upplan::SATELLITE_NO, "", "01"), Some(Loss::Invented));
        let phone = |got| of(Kind::Uphosoku, uphosoku::USER_PHONE, "000-0000-00000", got);
        assert_eq!(phone("000-0000-0000"), Some(Loss::Truncated));
        assert_eq!(phone("0000000000"), Some(Loss::Defaulted));
    }

    #[test]
    fn half_a_character_at_the_end_is_a_cut() {
        let item = tables(Version::V202407, Kind::Upplan)[0].item(upplan::PLAN_MANAGER_NAME).unwrap();
        let expected = Value::Text("見本　花子".to_owned());
        assert_eq!(loss(item, &expected, &Value::Broken("見本".to_owned())), Some(Loss::Truncated));
        assert_eq!(loss(item, &expected, &Value::Broken("架空".to_owned())), Some(Loss::ReEncoded));
    }

    #[test]
    fn only_short_plain_values_are_told() {
        let told = |text: &str, shown, show| told(&Value::Text(text.to_owned()), shown, show).en;
        assert_eq!(told("見本", true, false), "2 characters");
        assert_eq!(told("見本", false, true), "\"見本\"");
        assert_eq!(told("20261003", true, false), "\"20261003\"");
        assert_eq!(told("19420228", true, false), "8 characters");
        assert_eq!(told("", false, false), "nothing");
    }
}

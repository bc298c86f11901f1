//! How times, kinds and names are written on pages. Knows forms; knows no page.

use time::{Date, OffsetDateTime};

use crate::api::body::FileType;
use crate::clock::JST;
use crate::post;

/// `2026/11/27 09:00`
pub(super) fn minute(at: OffsetDateTime) -> String {
    let at = at.to_offset(JST);
    format!("{} {:02}:{:02}", day(at.date()), at.hour(), at.minute())
}

/// `2026/11/27 09:00:00`
pub(super) fn second(at: OffsetDateTime) -> String {
    format!("{}:{:02}", minute(at), at.second())
}

/// `2026/11/27`
pub(super) fn day(date: Date) -> String {
    format!("{:04}/{:02}/{:02}", date.year(), u8::from(date.month()), date.day())
}

/// ファイル出力日時 of the fourteen digits in a name.
pub(super) fn stamp(digits: Option<&str>) -> String {
    let Some(digits) = digits else { return "—".to_owned() };
    match digits.as_bytes() {
        bytes if bytes.len() == 14 && bytes.iter().all(u8::is_ascii_digit) => {
            let (date, time) = digits.split_at(8);
            format!("{}/{}/{} {}:{}:{}", &date[..4], &date[4..6], &date[6..], &time[..2], &time[2..4], &time[4..])
        }
        _ => post::shown(digits),
    }
}

/// ファイル種別
pub(super) fn file_type(of: FileType) -> &'static str {
    match of {
        FileType::Registration => "登録",
        FileType::Deletion => "削除",
        FileType::Attachment => "PDF等",
    }
}

/// `1,234`
pub(super) fn bytes(count: u64) -> String {
    let digits = count.to_string();
    let mut written = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn times_are_written_in_japan_as_the_screens_do() {
        assert_eq!(minute(datetime!(2026-11-27 23:05:09 UTC)), "2026/11/28 08:05");
        assert_eq!(second(datetime!(2026-11-27 23:05:09 UTC)), "2026/11/28 08:05:09");
        assert_eq!(stamp(Some("20221001123456")), "2022/10/01 12:34:56");
        for (odd, written) in [(None, "—"), (Some("2022"), "2022"), (Some("2022100112345連"), "2022100112345連")] {
            assert_eq!(stamp(odd), written);
        }
    }

    #[test]
    fn large_numbers_are_grouped() {
        for (count, written) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(bytes(count), written);
        }
    }
}

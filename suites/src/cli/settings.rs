//! The values that settings take, on the command line and in `renkei.toml` alike. Knows how they are
//! written; knows no default.

use std::num::NonZeroUsize;

use renkei_validator::finding::Severity;
use renkei_validator::text::Message;
use time::{Date, Month};

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    pub(crate) const WORDS: &[&str] = &["auto", "always", "never"];

    pub(crate) fn parse(text: &str) -> Option<Color> {
        match text {
            "auto" => Some(Color::Auto),
            "always" => Some(Color::Always),
            "never" => Some(Color::Never),
            _ => None,
        }
    }
}

/// From which severity on the verdict is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailOn {
    /// Never.
    None,
    /// From info on.
    Info,
    /// From warning on.
    Warning,
    /// Errors only.
    Error,
}

impl FailOn {
    pub(crate) const WORDS: &[&str] = &["none", "info", "warning", "error"];

    pub(crate) fn parse(text: &str) -> Option<FailOn> {
        match text {
            "none" => Some(FailOn::None),
            "info" => Some(FailOn::Info),
            "warning" => Some(FailOn::Warning),
            "error" => Some(FailOn::Error),
            _ => None,
        }
    }

    /// The least severity that fails.
    pub(crate) fn severity(self) -> Option<Severity> {
        match self {
            FailOn::None => None,
            FailOn::Info => Some(Severity::Info),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Error => Some(Severity::Error),
        }
    }
}

/// `YYYY-MM-DD`
pub(crate) fn parse_date(text: &str) -> Result<Date, Message> {
    let wrong = || {
        Message::pair(
            format!("「{text}」は実在する日付ではありません（例: 2026-10-05）"),
            format!("{text} is no date; write it like 2026-10-05"),
        )
    };
    let well_formed = text.len() == 10
        && text.bytes().enumerate().all(|(i, byte)| match i {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !well_formed {
        return Err(wrong());
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u16>().map_err(|_| wrong());
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let month = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok()).ok_or_else(wrong)?;
    let day = u8::try_from(day).map_err(|_| wrong())?;
    Date::from_calendar_date(i32::from(year), month, day).map_err(|_| wrong())
}

/// A whole number, zero included.
pub(crate) fn parse_count(text: &str) -> Result<usize, Message> {
    text.parse().map_err(|_| {
        Message::pair(format!("「{text}」は0以上の整数ではありません"), format!("{text} is no whole number"))
    })
}

/// How often something is tried again.
pub(crate) fn parse_retries(text: &str) -> Result<u32, Message> {
    let read = text.parse().ok().filter(|number| *number <= 100);
    read.ok_or_else(|| Message::pair("0から100の数を書きます", "expected a number from 0 to 100"))
}

/// A whole number, zero excluded.
pub(crate) fn parse_threads(text: &str) -> Result<NonZeroUsize, Message> {
    text.parse().map_err(|_| {
        Message::pair(format!("「{text}」は1以上の整数ではありません"), format!("{text} is no whole number above zero"))
    })
}

/// A number of bytes: `1000`, `500MB` (decimal), `4GiB` or `4G` (binary).
pub(crate) fn parse_size(text: &str) -> Result<u64, Message> {
    let wrong = || {
        Message::pair(
            format!("「{text}」は大きさとして読み取れません（例: 500MB, 4GiB）"),
            format!("{text} is no size; write it like 500MB or 4GiB"),
        )
    };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return Err(wrong()),
    };
    text[..digits].parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_take_decimal_and_binary_units() {
        for (text, bytes) in [("0", 0), ("1000", 1000), ("5kB", 5000), ("4GiB", 4 << 30), ("2 m", 2 << 20)] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "-1", "1.5GB", "GB", "1TB", "99999999999999999999", "９MB"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_days_that_exist_are_dates() {
        assert_eq!(parse_date("2024-02-29"), Ok(time::Date::from_calendar_date(2024, Month::February, 29).unwrap()));
        for text in ["2026-02-29", "2026-13-01", "2026-1-1", "20261005", "2026/10/05", "２０２６-10", "2026-10-05Z"]
        {
            assert!(parse_date(text).is_err(), "{text}");
        }
    }
}

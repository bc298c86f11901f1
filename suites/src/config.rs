//! Reads `renkei.toml`. Knows its keys and says which line is wrong; knows no default.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};

use renkei_reports::{Encoding, Kind, Lang};
use renkei_validator::text::Message;
use time::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::settings::{self, Color, FailOn};
use crate::lang;

/// The file that is read where none is named.
const DEFAULT_FILE: &str = "renkei.toml";

/// The keys, in the order they are suggested.
const KEYS: [&str; 12] = [
    "lang",
    "color",
    "format",
    "encoding",
    "fail_on",
    "as_of",
    "show_values",
    "max_findings",
    "max_unpacked",
    "threads",
    "baseline",
    "key_file",
];

/// The settings of a file; each may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Config {
    /// `lang`
    pub(crate) lang: Option<Lang>,
    /// `color`
    pub(crate) color: Option<Color>,
    /// `format`
    pub(crate) format: Option<Kind>,
    /// `encoding`
    pub(crate) encoding: Option<Encoding>,
    /// `fail_on`
    pub(crate) fail_on: Option<FailOn>,
    /// `as_of`
    pub(crate) as_of: Option<Date>,
    /// `show_values`
    pub(crate) show_values: Option<bool>,
    /// `max_findings`
    pub(crate) max_findings: Option<usize>,
    /// `max_unpacked`, in bytes
    pub(crate) max_unpacked: Option<u64>,
    /// `threads`
    pub(crate) threads: Option<NonZeroUsize>,
    /// `baseline`
    pub(crate) baseline: Option<PathBuf>,
    /// `key_file`
    pub(crate) key_file: Option<PathBuf>,
}

/// Reads the named file, or `renkei.toml` of the current folder where there is one.
pub(crate) fn load(named: Option<&Path>) -> Result<Config, Message> {
    let path = named.map_or_else(|| PathBuf::from(DEFAULT_FILE), Path::to_path_buf);
    let name = path.display().to_string();
    match crate::text_file::read(&path) {
        Ok(text) => parse(&name, &text),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(Config::default()),
        Err(error) => {
            let why = lang::io_reason(&error);
            Err(Message::pair(
                format!("設定ファイル {name} を読み取れません: {}", why.ja),
                format!("cannot read the configuration {name}: {}", why.en),
            ))
        }
    }
}

fn parse(name: &str, text: &str) -> Result<Config, Message> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let table = DeTable::parse(text).map_err(|error| {
        let line = line_of(text, error.span().unwrap_or(0..0));
        let why = crate::not_toml::why(text, &error);
        Message::pair(format!("{name}の{line}行目: {}", why.ja), format!("{name}, line {line}: {}", why.en))
    })?;
    let mut config = Config::default();
    // Keys in the order of the file, so that the first mistake is the one that is told.
    let mut pairs: Vec<_> = table.get_ref().iter().collect();
    pairs.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in pairs {
        let line = line_of(text, key.span());
        let key: &str = key.get_ref();
        set(&mut config, key, value).map_err(|why| {
            Message::pair(
                format!("{name}の{line}行目: {key}: {}", why.ja),
                format!("{name}, line {line}: {key}: {}", why.en),
            )
        })?;
    }
    Ok(config)
}

fn set(config: &mut Config, key: &str, value: &Spanned<DeValue<'_>>) -> Result<(), Message> {
    let value = value.get_ref();
    match key {
        "lang" => config.lang = Some(one_of(value, &["ja", "en"], lang::parse)?),
        "color" => config.color = Some(one_of(value, Color::WORDS, Color::parse)?),
        "format" => config.format = Some(one_of(value, &Kind::WORDS, Kind::parse)?),
        "encoding" => config.encoding = Some(one_of(value, &Encoding::WORDS, Encoding::parse)?),
        "fail_on" => config.fail_on = Some(one_of(value, FailOn::WORDS, FailOn::parse)?),
        "as_of" => config.as_of = Some(settings::parse_date(&scalar(value)?)?),
        "show_values" => match value {
            DeValue::Boolean(show) => config.show_values = Some(*show),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => return Err(Message::pair("true か false を書きます", "expected true or false")),
        },
        "max_findings" => config.max_findings = Some(settings::parse_count(&scalar(value)?)?),
        "max_unpacked" => config.max_unpacked = Some(settings::parse_size(&scalar(value)?)?),
        "threads" => config.threads = Some(settings::parse_threads(&scalar(value)?)?),
        "baseline" => config.baseline = Some(path(value)?),
        "key_file" => config.key_file = Some(path(value)?),
        unknown => return Err(unknown_key(unknown)),
    }
    Ok(())
}

fn one_of<T>(value: &DeValue<'_>, words: &[&str], parse: fn(&str) -> Option<T>) -> Result<T, Message> {
    scalar(value).ok().and_then(|word| parse(&word)).ok_or_else(|| {
        let words = words.join(", ");
        Message::pair(format!("次のどれかを書きます: {words}"), format!("expected one of {words}"))
    })
}

fn path(value: &DeValue<'_>) -> Result<PathBuf, Message> {
    match value {
        DeValue::String(text) if !text.is_empty() => Ok(PathBuf::from(text.as_ref())),
        _ => Err(Message::pair("ファイルのパスを文字列で書きます", "expected the path of a file, as a string")),
    }
}

/// A string, a whole number or a date, as text.
fn scalar(value: &DeValue<'_>) -> Result<String, Message> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().replace('_', "")),
        DeValue::Datetime(date) => Ok(date.to_string()),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => {
            Err(Message::pair("値の種類が違います", "wrong type of value"))
        }
    }
}

fn unknown_key(key: &str) -> Message {
    let near = crate::nearest::nearest(key, &KEYS);
    let keys = KEYS.join(", ");
    match near {
        Some(near) => Message::pair(
            format!("この名前の設定はありません（{near} のことですか）。使える名前: {keys}"),
            format!("no such setting; did you mean {near}? The settings are {keys}"),
        ),
        None => Message::pair(
            format!("この名前の設定はありません。使える名前: {keys}"),
            format!("no such setting; the settings are {keys}"),
        ),
    }
}

fn line_of(text: &str, span: Range<usize>) -> usize {
    text.bytes().take(span.start).filter(|&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use time::Month;

    use super::*;

    #[test]
    fn every_key_is_read() {
        let config = parse(
            "renkei.toml",
            "lang = \"en\"\ncolor = \"never\"\nformat = \"concise\"\nencoding = \"cp932\"\nfail_on = \"warning\"\nas_of = 2026-10-05\n\
             show_values = true\nmax_findings = 1_000\nmax_unpacked = \"2MiB\"\nthreads = 3\n\
             baseline = \"a/b.toml\"\nkey_file = \"c.key\"\n",
        );
        let expected = Config {
            lang: Some(Lang::En),
            color: Some(Color::Never),
            format: Some(Kind::Concise),
            encoding: Some(Encoding::Cp932),
            fail_on: Some(FailOn::Warning),
            as_of: Date::from_calendar_date(2026, Month::October, 5).ok(),
            show_values: Some(true),
            max_findings: Some(1000),
            max_unpacked: Some(2 << 20),
            threads: NonZeroUsize::new(3),
            baseline: Some(PathBuf::from("a/b.toml")),
            key_file: Some(PathBuf::from("c.key")),
        };
        assert_eq!(config, Ok(expected));
    }

    #[test]
    fn both_readmes_name_every_key_in_their_order() {
        for (readme, comma) in [(include_str!("../../README.md"), ", "), (include_str!("../../README.ja.md"), "、")] {
            assert!(readme.contains(&KEYS.map(|key| format!("`{key}`")).join(comma)));
        }
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest() {
        let error = parse("x.toml", "lang = \"ja\"\n\nfail-on = \"none\"\n").unwrap_err();
        assert!(
            error.en.starts_with("x.toml, line 3: fail-on: no such setting; did you mean fail_on?"),
            "{}",
            error.en
        );
        assert!(error.ja.starts_with("x.tomlの3行目: fail-on: "), "{}", error.ja);
        let other = parse("x.toml", "path = \"in\"").unwrap_err();
        assert!(other.en.starts_with("x.toml, line 1: path: no such setting; the settings are lang, "), "{}", other.en);
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_named_with_its_line() {
        for (text, line) in [
            ("\nmax_findings = -1\n", "x.toml, line 2: max_findings: "),
            ("as_of = \"2026-02-30\"", "x.toml, line 1: as_of: "),
            ("show_values = \"yes\"", "x.toml, line 1: show_values: expected true or false"),
            ("format = \"pdf\"", "x.toml, line 1: format: expected one of text, concise, json, junit, sarif, "),
            ("lang = \"ja\"\nlang = \"en\"\n", "x.toml, line 2: not readable as TOML: "),
            ("[check]\nlang = \"ja\"", "x.toml, line 1: check: no such setting"),
        ] {
            let error = parse("x.toml", text).unwrap_err();
            assert!(error.en.starts_with(line), "{}", error.en);
        }
    }
}

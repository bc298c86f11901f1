//! A table of a TOML file, read key by key, with the line of whatever is wrong. Knows how values are written;
//! knows no key.

use std::ops::Range;
use std::time::Duration;

use renkei_validator::text::Message;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::nearest::nearest;

/// Something wrong, and where.
#[derive(Debug)]
pub(crate) struct Wrong {
    span: Range<usize>,
    why: Message,
}

/// Reads a file as `read` does, and tells the line of what is wrong.
pub(crate) fn parse<T>(
    name: &str,
    text: &str,
    read: impl FnOnce(&Section<'_>) -> Result<T, Wrong>,
) -> Result<T, Message> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let at = |span: Range<usize>, why: &Message| {
        let line = text.bytes().take(span.start).filter(|&byte| byte == b'\n').count() + 1;
        Message::pair(format!("{name}の{line}行目: {}", why.ja), format!("{name}, line {line}: {}", why.en))
    };
    let root =
        DeTable::parse(text).map_err(|error| at(error.span().unwrap_or(0..0), &crate::not_toml::why(text, &error)))?;
    let root = Section { name: "", span: 0..0, table: root.get_ref() };
    read(&root).map_err(|Wrong { span, why }| at(span, &why))
}

/// A table of the file.
pub(crate) struct Section<'a> {
    name: &'static str,
    span: Range<usize>,
    table: &'a DeTable<'a>,
}

impl<'a> Section<'a> {
    /// Refuses every other key, the first in the order of the file.
    pub(crate) fn only(&self, keys: &[&str]) -> Result<(), Wrong> {
        let unknown = self.table.keys().filter(|key| !keys.contains(&key.get_ref().as_ref()));
        let Some(unknown) = unknown.min_by_key(|key| key.span().start) else { return Ok(()) };
        let key: &str = unknown.get_ref();
        let (path, all) = (self.path(key), keys.join(", "));
        let why = match nearest(key, keys) {
            Some(near) => Message::pair(
                format!("{path}: この名前の設定はありません（{near} のことですか）。使える名前: {all}"),
                format!("{path}: no such setting; did you mean {near}? The settings are {all}"),
            ),
            None => Message::pair(
                format!("{path}: この名前の設定はありません。使える名前: {all}"),
                format!("{path}: no such setting; the settings are {all}"),
            ),
        };
        Err(Wrong { span: unknown.span(), why })
    }

    /// Whether the key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A table within.
    pub(crate) fn section(&self, key: &'static str) -> Result<Option<Section<'a>>, Wrong> {
        let Some((name, value)) = self.table.get_key_value(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Table(table) => Ok(Some(Section { name: key, span: name.span(), table })),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => Err(self.wrong(key, "表（[…]）です", "it is a table")),
        }
    }

    /// A text that is not empty.
    pub(crate) fn text(&self, key: &str) -> Result<Option<&'a str>, Wrong> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match text(value) {
            Some(text) if !text.trim().is_empty() => Ok(Some(text)),
            Some(_) | None => Err(self.wrong(key, "空でない文字列を書きます", "expected a string that is not empty")),
        }
    }

    /// A text that must be there.
    pub(crate) fn required(&self, key: &str) -> Result<&'a str, Wrong> {
        self.text(key)?.ok_or_else(|| self.missing(key))
    }

    /// A list of texts, none of them empty unless `blank`.
    pub(crate) fn texts(&self, key: &str, blank: bool) -> Result<Option<Vec<&'a str>>, Wrong> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let wrong = || self.wrong(key, "文字列の並び（[\"…\", \"…\"]）を書きます", "expected a list of strings");
        let DeValue::Array(array) = value.get_ref() else { return Err(wrong()) };
        if array.is_empty() {
            return Err(self.wrong(key, "1つ以上書きます", "at least one is needed"));
        }
        let texts: Option<Vec<&str>> = array.iter().map(text).collect();
        match texts {
            Some(texts) if (blank || texts.iter().all(|text| !text.is_empty())) => Ok(Some(texts)),
            Some(_) | None => Err(wrong()),
        }
    }

    /// A list of words, each known and none twice.
    pub(crate) fn words<T>(&self, key: &str, known: &[(&str, T)]) -> Result<Option<Vec<T>>, Wrong>
    where
        T: Copy + PartialEq,
    {
        let Some(texts) = self.texts(key, false)? else { return Ok(None) };
        let mut words = Vec::new();
        for text in texts {
            let word = self.word(key, text, known)?;
            if words.contains(&word) {
                return Err(self.wrong(
                    key,
                    &format!("「{text}」が2回書かれています"),
                    &format!("{text} is there twice"),
                ));
            }
            words.push(word);
        }
        Ok(Some(words))
    }

    /// What a word stands for.
    pub(crate) fn word<T: Copy>(&self, key: &str, word: &str, known: &[(&str, T)]) -> Result<T, Wrong> {
        if let Some((_, value)) = known.iter().find(|(name, _)| *name == word) {
            return Ok(*value);
        }
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let all = names.join(", ");
        let near = nearest(word, &names);
        let (ja, en) = match near {
            Some(near) => (format!("（{near} のことですか）"), format!("; did you mean {near}?")),
            None => (String::new(), String::new()),
        };
        Err(self.wrong(
            key,
            &format!("「{word}」は使えません{ja}。使える値: {all}"),
            &format!("{word} is no value of it{en} There are {all}"),
        ))
    }

    /// Yes or no.
    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, Wrong> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Boolean(flag) => Ok(Some(*flag)),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => Err(self.wrong(key, "true か false を書きます", "expected true or false")),
        }
    }

    /// Seconds.
    pub(crate) fn seconds(&self, key: &str) -> Result<Option<Duration>, Wrong> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let seconds = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().replace('_', "").parse::<u32>().ok().map(f64::from),
            DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
            DeValue::String(_) | DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                None
            }
        };
        match seconds {
            Some(seconds @ 0.01..=86_400.0) => Ok(Some(Duration::from_secs_f64(seconds))),
            Some(_) | None => {
                Err(self.wrong(key, "0.01から86400までの秒数を書きます", "expected seconds, from 0.01 to 86400"))
            }
        }
    }

    /// Numbers, at least one.
    pub(crate) fn numbers(&self, key: &str) -> Result<Option<Vec<i32>>, Wrong> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let number = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
            DeValue::Integer(number) => number.as_str().replace('_', "").parse().ok(),
            DeValue::String(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        };
        let numbers = match value.get_ref() {
            DeValue::Array(array) => array.iter().map(number).collect::<Option<Vec<i32>>>(),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_) => None,
        };
        match numbers {
            Some(numbers) if !numbers.is_empty() => Ok(Some(numbers)),
            Some(_) | None => {
                Err(self.wrong(key, "整数の並び（[1, 2]）を書きます", "expected a list of whole numbers"))
            }
        }
    }

    /// All keys with their texts, in the order of the file.
    pub(crate) fn pairs(&self) -> Result<Vec<(&'a str, &'a str)>, Wrong> {
        let mut pairs: Vec<_> = self.table.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        let pair = |(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let key: &'a std::borrow::Cow<'a, str> = key.get_ref();
            let text = text(value).ok_or_else(|| self.wrong(key, "文字列を書きます", "expected a string"))?;
            Ok((key.as_ref(), text))
        };
        pairs.into_iter().map(pair).collect()
    }

    /// Says what is wrong with a key.
    pub(crate) fn wrong(&self, key: &str, ja: &str, en: &str) -> Wrong {
        let span = self.table.get_key_value(key).map_or(self.span.clone(), |(name, _)| name.span());
        let path = self.path(key);
        Wrong { span, why: Message::pair(format!("{path}: {ja}"), format!("{path}: {en}")) }
    }

    /// Says that a key must be there.
    pub(crate) fn missing(&self, key: &str) -> Wrong {
        self.wrong(key, "必要な設定がありません", "it is required")
    }

    fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.get(key)
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

fn text<'a>(value: &'a Spanned<DeValue<'a>>) -> Option<&'a str> {
    match value.get_ref() {
        DeValue::String(text) => Some(text),
        DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    }
}

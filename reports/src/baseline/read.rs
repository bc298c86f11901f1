//! Reads a baseline strictly and says which line is wrong: an entry that is misread lets something pass
//! that nobody has let pass.

use std::collections::BTreeMap;
use std::ops::Range;

use renkei_validator::rules;
use renkei_validator::spec::{Key, Kind, Version, tables};
use renkei_validator::text::Message;
use time::{Date, Month};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Baseline, BaselineError, Entry, Known, SCHEMA};

const KEYS: [&str; 3] = ["schema", "key", "finding"];
const ENTRY_KEYS: [&str; 7] = ["rule", "role", "item", "row", "count", "reason", "expires"];

type Value<'a> = Spanned<DeValue<'a>>;

impl Baseline {
    /// Reads the text of a file of that name.
    pub fn read(file: &str, text: &str) -> Result<Baseline, BaselineError> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let line_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        let reader = Reader { file, line_ends };
        let table = DeTable::parse(text).map_err(|error| {
            let why = error.message().replace('\n', ", ");
            let at = error.span().unwrap_or(0..0);
            reader.error(at, format!("TOMLとして読み取れません: {why}"), format!("not readable as TOML: {why}"))
        })?;
        reader.baseline(&table)
    }
}

struct Reader<'a> {
    file: &'a str,
    /// Where lines end: each entry is told with its own.
    line_ends: Vec<usize>,
}

impl Reader<'_> {
    fn baseline(&self, table: &Spanned<DeTable<'_>>) -> Result<Baseline, BaselineError> {
        let values = self.keys(table.get_ref(), &KEYS)?;
        let whole = || table.span().start..table.span().start;
        // The shape first: all else is read by it.
        match values.get("schema") {
            Some(value) if self.string("schema", value)? == SCHEMA => {}
            Some(value) => {
                let ja = format!("schemaが {SCHEMA} ではありません。このrenkeiが読める形は {SCHEMA} だけです");
                return Err(self.error(
                    value.span(),
                    ja,
                    format!("the schema is not {SCHEMA}, the only one known here"),
                ));
            }
            None => {
                let ja = format!("schema = \"{SCHEMA}\" がありません");
                return Err(self.error(whole(), ja, format!("it lacks schema = \"{SCHEMA}\"")));
            }
        }
        let key = values.get("key").map(|value| self.hexadecimal("key", value, 16)).transpose()?;
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = BTreeMap::new();
        for value in self.tables(values.get("finding").copied())? {
            let entry = self.entry(value)?;
            if entry.what.row.is_some() && key.is_none() {
                let ja = "rowがあるのに、ファイルの先頭にkey（鍵のID）がありません";
                return Err(self.error(
                    value.span(),
                    ja,
                    "it names a row, and the file has no key (the id of its key)",
                ));
            }
            if let Some(first) = seen.insert(entry.what.clone(), entry.line) {
                let ja = format!("{first}行目と同じ指摘の登録です。1つにまとめ、件数をcountに書きます");
                let en = format!("the entry of line {first} names the same; make them one and write its count");
                return Err(self.error(value.span(), ja, en));
            }
            entries.push(entry);
        }
        Ok(Baseline { file: self.file.to_owned(), key, entries })
    }

    fn tables<'v, 'a>(&self, value: Option<&'v Value<'a>>) -> Result<Vec<&'v Value<'a>>, BaselineError> {
        let Some(value) = value else { return Ok(Vec::new()) };
        match value.get_ref() {
            DeValue::Array(values) => Ok(values.iter().collect()),
            _ => Err(self.error(value.span(), "[[finding]] の形で書きます", "expected [[finding]]")),
        }
    }

    fn entry(&self, value: &Value<'_>) -> Result<Entry, BaselineError> {
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.error(value.span(), "[[finding]] の形で書きます", "expected [[finding]]"));
        };
        let values = self.keys(table, &ENTRY_KEYS)?;
        let required = |name: &str| {
            values.get(name).copied().ok_or_else(|| {
                self.error(value.span(), format!("{name} がありません"), format!("the entry has no {name}"))
            })
        };
        let optional = |name: &str| values.get(name).map(|value| self.filled(name, value)).transpose();
        let rule = required("rule")?;
        let what = Known {
            rule: self.rule(rule)?,
            role: optional("role")?,
            item: values.get("item").map(|value| self.item(value)).transpose()?,
            row: values.get("row").map(|value| self.hexadecimal("row", value, 32)).transpose()?,
        };
        Ok(Entry {
            what,
            count: self.count(required("count")?)?,
            reason: self.filled("reason", required("reason")?)?,
            expires: self.date(required("expires")?)?,
            line: self.line(value.span()),
        })
    }

    /// The values of a table by key, none of them unknown. The first mistake of the file is the one told.
    fn keys<'v, 'a>(
        &self,
        table: &'v DeTable<'a>,
        known: &[&str],
    ) -> Result<BTreeMap<String, &'v Value<'a>>, BaselineError> {
        let mut pairs: Vec<_> = table.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        let mut values = BTreeMap::new();
        for (key, value) in pairs {
            let name = key.get_ref().to_string();
            if !known.contains(&name.as_str()) {
                let keys = known.join(", ");
                let ja = format!("{name} という名前はありません。使える名前: {keys}");
                return Err(self.error(key.span(), ja, format!("{name}: no such key; the keys are {keys}")));
            }
            values.insert(name, value);
        }
        Ok(values)
    }

    fn string(&self, name: &str, value: &Value<'_>) -> Result<String, BaselineError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            _ => {
                Err(self.error(value.span(), format!("{name}: 文字列を書きます"), format!("{name}: expected a string")))
            }
        }
    }

    fn filled(&self, name: &str, value: &Value<'_>) -> Result<String, BaselineError> {
        let text = self.string(name, value)?;
        match text.trim() {
            "" => Err(self.error(value.span(), format!("{name} が空です"), format!("{name} is empty"))),
            _ => Ok(text),
        }
    }

    fn hexadecimal(&self, name: &str, value: &Value<'_>, digits: usize) -> Result<String, BaselineError> {
        let text = self.string(name, value)?;
        if text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Ok(text);
        }
        let ja = format!("{name}: 16進数{digits}桁（小文字）を書きます");
        Err(self.error(value.span(), ja, format!("{name}: expected {digits} hexadecimal digits in lower case")))
    }

    fn rule(&self, value: &Value<'_>) -> Result<String, BaselineError> {
        let id = self.filled("rule", value)?;
        rules::find(&id).map(|rule| rule.id.to_owned()).ok_or_else(|| {
            let near = nearest(&id, rules::all().iter().map(|rule| rule.id));
            let ja = format!("ルール {id} はありません（近いもの: {near}）");
            self.error(value.span(), ja, format!("no rule {id}; the nearest is {near}"))
        })
    }

    fn item(&self, value: &Value<'_>) -> Result<String, BaselineError> {
        let name = self.filled("item", value)?;
        Key::parse(&name).map(|key| key.name().to_owned()).ok_or_else(|| {
            let near = nearest(&name, item_names());
            let ja = format!("項目 {name} はありません（近いもの: {near}）");
            self.error(value.span(), ja, format!("no item {name}; the nearest is {near}"))
        })
    }

    fn count(&self, value: &Value<'_>) -> Result<u64, BaselineError> {
        let count = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().replace('_', "").parse().ok(),
            _ => None,
        };
        count.filter(|&count: &u64| count > 0).ok_or_else(|| {
            self.error(value.span(), "count: 1以上の整数を書きます", "count: expected a whole number from 1 on")
        })
    }

    fn date(&self, value: &Value<'_>) -> Result<Date, BaselineError> {
        let date = match value.get_ref() {
            DeValue::Datetime(moment) if moment.time.is_none() && moment.offset.is_none() => moment.date,
            _ => None,
        };
        date.and_then(|date| {
            let month = Month::try_from(date.month).ok()?;
            Date::from_calendar_date(i32::from(date.year), month, date.day).ok()
        })
        .ok_or_else(|| {
            let ja = "expires: 実在する日付を引用符なしで書きます（例: 2027-03-31）";
            self.error(value.span(), ja, "expires: expected a day without quotes, like 2027-03-31")
        })
    }

    fn line(&self, span: Range<usize>) -> u64 {
        self.line_ends.partition_point(|&end| end < span.start) as u64 + 1
    }

    fn error(&self, at: Range<usize>, ja: impl Into<String>, en: impl Into<String>) -> BaselineError {
        let (file, line) = (self.file, self.line(at));
        BaselineError(Message::pair(
            format!("{file}の{line}行目: {}", ja.into()),
            format!("{file}, line {line}: {}", en.into()),
        ))
    }
}

fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> &'static str {
    known.min_by_key(|known| strsim::damerau_levenshtein(known, name)).unwrap_or_default()
}

/// The names of all items, those of several tables more than once.
fn item_names() -> impl Iterator<Item = &'static str> {
    let tables = Version::ALL.iter().flat_map(|version| Kind::ALL.iter().flat_map(|kind| tables(*version, *kind)));
    tables.flat_map(|table| &table.items).map(|item| item.key.name())
}

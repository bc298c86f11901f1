//! What a care program holds or is to hold, as values: `renkei-content/1`. Knows kinds, items and offices;
//! judges no value: whether one may stand in its item is the validator's to say.

mod read;
mod words;
mod write;

use std::collections::BTreeMap;
use std::fmt;

use renkei_validator::spec::{Key, Kind, Table, Version, tables};
use renkei_validator::text::Message;
use serde::{Deserialize, Serialize};

use super::compare::Named;
use super::sheet::Sheet;

pub(super) use self::write::NO_TIME;

/// `schema` of every content.
pub const SCHEMA: &str = "renkei-content/1";

/// The JSON Schema of `renkei-content/1`.
pub const JSON_SCHEMA: &str = include_str!("../../../docs/renkei-content-1.schema.json");

/// What a care program holds, or is to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    schema: Schema,
    /// The documents. Their order says nothing.
    pub documents: Vec<Document>,
}

/// The word [`SCHEMA`], and no other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Schema {
    #[default]
    #[serde(rename = "renkei-content/1")]
    One,
}

/// What stands in one file, or would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The identifier that names of its files begin with.
    #[serde(with = "words::kind")]
    pub kind: Kind,
    /// CSVバージョン
    #[serde(with = "words::version")]
    pub version: Version,
    /// Whose it is: 送信元
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<End>,
    /// For whom it is: 送信先
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<End>,
    /// 対象年月 (YYYYMM), where the kind's names have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<String>,
    /// ファイル連番 (YYYYMMDDHHMMSS)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// 画像の枝番, only `UPKIHON_IMAGE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The rows, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
    /// The picture, only `UPKIHON_IMAGE`; base64 in JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "words::base64")]
    pub image: Vec<u8>,
}

/// One end of a sending: an office, and the service type that it takes part with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// 事業所番号
    pub office: String,
    /// サービス種類コード, where the version's names have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_type: Option<String>,
}

/// Items with what stands in them. An item that is not there is empty; none holds an empty text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(BTreeMap<Key, String>);

impl Row {
    /// What stands in an item; empty where nothing does.
    pub fn get(&self, key: Key) -> &str {
        self.0.get(&key).map_or("", String::as_str)
    }

    /// Puts text into an item; an empty one empties it.
    pub fn set(&mut self, key: Key, text: impl Into<String>) {
        match text.into() {
            text if text.is_empty() => self.0.remove(&key),
            text => self.0.insert(key, text),
        };
    }

    /// The items that are filled, in the order of their keys.
    pub fn items(&self) -> impl Iterator<Item = (Key, &str)> {
        self.0.iter().map(|(key, text)| (*key, text.as_str()))
    }
}

impl FromIterator<(Key, String)> for Row {
    fn from_iter<I: IntoIterator<Item = (Key, String)>>(items: I) -> Row {
        Row(items.into_iter().filter(|(_, text)| !text.is_empty()).collect())
    }
}

impl Document {
    /// The table that the rows are of: of those of kind and version that have an item for each value, the one
    /// with the fewest items. Of 202003 there are two readings of 第7表.
    pub fn table(&self) -> Option<&'static Table> {
        let tables = tables(self.version, self.kind);
        let holds = |table: &&Table| self.rows.iter().flat_map(Row::items).all(|(key, _)| table.column(key).is_some());
        tables.iter().filter(holds).min_by_key(|table| table.items.len()).or(tables.first())
    }

    /// The name of its file.
    pub(super) fn file_name(&self) -> String {
        write::sheet(self).name.text
    }
}

impl Content {
    /// Some documents.
    pub fn of(documents: Vec<Document>) -> Content {
        Content { schema: Schema::One, documents }
    }

    /// Reads JSON of `renkei-content/1`.
    ///
    /// # Errors
    ///
    /// Where in it what is wrong; no value of it.
    pub fn parse(json: &[u8]) -> Result<Content, Message> {
        words::parse(json)
    }

    /// Writes JSON of `renkei-content/1`, indented, with a line end at its end.
    pub fn json(&self) -> String {
        // Only maps with other keys than text, and writers, can fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// What files say.
    ///
    /// # Errors
    ///
    /// The first file that says nothing that can be relied on: its name or its rows are not of the standard,
    /// or its bytes are not text in MS932.
    pub fn from_files(files: &[Named]) -> Result<Content, Message> {
        read::content(files)
    }

    /// The files that say it, as the standard has them: free text in quotes, Shift_JIS, CR LF. Documents that
    /// have no timestamp get `20000101000000`; items with one value that always stands there may be absent.
    ///
    /// # Errors
    ///
    /// A kind that the version has not, an item that the kind has not, or a character that MS932 has not.
    pub fn to_files(&self) -> Result<Vec<Named>, Message> {
        self.documents.iter().map(write::file).collect()
    }

    /// The same as sheets that can be compared, whatever characters it holds.
    pub fn to_sheets(&self) -> Vec<Sheet> {
        self.documents.iter().map(write::sheet).collect()
    }

    /// Documents between the same ends, of the same kind, version and month as one, in the order of their
    /// names; timestamps fall away. Two contents hold the same where these do.
    pub fn merged(&self) -> Content {
        let mut merged: BTreeMap<_, Document> = BTreeMap::new();
        for document in &self.documents {
            let Document { kind, version, source, destination, month, timestamp: _, branch, rows, image: _ } = document;
            // Pictures that no branch tells apart stay two.
            let picture = if branch.is_none() { &document.image[..] } else { &[] };
            let name = (*kind, *version, source, destination, month, branch, picture);
            let one = merged.entry(name).or_insert_with(|| Document {
                rows: Vec::new(),
                timestamp: None,
                ..document.clone()
            });
            one.rows.extend(rows.iter().cloned());
        }
        Content::of(merged.into_values().collect())
    }

    /// Both together.
    pub fn and(mut self, other: &Content) -> Content {
        self.documents.extend(other.documents.iter().cloned());
        self
    }
}

impl fmt::Display for Document {
    /// As far as it can be told without values of people: `UPPLAN 202610 9970100013→9970100021`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let office = |end: &Option<End>| end.as_ref().map_or("?", |end| &end.office).to_owned();
        write!(f, "{}", self.kind)?;
        if let Some(month) = &self.month {
            write!(f, " {month}")?;
        }
        write!(f, " {}→{}", office(&self.source), office(&self.destination))
    }
}

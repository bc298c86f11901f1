//! How contents are spelled in JSON, and what is wrong with one that is not. Knows words; knows no file.

use std::fmt;

use renkei_validator::spec::{Key, Kind, Version};
use renkei_validator::text::Message;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Content, Document, Row};

/// Reads a content. The message tells the place and what was expected there, and repeats no value of a row.
pub(super) fn parse(json: &[u8]) -> Result<Content, Message> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let content: Content = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, error) = (error.path().to_string(), error.into_inner());
        let (line, column) = (error.line(), error.column());
        let why = error.to_string();
        let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
        let ja = if error.is_data() { in_japanese(why) } else { "JSONとして読み取れません".to_owned() };
        let why = Message::pair(ja, if is_of_type(why) { "the value has another type" } else { why });
        Message::pair(
            format!("{line}行{column}文字目 {path}: {}", why.ja),
            format!("line {line}, column {column}, {path}: {}", why.en),
        )
    })?;
    reader.end().map_err(|_| Message::pair("JSONの後に余分な文字があります", "something stands after the JSON"))?;
    match content.documents.iter().find_map(|document| Some((document, misplaced(document)?))) {
        Some((document, key)) => Err(Message::pair(
            format!("{document}: 版{}の{}に項目 {} はありません", document.version, document.kind, key.name()),
            format!("{document}: {} of version {} has no item {}", document.kind, document.version, key.name()),
        )),
        None => Ok(content),
    }
}

/// What serde says of a wrong type: that repeats the value.
fn is_of_type(why: &str) -> bool {
    why.starts_with("invalid type")
}

/// What serde, or the words below, say is wrong.
fn in_japanese(why: &str) -> String {
    let name = || why.split('`').nth(1).unwrap_or_default();
    for (said, what) in [("there is no item ", "項目"), ("there is no kind ", "種別"), ("there is no version ", "版")]
    {
        if let Some(name) = why.strip_prefix(said) {
            return format!("{what} {name} はありません");
        }
    }
    if let Some(name) = why.strip_prefix("the item ").and_then(|rest| rest.strip_suffix(" is there twice")) {
        return format!("項目 {name} が2つあります");
    }
    match why {
        "this is not base64" => "base64として読み取れません".to_owned(),
        _ if is_of_type(why) => "値の型が違います".to_owned(),
        _ if why.starts_with("missing field") => format!("{} がありません", name()),
        _ if why.starts_with("unknown field") => format!("{} という名前は使えません", name()),
        _ if why.starts_with("duplicate field") => format!("{} が2つあります", name()),
        _ if why.starts_with("unknown variant") => format!("{} は使えません", name()),
        _ => format!("値が正しくありません（{why}）"),
    }
}

/// An item that the kind has not.
pub(super) fn misplaced(document: &Document) -> Option<Key> {
    let table = document.table();
    let is_there = |key: Key| table.is_some_and(|table| table.column(key).is_some());
    document.rows.iter().flat_map(Row::items).map(|(key, _)| key).find(|key| !is_there(*key))
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.items().map(|(key, text)| (key.name(), text)))
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Row, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("items with their texts")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Row, M::Error> {
                let mut row = Row::default();
                while let Some(name) = map.next_key::<String>()? {
                    let key = Key::parse(&name).ok_or_else(|| M::Error::custom(format!("there is no item {name}")))?;
                    if !row.get(key).is_empty() {
                        return Err(M::Error::custom(format!("the item {name} is there twice")));
                    }
                    row.set(key, map.next_value::<String>()?);
                }
                Ok(row)
            }
        }
        deserializer.deserialize_map(Items)
    }
}

pub(in crate::suite) mod kind {
    use super::*;

    pub(in crate::suite) fn serialize<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(kind.name())
    }

    pub(in crate::suite) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
        let word = String::deserialize(deserializer)?;
        Kind::parse(&word).ok_or_else(|| D::Error::custom(format!("there is no kind {word}")))
    }
}

pub(in crate::suite) mod version {
    use super::*;

    pub(in crate::suite) fn serialize<S: Serializer>(version: &Version, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(version.value())
    }

    pub(in crate::suite) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Version, D::Error> {
        let word = String::deserialize(deserializer)?;
        Version::parse(word.as_bytes()).ok_or_else(|| D::Error::custom(format!("there is no version {word}")))
    }
}

pub(super) mod base64 {
    use ::base64::Engine;
    use ::base64::engine::general_purpose::STANDARD;

    use super::*;

    pub(in crate::suite::content) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(in crate::suite::content) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(|_| D::Error::custom("this is not base64"))
    }
}

//! How contents are spelled in JSON, and what is wrong with one that is not. Knows words, which
//! [`json`](crate::suite::json) has in Japanese; knows no file.

use std::fmt;

use renkei_validator::spec::{Key, Kind, Version};
use renkei_validator::text::Message;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Content, Document, Row};
use crate::suite::json;

/// Reads a content. The message tells the place and what was expected there, and repeats no value of a row.
pub(super) fn parse(json: &[u8]) -> Result<Content, Message> {
    let content: Content = json::read(json)?;
    match content.documents.iter().find_map(|document| Some((document, misplaced(document)?))) {
        Some((document, key)) => Err(Message::pair(
            format!("{document}: 版{}の{}に項目 {} はありません", document.version, document.kind, key.name()),
            format!("{document}: {} of version {} has no item {}", document.kind, document.version, key.name()),
        )),
        None => Ok(content),
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

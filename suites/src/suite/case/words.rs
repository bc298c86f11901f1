//! How the values of cases are spelled. Knows words; knows no case.

use std::collections::BTreeMap;

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::{Key, Kind, Version};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::Value;

pub(super) fn one() -> u64 {
    1
}

pub(super) fn one_usize() -> usize {
    1
}

pub(super) fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
    as_kind(&String::deserialize(deserializer)?)
}

pub(super) fn kinds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Kind>, D::Error> {
    Vec::<String>::deserialize(deserializer)?.iter().map(|word| as_kind(word)).collect()
}

fn as_kind<E: Error>(word: &str) -> Result<Kind, E> {
    Kind::parse(word).ok_or_else(|| E::custom(format!("there is no kind {word}")))
}

pub(super) fn key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
    as_key(&String::deserialize(deserializer)?)
}

pub(super) fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Key>, D::Error> {
    Vec::<String>::deserialize(deserializer)?.iter().map(|word| as_key(word)).collect()
}

fn as_key<E: Error>(word: &str) -> Result<Key, E> {
    Key::parse(word).ok_or_else(|| E::custom(format!("there is no item {word}")))
}

pub(super) fn versions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Version>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    if words.is_empty() {
        return Err(D::Error::custom("at least one version is needed"));
    }
    words.iter().map(|word| as_version(word)).collect()
}

pub(super) fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Version>, D::Error> {
    as_version(&String::deserialize(deserializer)?).map(Some)
}

fn as_version<E: Error>(word: &str) -> Result<Version, E> {
    Version::parse(word.as_bytes()).ok_or_else(|| E::custom(format!("there is no version {word}")))
}

pub(super) fn month<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let word = String::deserialize(deserializer)?;
    match YearMonth::parse(word.as_bytes()) {
        Some(_) => Ok(Some(word)),
        None => Err(D::Error::custom(format!("{word} is no month YYYYMM"))),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    repeat: String,
    times: usize,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => Ok(Value::Text(text)),
            other @ toml::Value::Table(_) => {
                let Repeat { repeat, times } = other.try_into().map_err(D::Error::custom)?;
                Ok(Value::Repeat(repeat, times))
            }
            _ => Err(D::Error::custom("a text is expected, or { repeat = \"…\", times = … }")),
        }
    }
}

pub(super) fn items<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Key, Value>, D::Error> {
    let items = BTreeMap::<String, Value>::deserialize(deserializer)?;
    items.into_iter().map(|(word, value)| Ok((as_key(&word)?, value))).collect()
}

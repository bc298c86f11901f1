//! Finds the line and column of a value by its path. Knows JSON; knows no report.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A step from a value to one in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value of a key.
    Key(String),
    /// An entry of a list.
    Index(usize),
}

/// A path as people write it.
pub(super) fn shown(path: &[Step]) -> String {
    let mut shown = String::new();
    for step in path {
        match step {
            Step::Key(key) if shown.is_empty() => shown.push_str(key),
            Step::Key(key) => shown.push_str(&format!(".{key}")),
            Step::Index(index) => shown.push_str(&format!("[{index}]")),
        }
    }
    shown
}

/// Line and column, both 1-based; as far as the path leads where it leads nowhere.
pub(super) fn locate(text: &str, path: &[Step]) -> (usize, usize) {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // The one who arrives fails there, and the failure knows its place.
    match Walk(path).deserialize(&mut deserializer) {
        Err(error) => (error.line().max(1), error.column().max(1)),
        Ok(()) => (1, 1),
    }
}

struct Walk<'a>(&'a [Step]);

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            [] => Err(D::Error::custom("here")),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the value of a path")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match self.0 {
                [Step::Key(wanted), rest @ ..] if *wanted == key => return map.next_value_seed(Walk(rest)),
                _ => map.next_value::<IgnoredAny>().map(drop)?,
            }
        }
        Err(A::Error::custom("not here"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let [Step::Index(wanted), rest @ ..] = self.0 else { return Err(A::Error::custom("no list")) };
        for _ in 0..*wanted {
            if list.next_element::<IgnoredAny>()?.is_none() {
                return Err(A::Error::custom("not here"));
            }
        }
        list.next_element_seed(Walk(rest)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_path() {
        let text = "{\n  \"a\": [\n    1,\n    { \"b\": 7 }\n  ],\n  \"c\": 2\n}";
        let key = |key: &str| Step::Key(key.to_owned());
        let path = [key("a"), Step::Index(1), key("b")];
        assert_eq!((shown(&path), locate(text, &path).0), ("a[1].b".to_owned(), 4));
        assert_eq!(locate(text, &[key("c")]).0, 6);
        assert_eq!(locate(text, &[key("d")]).0, 7);
    }
}

//! Writes a baseline as TOML. The same entries, the same bytes.

use std::fmt::Write;

use super::{Baseline, SCHEMA};

/// What stands at the top of the file.
const HEAD: &str = "\
# renkei: 既知の指摘の一覧（ベースライン）です。docs/BASELINE.ja.md に説明があります。
# renkei: findings that are known; see docs/BASELINE.md.
";

impl Baseline {
    /// The file's text: entries in order of rule, role, item and row.
    pub fn text(&self) -> String {
        let mut text = format!("{HEAD}schema = {}\n", quoted(SCHEMA));
        if let Some(key) = &self.key {
            text += &format!("key = {}\n", quoted(key));
        }
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by(|a, b| a.what.cmp(&b.what));
        for entry in entries {
            let what = &entry.what;
            text += &format!("\n[[finding]]\nrule = {}\n", quoted(&what.rule));
            for (name, value) in [("role", &what.role), ("item", &what.item), ("row", &what.row)] {
                if let Some(value) = value {
                    text += &format!("{name} = {}\n", quoted(value));
                }
            }
            text += &format!("count = {}\nreason = {}\n", entry.count, quoted(&entry.reason));
            text += &format!("expires = {}\n", entry.expires);
        }
        text
    }
}

/// A basic string of TOML.
fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            // Writing to a string cannot fail.
            c if crate::safe::acts(c) => drop(write!(text, "\\U{:08X}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

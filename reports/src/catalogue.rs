//! What is said of rules: `renkei explain`, `renkei rules`, `docs/RULES.md`.

use renkei_validator::rule::Rule;

use crate::Lang;

/// `renkei explain RULE`, with its examples run.
pub fn explain(_rule: &Rule, _lang: Lang) -> String {
    String::new()
}

/// `renkei rules`
pub fn list_text(_lang: Lang) -> String {
    String::new()
}

/// `renkei rules --format json`
pub fn list_json() -> String {
    String::new()
}

/// `renkei rules --format md`: the text of `docs/RULES.md`, Japanese and English.
pub fn rules_md() -> String {
    String::new()
}

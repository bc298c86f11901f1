//! Mutants of a given: its files with a defect that one rule finds. Knows rules; the defects are theirs.

use renkei_generators::mutate::{self, Parent};
use renkei_validator::rules;
use renkei_validator::text::Message;

use crate::suite::case::Mutant;
use crate::suite::compare::Named;

pub(super) fn files(name: &str, files: Vec<Named>, mutant: &Mutant) -> Result<Vec<Named>, Message> {
    let options = mutate::options(None);
    let parent = Parent::new(name, files, &options).map_err(|refused| {
        refused.findings.into_iter().next().unwrap_or_else(|| Message::pair("誤りがあります", "it is not clean"))
    })?;
    let rule = rules::find(&mutant.rule).ok_or_else(|| {
        Message::pair(format!("ルール {} はありません", mutant.rule), format!("there is no rule {}", mutant.rule))
    })?;
    let made = rule.bad.iter().filter_map(|case| mutate::make(&parent, rule, case, &options).ok());
    made.map(|mutation| mutation.files).nth(mutant.nth.saturating_sub(1)).ok_or_else(|| {
        Message::pair(
            format!("ルール {} に、この組から作れる{}番目の誤りはありません", rule.id, mutant.nth),
            format!("no mutant {} of {} can be made of this set", mutant.nth, rule.id),
        )
    })
}

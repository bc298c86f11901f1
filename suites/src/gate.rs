//! The content check of `renkei serve --gate`: the validator, asked about one delivery. Knows rules by
//! their ids only; shows no value.

use std::collections::BTreeMap;

use renkei_mock_platform::post::Gate;
use renkei_validator::finding::Severity;
use renkei_validator::text::Message;
use renkei_validator::{Options, judge};

/// Refuses deliveries in which the validator finds an error.
#[derive(Debug)]
pub(crate) struct Validation;

/// Rules that a refusal names; it says how many more there are.
const NAMED: usize = 5;

impl Gate for Validation {
    fn judge(&self, files: &[(&str, &[u8])]) -> Result<(), Message> {
        let files: Vec<(String, Vec<u8>)> =
            files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
        let judgement = judge(&files, &Options::default());
        let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in judgement.findings() {
            if finding.severity == Severity::Error {
                *rules.entry(finding.rule.id).or_default() += 1;
            }
        }
        if rules.is_empty() {
            return Ok(());
        }
        let named: Vec<&str> = rules.keys().copied().take(NAMED).collect();
        let (named, more) = (named.join(", "), rules.len().saturating_sub(NAMED));
        Err(match more {
            0 => Message::pair(
                format!("次のルールの誤りがあります: {named}"),
                format!("errors of these rules were found: {named}"),
            ),
            _ => Message::pair(
                format!("次のルールなどの誤りがあります（ほか{more}件）: {named}"),
                format!("errors of these rules and {more} more were found: {named}"),
            ),
        })
    }
}

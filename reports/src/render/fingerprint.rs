//! Recognises a finding again in the next run. Knows nothing of lines and bytes: rows may have moved.
//!
//! No value goes in, masked or shown: a digest of a short value is as good as the value.

use std::collections::BTreeMap;

use renkei_validator::name::FileName;
use renkei_validator::spec::Segment;
use sha2::{Digest, Sha256};

use crate::model::FindingRecord;

/// Counts what is otherwise equal, so that every fingerprint of a report is unique.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: BTreeMap<[u8; 32], u64>,
}

impl Fingerprints {
    /// Of a finding: its rule, the role of its file, its item, and what it says without numbers.
    pub(super) fn finding(&mut self, finding: &FindingRecord) -> String {
        let item = finding.item.as_ref().map_or("", |item| item.key.as_str());
        self.of(&["finding", &finding.rule, &role(&finding.file), item, &skeleton(&finding.message.en)])
    }

    /// Of anything else.
    pub(super) fn of(&mut self, parts: &[&str]) -> String {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        let parts = <[u8; 32]>::from(digest.finalize());
        let earlier = self.seen.entry(parts).or_default();
        let mut digest = Sha256::new();
        digest.update(parts);
        digest.update(earlier.to_be_bytes());
        *earlier += 1;
        digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The name of a file without folders and without the timestamp, which every export makes anew.
fn role(name: &str) -> String {
    let parsed = FileName::parse(name);
    match parsed.part(Segment::Timestamp) {
        Some(timestamp) if !timestamp.is_empty() => parsed.text.replace(timestamp, ""),
        Some(_) | None => parsed.text,
    }
}

/// A message with every number as `#`: counts and line numbers differ from run to run.
pub(crate) fn skeleton(message: &str) -> String {
    let mut skeleton = String::with_capacity(message.len());
    for c in message.chars() {
        match c.is_ascii_digit() {
            false => skeleton.push(c),
            true if skeleton.ends_with('#') => {}
            true => skeleton.push('#'),
        }
    }
    skeleton
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_a_name_without_folders_and_timestamp() {
        let name = "計画/UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV";
        assert_eq!(role(name), "UP1KYO_9970100013_43_9970100021_11_.CSV");
        assert_eq!(role("a/メモ.pdf"), "メモ.pdf");
    }

    #[test]
    fn numbers_of_a_message_are_left_out() {
        assert_eq!(skeleton("12 items where 104 are expected"), "# items where # are expected");
    }

    #[test]
    fn equal_parts_have_different_fingerprints_and_borders_between_parts_count() {
        let mut fingerprints = Fingerprints::default();
        let all = [&["a", "b"][..], &["a", "b"], &["ab"]].map(|parts| fingerprints.of(parts));
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
        assert_eq!(Fingerprints::default().of(&["a", "b"]), all[0]);
    }
}

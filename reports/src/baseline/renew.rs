//! Makes the baseline after a run: what it found, with the reasons that are known already.

use std::collections::BTreeMap;

use time::Date;

use super::{Baseline, Claim, Entry, Judged, Known};

/// Keeps the entries that the run says nothing of, and those that still match, at the count that they do;
/// gives what no entry lets pass a new one. Findings that are counted and not listed get one entry for the
/// rule and role as a whole.
pub(crate) fn renew(
    old: &Baseline,
    judged: &Judged,
    claims: &[Claim],
    is_judged: impl Fn(&Entry) -> bool,
    reason: &str,
    expires: Date,
    key: Option<String>,
) -> Baseline {
    let mut entries: BTreeMap<Known, Entry> = BTreeMap::new();
    for (i, entry) in old.entries.iter().enumerate() {
        let count = match (judged.expired[i], is_judged(entry)) {
            (true, true) => 0,
            (false, true) => judged.used[i],
            (_, false) => entry.count,
        };
        if count > 0 {
            entries.insert(entry.what.clone(), Entry { count, ..entry.clone() });
        }
    }
    let mut add = |what: Known, count: u64| {
        let before = entries.get(&what).map_or(0, |entry| entry.count);
        let entry = Entry { what: what.clone(), count: before + count, reason: reason.to_owned(), expires, line: 0 };
        entries.insert(what, entry);
    };
    for ((rule, role), count) in &judged.left {
        add(Known { rule: rule.clone(), role: role.clone(), item: None, row: None }, *count);
    }
    for (_, claim) in claims.iter().enumerate().filter(|(i, _)| judged.passes(*i).is_none()) {
        let Known { rule, role, .. } = &claim.what;
        let whole =
            [role.clone(), None].into_iter().find(|role| judged.left.contains_key(&(rule.clone(), role.clone())));
        match whole {
            Some(role) => add(Known { rule: rule.clone(), role, item: None, row: None }, 1),
            None => add(claim.what.clone(), 1),
        }
    }
    let entries: Vec<Entry> = entries.into_values().collect();
    let key = key.filter(|_| entries.iter().any(|entry| entry.what.row.is_some()));
    Baseline { file: old.file.clone(), key, entries }
}

//! Matches findings with entries. Knows counts and keys; makes no finding.

use std::collections::{BTreeMap, BTreeSet};

use renkei_validator::finding::Severity;
use time::Date;

use super::{Baseline, Known};

/// A listed finding, as far as entries can name it.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    /// Named in full, as far as it can be.
    pub(crate) what: Known,
    pub(crate) severity: Severity,
}

/// Findings of one rule and role that are counted and not listed: which rows they are about is not known.
#[derive(Clone, Debug)]
pub(crate) struct Unlisted {
    pub(crate) rule: String,
    /// `None` for a rule about sets.
    pub(crate) role: Option<String>,
    pub(crate) counts: BTreeMap<Severity, u64>,
}

/// What the entries make of a run.
#[derive(Debug)]
pub(crate) struct Judged {
    /// For each claim, the entry it matches.
    pub(crate) claims: Vec<Option<usize>>,
    /// For each entry, how many findings it matches.
    pub(crate) used: Vec<u64>,
    /// For each entry, whether it has expired.
    pub(crate) expired: Vec<bool>,
    /// Rule and role of unlisted findings that no entry matches, with their count.
    pub(crate) left: BTreeMap<(String, Option<String>), u64>,
    /// Findings let pass that are not listed, by rule and severity.
    pub(crate) covered_unlisted: BTreeMap<(String, Severity), u64>,
}

impl Judged {
    /// The entry that lets a claim pass.
    pub(crate) fn passes(&self, claim: usize) -> Option<usize> {
        self.claims[claim].filter(|&entry| !self.expired[entry])
    }
}

/// Gives each finding the entry that names it most closely and is not used up; one that has expired only
/// where there is no other.
///
/// Unlisted findings take first from entries that leave the row open, those of low severity before the
/// others: what is too many then shows among the listed ones, at its worst.
pub(crate) fn judge(baseline: &Baseline, claims: &[Claim], unlisted: &[Unlisted], as_of: Option<Date>) -> Judged {
    let entries = &baseline.entries;
    let index: BTreeMap<&Known, usize> = entries.iter().enumerate().map(|(i, entry)| (&entry.what, i)).collect();
    let mut judged = Judged {
        claims: Vec::with_capacity(claims.len()),
        used: vec![0; entries.len()],
        expired: entries.iter().map(|entry| entry.has_expired(as_of)).collect(),
        left: BTreeMap::new(),
        covered_unlisted: BTreeMap::new(),
    };
    for group in unlisted {
        let what = Known { rule: group.rule.clone(), role: group.role.clone(), item: None, row: None };
        let mut left = 0;
        for (&severity, &count) in &group.counts {
            let mut count = count;
            for entry in candidates(&what, &index, &judged.expired) {
                let taken = count.min(entries[entry].count - judged.used[entry]);
                judged.used[entry] += taken;
                count -= taken;
                match judged.expired[entry] {
                    true => left += taken,
                    false => *judged.covered_unlisted.entry((group.rule.clone(), severity)).or_default() += taken,
                }
            }
            left += count;
        }
        if left > 0 {
            judged.left.insert((group.rule.clone(), group.role.clone()), left);
        }
    }
    for claim in claims {
        let free = |&entry: &usize| judged.used[entry] < entries[entry].count;
        let entry = candidates(&claim.what, &index, &judged.expired).into_iter().find(free);
        if let Some(entry) = entry {
            judged.used[entry] += 1;
        }
        judged.claims.push(entry);
    }
    judged
}

/// The entries that match, the closest first, those that have expired last.
fn candidates(what: &Known, index: &BTreeMap<&Known, usize>, expired: &[bool]) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for role in [what.role.clone(), None] {
        for row in [what.row.clone(), None] {
            for item in [what.item.clone(), None] {
                let known = Known { rule: what.rule.clone(), role: role.clone(), item, row: row.clone() };
                found.extend(index.get(&known).copied().filter(|entry| seen.insert(*entry)));
            }
        }
    }
    let (gone, good): (Vec<usize>, Vec<usize>) = found.into_iter().partition(|&entry| expired[entry]);
    [good, gone].concat()
}

#[cfg(test)]
mod tests {
    use time::Month;

    use super::*;
    use crate::baseline::Entry;

    fn known(role: Option<&str>, item: Option<&str>, row: Option<&str>) -> Known {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Known { rule: "cell/too-long".to_owned(), role: own(role), item: own(item), row: own(row) }
    }

    fn day(day: u8) -> Date {
        Date::from_calendar_date(2026, Month::November, day).unwrap()
    }

    fn baseline(entries: &[(Known, u64, u8)]) -> Baseline {
        let entries = entries.iter().map(|(what, count, until)| Entry {
            what: what.clone(),
            count: *count,
            reason: "r".to_owned(),
            expires: day(*until),
            line: 1,
        });
        Baseline { entries: entries.collect(), ..Baseline::empty("b.toml") }
    }

    fn claims(what: &[Known]) -> Vec<Claim> {
        what.iter().map(|what| Claim { what: what.clone(), severity: Severity::Error }).collect()
    }

    #[test]
    fn the_closest_entry_is_taken_first_and_none_twice_as_often_as_it_counts() {
        let baseline = baseline(&[
            (known(None, None, None), 1, 30),
            (known(Some("A"), None, None), 1, 30),
            (known(Some("A"), Some("units"), Some("1")), 1, 30),
        ]);
        let claims = claims(&[
            known(Some("A"), Some("units"), Some("1")),
            known(Some("A"), Some("units"), Some("2")),
            known(Some("B"), None, None),
            known(Some("B"), None, None),
        ]);
        let judged = judge(&baseline, &claims, &[], Some(day(1)));
        assert_eq!(judged.claims, [Some(2), Some(1), Some(0), None]);
        assert_eq!(judged.used, [1, 1, 1]);
    }

    #[test]
    fn an_entry_lets_pass_on_its_last_day_and_not_on_the_next() {
        let baseline = baseline(&[(known(Some("A"), None, None), 1, 20)]);
        let claims = claims(&[known(Some("A"), None, Some("1"))]);
        assert_eq!(judge(&baseline, &claims, &[], Some(day(20))).passes(0), Some(0));
        let after = judge(&baseline, &claims, &[], Some(day(21)));
        assert_eq!((after.passes(0), after.claims[0]), (None, Some(0)));
    }

    #[test]
    fn unlisted_findings_are_let_pass_by_entries_without_row_the_worst_last() {
        let baseline = baseline(&[(known(Some("A"), None, None), 3, 30), (known(Some("A"), None, Some("1")), 9, 30)]);
        let unlisted = Unlisted {
            rule: "cell/too-long".to_owned(),
            role: Some("A".to_owned()),
            counts: BTreeMap::from([(Severity::Error, 2), (Severity::Warning, 2)]),
        };
        let judged = judge(&baseline, &claims(&[known(Some("A"), None, Some("2"))]), &[unlisted], Some(day(1)));
        let passed: Vec<_> = judged.covered_unlisted.iter().map(|((_, severity), n)| (*severity, *n)).collect();
        assert_eq!(passed, [(Severity::Warning, 2), (Severity::Error, 1)]);
        assert_eq!(judged.left.into_values().collect::<Vec<_>>(), [1]);
        assert_eq!(judged.claims, [None]);
    }
}

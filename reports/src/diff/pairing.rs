//! Pairs the findings of one rule and role. Knows what makes two of them the same; counts nothing.

use std::collections::BTreeMap;

use crate::model::{FindingRecord, Pair};
use crate::render::skeleton;

type Listed<'a> = (usize, &'a FindingRecord);

/// What is left without a partner.
pub(super) struct Unpaired<'a> {
    pub(super) began: Vec<Listed<'a>>,
    pub(super) stopped: Vec<Listed<'a>>,
}

/// What makes two findings of one rule and role the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Likeness<'a> {
    item: Option<&'a str>,
    row: Option<&'a str>,
    message: Option<String>,
}

/// Pairs findings of which nothing more can be told apart: first those whose values and rows look the same,
/// then the others in their order. `same_words` is false where messages come of different tools.
pub(super) fn pair<'a>(old: &[Listed<'a>], new: &[Listed<'a>], by_row: bool, same_words: bool) -> Unpaired<'a> {
    let likeness = |finding: &'a FindingRecord| Likeness {
        item: finding.item.as_ref().map(|item| item.key.as_str()),
        row: finding.row.as_deref().filter(|_| by_row),
        message: (!by_row && same_words).then(|| skeleton(&finding.message.en)),
    };
    let mut groups: BTreeMap<Likeness<'a>, [Vec<Listed<'a>>; 2]> = BTreeMap::new();
    for (side, findings) in [old, new].into_iter().enumerate() {
        for listed in findings {
            groups.entry(likeness(listed.1)).or_default()[side].push(*listed);
        }
    }
    let mut left = Unpaired { began: Vec::new(), stopped: Vec::new() };
    for [old, new] in groups.into_values() {
        let (stopped, began) = without_equals(old, new);
        let paired = stopped.len().min(began.len());
        left.stopped.extend(stopped.into_iter().skip(paired));
        left.began.extend(began.into_iter().skip(paired));
    }
    left
}

/// Takes away those that look the same on both sides.
fn without_equals<'a>(old: Vec<Listed<'a>>, new: Vec<Listed<'a>>) -> (Vec<Listed<'a>>, Vec<Listed<'a>>) {
    let mut looks: BTreeMap<Looks<'a>, usize> = BTreeMap::new();
    for (_, finding) in &old {
        *looks.entry(looks_of(finding)).or_default() += 1;
    }
    let mut equal: BTreeMap<Looks<'a>, usize> = BTreeMap::new();
    let began = new
        .into_iter()
        .filter(|(_, finding)| {
            let looks_like = looks_of(finding);
            match looks.get_mut(&looks_like) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    *equal.entry(looks_like).or_default() += 1;
                    false
                }
                Some(_) | None => true,
            }
        })
        .collect();
    let stopped = old
        .into_iter()
        .filter(|(_, finding)| match equal.get_mut(&looks_of(finding)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            Some(_) | None => true,
        })
        .collect();
    (stopped, began)
}

type Looks<'a> = (&'a str, Option<&'a Pair>, Option<[&'a str; 3]>);

fn looks_of(finding: &FindingRecord) -> Looks<'_> {
    let excerpt = finding.excerpt.as_ref();
    let excerpt = excerpt.map(|text| [text.before.as_str(), text.marked.as_str(), text.after.as_str()]);
    (&finding.severity, finding.expected.as_ref(), excerpt)
}

//! Which rules ran on which input, each list told once: thousands of inputs are alike in this.

use std::collections::{BTreeMap, BTreeSet};

use renkei_validator::decode::Encoding;
use renkei_validator::name::Nature;
use renkei_validator::rule::{Check, Rule};
use renkei_validator::scope::{NotRun, not_run};
use renkei_validator::spec::{Kind, Version};
use renkei_validator::{FileJudgement, SetsJudgement, rules, set_rules};

use crate::model::{NotRunRecord, Pair, ScopeRecord};

/// The lists told so far.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    /// In the order of their indexes.
    pub(super) list: Vec<ScopeRecord>,
    indexes: BTreeMap<ScopeRecord, usize>,
    by_likeness: BTreeMap<Likeness, usize>,
}

/// Inputs that are alike in this are judged by the same rules.
type Likeness = (bool, bool, Encoding, Option<Version>, Option<(Version, Kind, usize)>, BTreeSet<&'static str>);

impl Scopes {
    /// The index of the list of a file.
    pub(super) fn of_file(&mut self, file: &FileJudgement) -> usize {
        let table = file.table.map(|table| (table.version, table.kind, table.items.len()));
        let nature = (file.nature == Nature::Data, file.nature == Nature::Attachment);
        let likeness = (nature.0, nature.1, file.encoding, file.version, table, file.broken.clone());
        if let Some(&index) = self.by_likeness.get(&likeness) {
            return index;
        }
        let of_files = rules::all().iter().copied().filter(|rule| !is_of_sets(rule));
        let index = self.index(scope(of_files.map(|rule| (rule, not_run(file, rule)))));
        self.by_likeness.insert(likeness, index);
        index
    }

    /// The index of a list.
    pub(super) fn index(&mut self, scope: ScopeRecord) -> usize {
        *self.indexes.entry(scope).or_insert_with_key(|scope| {
            self.list.push(scope.clone());
            self.list.len() - 1
        })
    }
}

/// The list of the rules about sets.
pub(super) fn of_sets(sets: Option<&SetsJudgement>) -> ScopeRecord {
    scope(set_rules().map(|rule| {
        let why = match sets {
            None => Some(NotRun::Alone),
            Some(sets) if sets.broken.contains(&rule.id) => Some(NotRun::Broken),
            Some(sets) if sets.sets == 0 => Some(NotRun::NoSets),
            Some(_) => None,
        };
        (rule, why)
    }))
}

fn is_of_sets(rule: &Rule) -> bool {
    matches!(rule.check, Check::Set(_) | Check::Delivery(_))
}

fn scope(rules: impl Iterator<Item = (&'static Rule, Option<NotRun>)>) -> ScopeRecord {
    let mut ran = Vec::new();
    let mut not_run: BTreeMap<NotRun, Vec<String>> = BTreeMap::new();
    for (rule, why) in rules {
        match why {
            None => ran.push(rule.id.to_owned()),
            Some(why) => not_run.entry(why).or_default().push(rule.id.to_owned()),
        }
    }
    let not_run = not_run.into_iter().map(|(why, rules)| NotRunRecord { rules, why: Pair::from(why.why()) });
    ScopeRecord { ran, not_run: not_run.collect() }
}

//! Groups files into sending units and runs the rules over them. Knows how files belong together;
//! judges nothing itself.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::check::{FileJudgement, Findings, NotChecked, Options};
use crate::finding::Finding;
use crate::name::Nature;
use crate::rule::{Check, DeliveryView, Out, Rule, SetKey, SetView};
use crate::spec::Segment;
use crate::text::Message;

/// What was found in the sets that some files form.
#[derive(Debug, Default)]
pub struct SetsJudgement {
    /// How many sets there are.
    pub sets: u64,
    /// What was found.
    pub findings: Findings,
    /// What was not checked.
    pub not_checked: Vec<NotChecked>,
}

/// The rules that need more than one file.
pub fn set_rules() -> impl Iterator<Item = &'static Rule> {
    crate::rules::all().iter().copied().filter(|rule| matches!(rule.check, Check::Set(_) | Check::Delivery(_)))
}

/// Judges the sets that some files form. Files of different folders form no set.
pub fn check_sets(files: &[&FileJudgement], options: &Options) -> SetsJudgement {
    check_sets_with(files, options, crate::rules::all())
}

/// Judges sets with other rules than all of them.
pub fn check_sets_with(files: &[&FileJudgement], options: &Options, rules: &'static [&'static Rule]) -> SetsJudgement {
    let mut judgement = SetsJudgement::default();
    let mut folders: BTreeMap<&str, BTreeMap<SetKey, Vec<&FileJudgement>>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.nature != Nature::Attachment) {
        match set_key(file) {
            Some(key) => folders.entry(folder(&file.name)).or_default().entry(key).or_default().push(file),
            None => judgement.not_checked.push(NotChecked {
                what: Message::pair(
                    format!("{}: 他のファイルとの組み合わせ", file.name),
                    format!("{}: its place in a set", file.name),
                ),
                why: Message::pair(
                    "ファイル名から送信元・送信先・ファイル連番を読み取れません",
                    "the name does not tell sender, receiver and timestamp",
                ),
                blocks: false,
            }),
        }
    }
    let mut found = Vec::new();
    let mut broken = Vec::new();
    for (_, sets) in folders {
        let sets = sets
            .into_iter()
            .map(|(key, mut files)| {
                files.sort_by(|a, b| a.name.cmp(&b.name));
                SetView { key, files }
            })
            .collect();
        let delivery = DeliveryView { sets, options };
        judgement.sets += delivery.sets.len() as u64;
        for &rule in rules {
            if catch_unwind(AssertUnwindSafe(|| run(rule, &delivery, &mut found))).is_err() {
                broken.push(rule.id);
            }
        }
    }
    let mut kept = BTreeMap::new();
    for finding in found {
        let count: &mut usize = kept.entry((finding.rule.id, finding.at.file.clone())).or_default();
        *judgement.findings.totals.entry((finding.rule.id, finding.severity)).or_default() += 1;
        if *count < options.keep {
            *count += 1;
            judgement.findings.kept.push(finding);
        }
    }
    judgement.findings.sort();
    broken.dedup();
    for rule in broken {
        judgement.not_checked.push(NotChecked {
            what: Message::pair(format!("ルール {rule}"), format!("rule {rule}")),
            why: Message::pair(
                "ルールの実行中に内部エラーが起きました（renkeiの不具合です）",
                "the rule broke while running (a defect of renkei)",
            ),
            blocks: true,
        });
    }
    judgement
}

fn run(rule: &'static Rule, delivery: &DeliveryView<'_>, found: &mut Vec<Finding>) {
    match rule.check {
        Check::Set(check) => {
            for set in &delivery.sets {
                let Some(file) = set.files.first() else { continue };
                check(set, &mut Out { rule, file: &file.name, found });
            }
        }
        Check::Delivery(check) => {
            let Some(file) = delivery.sets.first().and_then(|set| set.files.first()) else { return };
            check(delivery, &mut Out { rule, file: &file.name, found });
        }
        Check::Name(_)
        | Check::Scan(_)
        | Check::Bytes(_)
        | Check::Csv(_)
        | Check::Cell(..)
        | Check::Row(_)
        | Check::File(_) => {}
    }
}

fn set_key(file: &FileJudgement) -> Option<SetKey> {
    file.kind?;
    let part = |segment| file.parsed.part(segment).map(str::to_owned);
    Some(SetKey {
        sender: (part(Segment::SenderOffice)?, part(Segment::SenderServiceType)),
        receiver: (part(Segment::ReceiverOffice)?, part(Segment::ReceiverServiceType)),
        timestamp: part(Segment::Timestamp)?,
    })
}

fn folder(name: &str) -> &str {
    name.rfind(['/', '\\']).map_or("", |i| &name[..i])
}

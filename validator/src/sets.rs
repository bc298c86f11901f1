//! Groups files into sending units and runs the rules over them. Knows how files belong together;
//! judges nothing itself.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::check::{FileJudgement, Findings, NotChecked, Options};
use crate::finding::Finding;
use crate::name::{FileName, Nature};
use crate::rule::{Check, DeliveryView, Out, Rule, SetKey, SetView};
use crate::scope::NotRun;
use crate::spec::Segment;
use crate::text::Message;
use crate::times::{Stage, Times, answered, asked, enter};

/// What was found in the sets that some files form.
#[derive(Debug, Default)]
pub struct SetsJudgement {
    /// How many sets there are.
    pub sets: u64,
    /// What was found.
    pub findings: Findings,
    /// Rules that broke.
    pub broken: Vec<&'static str>,
    /// What was not checked.
    pub not_checked: Vec<NotChecked>,
    /// Where the time went, where a clock was told.
    pub times: Option<Box<Times>>,
}

impl SetsJudgement {
    /// Those of several folders as one.
    pub fn of(parts: Vec<SetsJudgement>) -> SetsJudgement {
        let mut all = SetsJudgement::default();
        for mut part in parts {
            all.sets += part.sets;
            all.findings.kept.append(&mut part.findings.kept);
            for (key, count) in part.findings.totals {
                *all.findings.totals.entry(key).or_default() += count;
            }
            all.not_checked.append(&mut part.not_checked);
            match (&mut all.times, part.times) {
                (Some(times), Some(more)) => times.add(&more),
                (times, more) => *times = times.take().or(more),
            }
        }
        all.findings.sort();
        all.not_checked.sort();
        // A rule that broke in several folders is told once.
        all.not_checked.dedup();
        all
    }
}

/// The rules that need more than one file.
pub fn set_rules() -> impl Iterator<Item = &'static Rule> {
    crate::rules::all().iter().copied().filter(|rule| matches!(rule.check, Check::Set(_) | Check::Delivery(_)))
}

/// Judges the sets that some files form. Files of different folders form no set. `unread` names files that
/// are there, too, but could not be read: they are not missing.
pub fn check_sets(files: &[&FileJudgement], unread: &[&str], options: &Options) -> SetsJudgement {
    check_sets_with(files, unread, options, crate::rules::all())
}

/// Judges sets with other rules than all of them.
pub fn check_sets_with(
    files: &[&FileJudgement],
    unread: &[&str],
    options: &Options,
    rules: &'static [&'static Rule],
) -> SetsJudgement {
    let mut times = options.clock.map(|clock| Box::new(Times::new(clock)));
    enter(&mut times, Stage::Sets);
    let mut judgement = SetsJudgement::default();
    let mut folders: BTreeMap<&str, Folder<'_>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.nature != Nature::Attachment) {
        let folder = folders.entry(folder(&file.name)).or_default();
        match set_key(file) {
            Some(key) => folder.sets.entry(key).or_default().push(file),
            None => {
                folder.loose.push(file);
                judgement.not_checked.push(no_place(file));
            }
        }
    }
    for name in unread {
        if let Some(folder) = folders.get_mut(folder(name)) {
            folder.unread.push(FileName::parse(name));
        }
    }
    let mut found = Vec::new();
    let mut broken = Vec::new();
    let mut kept = BTreeMap::new();
    for (_, folder) in folders {
        let sets = with_untyped(folder.sets)
            .into_iter()
            .map(|(key, mut files)| {
                files.sort_by(|a, b| a.name.cmp(&b.name));
                SetView::new(key, files)
            })
            .collect();
        let Folder { loose, unread, .. } = folder;
        let delivery = DeliveryView { sets, loose, unread, options, gaps: OnceCell::new() };
        judgement.sets += delivery.sets.len() as u64;
        for &rule in rules.iter().filter(|rule| matches!(rule.check, Check::Set(_) | Check::Delivery(_))) {
            let asked = asked(&times);
            if catch_unwind(AssertUnwindSafe(|| run(rule, &delivery, &mut found))).is_err() {
                broken.push(rule.id);
            }
            answered(&mut times, rule, asked);
            for finding in found.drain(..) {
                let count: &mut usize = kept.entry((finding.rule.id, finding.at.file.clone())).or_default();
                *judgement.findings.totals.entry((finding.rule.id, finding.severity)).or_default() += 1;
                if *count < options.keep {
                    *count += 1;
                    judgement.findings.kept.push(finding);
                }
            }
        }
    }
    judgement.findings.sort();
    broken.sort_unstable();
    broken.dedup();
    for &rule in &broken {
        judgement.not_checked.push(NotChecked {
            what: Message::pair(format!("ルール {rule}"), format!("rule {rule}")),
            why: Message::from(NotRun::Broken.why()),
            blocks: true,
        });
    }
    judgement.broken = broken;
    enter(&mut times, Stage::Idle);
    judgement.times = times;
    judgement
}

#[derive(Default)]
struct Folder<'a> {
    sets: BTreeMap<SetKey, Vec<&'a FileJudgement>>,
    loose: Vec<&'a FileJudgement>,
    unread: Vec<FileName>,
}

fn no_place(file: &FileJudgement) -> NotChecked {
    NotChecked {
        what: Message::pair(
            format!("{}: 他のファイルとの組み合わせ", file.name),
            format!("{}: its place in a set", file.name),
        ),
        why: Message::pair(
            "ファイル名から送信元・送信先・ファイル連番を読み取れません",
            "the name does not tell sender, receiver and timestamp",
        ),
        blocks: false,
    }
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
        | Check::Shape(..)
        | Check::Row(..)
        | Check::Glance(..)
        | Check::File(_)
        | Check::Sums(_) => {}
    }
}

fn set_key(file: &FileJudgement) -> Option<SetKey> {
    file.kind?;
    let part = |segment| file.part(segment).map(str::to_owned);
    Some(SetKey {
        sender: (part(Segment::SenderOffice)?, part(Segment::SenderServiceType)),
        receiver: (part(Segment::ReceiverOffice)?, part(Segment::ReceiverServiceType)),
        timestamp: part(Segment::Timestamp)?,
    })
}

/// A name without service types belongs to the one set that is otherwise the same and has them:
/// that a name has the older shape is for other rules to say.
fn with_untyped(mut sets: BTreeMap<SetKey, Vec<&FileJudgement>>) -> BTreeMap<SetKey, Vec<&FileJudgement>> {
    let mut alike: BTreeMap<[&str; 3], Vec<&SetKey>> = BTreeMap::new();
    for key in sets.keys() {
        alike.entry([&key.sender.0, &key.receiver.0, &key.timestamp]).or_default().push(key);
    }
    let mut moves = Vec::new();
    for keys in alike.into_values().filter(|keys| keys.len() > 1) {
        let (typed, untyped): (Vec<&SetKey>, Vec<&SetKey>) =
            keys.into_iter().partition(|key| key.sender.1.is_some() && key.receiver.1.is_some());
        for from in untyped {
            let fits = |part: &Option<String>, whole: &Option<String>| part.is_none() || part == whole;
            let mut hosts = typed
                .iter()
                .filter(|host| fits(&from.sender.1, &host.sender.1) && fits(&from.receiver.1, &host.receiver.1));
            if let (Some(host), None) = (hosts.next(), hosts.next()) {
                moves.push((from.clone(), (*host).clone()));
            }
        }
    }
    for (from, to) in moves {
        let files = sets.remove(&from).unwrap_or_default();
        sets.entry(to).or_default().extend(files);
    }
    sets
}

/// The folder of an input. Files of different folders form no set.
pub fn folder(name: &str) -> &str {
    name.rfind(['/', '\\']).map_or("", |i| &name[..i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft;
    use crate::judge;
    use crate::spec::Kind;

    fn files(samples: &[&str]) -> Vec<(String, Vec<u8>)> {
        samples.iter().flat_map(|sample| Draft::sample(sample).unwrap().to_files()).collect()
    }

    /// Rule and file of all findings of the sets, and how many sets there are.
    fn sets_of(files: &[(String, Vec<u8>)]) -> (Vec<String>, u64) {
        let sets = judge(files, &Options::default()).sets;
        (
            sets.findings.kept.iter().map(|finding| format!("{} {}", finding.rule.id, finding.at.file)).collect(),
            sets.sets,
        )
    }

    #[test]
    fn several_sets_in_one_folder_are_normal() {
        let (found, sets) = sets_of(&files(&["202407-plan", "202407-table", "202407-result", "202407-delete"]));
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(sets, 6);
    }

    #[test]
    fn of_more_findings_than_are_kept_all_are_counted() {
        let mut draft = Draft::sample("202407-table").unwrap();
        draft.files.retain(|file| file.kind() == Some(Kind::Upplan));
        let found = |keep| {
            let sets = judge(&draft.to_files(), &Options { keep, ..Options::default() }).sets;
            (sets.findings.kept.len(), sets.findings.totals.into_values().sum::<u64>())
        };
        assert_eq!([0, 1, 2, 3].map(found), [(0, 2), (1, 2), (2, 2), (2, 2)]);
    }

    #[test]
    fn one_timestamp_for_two_receivers_makes_two_sets() {
        let (found, sets) = sets_of(&files(&["202407-prevention"]));
        assert_eq!((found, sets), (vec![], 2));
    }

    #[test]
    fn files_of_different_folders_form_no_set() {
        let mut files = files(&["202407-table"]);
        for (name, _) in &mut files {
            let folder = if name.starts_with("UPHOSOKU") { "inbox/a" } else { r"inbox\b" };
            *name = format!("{folder}/{name}");
        }
        let (found, sets) = sets_of(&files);
        assert_eq!(
            found,
            [
                r"set/companion-missing inbox/a/UPHOSOKU_202610_9970100013_43_9970100021_11_20260928101500.CSV",
                r"set/companion-missing inbox\b/UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV",
            ]
        );
        assert_eq!(sets, 2);
    }

    #[test]
    fn a_pdf_belongs_to_no_set() {
        let mut files = files(&["202407-table"]);
        files.push(("第3表.pdf".to_owned(), b"%PDF-1.7".to_vec()));
        let sets = judge(&files, &Options::default()).sets;
        assert_eq!((sets.findings.kept.len(), sets.not_checked.len(), sets.sets), (0, 0, 1));
        assert_eq!(sets_of(&files[3..]), (vec![], 0));
    }

    #[test]
    fn a_name_without_service_types_joins_the_set_that_has_them() {
        let mut files = files(&["202407-table"]);
        assert!(files[0].0.starts_with("UPHOSOKU"));
        files[0].0 = "UPHOSOKU_202610_9970100013_9970100021_20260928101500.CSV".to_owned();
        assert_eq!(sets_of(&files), (vec![], 1));
    }

    #[test]
    fn a_file_that_tells_no_timestamp_is_named_as_not_checked_and_not_missed() {
        let mut files = files(&["202407-table"]);
        files[0].0 = "UPHOSOKU_202610_9970100013_43_9970100021_11.CSV".to_owned();
        let sets = judge(&files, &Options::default()).sets;
        assert_eq!((sets.findings.kept.len(), sets.sets), (0, 1));
        let not_checked: Vec<&str> = sets.not_checked.iter().map(|what| what.what.en.as_str()).collect();
        assert_eq!(not_checked, ["UPHOSOKU_202610_9970100013_43_9970100021_11.CSV: its place in a set"]);
    }
}

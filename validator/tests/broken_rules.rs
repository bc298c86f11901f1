//! A rule that panics costs its own findings and the verdict, and nothing else.

#![allow(clippy::unwrap_used)]

use renkei_validator::bind::Row;
use renkei_validator::draft::Draft;
use renkei_validator::facts::Person;
use renkei_validator::finding::Severity;
use renkei_validator::rule::{Basis, CellView, Check, FileRule, FileStart, Out, Rule};
use renkei_validator::spec::{Kind, Version};
use renkei_validator::text::Text;
use renkei_validator::{FileCheck, FileJudgement, Options, rules};

const NAME: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20261001090000.CSV";
const BYTES: &[u8] = b"202407,991018,0000000001,202613\r\n202407,991018,0000000002,202613\r\n";

const fn rule(id: &'static str, check: Check) -> Rule {
    Rule {
        id,
        severity: Severity::Info,
        title: Text { ja: "試験", en: "test" },
        why: Text { ja: "試験", en: "test" },
        fix: Text { ja: "試験", en: "test" },
        basis: Basis::Practice(Text { ja: "試験", en: "test" }),
        reading: None,
        versions: &Version::ALL,
        check,
        good: &[],
        bad: &[],
    }
}

static BREAKS_ON_A_CELL: Rule = rule("cell/breaks", Check::Cell(|_| true, breaks));
static BREAKS_ON_A_FILE: Rule = rule("file/breaks", Check::File(start));
static BREAKS_ON_FORGETTING: Rule = rule("file/breaks", Check::File(|_| Box::new(Unforgetting)));
static BREAKS_ON_SUMS: Rule = rule("file/breaks", Check::Sums(|_, _| panic!("injected")));

fn breaks(view: &CellView<'_>, _: &mut Out<'_>) {
    assert!(view.content != b"0000000002", "injected");
}

struct Breaks(u32);

fn start(_: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(Breaks(0))
}

impl FileRule for Breaks {
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>) {
        self.0 += 1;
        assert!(self.0 < 2, "injected");
        out.record(&row.record, Some(row.table));
    }
}

struct Unforgetting;

impl FileRule for Unforgetting {
    fn row(&mut self, _: &Row<'_>, _: &mut Out<'_>) {}

    fn forget(&mut self, _: &Person) -> bool {
        panic!("injected")
    }
}

/// Every rule and one that breaks, which runs first.
fn with(broken: &'static Rule) -> &'static [&'static Rule] {
    let mut rules: Vec<&'static Rule> = vec![broken];
    rules.extend(rules::all());
    Vec::leak(rules)
}

fn judged(rules: &'static [&'static Rule]) -> (Vec<(&'static str, Option<u64>)>, Vec<String>) {
    let mut check = FileCheck::with_rules(NAME, &Options::default(), rules);
    check.push(BYTES);
    let judgement = check.finish();
    let found = judgement.findings.kept.iter().map(|finding| (finding.rule.id, finding.at.line)).collect();
    let blocking = judgement.not_checked.iter().filter(|entry| entry.blocks).map(|entry| entry.what.en.clone());
    (found, blocking.collect())
}

#[test]
fn a_cell_rule_that_panics_leaves_the_findings_of_the_others() {
    let (sound, none) = judged(rules::all());
    assert!(sound.contains(&("cell/not-a-month", Some(1))) && sound.contains(&("cell/not-a-month", Some(2))));
    assert_eq!(none, Vec::<String>::new());
    let (found, blocking) = judged(with(&BREAKS_ON_A_CELL));
    assert_eq!(found, sound);
    assert_eq!(blocking, [format!("{NAME}: rule cell/breaks")]);
}

#[test]
fn a_file_rule_that_panics_keeps_what_it_found_before() {
    let (sound, _) = judged(rules::all());
    let (mut found, blocking) = judged(with(&BREAKS_ON_A_FILE));
    assert!(found.contains(&("file/breaks", Some(1))));
    found.retain(|(id, _)| *id != "file/breaks");
    assert_eq!(found, sound);
    assert_eq!(blocking, [format!("{NAME}: rule file/breaks")]);
}

/// Judges 第7表 of a sample, its rows twice, with or without reading again.
fn table7(rules: &'static [&'static Rule], again: bool) -> FileJudgement {
    let sample = Draft::sample("202407-table").unwrap();
    let file = sample.files.iter().find(|file| file.kind() == Some(Kind::Upsikyu)).unwrap();
    let bytes = file.bytes().repeat(2);
    let mut check = FileCheck::with_rules(&file.name, &Options::default(), rules);
    if again {
        let bytes = bytes.clone();
        check =
            check.reading_again(Box::new(move |range| Some(bytes[range.start as usize..range.end as usize].to_vec())));
    }
    check.push(&bytes);
    check.finish()
}

#[test]
fn a_rule_that_panics_while_rows_are_forgotten_leaves_the_findings_of_the_others() {
    let found = |judgement: &FileJudgement| {
        let kept = judgement.findings.kept.iter();
        kept.map(|finding| (finding.rule.id, finding.at.line)).collect::<Vec<(&'static str, Option<u64>)>>()
    };
    let sound = table7(rules::all(), false);
    assert!(found(&sound).iter().any(|(id, _)| *id == "file/duplicate-row"), "{:?}", found(&sound));
    let on_forgetting = table7(with(&BREAKS_ON_FORGETTING), true);
    assert_eq!(found(&on_forgetting), found(&sound));
    assert_eq!(on_forgetting.broken.iter().copied().collect::<Vec<&str>>(), ["file/breaks"]);
    for again in [false, true] {
        let on_sums = table7(with(&BREAKS_ON_SUMS), again);
        assert_eq!(found(&on_sums), found(&sound));
        assert_eq!(on_sums.broken.iter().copied().collect::<Vec<&str>>(), ["file/breaks"]);
    }
}

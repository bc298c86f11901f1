//! Holds what came to what was expected: files conform, say this, and this is held. Knows the validator and
//! the comparison by meaning; asks no software.

use std::collections::{BTreeMap, BTreeSet};

use renkei_validator::finding::{Finding, Severity};
use renkei_validator::name::FileName;
use renkei_validator::spec::{Key, Kind, Segment, keys};
use renkei_validator::text::{Message, Text};
use renkei_validator::{Options, judge};

use super::evidence::Evidence;
use super::{Ended, Setting};
use crate::suite::compare::{Difference, Manner, Named, OWN, compare_sheets};
use crate::suite::content::{Content, Document, Row};
use crate::suite::sheet::Sheet;

const FINDINGS: Text = Text { ja: "ファイルの誤り", en: "what is wrong with the files" };
const DIFFERENCES: Text = Text { ja: "期待する内容との違い", en: "what differs from what is expected" };
const EXPECTED: Text = Text { ja: "期待する内容", en: "what is expected" };

/// What a case is told by at most, of differences and of findings.
const TOLD: usize = 200;

/// Whether the validator finds an error in the files of an export, or in the sets they form.
pub(super) fn conforms(files: &[Named], evidence: &mut Evidence<'_>) -> Result<(), Ended> {
    if files.is_empty() {
        return Ok(());
    }
    let judgement = judge(files, &Options::default());
    let errors: Vec<&Finding> =
        judgement.findings().into_iter().filter(|finding| finding.severity == Severity::Error).collect();
    if let Some(first) = errors.first() {
        let lines: Vec<Message> = errors.iter().take(TOLD).map(|finding| told(finding)).collect();
        keep(evidence, FINDINGS, "findings.txt", &lines);
        let (first, more) = (told(first), errors.len() - 1);
        return Err(Ended::Fail(with_more(
            Message::pair(format!("標準仕様に合いません: {}", first.ja), format!("it does not conform: {}", first.en)),
            more,
        )));
    }
    let missed = judgement.files.iter().flat_map(|file| &file.not_checked).chain(&judgement.sets.not_checked);
    match missed.filter(|missed| missed.blocks).map(|missed| (&missed.what, &missed.why)).next() {
        Some((what, why)) => Err(Ended::Blocked(Message::pair(
            format!("{}を検査できません: {}", what.ja, why.ja),
            format!("cannot check {}: {}", what.en, why.en),
        ))),
        None => Ok(()),
    }
}

fn told(finding: &Finding) -> Message {
    let line = finding.line().map(|line| format!(":{line}")).unwrap_or_default();
    let (file, rule, message) = (&finding.at.file, finding.rule.id, &finding.message);
    Message::pair(format!("{file}{line}: {} [{rule}]", message.ja), format!("{file}{line}: {} [{rule}]", message.en))
}

/// Whether exported files say what they should.
pub(super) fn says(
    setting: &Setting<'_>,
    expected: &Content,
    files: &[Named],
    evidence: &mut Evidence<'_>,
) -> Result<(), Ended> {
    let content = Content::from_files(files);
    let got = match &content {
        Ok(content) => content.merged().to_sheets(),
        // What cannot be read as values is compared as far as it can be.
        Err(_) => files.iter().filter_map(|(name, bytes)| Sheet::read(name, bytes)).collect(),
    };
    let different = |why: Message| {
        Message::pair(
            format!("出力した内容が違います: {}", why.ja),
            format!("what it wrote says something else: {}", why.en),
        )
    };
    if let Some(why) = under_one_number(files) {
        return Err(Ended::Fail(different(why)));
    }
    let same = same(setting, expected, got, evidence, &different);
    match (same, content.ok().as_ref().and_then(twice)) {
        (Err(Ended::Fail(_)), Some(why)) => Err(Ended::Fail(different(why))),
        (same, _) => same,
    }
}

/// Files that are written again are newer than those before.
pub(super) fn newer(before: &[Named], files: &[Named]) -> Result<(), Ended> {
    let number = |name: &FileName| name.part(Segment::Timestamp).unwrap_or_default().to_owned();
    for (name, _) in files {
        let parsed = FileName::parse(name);
        let of_role = before.iter().map(|(name, _)| FileName::parse(name)).filter(|one| one.role() == parsed.role());
        if let Some(latest) = of_role.map(|one| number(&one)).max().filter(|latest| *latest >= number(&parsed)) {
            return Err(Ended::Fail(Message::pair(
                format!("出力し直した {name} の連番が、前に出力したもの（{latest}）より新しくありません"),
                format!("{name} was written again, and its timestamp is not newer than that before ({latest})"),
            )));
        }
    }
    Ok(())
}

/// Two months that went to one receiver under one ファイル連番: by that number files are one set, and a set has one
/// month.
fn under_one_number(files: &[Named]) -> Option<Message> {
    let mut months: BTreeMap<Vec<String>, &str> = BTreeMap::new();
    let names: Vec<FileName> = files.iter().map(|(name, _)| FileName::parse(name)).collect();
    for name in &names {
        let set = SET.map(|segment| name.part(segment).unwrap_or_default().to_owned());
        let Some(month) = name.part(Segment::TargetMonth).filter(|month| *month != "000000") else { continue };
        let number = name.part(Segment::Timestamp).filter(|number| !number.is_empty())?;
        let other = *months.entry(set.to_vec()).or_insert(month);
        if other != month {
            return Some(Message::pair(
                format!(
                    "{other}と{month}の分が、同じ連番 {number} で出力されています。月ごとの組に、別の連番を付けます"
                ),
                format!("{other} and {month} have the timestamp {number} both; each month is a set with its own"),
            ));
        }
    }
    None
}

/// The parts of a name by which files are one set.
const SET: [Segment; 5] = [
    Segment::SenderOffice,
    Segment::SenderServiceType,
    Segment::ReceiverOffice,
    Segment::ReceiverServiceType,
    Segment::Timestamp,
];

/// What was written twice, with another time in the name: to say that all of its rows should not be there would
/// be true and no help.
fn twice(content: &Content) -> Option<Message> {
    let alike =
        |one: &Document, other: &Document| Document { timestamp: one.timestamp.clone(), ..other.clone() } == *one;
    let mut documents = content.documents.iter();
    while let Some(one) = documents.next() {
        if let Some(other) = documents.as_slice().iter().find(|other| alike(one, other)) {
            let names: Vec<String> = [one, other].into_iter().map(Document::file_name).collect();
            return Some(Message::pair(
                format!("同じ組が2回出力されています: {}", names.join("、")),
                format!("the same set was written twice: {}", names.join(", ")),
            ));
        }
    }
    None
}

/// Whether a software holds what it should.
pub(super) fn holds(
    setting: &Setting<'_>,
    expected: &Content,
    held: &Content,
    evidence: &mut Evidence<'_>,
) -> Result<(), Ended> {
    let mut held = held.merged();
    if setting.case.given.iter().any(|given| given.deletes.is_some()) {
        leave_supplements_aside(&mut held, expected);
    }
    let different = |why: Message| {
        Message::pair(
            format!("保持する内容が違います: {}", why.ja),
            format!("what it holds is something else: {}", why.en),
        )
    };
    same(setting, expected, held.to_sheets(), evidence, &different)
}

/// Deletions name the supplement nowhere: it may go with what is deleted, or stay.
fn leave_supplements_aside(held: &mut Content, expected: &Content) {
    let whose = |row: &Row| {
        let of = |key: Key| row.get(key).to_owned();
        let person = [of(keys::uphosoku::INSURER_NUMBER), of(keys::uphosoku::INSURED_NUMBER)];
        (person, of(keys::uphosoku::PLAN_CREATED_ON), of(keys::uphosoku::TARGET_MONTH))
    };
    let supplements = expected.documents.iter().filter(|document| document.kind == Kind::Uphosoku);
    let wanted: BTreeSet<_> = supplements.flat_map(|document| &document.rows).map(whose).collect();
    for document in held.documents.iter_mut().filter(|document| document.kind == Kind::Uphosoku) {
        document.rows.retain(|row| wanted.contains(&whose(row)));
    }
    held.documents.retain(|document| document.kind != Kind::Uphosoku || !document.rows.is_empty());
}

fn same(
    setting: &Setting<'_>,
    expected: &Content,
    got: Vec<Sheet>,
    evidence: &mut Evidence<'_>,
    different: &dyn Fn(Message) -> Message,
) -> Result<(), Ended> {
    let own = OWN.iter().filter_map(|name| Key::parse(name));
    let manner = Manner { ignored: own.chain(setting.case.expect.ignore.iter().copied()).collect() };
    let expected = expected.merged();
    let differences: Vec<Difference> = compare_sheets(&expected.to_sheets(), got, &manner);
    let Some(first) = differences.first() else { return Ok(()) };
    evidence.keep(EXPECTED, "expected.json", expected.json().as_bytes());
    // The folder of evidence holds values in any case.
    let lines: Vec<Message> = differences.iter().take(TOLD).map(|difference| difference.message(true)).collect();
    keep(evidence, DIFFERENCES, "differences.txt", &lines);
    Err(Ended::Fail(with_more(different(first.message(setting.show_values)), differences.len() - 1)))
}

fn with_more(message: Message, more: usize) -> Message {
    match more {
        0 => message,
        more => Message::pair(format!("{}（ほか{more}件）", message.ja), format!("{} (and {more} more)", message.en)),
    }
}

fn keep(evidence: &mut Evidence<'_>, what: Text, name: &str, lines: &[Message]) {
    let text: String = lines.iter().map(|line| format!("{}\n{}\n", line.ja, line.en)).collect();
    evidence.keep(what, name, text.as_bytes());
}

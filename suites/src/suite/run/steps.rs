//! The cases without a platform: the software writes and reads, and is asked what it holds. Knows steps;
//! whether what came is right is told in [`expect`](super::expect).

use std::time::Duration;

use renkei_validator::spec::{Party, Version, units};
use renkei_validator::text::{Message, Text};

use super::evidence::Evidence;
use super::{Ended, Setting, expect};
use crate::suite::case::{Case, Step};
use crate::suite::compare::Named;
use crate::suite::content::{Content, Document, End};
use crate::suite::given::{Givens, together};
use crate::suite::sut::{ExportTask, ImportTask, Imported, Operation, Role, Sut};

const EXPORTED: Text = Text { ja: "ソフトが出力したファイル", en: "a file that the software wrote" };
const HELD: Text = Text { ja: "ソフトが保持する内容", en: "what the software holds" };

/// ファイル連番 tells seconds: who takes it from the clock must be able to have another.
const SECOND: Duration = Duration::from_millis(1_100);

pub(super) fn run(setting: &Setting<'_>, sut: &mut dyn Sut, evidence: &mut Evidence<'_>) -> Result<Ended, Ended> {
    let Setting { case, version, role, givens, .. } = *setting;
    for (name, made) in givens {
        evidence.keep_given(name, &made.files);
    }
    sut.reset(&case.id)?;
    let own = own_office(case, givens);
    let mut exported: Vec<Named> = Vec::new();
    for (number, step) in (1..).zip(&case.step) {
        match step {
            Step::Export { content, operation, before } => {
                let (content, before) = (together(givens, content), together(givens, before));
                let before = (*operation == Operation::Correct).then_some(&before);
                let task =
                    ExportTask { case: &case.id, role, version, content: &content, before, operation: *operation };
                if !exported.is_empty() {
                    std::thread::sleep(SECOND);
                }
                let files = sut.export(&task)?;
                evidence.keep_all(EXPORTED, &format!("exported-{number}"), &files);
                expect::conforms(&files, evidence)?;
                expect::newer(&exported, &files)?;
                exported = files;
            }
            Step::Import { files, refused } => {
                let files = files_of(givens, files);
                let task = ImportTask { case: &case.id, role, office: own.clone(), files: &files };
                let imported = sut.import(&task)?;
                answered(setting, &files, &imported, *refused)?;
            }
            Step::Send { .. } | Step::Fetch { .. } | Step::Exchange {} | Step::Mend {} => {}
        }
    }
    if let Some(names) = &case.expect.says {
        let expected = together(givens, names);
        expect::says(setting, &expected, &exported, evidence)?;
    }
    if let Some(names) = &case.expect.holds {
        let expected = together(givens, names);
        if let Some(held) = held(setting, sut, evidence)? {
            expect::holds(setting, &expected, &held, evidence)?;
        }
    }
    Ok(Ended::Pass)
}

/// What the software holds, by a dump or by writing it out again; `None` where it can tell neither.
fn held(setting: &Setting<'_>, sut: &mut dyn Sut, evidence: &mut Evidence<'_>) -> Result<Option<Content>, Ended> {
    let Setting { case, version, role, abilities, .. } = *setting;
    if abilities.dump {
        let content = sut.dump(&case.id)?;
        evidence.keep(HELD, "held.json", content.json().as_bytes());
        return Ok(Some(content));
    }
    if !abilities.again {
        return Ok(None);
    }
    let nothing = Content::default();
    let task =
        ExportTask { case: &case.id, role, version, content: &nothing, before: None, operation: Operation::Again };
    let files = sut.export(&task)?;
    evidence.keep_all(HELD, "held", &files);
    Content::from_files(&files).map(Some).map_err(|why| {
        Ended::Fail(Message::pair(
            format!("取り込んだものを書き出したファイルが読めません: {}", why.ja),
            format!("what it wrote out again cannot be read: {}", why.en),
        ))
    })
}

/// Whether the software took what it must take, and refused what it must refuse, as far as it tells.
fn answered(setting: &Setting<'_>, files: &[Named], imported: &Imported, refused: bool) -> Result<(), Ended> {
    if !setting.abilities.answers {
        return Ok(());
    }
    let own = |file: &str| files.iter().any(|(name, _)| name == file);
    let no = imported.answers.iter().find(|answer| !answer.accepted && own(&answer.file));
    match (no, refused) {
        (Some(_), true) | (None, false) => Ok(()),
        (None, true) => Err(Ended::Fail(Message::pair(
            "取り込んではいけないファイルを取り込みました",
            "it took what must be refused",
        ))),
        (Some(answer), false) => {
            let words = answer.message.as_deref().filter(|_| setting.show_values);
            let (ja, en) = words.map_or_else(Default::default, |words| (format!("（{words}）"), format!(" ({words})")));
            Err(Ended::Fail(Message::pair(
                format!("正しいファイル {} を取り込みませんでした{ja}", answer.file),
                format!("it refused {}, which is right{en}", answer.file),
            )))
        }
    }
}

/// The files of some givens, in the order of their names.
pub(super) fn files_of(givens: &Givens, names: &[String]) -> Vec<Named> {
    let mut files: Vec<Named> =
        names.iter().filter_map(|name| givens.get(name)).flat_map(|made| made.files.clone()).collect();
    files.sort();
    files
}

/// Whose software a case is about.
pub(super) fn role(case: &Case, givens: &Givens) -> Option<Role> {
    if case.role.is_some() {
        return case.role;
    }
    case.step.iter().find_map(|step| {
        let (names, sends) = names(step)?;
        let document = first(givens, names)?;
        let (sender, receiver) = parties(document)?;
        Some(Role::from(if sends { sender } else { receiver }))
    })
}

/// The office that the software is.
pub(super) fn own_office(case: &Case, givens: &Givens) -> Option<End> {
    case.step.iter().find_map(|step| {
        let (names, sends) = names(step)?;
        let document = first(givens, names)?;
        if sends { document.source.clone() } else { document.destination.clone() }
    })
}

/// The givens of a step, and whether the software sends them.
fn names(step: &Step) -> Option<(&[String], bool)> {
    match step {
        Step::Export { content, .. } => Some((content, true)),
        Step::Send { files } => Some((files, true)),
        Step::Import { files, .. } | Step::Fetch { files } => Some((files, false)),
        Step::Exchange {} | Step::Mend {} => None,
    }
}

fn first<'g>(givens: &'g Givens, names: &[String]) -> Option<&'g Document> {
    names.iter().find_map(|name| givens.get(name)?.content.documents.first())
}

/// Who sends a document to whom: by the service types in its name, else by who sends its kind.
fn parties(document: &Document) -> Option<(Party, Party)> {
    let party = |end: &Option<End>| Party::of(end.as_ref()?.service_type.as_deref()?);
    if let (Some(sender), Some(receiver)) = (party(&document.source), party(&document.destination)) {
        return Some((sender, receiver));
    }
    let version: Version = document.version;
    let unit = units(version)
        .iter()
        .find(|unit| unit.base() == document.kind)
        .or_else(|| units(version).iter().find(|unit| unit.holds(document.kind)))?;
    unit.directions.first().copied()
}

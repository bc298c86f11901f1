//! Writes sets: what is sent together, each with a timestamp of its own. Knows which documents travel
//! together and what a correction takes back; knows no folder.

use std::collections::{BTreeMap, BTreeSet};

use renkei_validator::name::FileName;
use renkei_validator::spec::{ItemType, Kind, keys, tables};
use renkei_validator::text::Message;

use super::served::only_served;
use super::slots::{Family, Slot, family, name, split};
use super::{Deviation, Program};
use crate::suite::compare::Named;
use crate::suite::content::{Content, Document, Row};
use crate::suite::sut::{ExportTask, Operation};

/// What is to be written for a task.
pub(super) fn content(program: &Program, task: &ExportTask<'_>) -> Content {
    let entered = || program.deviation.entered(only_served(task.content.clone()));
    match task.operation {
        Operation::New => entered(),
        Operation::Correct => {
            let (content, before) = (entered(), task.before.cloned().unwrap_or_default());
            let gone = taken_back(&before, &content);
            content.and(&gone)
        }
        Operation::Delete => deletions(&entered()),
        Operation::Again => program.deviation.told(program.holds()),
    }
}

/// Deletions of what was sent before and is sent no more.
fn taken_back(before: &Content, now: &Content) -> Content {
    let still: BTreeSet<Slot> = split(now).into_iter().map(|(slot, _)| slot).collect();
    let gone = split(before).into_iter().filter(|(slot, _)| !still.contains(slot));
    deletions(&Content::of(gone.flat_map(|(_, documents)| documents).collect()).merged())
}

/// The deletions of a content: of each plan, month, result or information in it.
fn deletions(content: &Content) -> Content {
    let mut all: BTreeMap<(Slot, Kind), Document> = BTreeMap::new();
    for (slot, documents) in split(content) {
        for document in documents {
            let Some(kind) = deletion_of(document.kind) else { continue };
            let Some(table) = tables(document.version, kind).first() else { continue };
            let Some(base) = document.rows.first() else { continue };
            let mut row: Row = table.items.iter().map(|item| (item.key, base.get(item.key).to_owned())).collect();
            if kind == Kind::Dltjsk {
                row.set(keys::dltjsk::SERVICE_TYPE, base.get(keys::upjsk::SERVICE_CODE).get(..2).unwrap_or_default());
            }
            all.insert((slot.clone(), kind), Document { kind, rows: vec![row], ..document.clone() });
        }
    }
    Content::of(all.into_values().collect()).merged()
}

fn deletion_of(kind: Kind) -> Option<Kind> {
    const BASES: [(Kind, Kind); 5] = [
        (Kind::Up1kyo, Kind::Dlt1kyo),
        (Kind::Upplan, Kind::Dltplan),
        (Kind::Upjsk, Kind::Dltjsk),
        (Kind::Upkihon, Kind::Dltkihon),
        (Kind::Upyobo, Kind::Dltyobo),
    ];
    BASES.iter().find(|(base, _)| *base == kind).map(|(_, deletion)| *deletion)
}

/// The sets of a content, each with the next timestamp.
pub(super) fn sets(content: &Content, written: &mut u32) -> Vec<Content> {
    let mut sets: BTreeMap<_, Vec<Document>> = BTreeMap::new();
    let images = content.documents.iter().filter(|document| document.kind == Kind::UpkihonImage);
    for document in content.merged().documents.into_iter().filter(|document| document.kind != Kind::UpkihonImage) {
        sets.entry(together(&document)).or_default().push(document);
    }
    for image in images {
        sets.entry(together(image)).or_default().push(image.clone());
    }
    sets.into_values()
        .map(|documents| {
            let timestamp = timestamp(*written);
            *written += 1;
            stamped(documents, &timestamp)
        })
        .collect()
}

/// The sets that were received, as they came.
pub(super) fn as_held(content: &Content) -> Vec<Content> {
    let mut sets: BTreeMap<_, Vec<Document>> = BTreeMap::new();
    for document in &content.documents {
        sets.entry((together(document), document.timestamp.clone())).or_default().push(document.clone());
    }
    let whole = |((_, timestamp), documents): ((_, Option<String>), Vec<Document>)| {
        let images: Vec<Document> =
            documents.iter().filter(|document| document.kind == Kind::UpkihonImage).cloned().collect();
        let others = documents.into_iter().filter(|document| document.kind != Kind::UpkihonImage).collect();
        let mut merged = Content::of(others).merged().documents;
        merged.iter_mut().for_each(|document| document.timestamp = timestamp.clone());
        merged.extend(images);
        Content::of(merged)
    };
    sets.into_iter().map(whole).collect()
}

/// What travels with what: same ends, same month, same unit; a plan of 介護予防 with the basic information.
fn together(document: &Document) -> impl Ord + use<> {
    let (family, deletes) = family(document);
    let unit = match (family, deletes) {
        (Family::Prevention, false) => Family::Info,
        (family, _) => family,
    };
    let month = document.month.clone().filter(|month| month != "000000");
    (document.source.clone(), document.destination.clone(), deletes, unit, month)
}

/// A second later for each set, from the evening of 2026-10-20 on.
fn timestamp(written: u32) -> String {
    let (hours, minutes, seconds) = (written / 3600, written / 60 % 60, written % 60);
    format!("202610{:02}{:02}{minutes:02}{seconds:02}", 20 + hours / 5, 18 + hours % 5)
}

/// The documents with a timestamp, and the names of pictures in them with the same.
fn stamped(mut documents: Vec<Document>, timestamp: &str) -> Content {
    for document in &mut documents {
        document.timestamp = Some(timestamp.to_owned());
    }
    let images = documents.iter().filter(|document| document.kind == Kind::UpkihonImage);
    let names: BTreeMap<String, String> =
        images.filter_map(name).map(|name| (FileName::parse(&name).role(), name)).collect();
    for document in &mut documents {
        let items = document.table().map(|table| table.items.as_slice()).unwrap_or_default();
        for item in items.iter().filter(|item| item.form == ItemType::FileName) {
            for row in &mut document.rows {
                if let Some(name) = names.get(&FileName::parse(row.get(item.key)).role()) {
                    row.set(item.key, name.as_str());
                }
            }
        }
    }
    Content::of(documents)
}

/// The files of a set.
pub(super) fn files(set: &Content, deviation: &dyn Deviation) -> Result<Vec<Named>, Message> {
    let set = deviation.outgoing(set.clone());
    let files = set.to_files()?;
    let written = set.documents.iter().zip(files).map(|(document, file)| deviation.file(document, file)).collect();
    Ok(deviation.set(written))
}

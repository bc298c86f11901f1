//! Natural keys: which rows of which kinds stand for one plan, one month, one result of one person. Knows the
//! deletion keys of the standard, which say the same; knows no file.

use renkei_validator::name::FileName;
use renkei_validator::spec::{Key, Kind, keys};

use crate::suite::content::{Content, Document, End, Row};

/// What is replaced or deleted as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    /// Who sent it.
    source: Option<End>,
    /// To whom.
    destination: Option<End>,
    family: Family,
    /// Whose, and which: the items of the deletion that would remove it.
    key: Vec<String>,
}

/// Kinds that come and go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    /// 居宅サービス計画書
    Plan,
    /// サービス利用票 予定
    Table,
    /// サービス利用票 実績
    Result,
    /// 利用者基本情報
    Info,
    /// 支援計画書
    Prevention,
}

/// What a slot holds: documents with the rows of the slot. A deleted one holds none, and remembers when.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) timestamp: String,
    pub(super) documents: Vec<Document>,
}

/// The family of a document, and whether it deletes.
pub(super) fn family(document: &Document) -> (Family, bool) {
    match document.kind {
        Kind::Up1kyo | Kind::Up2kyo | Kind::Up3kyo => (Family::Plan, false),
        Kind::Dlt1kyo => (Family::Plan, true),
        Kind::Uphosoku if document.month.as_deref() == Some("000000") => (Family::Plan, false),
        Kind::Upplan | Kind::Upsikyu | Kind::Uphosoku => (Family::Table, false),
        Kind::Dltplan => (Family::Table, true),
        Kind::Upjsk => (Family::Result, false),
        Kind::Dltjsk => (Family::Result, true),
        Kind::Upkihon | Kind::UpkihonSub1 | Kind::UpkihonSub2 | Kind::UpkihonImage => (Family::Info, false),
        Kind::Dltkihon => (Family::Info, true),
        Kind::Upyobo | Kind::UpyoboSub => (Family::Prevention, false),
        Kind::Dltyobo => (Family::Prevention, true),
    }
}

/// The slots of a content, each with what of it belongs there, in order.
pub(super) fn split(content: &Content) -> Vec<(Slot, Vec<Document>)> {
    let mut slots: Vec<(Slot, Vec<Document>)> = Vec::new();
    for document in content.documents.iter().filter(|document| document.kind != Kind::UpkihonImage) {
        for row in &document.rows {
            let slot = slot(document, row);
            let at = slots.iter().position(|(other, _)| *other == slot).unwrap_or_else(|| {
                slots.push((slot, Vec::new()));
                slots.len() - 1
            });
            let held = &mut slots[at].1;
            match held.iter_mut().find(|other| other.kind == document.kind && other.version == document.version) {
                Some(part) => part.rows.push(row.clone()),
                None => held.push(Document { rows: vec![row.clone()], ..document.clone() }),
            }
        }
    }
    for image in content.documents.iter().filter(|document| document.kind == Kind::UpkihonImage) {
        let role = name(image).map(|name| FileName::parse(&name).role());
        let names = |document: &Document| {
            let mut named = document.rows.iter().map(|row| row.get(keys::upkihon::FAMILY_IMAGE_FILE));
            same_ends(document, image) && named.any(|name| Some(FileName::parse(name).role()) == role)
        };
        if let Some((_, held)) = slots.iter_mut().find(|(_, held)| held.iter().any(names)) {
            held.push(image.clone());
        }
    }
    slots
}

fn same_ends(one: &Document, other: &Document) -> bool {
    (&one.source, &one.destination) == (&other.source, &other.destination)
}

/// The name of a document's file.
pub(super) fn name(document: &Document) -> Option<String> {
    let alone = Document { rows: Vec::new(), ..document.clone() };
    Content::of(vec![alone]).to_files().ok()?.pop().map(|(name, _)| name)
}

fn slot(document: &Document, row: &Row) -> Slot {
    let (family, deletes) = family(document);
    let service_type = if deletes {
        row.get(keys::dltjsk::SERVICE_TYPE).to_owned()
    } else {
        row.get(keys::upjsk::SERVICE_CODE).chars().take(2).collect()
    };
    let of = |key: Key| row.get(key).to_owned();
    let mut key = vec![of(keys::upplan::INSURER_NUMBER), of(keys::upplan::INSURED_NUMBER)];
    match family {
        Family::Plan | Family::Prevention => key.push(of(keys::up1kyo::PLAN_CREATED_ON)),
        Family::Table => key.push(of(keys::upplan::TARGET_MONTH)),
        Family::Result => {
            key.extend([of(keys::upjsk::TARGET_MONTH), of(keys::upjsk::SERVICE_OFFICE_NUMBER), service_type]);
        }
        Family::Info => key.push(of(keys::upkihon::CONSULTED_ON)),
    }
    Slot { source: document.source.clone(), destination: document.destination.clone(), family, key }
}

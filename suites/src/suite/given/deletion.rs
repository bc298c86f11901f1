//! The deletion of what a content says. Knows which kind deletes which, and that its rows say whose it was
//! and which; knows no software that would write it.

use renkei_validator::spec::{Kind, keys, tables};

use crate::suite::content::{Content, Document, Row};

/// The deletions of the documents that can be deleted; the others go with them.
pub(super) fn of(content: &Content) -> Content {
    Content::of(content.documents.iter().filter_map(document).collect())
}

fn deletes(kind: Kind) -> Option<Kind> {
    match kind {
        Kind::Up1kyo => Some(Kind::Dlt1kyo),
        Kind::Upplan => Some(Kind::Dltplan),
        Kind::Upjsk => Some(Kind::Dltjsk),
        Kind::Upkihon => Some(Kind::Dltkihon),
        Kind::Upyobo => Some(Kind::Dltyobo),
        Kind::Uphosoku
        | Kind::Dlt1kyo
        | Kind::Up2kyo
        | Kind::Up3kyo
        | Kind::Dltplan
        | Kind::Dltjsk
        | Kind::Upsikyu
        | Kind::Dltkihon
        | Kind::UpkihonSub1
        | Kind::UpkihonSub2
        | Kind::Dltyobo
        | Kind::UpyoboSub
        | Kind::UpkihonImage => None,
    }
}

fn document(base: &Document) -> Option<Document> {
    let kind = deletes(base.kind)?;
    let mut rows: Vec<Row> = Vec::new();
    for row in &base.rows {
        let mut deletion = Row::default();
        for item in tables(base.version, kind).iter().take(1).flat_map(|table| &table.items) {
            let text = if item.key == keys::dltjsk::SERVICE_TYPE {
                row.get(keys::upjsk::SERVICE_CODE).chars().take(2).collect()
            } else {
                row.get(item.key).to_owned()
            };
            deletion.set(item.key, text);
        }
        if !rows.contains(&deletion) {
            rows.push(deletion);
        }
    }
    Some(Document { kind, rows, ..base.clone() })
}

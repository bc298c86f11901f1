//! Who is in the tables of a receiver: the people whom it serves, with the rows of all offices, but none of a
//! service type that is not exchanged (v41 2.6). Knows service types and ends; writes nothing.

use std::collections::BTreeSet;

use renkei_validator::spec::{Key, Kind, Party, keys, service_type};

use crate::suite::content::{Content, Document, End, Row};

/// The content without people and rows that must not be sent. Tables for offices that plan or for a centre are
/// about all their people.
pub(super) fn only_served(mut content: Content) -> Content {
    for document in content.documents.iter_mut().filter(|document| is_table(document)) {
        let version = document.version;
        document.rows.retain(|row| {
            let code = row.get(keys::upplan::SERVICE_CODE).get(..2).unwrap_or_default();
            service_type(version, code.as_bytes()).unwrap_or(true)
        });
    }
    let served: BTreeSet<_> = content
        .documents
        .iter()
        .filter(|document| document.kind == Kind::Upplan)
        .flat_map(|document| document.rows.iter().map(move |row| (document, row)))
        .filter(|(document, row)| serves(document.destination.as_ref(), row))
        .map(|(document, row)| whose(document, row))
        .collect();
    for document in content.documents.iter_mut().filter(|document| is_table(document)) {
        let of = document.clone();
        document.rows.retain(|row| served.contains(&whose(&of, row)));
    }
    content.documents.retain(|document| !is_table(document) || !document.rows.is_empty());
    content
}

/// Planned services, and what travels with them.
fn is_table(document: &Document) -> bool {
    match document.kind {
        Kind::Upplan | Kind::Upsikyu => true,
        kind => kind == Kind::Uphosoku && document.month.as_deref() != Some("000000"),
    }
}

fn serves(receiver: Option<&End>, row: &Row) -> bool {
    let Some(receiver) = receiver else { return true };
    let plans = receiver.service_type.as_deref().and_then(Party::of).is_some_and(|party| party != Party::Provider);
    plans || row.get(keys::upplan::SERVICE_OFFICE_NUMBER) == receiver.office
}

type Whose = (Option<End>, Option<String>, [String; 2]);

fn whose(document: &Document, row: &Row) -> Whose {
    let of = |key: Key| row.get(key).to_owned();
    let person = [of(keys::upplan::INSURER_NUMBER), of(keys::upplan::INSURED_NUMBER)];
    (document.destination.clone(), document.month.clone(), person)
}

//! Documents and deletions as contents, and so as the files of a set. Knows which values go into which file; how
//! files look is the content's to know.

use std::collections::BTreeMap;

use renkei_validator::spec::keys::{dltjsk, upkihon, upplan};
use renkei_validator::spec::{Key, Kind, Version};
use renkei_validator::text::Message;

use super::{Body, End, Matter, PICTURE, RecordKey};
use crate::suite::compare::Named;
use crate::suite::content::{self, Content, Document, Row};
use crate::suite::sheet::Sheet;

/// What the names of a set say beside the kind.
#[derive(Clone, Copy, Debug)]
pub(in crate::suite::year) struct Envelope<'a> {
    pub(in crate::suite::year) version: Version,
    pub(in crate::suite::year) from: &'a End,
    pub(in crate::suite::year) to: &'a End,
    pub(in crate::suite::year) timestamp: &'a str,
}

impl Envelope<'_> {
    fn document(&self, kind: Kind, month: &str) -> Document {
        let end = |end: &End| {
            let service_type = Some(end.service_type.clone()).filter(|code| !code.is_empty());
            Some(content::End { office: end.number.clone(), service_type })
        };
        Document {
            kind,
            version: self.version,
            source: end(self.from),
            destination: end(self.to),
            month: Some(month.to_owned()).filter(|month| !month.is_empty()),
            timestamp: Some(self.timestamp.to_owned()),
            branch: None,
            rows: Vec::new(),
            image: Vec::new(),
        }
    }

    fn picture(&self, image: &[u8], branch: usize) -> Document {
        let (branch, image) = (Some(format!("{branch:04}")), image.to_vec());
        Document { branch, image, ..self.document(Kind::UpkihonImage, "") }
    }
}

/// The files of some documents of one matter, month and version.
///
/// # Errors
///
/// A value that no file can hold.
pub(in crate::suite::year) fn documents(
    envelope: &Envelope<'_>,
    matter: Matter,
    documents: &[(RecordKey, Body)],
) -> Result<Vec<Named>, Message> {
    let month = documents.first().map_or("", |(key, _)| month_of(key));
    let pictured = documents.iter().filter(|(_, body)| !body.image.is_empty());
    let pictures = pictured.zip(1..).map(|((_, body), branch)| envelope.picture(&body.image, branch)).collect();
    let pictures = Content::of(pictures).to_files()?;
    let mut names = pictures.iter().map(|(name, _)| name.as_str());
    let mut contents: BTreeMap<Kind, Document> = BTreeMap::new();
    for (_, body) in documents {
        let picture = if body.image.is_empty() { None } else { names.next() };
        for part in body.parts.iter().filter(|part| matter.kinds().contains(&part.kind)) {
            let document = contents.entry(part.kind).or_insert_with(|| envelope.document(part.kind, month));
            document.rows.extend(rows(body, part.kind, picture));
        }
    }
    // Base first.
    let in_order = matter.kinds().iter().filter_map(|kind| contents.remove(kind)).collect();
    let mut files = Content::of(in_order).to_files()?;
    files.extend(pictures);
    Ok(files)
}

/// A document as sheets that can be compared, one for each of its files.
pub(in crate::suite::year) fn sheets(envelope: &Envelope<'_>, key: &RecordKey, body: &Body) -> Vec<Sheet> {
    let mut documents: Vec<Document> = Vec::new();
    for part in &body.parts {
        let rows = rows(body, part.kind, None).collect();
        documents.push(Document { rows, ..envelope.document(part.kind, month_of(key)) });
    }
    if !body.image.is_empty() {
        documents.push(envelope.picture(&body.image, 1));
    }
    Content::of(documents).to_sheets()
}

fn rows<'b>(body: &'b Body, kind: Kind, picture: Option<&'b str>) -> impl Iterator<Item = Row> + 'b {
    let items = body.table(kind).map_or(&[][..], |table| &table.items);
    let value = move |key: Key, cell: &str| match picture {
        Some(name) if key == upkihon::FAMILY_IMAGE_FILE && cell == PICTURE => name.to_owned(),
        Some(_) | None => cell.to_owned(),
    };
    body.rows(kind)
        .iter()
        .map(move |row| items.iter().zip(row).map(|(item, cell)| (item.key, value(item.key, cell))).collect())
}

/// The month in the names of a document's files. Of plan tables the supplement alone has one, which is none.
fn month_of(key: &RecordKey) -> &str {
    match key.matter {
        Matter::UseTable | Matter::Result => &key.when,
        Matter::CarePlan => "000000",
        Matter::BasicInfo | Matter::PreventionPlan => "",
    }
}

/// The file that deletes some documents of one matter and month.
///
/// # Errors
///
/// A value that no file can hold.
pub(in crate::suite::year) fn deletions(
    envelope: &Envelope<'_>,
    matter: Matter,
    keys: &[RecordKey],
) -> Result<Vec<Named>, Message> {
    let result = matter == Matter::Result;
    let row = |key: &RecordKey| {
        let mut row = Row::default();
        row.set(upplan::INSURER_NUMBER, &key.insurer);
        row.set(upplan::INSURED_NUMBER, &key.insured);
        row.set(matter.when(), &key.when);
        if result {
            row.set(upplan::SERVICE_OFFICE_NUMBER, &key.office);
            row.set(dltjsk::SERVICE_TYPE, &key.service_type);
        }
        row
    };
    let month = keys.first().map_or("", month_of);
    let document = Document { rows: keys.iter().map(row).collect(), ..envelope.document(matter.delete(), month) };
    Content::of(vec![document]).to_files()
}

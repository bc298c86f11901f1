//! Documents and deletions as the files of a set. Knows names and kinds; what a row looks like is the
//! encoder's to know.

use std::collections::BTreeMap;

use renkei_generators::encode::{EncodeError, Line};
use renkei_validator::decode::Encoding;
use renkei_validator::name::FileName;
use renkei_validator::spec::keys::{dltjsk, upkihon, upplan};
use renkei_validator::spec::{Kind, Segment, Version, grammar};
use renkei_validator::text::Message;

use super::{Body, End, Matter, PICTURE, Part, RecordKey};
use crate::suite::compare::Named;
use crate::suite::sheet::{Sheet, SheetRow, Value};

/// What the names of a set say beside the kind.
#[derive(Clone, Copy, Debug)]
pub(in crate::suite::year) struct Envelope<'a> {
    pub(in crate::suite::year) version: Version,
    pub(in crate::suite::year) from: &'a End,
    pub(in crate::suite::year) to: &'a End,
    pub(in crate::suite::year) timestamp: &'a str,
}

impl Envelope<'_> {
    fn name(&self, kind: Kind, month: &str, branch: usize) -> Result<String, Message> {
        let version = self.version;
        let grammar = grammar(version, kind).ok_or_else(|| unwritable(&EncodeError::NoKind { version, kind }))?;
        let mut name = kind.name().to_owned();
        for segment in &grammar.segments {
            name.push('_');
            match segment {
                Segment::TargetMonth => name.push_str(month),
                Segment::SenderOffice => name.push_str(&self.from.number),
                Segment::SenderServiceType => name.push_str(&self.from.service_type),
                Segment::ReceiverOffice => name.push_str(&self.to.number),
                Segment::ReceiverServiceType => name.push_str(&self.to.service_type),
                Segment::Timestamp => name.push_str(self.timestamp),
                Segment::Branch => name.push_str(&format!("{branch:04}")),
            }
        }
        name.push_str(if kind == Kind::UpkihonImage { ".jpg" } else { ".CSV" });
        Ok(name)
    }
}

fn unwritable(error: &EncodeError) -> Message {
    let (ja, en) = match error {
        EncodeError::NoKind { version, kind } => {
            (format!("CSVバージョン{version}に{kind}はありません"), format!("version {version} has no {kind}"))
        }
        // What stands in them is a person's.
        EncodeError::Character { kind, item, .. } => {
            (format!("{kind} {item}: MS932にない文字があります"), format!("{kind} {item}: a character outside MS932"))
        }
        EncodeError::Length { kind, item, .. } => {
            (format!("{kind} {item}: 長さが項目に合いません"), format!("{kind} {item}: not of the item's length"))
        }
        EncodeError::Missing { kind, item } => {
            (format!("{kind} {item}: 必須項目が空です"), format!("{kind} {item}: a required item is empty"))
        }
        EncodeError::NoOffice { .. } => ("事業所がありません".to_owned(), error.to_string()),
    };
    Message::pair(ja, en)
}

/// The files of some documents of one matter, month and version.
///
/// # Errors
///
/// A value that cannot stand in its item.
pub(in crate::suite::year) fn documents(
    envelope: &Envelope<'_>,
    matter: Matter,
    documents: &[(RecordKey, Body)],
) -> Result<Vec<Named>, Message> {
    let month = documents.first().map_or("", |(key, _)| month_of(key));
    let mut images = Vec::new();
    let mut pictures: BTreeMap<&RecordKey, String> = BTreeMap::new();
    for (key, body) in documents.iter().filter(|(_, body)| !body.image.is_empty()) {
        let name = envelope.name(Kind::UpkihonImage, month, images.len() + 1)?;
        pictures.insert(key, name.clone());
        images.push((name, body.image.clone()));
    }
    let mut files = Vec::new();
    for &kind in matter.kinds() {
        let mut bytes = Vec::new();
        for (key, body) in documents {
            let rows = body.rows(kind);
            let (Some(table), false) = (body.table(kind), rows.is_empty()) else { continue };
            let mut line = Line::new(body.version, kind).map_err(|error| unwritable(&error))?;
            for row in rows {
                for (item, cell) in table.items.iter().zip(row) {
                    let picture = item.key == upkihon::FAMILY_IMAGE_FILE && cell == PICTURE;
                    let cell = pictures.get(key).filter(|_| picture).unwrap_or(cell);
                    line.put(item.key, cell);
                }
                line.end(&mut bytes).map_err(|error| unwritable(&error))?;
            }
        }
        if !bytes.is_empty() {
            files.push((envelope.name(kind, month, 0)?, bytes));
        }
    }
    files.append(&mut images);
    Ok(files)
}

/// A document as sheets that can be compared, one for each of its files.
pub(in crate::suite::year) fn sheets(envelope: &Envelope<'_>, key: &RecordKey, body: &Body) -> Vec<Sheet> {
    let month = month_of(key);
    let sheet = |kind: Kind, rows: Vec<SheetRow>, image: &[u8]| {
        // A version that lacks the kind has no name for it; the kind's own says enough.
        let name = envelope.name(kind, month, 1).unwrap_or_else(|_| kind.name().to_owned());
        let (name, table, image) = (FileName::parse(&name), body.table(kind), image.to_vec());
        Sheet { name, kind, table, encoding: Encoding::Ms932, rows, image }
    };
    let cells = |row: &Vec<String>| row.iter().cloned().map(Value::Text).collect();
    let lines = |part: &Part| {
        let rows = part.rows.iter().zip(1..).map(|(row, line)| SheetRow { line, cells: cells(row) });
        sheet(part.kind, rows.collect(), &[])
    };
    let image = (!body.image.is_empty()).then(|| sheet(Kind::UpkihonImage, Vec::new(), &body.image));
    body.parts.iter().map(lines).chain(image).collect()
}

/// The month in the names of a document's files. Of plan tables the supplement alone has one, which is none.
fn month_of(key: &RecordKey) -> &str {
    match key.matter {
        Matter::UseTable | Matter::Result => &key.when,
        Matter::CarePlan | Matter::BasicInfo | Matter::PreventionPlan => "000000",
    }
}

/// The file that deletes some documents of one matter and month.
///
/// # Errors
///
/// A value that cannot stand in its item.
pub(in crate::suite::year) fn deletions(
    envelope: &Envelope<'_>,
    matter: Matter,
    keys: &[RecordKey],
) -> Result<Vec<Named>, Message> {
    let kind = matter.delete();
    let mut bytes = Vec::new();
    let mut line = Line::new(envelope.version, kind).map_err(|error| unwritable(&error))?;
    for key in keys {
        line.put(upplan::INSURER_NUMBER, &key.insurer);
        line.put(upplan::INSURED_NUMBER, &key.insured);
        line.put(matter.when(), &key.when);
        line.put(upplan::SERVICE_OFFICE_NUMBER, &key.office);
        line.put(dltjsk::SERVICE_TYPE, &key.service_type);
        line.end(&mut bytes).map_err(|error| unwritable(&error))?;
    }
    let month = keys.first().map_or("", |key| &key.when);
    Ok(vec![(envelope.name(kind, month, 0)?, bytes)])
}

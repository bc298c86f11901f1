//! Documents as files of the standard, and as sheets. Knows forms of items; judges no value.

use encoding_rs::SHIFT_JIS;
use renkei_validator::bind::Row as Bound;
use renkei_validator::decode::Encoding;
use renkei_validator::name::FileName;
use renkei_validator::spec::{Condition, Item, ItemType, Kind, Segment, Table, grammar};
use renkei_validator::text::Message;

use super::words::misplaced;
use super::{Document, Row};
use crate::suite::compare::Named;
use crate::suite::sheet::{Sheet, SheetRow, Value, fill_down, repeated};

/// The timestamp of a document that has none.
pub(in crate::suite) const NO_TIME: &str = "20000101000000";

pub(super) fn file(document: &Document) -> Result<Named, Message> {
    let name = name(document).ok_or_else(|| {
        Message::pair(
            format!("{document}: 版{}に種別 {} はありません", document.version, document.kind),
            format!("{document}: version {} has no kind {}", document.version, document.kind),
        )
    })?;
    if document.kind == Kind::UpkihonImage {
        return Ok((name, document.image.clone()));
    }
    if let Some(key) = misplaced(document) {
        return Err(Message::pair(
            format!("{document}: 項目 {} はありません", key.name()),
            format!("{document}: there is no item {}", key.name()),
        ));
    }
    let (mut bytes, table) = (Vec::new(), document.table());
    let mut above: Vec<String> = Vec::new();
    for row in &document.rows {
        let cells: Vec<String> = items_of(table).map(|item| text(document, item, row)).collect();
        let repeated = table.map_or_else(Vec::new, |table| repeated(table, &above, &cells));
        for (at, (item, cell)) in items_of(table).zip(&cells).enumerate() {
            if at > 0 {
                bytes.push(b',');
            }
            put(&mut bytes, item, if repeated.contains(&at) { "" } else { cell }).ok_or_else(|| {
                Message::pair(
                    format!("{document}: {}にMS932にない文字があります", item.name_ja),
                    format!("{document}: {} has a character that MS932 has not", item.key.name()),
                )
            })?;
        }
        bytes.extend_from_slice(b"\r\n");
        above = cells;
    }
    Ok((name, bytes))
}

fn items_of(table: Option<&'static Table>) -> impl Iterator<Item = &'static Item> {
    table.into_iter().flat_map(|table| &table.items)
}

pub(super) fn sheet(document: &Document) -> Sheet {
    let name = name(document).unwrap_or_else(|| document.kind.name().to_owned());
    let table = document.table();
    let cells = |row: &Row| items_of(table).map(|item| Value::Text(text(document, item, row))).collect();
    let mut rows: Vec<SheetRow> =
        document.rows.iter().zip(1..).map(|(row, line)| SheetRow { line, cells: cells(row) }).collect();
    if let Some(table) = table {
        fill_down(table, &mut rows);
    }
    Sheet {
        name: FileName::parse(&name),
        kind: document.kind,
        table,
        encoding: Encoding::Ms932,
        rows,
        image: document.image.clone(),
    }
}

/// The name, by the segments of the standard; a part that the document lacks is empty.
fn name(document: &Document) -> Option<String> {
    let mut name = document.kind.name().to_owned();
    let of = |end: &Option<super::End>| end.as_ref().map(|end| end.office.clone());
    let kind_of = |end: &Option<super::End>| end.as_ref().and_then(|end| end.service_type.clone());
    for segment in &grammar(document.version, document.kind)?.segments {
        let part = match segment {
            Segment::TargetMonth => document.month.clone(),
            Segment::SenderOffice => of(&document.source),
            Segment::SenderServiceType => kind_of(&document.source),
            Segment::ReceiverOffice => of(&document.destination),
            Segment::ReceiverServiceType => kind_of(&document.destination),
            Segment::Timestamp => Some(document.timestamp.clone().unwrap_or_else(|| NO_TIME.to_owned())),
            Segment::Branch => document.branch.clone(),
        };
        name.push('_');
        name.push_str(&part.unwrap_or_default());
    }
    name.push_str(if document.kind == Kind::UpkihonImage { ".jpg" } else { ".CSV" });
    Some(name)
}

/// What stands in an item: what always does where nothing else is said.
fn text(document: &Document, item: &Item, row: &Row) -> String {
    let fixed = || {
        item.condition(|condition| match condition {
            Condition::Is(value) => Some(value.clone()),
            _ => None,
        })
    };
    match row.get(item.key) {
        "" if item.form == ItemType::Version => document.version.value().to_owned(),
        "" => fixed().unwrap_or_default(),
        text => text.to_owned(),
    }
}

/// Writes a cell: free text in quotes, those within it doubled. `None` where MS932 lacks a character.
fn put(bytes: &mut Vec<u8>, item: &Item, text: &str) -> Option<()> {
    let (encoded, _, lost) = SHIFT_JIS.encode(text);
    // The encoder makes a backslash of the yen sign and a tilde of the overline.
    if lost || text.contains(['\u{A5}', '\u{203E}']) {
        return None;
    }
    let quoted = !text.is_empty() && (Bound::is_text(item) || text.contains([',', '"', '\n', '\r']));
    if quoted {
        bytes.push(b'"');
    }
    for byte in encoded.iter().copied() {
        bytes.push(byte);
        // A trail byte is never a quote.
        if byte == b'"' {
            bytes.push(b'"');
        }
    }
    if quoted {
        bytes.push(b'"');
    }
    Some(())
}

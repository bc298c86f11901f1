//! Files as a content. Knows names and sheets; repairs nothing.

use renkei_validator::decode::Encoding;
use renkei_validator::spec::{Kind, Segment, Version};
use renkei_validator::text::Message;

use super::{Content, Document, End, Row};
use crate::suite::compare::Named;
use crate::suite::sheet::{Sheet, Value};

pub(super) fn content(files: &[Named]) -> Result<Content, Message> {
    files.iter().map(|(name, bytes)| document(name, bytes)).collect::<Result<_, _>>().map(Content::of)
}

fn document(name: &str, bytes: &[u8]) -> Result<Document, Message> {
    let refuse = |ja: &str, en: &str| Err(Message::pair(format!("{name}: {ja}"), format!("{name}: {en}")));
    let Some(sheet) = Sheet::read(name, bytes) else {
        return refuse("標準仕様のファイル名ではありません", "this is no file name of the standard");
    };
    let part = |segment| sheet.name.part(segment).map(str::to_owned);
    let end = |office, service_type| Some(End { office: part(office)?, service_type: part(service_type) });
    let mut document = Document {
        kind: sheet.kind,
        version: if sheet.name.with_types { Version::V202407 } else { Version::V202208 },
        source: end(Segment::SenderOffice, Segment::SenderServiceType),
        destination: end(Segment::ReceiverOffice, Segment::ReceiverServiceType),
        month: part(Segment::TargetMonth),
        timestamp: part(Segment::Timestamp),
        branch: part(Segment::Branch),
        rows: Vec::new(),
        image: Vec::new(),
    };
    if sheet.kind == Kind::UpkihonImage {
        document.image = sheet.image;
        return Ok(document);
    }
    if sheet.encoding != Encoding::Ms932 {
        return refuse("文字コードがShift_JISではありません", "it is not in Shift_JIS");
    }
    let Some(table) = sheet.table else {
        return refuse("どの版の項目とも数が合いません", "its rows have the items of no version");
    };
    document.version = table.version;
    for row in &sheet.rows {
        if row.cells.len() != table.items.len() {
            let line = row.line;
            return refuse(&format!("{line}行目の項目の数が違います"), &format!("line {line} has other items"));
        }
        let mut items = Row::default();
        for (item, cell) in table.items.iter().zip(&row.cells) {
            match cell {
                Value::Text(text) => items.set(item.key, text.as_str()),
                Value::Broken(_) => {
                    let line = row.line;
                    return refuse(
                        &format!("{line}行目の{}が文字として読めません", item.name_ja),
                        &format!("line {line}, {} is no text", item.key.name()),
                    );
                }
            }
        }
        document.rows.push(items);
    }
    Ok(document)
}

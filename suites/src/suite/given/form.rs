//! Other forms of files that say the same. Knows cells as they are written; knows no case.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use renkei_validator::decode::{Text, decode};
use renkei_validator::ms932::is_lead;
use renkei_validator::spec::{ItemType, Kind, Length};
use renkei_validator::text::Message;

use crate::suite::case::Form;
use crate::suite::compare::Named;
use crate::suite::content::{Content, Document};

/// The files of a content in another form.
pub(super) fn rewritten(content: &Content, form: Form) -> Result<Vec<Named>, Message> {
    let mut content = content.clone();
    match form {
        Form::AllQuoted | Form::SmallExtension | Form::OtherCodes | Form::LineFeeds | Form::NoFinalLineEnd => {}
        Form::Reversed => content.documents.iter_mut().for_each(|document| document.rows.reverse()),
        Form::ZeroPadded => content.documents.iter_mut().for_each(pad),
    }
    let mut files = content.to_files()?;
    for ((name, bytes), document) in files.iter_mut().zip(&content.documents) {
        match form {
            Form::AllQuoted if document.kind != Kind::UpkihonImage => *bytes = quoted(bytes),
            Form::SmallExtension => *name = name.replace(".CSV", ".csv"),
            Form::OtherCodes if document.kind != Kind::UpkihonImage => *bytes = with_other_codes(bytes),
            Form::LineFeeds if document.kind != Kind::UpkihonImage => bytes.retain(|byte| *byte != b'\r'),
            Form::NoFinalLineEnd => {
                if bytes.ends_with(b"\r\n") {
                    bytes.truncate(bytes.len() - 2);
                }
            }
            Form::AllQuoted | Form::Reversed | Form::ZeroPadded | Form::OtherCodes | Form::LineFeeds => {}
        }
    }
    Ok(files)
}

/// Fills whole numbers up to the longest that their items take.
fn pad(document: &mut Document) {
    let Some(table) = document.table() else { return };
    for row in &mut document.rows {
        for item in &table.items {
            if let (ItemType::Integer, Length::AtMost(most)) = (item.form, item.length) {
                let text = row.get(item.key).to_owned();
                if !text.is_empty() {
                    row.set(item.key, format!("{text:0>most$}"));
                }
            }
        }
    }
}

/// Each code of a character that has several, with another of them.
static OTHER_CODES: LazyLock<BTreeMap<[u8; 2], [u8; 2]>> = LazyLock::new(|| {
    let mut codes: BTreeMap<String, Vec<[u8; 2]>> = BTreeMap::new();
    // Where characters stand twice: symbols, NEC row 13, and the IBM extensions with their NEC selection.
    for lead in [0x81, 0x87, 0xED, 0xEE, 0xFA, 0xFB, 0xFC] {
        for code in (0x40..=0xFC).map(|trail| [lead, trail]) {
            if let Text::Clean(text) = decode(&code) {
                codes.entry(text.into_owned()).or_default().push(code);
            }
        }
    }
    let others = |codes: Vec<[u8; 2]>| {
        let next: Vec<[u8; 2]> = codes.iter().cycle().skip(1).take(codes.len()).copied().collect();
        codes.into_iter().zip(next)
    };
    codes.into_values().filter(|codes| codes.len() > 1).flat_map(others).collect()
});

/// The same text with other codes, wherever there are some.
fn with_other_codes(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        match tail {
            [trail, after @ ..] if is_lead(*first) => {
                let code = [*first, *trail];
                out.extend(OTHER_CODES.get(&code).copied().unwrap_or(code));
                rest = after;
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// Puts cells that hold something into quotes. Commas and line ends in quotes stay; trail bytes of MS932
/// are neither.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut cell, mut inside) = (Vec::with_capacity(bytes.len() * 2), Vec::new(), false);
    let end = |cell: &mut Vec<u8>, out: &mut Vec<u8>| {
        let bare = !cell.is_empty() && cell.first() != Some(&b'"');
        if bare {
            out.push(b'"');
        }
        out.append(cell);
        if bare {
            out.push(b'"');
        }
    };
    for &byte in bytes {
        match byte {
            b',' | b'\r' | b'\n' if !inside => {
                end(&mut cell, &mut out);
                out.push(byte);
            }
            byte => {
                inside ^= byte == b'"';
                cell.push(byte);
            }
        }
    }
    end(&mut cell, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_with_two_codes_get_the_other_one() {
        assert_eq!(with_other_codes(b"\xFB\xFC\xFA\xB1a\x8D\x82"), b"\xEE\xE0\xED\x95a\x8D\x82");
        assert_eq!(with_other_codes(b"\xEE\xE0"), b"\xFB\xFC");
    }

    #[test]
    fn cells_that_hold_something_get_quotes() {
        assert_eq!(quoted(b"1,\"a,\"\"b\r\n\",,2\r\n"), b"\"1\",\"a,\"\"b\r\n\",,\"2\"\r\n");
    }
}

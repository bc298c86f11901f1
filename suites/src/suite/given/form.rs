//! Other forms of files that say the same. Knows cells as they are written; knows no case.

use renkei_validator::spec::{ItemType, Kind, Length};
use renkei_validator::text::Message;

use crate::suite::case::Form;
use crate::suite::compare::Named;
use crate::suite::content::{Content, Document};

/// The files of a content in another form.
pub(super) fn rewritten(content: &Content, form: Form) -> Result<Vec<Named>, Message> {
    let mut content = content.clone();
    match form {
        Form::AllQuoted | Form::SmallExtension => {}
        Form::Reversed => content.documents.iter_mut().for_each(|document| document.rows.reverse()),
        Form::ZeroPadded => content.documents.iter_mut().for_each(pad),
    }
    let mut files = content.to_files()?;
    for ((name, bytes), document) in files.iter_mut().zip(&content.documents) {
        match form {
            Form::AllQuoted if document.kind != Kind::UpkihonImage => *bytes = quoted(bytes),
            Form::SmallExtension => *name = name.replace(".CSV", ".csv"),
            Form::AllQuoted | Form::Reversed | Form::ZeroPadded => {}
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
    fn cells_that_hold_something_get_quotes() {
        assert_eq!(quoted(b"1,\"a,\"\"b\r\n\",,2\r\n"), b"\"1\",\"a,\"\"b\r\n\",,\"2\"\r\n");
    }
}

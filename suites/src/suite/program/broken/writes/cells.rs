//! Cells of files as bytes. Knows quotes and MS932; knows no item but that each cell is of one.

use encoding_rs::SHIFT_JIS;
use renkei_validator::draft::Draft;
use renkei_validator::spec::Item;

/// Changes each cell of each row of a table, with its item.
pub(super) fn each(draft: &mut Draft, change: impl Fn(&'static Item, &mut Vec<u8>)) {
    for file in &mut draft.files {
        let Some(table) = file.rows.first().and_then(|row| file.table(row.cells.len())) else { continue };
        for row in &mut file.rows {
            table.items.iter().zip(&mut row.cells).for_each(|(item, cell)| change(item, cell));
        }
    }
}

/// What stands in quotes.
pub(super) fn quoted(cell: &[u8]) -> Option<&[u8]> {
    match cell {
        [b'"', inner @ .., b'"'] => Some(inner),
        _ => None,
    }
}

/// Takes the quotes off where nothing in them asks for them.
pub(super) fn without_quotes(cell: &mut Vec<u8>) {
    let plain = quoted(cell).filter(|inner| !inner.iter().any(|byte| b",\"\r\n".contains(byte)));
    if let Some(plain) = plain.map(<[u8]>::to_vec) {
        *cell = plain;
    }
}

/// Replaces bytes that are no trail byte: quotes, line ends, hyphens.
pub(super) fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let [first, tail @ ..] = rest {
        match rest.strip_prefix(from) {
            Some(after) => {
                out.extend_from_slice(to);
                rest = after;
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// Replaces characters.
pub(super) fn recoded(cell: &mut Vec<u8>, pairs: &[(&str, &str)]) {
    let mut text = SHIFT_JIS.decode_without_bom_handling(cell).0.into_owned();
    if pairs.iter().any(|(from, _)| text.contains(from)) {
        for (from, to) in pairs {
            text = text.replace(from, to);
        }
        *cell = SHIFT_JIS.encode(&text).0.into_owned();
    }
}

/// Cuts text after so many bytes, at a whole character.
pub(super) fn cut(cell: &mut Vec<u8>, bytes: usize) {
    let Some(inner) = quoted(cell).filter(|inner| inner.len() > bytes) else { return };
    let mut text = SHIFT_JIS.decode_without_bom_handling(inner).0.into_owned();
    while SHIFT_JIS.encode(&text).0.len() > bytes {
        text.pop();
    }
    *cell = [b"\"", SHIFT_JIS.encode(&text).0.as_ref(), b"\""].concat();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_before_a_character_that_does_not_fit() {
        let mut cell = SHIFT_JIS.encode("\"あいう\"").0.into_owned();
        cut(&mut cell, 5);
        assert_eq!(SHIFT_JIS.decode(&cell).0, "\"あい\"");
    }

    #[test]
    fn a_longer_match_is_replaced_from_the_left() {
        assert_eq!(replaced(b"a\"\"\"b", b"\"\"", b"\""), b"a\"\"b");
    }
}

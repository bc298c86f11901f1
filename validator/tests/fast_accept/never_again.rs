//! Rows that never come again, so that learning them is given up, with wrong ones among them.

use std::collections::BTreeSet;

use renkei_validator::draft::{DraftFile, DraftRow};
use renkei_validator::spec::keys::upjsk;
use renkei_validator::spec::{Kind, Version};
use renkei_validator::{Reuse, spec};

use super::{VALUES, alike, files, judge};

/// Rows without line breaks, of which none comes again, made of those of a file: a text of each is another
/// one. `None` where they have no text.
struct NeverAgain<'a> {
    file: &'a DraftFile,
    text: usize,
}

impl NeverAgain<'_> {
    fn of(file: &DraftFile) -> Option<NeverAgain<'_>> {
        let columns = file.rows[0].cells.len();
        let is_even = |row: &DraftRow| row.cells.len() == columns && !row.cells.concat().contains(&b'\n');
        let table = spec::tables(file.version()?, file.kind()?).iter().find(|table| table.items.len() == columns)?;
        let text = table.items.iter().position(|item| item.form == spec::ItemType::Text)?;
        file.rows.iter().all(is_even).then_some(NeverAgain { file, text })
    }

    fn cells(&self, number: usize) -> Vec<Vec<u8>> {
        let mut cells = self.file.rows[number % self.file.rows.len()].cells.clone();
        cells[self.text] = text(number);
        cells
    }

    /// So many that learning them is given up.
    fn many(&self, edit: impl Fn(usize, &mut Vec<Vec<u8>>)) -> Vec<u8> {
        let row = |number| {
            let mut cells = self.cells(number);
            edit(number, &mut cells);
            line(&cells)
        };
        (0..600).flat_map(row).collect()
    }
}

/// Another text for each number. Digits would not do: in texts, too, most rules take them to be alike.
fn text(number: usize) -> Vec<u8> {
    let letter = |power: u32| b'A' + (number / 26_usize.pow(power) % 26) as u8;
    [b'"', letter(3), letter(2), letter(1), letter(0), b'x', b'x', b'"'].to_vec()
}

fn line(cells: &[Vec<u8>]) -> Vec<u8> {
    [cells.join(&b','), b"\r\n".to_vec()].concat()
}

#[test]
fn what_is_wrong_among_rows_that_never_come_again_is_judged_alike() {
    let (mut proved, mut kinds) = (0, BTreeSet::new());
    for file in &files() {
        let Some(rows) = NeverAgain::of(file) else { continue };
        let columns = file.rows[0].cells.len();
        let mut bytes = rows.many(|_, _| {});
        for edit in 0..columns * (VALUES.len() + 2) {
            let (column, value) = (edit % columns, edit / columns);
            let [mut cells, clean] = [600 + 2 * edit, 601 + 2 * edit].map(|number| rows.cells(number));
            let new = match VALUES.get(value) {
                Some(value) => value.to_vec(),
                // The value of another row, and other digits.
                None if value == VALUES.len() => rows.cells(edit * 7 + 3)[column].clone(),
                None => cells[column].iter().map(|byte| byte + u8::from(matches!(byte, b'0'..=b'8'))).collect(),
            };
            // What would be no row at all, or of another encoding, is met in other tests.
            if !new.iter().any(|byte| matches!(byte, b'\n' | b'\r')) && !new.starts_with(b"\"A\x1B") {
                cells[column] = new;
            }
            bytes.extend([line(&cells), line(&clean)].concat());
        }
        proved += alike(&file.name, &bytes, 5000);
        kinds.extend(file.version().zip(file.kind()));
    }
    assert!(proved > 40_000 && kinds.len() >= 8, "{proved} rows proved of {kinds:?}");
    assert!(kinds.contains(&(Version::V202407, Kind::Upsikyu)) && kinds.contains(&(Version::V202208, Kind::Upsikyu)));
}

#[test]
fn owners_encodings_and_services_are_told_among_rows_that_never_come_again() {
    let (mut kinds, mut other_encodings) = (BTreeSet::new(), 0);
    for file in &files() {
        let Some(rows) = NeverAgain::of(file) else { continue };
        let [insured, code] = [upjsk::INSURED_NUMBER, upjsk::SERVICE_CODE].map(|key| file.column(key));
        if let Some(insured) = insured {
            // Of another owner each, so that this is no column of the head.
            let owner = |number: usize| [b"0000000101", b"0000000203", b"0000000305"][number % 3].to_vec();
            let mut bytes = rows.many(|number, cells| cells[insured] = owner(number));
            // Rows of one owner are compared with each other.
            for number in [1, 2, 2, 1, 1, 3, 2] {
                let mut cells = rows.cells(700);
                cells[insured] = owner(number);
                bytes.extend(line(&cells));
            }
            alike(&file.name, &bytes, 5000);
        }
        // Kanji in MS932, which are as many characters of UTF-8; nothing else speaks for an encoding.
        let plain = |cells: &mut Vec<Vec<u8>>| {
            cells.iter_mut().filter(|cell| !cell.is_ascii()).for_each(|cell| *cell = b"\"x\"".to_vec());
        };
        let mut bytes = rows.many(|_, cells| plain(cells));
        for number in 0..20 {
            let mut cells = rows.cells(600 + number);
            plain(&mut cells);
            cells[rows.text] = b"\"\xE6\x96\x88\xE5\x8F\xA5\"".to_vec();
            bytes.extend(line(&cells));
        }
        let (judgement, _) = judge(&file.name, &bytes, true, 5000, Reuse::default());
        other_encodings += usize::from(judgement.findings.kept.iter().any(|f| f.rule.id == "bytes/not-shift-jis"));
        alike(&file.name, &bytes, 5000);
        if let Some(code) = code {
            // Equipment, that a rule about its numbers must see, with the layout of another service.
            let mut bytes = rows.many(|_, _| {});
            for number in 0..4 {
                let mut cells = rows.cells(file.rows.len() * 200);
                cells[code] = if number == 1 { b"111211".to_vec() } else { b"171007".to_vec() };
                cells[rows.text] = text(number);
                bytes.extend(line(&cells));
            }
            alike(&file.name, &bytes, 5000);
            kinds.extend(file.kind());
        }
    }
    assert!(kinds.contains(&Kind::Upplan) && kinds.contains(&Kind::Upsikyu), "{kinds:?}");
    assert!(other_encodings > 5, "{other_encodings}");
}

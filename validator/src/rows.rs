//! Picks the rows that findings are about, and their neighbours, out of a file that is read once more.
//! Knows places; judges nothing, and leaves masking to the report.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::bind::Row;
use crate::check::FileJudgement;
use crate::decode::{Encoding, whole};
use crate::finding::{Finding, Severity};
use crate::scan::{Cell, Piece, Record, Scanner};
use crate::sets::SetsJudgement;
use crate::spec::{Table, tables};

/// At most so many rows with findings are picked of one file; their neighbours come on top.
const MOST_ROWS: usize = 30;
/// At most so many of all files together.
const MOST_ROWS_IN_ALL: usize = 2_000;
/// At most so many cells are picked of one row. No table has as many items.
const MOST_CELLS: usize = 200;
/// At most so many bytes are picked of one cell.
const MOST_BYTES: usize = 120;

/// The rows picked of one file.
#[derive(Clone, Debug, Default)]
pub struct PickedRows {
    /// In order of place.
    pub rows: Vec<PickedRow>,
    /// How many rows the listed findings are about.
    pub total: u64,
    /// How many of these are among `rows`.
    pub picked: u64,
    /// Whether some are missing not for the number of rows, but because the file could not be read once more, or had changed.
    pub lost: bool,
}

/// One row, as evidence.
#[derive(Clone, Debug)]
pub struct PickedRow {
    /// 1-based physical line.
    pub line: u64,
    /// The record's bytes in the file, without its line end.
    pub bytes: Range<u64>,
    /// The table it was read by; `None` where it is no row of one.
    pub table: Option<&'static Table>,
    /// Its first cells.
    pub cells: Vec<PickedCell>,
    /// How many cells it has.
    pub total_cells: u64,
}

/// One cell, as evidence.
#[derive(Clone, Debug)]
pub struct PickedCell {
    /// Its content without quotes; with them where they are broken.
    pub bytes: Vec<u8>,
    /// Whether the content goes on after these bytes.
    pub cut: bool,
    /// Whether it may be shown without being asked for.
    pub shown: bool,
}

/// Starts to pick rows of some files, for the findings about each and those of their sets. Gives a
/// picker for each file that has rows to pick, with its place among the files and in their order; files
/// with errors come first where the rows of all are more than a report holds.
pub fn pickers<'a>(
    files: impl Iterator<Item = &'a mut FileJudgement>,
    sets: Option<&SetsJudgement>,
) -> Vec<(usize, RowPicker)> {
    let mut of_sets: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in sets.iter().flat_map(|sets| &sets.findings.kept) {
        of_sets.entry(&finding.at.file).or_default().push(finding);
    }
    let has_some = |file: &FileJudgement| !file.findings.kept.is_empty() || of_sets.contains_key(&*file.name);
    let mut files: Vec<(usize, &mut FileJudgement)> = files.enumerate().filter(|(_, file)| has_some(file)).collect();
    files.sort_by_cached_key(|(_, file)| (file.findings.count(Severity::Error) == 0, file.name.clone()));
    let mut pickers = Vec::new();
    let mut left = MOST_ROWS_IN_ALL;
    for (index, file) in files {
        let own = file.findings.kept.iter();
        let findings = own.chain(of_sets.get(&*file.name).into_iter().flatten().copied());
        let (wanted, total) = rows_of_interest(findings, MOST_ROWS.min(left));
        left -= wanted.len();
        file.rows = PickedRows { total, lost: !wanted.is_empty(), ..PickedRows::default() };
        if !wanted.is_empty() {
            pickers.push((index, RowPicker::new(file, wanted)));
        }
    }
    pickers.sort_by_key(|(index, _)| *index);
    pickers
}

/// Which rows of a file to pick, at most so many: that of each rule's first finding, then those of the
/// second ones, and so on. Gives the offsets of the records, ascending, and how many rows the findings
/// are about.
fn rows_of_interest<'a>(findings: impl Iterator<Item = &'a Finding>, most: usize) -> (Vec<u64>, u64) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ranked = BTreeSet::new();
    for finding in findings {
        let Some(place) = finding.place else { continue };
        let rank = seen.entry(finding.rule.id).or_default();
        ranked.insert((*rank, place.record));
        *rank += 1;
    }
    let total = ranked.iter().map(|(_, record)| record).collect::<BTreeSet<_>>().len();
    let mut wanted = BTreeSet::new();
    for (_, record) in ranked {
        if wanted.len() < most {
            wanted.insert(record);
        }
    }
    (wanted.into_iter().collect(), total as u64)
}

/// Takes a file in chunks, once more, and keeps the rows wanted.
pub struct RowPicker {
    tables: &'static [Table],
    encoding: Encoding,
    /// Offsets of records, ascending.
    wanted: Vec<u64>,
    scanner: Scanner,
    rows: Vec<PickedRow>,
    picked: u64,
    next: usize,
    /// Whether the record before was wanted.
    follows: bool,
}

impl RowPicker {
    /// Starts on the file of a judgement. `wanted` are offsets of records, ascending.
    fn new(file: &FileJudgement, wanted: Vec<u64>) -> RowPicker {
        RowPicker {
            tables: file.version.zip(file.kind).map_or(&[], |(version, kind)| tables(version, kind)),
            encoding: file.encoding,
            wanted,
            scanner: Scanner::default(),
            rows: Vec::new(),
            picked: 0,
            next: 0,
            follows: false,
        }
    }

    /// Whether there is anything left to look for.
    pub fn wants_more(&self) -> bool {
        self.follows || self.next < self.wanted.len()
    }

    /// Takes the next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        let mut scanner = std::mem::take(&mut self.scanner);
        scanner.push(chunk, &mut |piece| self.piece(piece));
        self.scanner = scanner;
    }

    /// Takes the end of the file, or where reading stopped, and hands over what was picked.
    pub fn finish(self, picked: &mut PickedRows) {
        let asked = self.wanted.len() as u64;
        (picked.rows, picked.picked) = self.end();
        picked.lost = picked.picked < asked;
    }

    fn end(mut self) -> (Vec<PickedRow>, u64) {
        std::mem::take(&mut self.scanner).finish(&mut |piece| self.piece(piece));
        (self.rows, self.picked)
    }

    fn piece(&mut self, piece: Piece<'_>) {
        let record = match piece {
            Piece::Record(record) => record,
            Piece::Bom(_) => return,
            Piece::Skipped { .. } => {
                self.follows = false;
                return;
            }
        };
        while self.wanted.get(self.next).is_some_and(|&at| at < record.at) {
            self.next += 1;
        }
        let wanted = self.wanted.get(self.next).copied();
        let is_wanted = wanted == Some(record.at);
        let ends = record.range().end + record.end.bytes().len() as u64;
        if is_wanted {
            self.next += 1;
            self.picked += 1;
        }
        if is_wanted || self.follows || wanted == Some(ends) {
            self.rows.push(evidence(record, self.tables, self.encoding));
        }
        self.follows = is_wanted;
    }
}

fn evidence(record: Record<'_>, tables: &'static [Table], encoding: Encoding) -> PickedRow {
    let table = Row::bind(tables, record).map(|row| row.table);
    let cell = |(column, cell): (usize, &Cell)| {
        let bytes = if cell.is_sound() { record.content(cell) } else { &record.bytes[cell.span()] };
        let kept = whole(bytes, encoding, MOST_BYTES);
        let shown = table.and_then(|table| table.items.get(column)).is_some_and(|item| item.shown);
        PickedCell { bytes: bytes[..kept].to_vec(), cut: kept < bytes.len(), shown: shown && cell.is_sound() }
    };
    PickedRow {
        line: record.line,
        bytes: record.range(),
        table,
        cells: record.cells.iter().enumerate().take(MOST_CELLS).map(cell).collect(),
        total_cells: record.cells.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileCheck, Options};

    const NAME: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
    const GOOD: &str = "202407,990010,0000000101,202610\r\n";
    const BAD: &str = "202407,990010,0000000101,202613\r\n";

    fn judge(text: &str) -> FileJudgement {
        let mut check = FileCheck::new(NAME, &Options::default());
        check.push(text.as_bytes());
        check.finish()
    }

    fn pick(text: &str, wanted: Vec<u64>, chunk: usize) -> (Vec<PickedRow>, u64) {
        let mut picker = RowPicker::new(&judge(text), wanted);
        for chunk in text.as_bytes().chunks(chunk) {
            picker.push(chunk);
        }
        picker.end()
    }

    fn lines(rows: &[PickedRow]) -> Vec<u64> {
        rows.iter().map(|row| row.line).collect()
    }

    #[test]
    fn a_row_comes_with_the_one_before_and_the_one_after() {
        let text = [GOOD, GOOD, GOOD, BAD, GOOD, GOOD].concat();
        let at = 3 * GOOD.len() as u64;
        for chunk in [1, 7, 1000] {
            let (rows, picked) = pick(&text, vec![at], chunk);
            assert_eq!((lines(&rows), picked), (vec![3, 4, 5], 1));
            let cells: Vec<&[u8]> = rows[1].cells.iter().map(|cell| &cell.bytes[..]).collect();
            assert_eq!(cells, [&b"202407"[..], b"990010", b"0000000101", b"202613"]);
            let shown: Vec<bool> = rows[1].cells.iter().map(|cell| cell.shown).collect();
            assert_eq!(shown, [true, false, false, true]);
            assert_eq!(rows[1].bytes, at..at + 31);
        }
    }

    #[test]
    fn neighbours_that_meet_are_picked_once() {
        let (rows, picked) = pick(&[BAD, BAD, GOOD, BAD].concat(), vec![0, 33, 99], 1000);
        assert_eq!((lines(&rows), picked), (vec![1, 2, 3, 4], 3));
    }

    #[test]
    fn what_is_no_row_of_the_table_is_picked_with_nothing_shown() {
        let (rows, picked) = pick("202407,990010,0000000101\r\n\"a\"b,", vec![0, 26], 1000);
        assert_eq!((lines(&rows), picked), (vec![1, 2], 2));
        assert!(rows.iter().all(|row| row.table.is_none() && row.cells.iter().all(|cell| !cell.shown)));
        assert_eq!(rows[1].cells[0].bytes, b"\"a\"b");
    }

    #[test]
    fn long_cells_and_rows_are_cut_between_characters() {
        let text = format!("x\u{7f}{}", ",".repeat(300));
        let (rows, _) = pick(&text, vec![0], 1000);
        assert_eq!((rows[0].cells.len(), rows[0].total_cells), (200, 301));
        let mut bytes = b"x".to_vec();
        bytes.extend(b"\x8C\xA9".repeat(100));
        let mut picker = RowPicker::new(&judge(""), vec![0]);
        picker.push(&bytes);
        let (rows, _) = picker.end();
        assert_eq!((rows[0].cells[0].bytes.len(), rows[0].cells[0].cut), (119, true));
    }

    #[test]
    fn an_offset_where_no_record_begins_picks_nothing() {
        let (rows, picked) = pick(&[GOOD, GOOD].concat(), vec![5], 1000);
        assert_eq!((lines(&rows), picked), (vec![], 0));
    }

    #[test]
    fn each_rule_has_its_first_row_before_any_has_its_second() {
        let bad = |person: u8| BAD.replace("0000000101", &format!("000000010{person}"));
        let wrong_person = "202407,990010,000000010X,202610\r\n".to_owned();
        let text = [bad(1), bad(2), bad(3), wrong_person].concat();
        let judgement = judge(&text);
        let all = || judgement.findings.kept.iter();
        let rules: BTreeSet<&str> = all().filter(|f| f.place.is_some()).map(|f| f.rule.id).collect();
        assert!(rules.len() > 1, "{rules:?}");
        let (wanted, total) = rows_of_interest(all(), 2);
        assert_eq!((wanted, total), (vec![0, 99], 4));
    }
}

//! What is proved clean by rows before it is what no rule has anything to say on: a file is judged
//! alike with the fast path and without it, in chunks of any size.

#![allow(clippy::unwrap_used)]

#[path = "fast_accept/never_again.rs"]
mod never_again;

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use renkei_validator::draft::{Draft, DraftFile, DraftRow};
use renkei_validator::finding::Finding;
use renkei_validator::spec::keys::upjsk;
use renkei_validator::spec::{Kind, Version};
use renkei_validator::{FileCheck, FileJudgement, Options, Reuse, RowHashes, rules, spec};

fn judge(name: &str, bytes: &[u8], fast: bool, chunk: usize, reuse: Reuse) -> (FileJudgement, Reuse) {
    let options = Options { as_of: spec::parse_date(b"20261120"), keep: 5, fast, ..Options::default() };
    let mut check = FileCheck::reusing(name, &options, reuse);
    let mut hashes = RowHashes::default();
    for (number, chunk) in bytes.chunks(chunk.max(1)).enumerate() {
        // There is not time for those of every chunk.
        if fast && number % 3 != 1 {
            hashes.become_of(chunk);
        } else {
            hashes.clear();
        }
        check.push_hashed(chunk, &hashes);
    }
    check.finish_reusable()
}

/// All that a judgement says, tables and rules by name.
fn outcome(judgement: &FileJudgement) -> String {
    let FileJudgement { name, nature, bytes, records, proved: _, kind, stated, version, .. } = judgement;
    let table = judgement.table.map(|table| (table.version, table.kind, table.items.len()));
    let mut text = format!("{:?}\n", (name, nature, bytes, records, kind, stated, version, table));
    for finding in &judgement.findings.kept {
        let Finding {
            rule,
            severity,
            at,
            message,
            expected,
            got,
            reading,
            related,
            excerpt,
            place,
            table,
            row,
            capped,
        } = finding;
        let table = table.map(|table| (table.version, table.kind, table.items.len()));
        writeln!(text, "{} {severity:?} {at:?} {message:?} {expected:?} {got:?} {reading:?}", rule.id).unwrap();
        writeln!(text, "  {related:?} {excerpt:?} {place:?} {table:?} {row:?} {capped:?}").unwrap();
    }
    writeln!(text, "{:?}\n{:?}\n{:?}", judgement.findings.totals, judgement.not_checked, judgement.facts).unwrap();
    text
}

/// Judges a file both ways and gives how many rows were proved.
#[track_caller]
fn alike(name: &str, bytes: &[u8], chunk: usize) -> u64 {
    alike_after(name, bytes, chunk, Reuse::default()).0
}

/// Likewise, with what was learnt on other files.
#[track_caller]
fn alike_after(name: &str, bytes: &[u8], chunk: usize, reuse: Reuse) -> (u64, Reuse) {
    let (slow, _) = judge(name, bytes, false, bytes.len(), Reuse::default());
    let (fast, reuse) = judge(name, bytes, true, chunk, reuse);
    assert_eq!(slow.proved, 0);
    let (slow, proved, fast) = (outcome(&slow), fast.proved, outcome(&fast));
    assert!(slow == fast, "{name}\n{}\n\nwithout: {slow}\n\nwith: {fast}", String::from_utf8_lossy(bytes));
    (proved, reuse)
}

/// Every file of every sample that has rows.
fn files() -> Vec<DraftFile> {
    Draft::sample_names().flat_map(|name| Draft::sample(name).unwrap().files).filter(|f| !f.rows.is_empty()).collect()
}

#[test]
fn repeated_rows_of_every_kind_are_proved_where_no_text_has_line_breaks() {
    let mut kinds: BTreeSet<(Version, Kind)> = BTreeSet::new();
    for file in files() {
        let bytes = file.bytes().repeat(3);
        let is_plain = |row: &&DraftRow| row.cells.iter().all(|cell| !cell.contains(&b'\n'));
        let plain = file.rows.iter().filter(is_plain).count() as u64;
        let proved = alike(&file.name, &bytes, 1000);
        assert!(proved >= plain, "{}: {proved} of 3 times {plain} rows", file.name);
        kinds.extend(file.version().zip(file.kind()).filter(|_| proved > 0));
    }
    assert!(kinds.len() >= 15, "only {kinds:?}");
    for kind in [Kind::Upplan, Kind::Upjsk, Kind::Upsikyu, Kind::Uphosoku] {
        assert!(kinds.contains(&(Version::V202407, kind)), "{kind}");
    }
}

#[test]
fn every_bad_example_between_clean_rows_is_judged_alike() {
    let (mut proved, mut dirty) = (0, 0);
    let mut reuse = Reuse::default();
    for rule in rules::all() {
        for case in rule.bad.iter().chain(rule.good) {
            for sample in Draft::sample_names() {
                let clean = Draft::sample(sample).unwrap();
                let mut draft = Draft::sample(sample).unwrap();
                if (case.edit)(&mut draft).is_none() {
                    continue;
                }
                for (file, edited) in clean.files.iter().zip(&draft.files) {
                    let (before, after) = (file.bytes(), edited.bytes());
                    if before == after && file.name == edited.name {
                        continue;
                    }
                    dirty += 1;
                    let mixed = [&before[..], &after, &before, &after, &after].concat();
                    proved += alike(&edited.name, &after, after.len());
                    proved += alike(&edited.name, &mixed, 777);
                    // What was learnt on all files before this one changes nothing.
                    for bytes in [&after, &mixed] {
                        let (more, left) = alike_after(&edited.name, bytes, 777, reuse);
                        proved += more;
                        reuse = left;
                    }
                }
            }
        }
    }
    assert!(dirty > 500 && proved > 10_000, "{dirty} files, {proved} rows proved");
}

#[test]
fn files_in_which_one_column_is_wrong_throughout_are_judged_alike() {
    let mut wrong = 0;
    for file in files() {
        for column in 0..file.rows[0].cells.len() {
            for value in [&b"x"[..], b"\xF0\x40", b"99", b"\"A\x1B$B\""] {
                let rows: Vec<Vec<u8>> = file
                    .rows
                    .iter()
                    .map(|row| {
                        let mut cells = row.cells.clone();
                        if let Some(cell) = cells.get_mut(column) {
                            *cell = value.to_vec();
                        }
                        [cells.join(&b','), b"\r\n".to_vec()].concat()
                    })
                    .collect();
                let bytes = rows.concat().repeat(2);
                alike(&file.name, &bytes, 700);
                wrong += 1;
            }
        }
    }
    assert!(wrong > 2_000, "{wrong}");
}

#[test]
fn rows_that_stay_the_same_for_long_and_then_change_in_any_column_are_judged_alike() {
    let (mut proved, mut rows) = (0, 0);
    for file in files() {
        let row = |row: &DraftRow| [row.cells.join(&b','), b"\r\n".to_vec()].concat();
        let short = file.rows.len().min(6);
        for first in &file.rows[..short] {
            // So many that all columns but the last one look like those that say whose rows they are.
            let mut bytes = row(first).repeat(60);
            for other in &file.rows {
                bytes.extend(row(other).repeat(2));
                bytes.extend(row(first));
            }
            proved += alike(&file.name, &bytes, 900);
            rows += 60 + 3 * file.rows.len() as u64;
        }
    }
    assert!(proved > 5_000 && rows > proved, "{proved} of {rows}");
}

#[test]
fn what_depends_on_columns_of_a_head_and_of_a_tail_is_judged_alike_under_each_head() {
    let mut months = 0;
    for file in files().iter().filter(|file| matches!(file.kind(), Some(Kind::Upplan | Kind::Upjsk))) {
        let bytes = file.bytes();
        let other = |month: &[u8]| {
            let mut file = DraftFile::parse(&file.name, &bytes);
            let column = file.column(upjsk::TARGET_MONTH).unwrap();
            file.rows.iter_mut().for_each(|row| row.cells[column] = month.to_vec());
            file.bytes()
        };
        // Days that are of the month under one head, and not under the other; enough rows to choose a head by.
        let mixed = [bytes.repeat(8), other(b"202502"), bytes.clone(), other(b"202503"), bytes.clone()].concat();
        alike(&file.name, &mixed, 5_000);
        months += 1;
    }
    assert!(months >= 4, "{months}");
}

#[test]
fn a_row_of_another_table_before_one_that_is_not_proved_is_the_last_that_could_be_read() {
    let mut tables = 0;
    for file in files().iter().filter(|file| file.kind() == Some(Kind::Upsikyu)) {
        let row = |file: &DraftFile| [file.rows[0].cells.join(&b','), b"\r\n".to_vec()].concat();
        let mut other = row(file);
        other[0] = b',';
        let mut broken = row(file);
        broken[30] = b'\r';
        let (judgement, _) = judge(&file.name, &other, false, 999, Reuse::default());
        tables += usize::from(judgement.table.is_some());
        alike(&file.name, &[row(file).repeat(2), other, broken].concat(), 1);
    }
    assert!(tables > 0, "no table has one item more than another");
}

#[test]
fn a_rule_sees_the_rows_it_must_where_what_tells_them_stands_in_the_head() {
    let mut told = 0;
    for file in files().iter().filter(|file| file.kind() == Some(Kind::Upplan)) {
        let bytes = file.bytes();
        let of_code = |code: &[u8], count: &[u8]| {
            let mut file = DraftFile::parse(&file.name, &bytes);
            for (key, value) in [(upjsk::SERVICE_CODE, code), (upjsk::SERVICE_COUNT, count)] {
                let column = file.column(key).unwrap();
                file.rows[0].cells[column] = value.to_vec();
            }
            [file.rows[0].cells.join(&b','), b"\r\n".to_vec()].concat()
        };
        // Equipment among rows of another service, which the rule about its numbers need not see.
        let rows = [of_code(b"111211", b"1").repeat(60), of_code(b"171007", b"1"), of_code(b"171007", b"2")].concat();
        alike(&file.name, &rows, 999);
        let (judgement, _) = judge(&file.name, &rows, true, 999, Reuse::default());
        told += judgement.findings.kept.iter().filter(|f| f.rule.id == "file/detail-number-not-sequential").count();
    }
    assert!(told > 0, "the rule has nothing to say on these rows");
}

/// A change to a row.
#[derive(Clone, Debug)]
enum Edit {
    None,
    /// The cell of another row.
    Take(Index, Index),
    /// Another value.
    Put(Index, &'static [u8]),
    /// Another byte.
    Byte(Index, u8),
    /// A byte gone, or one more.
    Cut(Index),
    Add(Index, u8),
    /// A digit that becomes another.
    Digit(Index, u8),
}

const VALUES: &[&[u8]] = &[
    b"",
    b"\"\"",
    b"0",
    b"1",
    b"2",
    b"9",
    b"99",
    b"-1",
    b"00000000",
    b"000000",
    b"20261031",
    b"20261131",
    b"20240229",
    b"20230229",
    b"202610",
    b"202613",
    b"202407",
    b"202208",
    b"9999",
    b"0900",
    b"2360",
    b"2400",
    b"9999999999",
    b"H000000001",
    b"99A0100013",
    b"999999",
    b"11AAAA",
    b"111211",
    b"171001",
    b"331111",
    b"1000000000000000000000000000001",
    b"\"\x95\x5C\"",
    b"\"\x95\x5C,\x83\x5C\"\"\"",
    b"\"\x81\x40\x95\x5C\"",
    b"\x82\x50",
    b"\"\x82\x50\r\n2\"",
    b"\"A\rB\"",
    b"\"\xE9\x80\xA3\"",
    b"\"\xA4\xD2\xA4\xE9\"",
    b"\"\xF0\x40\"",
    b"\"A",
    b"A\"",
    b"\"A\"B",
    b"A\tB",
];

const BYTES: &[u8] = b"\"\",,\r\n\n\r0123459A\x1A\t; \x81\x5C\x83\xE0\xF0\xFC\xFD\xA0\x80";

fn edits() -> impl Strategy<Value = Edit> {
    let byte = || prop_oneof![3 => prop::sample::select(BYTES), 1 => any::<u8>()];
    prop_oneof![
        12 => Just(Edit::None),
        6 => (any::<Index>(), any::<Index>()).prop_map(|(row, column)| Edit::Take(row, column)),
        4 => (any::<Index>(), prop::sample::select(VALUES)).prop_map(|(column, value)| Edit::Put(column, value)),
        3 => (any::<Index>(), byte()).prop_map(|(at, byte)| Edit::Byte(at, byte)),
        1 => any::<Index>().prop_map(Edit::Cut),
        1 => (any::<Index>(), byte()).prop_map(|(at, byte)| Edit::Add(at, byte)),
        6 => (any::<Index>(), b'0'..=b'9').prop_map(|(at, byte)| Edit::Digit(at, byte)),
    ]
}

/// The row of a sample with an edit.
fn edited(file: &DraftFile, row: Index, edit: &Edit) -> Vec<u8> {
    let mut cells = file.rows[row.index(file.rows.len())].cells.clone();
    match edit {
        Edit::Take(other, column) => {
            let column = column.index(cells.len());
            let other = &file.rows[other.index(file.rows.len())].cells;
            cells[column] = other.get(column).cloned().unwrap_or_default();
        }
        Edit::Put(column, value) => {
            let column = column.index(cells.len());
            cells[column] = value.to_vec();
        }
        Edit::None | Edit::Byte(..) | Edit::Cut(_) | Edit::Add(..) | Edit::Digit(..) => {}
    }
    let mut bytes = [cells.join(&b','), b"\r\n".to_vec()].concat();
    let length = bytes.len();
    match edit {
        Edit::Byte(at, byte) => bytes[at.index(length)] = *byte,
        Edit::Cut(at) => {
            bytes.remove(at.index(length));
        }
        Edit::Add(at, byte) => bytes.insert(at.index(length), *byte),
        Edit::Digit(at, digit) => {
            let digits: Vec<usize> = (0..length).filter(|at| bytes[*at].is_ascii_digit()).collect();
            if !digits.is_empty() {
                bytes[digits[at.index(digits.len())]] = *digit;
            }
        }
        Edit::None | Edit::Take(..) | Edit::Put(..) => {}
    }
    bytes
}

#[test]
fn a_file_like_the_one_before_is_proved_from_its_first_row_on() {
    let mut whole = 0;
    for file in files() {
        let bytes = file.bytes();
        let (first, reuse) = alike_after(&file.name, &bytes, 100, Reuse::default());
        let (second, _) = alike_after(&file.name, &bytes, 100, reuse);
        let rows = file.rows.len() as u64;
        let plain = file.rows.iter().all(|row| row.cells.iter().all(|cell| !cell.contains(&b'\n')));
        assert!(first < rows, "{}", file.name);
        assert!(!plain || rows == 1 || second == rows, "{}: {second} of {rows} rows", file.name);
        whole += u64::from(second == rows);
    }
    assert!(whole >= 10, "only {whole}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn rows_with_any_edit_among_clean_ones_are_judged_alike(
        which in any::<Index>(),
        rows in vec((any::<Index>(), edits(), 1_usize..4), 1..30),
        chunk in 1_usize..600,
    ) {
        let files = files();
        let file = &files[which.index(files.len())];
        let mut bytes = file.bytes();
        for (row, edit, times) in &rows {
            // Repeated, so that what an edited row would teach is met again.
            bytes.extend(edited(file, *row, edit).repeat(*times));
            bytes.extend(edited(file, *row, &Edit::None));
        }
        alike(&file.name, &bytes, chunk);
    }

    #[test]
    fn what_was_learnt_on_one_file_changes_nothing_on_the_next(
        which in any::<Index>(),
        other in any::<Index>(),
        parts in vec((any::<bool>(), vec((any::<Index>(), edits()), 0..12), 1_usize..600), 2..6),
    ) {
        let files = files();
        let files = [&files[which.index(files.len())], &files[other.index(files.len())]];
        let mut reuse = Reuse::default();
        for (first, rows, chunk) in &parts {
            let file = files[usize::from(!first)];
            let bytes: Vec<u8> = rows.iter().flat_map(|(row, edit)| edited(file, *row, edit)).collect();
            reuse = alike_after(&file.name, &bytes, *chunk, reuse).1;
        }
    }

    #[test]
    fn rows_with_two_edits_are_judged_alike(
        which in any::<Index>(),
        rows in vec((any::<Index>(), edits(), any::<Index>(), edits()), 1..20),
    ) {
        let files = files();
        let file = &files[which.index(files.len())];
        let mut bytes = file.bytes();
        for (row, edit, other, second) in &rows {
            let once = edited(file, *row, edit);
            let parsed = DraftFile::parse(&file.name, &once);
            bytes.extend(&once);
            if parsed.rows.len() == 1 {
                bytes.extend(edited(&parsed, *other, second));
            }
        }
        alike(&file.name, &bytes, 64);
    }
}

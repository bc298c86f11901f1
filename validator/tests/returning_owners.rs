//! What is remembered of an owner is forgotten when the run of rows ends, where the file can be read
//! again, and learnt again should the owner come back: a file is judged alike with that and without it,
//! wherever the rows of an owner stand.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use renkei_validator::draft::{Draft, DraftFile};
use renkei_validator::spec::{Key, Kind, keys::upsikyu};
use renkei_validator::{FileCheck, FileJudgement, Options, ReadAgain, RowHashes, spec};

/// What was read again.
type Reads = Arc<Mutex<Vec<Range<u64>>>>;

fn check(name: &str, fast: bool) -> FileCheck {
    let options = Options { as_of: spec::parse_date(b"20261120"), keep: 5, fast, ..Options::default() };
    FileCheck::new(name, &options)
}

fn judged(mut check: FileCheck, bytes: &[u8], chunk: usize) -> FileJudgement {
    let mut hashes = RowHashes::default();
    for chunk in bytes.chunks(chunk.max(1)) {
        hashes.become_of(chunk);
        check.push_hashed(chunk, &hashes);
    }
    check.finish()
}

/// Reads some bytes again, and keeps which.
fn reading(bytes: &[u8], reads: &Reads) -> ReadAgain {
    let (bytes, reads) = (bytes.to_vec(), Arc::clone(reads));
    Box::new(move |range| {
        reads.lock().unwrap().push(range.clone());
        Some(bytes[range.start as usize..range.end as usize].to_vec())
    })
}

/// All that a judgement says.
fn outcome(judgement: &FileJudgement) -> String {
    let kept: Vec<String> = judgement
        .findings
        .kept
        .iter()
        .map(|found| {
            let said = (found.rule.id, found.severity, &found.at, &found.message, &found.expected, &found.got);
            format!("{said:?} {:?} {:?} {:?} {:?}", found.related, found.excerpt, found.place, found.row)
        })
        .collect();
    let FileJudgement { records, findings, not_checked, facts, broken, .. } = judgement;
    format!("{records} {}\n{:?}\n{not_checked:?}\n{facts:?}\n{broken:?}", kept.join("\n"), findings.totals)
}

/// Judges a file without forgetting, and with it in more than one way; gives what was read again.
#[track_caller]
fn alike(name: &str, bytes: &[u8], chunk: usize) -> (FileJudgement, Vec<Range<u64>>) {
    let reference = judged(check(name, false), bytes, bytes.len());
    let expected = outcome(&reference);
    let mut read = Vec::new();
    for (fast, chunk) in [(false, bytes.len()), (true, bytes.len()), (true, chunk)] {
        let reads = Reads::default();
        let forgetting = judged(check(name, fast).reading_again(reading(bytes, &reads)), bytes, chunk);
        let found = outcome(&forgetting);
        let text = || String::from_utf8_lossy(bytes).into_owned();
        assert!(found == expected, "{name}\n{}\n\nexpected: {expected}\n\nfound: {found}", text());
        read = reads.lock().unwrap().clone();
    }
    let remembering = judged(check(name, true), bytes, chunk);
    assert_eq!(outcome(&remembering), expected);
    (reference, read)
}

/// The samples whose rows are of people, with the columns that tell whose they are.
fn files() -> Vec<(DraftFile, [usize; 2])> {
    let files = Draft::sample_names().flat_map(|name| Draft::sample(name).unwrap().files);
    let named = |file: DraftFile| {
        let column = |key: Key| file.column(key);
        let columns = [column(upsikyu::INSURER_NUMBER)?, column(upsikyu::INSURED_NUMBER)?];
        Some((file, columns))
    };
    let files: Vec<_> = files.filter_map(named).filter(|(file, _)| !file.rows.is_empty()).collect();
    let kinds: BTreeSet<Kind> = files.iter().filter_map(|(file, _)| file.kind()).collect();
    for kind in [Kind::Upplan, Kind::Upjsk, Kind::Upsikyu, Kind::Up2kyo, Kind::UpyoboSub, Kind::Dltplan] {
        assert!(kinds.contains(&kind), "{kind}");
    }
    files
}

fn line(cells: &[Vec<u8>]) -> Vec<u8> {
    [cells.join(&b','), b"\r\n".to_vec()].concat()
}

/// Three people, somebody who is no person, and nobody.
const OWNERS: [&[u8]; 5] = [b"0000000101", b"0000000102", b"H000000103", b"00000 0104", b"105"];

/// Values that rules about several rows care for.
const VALUES: &[&[u8]] = &[
    b"", b"0", b"1", b"2", b"7", b"-1", b"x", b"202609", b"999999", b"11AAAA", b"11EEEE", b"171001", b"111211",
    b"\"1\"",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn rows_of_anybody_in_any_order_are_judged_alike(
        which in any::<Index>(),
        runs in vec(
            (0..OWNERS.len(), any::<Index>(), 1_usize..12, prop::option::weighted(0.3, (any::<Index>(), prop::sample::select(VALUES)))),
            1..25,
        ),
        between in prop::option::weighted(0.2, (any::<Index>(), prop::sample::select(vec![&b"\r\n"[..], b"202407,990010\r\n", b"\"\r\n\",1\r\n", b"a,b\n"]))),
        chunk in 1_usize..3000,
    ) {
        let files = files();
        let (file, columns) = &files[which.index(files.len())];
        let mut lines = Vec::new();
        for (owner, first, rows, edit) in &runs {
            let first = first.index(file.rows.len());
            for (at, row) in file.rows.iter().cycle().skip(first).take(*rows).enumerate() {
                let mut cells = row.cells.clone();
                cells[columns[1]] = OWNERS[*owner].to_vec();
                if let (0, Some((column, value))) = (at, edit) {
                    let column = column.index(cells.len());
                    cells[column] = value.to_vec();
                }
                lines.push(line(&cells));
            }
        }
        if let Some((at, other)) = between {
            lines.insert(at.index(lines.len() + 1), other.to_vec());
        }
        alike(&file.name, &lines.concat(), chunk);
    }

    #[test]
    fn clean_rows_of_three_people_are_clean_in_any_order_and_each_run_is_read_again_once(
        which in any::<Index>(),
        order in vec((0_usize..3, 1_usize..9), 0..60),
        chunk in 1_usize..3000,
    ) {
        let files = files();
        let (file, columns) = &files[which.index(files.len())];
        let person = |row: usize| columns.map(|column| &file.rows[row].cells[column]);
        let own: Vec<usize> = (0..file.rows.len()).filter(|row| person(*row) == person(0)).collect();
        let mut left = [&own[..]; 3];
        let mut lines: Vec<Vec<u8>> = Vec::new();
        let mut owners: Vec<usize> = Vec::new();
        for (owner, rows) in order.into_iter().chain([(0, own.len()), (1, own.len()), (2, own.len())]) {
            let (now, later) = left[owner].split_at(rows.min(left[owner].len()));
            left[owner] = later;
            for row in now {
                let mut cells = file.rows[*row].cells.clone();
                cells[columns[1]] = OWNERS[owner].to_vec();
                lines.push(line(&cells));
                owners.push(owner);
            }
        }
        let bytes = lines.concat();
        let (judgement, read) = alike(&file.name, &bytes, chunk);
        prop_assert!(judgement.findings.kept.is_empty(), "{}", outcome(&judgement));
        owners.dedup();
        let come_back = owners.len() > 3;
        // Rows with a key of their own are not compared as a whole.
        let table = spec::table(file.version().unwrap(), file.kind().unwrap()).unwrap();
        let forgets = table.row_key.is_empty();
        prop_assert_eq!(come_back && forgets, !read.is_empty());
        let mut starts: Vec<u64> = read.iter().map(|range| range.start).collect();
        starts.sort_unstable();
        prop_assert!(starts.windows(2).all(|pair| pair[0] != pair[1]), "{read:?}");
    }
}

/// Rows of 第7表 of somebody: a detail and its total.
fn bill(person: &str) -> [Vec<u8>; 2] {
    let (file, columns) = files()
        .into_iter()
        .find(|(file, _)| file.kind() == Some(Kind::Upsikyu) && file.version().unwrap().value() == "202407")
        .unwrap();
    let code = file.column(upsikyu::SERVICE_CODE).unwrap();
    let total = file.rows.iter().find(|row| row.cells[code] == b"999999").unwrap();
    let detail =
        file.rows.iter().find(|row| row.cells[code].iter().all(u8::is_ascii_digit) && row.cells[code] != b"999999");
    [detail.unwrap(), total].map(|row| {
        let mut cells = row.cells.clone();
        cells[columns[1]] = person.as_bytes().to_vec();
        for (key, value) in [(upsikyu::SERVICE_UNITS_AMOUNT, &b"500"[..]), (upsikyu::MANAGED_UNITS, b"")] {
            cells[file.column(key).unwrap()] = value.to_vec();
        }
        line(&cells)
    })
}

fn name_of_bill() -> String {
    files().into_iter().find(|(file, _)| file.kind() == Some(Kind::Upsikyu)).unwrap().0.name
}

fn about_rows(judgement: &FileJudgement) -> Vec<(&str, Option<u64>)> {
    let about = ["file/total-row-missing", "file/total-sum-wrong", "file/duplicate-row"];
    let kept = judgement.findings.kept.iter().filter(|found| about.contains(&found.rule.id));
    kept.map(|found| (found.rule.id, found.at.line)).collect()
}

#[test]
fn a_total_that_comes_after_other_people_is_found_again() {
    let ([a, a_total], [b, b_total]) = (bill("0000000101"), bill("0000000102"));
    let bytes = [&a[..], &b, &b_total, &a_total].concat();
    let (judgement, read) = alike(&name_of_bill(), &bytes, 100);
    let missing = about_rows(&judgement).into_iter().filter(|(id, _)| *id == "file/total-row-missing").count();
    assert_eq!(missing, 0);
    // The first row has no total when its run ends, so that only which rows there were is learnt again.
    assert_eq!(read.iter().map(|range| range.start).collect::<Vec<u64>>(), [0]);
}

#[test]
fn a_row_that_stood_before_other_people_is_seen_again() {
    let ([a, a_total], [b, b_total]) = (bill("0000000101"), bill("0000000102"));
    let bytes = [&a[..], &a_total, &b, &b_total, &a_total].concat();
    let (judgement, _) = alike(&name_of_bill(), &bytes, 64);
    assert!(about_rows(&judgement).contains(&("file/duplicate-row", Some(5))), "{:?}", about_rows(&judgement));
}

/// Judges a bill whose owner comes back, with its earlier rows read again in some way.
fn judged_by(again: impl FnMut(Range<u64>) -> Option<Vec<u8>> + Send + 'static) -> FileJudgement {
    let ([a, a_total], [b, b_total]) = (bill("0000000101"), bill("0000000102"));
    let bytes = [&a[..], &a_total, &b, &b_total, &a].concat();
    judged(check(&name_of_bill(), true).reading_again(Box::new(again)), &bytes, 100)
}

/// The bytes with the first occurrence of some replaced by as many others.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn a_file_that_cannot_be_read_again_or_has_changed_is_not_said_to_be_checked() {
    let [a, a_total] = bill("0000000101");
    let whole = [&a[..], &a_total, &bill("0000000102").concat(), &a].concat();
    let right = whole.clone();
    let sound = judged_by(move |range| Some(right[range.start as usize..range.end as usize].to_vec()));
    assert!(sound.not_checked.iter().all(|entry| !entry.blocks), "{:?}", sound.not_checked);
    let blocking = |judgement: &FileJudgement| {
        let blocking = judgement.not_checked.iter().filter(|entry| entry.blocks);
        blocking.map(|entry| entry.why.en.clone()).collect::<Vec<String>>()
    };
    let why = "the file changed while it was judged, or earlier rows could not be read again";
    // Gone; cut short; other bytes; another amount; another owner.
    assert_eq!(blocking(&judged_by(|_| None)), [why]);
    assert_eq!(blocking(&judged_by(|_| Some(Vec::new()))), [why]);
    assert_eq!(blocking(&judged_by(|range| Some(vec![b'x'; (range.end - range.start) as usize]))), [why]);
    for (from, to) in [("500", "501"), ("0000000101", "0000000103")] {
        let changed = replaced(&whole, from.as_bytes(), to.as_bytes());
        let judgement = judged_by(move |range| Some(changed[range.start as usize..range.end as usize].to_vec()));
        assert_eq!(blocking(&judgement), [why], "{to}");
        // Half of the rows would have other sums than all of them.
        assert!(about_rows(&judgement).iter().all(|(id, _)| *id == "file/duplicate-row"));
    }
}

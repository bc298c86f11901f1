//! Files are compared by what they say: what does not matter makes no difference, and what is lost is
//! named, where it was lost and how.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use proptest::prelude::*;
use renkei_suites::suite::compare::{Difference, Loss, Manner, Named, compare};
use renkei_validator::draft::{Draft, DraftFile};
use renkei_validator::spec::keys::{up1kyo, up2kyo, upplan, upsikyu};
use renkei_validator::spec::{Key, Kind, Segment};

const TABLE6: &str = "UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV";

fn sample(name: &str) -> Draft {
    Draft::sample(name).unwrap()
}

/// 見本, 架空, 髙田, in MS932.
const MIHON: &[u8] = b"\x8c\xa9\x96\x7b";

/// What differs after an edit, each as loss, line and item.
fn after(sample_name: &str, edit: impl FnOnce(&mut Draft)) -> Vec<(Loss, Option<u64>, Option<&'static str>)> {
    let mut draft = sample(sample_name);
    edit(&mut draft);
    short(&compare(&sample(sample_name).to_files(), &draft.to_files(), &Manner::default()))
}

fn short(differences: &[Difference]) -> Vec<(Loss, Option<u64>, Option<&'static str>)> {
    let item = |one: &Difference| one.item.map(|item| item.key.name());
    differences.iter().map(|one| (one.loss, one.line.or(one.expected_line), item(one))).collect()
}

fn file(draft: &mut Draft, kind: Kind) -> &mut DraftFile {
    let at = draft.index(kind).unwrap();
    &mut draft.files[at]
}

#[test]
fn every_sample_says_the_same_as_itself() {
    let mut samples = 0;
    for name in Draft::sample_names() {
        let files = sample(name).to_files();
        assert!(compare(&files, &files, &Manner::default()).is_empty(), "{name}");
        samples += 1;
    }
    assert!(samples >= 7, "{samples}");
}

#[test]
fn what_does_not_matter_makes_no_difference() {
    let edit = |draft: &mut Draft| {
        for file in &mut draft.files {
            file.name = file.name.replace("20260928101500", "20260929080000");
            file.rows.reverse();
            for row in &mut file.rows {
                row.end = b"\n".to_vec();
                for cell in &mut row.cells {
                    if !cell.starts_with(b"\"") {
                        *cell = [b"\"", &cell[..], b"\""].concat();
                    }
                }
            }
        }
        // 識別子 is not used, and a number may be written with leading zeros.
        draft.set(Kind::Upplan, 0, upplan::RECORD_IDENTIFIER, b"1");
        draft.set(Kind::Upplan, 0, upplan::SERVICE_COUNT, b"01");
    };
    assert_eq!(after("202407-table", edit), []);
}

#[test]
fn text_that_repeats_the_row_above_may_be_blank_or_repeated() {
    let edit = |draft: &mut Draft| {
        let file = file(draft, Kind::Up2kyo);
        let (issue, goal) = (file.column(up2kyo::ISSUE).unwrap(), file.column(up2kyo::LONG_TERM_GOAL).unwrap());
        assert!(file.rows[1].cells[issue].is_empty() && file.rows[1].cells[goal].is_empty());
        for column in [issue, goal, goal + 1, goal + 2, goal + 3] {
            file.rows[1].cells[column] = file.rows[0].cells[column].clone();
        }
    };
    assert_eq!(after("202407-plan", edit), []);
    // Another text is another text, in the row below that leaves it blank, too.
    let edit = |draft: &mut Draft| {
        draft.set(Kind::Up2kyo, 1, up2kyo::ISSUE, MIHON).unwrap();
    };
    let found = after("202407-plan", edit);
    assert_eq!(found.iter().map(|one| (one.0, one.2)).collect::<Vec<_>>(), [(Loss::Changed, Some("issue")); 2]);
}

#[test]
fn each_loss_of_a_value_is_told_by_its_name_at_its_place() {
    let set = |key: Key, value: &'static [u8]| {
        after("202407-table", move |draft| {
            draft.set(Kind::Upplan, 1, key, value).unwrap();
        })
    };
    assert_eq!(set(upplan::PLAN_MANAGER_NAME, b""), [(Loss::Dropped, Some(2), Some("plan_manager_name"))]);
    assert_eq!(set(upplan::PLAN_MANAGER_NAME, MIHON), [(Loss::Truncated, Some(2), Some("plan_manager_name"))]);
    assert_eq!(set(upplan::SERVICE_OFFICE_NAME, MIHON), [(Loss::Truncated, Some(2), Some("service_office_name"))]);
    assert_eq!(set(upplan::START_TIME, b"9999"), [(Loss::Defaulted, Some(2), Some("start_time"))]);
    assert_eq!(set(upplan::END_TIME, b"1030"), [(Loss::Changed, Some(2), Some("end_time"))]);
    assert_eq!(set(upplan::SATELLITE_NO, b"01"), [(Loss::Invented, Some(2), Some("satellite_no"))]);
    let swapped = after("202407-table", |draft| {
        draft.set(Kind::Upplan, 1, upplan::START_TIME, b"1000");
        draft.set(Kind::Upplan, 1, upplan::END_TIME, b"0900");
    });
    assert_eq!(swapped, [(Loss::ReOrdered, Some(2), Some("start_time")), (Loss::ReOrdered, Some(2), Some("end_time"))]);
    let question = after("202407-table", |draft| {
        let file = file(draft, Kind::Upplan);
        let name = file.get(1, upplan::PLAN_MANAGER_NAME).to_vec();
        // 見本　連子, with a question mark for 連.
        file.put(1, upplan::PLAN_MANAGER_NAME, &[&name[..6], b"?", &name[8..]].concat());
    });
    assert_eq!(question, [(Loss::ReEncoded, Some(2), Some("plan_manager_name"))]);
}

#[test]
fn a_character_with_two_codes_is_one_character() {
    let edit = |draft: &mut Draft| {
        let file = file(draft, Kind::Up2kyo);
        let column = file.column(up2kyo::SERVICE_OFFICE_NAME).unwrap();
        let (mut seen, other) = (0, [0xEE_u8, 0xE0]);
        for row in &mut file.rows {
            let cell = &mut row.cells[column];
            if let Some(at) = cell.windows(2).position(|pair| pair == [0xFB, 0xFC]) {
                cell[at..at + 2].copy_from_slice(&other);
                seen += 1;
            }
        }
        assert!(seen > 0);
    };
    assert_eq!(after("202407-plan", edit), []);
}

#[test]
fn rows_that_are_missing_doubled_or_merged_are_told_as_rows() {
    assert_eq!(
        after("202407-table", |draft| drop(file(draft, Kind::Upplan).rows.remove(4))),
        [(Loss::Dropped, Some(5), None)]
    );
    let doubled = after("202407-table", |draft| {
        let file = file(draft, Kind::Upplan);
        file.rows.insert(1, file.rows[0].clone());
    });
    assert_eq!(doubled, [(Loss::Invented, Some(2), None)]);
    let merged = after("202407-table", |draft| {
        let file = file(draft, Kind::Upplan);
        file.put(0, upplan::END_TIME, b"1900");
        file.rows.remove(1);
    });
    assert_eq!(merged, [(Loss::Changed, Some(1), Some("end_time")), (Loss::Dropped, Some(2), None)]);
    let total = after("202407-table", |draft| {
        let file = file(draft, Kind::Upsikyu);
        let row = (0..file.rows.len()).find(|&row| file.get(row, upsikyu::SERVICE_CODE) == b"999999").unwrap();
        file.rows.remove(row);
    });
    assert!(matches!(total[..], [(Loss::Dropped, Some(_), None)]), "{total:?}");
    let heading = after("202407-table", |draft| {
        let mut heading = file(draft, Kind::Upplan).rows[0].clone();
        heading.cells.truncate(3);
        file(draft, Kind::Upplan).rows.insert(0, heading);
    });
    assert_eq!(heading, [(Loss::Changed, Some(1), None)]);
}

#[test]
fn a_person_who_should_not_be_there_is_not_taken_for_another() {
    let edit = |draft: &mut Draft| {
        let file = file(draft, Kind::Up1kyo);
        let mut row = file.rows[0].clone();
        row.cells[file.column(up1kyo::INSURED_NUMBER).unwrap()] = b"0000000999".to_vec();
        file.rows.insert(0, row);
    };
    assert_eq!(after("202407-plan", edit), [(Loss::Invented, Some(1), None)]);
}

#[test]
fn files_are_missing_invented_or_of_another_name() {
    let gone = after("202407-table", |draft| drop(draft.files.remove(0)));
    assert_eq!(gone, [(Loss::Dropped, None, None)]);
    let (mut got, expected) = (sample("202407-table").to_files(), sample("202407-table").to_files());
    got.push(("memo.pdf".to_owned(), b"%PDF".to_vec()));
    got.push((TABLE6.replace("9970100021", "9970100039"), b"".to_vec()));
    let found = compare(&expected, &got, &Manner::default());
    assert_eq!(
        found.iter().map(|one| (one.file.as_str(), one.loss)).collect::<Vec<_>>(),
        [
            ("UPPLAN_202610_9970100013_43_9970100039_11_20260928101500.CSV", Loss::Invented),
            ("memo.pdf", Loss::Invented)
        ]
    );
    let mut draft = sample("202407-table");
    draft.rename(Kind::Upplan, Segment::ReceiverServiceType, "15");
    let found = compare(&expected, &draft.to_files(), &Manner::default());
    let [one] = &found[..] else { panic!("{found:?}") };
    assert_eq!((one.loss, one.segment), (Loss::Changed, Some(Segment::ReceiverServiceType)));
    assert_eq!(
        one.message(false).en,
        "UPPLAN_202610_9970100013_43_9970100021_15_20260928101500.CSV, receiver's service type of its name: is \
         another (\"11\" became \"15\")"
    );
}

#[test]
fn utf8_is_one_difference_and_its_values_are_still_compared() {
    let expected = sample("202407-table").to_files();
    let recoded = |(name, bytes): &Named| {
        let text: String = encoding_rs::SHIFT_JIS.decode(bytes).0.replace("0900,1000", "0900,1030");
        (name.clone(), text.into_bytes())
    };
    let got: Vec<Named> = expected.iter().map(recoded).collect();
    let found = compare(&expected, &got, &Manner::default());
    let whole: Vec<&str> = found.iter().filter(|one| one.line.is_none()).map(|one| one.file.as_str()).collect();
    assert_eq!(whole.len(), 3, "{whole:?}");
    let rest: Vec<_> = found.iter().filter(|one| one.line.is_some()).collect();
    assert!(!rest.is_empty());
    assert!(rest.iter().all(|one| one.item.is_some_and(|item| item.key == upplan::END_TIME)), "{rest:?}");
}

#[test]
fn ignored_items_may_hold_anything() {
    let mut draft = sample("202407-table");
    draft.set(Kind::Upplan, 0, upplan::CREATED_ON, b"20260927");
    let manner = Manner { ignored: vec![upplan::CREATED_ON] };
    let (expected, got) = (sample("202407-table").to_files(), draft.to_files());
    assert!(compare(&expected, &got, &manner).is_empty());
    assert_eq!(short(&compare(&expected, &got, &Manner::default())), [(Loss::Changed, Some(1), Some("created_on"))]);
}

#[test]
fn values_of_people_are_counted_and_not_told() {
    let mut draft = sample("202407-table");
    draft.set(Kind::Upplan, 0, upplan::PLAN_MANAGER_NAME, MIHON);
    let found = compare(&sample("202407-table").to_files(), &draft.to_files(), &Manner::default());
    assert_eq!(
        found[0].message(false).ja,
        format!("{TABLE6} 1行目 No.7 プラン担当者名: 途中で切れています（5文字 → 2文字）")
    );
    assert_eq!(
        found[0].message(true).en,
        format!("{TABLE6}, line 1, item 7 plan_manager_name: is cut off (\"見本　連子\" became \"見本\")")
    );
}

#[test]
fn any_bytes_can_be_compared() {
    let expected = sample("202407-table").to_files();
    for bytes in [&b""[..], b"\xFF\xFE\0\0", b"\"", b"202407,\"\x81", b"\x00,\x80\n\n"] {
        let found = compare(&expected, &[(TABLE6.to_owned(), bytes.to_vec())], &Manner::default());
        assert!(found.len() >= 2, "{bytes:?}: {found:?}");
    }
}

/// Cells of 第6表 that hold a value of their own in every row.
const FILLED: [Key; 4] = [upplan::UNITS, upplan::SERVICE_DATE, upplan::SERVICE_CODE, upplan::SERVICE_OFFICE_NAME];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_rows_never_matters(order in Just((0..100_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let mut draft = sample("202407-table");
        let file = file(&mut draft, Kind::Upplan);
        let rows = file.rows.clone();
        file.rows = order.iter().filter_map(|&row| rows.get(row).cloned()).collect();
        file.rows.extend(rows.get(100..).unwrap_or_default().iter().cloned());
        prop_assert!(compare(&sample("202407-table").to_files(), &draft.to_files(), &Manner::default()).is_empty());
    }

    #[test]
    fn one_emptied_cell_is_one_dropped_value(row in 0..90_usize, key in proptest::sample::select(&FILLED[..])) {
        let mut draft = sample("202407-table");
        draft.set(Kind::Upplan, row, key, b"").unwrap();
        let found = compare(&sample("202407-table").to_files(), &draft.to_files(), &Manner::default());
        prop_assert_eq!(short(&found), [(Loss::Dropped, Some(row as u64 + 1), Some(key.name()))]);
    }

    #[test]
    fn what_is_gone_one_way_is_invented_the_other_way(rows in proptest::collection::btree_set(0..90_usize, 1..8)) {
        let mut draft = sample("202407-table");
        for row in rows.iter().rev() {
            file(&mut draft, Kind::Upplan).rows.remove(*row);
        }
        let (whole, part) = (sample("202407-table").to_files(), draft.to_files());
        let losses = |expected: &[Named], got: &[Named]| {
            compare(expected, got, &Manner::default()).iter().map(|one| one.loss).collect::<Vec<_>>()
        };
        prop_assert_eq!(losses(&whole, &part), vec![Loss::Dropped; rows.len()]);
        prop_assert_eq!(losses(&part, &whole), vec![Loss::Invented; rows.len()]);
    }
}

#[test]
fn who_became_somebody_else_is_told_as_that() {
    // All of a person's rows, and nothing else, lose the zeros of the number.
    let mut wanted = sample("202407-table");
    let (kind, key) = (Kind::Upplan, upplan::INSURED_NUMBER);
    let rows = file(&mut wanted, kind).rows.len();
    let first = file(&mut wanted, kind).get(0, key).to_vec();
    let of_first = (0..rows).filter(|row| file(&mut wanted, kind).get(*row, key) == first).collect::<Vec<_>>();
    assert!(first.starts_with(b"0") && of_first.len() > 1 && of_first.len() < rows, "{first:?}");
    let edit = |draft: &mut Draft| {
        for row in &of_first {
            draft.set(kind, *row, key, b"1");
        }
    };
    let told: Vec<_> =
        of_first.iter().map(|row| (Loss::Changed, Some(*row as u64 + 1), Some("insured_number"))).collect();
    assert_eq!(after("202407-table", edit), told);
}

//! What holds for any input: the scanner loses nothing, agrees with rust-csv where rust-csv is the
//! authority, and nothing panics.

#![allow(clippy::unwrap_used)]

use proptest::collection::vec;
use proptest::prelude::*;
use renkei_validator::draft::Draft;
use renkei_validator::scan::{Piece, Quoting, Scanner, scan};
use renkei_validator::{FileCheck, Judgement, Options, judge, spec};

/// Bytes that are rich in what the scanner cares about.
fn nasty() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => prop::sample::select(b"\"\",,\r\n\n\r01234569A\x1A\t;".to_vec()),
        2 => prop::sample::select(vec![0x81, 0x5C, 0x83, 0x8F, 0xE0, 0xEF, 0xF0, 0xFC, 0xFD, 0xA0, 0xBB, 0xBF, 0xFE, 0xFF]),
        1 => any::<u8>(),
    ];
    vec(byte, 0..400)
}

fn concatenated(chunks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut visit = |piece: Piece<'_>| match piece {
        Piece::Bom(part) => bytes.extend_from_slice(part),
        Piece::Skipped { at, bytes: part, .. } => {
            assert_eq!(at, bytes.len() as u64);
            bytes.extend_from_slice(part);
        }
        Piece::Record(record) => {
            assert_eq!(record.at, bytes.len() as u64);
            let cells: Vec<&[u8]> = record.cells.iter().map(|cell| &record.bytes[cell.span()]).collect();
            assert!(!cells.is_empty());
            bytes.extend_from_slice(&cells.join(&b','));
            bytes.extend_from_slice(record.end.bytes());
        }
    };
    let mut scanner = Scanner::default();
    for chunk in chunks {
        scanner.push(chunk, &mut visit);
    }
    scanner.finish(&mut visit);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn pieces_concatenated_are_the_input(input in nasty()) {
        prop_assert_eq!(concatenated(&[&input]), input);
    }

    #[test]
    fn chunks_of_any_size_give_the_same_pieces(input in nasty(), size in 1_usize..40) {
        let describe = |piece: Piece<'_>| format!("{piece:?}");
        let mut whole = Vec::new();
        scan(&input, &mut |piece| whole.push(describe(piece)));
        let mut parts = Vec::new();
        let mut scanner = Scanner::default();
        for chunk in input.chunks(size) {
            scanner.push(chunk, &mut |piece| parts.push(describe(piece)));
        }
        scanner.finish(&mut |piece| parts.push(describe(piece)));
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn lines_are_those_of_the_file(input in nasty()) {
        scan(&input, &mut |piece| {
            if let Piece::Record(record) = piece {
                let before = &input[..record.at as usize];
                let crlf = before.windows(2).filter(|pair| pair == b"\r\n").count();
                let breaks = before.iter().filter(|b| matches!(b, b'\r' | b'\n')).count() - crlf;
                assert_eq!(record.line, 1 + breaks as u64);
            }
        });
    }

    #[test]
    fn well_formed_input_is_read_as_rust_csv_reads_it(
        rows in vec(vec(("[ -~\u{3041}-\u{3093}\r\n\",]{0,12}", any::<bool>()), 2..8), 1..12),
        crlf in any::<bool>(),
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text = String::new();
        for row in &rows {
            let cells: Vec<String> = row.iter().map(|(value, quote)| {
                if *quote || value.contains(['"', ',', '\r', '\n']) {
                    format!("\"{}\"", value.replace('"', "\"\""))
                } else {
                    value.clone()
                }
            }).collect();
            text.push_str(&cells.join(","));
            text.push_str(end);
        }
        // Text that looks like the next record ends an open quote: our own rule, not CSV's.
        prop_assume!(!looks_like_a_record(&text));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let theirs: Vec<Vec<Vec<u8>>> = reader
            .byte_records()
            .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
            .collect();
        let mut ours: Vec<Vec<Vec<u8>>> = Vec::new();
        scan(text.as_bytes(), &mut |piece| {
            if let Piece::Record(record) = piece {
                ours.push(record.cells.iter().map(|cell| {
                    assert!(cell.is_sound());
                    let content = String::from_utf8(record.content(cell).to_vec()).unwrap();
                    match cell.quoting {
                        Quoting::Quoted => content.replace("\"\"", "\"").into_bytes(),
                        _ => content.into_bytes(),
                    }
                }).collect());
            }
        });
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn no_input_makes_the_validator_panic(name in names(), input in nasty()) {
        let judgement = judge(&[(name, input)], &Options::default());
        prop_assert_eq!(broken(&judgement), Vec::<&str>::new());
    }

    #[test]
    fn no_damage_to_a_sample_makes_a_rule_panic(
        which in any::<prop::sample::Index>(),
        damages in vec((any::<prop::sample::Index>(), 0_usize..3, spoiling()), 1..12),
    ) {
        let samples: Vec<&str> = Draft::sample_names().collect();
        let sample = Draft::sample(samples[which.index(samples.len())]).unwrap();
        let mut files = sample.to_files();
        for (_, bytes) in &mut files {
            for (at, gone, come) in &damages {
                let at = at.index(bytes.len() + 1);
                let end = bytes.len().min(at + gone);
                bytes.splice(at..end, come.iter().copied());
            }
        }
        let judgement = judge(&files, &Options { as_of: spec::parse_date(b"20261120"), ..Options::default() });
        prop_assert_eq!(broken(&judgement), Vec::<&str>::new());
    }
}

/// Any name, or that of a sample, with which its rows are those of a table.
fn names() -> impl Strategy<Value = String> {
    let samples = Draft::sample_names();
    let drafts = samples.map(|sample| Draft::sample(sample).unwrap());
    let names: Vec<String> = drafts.flat_map(|draft| draft.files).map(|file| file.name).collect();
    prop_oneof!["[A-Za-z0-9_./ぁ-ん-]{0,80}", prop::sample::select(names)]
}

/// What comes in the place of some bytes: nothing, any byte, or what a value may turn into.
fn spoiling() -> impl Strategy<Value = Vec<u8>> {
    let values: [&[u8]; 10] =
        [b"-1", b"00000000", b"9999999999", b"999999", b"AAAA", b"\r\n", b",", b"\"", b"\x83", b"\x8F\x47"];
    prop_oneof![
        Just(Vec::new()),
        any::<u8>().prop_map(|byte| vec![byte]),
        prop::sample::select(values.to_vec()).prop_map(<[u8]>::to_vec),
    ]
}

/// The rules that broke on files and on the sets they form.
fn broken(judgement: &Judgement) -> Vec<&'static str> {
    judgement.files.iter().flat_map(|file| &file.broken).chain(&judgement.sets.broken).copied().collect()
}

/// Six digits, a comma, six digits, a comma, at the start of a line.
fn looks_like_a_record(text: &str) -> bool {
    text.split(['\r', '\n']).any(|line| {
        let digits = |part: &str| {
            part.trim_matches('"').len() == 6 && part.trim_matches('"').bytes().all(|b| b.is_ascii_digit())
        };
        line.split(',').take(2).filter(|part| digits(part)).count() == 2
    })
}

#[test]
fn nothing_is_lost_around_a_record_beyond_the_limit() {
    let long = vec![b'9'; 3 << 20];
    for end in [&b"\r\n"[..], b"\r", b"\n", b""] {
        for start in [&b""[..], b"1,2\r\n\"", b"1,\"2\r\n3\"\n"] {
            let input = [start, &long, end, b"1,2\r\n"].concat();
            let chunks: Vec<&[u8]> = input.chunks(1 << 16).collect();
            assert!(concatenated(&chunks) == input);
            assert!(concatenated(&[&input]) == input);
        }
    }
}

#[test]
fn a_record_beyond_the_limit_is_skipped_and_the_verdict_says_so() {
    let name = "DLTPLAN_202610_9970100013_43_9970100021_11_20261001090000.CSV";
    let mut check = FileCheck::new(name, &Options::default());
    check.push(b"202407,991018,0000000001,202610\r\n");
    for _ in 0..64 {
        check.push(&[b'9'; 1 << 16]);
    }
    check.push(b"\r\n202407,991018,0000000002,202613\r\n");
    let judgement = check.finish();
    assert_eq!(judgement.records, 3);
    let blocking: Vec<&str> =
        judgement.not_checked.iter().filter(|entry| entry.blocks).map(|entry| entry.what.en.as_str()).collect();
    assert_eq!(blocking, [format!("{name}: 1 row(s) longer than 1 MiB, the first on line 2")]);
    let lines: Vec<Option<u64>> = judgement
        .findings
        .kept
        .iter()
        .filter(|finding| finding.rule.id == "cell/not-a-month")
        .map(|finding| finding.at.line)
        .collect();
    assert_eq!(lines, [Some(3)]);
}

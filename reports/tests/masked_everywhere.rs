//! A masked run shows no value of a personal item: in no format, no language, no encoding, whatever the
//! values are and whatever is wrong with them.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;

use common::{Setup, report};
use proptest::prelude::*;
use renkei_reports::{Encoding, Kind, Lang, Manner, Report, Style};
use renkei_validator::draft::{Draft, DraftFile};
use renkei_validator::rules;
use renkei_validator::spec::{Item, tables};

/// Characters that no rule, no item and no name of ours holds, so that finding one is finding a value; all
/// are in CP932.
const RARE: &str = "鷺鴎鶯鵬鯰鰻鱒鰹鯖蝮蜻蛉蟋蟀薔薇蘭葦茄蕪";

/// The items of the columns of a row; empty where no table fits.
fn items(file: &DraftFile, cells: usize) -> &'static [Item] {
    let tables = file.version().zip(file.kind()).map_or(&[][..], |(version, kind)| tables(version, kind));
    tables.iter().find(|table| table.items.len() == cells).map_or(&[], |table| &table.items)
}

/// Where personal items stand: file, row, column.
fn personal(draft: &Draft) -> Vec<(usize, usize, usize)> {
    let mut places = Vec::new();
    for (file_index, file) in draft.files.iter().enumerate() {
        for (row_index, row) in file.rows.iter().enumerate() {
            let items = items(file, row.cells.len()).iter().enumerate();
            places.extend(items.filter(|(_, item)| !item.shown).map(|(column, _)| (file_index, row_index, column)));
        }
    }
    places
}

/// A value that can be told from everything else: three characters or more that are rare, or eight digits
/// or more.
fn secret() -> impl Strategy<Value = String> {
    let rare: Vec<char> = RARE.chars().collect();
    prop_oneof![
        prop::collection::vec(prop::sample::select(rare.clone()), 3..30).prop_map(String::from_iter),
        (prop::collection::vec(prop::sample::select(rare), 3..6), "[0-9A-Za-z ＃　]{0,9}")
            .prop_map(|(rare, rest)| String::from_iter(rare) + &rest),
        "[1-9][0-9]{7,13}",
        "[1-9][0-9]{2}-[0-9]{4}-[0-9]{4}",
    ]
}

/// How a cell is written around its value.
#[derive(Clone, Copy, Debug)]
enum Spoilt {
    Plain,
    Quoted,
    Unclosed,
    LeadByteAtTheEnd,
    GaijiBefore,
    TabAfter,
    FormulaBefore,
}

fn spoilt() -> impl Strategy<Value = Spoilt> {
    prop::sample::select(vec![
        Spoilt::Plain,
        Spoilt::Quoted,
        Spoilt::Unclosed,
        Spoilt::LeadByteAtTheEnd,
        Spoilt::GaijiBefore,
        Spoilt::TabAfter,
        Spoilt::FormulaBefore,
    ])
}

fn cell(value: &[u8], spoilt: Spoilt) -> Vec<u8> {
    match spoilt {
        Spoilt::Plain => value.to_vec(),
        Spoilt::Quoted => [b"\"", value, b"\""].concat(),
        Spoilt::Unclosed => [b"\"", value].concat(),
        Spoilt::LeadByteAtTheEnd => [value, b"\x83"].concat(),
        Spoilt::GaijiBefore => [b"\"\xF0\x40", value, b"\""].concat(),
        Spoilt::TabAfter => [value, b"\t"].concat(),
        Spoilt::FormulaBefore => [b"\"=", value, b"\""].concat(),
    }
}

fn assert_hidden(report: &Report, secrets: &BTreeSet<String>) -> Result<(), TestCaseError> {
    for kind in Kind::ALL {
        for lang in [Lang::Ja, Lang::En] {
            for encoding in [Encoding::Utf8, Encoding::Cp932] {
                let mut bytes = Vec::new();
                let manner = Manner { lang, style: Style { color: true }, encoding };
                renkei_reports::write(report, kind, &manner, &mut bytes).unwrap();
                for secret in secrets {
                    let (cp932, _, lacking) = encoding_rs::SHIFT_JIS.encode(secret);
                    prop_assert!(!lacking);
                    for form in [secret.as_bytes(), &cp932] {
                        let found = memchr::memmem::find(&bytes, form).is_some();
                        prop_assert!(!found, "{:?} {:?} {:?} shows {}", kind, lang, encoding, secret);
                    }
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_of_a_personal_item_is_in_any_output(
        sample in prop::sample::select(vec!["202407-plan", "202407-prevention", "202407-table", "202208-table"]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), secret(), spoilt()), 1..12),
        mutant in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut draft = Draft::sample(sample).unwrap();
        let places = personal(&draft);
        let mut secrets = BTreeSet::new();
        for (at, secret, spoilt) in &edits {
            let (file, row, column) = places[at.index(places.len())];
            let (value, _, _) = encoding_rs::SHIFT_JIS.encode(secret);
            draft.files[file].rows[row].cells[column] = cell(&value, *spoilt);
            secrets.insert(secret.clone());
        }
        // A defect of any rule beside them, where the set has a place for it.
        if let Some(index) = mutant {
            let cases: Vec<_> = rules::all().iter().flat_map(|rule| rule.bad).collect();
            let mut with_defect = draft.clone();
            if (cases[index.index(cases.len())].edit)(&mut with_defect).is_some() {
                draft = with_defect;
            }
        }
        let report = report(&draft.to_files(), &Setup { keep: 50, ..Setup::default() });
        assert_hidden(&report, &secrets)?;
    }
}

#[test]
fn the_same_values_are_seen_where_they_are_to_be_shown() {
    let mut draft = Draft::sample("202407-plan").unwrap();
    let places = personal(&draft);
    assert!(places.len() > 50, "only {} places", places.len());
    let (value, _, _) = encoding_rs::SHIFT_JIS.encode("鷺鴎鶯");
    for (file, row, column) in places {
        draft.files[file].rows[row].cells[column] = cell(&value, Spoilt::LeadByteAtTheEnd);
    }
    let secrets = BTreeSet::from(["鷺鴎鶯".to_owned()]);
    let masked = report(&draft.to_files(), &Setup::default());
    assert!(masked.findings.len() > 100, "only {} findings", masked.findings.len());
    assert_hidden(&masked, &secrets).unwrap();
    let open = report(&draft.to_files(), &Setup { show_values: true, ..Setup::default() });
    for kind in Kind::ALL {
        let shown = common::rendered(&open, kind, &common::manner(Lang::Ja));
        let lines = kind == Kind::Concise;
        assert_eq!(memchr::memmem::find(&shown, "鷺鴎鶯".as_bytes()).is_none(), lines, "{kind:?}");
    }
}

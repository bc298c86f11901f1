//! Holds the embedded tables to their double entries and to literal samples of the standard.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use renkei_validator::name::{FileName, NamedKind};
use renkei_validator::spec::{
    self, Certainty, Condition, ItemType, Key, Kind, Length, MonthSegment, Party, Required, Segment, Unit, Version,
};

fn folder(version: Version) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("spec").join(version.value())
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let head = reader.headers().expect("a table has a header").clone();
    let record = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        head.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
    };
    reader.records().map(record).collect()
}

fn data_kinds(version: Version) -> impl Iterator<Item = Kind> {
    spec::kinds_of(version).filter(|kind| *kind != Kind::UpkihonImage)
}

#[test]
fn every_kind_of_every_version_has_a_name_and_a_table() {
    let counts: Vec<usize> = Version::ALL.map(|version| spec::kinds_of(version).count()).to_vec();
    assert_eq!(counts, [9, 9, 18]);
    for version in Version::ALL {
        for kind in data_kinds(version) {
            let table = spec::table(version, kind).unwrap_or_else(|| panic!("{version} has no {kind}"));
            assert_eq!((table.version, table.kind), (version, kind));
            assert!(!table.name_ja.is_empty());
        }
    }
    assert!(spec::table(Version::V202407, Kind::UpkihonImage).is_none(), "an image has no items");
}

#[test]
fn items_are_numbered_without_gap_and_keys_stand_once() {
    for version in Version::ALL {
        for kind in data_kinds(version) {
            let table = spec::table(version, kind).unwrap();
            let numbers: Vec<usize> = table.items.iter().map(|item| usize::from(item.no)).collect();
            assert_eq!(numbers, (1..=table.items.len()).collect::<Vec<_>>(), "{version} {kind}");
            let keys: BTreeSet<Key> = table.items.iter().map(|item| item.key).collect();
            assert_eq!(keys.len(), table.items.len(), "{version} {kind}");
            for (column, item) in table.items.iter().enumerate() {
                assert_eq!(table.column(item.key), Some(column), "{version} {kind} {}", item.key.name());
            }
            assert_eq!(table.items[0].form, ItemType::Version, "{version} {kind}");
        }
    }
}

#[test]
fn tables_agree_with_their_totals() {
    for version in Version::ALL {
        let totals = rows(&folder(version).join("totals.csv"));
        let kinds: Vec<Kind> = totals.iter().map(|row| Kind::parse(&row["kind"]).unwrap()).collect();
        assert_eq!(kinds, data_kinds(version).collect::<Vec<_>>(), "{version}");
        for (row, kind) in totals.iter().zip(kinds) {
            let items = &spec::table(version, kind).unwrap().items;
            let length = |length: Length| match length {
                Length::Free => 0,
                Length::Exactly(bytes) | Length::AtMost(bytes) => bytes,
            };
            let counted = [
                ("items", items.len()),
                ("length_sum", items.iter().map(|item| length(item.length)).sum()),
                ("free_items", items.iter().filter(|item| item.length == Length::Free).count()),
                ("required_items", items.iter().filter(|item| item.required == Required::Yes).count()),
            ];
            for (column, count) in counted {
                assert_eq!(row[column], count.to_string(), "{version} {kind} {column}");
            }
        }
    }
}

#[test]
fn only_table_7_of_202003_may_be_shorter() {
    for version in Version::ALL {
        for kind in data_kinds(version) {
            let lengths: Vec<usize> = spec::tables(version, kind).iter().map(|table| table.items.len()).collect();
            match (version, kind) {
                (Version::V202003, Kind::Upsikyu) => assert_eq!(lengths, [34, 33]),
                _ => assert_eq!(lengths.len(), 1, "{version} {kind}"),
            }
        }
    }
}

#[test]
fn every_code_list_is_used_and_every_coded_item_has_one() {
    for version in Version::ALL {
        let mut used = BTreeSet::new();
        for item in data_kinds(version).flat_map(|kind| &spec::table(version, kind).unwrap().items) {
            let name = item.key.name();
            assert_eq!(item.form == ItemType::Code, item.codes.is_some(), "{version} {name}");
            if let Some(codes) = item.codes {
                assert!(!codes.codes.is_empty(), "{version} {name}");
                used.insert(codes.name.clone());
            }
        }
        let lists: BTreeSet<String> = std::fs::read_dir(folder(version).join("codes"))
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(lists, used, "{version}");
        for list in &lists {
            let table = spec::code_table(version, list).unwrap();
            let codes: BTreeSet<&str> = table.codes.iter().map(|(code, ..)| code.as_str()).collect();
            assert_eq!(codes.len(), table.codes.len(), "{version} {list} has a code twice");
        }
    }
}

#[test]
fn every_cite_is_of_a_known_source() {
    let known = |id: &str| spec::source(id).is_some();
    let mut cites = 0;
    for version in Version::ALL {
        for kind in spec::kinds_of(version) {
            let grammar = spec::grammar(version, kind).unwrap();
            assert!(known(&grammar.cite.source), "{version} {kind}: {:?}", grammar.cite);
            for item in spec::tables(version, kind).iter().flat_map(|table| &table.items) {
                assert!(known(&item.cite.source) && !item.cite.place.is_empty(), "{version} {kind}: {:?}", item.cite);
                cites += 1;
            }
        }
    }
    assert!(cites > 800, "only {cites} items were found");
    let ids: BTreeSet<&str> = spec::sources().iter().map(|source| source.id.as_str()).collect();
    assert_eq!(ids.len(), spec::sources().len(), "a source stands twice");
}

/// The item that a condition refers to.
fn referred(condition: &Condition) -> Option<Key> {
    match condition {
        Condition::ZeroOrDate(key)
        | Condition::NotBefore(key)
        | Condition::Within(key)
        | Condition::OnlyWith(key)
        | Condition::AfterSlot(key)
        | Condition::RequiredIf(key, _)
        | Condition::ExpectedIf(key, _)
        | Condition::EquipmentWith(key) => Some(*key),
        Condition::SameAsName
        | Condition::ZeroOrMonth
        | Condition::Expected
        | Condition::Range(..)
        | Condition::Is(_)
        | Condition::UpTo(_)
        | Condition::MayBeAbsent
        | Condition::EmptyOnSumRows
        | Condition::ZeroOnSumRows
        | Condition::NinesOnTotalRow
        | Condition::NinesMeanNone
        | Condition::NumberedFor(_)
        | Condition::FreeOnSumRows => None,
    }
}

#[test]
fn conditions_refer_to_items_of_their_own_table() {
    let mut count = 0;
    for version in Version::ALL {
        for table in data_kinds(version).flat_map(|kind| spec::tables(version, kind)) {
            for item in &table.items {
                for key in item.conditions.iter().filter_map(referred) {
                    assert!(table.item(key).is_some(), "{version} {}: {}", table.kind, item.key.name());
                    assert_ne!(key, item.key, "{version} {}", table.kind);
                    count += 1;
                }
                for condition in &item.conditions {
                    // The value that another item must have is one that it can have.
                    if let Condition::RequiredIf(key, value) | Condition::ExpectedIf(key, value) = condition
                        && let Some(codes) = table.item(*key).and_then(|item| item.codes)
                    {
                        assert!(codes.contains(value.as_bytes()), "{version} {} {value}", table.kind);
                    }
                }
            }
            for key in &table.row_key {
                assert!(table.item(*key).is_some(), "{version} {}: {}", table.kind, key.name());
            }
        }
    }
    assert!(count > 100, "only {count} references were found");
}

#[test]
fn known_conditions_are_read_as_written() {
    use spec::keys::{up1kyo, up3kyo, uphosoku, upplan, upsikyu};
    let conditions = |kind: Kind, key: Key| &spec::table(Version::V202407, kind).unwrap().item(key).unwrap().conditions;
    assert_eq!(conditions(Kind::Upplan, upplan::SERVICE_DATE), &[Condition::Within(upplan::TARGET_MONTH)]);
    assert_eq!(conditions(Kind::Uphosoku, uphosoku::TARGET_MONTH), &[Condition::ZeroOrMonth, Condition::SameAsName]);
    assert_eq!(conditions(Kind::Uphosoku, uphosoku::PLAN_CREATED_ON), &[Condition::ZeroOrDate(uphosoku::TARGET_MONTH)]);
    assert_eq!(
        conditions(Kind::Up1kyo, up1kyo::LIVING_SUPPORT_REASON_OTHER),
        &[Condition::ExpectedIf(up1kyo::LIVING_SUPPORT_REASON, "3".to_owned())]
    );
    assert!(conditions(Kind::Upsikyu, upsikyu::DAYS_USED_BEFORE_MONTH).contains(&Condition::UpTo(5)));
    assert!(conditions(Kind::Upsikyu, upsikyu::OFFICE_CODE_FIXED).contains(&Condition::Is("9999999999".to_owned())));
    assert!(
        conditions(Kind::Up3kyo, up3kyo::SERVICE_END_TIME)
            .iter()
            .any(|condition| matches!(condition, Condition::NotBefore(key) if *key == up3kyo::SERVICE_START_TIME))
    );
}

#[test]
fn what_tells_of_a_person_is_masked_and_codes_are_shown() {
    for version in Version::ALL {
        for item in data_kinds(version).flat_map(|kind| &spec::table(version, kind).unwrap().items) {
            let (form, name) = (item.form, item.key.name());
            if matches!(form, ItemType::ServiceCode | ItemType::Version | ItemType::Month) {
                assert!(item.shown, "{version} {name}");
            }
            if matches!(
                form,
                ItemType::Text | ItemType::Insured | ItemType::Insurer | ItemType::Phone | ItemType::Postal
            ) {
                assert!(!item.shown, "{version} {name}");
            }
        }
    }
}

#[test]
fn service_types_are_linked_as_published() {
    for version in Version::ALL {
        for (code, linked) in [
            ("11", Some(true)),
            ("15", Some(true)),
            ("17", Some(true)),
            ("2A", Some(true)),
            ("38", Some(true)),
            ("33", Some(false)),
            ("41", Some(false)),
            ("51", Some(false)),
            ("99", None),
            ("43", None),
            ("", None),
        ] {
            assert_eq!(spec::service_type(version, code.as_bytes()), linked, "{version} {code}");
        }
    }
    let rentals: Vec<&str> = spec::service_types(Version::V202407)
        .iter()
        .filter(|row| spec::is_rental(Version::V202407, row.code.as_bytes()))
        .map(|row| row.code.as_str())
        .collect();
    assert_eq!(rentals, ["17", "67"]);
    for (code, linked) in [("67", true), ("A2", true), ("A6", true), ("35", false)] {
        assert_eq!(spec::service_type(Version::V202407, code.as_bytes()), Some(linked), "{code}");
    }
}

#[test]
fn service_types_of_a_name_tell_the_party() {
    for (code, party) in [
        ("43", Some(Party::CareManager)),
        ("46", Some(Party::Center)),
        ("AF", Some(Party::Center)),
        ("11", Some(Party::Provider)),
        ("A2", Some(Party::Provider)),
        ("33", Some(Party::Provider)),
        ("99", None),
    ] {
        assert_eq!(Party::of(code), party, "{code}");
    }
}

#[test]
fn names_of_the_standard_are_taken_apart() {
    use Segment::{
        Branch, ReceiverOffice, ReceiverServiceType, SenderOffice, SenderServiceType, TargetMonth, Timestamp,
    };
    const OLD: [Segment; 3] = [SenderOffice, ReceiverOffice, Timestamp];
    const NEW: [Segment; 5] = [SenderOffice, SenderServiceType, ReceiverOffice, ReceiverServiceType, Timestamp];
    let with = |before: &[Segment], middle: &[Segment], after: &[Segment]| [before, middle, after].concat();
    let (old, new) = (with(&[], &OLD, &[]), with(&[], &NEW, &[]));
    let (old_month, new_month) = (with(&[TargetMonth], &OLD, &[]), with(&[TargetMonth], &NEW, &[]));
    for (version, kind, name, segments) in [
        ("202003", Kind::Uphosoku, "UPHOSOKU_000000_0300000100_0300000005_20191025200201.CSV", &old_month),
        ("202003", Kind::Up2kyo, "UP2KYO_0300000100_0300000005_20191025200201.CSV", &old),
        ("202003", Kind::Upsikyu, "UPSIKYU_201912_0300000100_0300000005_20191025200201.CSV", &old_month),
        ("202208", Kind::Up1kyo, "UP1KYO_0300000100_0300000005_20191025200201.CSV", &old),
        ("202208", Kind::Dlt1kyo, "DLT1KYO_0300000100_0300000005_20191025200201.CSV", &old),
        ("202208", Kind::Upjsk, "UPJSK_201912_0300000005_0300000100_20191025200201.CSV", &old_month),
        ("202208", Kind::Dltjsk, "DLTJSK_201912_0300000005_0300000100_20191025200201.CSV", &old_month),
        ("202407", Kind::Uphosoku, "UPHOSOKU_000000_0300000100_43_0300000005_11_20191025200201.CSV", &new_month),
        ("202407", Kind::Up3kyo, "UP3KYO_0300000100_43_0300000005_11_20191025200201.CSV", &new),
        ("202407", Kind::Upplan, "UPPLAN_201912_0300000100_43_0300000005_11_20191025200201.CSV", &new_month),
        ("202407", Kind::Upjsk, "UPJSK_201912_0300000005_11_0300000100_43_20191025200201.CSV", &new_month),
        ("202407", Kind::Dltplan, "DLTPLAN_201912_0300000100_43_0300000005_11_20191025200201.CSV", &new_month),
        ("202407", Kind::Dltkihon, "DLTKIHON_0300000100_43_0300000005_11_20191025200201.CSV", &new),
        ("202407", Kind::UpkihonSub1, "UPKIHON_SUB1_0300000100_43_0300000005_11_20191025200201.CSV", &new),
        ("202407", Kind::UpyoboSub, "UPYOBO_SUB_0300000100_43_0300000005_11_20191025200201.CSV", &new),
        (
            "202407",
            Kind::UpkihonImage,
            "UPKIHON_IMAGE_0300000100_43_0300000005_11_20191025200201_0001.jpg",
            &with(&[], &NEW, &[Branch]),
        ),
    ] {
        let grammar = spec::grammar(Version::parse(version.as_bytes()).unwrap(), kind).unwrap();
        assert_eq!(&grammar.segments, segments, "{name}");
        let parsed = FileName::parse(name);
        assert_eq!(parsed.kind, NamedKind::Known(kind), "{name}");
        let found: Vec<Segment> = parsed.parts.iter().map(|(segment, _)| *segment).collect();
        assert_eq!(&found, segments, "{name}");
        assert!(parsed.missing.is_empty() && parsed.extra.is_empty(), "{name}");
    }
}

#[test]
fn months_stand_in_the_names_of_tables_6_and_7_and_of_the_supplement() {
    for (kind, month) in [
        (Kind::Uphosoku, MonthSegment::ZeroOrMonth),
        (Kind::Upplan, MonthSegment::Month),
        (Kind::Upjsk, MonthSegment::Month),
        (Kind::Upsikyu, MonthSegment::Month),
        (Kind::Dltplan, MonthSegment::Month),
        (Kind::Dltjsk, MonthSegment::Month),
        (Kind::Up1kyo, MonthSegment::None),
        (Kind::Up2kyo, MonthSegment::None),
        (Kind::Dlt1kyo, MonthSegment::None),
    ] {
        for version in Version::ALL {
            let grammar = spec::grammar(version, kind).unwrap();
            assert_eq!(grammar.month, month, "{version} {kind}");
            let stands = grammar.segments.contains(&Segment::TargetMonth);
            assert_eq!(stands, month != MonthSegment::None, "{version} {kind}");
        }
    }
}

fn unit<'a>(version: Version, scope: &str, name: &str) -> Option<&'a Unit> {
    spec::units(version).iter().find(|unit| unit.scope == scope && unit.name == name)
}

fn kinds(unit: &Unit) -> Vec<Kind> {
    unit.members.iter().map(|member| member.kind).collect()
}

#[test]
fn sending_units_are_those_of_their_version() {
    use Kind::{Up1kyo, Up2kyo, Up3kyo, Uphosoku, Upplan, Upsikyu};
    for (version, members) in [
        (Version::V202003, &[Up1kyo, Up2kyo, Uphosoku][..]),
        (Version::V202208, &[Up1kyo, Up2kyo, Uphosoku]),
        (Version::V202407, &[Up1kyo, Up2kyo, Up3kyo, Uphosoku]),
    ] {
        assert_eq!(kinds(unit(version, "care", "CARE_PLAN").unwrap()), members, "{version}");
        assert_eq!(kinds(unit(version, "care", "USE_TABLE").unwrap()), [Upplan, Upsikyu, Uphosoku], "{version}");
    }
    assert!(unit(Version::V202208, "prevention", "BASIC_INFO").is_none());
    let plan = unit(Version::V202407, "prevention", "PREV_PLAN").unwrap();
    assert_eq!(kinds(plan), [Kind::Upyobo, Kind::UpyoboSub]);
    let mandatory: Vec<bool> = plan.members.iter().map(|member| member.mandatory).collect();
    assert_eq!(mandatory, [true, false]);
}

#[test]
fn every_kind_belongs_to_a_unit_with_one_base() {
    for version in Version::ALL {
        for kind in spec::kinds_of(version) {
            assert!(spec::units(version).iter().any(|unit| unit.holds(kind)), "{version} {kind}");
        }
        for unit in spec::units(version) {
            assert!(unit.members.iter().all(|member| spec::grammar(version, member.kind).is_some()), "{}", unit.name);
            assert_eq!(unit.members.iter().filter(|member| member.base).count(), 1, "{version} {}", unit.name);
            assert!(unit.members[0].base && unit.members[0].kind == unit.base(), "{version} {}", unit.name);
            assert!(!unit.directions.is_empty(), "{version} {}", unit.name);
        }
        let unions: Vec<&str> =
            spec::units(version).iter().filter(|unit| !unit.is_elementary(version)).map(|u| u.name.as_str()).collect();
        let expected: &[&str] = if version == Version::V202407 { &["PREV_PLAN_WITH_BASIC_INFO"] } else { &[] };
        assert_eq!(unions, expected, "{version}");
    }
}

#[test]
fn directions_are_read_as_written() {
    use Party::{CareManager, Center, Provider};
    let directions = |scope: &str, name: &str| &unit(Version::V202407, scope, name).unwrap().directions;
    assert_eq!(directions("care", "CARE_PLAN"), &[(CareManager, Provider)]);
    assert_eq!(directions("care", "RESULT"), &[(Provider, CareManager)]);
    assert_eq!(
        directions("prevention", "BASIC_INFO"),
        &[(Center, CareManager), (CareManager, Center), (Center, Provider), (CareManager, Provider)]
    );
    assert_eq!(
        directions("prevention", "RESULT"),
        &[(Provider, Center), (Provider, CareManager), (CareManager, Center)]
    );
}

#[test]
fn versions_follow_the_published_history() {
    let known: Vec<(&str, &str, &str)> = spec::versions_known()
        .iter()
        .map(|known| (known.value.as_str(), known.first_month.as_str(), known.status.as_str()))
        .collect();
    assert_eq!(
        known,
        [
            ("201910", "202003", "outside"),
            ("202003", "202010", "covered"),
            ("202208", "202301", "covered"),
            ("202504", "202504", "withdrawn"),
            ("202407", "202504", "covered"),
        ]
    );
    assert_eq!(Version::ALL.map(Version::first_month), ["202010", "202301", "202504"]);
}

#[test]
fn only_202407_is_read_from_its_own_text() {
    for (version, surest) in [(Version::V202003, "v2d"), (Version::V202407, "v41l")] {
        for item in data_kinds(version).flat_map(|kind| &spec::table(version, kind).unwrap().items) {
            assert_eq!(item.cite.source, surest, "{version} {}", item.key.name());
        }
    }
    let sure = |version: Version| {
        let items = data_kinds(version).flat_map(|kind| &spec::table(version, kind).unwrap().items);
        items.filter(|item| item.certainty == Certainty::Sure).count()
    };
    assert!(sure(Version::V202003) < sure(Version::V202208) && sure(Version::V202208) < sure(Version::V202407));
}

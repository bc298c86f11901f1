//! The sending units of each version: whole, with one member missing, and mixed in pairs. Written by
//! hand from the standard's tables of transmission; the units that the crate knows build no expectation.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use renkei_mock_platform::deviations::Deviations;
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::post::{self, Content, Delivery, Directory, Listed, Offer, Standing, Terms};
use renkei_mock_platform::refusal::{Business, Refusal};
use renkei_mock_platform::settings::Settings;
use time::macros::date;

const CENTER: &str = "9900100018";
const MANAGER: &str = "9970100013";
const PROVIDER: &str = "9970100021";

struct Offices;

impl Directory for Offices {
    fn office(&self, number: &OfficeNumber) -> Option<Listed> {
        let service_type = match number.as_str() {
            CENTER => "46",
            MANAGER => "43",
            PROVIDER => "11",
            _ => return None,
        };
        let service_types = vec![service_type.to_owned()];
        Some(Listed { name: "試験事業所".to_owned(), service_types, standing: Standing::Valid })
    }

    fn nearest(&self, _: &OfficeNumber) -> Option<OfficeNumber> {
        None
    }
}

/// Who sends to whom, as names of the version write it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    ManagerToProvider,
    ProviderToManager,
    CenterToProvider,
    CenterToManager,
    ManagerToCenter,
    ProviderToCenter,
}

use Way::{CenterToManager, CenterToProvider, ManagerToCenter, ManagerToProvider, ProviderToCenter, ProviderToManager};

impl Way {
    fn ends(self) -> [(&'static str, &'static str); 2] {
        let (center, manager, provider) = ((CENTER, "46"), (MANAGER, "43"), (PROVIDER, "11"));
        match self {
            ManagerToProvider => [manager, provider],
            ProviderToManager => [provider, manager],
            CenterToProvider => [center, provider],
            CenterToManager => [center, manager],
            ManagerToCenter => [manager, center],
            ProviderToCenter => [provider, center],
        }
    }
}

/// Sends files, each given as the beginning of its name up to the sender.
fn send(version: &str, way: Way, files: &[&str]) -> Result<(), Refusal> {
    let [from, to] = way.ends();
    let typed = version == "202407";
    let end = |(office, code): (&str, &str)| if typed { format!("{office}_{code}") } else { office.to_owned() };
    let names: Vec<String> = files
        .iter()
        .map(|file| {
            let tail = if *file == "UPKIHON_IMAGE" { "_0001.jpg" } else { ".CSV" };
            format!("{file}_{}_{}_20260915093000{tail}", end(from), end(to))
        })
        .collect();
    let bytes = format!("{version},990010,0000000001\r\n").into_bytes();
    let offers: Vec<Offer<'_>> = names.iter().map(|name| Offer { name, content: Content::Bytes(&bytes) }).collect();
    let sender = OfficeNumber::parse(from.0).unwrap();
    let delivery = Delivery { sender: &sender, destination: None, message: "", files: &offers };
    let terms = Terms {
        settings: &Settings::default(),
        directory: &Offices,
        today: date!(2026 - 11 - 20),
        deviations: &Deviations::default(),
    };
    let accepted = post::judge(&delivery, &terms)?;
    assert_eq!(accepted.destination.as_str(), to.0);
    assert_eq!(accepted.timestamp.as_deref(), Some("20260915093000"));
    assert_eq!(accepted.files.len(), files.len());
    for (file, name) in accepted.files.iter().zip(files) {
        let expected = if *name == "UPKIHON_IMAGE" { None } else { Some(version) };
        assert_eq!(file.csv_version, expected, "{name}");
    }
    Ok(())
}

const OLD: &[(Way, &[&str])] = &[
    (ManagerToProvider, &["UP1KYO", "UP2KYO", "UPHOSOKU_000000"]),
    (ManagerToProvider, &["UPPLAN_202412", "UPSIKYU_202412", "UPHOSOKU_202412"]),
    (ManagerToProvider, &["DLT1KYO"]),
    (ManagerToProvider, &["DLTPLAN_202412"]),
    (ProviderToManager, &["UPJSK_202412"]),
    (ProviderToManager, &["DLTJSK_202412"]),
];

const NEW: &[(Way, &[&str])] = &[
    (ManagerToProvider, &["UP1KYO", "UP2KYO", "UP3KYO", "UPHOSOKU_000000"]),
    (ManagerToProvider, &["UPPLAN_202610", "UPSIKYU_202610", "UPHOSOKU_202610"]),
    (ManagerToProvider, &["DLT1KYO"]),
    (ManagerToProvider, &["DLTPLAN_202610"]),
    (ManagerToProvider, &["UPKIHON", "UPKIHON_SUB1", "UPKIHON_SUB2", "UPKIHON_IMAGE"]),
    (ManagerToProvider, &["UPYOBO", "UPYOBO_SUB"]),
    (ManagerToProvider, &["DLTKIHON"]),
    (ManagerToProvider, &["DLTYOBO"]),
    (ProviderToManager, &["UPJSK_202610"]),
    (ProviderToManager, &["DLTJSK_202610"]),
    (CenterToProvider, &["UPKIHON", "UPKIHON_SUB1", "UPKIHON_SUB2", "UPKIHON_IMAGE"]),
    (CenterToProvider, &["UPYOBO", "UPYOBO_SUB", "UPKIHON", "UPKIHON_SUB1", "UPKIHON_SUB2", "UPKIHON_IMAGE"]),
    (CenterToProvider, &["UPYOBO", "UPYOBO_SUB"]),
    (CenterToProvider, &["UPPLAN_202610", "UPSIKYU_202610", "UPHOSOKU_202610"]),
    (CenterToProvider, &["DLTKIHON"]),
    (CenterToProvider, &["DLTYOBO"]),
    (CenterToProvider, &["DLTPLAN_202610"]),
    (ProviderToCenter, &["UPJSK_202610"]),
    (ProviderToCenter, &["DLTJSK_202610"]),
    (CenterToManager, &["UPKIHON"]),
    (CenterToManager, &["UPYOBO", "UPKIHON"]),
    (CenterToManager, &["UPYOBO"]),
    (CenterToManager, &["DLTKIHON"]),
    (CenterToManager, &["DLTYOBO"]),
    (ManagerToCenter, &["UPKIHON"]),
    (ManagerToCenter, &["UPYOBO", "UPYOBO_SUB", "UPKIHON"]),
    (ManagerToCenter, &["UPPLAN_202610", "UPSIKYU_202610", "UPHOSOKU_202610"]),
    (ManagerToCenter, &["DLTPLAN_202610"]),
    (ManagerToCenter, &["UPJSK_202610"]),
    (ManagerToCenter, &["DLTJSK_202610"]),
];

#[test]
fn every_set_of_the_standard_is_accepted() {
    for version in ["202003", "202208"] {
        for (way, files) in OLD {
            assert_eq!(send(version, *way, files), Ok(()), "{version} {way:?} {files:?}");
        }
    }
    for (way, files) in NEW {
        assert_eq!(send("202407", *way, files), Ok(()), "{way:?} {files:?}");
    }
}

/// What is refused, the nearest set, and the difference.
type Lacking = (&'static [&'static str], &'static [&'static str], &'static str);

fn lacking(version: &str, way: Way, cases: &[Lacking]) {
    for (files, accepted, difference) in cases {
        let refusal = send(version, way, files).unwrap_err();
        assert_eq!(refusal.why, Business::CombinationNotAccepted, "{version} {files:?}");
        let nearest = refusal.nearest.unwrap();
        assert_eq!(nearest.accepted, *accepted, "{version} {files:?}");
        assert_eq!(nearest.difference.ja, *difference, "{version} {files:?}");
    }
}

#[test]
fn a_set_of_an_old_version_without_one_of_its_members_is_refused() {
    let plan: &[&str] = &["UP1KYO", "UP2KYO", "UPHOSOKU"];
    let table: &[&str] = &["UPPLAN", "UPSIKYU", "UPHOSOKU"];
    for version in ["202003", "202208"] {
        lacking(
            version,
            ManagerToProvider,
            &[
                (&["UP2KYO", "UPHOSOKU_000000"], plan, "UP1KYOがありません。"),
                (&["UP1KYO", "UPHOSOKU_000000"], plan, "UP2KYOがありません。"),
                (&["UP1KYO", "UP2KYO"], plan, "UPHOSOKUがありません。"),
                (&["UPSIKYU_202412", "UPHOSOKU_202412"], table, "UPPLANがありません。"),
                (&["UPPLAN_202412", "UPHOSOKU_202412"], table, "UPSIKYUがありません。"),
                (&["UPPLAN_202412", "UPSIKYU_202412"], table, "UPHOSOKUがありません。"),
            ],
        );
    }
}

#[test]
fn a_set_of_202407_without_one_of_its_members_is_refused() {
    let plan: &[&str] = &["UP1KYO", "UP2KYO", "UP3KYO", "UPHOSOKU"];
    let table: &[&str] = &["UPPLAN", "UPSIKYU", "UPHOSOKU"];
    lacking(
        "202407",
        ManagerToProvider,
        &[
            (&["UP2KYO", "UP3KYO", "UPHOSOKU_000000"], plan, "UP1KYOがありません。"),
            (&["UP1KYO", "UP3KYO", "UPHOSOKU_000000"], plan, "UP2KYOがありません。"),
            (&["UP1KYO", "UP2KYO", "UPHOSOKU_000000"], plan, "UP3KYOがありません。"),
            (&["UP1KYO", "UP2KYO", "UP3KYO"], plan, "UPHOSOKUがありません。"),
            (&["UPSIKYU_202610", "UPHOSOKU_202610"], table, "UPPLANがありません。"),
            (&["UPPLAN_202610", "UPHOSOKU_202610"], table, "UPSIKYUがありません。"),
            (&["UPPLAN_202610", "UPSIKYU_202610"], table, "UPHOSOKUがありません。"),
            (&["UP1KYO"], plan, "UP2KYOがありません。UP3KYOがありません。UPHOSOKUがありません。"),
            (&["UPPLAN_202610"], table, "UPSIKYUがありません。UPHOSOKUがありません。"),
        ],
    );
    lacking(
        "202407",
        CenterToProvider,
        &[
            (
                &["UPKIHON_SUB1", "UPKIHON_SUB2", "UPKIHON_IMAGE"],
                &["UPKIHON", "UPKIHON_SUB1", "UPKIHON_SUB2", "UPKIHON_IMAGE"],
                "UPKIHONがありません。",
            ),
            (&["UPYOBO_SUB"], &["UPYOBO", "UPYOBO_SUB"], "UPYOBOがありません。"),
            (&["UPKIHON", "UPYOBO_SUB"], &["UPKIHON"], "UPYOBO_SUBが余分です。"),
            (&["UPYOBO", "UPKIHON_SUB1"], &["UPYOBO", "UPKIHON", "UPKIHON_SUB1"], "UPKIHONがありません。"),
            (&["UPPLAN_202610", "UPSIKYU_202610"], table, "UPHOSOKUがありません。"),
        ],
    );
}

#[test]
fn what_a_person_may_not_have_may_be_missing() {
    let whole = ["UPYOBO", "UPYOBO_SUB", "UPKIHON", "UPKIHON_SUB1", "UPKIHON_SUB2", "UPKIHON_IMAGE"];
    for absent in ["UPYOBO_SUB", "UPKIHON_SUB1", "UPKIHON_SUB2", "UPKIHON_IMAGE"] {
        let files: Vec<&str> = whole.into_iter().filter(|file| *file != absent).collect();
        assert_eq!(send("202407", CenterToProvider, &files), Ok(()), "{absent}");
    }
}

/// The pairs of a list that may be sent together, by their first files.
fn mixed(version: &str, sets: &[(Way, &[&str])]) -> (usize, Vec<(Way, String, String)>) {
    let (mut tried, mut together) = (0, Vec::new());
    for (at, (way, one)) in sets.iter().enumerate() {
        for (_, other) in sets[at + 1..].iter().filter(|(other, _)| other == way) {
            let mut files = one.to_vec();
            files.extend(other.iter().filter(|file| !one.contains(file)));
            tried += 1;
            match send(version, *way, &files) {
                Ok(()) => together.push((*way, one.join("+"), other.join("+"))),
                Err(refusal) => {
                    assert_eq!(refusal.why, Business::CombinationNotAccepted, "{version} {files:?}");
                    assert!(refusal.nearest.is_some(), "{version} {files:?}");
                }
            }
        }
    }
    (tried, together)
}

#[test]
fn two_sets_in_one_delivery_are_refused_but_for_a_prevention_plan_with_basic_information() {
    for version in ["202003", "202208"] {
        assert_eq!(mixed(version, OLD), (7, Vec::new()));
    }
    let pair = |way, one: &str, other: &str| (way, one.to_owned(), other.to_owned());
    let information = "UPKIHON+UPKIHON_SUB1+UPKIHON_SUB2+UPKIHON_IMAGE";
    let both = "UPYOBO+UPYOBO_SUB+UPKIHON+UPKIHON_SUB1+UPKIHON_SUB2+UPKIHON_IMAGE";
    assert_eq!(
        mixed("202407", NEW),
        (
            28 + 1 + 21 + 1 + 10 + 15,
            vec![
                pair(ManagerToProvider, information, "UPYOBO+UPYOBO_SUB"),
                // One of these holds the other.
                pair(CenterToProvider, information, both),
                pair(CenterToProvider, information, "UPYOBO+UPYOBO_SUB"),
                pair(CenterToProvider, both, "UPYOBO+UPYOBO_SUB"),
                pair(CenterToManager, "UPKIHON", "UPYOBO+UPKIHON"),
                pair(CenterToManager, "UPKIHON", "UPYOBO"),
                pair(CenterToManager, "UPYOBO+UPKIHON", "UPYOBO"),
                pair(ManagerToCenter, "UPKIHON", "UPYOBO+UPYOBO_SUB+UPKIHON"),
            ]
        )
    );
}

#[test]
fn the_smallest_edit_is_named() {
    let table: &[&str] = &["UPPLAN", "UPSIKYU", "UPHOSOKU"];
    lacking(
        "202407",
        ManagerToProvider,
        &[
            (&["UPPLAN_202610", "UPSIKYU_202610", "UPHOSOKU_202610", "DLTPLAN_202610"], table, "DLTPLANが余分です。"),
            (&["DLTPLAN_202610", "UPPLAN_202610"], &["DLTPLAN"], "UPPLANが余分です。"),
            (&["DLTPLAN_202610", "DLTPLAN_202611"], &["DLTPLAN"], "DLTPLAN（202611）が余分です。"),
            (
                &["UPPLAN_202610", "UPSIKYU_202610", "UPHOSOKU_000000"],
                table,
                "UPHOSOKUの対象年月「000000」を「202610」にします。",
            ),
            (
                &["UPPLAN_202610", "UPSIKYU_202611", "UPHOSOKU_202610"],
                table,
                "UPSIKYUの対象年月「202611」を「202610」にします。",
            ),
            (
                &["UP1KYO", "UP2KYO", "UP3KYO", "UPHOSOKU_202610"],
                &["UP1KYO", "UP2KYO", "UP3KYO", "UPHOSOKU"],
                "UPHOSOKUの対象年月「202610」を「000000」にします。",
            ),
            (
                &["UPPLAN_202610", "UPSIKYU_202610", "UPHOSOKU_202610", "UPHOSOKU_000000"],
                table,
                "UPHOSOKU（000000）が余分です。",
            ),
        ],
    );
    // 第3表 travels since 202407 only; its name has no other shape.
    let refusal = send("202208", ManagerToProvider, &["UP1KYO", "UP2KYO", "UP3KYO", "UPHOSOKU_000000"]).unwrap_err();
    assert_eq!(refusal.why, Business::NameNotStandard);
}

#[test]
fn what_never_goes_that_way_is_told_apart_from_a_wrong_combination() {
    for (version, way, files, kind, allowed) in [
        (
            "202407",
            ProviderToManager,
            &["UPPLAN_202610"][..],
            "UPPLAN",
            "UPPLANを送れる向きは次のとおりです: 地域包括支援センター→サービス事業所、居宅介護支援事業所→地域包括支援センター、居宅介護支援事業所→サービス事業所",
        ),
        (
            "202208",
            ProviderToManager,
            &["UPPLAN_202412"],
            "UPPLAN",
            "UPPLANを送れる向きは次のとおりです: 居宅介護支援事業所→サービス事業所",
        ),
        (
            "202208",
            ManagerToProvider,
            &["UPJSK_202412"],
            "UPJSK",
            "UPJSKを送れる向きは次のとおりです: サービス事業所→居宅介護支援事業所",
        ),
        (
            "202407",
            CenterToProvider,
            &["UP1KYO", "UP2KYO", "UP3KYO", "UPHOSOKU_000000"],
            "UP1KYO",
            "UP1KYOを送れる向きは次のとおりです: 居宅介護支援事業所→サービス事業所",
        ),
        (
            "202407",
            ProviderToCenter,
            &["UPJSK_202610", "DLTKIHON"],
            "DLTKIHON",
            "DLTKIHONを送れる向きは次のとおりです: 地域包括支援センター→居宅介護支援事業所、地域包括支援センター→サービス事業所、居宅介護支援事業所→地域包括支援センター、居宅介護支援事業所→サービス事業所",
        ),
    ] {
        let refusal = send(version, way, files).unwrap_err();
        assert_eq!(refusal.why, Business::DirectionNotAllowed, "{files:?}");
        // No other direction is one step away, so none is named as nearest; the detail tells which there are.
        assert_eq!(refusal.nearest, None);
        let detail = refusal.detail.unwrap().ja;
        assert!(detail.starts_with(&format!("{kind}: ")) && detail.ends_with(allowed), "{detail}");
    }
}

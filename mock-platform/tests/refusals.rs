//! Every refusal of a delivery that needs no store, with its nearest; the order of the checks; versions
//! by the clock; and what names alone tell.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use renkei_mock_platform::api::body::{FileType, Recognised, RecognisedDelivery, RecognisedFile};
use renkei_mock_platform::deviations::Deviations;
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::post::{self, Content, Delivery, Directory, Listed, Offer, Standing, Terms};
use renkei_mock_platform::refusal::{Business, Refusal};
use renkei_mock_platform::settings::Settings;
use time::Date;
use time::macros::date;

const MANAGER: &str = "9970100013";
const PROVIDER: &str = "9970100021";
const UNREGISTERED: &str = "9970100039";
const EXPIRED: &str = "9970100047";
const EXPIRED_PROVIDER: &str = "9970100054";

struct Offices;

impl Directory for Offices {
    fn office(&self, number: &OfficeNumber) -> Option<Listed> {
        let (service_types, standing): (&[&str], Standing) = match number.as_str() {
            MANAGER => (&["43"], Standing::Valid),
            PROVIDER => (&["11", "15"], Standing::Valid),
            UNREGISTERED => (&["43"], Standing::None),
            EXPIRED => (&["43"], Standing::Expired),
            EXPIRED_PROVIDER => (&["11"], Standing::Expired),
            _ => return None,
        };
        let service_types = service_types.iter().map(ToString::to_string).collect();
        Some(Listed { name: format!("事業所{number}"), service_types, standing })
    }

    fn nearest(&self, number: &OfficeNumber) -> Option<OfficeNumber> {
        (number.as_str() == "9970100012").then(|| office(PROVIDER))
    }
}

fn office(number: &str) -> OfficeNumber {
    OfficeNumber::parse(number).unwrap()
}

/// A delivery as it is tried, from the manager to the provider unless something else is said.
struct Try<'a> {
    sender: &'a str,
    destination: Option<&'a str>,
    message: &'a str,
    files: &'a [(&'a str, &'a [u8])],
    today: Date,
    deviations: Deviations,
}

impl Default for Try<'_> {
    fn default() -> Self {
        Try {
            sender: MANAGER,
            destination: None,
            message: "",
            files: &[],
            today: date!(2026 - 11 - 20),
            deviations: Deviations::default(),
        }
    }
}

fn settings() -> Settings {
    Settings {
        most_files: 4,
        most_file_bytes: 20,
        most_delivery_bytes: 30,
        most_message_chars: 3,
        ..Settings::default()
    }
}

impl Try<'_> {
    fn judge(&self) -> Result<post::Accepted, Refusal> {
        let (sender, destination) = (office(self.sender), self.destination.map(office));
        let files: Vec<Offer<'_>> =
            self.files.iter().map(|(name, bytes)| Offer { name, content: Content::Bytes(bytes) }).collect();
        let delivery =
            Delivery { sender: &sender, destination: destination.as_ref(), message: self.message, files: &files };
        post::judge(
            &delivery,
            &Terms { settings: &settings(), directory: &Offices, today: self.today, deviations: &self.deviations },
        )
    }

    fn why(&self) -> Business {
        self.judge().unwrap_err().why
    }

    /// The code, what would be accepted, and the difference.
    fn nearest(&self) -> (Business, Vec<String>, String, String) {
        let refusal = self.judge().unwrap_err();
        let nearest = refusal.nearest.unwrap_or_else(|| panic!("{:?} has no nearest", refusal.why));
        (refusal.why, nearest.accepted, nearest.difference.ja, nearest.difference.en)
    }
}

const PLAN: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
const ROW: &[u8] = b"202407,9\r\n";
const NONE: &[u8] = b"";
const PDF: &[u8] = b"%PDF";

fn told(why: Business, accepted: &[&str], ja: &str, en: &str) -> (Business, Vec<String>, String, String) {
    (why, accepted.iter().map(ToString::to_string).collect(), ja.to_owned(), en.to_owned())
}

#[test]
fn what_is_accepted_tells_destination_timestamp_kinds_and_versions() {
    let accepted = Try { files: &[(PLAN, ROW), ("説明.pdf", PDF)], message: "三文字", ..Try::default() }.judge();
    let file = |file_type, csv_version| post::AcceptedFile { file_type, csv_version };
    assert_eq!(
        accepted,
        Ok(post::Accepted {
            destination: office(PROVIDER),
            timestamp: Some("20260929083000".to_owned()),
            files: vec![file(FileType::Deletion, Some("202407")), file(FileType::Attachment, None)],
        })
    );
    let alone = Try { destination: Some(PROVIDER), files: &[("a.pdf", PDF)], ..Try::default() }.judge();
    assert_eq!(
        alone,
        Ok(post::Accepted {
            destination: office(PROVIDER),
            timestamp: None,
            files: vec![file(FileType::Attachment, None)],
        })
    );
}

#[test]
fn limits_are_kept_to_the_last_byte_and_character() {
    assert_eq!(Try::default().why(), Business::NothingToSend);
    let five: Vec<(String, &[u8])> = (0..5).map(|i| (format!("{i}.pdf"), &b""[..])).collect();
    let five: Vec<(&str, &[u8])> = five.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    assert_eq!(Try { files: &five, ..Try::default() }.why(), Business::TooMany);
    assert!(Try { files: &five[..4], destination: Some(PROVIDER), ..Try::default() }.judge().is_ok());
    let sized = |sizes: &[usize]| {
        let bytes = [0_u8; 21];
        let names = ["a.pdf", "b.pdf", "c.pdf"];
        let files: Vec<(&str, &[u8])> = names.into_iter().zip(sizes.iter().map(|size| &bytes[..*size])).collect();
        Try { files: &files, destination: Some(PROVIDER), ..Try::default() }.judge().map(|_| ()).map_err(|r| r.why)
    };
    assert_eq!(sized(&[20, 10]), Ok(()));
    assert_eq!(sized(&[21]), Err(Business::TooLarge));
    assert_eq!(sized(&[20, 11]), Err(Business::TooLarge));
    let message =
        |message| Try { message, files: &[(PLAN, ROW)], ..Try::default() }.judge().map(|_| ()).map_err(|r| r.why);
    assert_eq!(message("髙𠮷あ"), Ok(()));
    assert_eq!(message("髙𠮷あ。"), Err(Business::MessageTooLong));
}

#[test]
fn a_name_stands_in_a_delivery_once_whatever_its_case() {
    let twice = Try { files: &[("a.pdf", PDF), ("A.PDF", NONE)], destination: Some(PROVIDER), ..Try::default() };
    assert_eq!(twice.why(), Business::NameTwice);
}

#[test]
fn names_are_of_the_standard_or_accepted_attachments() {
    let near =
        Try { files: &[("DLTPLN_202610_9970100013_43_9970100021_11_20260929083000.CSV", ROW)], ..Try::default() };
    assert_eq!(
        near.nearest(),
        told(
            Business::NameNotStandard,
            &[PLAN],
            "識別子「DLTPLN」を「DLTPLAN」にします。",
            "The identifier `DLTPLN` must be `DLTPLAN`.",
        )
    );
    let folder = Try { files: &[("../a.pdf", NONE)], destination: Some(PROVIDER), ..Try::default() };
    assert_eq!(
        folder.nearest(),
        told(Business::NameNotStandard, &["a.pdf"], "フォルダーの部分が余分です。", "The folders are too much.")
    );
    assert_eq!(Try { files: &[("a.exe", NONE)], ..Try::default() }.why(), Business::AttachmentNotAccepted);
}

#[test]
fn the_sender_in_a_name_is_who_has_logged_in() {
    let foreign = PLAN.replace("9970100013", "9970100047");
    let other = Try { files: &[(&foreign, ROW)], ..Try::default() };
    assert_eq!(
        other.nearest(),
        told(
            Business::NotTheSender,
            &[PLAN],
            "送信元事業所番号「9970100047」を「9970100013」にします。",
            "The sender's office number, `9970100047`, must be `9970100013`.",
        )
    );
}

#[test]
fn a_delivery_has_one_destination() {
    let second = "DLTPLAN_202610_9970100013_43_9970100039_11_20260929083000.CSV";
    let two = Try { files: &[(second, ROW), (PLAN, ROW), ("a.pdf", NONE)], ..Try::default() };
    assert_eq!(
        two.nearest(),
        told(
            Business::SeveralDestinations,
            &[PLAN],
            "次のファイルは別の送信にします: DLTPLAN_202610_9970100013_43_9970100039_11_20260929083000.CSV",
            "These files make a delivery of their own: DLTPLAN_202610_9970100013_43_9970100039_11_20260929083000.CSV",
        )
    );
    let named = Try { files: &[(PLAN, ROW)], destination: Some(EXPIRED), ..Try::default() };
    assert_eq!(
        named.nearest(),
        told(
            Business::SeveralDestinations,
            &[PLAN],
            "指定する送信先を「9970100021」にします。",
            "The destination named must be `9970100021`.",
        )
    );
    assert_eq!(Try { files: &[("a.pdf", NONE)], ..Try::default() }.why(), Business::DestinationMissing);
}

#[test]
fn the_destination_is_another_office_that_uses_the_system() {
    let to = |number: &'static str| Try { files: &[("a.pdf", NONE)], destination: Some(number), ..Try::default() };
    assert_eq!(to(MANAGER).why(), Business::SameOffice);
    assert_eq!(
        to("9970100012").nearest(),
        told(
            Business::DestinationUnknown,
            &[PROVIDER],
            "送信先事業所番号「9970100012」を「9970100021」にします。",
            "The receiver's office number, `9970100012`, must be `9970100021`.",
        )
    );
    assert_eq!(to("9999999999").judge().unwrap_err().nearest, None);
    assert_eq!(to("9999999999").why(), Business::DestinationUnknown);
    assert_eq!(to(UNREGISTERED).why(), Business::DestinationNotRegistered);
    let deviations = Deviations { destination_unregistered: true, ..Deviations::default() };
    assert_eq!(Try { deviations, ..to(PROVIDER) }.why(), Business::DestinationNotRegistered);
}

#[test]
fn service_types_in_names_are_those_of_the_offices() {
    let receiver = "DLTPLAN_202610_9970100013_43_9970100021_13_20260929083000.CSV";
    assert_eq!(
        Try { files: &[(receiver, ROW)], ..Try::default() }.nearest(),
        told(
            Business::ServiceTypeNotOfOffice,
            &[PLAN],
            "送信先サービス種類コード「13」を「11」にします。",
            "The receiver's service type, `13`, must be `11`.",
        )
    );
    let sender = "DLTPLAN_202610_9970100013_46_9970100021_11_20260929083000.CSV";
    assert_eq!(
        Try { files: &[(sender, ROW)], ..Try::default() }.nearest(),
        told(
            Business::ServiceTypeNotOfOffice,
            &[PLAN],
            "送信元サービス種類コード「46」を「43」にします。",
            "The sender's service type, `46`, must be `43`.",
        )
    );
}

const OLD: &str = "DLTPLAN_202610_9970100013_9970100021_20260929083000.CSV";

#[test]
fn version_3_stops_with_january_2027() {
    for row in [&b"202208,9\r\n"[..], b"202003,9\r\n", b"\"202208\",9\r\n", b"", b"no version"] {
        let files = [(OLD, row)];
        let at = |today| Try { files: &files, today, ..Try::default() };
        assert!(at(date!(2026 - 12 - 31)).judge().is_ok(), "{row:?}");
        assert_eq!(
            at(date!(2027 - 01 - 01)).nearest(),
            told(
                Business::VersionNotAccepted,
                &["202407"],
                "CSVバージョンを202407にします（ファイル名もその形にします）。",
                "The CSV version must be 202407, and names of its form.",
            ),
            "{row:?}"
        );
    }
    // The name stops, too, whatever its file says.
    let late = Try { files: &[(OLD, ROW)], today: date!(2027 - 01 - 01), ..Try::default() };
    assert_eq!(late.why(), Business::VersionNotAccepted);
    let new = |today| Try { files: &[(PLAN, ROW)], today, ..Try::default() }.judge().is_ok();
    assert!(new(date!(2026 - 12 - 31)) && new(date!(2027 - 01 - 01)) && new(date!(2030 - 04 - 01)));
}

#[test]
fn the_content_tells_the_version_before_the_name_does() {
    let version = |name, row| Try { files: &[(name, row)], ..Try::default() }.judge().unwrap().files[0].csv_version;
    assert_eq!(version(OLD, b"202003,9\r\n"), Some("202003"));
    assert_eq!(version(OLD, b"202410,9\r\n"), Some("202208"));
    assert_eq!(version(PLAN, b"\xEF\xBB\xBF202407"), Some("202407"));
    assert_eq!(version(PLAN, b"no version"), Some("202407"));
    // Values that existed once and are not exchanged.
    for row in [&b"202504,9\r\n"[..], b"201910,9\r\n"] {
        assert_eq!(Try { files: &[(PLAN, row)], ..Try::default() }.why(), Business::VersionNotAccepted);
    }
}

#[test]
fn name_and_content_say_one_version() {
    for row in [&b"202208,9\r\n"[..], b"\xEF\xBB\xBF202208", b" 202208,9", b"202208\r\n", b"\xEF\xBB\xBF\" 202208 \",9"]
    {
        let apart = Try { files: &[(PLAN, row)], ..Try::default() };
        assert_eq!(
            apart.nearest(),
            told(
                Business::VersionNotAccepted,
                &["202407"],
                "CSVバージョンを、ファイル名も内容も202407にします。",
                "The CSV version of name and content must be 202407.",
            ),
            "{row:?}"
        );
        let detail = apart.judge().unwrap_err().detail.unwrap().ja;
        assert!(detail.ends_with("ファイル名は202407の形ですが、内容のCSVバージョンは202208です。"), "{detail}");
    }
    let old = Try { files: &[(OLD, ROW)], ..Try::default() };
    assert_eq!((old.nearest().0, old.nearest().1), (Business::VersionNotAccepted, vec!["202208".to_owned()]));
}

#[test]
fn what_is_named_as_nearest_would_be_accepted() {
    let table = |kind: &str, to: &str| format!("{kind}_202610_9970100013_43_{to}_11_20260929083000.CSV");
    let refused = |files: &[(&str, &[u8])], sender, today| {
        let refusal = Try { files, sender, today, ..Try::default() }.judge().unwrap_err();
        (refusal.why.code(), refusal.nearest.map(|nearest| nearest.accepted), refusal.detail.map(|detail| detail.ja))
    };
    let today = date!(2026 - 11 - 20);
    let none = |files: &[(&str, &[u8])], sender| {
        let (code, nearest, _) = refused(files, sender, today);
        assert_eq!(nearest, None, "{code}");
        code
    };
    // The same office at both ends; a name that is none of the standard; a receiver whose licence has expired.
    assert_eq!(none(&[(PLAN, ROW)], PROVIDER), "CPM-D08");
    assert_eq!(none(&[("a/b.CSV", ROW)], MANAGER), "CPM-D05");
    let expired = table("DLTPLAN", EXPIRED_PROVIDER).replace("_11_", "_15_");
    assert_eq!(none(&[(&expired, ROW)], MANAGER), "CPM-D17");
    let way = "UPPLAN_202610_9970100021_11_9970100013_43_20260929083000.CSV";
    assert_eq!(none(&[(way, ROW)], PROVIDER), "CPM-D15");
    let (_, _, detail) = refused(&[(way, ROW)], PROVIDER, today);
    assert!(detail.unwrap().contains("UPPLANを送れる向きは次のとおりです: "));
    // A month that the only version left is not for.
    let early = OLD.replace("202610", "202503");
    let (code, nearest, _) = refused(&[(&early, b"202208")], MANAGER, date!(2027 - 01 - 05));
    assert_eq!((code, nearest), ("CPM-D06", None));
    // A near miss beside something else that is wrong is told all the same.
    let half = table("UPPLN", PROVIDER);
    let (code, nearest, detail) = refused(&[(&half, ROW)], MANAGER, today);
    assert_eq!((code, nearest), ("CPM-D05", None));
    assert!(detail.unwrap().ends_with(" 識別子「UPPLN」を「UPPLAN」にします。"));
    // All files that have the same fault are named.
    let foreign = ["UPPLAN", "UPSIKYU", "UPHOSOKU"].map(|kind| table(kind, PROVIDER).replace("_43_", "_46_"));
    let files: Vec<(&str, &[u8])> = foreign.iter().map(|name| (name.as_str(), ROW)).collect();
    let (code, nearest, _) = refused(&files, MANAGER, today);
    assert_eq!((code, nearest), ("CPM-D17", Some(foreign.map(|name| name.replace("_46_", "_43_")).to_vec())));
}

#[test]
fn a_version_is_not_used_before_its_first_service_month() {
    let early = "DLTPLAN_202503_9970100013_43_9970100021_11_20260929083000.CSV";
    assert_eq!(
        Try { files: &[(early, ROW)], ..Try::default() }.nearest(),
        told(
            Business::VersionNotAccepted,
            &["202208"],
            "202503のCSVバージョンは202208です。",
            "The CSV version for 202503 is 202208.",
        )
    );
    let late = Try { files: &[(early, ROW)], today: date!(2027 - 01 - 01), ..Try::default() }.judge().unwrap_err();
    assert_eq!((late.why, late.nearest), (Business::VersionNotAccepted, None));
    let first = "DLTPLAN_202504_9970100013_43_9970100021_11_20260929083000.CSV";
    assert!(Try { files: &[(first, ROW)], ..Try::default() }.judge().is_ok());
    let deviations = Deviations { version_refused: true, ..Deviations::default() };
    assert_eq!(Try { files: &[(PLAN, ROW)], deviations, ..Try::default() }.why(), Business::VersionNotAccepted);
}

#[test]
fn a_licence_is_needed_on_both_sides() {
    let pdf = |sender, destination| Try {
        sender,
        destination: Some(destination),
        files: &[("a.pdf", NONE)],
        ..Try::default()
    };
    assert_eq!(pdf(UNREGISTERED, PROVIDER).why(), Business::SenderUnlicensed);
    assert_eq!(pdf(EXPIRED, PROVIDER).why(), Business::SenderLicenceExpired);
    assert_eq!(pdf(EXPIRED, EXPIRED_PROVIDER).why(), Business::SenderLicenceExpired);
    assert_eq!(pdf(MANAGER, EXPIRED_PROVIDER).why(), Business::ReceiverLicenceExpired);
    let deviations = Deviations { licence_expired: true, ..Deviations::default() };
    assert_eq!(Try { deviations, ..pdf(MANAGER, PROVIDER) }.why(), Business::SenderLicenceExpired);
}

#[test]
fn files_of_several_sets_are_not_one_delivery() {
    let table =
        |kind: &str, month: &str, to: &str, at: &str| format!("{kind}_{month}_9970100013_43_9970100021_{to}_{at}.CSV");
    let plan = table("UPPLAN", "202610", "11", "20260929083000");
    let sums = table("UPSIKYU", "202610", "11", "20260929083000");
    let late = table("UPHOSOKU", "202610", "11", "20260929083001");
    let stray = Try { files: &[(&late, ROW), (&plan, ROW), (&sums, ROW)], ..Try::default() };
    assert_eq!(
        stray.nearest(),
        told(
            Business::CombinationNotAccepted,
            &["UPHOSOKU", "UPPLAN", "UPSIKYU"],
            "UPHOSOKUのファイル連番を「20260929083000」にそろえます。",
            "The timestamp of UPHOSOKU must be `20260929083000`, too.",
        )
    );
    let other = table("DLTPLAN", "202610", "15", "20260929083000");
    let types = Try { files: &[(PLAN, ROW), (&other, ROW)], ..Try::default() };
    assert_eq!(
        types.nearest(),
        told(
            Business::CombinationNotAccepted,
            &[PLAN],
            "次のファイルは別の送信にします: DLTPLAN_202610_9970100013_43_9970100021_15_20260929083000.CSV",
            "These files make a delivery of their own: DLTPLAN_202610_9970100013_43_9970100021_15_20260929083000.CSV",
        )
    );
}

#[test]
fn the_first_check_that_fails_is_the_refusal() {
    let bad = "UPPLAN_202503_9970100021_13_9970100013_46_20260929083000.CSV";
    let to_itself = "UPPLAN_202503_9970100021_13_9970100021_13_20260929083000.CSV";
    let why = |sender, files: &[(&str, &[u8])]| Try { sender, files, ..Try::default() }.why();
    assert_eq!(why(MANAGER, &[(bad, &[0; 21])]), Business::TooLarge);
    assert_eq!(why(MANAGER, &[(bad, ROW), ("x.exe", NONE)]), Business::AttachmentNotAccepted);
    assert_eq!(why(MANAGER, &[(bad, ROW)]), Business::NotTheSender);
    assert_eq!(why(PROVIDER, &[(to_itself, ROW)]), Business::SameOffice);
    assert_eq!(why(PROVIDER, &[(bad, ROW)]), Business::ServiceTypeNotOfOffice);
    let typed = "UPPLAN_202503_9970100021_11_9970100013_43_20260929083000.CSV";
    assert_eq!(why(PROVIDER, &[(typed, ROW)]), Business::VersionNotAccepted);
    let dated = "UPPLAN_202610_9970100021_11_9970100047_43_20260929083000.CSV";
    assert_eq!(why(PROVIDER, &[(dated, ROW)]), Business::ReceiverLicenceExpired);
    let way = "UPPLAN_202610_9970100021_11_9970100013_43_20260929083000.CSV";
    assert_eq!(why(PROVIDER, &[(way, ROW)]), Business::DirectionNotAllowed);
    let half = "UPPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
    assert_eq!(why(MANAGER, &[(half, ROW)]), Business::CombinationNotAccepted);
}

#[test]
fn names_tell_deliveries_and_what_would_be_refused() {
    let names = [
        "UPPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV",
        "説明.pdf",
        "DLT1KYO_9970100013_43_9970100021_11_20260929070000.CSV",
        "UPSIKYU_202610_9970100013_43_9970100021_11_20260929083000.CSV",
        "UPHOSKU_202610_9970100013_43_9970100021_11_20260929083000.CSV",
        "DLT1KYO_9970100013_43_9999999999_11_20260929070000.CSV",
        "data.csv",
        "a.exe",
    ];
    let terms = Terms {
        settings: &Settings::default(),
        directory: &Offices,
        today: date!(2026 - 11 - 20),
        deviations: &Deviations::default(),
    };
    let Recognised { deliveries, apart } = post::recognise(&names, &office(MANAGER), &terms);
    assert_eq!(apart, ["説明.pdf", "a.exe"]);
    type Told<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>, Vec<&'a str>, Option<&'a str>);
    let told: Vec<Told<'_>> = deliveries
        .iter()
        .map(|RecognisedDelivery { destination, destination_name, timestamp, files, refusal }| {
            (
                destination.as_ref().map(OfficeNumber::as_str),
                destination_name.as_deref(),
                timestamp.as_deref(),
                files.iter().map(|file| file.name.as_str()).collect(),
                refusal.as_ref().map(|error| error.code.as_str()),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (None, None, None, vec!["data.csv"], Some("CPM-D05")),
            (
                Some("9970100021"),
                Some("事業所9970100021"),
                Some("20260929070000"),
                vec!["DLT1KYO_9970100013_43_9970100021_11_20260929070000.CSV"],
                None,
            ),
            (
                Some("9970100021"),
                Some("事業所9970100021"),
                Some("20260929083000"),
                vec![names[0], names[3], names[4]],
                Some("CPM-D05"),
            ),
            (
                Some("9999999999"),
                None,
                Some("20260929070000"),
                vec!["DLT1KYO_9970100013_43_9999999999_11_20260929070000.CSV"],
                Some("CPM-D01"),
            ),
        ]
    );
    assert_eq!(
        deliveries[2].files[..2],
        [
            RecognisedFile {
                name: names[0].to_owned(),
                kind: Some("UPPLAN".to_owned()),
                title: Some("サービス利用票（第6表）予定".to_owned()),
                file_type: FileType::Registration,
            },
            RecognisedFile {
                name: names[3].to_owned(),
                kind: Some("UPSIKYU".to_owned()),
                title: Some("サービス利用票別表（第7表）".to_owned()),
                file_type: FileType::Registration,
            },
        ]
    );
    assert_eq!(deliveries[0].files[0].file_type, FileType::Registration);
}

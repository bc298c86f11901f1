//! The offices of the tests, their certificates, and a platform they take part in.

use std::path::Path;
use std::sync::Arc;

use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::journal::Journal;
use renkei_mock_platform::model::{Applicant, CertificateKind, Licence, Office, PasswordState, User};
use renkei_mock_platform::pki::Authority;
use renkei_mock_platform::platform::{Base, Platform};
use renkei_mock_platform::settings::Settings;
use renkei_mock_platform::store::Store;
use renkei_mock_platform::tls::{Peer, PeerCertificate};
use renkei_mock_platform::wire::Control;
use renkei_mock_platform::world::{Seed, World};
use time::Date;
use time::macros::{date, datetime};

pub(crate) const CENTER: &str = "9900100018";
pub(crate) const MANAGER: &str = "9970100013";
pub(crate) const PROVIDER: &str = "9970100021";
pub(crate) const UNLICENSED: &str = "9970100039";
pub(crate) const EXPIRED: &str = "9970100047";

pub(crate) const PASSWORD: &str = "Test1234";

/// 事業所番号, サービス種類, and the last day of the licence.
const OFFICES: &[(&str, &[&str], Option<Date>)] = &[
    (CENTER, &["46"], Some(date!(2027 - 03 - 31))),
    (MANAGER, &["43"], Some(date!(2027 - 03 - 31))),
    (PROVIDER, &["11", "15"], Some(date!(2027 - 03 - 31))),
    (UNLICENSED, &["11"], None),
    (EXPIRED, &["11", "43"], Some(date!(2026 - 11 - 19))),
];

pub(crate) async fn platform(directory: &Path, clock: Clock, settings: Settings, journal: Journal) -> Platform {
    let store = Store::open(&directory.join("store"), journal.clone()).unwrap();
    let world = World::open(store.clone()).await.unwrap();
    let offices = OFFICES.iter().map(|(number, types, until)| an_office(number, types, *until));
    let seed = Seed::of_offices(offices.collect()).unwrap();
    world.replace(&seed, clock.now()).await.unwrap();
    let authority = Arc::new(Authority::new(clock.now()).unwrap());
    let folder = directory.to_owned();
    Platform::new(Base { clock, settings, store, journal, world, seed, authority, folder })
}

fn an_office(number: &str, types: &[&str], until: Option<Date>) -> Office {
    let user = |id: String| User {
        id,
        password: PASSWORD.to_owned(),
        state: PasswordState::Regular,
        failures: 0,
        locked_until: None,
    };
    let licence = until.map(|until| Licence {
        applied_on: date!(2025 - 04 - 01),
        from: date!(2025 - 04 - 01),
        until,
        paid: true,
        renews: false,
        applicant: Applicant::default(),
    });
    Office {
        number: super::office(number),
        name: format!("試験事業所{number}"),
        service_types: types.iter().map(ToString::to_string).collect(),
        office_user: user(format!("KJ99{number}")),
        personal_user: user(format!("c{number}")),
        licence,
        certificates: Vec::new(),
    }
}

/// The connection of an office.
pub(crate) fn peer(office: &str, control: &Control) -> Peer {
    let certificate = PeerCertificate {
        common_name: format!("KaigoJigyousho{office}"),
        office: Some(super::office(office)),
        kind: Some(CertificateKind::KaigoJigyousho),
        serial: "01".to_owned(),
        fingerprint: format!("fingerprint-{office}"),
        not_before: datetime!(2026-01-01 0:00 +9),
        not_after: datetime!(2028-12-31 23:59:59 +9),
    };
    Peer { connection: 1, certificate: Arc::new(certificate), control: control.clone() }
}

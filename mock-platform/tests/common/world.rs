//! The offices of the tests, and how they log in.

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::journal::Journal;
use renkei_mock_platform::model::*;
use renkei_mock_platform::platform::Platform;
use renkei_mock_platform::settings::Settings;
use renkei_mock_platform::store::Store;
use renkei_mock_platform::tls::Peer;
use renkei_mock_platform::wire::Control;
use renkei_mock_platform::world::World;
use time::Date;
use time::macros::date;

pub const CENTER: &str = "9900100018";
pub const MANAGER: &str = "9970100013";
pub const PROVIDER: &str = "9970100021";
pub const UNLICENSED: &str = "9970100039";
pub const EXPIRED: &str = "9970100047";

/// 事業所番号, サービス種類, and the last day of the licence.
const OFFICES: &[(&str, &[&str], Option<Date>)] = &[
    (CENTER, &["46"], Some(date!(2027 - 03 - 31))),
    (MANAGER, &["43"], Some(date!(2027 - 03 - 31))),
    (PROVIDER, &["11", "15"], Some(date!(2027 - 03 - 31))),
    (UNLICENSED, &["11"], None),
    (EXPIRED, &["11", "43"], Some(date!(2026 - 11 - 19))),
];

pub async fn platform(directory: &Path, clock: Clock, settings: Settings, journal: Journal) -> Platform {
    let store = Store::open(&directory.join("store"), journal.clone()).unwrap();
    let all = OFFICES
        .iter()
        .map(|(number, types, until)| (super::office(number), Arc::new(an_office(number, types, *until))));
    let body_memory = Arc::new(tokio::sync::Semaphore::new(settings.most_body_memory));
    Platform { clock, settings, store, journal, world: World { all: all.collect() }, gate: None, body_memory }
}

fn an_office(number: &str, types: &[&str], until: Option<Date>) -> Office {
    let user = |id: String| User {
        id,
        password: "Test1234".to_owned(),
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

pub async fn log_in(_: &Platform, request: &mut Request<Body>, office: &str, control: &Control) {
    request.headers_mut().insert("x-office", office.parse().unwrap());
    request.extensions_mut().insert(Peer { connection: 1, control: control.clone() });
}

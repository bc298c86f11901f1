//! Refusals of logins.

use serde_json::{Value, json};

use super::{Provoked, Provoker};
use crate::bench::{CENTER, MANAGER, PASSWORD_EXPIRED, PROVIDER, TEMPORARY};

const PERSONAL: &str = "/v1/login/personal";
const OFFICE: &str = "/v1/login/office";

fn personal(of: &str) -> Value {
    json!({"user_id": format!("c{of}"), "password": format!("Person{of}")})
}

fn wrong(of: &str) -> Value {
    json!({"user_id": format!("c{of}"), "password": "Chigau123"})
}

pub(super) async fn provoke(provoker: &mut Provoker<'_>) {
    let bench = provoker.bench;
    let office = |step: String, of: &str| json!({"user_id": format!("KJ99{of}"), "password": format!("Office{of}"), "step_token": step});
    let agent = json!({"user_id": "HD999970100013", "password": "Himitsu123"});
    let office_user = json!({"user_id": format!("KJ99{MANAGER}"), "password": format!("Office{MANAGER}")});
    for (code, on, path, body) in [
        ("CPM-A01", CENTER, PERSONAL, wrong(CENTER)),
        ("CPM-A01", CENTER, PERSONAL, json!({"user_id": "cNobody", "password": "Himitsu123"})),
        ("CPM-A02", TEMPORARY, OFFICE, office(bench.step(TEMPORARY).await, TEMPORARY)),
        ("CPM-A03", PASSWORD_EXPIRED, OFFICE, office(bench.step(PASSWORD_EXPIRED).await, PASSWORD_EXPIRED)),
        ("CPM-A05", MANAGER, PERSONAL, agent),
        ("CPM-A06", MANAGER, PERSONAL, office_user),
        ("CPM-A07", MANAGER, PERSONAL, personal(PROVIDER)),
        ("CPM-A08", MANAGER, OFFICE, office(bench.step(MANAGER).await, PROVIDER)),
    ] {
        let before = bench.mark().await;
        let reply = bench.log_in(on, path.trim_start_matches("/v1/login/"), &body).await;
        let login = bench.told(before, |line| line["event"] == "login").await;
        assert_eq!(login["code"], code, "{login}");
        provoker.refused(path, before, Provoked::new(code, reply)).await;
    }

    // One failure has been counted above; the third fills the count, and the right password is refused.
    for _ in 0..2 {
        assert_eq!(bench.log_in(CENTER, "personal", &wrong(CENTER)).await.error(), (200, "CPM-A01".to_owned()));
    }
    let before = bench.mark().await;
    let reply = bench.log_in(CENTER, "personal", &personal(CENTER)).await;
    provoker.refused(PERSONAL, before, Provoked::new("CPM-A04", reply)).await;
    bench.set_clock("2026-11-27T09:30:00+09:00").await;
    bench.step(CENTER).await;
}

//! Which requests are struck at all.

use renkei_mock_platform::faults::{Kind, Plan};

use crate::bench::{Bench, get_home, get_path, post_delivery};

#[test]
fn a_request_to_no_operation_is_neither_struck_nor_counted() {
    let bench = Bench::new(Kind::Status500, "any", "");
    let mut client = bench.client();
    assert_eq!(client.ask(&get_path("/v1/nowhere")).unwrap().status, 404);
    assert_eq!(client.ask(&get_path("/v1/deliveries")).unwrap().status, 405);
    assert_eq!(bench.engine.status().steps[0].seen, 0);
    assert_eq!(client.ask(&get_home()).unwrap().status, 500);
    assert_eq!(client.ask(&get_home()).unwrap().status, 200);
    assert_eq!(bench.engine.status().steps[0].seen, 2);
}

#[test]
fn a_step_for_another_office_is_not_for_this_one() {
    let bench = Bench::new(Kind::Status500, "home", "office = \"9970100021\"");
    assert_eq!(bench.response(&get_home()).status, 200);
    let status = bench.engine.status();
    assert_eq!((status.steps[0].seen, status.never_fired), (0, vec![1]));
    let mine = "[[step]]\non = \"home\"\nnth = 1\noffice = \"9970100013\"\nfault = \"status-500\"\n";
    bench.engine.replace(Plan::parse(mine.as_bytes()).unwrap());
    assert_eq!(bench.response(&get_home()).status, 500);
}

#[test]
fn a_plan_is_replaced_on_open_connections_and_counts_anew() {
    let bench = Bench::new(Kind::Status500, "send", "");
    let mut client = bench.client();
    let plan = "[[step]]\non = \"any\"\nnth = 2\ntimes = 2\nfault = \"status-429\"\nretry_after_s = 0\n";
    let left = bench.engine.replace(Plan::parse(plan.as_bytes()).unwrap());
    assert_eq!(left.never_fired, [1]);
    let statuses: Vec<u16> = (0..4).map(|_| client.ask(&post_delivery()).unwrap().status).collect();
    assert_eq!(statuses, [200, 429, 429, 200]);
    bench.engine.replace(Plan::none());
    assert_eq!(client.ask(&post_delivery()).unwrap().status, 200);
}

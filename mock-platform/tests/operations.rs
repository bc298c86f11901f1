//! The operations that fault plans name are those of the OpenAPI document.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::BTreeSet;

use renkei_mock_platform::api;
use renkei_mock_platform::faults::Operation;
use renkei_mock_platform::settings::Settings;

#[test]
fn a_plan_can_name_every_operation_and_no_other() {
    let document = serde_json::to_value(api::document(&Settings::default(), None)).unwrap();
    assert_eq!(document["openapi"].as_str().unwrap().get(..3), Some("3.1"));
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if path.starts_with("/v1/") {
                let id = operation["operationId"].as_str().unwrap();
                described.insert(format!("{id} {} {path}", method.to_uppercase()));
            }
        }
    }
    let operations = Operation::ALL.iter().map(|operation| {
        let (method, path) = operation.route();
        format!("{} {method} {path}", operation.word())
    });
    assert_eq!(operations.collect::<BTreeSet<_>>(), described);
}

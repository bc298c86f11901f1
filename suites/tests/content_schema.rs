//! `docs/renkei-content-1.schema.json`, `docs/CONTENT.md` and `docs/FROM-202208.md` are what the tables say, and
//! the schema takes what the code takes. `RENKEI_UPDATE=1` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

#[path = "content_schema/made.rs"]
mod made;
#[path = "content_schema/moving.rs"]
mod moving;

use std::fs;
use std::path::Path;

use jsonschema::{Registry, Validator};
use renkei_suites::suite::adapter::answer::{self, Said};
use renkei_suites::suite::content::{Content, JSON_SCHEMA};
use renkei_validator::draft::Draft;
use renkei_validator::spec::{Kind, Version, tables};
use serde_json::{Value, json};

fn is_made(document: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(document);
    if std::env::var_os("RENKEI_UPDATE").is_some() {
        fs::write(&path, made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let difference = made.lines().zip(committed.lines()).position(|(made, committed)| made != committed);
    assert!(
        made == committed,
        "docs/{document} is stale (first difference on line {:?}); run \
         `RENKEI_UPDATE=1 cargo test -p renkei-suites --test content_schema`",
        difference.map(|index| index + 1)
    );
}

#[test]
fn the_schema_is_what_the_tables_say() {
    is_made("renkei-content-1.schema.json", &made::schema());
}

#[test]
fn the_document_is_what_the_tables_say() {
    is_made("CONTENT.md", &made::document());
}

#[test]
fn the_document_about_the_move_is_what_the_tables_say() {
    is_made("FROM-202208.md", &moving::document());
}

/// The schema as it is committed, not as it is made.
fn validator() -> Validator {
    let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "the schema itself is no JSON Schema");
    jsonschema::validator_for(&schema).unwrap()
}

/// Contents of every kind and version of which there is a sample.
fn samples() -> Vec<Value> {
    let mut samples = Vec::new();
    for name in Draft::sample_names() {
        let content = Content::from_files(&Draft::sample(name).unwrap().to_files()).unwrap();
        samples.push(serde_json::from_str(&content.json()).unwrap());
    }
    assert!(samples.len() >= 5, "there are samples: {}", samples.len());
    samples
}

#[test]
fn what_the_code_writes_is_taken() {
    let validator = validator();
    for sample in samples() {
        let errors: Vec<String> = validator.iter_errors(&sample).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn every_item_of_every_kind_and_version_is_taken_by_both_and_no_other() {
    let validator = validator();
    let mut items = 0;
    for version in Version::ALL {
        for kind in Kind::ALL {
            let longest = tables(version, *kind).iter().max_by_key(|table| table.items.len());
            let row: serde_json::Map<String, Value> = longest
                .iter()
                .flat_map(|table| &table.items)
                .map(|item| (item.key.name().to_owned(), json!("1")))
                .collect();
            items += row.len();
            let content = |row: &serde_json::Map<String, Value>| {
                json!({ "schema": "renkei-content/1",
                    "documents": [{ "kind": kind.name(), "version": version.value(), "rows": [row] }] })
            };
            agree(&validator, &content(&row), true);
            // An item of another kind.
            let key = if *kind == Kind::Uphosoku { "long_term_goal" } else { "nowhere_item" };
            let mut more = row.clone();
            more.insert(key.to_owned(), json!("1"));
            agree(&validator, &content(&more), false);
        }
    }
    assert!(items > 500, "the tables have items: {items}");
}

#[track_caller]
fn agree(validator: &Validator, content: &Value, taken: bool) {
    let code = Content::parse(content.to_string().as_bytes());
    assert_eq!(code.is_ok(), taken, "the code, of {content}: {code:?}");
    assert_eq!(validator.is_valid(content), taken, "the schema, of {content}");
}

#[test]
fn code_and_schema_refuse_the_same() {
    let validator = validator();
    let document = |document: Value| json!({ "schema": "renkei-content/1", "documents": [document] });
    let plan = |part: &str, value: Value| {
        let mut plan = json!({ "kind": "UPPLAN", "version": "202407", "source": { "office": "9970100013" } });
        plan[part] = value;
        document(plan)
    };
    for (content, taken) in [
        (json!({ "schema": "renkei-content/1", "documents": [] }), true),
        (json!({ "documents": [] }), false),
        (json!({ "schema": "renkei-content/2", "documents": [] }), false),
        (json!({ "schema": "renkei-content/1" }), false),
        (json!({ "schema": "renkei-content/1", "documents": [], "more": 1 }), false),
        (document(json!({ "version": "202407" })), false),
        (document(json!({ "kind": "UPPLAN" })), false),
        (plan("kind", json!("upplan")), false),
        (plan("version", json!("202410")), false),
        (plan("version", json!(202_407)), false),
        (plan("month", json!("202610")), true),
        (plan("month", Value::Null), true),
        (plan("month", json!(202_610)), false),
        (plan("source", json!({ "office": "9970100013", "service_type": "43" })), true),
        (plan("source", json!({ "service_type": "43" })), false),
        (plan("source", json!({ "office": "9970100013", "name": "見本" })), false),
        (plan("rows", json!([{ "units": "" }])), true),
        (plan("rows", json!([{ "units": 250 }])), false),
        (plan("rows", json!([{ "units": null }])), false),
        (plan("rows", json!({})), false),
        (plan("image", json!("AAEC")), true),
        (plan("image", json!("AAE=")), true),
        (plan("image", json!("AA!C")), false),
        (plan("titel", json!("x")), false),
    ] {
        agree(&validator, &content, taken);
    }
}

#[test]
fn the_schema_of_results_agrees_with_the_code() {
    let schema: Value = serde_json::from_str(answer::JSON_SCHEMA).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "the schema itself is no JSON Schema");
    let content: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    let registry = Registry::new().add("urn:renkei:content:1", content).unwrap().prepare().unwrap();
    let validator = jsonschema::options().with_registry(&registry).build(&schema).unwrap();
    let result = |part: &str, value: Value| {
        let mut result = json!({ "schema": "renkei-result/1" });
        result[part] = value;
        result
    };
    for (result, taken) in [
        (json!({ "schema": "renkei-result/1" }), true),
        (json!({ "schema": "renkei-result/2" }), false),
        (json!({}), false),
        (result("done", json!(true)), true),
        (result("done", Value::Null), true),
        (result("done", json!("yes")), false),
        (result("files", json!([{ "file": "A.CSV", "accepted": false, "message": "x" }])), true),
        (result("files", json!([{ "file": "A.CSV" }])), false),
        (result("files", json!([{ "file": "A.CSV", "accepted": true, "why": "x" }])), false),
        (result("content", json!({ "schema": "renkei-content/1", "documents": [] })), true),
        (result("content", json!({ "documents": [] })), false),
        (result("contents", json!({})), false),
    ] {
        assert_eq!(Said::parse(result.to_string().as_bytes()).is_ok(), taken, "the code, of {result}");
        assert_eq!(validator.is_valid(&result), taken, "the schema, of {result}");
    }
}

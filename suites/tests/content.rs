//! `renkei-content/1`: files become values and the same files again.

use std::path::Path;

use renkei_suites::suite::content::{Content, JSON_SCHEMA};
use renkei_validator::spec::Kind;

type Named = (String, Vec<u8>);

fn sets() -> Vec<(String, Vec<Named>)> {
    let clean = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/clean");
    let mut sets = Vec::new();
    for set in std::fs::read_dir(clean).expect("the samples are there") {
        let set = set.expect("an entry").path();
        let mut files: Vec<Named> = std::fs::read_dir(&set)
            .expect("a folder")
            .map(|file| {
                let path = file.expect("an entry").path();
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                (name, std::fs::read(path).expect("it can be read"))
            })
            .collect();
        files.sort();
        sets.push((set.file_name().expect("a name").to_string_lossy().into_owned(), files));
    }
    sets.sort();
    assert!(sets.len() >= 7, "only {} sample sets were found", sets.len());
    sets
}

#[test]
fn the_samples_are_written_again_byte_for_byte_but_for_line_breaks_in_texts() {
    // Between quotes the samples have CR LF; what is written has LF.
    let with_lf = |bytes: &[u8]| {
        let (mut inside, mut out) = (false, Vec::new());
        for (at, byte) in bytes.iter().enumerate() {
            inside ^= *byte == b'"';
            if !(inside && *byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
                out.push(*byte);
            }
        }
        out
    };
    for (set, files) in sets() {
        let content = Content::from_files(&files).expect("samples are clean");
        let again = content.to_files().expect("what was read can be written");
        assert_eq!(again.len(), files.len(), "{set}");
        for ((name, got), (expected_name, expected)) in again.iter().zip(&files) {
            assert_eq!(name, expected_name);
            let expected = if name.ends_with(".jpg") { expected.clone() } else { with_lf(expected) };
            // The sample has the name of the picture in quotes, which the standard leaves open.
            let expected = String::from_utf8_lossy(&expected).replace("\"UPKIHON_IMAGE", "UPKIHON_IMAGE");
            let expected = expected.replace(".jpg\"", ".jpg");
            assert_eq!(String::from_utf8_lossy(got), expected, "{name}");
        }
    }
}

#[test]
fn json_says_the_same_and_fits_its_schema() {
    let schema = serde_json::from_str(JSON_SCHEMA).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    for (set, files) in sets() {
        let content = Content::from_files(&files).expect("samples are clean");
        let json = content.json();
        assert_eq!(Content::parse(json.as_bytes()).expect("our own JSON"), content, "{set}");
        let value = serde_json::from_str(&json).expect("it is JSON");
        assert!(validator.is_valid(&value), "{set}");
    }
}

#[test]
fn what_is_wrong_with_json_is_told_without_values() {
    let en = |json: &str| Content::parse(json.as_bytes()).expect_err("it is refused").en;
    assert_eq!(
        en(r#"{"schema":"renkei-content/1","documents":[{"kind":"UPPLN","version":"202407"}]}"#),
        "line 1, documents[0].kind: there is no kind UPPLN"
    );
    let row = |row: &str| {
        format!(
            r#"{{"schema":"renkei-content/1","documents":[{{"kind":"UPPLAN","version":"202407","rows":[{row}]}}]}}"#
        )
    };
    assert!(en(&row(r#"{"insured_name":"見本"}"#)).contains("there is no item insured_name"));
    assert!(en(&row(r#"{"insured_number":12345}"#)).contains("the value has another type"));
    assert!(!en(&row(r#"{"insured_number":12345}"#)).contains("12345"));
    assert!(en(&row(r#"{"disease_name":"見本"}"#)).contains("UPPLAN of version 202407 has no item disease_name"));
    assert!(en(r#"{"schema":"renkei-content/2","documents":[]}"#).contains("renkei-content/1"));
}

#[test]
fn what_is_wrong_with_json_is_told_in_japanese() {
    let document = |rest: &str| {
        format!(r#"{{"schema":"renkei-content/1","documents":[{{"kind":"UPPLAN","version":"202407",{rest}}}]}}"#)
    };
    for (json, told) in [
        (document(r#""rows":[{"insured_name":"見本"}]"#), "項目 insured_name はありません"),
        (document(r#""rows":[{"care_level":"12","care_level":"13"}]"#), "項目 care_level が2つあります"),
        (document(r#""rows":[{"insured_number":12345}]"#), "値の型が違います"),
        (document(r#""row":[]"#), "row という名前は使えません"),
        (document("").replace(",}]", "}]").replace("UPPLAN", "UPPLN"), "種別 UPPLN はありません"),
        (document("").replace(",}]", "}]").replace("202407", "202410"), "版 202410 はありません"),
        (r#"{"documents":[]}"#.to_owned(), "schema がありません"),
        (r#"{"schema":"renkei-content/2","documents":[]}"#.to_owned(), "renkei-content/2 は使えません"),
        (r#"{"schema":"renkei-content/1","documents":["#.to_owned(), "JSONが途中で終わっています"),
    ] {
        let ja = Content::parse(json.as_bytes()).expect_err("it is refused").ja;
        assert!(ja.ends_with(told), "{ja}, and not {told}");
    }
}

#[test]
fn free_text_is_written_in_quotes_and_in_ms932() {
    let json = r#"{"schema":"renkei-content/1","documents":[{"kind":"UPKIHON_SUB1","version":"202407",
        "source":{"office":"9970100013","service_type":"43"},"destination":{"office":"9970100021","service_type":"46"},
        "timestamp":"20260928101500",
        "rows":[{"insurer_number":"990010","insured_number":"0000000101","user_life":"髙\"ソ\"①,\n2"}]}]}"#;
    let content = Content::parse(json.as_bytes()).expect("a content");
    assert_eq!(content.documents[0].kind, Kind::UpkihonSub1);
    let files = content.to_files().expect("files");
    let [(name, bytes)] = &files[..] else { panic!("{files:?}") };
    assert_eq!(name, "UPKIHON_SUB1_9970100013_43_9970100021_46_20260928101500.CSV");
    assert!(bytes.starts_with(b"202407,990010,0000000101,"), "{bytes:?}");
    let cell = b"\"\xFB\xFC\"\"\x83\x5C\"\"\x87\x40,\n2\"";
    assert!(bytes.windows(cell.len()).any(|window| window == cell), "{bytes:?}");
    let other = json.replace('髙', "\u{1F600}");
    let content = Content::parse(other.as_bytes()).expect("a content");
    assert!(content.to_files().expect_err("no such character").en.contains("a character that MS932 has not"));
}

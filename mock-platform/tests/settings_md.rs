//! `docs/PLATFORM.md` lists every setting, with its default.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use renkei_mock_platform::settings::Settings;

/// The settings of a document.
fn listed(document: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(document);
    let text = std::fs::read_to_string(path).unwrap();
    let mut blocks = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.find(|block| block.contains("login_tries")).unwrap().to_owned()
}

#[test]
fn every_setting_is_listed_with_its_default() {
    let settings = listed("PLATFORM.md");
    assert_eq!(settings, listed("PLATFORM.ja.md"));
    assert_eq!(Settings::parse(&settings).unwrap(), Settings::default());
    // What is off unless it is said stands behind `# `.
    let keys: Vec<&str> =
        settings.lines().map(|line| line.trim_start_matches("# ").split_once(" = ").unwrap().0).collect();
    let refused = Settings::parse("no_such_key = 1").unwrap_err().to_string();
    let (_, known) = refused.split_once("expected one of ").unwrap();
    let mut known: Vec<&str> = known.lines().next().unwrap().split(", ").map(|key| key.trim_matches('`')).collect();
    known.sort_unstable();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, known);
    let delay = settings.lines().find_map(|line| line.strip_prefix("# ")).unwrap();
    assert!(Settings::parse(delay).unwrap().certificate_issue_delay.is_some());
}

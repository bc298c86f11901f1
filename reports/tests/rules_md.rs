//! `docs/RULES.md` is what the rules say.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use renkei_reports::catalogue::rules_md;

#[test]
fn docs_rules_md_is_what_the_rules_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/RULES.md");
    let made = rules_md();
    if std::env::var_os("RENKEI_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let difference = made.lines().zip(committed.lines()).position(|(made, committed)| made != committed);
    assert!(
        made == committed,
        "docs/RULES.md is stale (first difference on line {:?}); run \
         `RENKEI_UPDATE=1 cargo test -p renkei-reports --test rules_md`",
        difference.map(|index| index + 1)
    );
}

//! Every format over the sample reports, in both languages. The files are read like code:
//! `RENKEI_UPDATE=1 cargo test -p renkei-reports --test goldens` writes them anew.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::{Path, PathBuf};

use common::{SAMPLES, manner, rendered, sample};
use renkei_reports::{Encoding, Kind, Lang};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens")
}

/// The name of a golden: `everything/junit.ja`.
fn name(sample: &str, kind: Kind, lang: Lang) -> String {
    let lang = match lang {
        Lang::Ja => "ja",
        Lang::En => "en",
    };
    format!("{sample}/{}.{lang}", kind.word())
}

#[test]
fn every_format_is_as_it_was_read_last() {
    let update = std::env::var_os("RENKEI_UPDATE").is_some();
    let mut compared = 0;
    for sample_name in SAMPLES {
        let report = sample(sample_name);
        for kind in Kind::ALL {
            for lang in [Lang::Ja, Lang::En] {
                // The record holds both languages: its golden is the sample itself.
                if kind == Kind::Json {
                    continue;
                }
                let path = folder().join(name(sample_name, kind, lang));
                let bytes = rendered(&report, kind, &manner(lang));
                if update {
                    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    std::fs::write(&path, &bytes).unwrap();
                }
                let golden = std::fs::read(&path).unwrap_or_default();
                let (golden, bytes) = (String::from_utf8(golden).unwrap(), String::from_utf8(bytes).unwrap());
                assert_eq!(golden, bytes, "{}", path.display());
                compared += 1;
            }
        }
    }
    assert_eq!(compared, SAMPLES.len() * (Kind::ALL.len() - 1) * 2);
}

#[test]
fn the_record_comes_back_as_it_was_read() {
    for sample_name in SAMPLES {
        let json = rendered(&sample(sample_name), Kind::Json, &manner(Lang::Ja));
        assert_eq!(String::from_utf8(json).unwrap(), common::sample_text(sample_name));
    }
}

#[test]
fn no_golden_is_left_over() {
    let expected: Vec<String> = SAMPLES
        .iter()
        .flat_map(|sample| Kind::ALL.map(|kind| [Lang::Ja, Lang::En].map(|lang| name(sample, kind, lang))).concat())
        .collect();
    let mut found = 0;
    for sample in std::fs::read_dir(folder()).unwrap() {
        for file in std::fs::read_dir(sample.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.strip_prefix(folder()).unwrap().to_str().unwrap().replace('\\', "/");
            assert!(expected.contains(&name), "{name} is the golden of nothing");
            found += 1;
        }
    }
    assert!(found > 0);
}

#[test]
fn the_table_in_cp932_is_the_table_in_utf8_without_its_mark() {
    let report = sample("everything");
    for lang in [Lang::Ja, Lang::En] {
        let utf8 = rendered(&report, Kind::Csv, &manner(lang));
        let cp932 = rendered(&report, Kind::Csv, &renkei_reports::Manner { encoding: Encoding::Cp932, ..manner(lang) });
        let (decoded, _, broken) = encoding_rs::SHIFT_JIS.decode(&cp932);
        assert!(!broken);
        let utf8 = String::from_utf8(utf8).unwrap();
        // CP932 has no pictures of control characters.
        assert_eq!(decoded, utf8.strip_prefix('\u{FEFF}').unwrap().replace(['␍', '␊'], "〓"));
    }
}

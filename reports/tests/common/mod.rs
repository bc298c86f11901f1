//! What the tests share: the report of some files in memory.
#![allow(dead_code, clippy::unwrap_used)]

use renkei_reports::{Encoding, Kind, Lang, Manner, Report, Run, Style, build};
use renkei_validator::finding::Severity;
use renkei_validator::{Judgement, NotChecked, Options, judge, spec};

pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// What may differ between the runs of the tests.
pub(crate) struct Setup<'a> {
    pub(crate) fail_on: Option<Severity>,
    pub(crate) show_values: bool,
    pub(crate) keep: usize,
    pub(crate) alone: bool,
    pub(crate) not_checked: &'a [NotChecked],
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Setup { fail_on: Some(Severity::Error), show_values: false, keep: 20, alone: false, not_checked: &[] }
    }
}

/// The report of files, each with a made-up SHA-256.
pub(crate) fn report(files: &Files, setup: &Setup<'_>) -> Report {
    let as_of = spec::parse_date(b"20261120");
    let mut judgement = judge(files, &Options { as_of, keep: setup.keep, ..Options::default() });
    judgement.pick_rows(files);
    let Judgement { files, sets } = judgement;
    let files: Vec<_> = files.into_iter().map(|file| (file, "0123456789abcdef".repeat(4))).collect();
    build(&Run {
        as_of,
        fail_on: setup.fail_on,
        show_values: setup.show_values,
        keep: setup.keep,
        files: &files,
        sets: (!setup.alone).then_some(&sets),
        not_checked: setup.not_checked,
        key: None,
        baseline: None,
    })
}

/// A file of 削除 rows, small enough to be read beside its snapshot.
pub(crate) fn small(name: &str, rows: &[u8]) -> Files {
    vec![(name.to_owned(), rows.to_vec())]
}

/// The sample reports, by the names of their files.
pub(crate) const SAMPLES: [&str; 4] = ["everything", "invalid", "known", "valid"];

/// A sample report as it stands in its file.
pub(crate) fn sample_text(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/samples/{name}.json"));
    std::fs::read_to_string(path).unwrap()
}

/// A sample report.
pub(crate) fn sample(name: &str) -> Report {
    serde_json::from_str(&sample_text(name)).unwrap()
}

/// Without colours, in UTF-8.
pub(crate) fn manner(lang: Lang) -> Manner {
    Manner { lang, style: Style::default(), encoding: Encoding::Utf8 }
}

/// What a kind shows of a report.
pub(crate) fn rendered(report: &Report, kind: Kind, manner: &Manner) -> Vec<u8> {
    let mut bytes = Vec::new();
    renkei_reports::write(report, kind, manner, &mut bytes).unwrap();
    bytes
}

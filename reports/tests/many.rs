//! A report of very many findings: exact totals, work in proportion, and no output held in memory twice.

#![allow(clippy::unwrap_used)]

mod common;

use std::io;
use std::time::{Duration, Instant};

use common::{manner, sample};
use renkei_reports::{Encoding, InputRecord, Kind, Lang, Manner, Report};

/// How many findings, spread over how many files.
const FINDINGS: usize = 100_000;
const FILES: usize = 1_000;

/// Counts what is written and keeps nothing.
#[derive(Default)]
struct Count {
    bytes: u64,
    largest: usize,
}

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len() as u64;
        self.largest = self.largest.max(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn many(findings: usize) -> Report {
    let mut report = sample("invalid");
    let (input, finding) = (report.inputs[0].clone(), report.findings[0].clone());
    report.inputs = (0..FILES).map(|i| InputRecord { name: format!("{i:04}/UPPLAN.CSV"), ..input.clone() }).collect();
    report.findings = (0..findings)
        .map(|i| {
            let mut finding = finding.clone();
            finding.file = format!("{:04}/UPPLAN.CSV", i * FILES / findings);
            finding.line = Some(i as u64 + 1);
            finding
        })
        .collect();
    report.totals.warning = findings as u64;
    report.totals.by_rule.insert("cell/date-does-not-exist".to_owned(), findings as u64);
    report.kept_per_rule_and_file = findings as u64;
    report
}

fn written(report: &Report, kind: Kind, encoding: Encoding) -> (Count, Duration) {
    let (mut count, start) = (Count::default(), Instant::now());
    renkei_reports::write(report, kind, &Manner { encoding, ..manner(Lang::Ja) }, &mut count).unwrap();
    (count, start.elapsed())
}

#[test]
fn every_format_is_written_piece_by_piece_and_in_proportion() {
    let (few, many) = (many(FINDINGS / 10), many(FINDINGS));
    for kind in Kind::ALL {
        let encodings: &[Encoding] = match kind {
            Kind::Csv => &[Encoding::Utf8, Encoding::Cp932],
            _ => &[Encoding::Utf8],
        };
        for &encoding in encodings {
            let (small, _) = written(&few, kind, encoding);
            let (large, took) = written(&many, kind, encoding);
            let bounded = match kind {
                Kind::Github => Some(20_000),
                Kind::Markdown => Some(65_536),
                Kind::GithubSummary => Some(1 << 20),
                Kind::Html => Some(5_000_000),
                Kind::Text | Kind::Concise | Kind::Json | Kind::Junit | Kind::Sarif | Kind::Gitlab | Kind::Csv => None,
            };
            match bounded {
                Some(limit) => assert!(large.bytes < limit, "{kind:?}: {} bytes", large.bytes),
                None => {
                    let ratio = large.bytes as f64 / small.bytes as f64;
                    assert!((5.0..11.0).contains(&ratio), "{kind:?}: ten times the findings, {ratio} times the bytes");
                    // Of JUnit, all that one rule found in one file is one text.
                    assert!(large.largest < 1 << 18, "{kind:?} writes {} bytes at once", large.largest);
                }
            }
            // A machine ten times slower than ours is still far below what a format with a square in it takes.
            assert!(took < Duration::from_secs(60), "{kind:?} took {took:?}");
        }
    }
}

#[test]
fn totals_are_exact_in_every_format_that_holds_all() {
    let report = many(FINDINGS);
    assert_eq!(renkei_reports::read(renkei_reports::json(&report).as_bytes()).unwrap(), report);
    let text = |kind| String::from_utf8(common::rendered(&report, kind, &manner(Lang::Ja))).unwrap();
    let verdict = "判定 [invalid]: 警告があります。エラー 0件、警告 100000件、情報 0件";
    assert!(text(Kind::Text).contains(verdict));
    assert!(text(Kind::Markdown).contains("| `cell/date-does-not-exist` | 暦にない日付です | 100000 |"));
    assert!(text(Kind::Github).contains("ここに表示していない指摘: エラー 0件、警告 99990件、情報 0件"));
    assert_eq!(text(Kind::Concise).lines().count(), FINDINGS + 1);
    assert_eq!(text(Kind::Csv).lines().count(), 1 + FINDINGS + report.not_checked.len() + 1);
    assert_eq!(text(Kind::Gitlab).matches("\"fingerprint\"").count(), FINDINGS);
    assert_eq!(text(Kind::Sarif).matches("\"partialFingerprints\"").count(), FINDINGS);
    assert_eq!(text(Kind::Junit).matches("警告[cell/date-does-not-exist]").count(), FINDINGS);
}

/// Takes a little and then goes away, as `head` does.
struct Leaving(usize);

impl io::Write for Leaving {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_goes_away_is_told_as_such_by_every_format() {
    for kind in Kind::ALL {
        let error = renkei_reports::write(&many(100), kind, &manner(Lang::Ja), &mut Leaving(100)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{kind:?}");
    }
}

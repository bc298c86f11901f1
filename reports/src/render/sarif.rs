//! SARIF 2.1.0, for code scanning and for viewers. Regions are in characters and bytes; a snippet is
//! there only where values are shown. Lists are made while they are written.

mod rules;
mod shape;

use std::collections::BTreeMap;
use std::io;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use self::rules::Rules;
use self::shape::{
    Artifact, Component, Fingerprint, Hashes, Invocation, Location, Message, Notification, PhysicalLocation, Region,
    RelatedLocation, Result, ResultProperties, RunProperties, Suppression, SuppressionProperties, Text, Uri,
};
use super::fingerprint::Fingerprints;
use super::json::{Each, pretty};
use super::text::{not_checked_line, note_lines, omitted_line, related_line};
use crate::Lang;
use crate::model::{ByteRange, ExcerptText, FindingRecord, InputRecord, RelatedRecord, Report, Verdict};
use crate::safe::safe;
use crate::words::{self, pick};

/// What stays as it is in a path.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One run.
pub(super) fn write(report: &Report, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    pretty(&Log { report, lang, rules: Rules::of(report) }, out)
}

struct Log<'a> {
    report: &'a Report,
    lang: Lang,
    rules: Rules<'a>,
}

impl Serialize for Log<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut log = serializer.serialize_map(None)?;
        let schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
        log.serialize_entry("$schema", schema)?;
        log.serialize_entry("version", "2.1.0")?;
        log.serialize_entry("runs", &[Run(self)])?;
        log.end()
    }
}

struct Run<'a>(&'a Log<'a>);

impl Serialize for Run<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let Log { report, lang, rules } = self.0;
        let (report, lang) = (*report, *lang);
        let other = match lang {
            Lang::Ja => Lang::En,
            Lang::En => Lang::Ja,
        };
        let component = |lang| Component {
            name: &report.tool.name,
            version: &report.tool.version,
            language: tag(lang),
            rules: Each(move || rules.descriptors(lang)),
        };
        let mut run = serializer.serialize_map(None)?;
        run.serialize_entry("tool", &BTreeMap::from([("driver", component(lang))]))?;
        run.serialize_entry("language", tag(lang))?;
        run.serialize_entry("translations", &[component(other)])?;
        run.serialize_entry("invocations", &[invocation(report, lang)])?;
        run.serialize_entry("artifacts", &Each(|| report.inputs.iter().map(artifact)))?;
        run.serialize_entry("columnKind", "unicodeCodePoints")?;
        // The first of inputs that share a name.
        let artifacts: BTreeMap<&str, usize> =
            report.inputs.iter().enumerate().rev().map(|(index, input)| (input.name.as_str(), index)).collect();
        let results = || {
            let mut fingerprints = Fingerprints::default();
            let artifacts = &artifacts;
            report.all_findings().map(move |finding| Result {
                rule_id: &finding.rule,
                rule_index: rules.index(&finding.rule),
                level: level(&finding.severity),
                message: Message { text: message(finding, lang) },
                locations: [location(finding, artifacts, report.values == "shown")],
                related_locations: finding.related.iter().map(|it| related(it, artifacts, lang)).collect(),
                partial_fingerprints: Fingerprint { renkei: fingerprints.finding(finding) },
                suppressions: report.baseline.as_ref().map(|_| suppressions(finding)),
                properties: properties(finding, lang),
            })
        };
        run.serialize_entry("results", &Each(results))?;
        run.end()
    }
}

fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Ja => "ja",
        Lang::En => "en",
    }
}

fn level(severity: &str) -> &'static str {
    match severity {
        "error" => "error",
        "warning" => "warning",
        _ => "note",
    }
}

fn invocation(report: &Report, lang: Lang) -> Invocation<'_, impl Serialize> {
    Invocation {
        execution_successful: report.verdict != Verdict::Incomplete,
        tool_execution_notifications: Each(move || notifications(report, lang)),
        properties: RunProperties {
            verdict: words::word(report.verdict),
            summary: words::verdict(report, lang),
            as_of: report.as_of.as_deref(),
            fail_on: &report.fail_on,
            values: &report.values,
            note: pick(lang, "この結果は公式の判定ではありません。", "This is no official result."),
        },
    }
}

/// What was not checked, and how many findings are not among the results.
fn notifications(report: &Report, lang: Lang) -> impl Iterator<Item = Notification> {
    let not_checked = report.not_checked.iter().map(move |entry| Notification {
        level: if entry.blocks { "error" } else { "note" },
        message: Message { text: inert(&not_checked_line(entry, lang)) },
    });
    let omitted = report.omitted.iter().map(move |omitted| Notification {
        level: "warning",
        message: Message { text: inert(&omitted_line(omitted, lang)) },
    });
    not_checked.chain(omitted)
}

fn artifact(input: &InputRecord) -> Artifact<'_> {
    Artifact {
        location: Uri { uri: uri(&input.name), index: None },
        length: input.bytes,
        hashes: Hashes { sha256: &input.sha256 },
    }
}

/// A name as a URI reference: relative, unless it begins at a root or a drive. A root without a scheme would
/// be that of wherever the log is looked at.
fn uri(name: &str) -> String {
    if let Some((drive, path)) = on_drive(name) {
        return format!("file:///{drive}:{}", utf8_percent_encode(path, PATH));
    }
    let path = utf8_percent_encode(name, PATH);
    if name.starts_with("//") {
        // Two slashes begin a host, and no viewer is to be led to one.
        format!("/.{path}")
    } else if name.starts_with('/') {
        format!("file://{path}")
    } else {
        path.to_string()
    }
}

/// The drive of Windows and the path from its root, of a name like `C:/a`.
fn on_drive(name: &str) -> Option<(char, &str)> {
    let (drive, path) = name.split_once(':').filter(|(_, path)| path.starts_with('/'))?;
    let mut letters = drive.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    letters.next().is_none().then_some((letter, path))
}

fn message(finding: &FindingRecord, lang: Lang) -> String {
    let mut lines = vec![finding.message.get(lang).to_owned()];
    lines.extend(note_lines(finding, lang));
    lines.iter().map(|line| inert(line)).collect::<Vec<_>>().join("\n")
}

/// Text in which no character acts and nothing is a link, which `[text](target)` would be.
fn inert(text: &str) -> String {
    safe(text).replace("](", "] (")
}

fn location(finding: &FindingRecord, artifacts: &BTreeMap<&str, usize>, shown: bool) -> Location {
    let excerpt = finding.excerpt.as_ref().filter(|_| shown);
    let marked = excerpt.map(|excerpt| text(&[&excerpt.marked]));
    // Code scanning takes no result without a line: what is about a whole file stands on its first.
    let line = finding.line.or(Some(1));
    let region = region(line, finding.column.filter(|_| finding.line.is_some()), finding.bytes, marked);
    Location {
        physical_location: PhysicalLocation {
            artifact_location: artifact_location(&finding.file, artifacts),
            // SARIF wants the context to be a larger region: the row.
            context_region: excerpt.zip(finding.line).map(|(excerpt, line)| context(excerpt, line)),
            region,
        },
    }
}

fn text(parts: &[&str]) -> Text {
    Text { text: safe(&parts.concat()).into_owned() }
}

/// The lines of an excerpt whose mark begins on a line.
fn context(excerpt: &ExcerptText, line: u64) -> Region {
    let start = line.saturating_sub(breaks(&excerpt.before)).max(1);
    let within = breaks(&excerpt.marked) + breaks(&excerpt.after);
    Region {
        start_line: Some(start),
        end_line: (start < line || within > 0).then_some(line + within),
        snippet: Some(text(&[&excerpt.before, &excerpt.marked, &excerpt.after])),
        ..Region::default()
    }
}

/// How many line breaks have their pictures in a text.
fn breaks(text: &str) -> u64 {
    let count = |picture: &str| text.matches(picture).count();
    (count("␍") + count("␊") - count("␍␊")) as u64
}

fn related(related: &RelatedRecord, artifacts: &BTreeMap<&str, usize>, lang: Lang) -> RelatedLocation {
    RelatedLocation {
        physical_location: PhysicalLocation {
            artifact_location: artifact_location(&related.file, artifacts),
            region: region(related.line, None, related.bytes, None),
            context_region: None,
        },
        message: Message { text: inert(&related_line(related, lang)) },
    }
}

fn artifact_location(name: &str, artifacts: &BTreeMap<&str, usize>) -> Uri {
    Uri { uri: uri(name), index: artifacts.get(name).copied() }
}

fn region(
    start_line: Option<u64>,
    start_column: Option<u64>,
    bytes: Option<ByteRange>,
    snippet: Option<Text>,
) -> Option<Region> {
    if start_line.is_none() && bytes.is_none() {
        return None;
    }
    Some(Region {
        start_line,
        start_column: start_line.and(start_column),
        end_line: None,
        byte_offset: bytes.map(|bytes| bytes.start),
        byte_length: bytes.map(|bytes| bytes.end.saturating_sub(bytes.start)),
        snippet,
    })
}

fn suppressions(finding: &FindingRecord) -> Vec<Suppression<'_>> {
    let suppression = finding.baselined.as_ref().map(|known| Suppression {
        kind: "external",
        justification: &known.reason,
        properties: SuppressionProperties { expires: &known.expires },
    });
    suppression.into_iter().collect()
}

fn properties(finding: &FindingRecord, lang: Lang) -> ResultProperties<'_> {
    ResultProperties {
        authority: &finding.authority,
        capped: finding.capped.as_deref(),
        cites: finding.cites.iter().map(|cite| cite.get(lang)).collect(),
        because: finding.because.as_ref().map(|because| because.get(lang)),
        reading: finding.reading.as_ref().map(|reading| reading.get(lang)),
        item: finding.item.as_ref(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_relative_reference_unless_it_is_absolute() {
        for (name, expected) in [
            ("計画/UPPLAN_1.CSV", "%E8%A8%88%E7%94%BB/UPPLAN_1.CSV"),
            ("../a.CSV", "../a.CSV"),
            ("/tmp/a b.CSV", "file:///tmp/a%20b.CSV"),
            ("//host/a.CSV", "/.//host/a.CSV"),
            ("C:/a.CSV", "file:///C:/a.CSV"),
            ("d:/データ/a b.CSV", "file:///d:/%E3%83%87%E3%83%BC%E3%82%BF/a%20b.CSV"),
            ("C:a.CSV", "C%3Aa.CSV"),
            ("CD:/a.CSV", "CD%3A/a.CSV"),
            ("ａ:/a.CSV", "%EF%BD%81%3A/a.CSV"),
            (":/a.CSV", "%3A/a.CSV"),
            ("javascript:alert(1)#?", "javascript%3Aalert%281%29%23%3F"),
        ] {
            assert_eq!(uri(name), expected);
        }
    }
}

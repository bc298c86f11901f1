//! One file on the page: its facts, and for each rule the findings, the rows around them, and beside
//! these what the rule says. Shows what the record holds.

use askama::Template;
use renkei_validator::rules;

use super::index::{Count, FileEntry, GroupEntry, Index, SEVERITIES, rank};
use super::table::{Column, RowTable, holds, tables};
use super::text::{Both, Shown, grouped};
use crate::model::{ByteRange, Cut, ExcerptText, FindingRecord, InputRecord, Pair, RelatedRecord};

/// How much of a file is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// Findings of one rule.
    pub(super) hits: usize,
    /// Whether rows are shown with all their items.
    pub(super) whole_rows: bool,
    /// Whether the file is unfolded at first.
    pub(super) open: bool,
}

/// A file with findings.
#[derive(Template)]
#[template(path = "file.html")]
pub(super) struct FileView<'a> {
    number: usize,
    name: Shown<'a>,
    open: bool,
    whole_rows: bool,
    facts: Vec<Both<'a>>,
    sha256: Option<Shown<'a>>,
    severities: Vec<Chip<'a>>,
    /// Why some rows are not shown.
    rows_note: Option<Both<'a>>,
    groups: Vec<Group<'a>>,
}

/// A severity that the file has findings of, and how many.
struct Chip<'a> {
    severity: Shown<'a>,
    label: Both<'a>,
}

struct Group<'a> {
    number: usize,
    rule: Shown<'a>,
    severity: Shown<'a>,
    severity_name: Both<'a>,
    authority: Shown<'a>,
    authority_name: Option<Both<'a>>,
    title: Both<'a>,
    count: Both<'a>,
    /// Where it is the same for all of several findings.
    expected: Option<Both<'a>>,
    hits: Vec<Hit<'a>>,
    tables: Vec<RowTable<'a>>,
    why: Option<Both<'a>>,
    fixes: Vec<Both<'a>>,
    cites: Vec<Both<'a>>,
    because: Vec<Both<'a>>,
    readings: Vec<Both<'a>>,
    capped: Option<Both<'a>>,
}

struct Hit<'a> {
    number: usize,
    /// Where it is less severe than the others.
    severity: Option<(Shown<'a>, Both<'a>)>,
    /// Why it does not count.
    known: Option<Both<'a>>,
    place: Both<'a>,
    item: Option<(u16, Shown<'a>, Shown<'a>)>,
    message: Option<Both<'a>>,
    got: Option<Both<'a>>,
    expected: Option<Both<'a>>,
    bytes: Option<Both<'a>>,
    related: Vec<Both<'a>>,
    excerpt: Option<Excerpt<'a>>,
}

struct Excerpt<'a> {
    before: Shown<'a>,
    marked: Shown<'a>,
    after: Shown<'a>,
    cut: Cut,
}

pub(super) fn file<'a>(index: &Index<'a>, number: usize, entry: &FileEntry<'a>, extent: Extent) -> FileView<'a> {
    let groups = entry.groups.iter().enumerate();
    FileView {
        number,
        name: Shown::of(entry.name),
        open: extent.open,
        whole_rows: extent.whole_rows,
        facts: entry.input.map(facts).unwrap_or_default(),
        sha256: entry.input.map(|input| Shown::of(&input.sha256)),
        severities: chips(entry),
        rows_note: index.report.rows_omitted.iter().find(|omitted| omitted.file == entry.name).map(|omitted| {
            let (kept, total, why) = (omitted.kept, omitted.total, &omitted.why);
            Both::made(
                format!("指摘のある{total}行のうち{kept}行を表に載せています。{}", why.ja),
                format!("{kept} of {total} rows with findings are in the tables: {}", why.en),
            )
        }),
        groups: groups.map(|(i, group)| group_view(index, entry, i + 1, group, extent)).collect(),
    }
}

/// Kind, version, size, records.
pub(super) fn facts(input: &InputRecord) -> Vec<Both<'_>> {
    let mut facts = Vec::new();
    match (input.kind.as_deref(), &input.version) {
        (Some("attachment"), _) => facts.push(Both::of("添付ファイル", "attachment")),
        (Some(kind), Some(version)) => {
            facts.push(Both::made(format!("{kind}・バージョン {version}"), format!("{kind}, version {version}")));
        }
        (Some(kind), None) => facts.push(Both::of(kind, kind)),
        (None, _) => facts.push(Both::of("種別不明", "kind unknown")),
    }
    facts.push(Both::count(input.records, "行", "record"));
    facts.push(Both::count(input.bytes, "バイト", "byte"));
    facts
}

fn chips(entry: &FileEntry<'_>) -> Vec<Chip<'static>> {
    let chip = |severity| {
        let Count { known, at_least } = entry.count_of(severity);
        let more = if at_least { "+" } else { "" };
        let said = Both::severity(severity);
        (known > 0).then(|| Chip {
            severity: Shown::of(severity),
            label: Both::made(
                format!("{} {}{more}", said.ja, grouped(known)),
                format!("{} {}{more}", said.en, grouped(known)),
            ),
        })
    };
    SEVERITIES.into_iter().filter_map(chip).collect()
}

fn group_view<'a>(
    index: &Index<'a>,
    entry: &FileEntry<'a>,
    number: usize,
    group: &GroupEntry<'a>,
    extent: Extent,
) -> Group<'a> {
    let shown = &group.listed[..group.listed.len().min(extent.hits)];
    let known = rules::find(group.rule);
    let first = shown.first();
    let title = match (known, first) {
        (Some(rule), _) => Both::of(rule.title.ja, rule.title.en),
        (None, Some(finding)) => Both::from(&finding.message),
        (None, None) => Both::of(group.rule, group.rule),
    };
    let rows = index.rows(entry.name);
    let hits = shown.iter().enumerate().map(|(i, finding)| {
        let in_table = rows.iter().any(|row| holds(row, finding));
        hit(i + 1, entry.name, group, finding, &title, in_table)
    });
    let mut hits: Vec<Hit<'a>> = hits.collect();
    let expected = common(&mut hits);
    Group {
        number,
        rule: Shown::of(group.rule),
        severity: Shown::of(group.severity),
        severity_name: Both::severity(group.severity),
        authority: Shown::of(first.map_or("", |finding| &finding.authority)),
        authority_name: first.map(|finding| Both::authority(&finding.authority)),
        count: count(shown.len(), group.count),
        expected,
        hits,
        tables: tables(rows, &index.report.layouts, shown, extent.whole_rows),
        why: known.map(|rule| Both::of(rule.why.ja, rule.why.en)),
        fixes: distinct(shown.iter().map(|finding| &finding.fix)),
        cites: distinct(shown.iter().flat_map(|finding| &finding.cites)),
        because: distinct(shown.iter().flat_map(|finding| &finding.because)),
        readings: distinct(shown.iter().flat_map(|finding| &finding.reading)),
        capped: shown.iter().find_map(|finding| finding.capped.as_deref()).map(capped),
        title,
    }
}

fn count(shown: usize, count: Count) -> Both<'static> {
    let (known, more) = (grouped(count.known), if count.at_least { "+" } else { "" });
    if shown as u64 == count.known {
        return Both::count(count.known, if count.at_least { "件以上" } else { "件" }, "finding");
    }
    Both::made(format!("{known}件{more}のうち{shown}件を表示"), format!("{shown} of {known}{more} findings shown"))
}

/// Takes what is expected out of findings that all expect the same.
fn common<'a>(hits: &mut [Hit<'a>]) -> Option<Both<'a>> {
    let expected = hits.first()?.expected.clone()?;
    if hits.len() < 2 || hits.iter().any(|hit| hit.expected.as_ref() != Some(&expected)) {
        return None;
    }
    for hit in hits {
        hit.expected = None;
    }
    Some(expected)
}

fn distinct<'a>(pairs: impl Iterator<Item = &'a Pair>) -> Vec<Both<'a>> {
    let mut distinct: Vec<Both<'a>> = Vec::new();
    for pair in pairs.map(Both::from) {
        if !distinct.contains(&pair) {
            distinct.push(pair);
        }
    }
    distinct
}

fn capped(certainty: &str) -> Both<'_> {
    Both::made(
        format!("項目表の確からしさが「{certainty}」（原文から確定できない項目）のため、警告にとどめています。"),
        format!("A warning only, as the table is not sure of what the standard says here ({certainty})."),
    )
}

fn hit<'a>(
    number: usize,
    file: &str,
    group: &GroupEntry<'a>,
    finding: &'a FindingRecord,
    title: &Both<'a>,
    in_table: bool,
) -> Hit<'a> {
    let message = Both::from(&finding.message);
    Hit {
        number,
        severity: (rank(&finding.severity) != rank(group.severity))
            .then(|| (Shown::of(&finding.severity), Both::severity(&finding.severity))),
        known: finding.baselined.as_ref().map(|known| {
            Both::made(
                format!("既知（{}まで）: {}", known.expires, known.reason),
                format!("known until {}: {}", known.expires, known.reason),
            )
        }),
        place: place(finding.line, finding.column),
        item: finding.item.as_ref().map(|item| (item.no, Shown::of(&item.name_ja), Shown::of(&item.key))),
        message: (message != *title).then_some(message),
        got: finding.got.as_ref().map(Both::from),
        expected: finding.expected.as_ref().map(Both::from),
        bytes: finding.bytes.map(bytes),
        related: finding.related.iter().map(|related| related_place(related, file)).collect(),
        excerpt: finding.excerpt.as_ref().filter(|_| !in_table).map(excerpt),
    }
}

fn excerpt(excerpt: &ExcerptText) -> Excerpt<'_> {
    Excerpt {
        before: Shown::of(&excerpt.before),
        marked: Shown::of(&excerpt.marked),
        after: Shown::of(&excerpt.after),
        cut: excerpt.cut,
    }
}

fn place(line: Option<u64>, column: Option<u64>) -> Both<'static> {
    match (line, column) {
        (None, _) => Both::of("ファイル全体", "the whole file"),
        (Some(line), None) => Both::made(format!("{line}行目"), format!("line {line}")),
        (Some(line), Some(column)) => {
            Both::made(format!("{line}行目 {column}文字目"), format!("line {line}, column {column}"))
        }
    }
}

fn bytes(ByteRange { start, end }: ByteRange) -> Both<'static> {
    Both::made(format!("バイト {start}..{end}"), format!("bytes {start}..{end}"))
}

/// A place in the same file is named by its line only.
fn related_place<'a>(related: &'a RelatedRecord, file: &str) -> Both<'a> {
    let at = place(related.line, None);
    let note = Both::from(&related.note);
    let name = if related.file == file { String::new() } else { format!("{} ", related.file) };
    match related.line {
        None if !name.is_empty() => Both::made(format!("{name}: {}", note.ja), format!("{name}: {}", note.en)),
        Some(_) | None => Both::made(format!("{name}{}: {}", at.ja, note.ja), format!("{name}{}: {}", at.en, note.en)),
    }
}

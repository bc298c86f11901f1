//! Runs the examples of a rule and shows them. The samples are fictional: values are shown.

use std::ops::Range;

use renkei_validator::decode::Encoding;
use renkei_validator::draft::{Draft, Site};
use renkei_validator::finding::{Excerpt, Finding};
use renkei_validator::rule::{Case, Rule};
use renkei_validator::scan::{Piece, scan};
use renkei_validator::spec::Table;
use renkei_validator::{Options, fill_excerpt, judge, spec};

use crate::Lang;
use crate::build::record;
use crate::mask;
use crate::model::{ByteRange, FindingRecord, ItemRecord, Pair};
use crate::render::{Paint, facts, source_lines};
use crate::safe::safe;

/// The day that examples are judged as of.
const DAY: &[u8] = b"20261120";
const PLAIN: Paint = Paint { color: false };

/// Each bad example as lines: what was changed and what is found.
pub(super) fn bad(rule: &Rule, lang: Lang) -> Vec<Vec<String>> {
    rule.bad.iter().filter_map(|case| found(rule, case, lang)).collect()
}

/// Each good example as lines: what was changed; nothing is found.
pub(super) fn good(rule: &Rule, lang: Lang) -> Vec<Vec<String>> {
    rule.good.iter().filter_map(|case| accepted(case, lang)).collect()
}

fn found(rule: &Rule, case: &Case, lang: Lang) -> Option<Vec<String>> {
    let sample = Draft::sample(case.on)?;
    let mut draft = sample.clone();
    (case.edit)(&mut draft)?;
    let files = draft.to_files();
    let options = Options { as_of: spec::parse_date(DAY), keep: usize::MAX, ..Options::default() };
    let judgement = judge(&files, &options);
    let mut finding = judgement.findings().into_iter().find(|finding| finding.rule.id == rule.id)?.clone();
    fill(&mut finding, &files);
    let file = judgement.files.iter().find(|file| file.name == finding.at.file);
    let record = record(&finding, file, true);
    let kind = finding.table.map(|table| table.kind.name());
    let mut lines = introduction(case, &sample, &draft, lang);
    lines.push(record.message.get(lang).to_owned());
    lines.extend(source_lines(&record, kind, lang, PLAIN));
    lines.extend(facts(&record, lang).into_iter().map(|(label, said)| format!("{label}: {said}")));
    if !case.also.is_empty() {
        let also = case.also.join(", ");
        lines.push(match lang {
            Lang::Ja => format!("同時に指摘されるルール: {also}"),
            Lang::En => format!("found along with it: {also}"),
        });
    }
    Some(lines.iter().map(|line| safe(line).into_owned()).collect())
}

fn accepted(case: &Case, lang: Lang) -> Option<Vec<String>> {
    let sample = Draft::sample(case.on)?;
    let mut draft = sample.clone();
    let site = (case.edit)(&mut draft)?;
    let mut lines = introduction(case, &sample, &draft, lang);
    if let Some(record) = place(&draft, &site) {
        let table = edited(&draft, &site).map(|(table, _)| table);
        lines.extend(source_lines(&record, table.map(|table| table.kind.name()), lang, PLAIN));
    }
    Some(lines.iter().map(|line| safe(line).into_owned()).collect())
}

/// The excerpt, where the rule had only the place.
fn fill(finding: &mut Finding, files: &[(String, Vec<u8>)]) {
    if finding.excerpt.is_some() {
        return;
    }
    let Some(place) = finding.place else { return };
    let Some((_, bytes)) = files.iter().find(|(name, _)| **name == *finding.at.file) else { return };
    let start = place.record as usize;
    if let Some(row) = bytes.get(start..start + place.record_length as usize) {
        fill_excerpt(finding, row);
    }
}

/// The sample, and what became of its files.
fn introduction(case: &Case, sample: &Draft, draft: &Draft, lang: Lang) -> Vec<String> {
    let on = case.on;
    let mut lines = vec![match lang {
        Lang::Ja => format!("見本 examples/clean/{on} を書き換えたもの"),
        Lang::En => format!("an edit of the sample examples/clean/{on}"),
    }];
    let names = |draft: &Draft| draft.files.iter().map(|file| file.name.clone()).collect::<Vec<String>>();
    let (before, after) = (names(sample), names(draft));
    if before.len() == after.len() {
        for (before, after) in before.iter().zip(&after).filter(|(before, after)| before != after) {
            lines.push(match lang {
                Lang::Ja => format!("ファイル名の変更前: {before}"),
                Lang::En => format!("name before: {before}"),
            });
            lines.push(match lang {
                Lang::Ja => format!("ファイル名の変更後: {after}"),
                Lang::En => format!("name after:  {after}"),
            });
        }
        return lines;
    }
    for gone in before.iter().filter(|name| !after.contains(name)) {
        lines.push(match lang {
            Lang::Ja => format!("除いたファイル: {gone}"),
            Lang::En => format!("file left out: {gone}"),
        });
    }
    for new in after.iter().filter(|name| !before.contains(name)) {
        lines.push(match lang {
            Lang::Ja => format!("加えたファイル: {new}"),
            Lang::En => format!("file added: {new}"),
        });
    }
    lines
}

/// The place of an edit in the shape of a finding, for the lines that show it.
fn place(draft: &Draft, site: &Site) -> Option<FindingRecord> {
    if !stands(draft, site) {
        return None;
    }
    let at = draft.resolve(site);
    let (_, bytes) = draft.to_files().into_iter().find(|(name, _)| *name == at.file)?;
    let cut = at.bytes.clone().and_then(|range| excerpt(&bytes, &range));
    let text = cut.as_ref().map(|(_, cut)| mask::excerpt(cut, Encoding::Ms932, true));
    let nothing = || Pair { ja: String::new(), en: String::new() };
    Some(FindingRecord {
        rule: String::new(),
        severity: String::new(),
        capped: None,
        authority: String::new(),
        file: at.file,
        line: cut.as_ref().map(|(line, cut)| line + cut.lines).or(at.line),
        column: cut.as_ref().map(|(_, cut)| cut.before.count(Encoding::Ms932) as u64 + 1),
        item: edited(draft, site).and_then(|(table, column)| table.items.get(column)).map(|item| ItemRecord {
            no: item.no,
            key: item.key.name().to_owned(),
            name_ja: item.name_ja.clone(),
        }),
        bytes: at.bytes.map(|range| ByteRange { start: range.start, end: range.end }),
        message: nothing(),
        expected: None,
        got: None,
        fix: nothing(),
        cites: Vec::new(),
        because: None,
        reading: None,
        related: Vec::new(),
        excerpt: text,
        row: None,
        baselined: None,
    })
}

/// Whether the draft still has the place: a good example may name what it took away.
fn stands(draft: &Draft, site: &Site) -> bool {
    let (file, row, column) = match site {
        Site::File(file) | Site::Bytes(file, ..) | Site::End(file) => (*file, None, None),
        Site::Row(file, row) | Site::RowEnd(file, row) | Site::LineEnd(file, row) => (*file, Some(*row), None),
        Site::Cell(file, row, column) | Site::InCell(file, row, column, _) | Site::FromCell(file, row, column) => {
            (*file, Some(*row), Some(*column))
        }
    };
    let Some(file) = draft.files.get(file) else { return false };
    let Some(row) = row else { return true };
    let Some(row) = file.rows.get(row) else { return false };
    column.is_none_or(|column| column < row.cells.len())
}

/// The table and the column of an edited cell.
fn edited(draft: &Draft, site: &Site) -> Option<(&'static Table, usize)> {
    let (Site::Cell(file, row, column) | Site::InCell(file, row, column, _)) = site else { return None };
    let file = draft.files.get(*file)?;
    let cells = file.rows.get(*row)?.cells.len();
    let mut tables = spec::tables(file.version()?, file.kind()?).iter();
    Some((tables.find(|table| table.items.len() == cells)?, *column))
}

/// The part of the record around some bytes of a file, and the line on which that begins.
fn excerpt(bytes: &[u8], range: &Range<u64>) -> Option<(u64, Excerpt)> {
    let mut cut = None;
    scan(bytes, &mut |piece| {
        let Piece::Record(record) = piece else { return };
        let end = record.at + record.bytes.len() as u64;
        if cut.is_none() && (record.at..=end).contains(&range.start) {
            let mark = (range.start - record.at) as usize..(range.end.clamp(range.start, end) - record.at) as usize;
            let cells = record.cells.iter().map(|cell| (cell.span(), true));
            cut = Some((record.line, Excerpt::cut(record.bytes, mark, cells)));
        }
    });
    cut
}

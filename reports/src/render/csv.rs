//! A table of the findings for spreadsheets, with the reader's headings. Every cell is a text that no
//! spreadsheet takes for a formula.

use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use super::Encoding;
use super::known;
use super::text::{not_checked_line, omitted_line, related_line};
use crate::Lang;
use crate::model::{FindingRecord, Report};
use crate::safe::safe;
use crate::words::{self, pick};

/// 〓, for what CP932 has no character for.
const GETA: &[u8] = b"\x81\xAC";

const COLUMNS: usize = 20;
/// Digits that Excel shows of a number before it takes to exponents.
const NUMBER: usize = 11;

fn headings(lang: Lang) -> [&'static str; COLUMNS] {
    match lang {
        Lang::Ja => [
            "種類",
            "ファイル",
            "行",
            "桁",
            "開始バイト",
            "終了バイト",
            "重大度",
            "ルール",
            "根拠",
            "表の確からしさ",
            "項目番号",
            "項目名",
            "内容",
            "期待",
            "実際",
            "関連",
            "対処",
            "出典",
            "理由",
            "解釈",
        ],
        Lang::En => [
            "entry",
            "file",
            "line",
            "column",
            "first byte",
            "end byte",
            "severity",
            "rule",
            "authority",
            "capped by",
            "item no.",
            "item",
            "message",
            "expected",
            "found",
            "related",
            "fix",
            "cites",
            "because",
            "reading",
        ],
    }
}

/// One line per finding; then what is left out, the cases, what was not checked, and the verdict.
pub(super) fn write(report: &Report, lang: Lang, encoding: Encoding, out: &mut dyn Write) -> io::Result<()> {
    match encoding {
        Encoding::Utf8 => {
            // Excel takes a file without it for one in the encoding of the system.
            out.write_all("\u{FEFF}".as_bytes())?;
            table(report, lang, out)
        }
        Encoding::Cp932 => table(report, lang, &mut Cp932 { out, rest: Vec::new() }),
    }
}

fn table(report: &Report, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    writer.write_record(headings(lang)).map_err(of_writing)?;
    for finding in report.all_findings() {
        writer.write_record(row(finding, lang).map(|cell| inert(&cell))).map_err(of_writing)?;
    }
    for omitted in &report.omitted {
        let mut cells = entry(pick(lang, "省略", "left out"), &omitted_line(omitted, lang));
        cells[1] = omitted.file.clone().unwrap_or_default();
        cells[6] = words::severity(&omitted.severity, lang).to_owned();
        cells[7] = omitted.rule.clone();
        writer.write_record(cells.map(|cell| inert(&cell))).map_err(of_writing)?;
    }
    for record in &report.outcomes {
        let why = record.why.as_ref().map(|why| format!(": {}", why.get(lang))).unwrap_or_default();
        let mut cells = entry(pick(lang, "ケース", "case"), &format!("{}{why}", record.title.get(lang)));
        cells[6] = words::ended(record.outcome, lang).to_owned();
        cells[7] = record.case.clone();
        let files = record.evidence.iter().filter_map(|evidence| evidence.file.as_deref());
        cells[15] = files.collect::<Vec<_>>().join(" / ");
        writer.write_record(cells.map(|cell| inert(&cell))).map_err(of_writing)?;
    }
    for entry_of in &report.not_checked {
        let cells = entry(pick(lang, "未検査", "not checked"), &not_checked_line(entry_of, lang));
        writer.write_record(cells.map(|cell| inert(&cell))).map_err(of_writing)?;
    }
    let cells = entry(pick(lang, "判定", "verdict"), &words::verdict(report, lang));
    writer.write_record(cells.map(|cell| inert(&cell))).map_err(of_writing)?;
    writer.flush()
}

/// What kept the library from writing: the writer, as a line always has as many cells as the headings.
fn of_writing(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A line with nothing but its kind and what it says.
fn entry(kind: &str, said: &str) -> [String; COLUMNS] {
    let mut cells = [const { String::new() }; COLUMNS];
    cells[0] = kind.to_owned();
    cells[12] = said.to_owned();
    cells
}

fn row(finding: &FindingRecord, lang: Lang) -> [String; COLUMNS] {
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let pair = |pair: &Option<crate::Pair>| pair.as_ref().map(|pair| pair.get(lang).to_owned()).unwrap_or_default();
    let cites: Vec<&str> = finding.cites.iter().map(|cite| cite.get(lang)).collect();
    let related: Vec<String> = finding.related.iter().map(|related| related_line(related, lang)).collect();
    [
        match finding.baselined {
            None => pick(lang, "指摘", "finding").to_owned(),
            Some(_) => pick(lang, "既知", "known").to_owned(),
        },
        finding.file.clone(),
        number(finding.line),
        number(finding.column),
        number(finding.bytes.map(|bytes| bytes.start)),
        number(finding.bytes.map(|bytes| bytes.end)),
        words::severity(&finding.severity, lang).to_owned(),
        finding.rule.clone(),
        words::authority(&finding.authority, lang).to_owned(),
        finding.capped.clone().unwrap_or_default(),
        number(finding.item.as_ref().map(|item| u64::from(item.no))),
        finding.item.as_ref().map(|item| item.name_ja.clone()).unwrap_or_default(),
        format!("{}{}", finding.message.get(lang), known::mark(finding, lang)),
        value(&pair(&finding.expected)),
        value(&pair(&finding.got)),
        related.join(" / "),
        finding.fix.get(lang).to_owned(),
        cites.join(" / "),
        pair(&finding.because),
        pair(&finding.reading),
    ]
}

/// A cell that begins no formula, in half width or in full: an apostrophe makes a text of it.
pub(super) fn inert(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
    format!("{}{}", if formula { "'" } else { "" }, safe(cell))
}

/// A value that a spreadsheet shows as it stands in the file, and not as the number or day that it looks like.
fn value(text: &str) -> String {
    format!("{}{text}", if is_reshaped(text) { "'" } else { "" })
}

/// Whether it loses zeros, digits or its form: `0101`, a timestamp (`2.02610E+13`), `2026/10/05`, `1E5`.
fn is_reshaped(cell: &str) -> bool {
    if cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return cell.len() > NUMBER || cell.len() > 1 && cell.starts_with('0');
    }
    let is_digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    cell.contains(is_digit) && cell.chars().all(|c| is_digit(c) || "/-:.,eE ／－：．，Ｅｅ　".contains(c))
}

/// Encodes UTF-8 that arrives in pieces.
struct Cp932<'a> {
    out: &'a mut dyn Write,
    /// The beginning of a character whose end has not arrived.
    rest: Vec<u8>,
}

impl Write for Cp932<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let later = self.rest.split_off(whole);
        let text = String::from_utf8(std::mem::replace(&mut self.rest, later)).map_err(io::Error::other)?;
        self.out.write_all(&encode(&text))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn encode(text: &str) -> Vec<u8> {
    let (bytes, _, lacking) = encoding_rs::SHIFT_JIS.encode(text);
    if !lacking {
        return bytes.into_owned();
    }
    let mut encoded = Vec::with_capacity(text.len());
    for c in text.chars() {
        let mut buffer = [0; 4];
        match encoding_rs::SHIFT_JIS.encode(c.encode_utf8(&mut buffer)) {
            (bytes, _, false) => encoded.extend_from_slice(&bytes),
            (_, _, true) => encoded.extend_from_slice(GETA),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_a_spreadsheet_would_show_otherwise_is_a_text() {
        for text in ["20261007143000", "0000000101", "00", "2026/10/05", "1-2", "8:30", "1E5", "1.50", "２０２６"] {
            assert_eq!(value(text), format!("'{text}"));
        }
        for text in ["", "0", "12", "202410", "9970100013", "25項目", "/a/b.CSV", "##########", "e", "82 のみ"] {
            assert_eq!(value(text), text);
        }
    }
}

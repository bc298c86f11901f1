//! `bytes/control-character`

use super::{ENCODING, hex, put};
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::ms932::{Class, OddCharacter};
use crate::rule::{Basis, Case, Check, Out, RecordView, Rule};
use crate::rules::EVERY;
use crate::scan::{LineEnd, Record};
use crate::spec::Kind;
use crate::spec::keys::dltplan;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "bytes/control-character",
    severity: Severity::Error,
    title: Text { ja: "制御文字があります", en: "there is a control character" },
    why: Text {
        ja: "画面にも帳票にも表示されず、取込側のソフトがそこでデータの終わりとみなしたり、エラーにしたりすることがあります。",
        en: "It shows neither on screen nor on paper, and an import may stop or fail at it.",
    },
    fix: Text {
        ja: "出力する前に制御文字を取り除いてください。フリーテキスト内の改行はそのままで構いません。",
        en: "Remove control characters before the export. Line breaks inside free text may stay.",
    },
    basis: Basis::Derived {
        from: ENCODING,
        because: Text {
            ja: "項目の値は文字であり、改行のほかに制御文字を使う項目は定められていません。",
            en: "The values of items are characters; no item is said to hold a control character other than a line break.",
        },
    },
    reading: Some(Text {
        ja: "ファイル末尾の1A（EOF）とタブは、標準仕様に定めがなく実害も少ないため、警告とします。",
        en: "A final 1A (end of file) and tabs are warnings: the standard does not speak of them and most software bears them.",
    }),
    versions: EVERY,
    check: Check::Bytes(check),
    good: &[Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\r\n\n") }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x07") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x7F") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x00") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x00\x00\x00") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\t") },
        Case { on: "202407-table", also: &[], edit: end_mark },
        Case {
            on: "202407-delete",
            also: &[],
            // That the number is none is no second defect.
            edit: |draft| {
                let site = draft.set(Kind::Dltplan, 0, dltplan::INSURED_NUMBER, b"0000\x0000101")?;
                draft.within(site, 4..5)
            },
        },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    let record = &view.record;
    // One character again and again, as where the end of a file was never written, is one defect.
    let runs = view.odd.chunk_by(|a, b| a.range.end == b.range.start && byte(record, a) == byte(record, b));
    for run in runs.filter(|run| run[0].class == Class::Control) {
        let (byte, range) = (byte(record, &run[0]), run[0].range.start..run[run.len() - 1].range.end);
        let last = range.end == record.bytes.len() && record.end == LineEnd::Eof;
        let most = match byte {
            b'\t' => Severity::Warning,
            0x1A if last && run.len() == 1 => Severity::Warning,
            _ => Severity::Error,
        };
        let hex = hex(&[byte]);
        let name = name(byte);
        let (times_ja, times_en) = match run.len() {
            1 => (String::new(), String::new()),
            times => (format!("、{times}個続き"), format!(", {times} in a row")),
        };
        let finding = out.range(view, range);
        finding
            .at_most(most)
            .expected("制御文字のない文字列", "text without control characters")
            .got(format!("{hex}（{name}）"), format!("{hex} ({name})"))
            .say(
                format!("制御文字（{name}{times_ja}）があります"),
                format!("there is a control character ({name}{times_en})"),
            );
        if most == Severity::Error {
            finding.plain();
        }
    }
}

fn byte(record: &Record<'_>, odd: &OddCharacter) -> u8 {
    record.bytes[odd.range.start]
}

/// The name of a control character.
fn name(byte: u8) -> &'static str {
    const NAMES: [&str; 32] = [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR", "SO", "SI", "DLE",
        "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
    ];
    NAMES.get(usize::from(byte)).copied().unwrap_or("DEL")
}

/// 1A behind the last line end.
fn end_mark(draft: &mut Draft) -> Option<Site> {
    let file = draft.files.iter().position(|file| !file.rows.is_empty() && file.suffix.is_empty())?;
    let end = draft.resolve(&Site::End(file));
    let (line, at) = (end.line?, end.bytes?.start);
    draft.files[file].suffix = vec![0x1A];
    Some(Site::Bytes(file, line + 1, at..at + 1))
}

//! `csv/blank-line`

use crate::draft::{DraftRow, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, RecordView, Role, Rule};

use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::Kind;
use crate::spec::keys::up1kyo;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "csv/blank-line",
    severity: Severity::Error,
    title: Text { ja: "空行があります", en: "there is a blank line" },
    why: Text {
        ja: "空行は項目や値が1つもない行とみなされ、取込側でエラーになるか、そこでファイルの終わりとみなされます。",
        en: "A blank line is a row without items or values: an import rejects it or takes it for the end of the file.",
    },
    fix: Text {
        ja: "空行を取り除いてください。どの行の後にも空行がある場合は、改行コードがCR CR LF（0D 0D 0A）になっていないか確かめてください。",
        en: "Remove the blank line. Where one follows every row, see whether the rows end in CR CR LF (0D 0D 0A).",
    },
    basis: Basis::Derived {
        from: ITEM_TABLES,
        because: Text {
            ja: "どの行も、決められた数の項目からなります。",
            en: "Every row consists of the items of its table.",
        },
    },
    reading: None,
    versions: EVERY,
    check: Check::Csv(check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::OVERALL_POLICY, b"A\r\n\r\nB"),
    }],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| {
                let file = draft.index(Kind::Up1kyo)?;
                let blank = DraftRow { cells: vec![Vec::new()], separator: b",", end: b"\r\n".to_vec() };
                draft.files[file].rows.push(blank);
                Some(Site::LineEnd(file, draft.files[file].rows.len() - 1))
            },
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let file = draft.index(Kind::Upsikyu)?;
                let blank = DraftRow { cells: vec![Vec::new()], separator: b",", end: b"\r\n".to_vec() };
                draft.files[file].rows.insert(1, blank);
                Some(Site::LineEnd(file, 1))
            },
        },
        Case {
            on: "202407-result",
            also: &[],
            // What a spreadsheet writes for a row that was emptied.
            edit: |draft| {
                let file = draft.index(Kind::Upjsk)?;
                let cells = vec![Vec::new(); draft.files[file].rows.first()?.cells.len()];
                draft.files[file].rows.push(DraftRow { cells, separator: b",", end: b"\r\n".to_vec() });
                Some(Site::Row(file, draft.files[file].rows.len() - 1))
            },
        },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    if view.role == Role::Blank {
        let record = &view.record;
        let finding = if record.bytes.is_empty() {
            let end = record.at..record.at + record.end.bytes().len() as u64;
            out.bytes(record.line, end).got("改行だけの行", "a line end alone")
        } else {
            out.record(record, None).got("どの項目にも値がない行", "a row without a value")
        };
        finding.expected("データの行", "a row of data");
    }
}

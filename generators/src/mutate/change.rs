//! Says in words what an edit changed, by comparing the set before and after. Knows rows and items;
//! shows a value only where the table says that it tells nothing of a person.

use renkei_validator::decode::display;
use renkei_validator::draft::{Draft, DraftFile, Site};
use renkei_validator::rule::Rule;
use renkei_validator::spec::Item;
use renkei_validator::text::Message;

/// More changes than this are counted, not told one by one.
const TOLD: usize = 3;
/// A row with more changed items than this is told as a row.
const ITEMS: usize = 2;
/// A value with more characters than this is not shown.
const LONG: usize = 24;

/// The rule's title, and what was changed.
pub(super) fn words(rule: &Rule, before: &Draft, after: &Draft) -> Message {
    let changes = changes(before, after);
    let rest = changes.len().saturating_sub(TOLD);
    let told = &changes[..changes.len() - rest];
    let mut ja = told.iter().map(|change| change.ja.as_str()).collect::<Vec<_>>().join("。");
    let mut en = told.iter().map(|change| change.en.as_str()).collect::<Vec<_>>().join("; ");
    if rest > 0 {
        ja.push_str(&format!("。ほか{rest}か所"));
        en.push_str(&format!("; and {rest} more"));
    }
    Message::pair(format!("{}: {ja}", rule.title.ja), format!("{}: {en}", rule.title.en))
}

fn changes(before: &Draft, after: &Draft) -> Vec<Message> {
    let mut changes = Vec::new();
    let mut old: Vec<Option<&DraftFile>> = before.files.iter().map(Some).collect();
    let mut pairs: Vec<Option<&DraftFile>> = vec![None; after.files.len()];
    // A file is the one it was by its name, else by its bytes, else by its kind.
    let same: [fn(&DraftFile, &DraftFile) -> bool; 3] =
        [|a, b| a.name == b.name, |a, b| a.bytes() == b.bytes(), |a, b| a.kind() == b.kind()];
    for same in same {
        for (pair, new) in pairs.iter_mut().zip(&after.files).filter(|(pair, _)| pair.is_none()) {
            let found = old.iter_mut().find(|old| old.is_some_and(|old| same(old, new)));
            *pair = found.and_then(Option::take);
        }
    }
    for gone in old.into_iter().flatten() {
        let name = &gone.name;
        changes.push(Message::pair(format!("{name} を取り除きました"), format!("removed {name}")));
    }
    for (index, (pair, new)) in pairs.into_iter().zip(&after.files).enumerate() {
        match pair {
            None => {
                let name = &new.name;
                changes.push(Message::pair(format!("{name} を加えました"), format!("added {name}")));
            }
            Some(old) => {
                if old.name != new.name {
                    let (old, new) = (&old.name, &new.name);
                    changes.push(Message::pair(
                        format!("ファイル名を {old} から {new} に変えました"),
                        format!("renamed {old} to {new}"),
                    ));
                }
                within(before, old, after, index, &mut changes);
            }
        }
    }
    changes
}

/// What changed in a file.
fn within(before: &Draft, old: &DraftFile, after: &Draft, index: usize, changes: &mut Vec<Message>) {
    let new = &after.files[index];
    let name = &new.name;
    if old.prefix != new.prefix {
        let (a, b) = (old.prefix.len(), new.prefix.len());
        changes.push(Message::pair(
            format!("{name} の最初の行の前を{a}バイトから{b}バイトに変えました"),
            format!("{name}: what stands before the first row changed from {a} to {b} bytes"),
        ));
    }
    let rows = |file: &DraftFile| -> Vec<Vec<u8>> {
        file.rows.iter().map(|row| [row.bytes(), row.end.clone()].concat()).collect()
    };
    let (a, b) = (rows(old), rows(new));
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (head..a.len() - tail, head..b.len() - tail);
    let line = |draft: &Draft, file: usize, row: usize| draft.resolve(&Site::Row(file, row)).line.unwrap_or(1);
    if a.len() == b.len() {
        for row in b {
            let line = line(after, index, row);
            changed_row(old, new, row, line, changes);
        }
    } else {
        let old_index = before.files.iter().position(|file| std::ptr::eq(file, old));
        for row in a {
            let line = old_index.map_or(row as u64 + 1, |file| line(before, file, row));
            changes.push(Message::pair(
                format!("{name} から、元の{line}行目を取り除きました"),
                format!("{name}: removed what was line {line}"),
            ));
        }
        for row in b {
            let line = line(after, index, row);
            changes
                .push(Message::pair(format!("{name} に{line}行目を加えました"), format!("{name}: added line {line}")));
        }
    }
    if old.suffix != new.suffix {
        let (a, b) = (old.suffix.len(), new.suffix.len());
        changes.push(Message::pair(
            format!("{name} の最後の行の後を{a}バイトから{b}バイトに変えました"),
            format!("{name}: what stands after the last row changed from {a} to {b} bytes"),
        ));
    }
}

/// What changed in a row that both have.
fn changed_row(old: &DraftFile, new: &DraftFile, row: usize, line: u64, changes: &mut Vec<Message>) {
    let name = &new.name;
    let (a, b) = (&old.rows[row], &new.rows[row]);
    if a.bytes() == b.bytes() && a.end == b.end {
        return;
    }
    if a.end != b.end {
        let (a, b) = (end(&a.end), end(&b.end));
        changes.push(Message::pair(
            format!("{name} {line}行目の行末を{}から{}に変えました", a.ja, b.ja),
            format!("{name} line {line}: the line end changed from {} to {}", a.en, b.en),
        ));
    }
    if a.separator != b.separator {
        changes.push(Message::pair(
            format!("{name} {line}行目の項目の区切りを変えました"),
            format!("{name} line {line}: the items are separated by another character"),
        ));
    }
    if a.cells.len() != b.cells.len() {
        let (a, b) = (a.cells.len(), b.cells.len());
        changes.push(Message::pair(
            format!("{name} {line}行目の項目の数を{a}から{b}に変えました"),
            format!("{name} line {line}: the number of items changed from {a} to {b}"),
        ));
        return;
    }
    let columns: Vec<usize> = (0..b.cells.len()).filter(|&column| a.cells[column] != b.cells[column]).collect();
    if columns.len() > ITEMS {
        let count = columns.len();
        changes.push(Message::pair(
            format!("{name} {line}行目の{count}個の項目を変えました"),
            format!("{name} line {line}: changed {count} items"),
        ));
        return;
    }
    for column in columns {
        let item = old.table(a.cells.len()).and_then(|table| table.items.get(column));
        changes.push(changed_cell(name, line, column, item, &a.cells[column], &b.cells[column]));
    }
}

fn changed_cell(name: &str, line: u64, column: usize, item: Option<&Item>, a: &[u8], b: &[u8]) -> Message {
    let (ja, en) = match item {
        Some(item) => {
            let (no, key) = (item.no, item.key.name());
            (format!("No.{no} {}", item.name_ja), format!("No.{no} {key}"))
        }
        None => (format!("{}番目の項目", column + 1), format!("item {}", column + 1)),
    };
    match (item.is_some_and(|item| item.shown), value(a), value(b)) {
        (true, Some(a), Some(b)) => Message::pair(
            format!("{name} {line}行目の {ja} を「{a}」から「{b}」に変えました"),
            format!("{name} line {line}: {en} changed from \"{a}\" to \"{b}\""),
        ),
        (_, _, _) => {
            let (a, b) = (a.len(), b.len());
            Message::pair(
                format!("{name} {line}行目の {ja} の値を変えました（{a}バイトから{b}バイト）"),
                format!("{name} line {line}: the value of {en} changed ({a} to {b} bytes)"),
            )
        }
    }
}

/// A value in words, where it is short and nothing in it is lost.
fn value(cell: &[u8]) -> Option<String> {
    let text = display(cell);
    (text.chars().count() <= LONG && !text.contains('\u{FFFD}')).then_some(text)
}

fn end(bytes: &[u8]) -> Message {
    match bytes {
        b"\r\n" => Message::same("CR LF"),
        b"\n" => Message::same("LF"),
        b"\r" => Message::same("CR"),
        b"" => Message::pair("なし", "none"),
        _ => Message::pair(format!("{}バイト", bytes.len()), format!("{} bytes", bytes.len())),
    }
}

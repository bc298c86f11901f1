//! Says in words what an edit changed, by comparing the set before and after. Knows rows and items;
//! shows a value only where the table says that it tells nothing of a person.

use renkei_validator::decode::{Encoding, display};
use renkei_validator::draft::{Draft, DraftFile, DraftRow};
use renkei_validator::rule::Rule;
use renkei_validator::spec::Item;
use renkei_validator::text::Message;

/// More changes than this are counted, not told one by one.
const TOLD: usize = 3;
/// A row with more changed items than this is told as a row.
const ITEMS: usize = 2;
/// A value with more characters than this is not shown.
const LONG: usize = 24;

/// A change, and the file it is in where its words do not name it.
type Change<'a> = (Option<&'a str>, Message);

/// The rule's title, and what was changed.
pub(super) fn words(rule: &Rule, before: &Draft, after: &Draft) -> Message {
    let changes = changes(before, after);
    let (mut ja, mut en) = (format!("{}: ", rule.title.ja), format!("{}: ", rule.title.en));
    let mut last = None;
    for (number, (file, change)) in changes.iter().take(TOLD).enumerate() {
        if number > 0 {
            ja.push('。');
            en.push_str("; ");
        }
        if let Some(file) = file.filter(|_| *file != last) {
            ja.push_str(&format!("{file} "));
            en.push_str(&format!("{file} "));
        }
        last = *file;
        ja.push_str(&change.ja);
        en.push_str(&change.en);
    }
    let rest = changes.len().saturating_sub(TOLD);
    if rest > 0 {
        ja.push_str(&format!("。ほか{rest}か所"));
        en.push_str(&format!("; and {rest} more"));
    }
    Message::pair(ja, en)
}

fn changes<'a>(before: &'a Draft, after: &'a Draft) -> Vec<Change<'a>> {
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
        changes.push((None, Message::pair(format!("{name} を取り除きました"), format!("removed {name}"))));
    }
    for (pair, new) in pairs.into_iter().zip(&after.files) {
        match pair {
            None => {
                let name = &new.name;
                changes.push((None, Message::pair(format!("{name} を加えました"), format!("added {name}"))));
            }
            Some(old) => {
                if old.name != new.name {
                    let (old, new) = (&old.name, &new.name);
                    changes.push((
                        None,
                        Message::pair(
                            format!("ファイル名を {old} から {new} に変えました"),
                            format!("renamed {old} to {new}"),
                        ),
                    ));
                }
                within(old, new, &mut changes);
            }
        }
    }
    changes
}

/// What changed in a file.
fn within<'a>(old: &DraftFile, new: &'a DraftFile, changes: &mut Vec<Change<'a>>) {
    let mut say = |ja: String, en: String| changes.push((Some(new.name.as_str()), Message::pair(ja, en)));
    if old.prefix != new.prefix {
        let (a, b) = (old.prefix.len(), new.prefix.len());
        say(
            format!("最初の行の前を{a}バイトから{b}バイトに変えました"),
            format!("what stands before the first row changed from {a} to {b} bytes"),
        );
    }
    let rows = |file: &DraftFile| -> Vec<Vec<u8>> {
        file.rows.iter().map(|row| [row.bytes(), row.end.clone()].concat()).collect()
    };
    let (a, b) = (rows(old), rows(new));
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (head..a.len() - tail, head..b.len() - tail);
    let (old_lines, new_lines) = (lines(old), lines(new));
    if a.len() == b.len() {
        for row in b {
            changed_row(old, new, row, new_lines[row], &mut say);
        }
    } else {
        for row in a {
            let line = old_lines[row];
            say(format!("元の{line}行目を取り除きました"), format!("removed what was line {line}"));
        }
        for row in b {
            let line = new_lines[row];
            say(format!("{line}行目を加えました"), format!("added line {line}"));
        }
    }
    if old.suffix != new.suffix {
        let (a, b) = (old.suffix.len(), new.suffix.len());
        say(
            format!("最後の行の後を{a}バイトから{b}バイトに変えました"),
            format!("what stands after the last row changed from {a} to {b} bytes"),
        );
    }
}

/// The physical line that each row begins on.
fn lines(file: &DraftFile) -> Vec<u64> {
    let mut line = 1;
    let begins = |row: &DraftRow| {
        let begin = line;
        line += breaks(&row.bytes()) + breaks(&row.end);
        begin
    };
    file.rows.iter().map(begins).collect()
}

fn breaks(bytes: &[u8]) -> u64 {
    let pairs = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    (bytes.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count() - pairs) as u64
}

/// What changed in a row that both have.
fn changed_row(old: &DraftFile, new: &DraftFile, row: usize, line: u64, say: &mut dyn FnMut(String, String)) {
    let (a, b) = (&old.rows[row], &new.rows[row]);
    if a.bytes() == b.bytes() && a.end == b.end {
        return;
    }
    if a.end != b.end {
        let (a, b) = (end(&a.end), end(&b.end));
        say(
            format!("{line}行目の行末を{}から{}に変えました", a.ja, b.ja),
            format!("line {line}: the line end changed from {} to {}", a.en, b.en),
        );
    }
    if a.separator != b.separator {
        say(
            format!("{line}行目の項目の区切りを変えました"),
            format!("line {line}: the items are separated by another character"),
        );
    }
    if a.cells.len() != b.cells.len() {
        let (a, b) = (a.cells.len(), b.cells.len());
        say(
            format!("{line}行目の項目の数を{a}から{b}に変えました"),
            format!("line {line}: the number of items changed from {a} to {b}"),
        );
        return;
    }
    let columns: Vec<usize> = (0..b.cells.len()).filter(|&column| a.cells[column] != b.cells[column]).collect();
    if columns.len() > ITEMS {
        let count = columns.len();
        say(format!("{line}行目の{count}個の項目を変えました"), format!("line {line}: changed {count} items"));
        return;
    }
    for column in columns {
        let item = old.table(a.cells.len()).and_then(|table| table.items.get(column));
        // An item stands on another line than its row where items before it have line breaks.
        let line = line + b.cells[..column].iter().map(|cell| breaks(cell)).sum::<u64>();
        changed_cell(line, column, item, &a.cells[column], &b.cells[column], say);
    }
}

fn changed_cell(
    line: u64,
    column: usize,
    item: Option<&Item>,
    a: &[u8],
    b: &[u8],
    say: &mut dyn FnMut(String, String),
) {
    let (ja, en) = match item {
        Some(item) => {
            let (no, key) = (item.no, item.key.name());
            (format!("No.{no} {}", item.name_ja), format!("No.{no} {key}"))
        }
        None => (format!("{}番目の項目", column + 1), format!("item {}", column + 1)),
    };
    match (item.is_some_and(|item| item.shown), value(a), value(b)) {
        (true, Some(a), Some(b)) => say(
            format!("{line}行目の {ja} を「{a}」から「{b}」に変えました"),
            format!("line {line}: {en} changed from \"{a}\" to \"{b}\""),
        ),
        (_, _, _) => {
            let (a, b) = (a.len(), b.len());
            let (long_ja, long_en) = match a == b {
                true => (format!("{a}バイトのまま"), format!("{a} bytes as before")),
                false => (format!("{a}バイトから{b}バイト"), format!("{a} to {b} bytes")),
            };
            say(
                format!("{line}行目の {ja} の値を変えました（{long_ja}）"),
                format!("line {line}: the value of {en} changed ({long_en})"),
            )
        }
    }
}

/// A value in words, where it is short and nothing in it is lost.
fn value(cell: &[u8]) -> Option<String> {
    let text = display(cell, Encoding::Ms932);
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

//! A file as what it says: its kind, who sends it to whom, and its rows as values. Knows encodings and
//! items; compares nothing and judges nothing.

use encoding_rs::{EUC_JP, SHIFT_JIS};
use renkei_validator::decode::{self, Encoding, EncodingEvidence};
use renkei_validator::name::FileName;
use renkei_validator::scan::{Piece, Record, scan};
use renkei_validator::spec::{Key, Kind, Segment, Table, Version, keys, tables};

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Text without its quotes; empty where the item is.
    Text(String),
    /// Bytes that are no text: as much as can be read before the first that is none.
    Broken(String),
}

impl Value {
    /// What can be read of it.
    pub fn text(&self) -> &str {
        match self {
            Value::Text(text) | Value::Broken(text) => text,
        }
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// 1-based physical line.
    pub line: u64,
    /// As many as the table has items, or what else stands there.
    pub cells: Vec<Value>,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its name.
    pub name: FileName,
    /// Its kind.
    pub kind: Kind,
    /// The table that its rows are of; `None` where no row fits one, and for images.
    pub table: Option<&'static Table>,
    /// What its bytes speak for.
    pub encoding: Encoding,
    /// Its rows; none where the encoding hides them.
    pub rows: Vec<SheetRow>,
    /// The bytes of an image; empty for any other file.
    pub image: Vec<u8>,
}

impl Sheet {
    /// Reads a file. `None` where its name does not tell what it is.
    pub fn read(name: &str, bytes: &[u8]) -> Option<Sheet> {
        let name = FileName::parse(name);
        let kind = name.meant_kind()?;
        let mut sheet =
            Sheet { name, kind, table: None, encoding: Encoding::Ms932, rows: Vec::new(), image: Vec::new() };
        if kind == Kind::UpkihonImage {
            sheet.image = bytes.to_vec();
            return Some(sheet);
        }
        sheet.encoding = encoding(bytes);
        if sheet.encoding.keeps_structure() {
            let encoding = sheet.encoding;
            scan(bytes, &mut |piece| match piece {
                Piece::Record(record) if !record.is_blank() => sheet.rows.push(row(&record, encoding)),
                Piece::Record(_) | Piece::Bom(_) | Piece::Skipped { .. } => {}
            });
        }
        sheet.table = sheet.rows.iter().find_map(|row| table(kind, row));
        if let Some(table) = sheet.table {
            fill_down(table, &mut sheet.rows);
        }
        Some(sheet)
    }

    /// A part of its name; empty where it has none.
    pub fn part(&self, segment: Segment) -> &str {
        self.name.part(segment).unwrap_or_default()
    }
}

fn encoding(bytes: &[u8]) -> Encoding {
    let mut evidence = EncodingEvidence::default();
    evidence.start(bytes);
    scan(bytes, &mut |piece| match piece {
        Piece::Bom(bytes) => evidence.bom(bytes),
        Piece::Record(record) => evidence.record(&record),
        Piece::Skipped { .. } => {}
    });
    evidence.verdict().0
}

fn row(record: &Record<'_>, encoding: Encoding) -> SheetRow {
    let cells = record.cells.iter().map(|cell| value(record.content(cell), encoding)).collect();
    SheetRow { line: record.line, cells }
}

/// The content of a cell: quotes within are doubled there.
fn value(content: &[u8], encoding: Encoding) -> Value {
    let value = match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => match std::str::from_utf8(content) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(error) => Value::Broken(String::from_utf8_lossy(&content[..error.valid_up_to()]).into_owned()),
        },
        Encoding::EucJp => match EUC_JP.decode_without_bom_handling(content) {
            (text, false) => Value::Text(text.into_owned()),
            (text, true) => Value::Broken(text.split('\u{FFFD}').next().unwrap_or_default().to_owned()),
        },
        Encoding::Ms932 | Encoding::Utf16 | Encoding::Iso2022Jp | Encoding::NoText(_) => {
            match decode::decode(content) {
                decode::Text::Clean(text) => Value::Text(text.into_owned()),
                decode::Text::Undecodable { at } => {
                    Value::Broken(SHIFT_JIS.decode_without_bom_handling(&content[..at]).0.into_owned())
                }
            }
        }
    };
    let plain = |text: String| text.replace("\"\"", "\"").replace("\r\n", "\n").replace('\r', "\n");
    match value {
        Value::Text(text) => Value::Text(plain(text)),
        Value::Broken(text) => Value::Broken(plain(text)),
    }
}

/// The table that a row is of: that of the version it states, with as many items as it has cells.
fn table(kind: Kind, row: &SheetRow) -> Option<&'static Table> {
    let version = Version::parse(row.cells.first()?.text().as_bytes())?;
    tables(version, kind).iter().find(|table| table.items.len() == row.cells.len())
}

/// The number that a block of text goes with, and the items of the block, which rows of the same number may
/// leave blank or repeat (v41l UP2KYO No.7から12、UPYOBO_SUB No.5から13).
const BLOCKS: [(Kind, &[Key], &[Key]); 4] = [
    (Kind::Up2kyo, &[keys::up2kyo::ISSUE_NO], &[keys::up2kyo::ISSUE]),
    (
        Kind::Up2kyo,
        &[keys::up2kyo::ISSUE_NO, keys::up2kyo::SUPPORT_GOAL_NO],
        &[
            keys::up2kyo::LONG_TERM_GOAL,
            keys::up2kyo::SHORT_TERM_GOAL,
            keys::up2kyo::LONG_TERM_PERIOD,
            keys::up2kyo::SHORT_TERM_PERIOD,
        ],
    ),
    (
        Kind::UpyoboSub,
        &[keys::upyobo_sub::ISSUE_NO],
        &[
            keys::upyobo_sub::OVERALL_ISSUE,
            keys::upyobo_sub::GOAL_PROPOSAL,
            keys::upyobo_sub::PROPOSAL_INTENTION,
            keys::upyobo_sub::GOAL,
        ],
    ),
    (
        Kind::UpyoboSub,
        &[keys::upyobo_sub::ISSUE_NO, keys::upyobo_sub::SUPPORT_PLAN_NO],
        &[
            keys::upyobo_sub::SUPPORT_POINT,
            keys::upyobo_sub::SELF_CARE_INFORMAL,
            keys::upyobo_sub::INSURED_OR_COMMUNITY_SERVICE,
        ],
    ),
];

/// Whose rows a block stands in.
const PEOPLE: [Key; 3] = [keys::up2kyo::INSURER_NUMBER, keys::up2kyo::INSURED_NUMBER, keys::up2kyo::PLAN_CREATED_ON];

/// The columns of a row that say what the row above says, where it need not be said again: of UPYOBO_SUB it must
/// not.
pub(crate) fn repeated<T: AsRef<str>>(table: &Table, above: &[T], row: &[T]) -> Vec<usize> {
    let same = |columns: &[usize]| columns.iter().all(|&column| above[column].as_ref() == row[column].as_ref());
    let whole = above.len() == table.items.len() && row.len() == table.items.len();
    let blocks = blocks(table).filter(|(numbers, items)| whole && same(numbers) && same(items));
    blocks.flat_map(|(_, items)| items).collect()
}

/// The columns of the blocks of a table: those that tell one from another, and those that it says.
fn blocks(table: &Table) -> impl Iterator<Item = (Vec<usize>, Vec<usize>)> {
    let columns = |keys: &[Key]| keys.iter().filter_map(|key| table.column(*key)).collect::<Vec<_>>();
    let of_table = BLOCKS.iter().filter(|(kind, ..)| *kind == table.kind);
    of_table.map(move |(_, numbers, items)| ([columns(&PEOPLE), columns(numbers)].concat(), columns(items)))
}

/// Repeats what a row may leave blank because it stands in the row above.
pub(super) fn fill_down(table: &'static Table, rows: &mut [SheetRow]) {
    for (same, items) in blocks(table) {
        for at in 1..rows.len() {
            let (before, rest) = rows.split_at_mut(at);
            let (Some(above), Some(row)) = (before.last(), rest.first_mut()) else { continue };
            let whole = above.cells.len() == table.items.len() && row.cells.len() == table.items.len();
            if !whole || !same.iter().all(|&column| above.cells[column] == row.cells[column]) {
                continue;
            }
            // A block that says something of its own has been written whole.
            if items.iter().all(|&column| row.cells[column].text().is_empty()) {
                for &column in &items {
                    row.cells[column] = above.cells[column].clone();
                }
            }
        }
    }
}

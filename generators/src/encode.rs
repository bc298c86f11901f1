//! Writes rows as the bytes of a file. Which items a kind has, in which order, how long they are
//! and which are quoted comes from the tables of the standard. Knows no population and no file.

mod month;

pub use month::{
    Beside, Sheet, TypeUnits, delete_month, delete_result, level_code, result, sex_code, supplement, table6, table7,
};

use encoding_rs::SHIFT_JIS;
use renkei_validator::bind::YearMonth;
use renkei_validator::ms932::odd_characters;
use renkei_validator::spec::{Condition, ItemType, Key, Kind, Length, Required, Table, Version, tables};
use thiserror::Error;
use time::Date;

/// Why a row cannot be written: the value does not fit what the standard says of the item.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// The version has no such kind.
    #[error("version {version} has no kind {kind}")]
    NoKind {
        /// The version.
        version: Version,
        /// The kind.
        kind: Kind,
    },
    /// A character that MS932 has not, or that other tables read as another one.
    #[error("{kind} {item}: a character outside MS932 or of two readings in `{text}`")]
    Character {
        /// The kind.
        kind: Kind,
        /// The item's key.
        item: &'static str,
        /// What was to be written.
        text: String,
    },
    /// Longer or shorter than the item may be.
    #[error("{kind} {item}: `{text}` has not the length of the item")]
    Length {
        /// The kind.
        kind: Kind,
        /// The item's key.
        item: &'static str,
        /// What was to be written.
        text: String,
    },
    /// An item that must be filled is empty.
    #[error("{kind} {item}: nothing stands in a required item")]
    Missing {
        /// The kind.
        kind: Kind,
        /// The item's key.
        item: &'static str,
    },
    /// An office that the population has not.
    #[error("there is no office of index {index}")]
    NoOffice {
        /// The index.
        index: u32,
    },
}

/// A row in the making. What was put into an item stays there from row to row until something else
/// is put there; what the table has no item for is left out.
///
/// The first fault is kept and told by [`Line::end`], so that a row is written whole or not at all.
#[derive(Debug)]
pub struct Line {
    table: &'static Table,
    cells: Vec<Vec<u8>>,
    fault: Option<EncodeError>,
}

impl Line {
    /// An empty row, but for the version and what always stands in an item.
    pub fn new(version: Version, kind: Kind) -> Result<Line, EncodeError> {
        // Where an item may be missing altogether, the table without it is the last.
        let table = tables(version, kind).last().ok_or(EncodeError::NoKind { version, kind })?;
        let mut line = Line { table, cells: vec![Vec::new(); table.items.len()], fault: None };
        for (item, cell) in table.items.iter().zip(&mut line.cells) {
            if item.form == ItemType::Version {
                cell.extend_from_slice(version.value().as_bytes());
            }
            if let Some(fixed) = item.condition(|c| if let Condition::Is(value) = c { Some(value) } else { None }) {
                cell.extend_from_slice(fixed.as_bytes());
            }
        }
        Ok(line)
    }

    /// Empties an item.
    pub fn clear(&mut self, key: Key) {
        if let Some(column) = self.table.column(key) {
            self.cells[column].clear();
        }
    }

    /// Puts text into an item, in quotes where the item is free text. Nothing stays nothing.
    pub fn put(&mut self, key: Key, text: &str) {
        let Some(column) = self.table.column(key) else { return };
        let free = self.table.items[column].form == ItemType::Text;
        let cell = &mut self.cells[column];
        cell.clear();
        if text.is_empty() {
            return;
        }
        if !free {
            cell.extend_from_slice(text.as_bytes());
            if !text.bytes().all(|b| matches!(b, 0x20..=0x7E) && b != b',' && b != b'"') {
                self.refuse(column, text, Self::character);
            } else {
                self.measure(column);
            }
            return;
        }
        // The encoder folds these into 5C, 7E and 81 7C, which mean something else.
        let folded = text.contains(['\u{A5}', '\u{203E}', '\u{2212}']);
        let (encoded, _, unmappable) = SHIFT_JIS.encode(text);
        cell.push(b'"');
        for &byte in encoded.iter() {
            cell.push(byte);
            // 22 is never a trail byte.
            if byte == b'"' {
                cell.push(byte);
            }
        }
        cell.push(b'"');
        if folded || unmappable || !odd_characters(&encoded).is_empty() {
            self.refuse(column, text, Self::character);
        }
    }

    /// Puts a whole number into an item.
    pub fn put_number(&mut self, key: Key, number: i64) {
        let Some(column) = self.table.column(key) else { return };
        let cell = &mut self.cells[column];
        cell.clear();
        push_number(cell, number);
        self.measure(column);
    }

    /// Puts a number into an item, or nothing.
    pub fn put_number_or_none(&mut self, key: Key, number: Option<i64>) {
        match number {
            Some(number) => self.put_number(key, number),
            None => self.clear(key),
        }
    }

    /// Puts a day into an item, as YYYYMMDD.
    pub fn put_date(&mut self, key: Key, date: Date) {
        let Some(column) = self.table.column(key) else { return };
        let cell = &mut self.cells[column];
        cell.clear();
        push_padded(cell, date.year().unsigned_abs(), 4);
        push_padded(cell, u32::from(u8::from(date.month())), 2);
        push_padded(cell, u32::from(date.day()), 2);
        self.measure(column);
    }

    /// Puts a day into an item, or nothing.
    pub fn put_date_or_none(&mut self, key: Key, date: Option<Date>) {
        match date {
            Some(date) => self.put_date(key, date),
            None => self.clear(key),
        }
    }

    /// Puts a month into an item, as YYYYMM.
    pub fn put_month(&mut self, key: Key, month: YearMonth) {
        let Some(column) = self.table.column(key) else { return };
        let cell = &mut self.cells[column];
        cell.clear();
        push_padded(cell, u32::from(month.year), 4);
        push_padded(cell, u32::from(month.month), 2);
    }

    /// Puts a time into an item, as HHMM; nothing is 9999.
    pub fn put_time(&mut self, key: Key, minutes: Option<u16>) {
        let Some(column) = self.table.column(key) else { return };
        let cell = &mut self.cells[column];
        cell.clear();
        match minutes {
            Some(minutes) => {
                push_padded(cell, u32::from(minutes / 60), 2);
                push_padded(cell, u32::from(minutes % 60), 2);
            }
            None => cell.extend_from_slice(b"9999"),
        }
        self.measure(column);
    }

    /// Writes the row with its line end.
    pub fn end(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        for (item, cell) in self.table.items.iter().zip(&self.cells) {
            if cell.is_empty() && item.required == Required::Yes && !item.has(&Condition::FreeOnSumRows) {
                return Err(EncodeError::Missing { kind: self.table.kind, item: item.key.name() });
            }
        }
        for (column, cell) in self.cells.iter().enumerate() {
            if column > 0 {
                out.push(b',');
            }
            out.extend_from_slice(cell);
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn measure(&mut self, column: usize) {
        let length = self.cells[column].len();
        let item = &self.table.items[column];
        // 前月までの利用日数 is printed with 2 and was corrected to 5 in between.
        let up_to = item.condition(|c| if let Condition::UpTo(most) = c { Some(*most) } else { None });
        let fits = match item.length {
            Length::Free => true,
            Length::Exactly(wanted) => length == wanted,
            Length::AtMost(most) => length <= most.max(up_to.unwrap_or(0)),
        };
        if !fits {
            let text = String::from_utf8_lossy(&self.cells[column]).into_owned();
            self.refuse(column, &text, |kind, item, text| EncodeError::Length { kind, item, text });
        }
    }

    fn character(kind: Kind, item: &'static str, text: String) -> EncodeError {
        EncodeError::Character { kind, item, text }
    }

    fn refuse(&mut self, column: usize, text: &str, fault: fn(Kind, &'static str, String) -> EncodeError) {
        let item = self.table.items[column].key.name();
        self.fault.get_or_insert_with(|| fault(self.table.kind, item, text.to_owned()));
    }
}

/// Items with what stands in them: a row of a kind that has a place for every thought.
pub type Items = Vec<(Key, String)>;

/// Writes a row from items; those not named are empty.
pub fn row(out: &mut Vec<u8>, version: Version, kind: Kind, items: &[(Key, String)]) -> Result<(), EncodeError> {
    let mut line = Line::new(version, kind)?;
    for (key, text) in items {
        line.put(*key, text);
    }
    line.end(out)
}

/// A day as YYYYMMDD.
pub fn day(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day())
}

fn push_number(cell: &mut Vec<u8>, number: i64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        cell.push(b'-');
    }
    cell.extend_from_slice(&digits[at..]);
}

fn push_padded(cell: &mut Vec<u8>, number: u32, width: usize) {
    let start = cell.len();
    push_number(cell, i64::from(number));
    for _ in cell.len() - start..width {
        cell.insert(start, b'0');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_validator::spec::keys::{dltplan, upplan, upsikyu};

    fn dltplan_line() -> Line {
        let mut line = Line::new(Version::V202407, Kind::Dltplan).expect("the kind exists");
        line.put(dltplan::INSURER_NUMBER, "991018");
        line.put(dltplan::INSURED_NUMBER, "0000000101");
        line.put_month(dltplan::TARGET_MONTH, YearMonth { year: 2026, month: 4 });
        line
    }

    #[test]
    fn a_row_is_written_in_the_order_of_the_table() {
        let mut out = Vec::new();
        dltplan_line().end(&mut out).expect("the row is whole");
        assert_eq!(out, b"202407,991018,0000000101,202604\r\n");
    }

    #[test]
    fn free_text_is_quoted_and_its_quotes_are_doubled() {
        let mut line = Line::new(Version::V202407, Kind::Upplan).expect("the kind exists");
        line.put(upplan::PLAN_MANAGER_NAME, "髙\"ソ\"①");
        assert_eq!(line.cells[6], b"\"\xFB\xFC\"\"\x83\x5C\"\"\x87\x40\"");
        line.put(upplan::PLAN_MANAGER_NAME, "");
        assert_eq!(line.cells[6], b"");
    }

    #[test]
    fn characters_outside_ms932_or_of_two_readings_are_refused() {
        for text in ["𠮷野家", "～", "−", "¥", "㈱\u{1F600}", "a\tb", "―"] {
            let mut line = Line::new(Version::V202407, Kind::Upplan).expect("the kind exists");
            line.put(upplan::PLAN_MANAGER_NAME, text);
            let fault = line.end(&mut Vec::new());
            assert!(matches!(fault, Err(EncodeError::Character { .. })), "{text}: {fault:?}");
        }
        let mut line = dltplan_line();
        line.put(dltplan::INSURED_NUMBER, "１００００００００1");
        assert!(matches!(line.end(&mut Vec::new()), Err(EncodeError::Character { .. })));
    }

    #[test]
    fn a_value_of_another_length_and_an_empty_required_item_are_refused() {
        let mut out = Vec::new();
        let mut line = dltplan_line();
        line.put(dltplan::INSURED_NUMBER, "1");
        assert!(matches!(line.end(&mut out), Err(EncodeError::Length { item: "insured_number", .. })));
        let mut line = dltplan_line();
        line.clear(dltplan::INSURED_NUMBER);
        assert!(matches!(line.end(&mut out), Err(EncodeError::Missing { item: "insured_number", .. })));
        assert_eq!(out, b"");
    }

    #[test]
    fn what_a_version_has_no_item_for_is_left_out() {
        let items = |version, kind| Line::new(version, kind).map(|line| line.cells.len());
        assert_eq!(items(Version::V202407, Kind::Upsikyu), Ok(37));
        assert_eq!(items(Version::V202208, Kind::Upsikyu), Ok(34));
        assert_eq!(items(Version::V202003, Kind::Upsikyu), Ok(33));
        assert!(matches!(items(Version::V202208, Kind::Upkihon), Err(EncodeError::NoKind { .. })));
        let mut line = Line::new(Version::V202208, Kind::Upsikyu).expect("the kind exists");
        line.put(upsikyu::EQUIPMENT_NAME, "手すり");
        assert!(line.cells.iter().filter(|cell| !cell.is_empty()).eq([b"202208".as_slice(), b"9999999999"]));
    }

    #[test]
    fn numbers_and_times_are_written_plainly() {
        let mut line = Line::new(Version::V202407, Kind::Upplan).expect("the kind exists");
        line.put_number(upplan::UNITS, -120);
        line.put_time(upplan::START_TIME, Some(545));
        line.put_time(upplan::END_TIME, None);
        assert_eq!(line.cells[7], b"-120");
        assert_eq!(line.cells[11], b"0905");
        assert_eq!(line.cells[12], b"9999");
    }
}

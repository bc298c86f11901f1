//! Rows of 第7表 as parts of one person's table of one month. Knows where a row belongs; judges
//! nothing.

use std::collections::BTreeSet;

use crate::bind::{Known, Row, SumRow, YearMonth};
use crate::draft::DraftFile;
use crate::facts::{Person, person};
use crate::spec::keys::upsikyu;
use crate::spec::{Key, Kind};
use crate::together::Together;

/// Whose table, and of which month.
pub(crate) type Bill = (Person, YearMonth);

/// サービス種類コード
pub(crate) type ServiceType = [u8; 2];

/// What a row is, and of which service type; the type of the total row is `99`.
pub(crate) type Sort = (SumRow, ServiceType);

/// Tells where rows belong. A row of the same table as the one before is known by its bytes.
#[derive(Debug, Default)]
pub(crate) struct Positions {
    last: Option<([u8; 22], Bill)>,
}

impl Positions {
    /// Where a row belongs. `Absent` in any other kind, `Unreadable` where person or month are; the
    /// second value is `None` where the service code is unreadable or missing.
    pub(crate) fn of(&mut self, row: &Row<'_>) -> Known<(Bill, Option<Sort>)> {
        if row.table.kind != Kind::Upsikyu {
            return Known::Absent;
        }
        let bill = match self.last {
            Some((ref last, bill)) if is_same(row, last) => bill,
            Some(_) | None => {
                let (Some(person), Known::Is(month)) = (person(row), row.month(upsikyu::TARGET_MONTH)) else {
                    return Known::Unreadable;
                };
                self.last = bill_bytes(row).map(|bytes| (bytes, (person, month)));
                (person, month)
            }
        };
        let sort = row.fixed::<6>(upsikyu::SERVICE_CODE).is().map(|code| (SumRow::of(&code), [code[0], code[1]]));
        Known::Is((bill, sort))
    }
}

/// Whether person and month stand so in a row.
fn is_same(row: &Row<'_>, bytes: &[u8; 22]) -> bool {
    row.bytes(upsikyu::INSURED_NUMBER) == Known::Is(&bytes[6..16])
        && row.bytes(upsikyu::INSURER_NUMBER) == Known::Is(&bytes[..6])
        && row.bytes(upsikyu::TARGET_MONTH) == Known::Is(&bytes[16..])
}

/// Person and month as they stand in a row, where they are as long as they should be.
fn bill_bytes(row: &Row<'_>) -> Option<[u8; 22]> {
    let mut bytes = [0; 22];
    let mut at = 0;
    for (key, length) in [(upsikyu::INSURER_NUMBER, 6), (upsikyu::INSURED_NUMBER, 10), (upsikyu::TARGET_MONTH, 6)] {
        bytes.get_mut(at..at + length)?.copy_from_slice(row.bytes(key).is().filter(|part| part.len() == length)?);
        at += length;
    }
    Some(bytes)
}

/// Something for each service type of each table.
pub(crate) type ByType<T> = Together<Bill, ServiceType, T>;

/// Which rows of a file could not be placed, so that sums are not judged where they may be missing.
#[derive(Debug, Default)]
pub(crate) struct Placed {
    /// Tables with a row that may be anything.
    open: BTreeSet<Bill>,
    /// Whether some row belongs to nobody knows whom.
    blind: bool,
    positions: Positions,
}

impl Placed {
    /// Where a row belongs; `None` where it is no row of 第7表 or cannot be placed.
    pub(crate) fn place(&mut self, row: &Row<'_>) -> Option<(Bill, SumRow, ServiceType)> {
        match self.positions.of(row) {
            Known::Is((bill, Some((sort, service_type)))) => Some((bill, sort, service_type)),
            Known::Is((bill, None)) => {
                self.open.insert(bill);
                None
            }
            Known::Absent => None,
            Known::Unreadable => {
                self.blind = true;
                None
            }
        }
    }

    /// Whether every row could at least be given to somebody.
    pub(crate) fn sees_all(&self) -> bool {
        !self.blind
    }

    /// Whether every row of a table could be placed.
    pub(crate) fn is_whole(&self, bill: &Bill) -> bool {
        !self.open.contains(bill)
    }
}

/// A service type as text.
pub(crate) fn text(service_type: ServiceType) -> String {
    service_type.map(char::from).iter().collect()
}

/// The rows of a draft's file that are of the same table of one person and month as a row of it.
pub(crate) fn rows_beside(file: &DraftFile, row: usize) -> Vec<usize> {
    const BILL: [Key; 3] = [upsikyu::INSURER_NUMBER, upsikyu::INSURED_NUMBER, upsikyu::TARGET_MONTH];
    let same = |other: &usize| BILL.iter().all(|key| file.get(*other, *key) == file.get(row, *key));
    (0..file.rows.len()).filter(same).collect()
}

/// The detail rows among them that are of the same service type.
pub(crate) fn details_beside(file: &DraftFile, row: usize) -> Vec<usize> {
    let code = |row: usize| file.get(row, upsikyu::SERVICE_CODE);
    let same =
        |other: &usize| SumRow::of(code(*other)) == SumRow::Detail && code(*other).get(..2) == code(row).get(..2);
    rows_beside(file, row).into_iter().filter(same).collect()
}

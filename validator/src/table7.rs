//! What the rows of one person's 第7表 of one month add up to, gathered while they pass by. Knows where a
//! row belongs and what it gives; judges nothing.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::bind::{Known, Row, Subtotal, SumRow, YearMonth};
use crate::draft::DraftFile;
use crate::facts::{Person, person, place};
use crate::finding::Place;
use crate::spec::keys::upsikyu;
use crate::spec::{Key, Kind, Table};

/// Whose table, and of which month.
type Bill = (Person, YearMonth);

/// サービス種類コード
pub(crate) type ServiceType = [u8; 2];

/// The items that can be added up. Rates, prices per unit and days cannot.
pub(crate) const AMOUNTS: [Key; 10] = [
    upsikyu::SERVICE_UNITS_AMOUNT,
    upsikyu::MANAGED_UNITS,
    upsikyu::TYPE_LIMIT_OVER_UNITS,
    upsikyu::TYPE_LIMIT_WITHIN_UNITS,
    upsikyu::CATEGORY_LIMIT_OVER_UNITS,
    upsikyu::CATEGORY_LIMIT_WITHIN_UNITS,
    upsikyu::TOTAL_COST_INSURED,
    upsikyu::INSURANCE_CLAIM_AMOUNT,
    upsikyu::USER_COPAY_INSURED,
    upsikyu::USER_COPAY_FULL,
];

/// The place of サービス単位金額 among them.
const UNITS_AMOUNT: usize = 0;

/// What the rows of one person's table of one month add up to.
#[derive(Debug)]
pub struct Sums {
    /// The first row.
    pub(crate) first: Place,
    pub(crate) table: &'static Table,
    /// Whether there is a total row, or a row that may be one.
    pub(crate) has_total: bool,
    /// Whether some row may be anything.
    pub(crate) open: bool,
    pub(crate) types: Vec<(ServiceType, OfType)>,
    /// The first total row.
    pub(crate) total: Option<Box<Total>>,
}

/// The rows of one service type.
#[derive(Debug, Default)]
pub(crate) struct OfType {
    pub(crate) detail_rows: u32,
    /// サービスコード of the first detail row.
    pub(crate) first_detail: Option<(Place, &'static Table)>,
    pub(crate) has_within: bool,
    pub(crate) units: Units,
    pub(crate) details: Amounts,
    pub(crate) subtotals: Amounts,
}

/// サービス単位金額 of the rows of one service type.
#[derive(Debug, Default)]
pub(crate) struct Units {
    pub(crate) details: i64,
    pub(crate) detail_rows: u32,
    pub(crate) subtotals: i64,
    /// That of the first TTAAAA row that gives one.
    pub(crate) within: Option<(Place, &'static Table)>,
    /// Whether some row does not give it, or it cannot be read.
    pub(crate) open: bool,
}

/// A sum for each of [`AMOUNTS`], small because there are some for each service type of each user.
#[derive(Debug, Default)]
pub(crate) struct Amounts {
    sums: [i32; AMOUNTS.len()],
    /// One bit per amount: whether some row gives it.
    given: u16,
    /// One bit per amount: whether some row gives it and it cannot be read.
    open: u16,
}

/// A total row.
#[derive(Debug)]
pub(crate) struct Total {
    pub(crate) amounts: Amounts,
    spans: [(u32, u32); AMOUNTS.len()],
    row: Place,
    pub(crate) table: &'static Table,
}

/// Where the amounts stand in rows of a table.
#[derive(Debug)]
struct Columns {
    table: &'static Table,
    amounts: [Option<u16>; AMOUNTS.len()],
}

/// The tables of everybody.
#[derive(Debug, Default)]
pub(crate) struct AllSums {
    columns: Option<Columns>,
    /// Those of the person whose row came last, each with its month as it stands in the rows.
    open: Vec<([u8; 6], Bill, Sums)>,
    /// Of everybody else, those that are kept.
    parked: BTreeMap<Bill, Sums>,
    /// Whose row came last; `None` where it belongs to nobody knows whom.
    person: Option<Person>,
    /// Whether some row belongs to nobody knows whom.
    blind: bool,
}

impl AllSums {
    /// Takes a row. `same` says that it is of the same person as the one before.
    pub(crate) fn row(&mut self, row: &Row<'_>, same: bool) {
        if row.table.kind != Kind::Upsikyu {
            return;
        }
        if !same {
            self.park();
            self.person = person(row);
        }
        let columns = match self.columns.take() {
            Some(columns) if std::ptr::eq(columns.table, row.table) => columns,
            Some(_) | None => Columns::of(row.table),
        };
        match self.sums(row) {
            Some(sums) => sums.add(row, &columns),
            None => self.blind = true,
        }
        self.columns = Some(columns);
    }

    /// The table that a row is of.
    #[inline]
    fn sums(&mut self, row: &Row<'_>) -> Option<&mut Sums> {
        let person = self.person?;
        let month = row.bytes(upsikyu::TARGET_MONTH).is()?;
        let index = match self.open.iter().position(|(own, ..)| own == month) {
            Some(index) => index,
            None => {
                let bill = (person, YearMonth::parse(month)?);
                let sums = self.parked.remove(&bill).unwrap_or_else(|| Sums::of(row));
                self.open.push((month.try_into().ok()?, bill, sums));
                self.open.len() - 1
            }
        };
        self.open.get_mut(index).map(|(.., sums)| sums)
    }

    fn park(&mut self) {
        self.parked.extend(self.open.drain(..).map(|(_, bill, mut sums)| {
            sums.types.shrink_to_fit();
            (bill, sums)
        }));
    }

    /// Forgets the tables of the person whose row came last, if all of them are clean. `true` where it
    /// did.
    pub(crate) fn forget(&mut self, mut is_clean: impl FnMut(&Sums) -> bool) -> bool {
        let forgets = !self.open.is_empty() && self.open.iter().all(|(.., sums)| is_clean(sums));
        if forgets {
            self.open.clear();
        }
        forgets
    }

    /// All that are kept; none where a row may belong to any of them.
    pub(crate) fn all(&mut self) -> impl Iterator<Item = &Sums> + Clone {
        self.park();
        let blind = self.blind;
        self.parked.values().filter(move |_| !blind)
    }
}

impl Columns {
    fn of(table: &'static Table) -> Columns {
        Columns { table, amounts: AMOUNTS.map(|key| table.column(key).map(|column| column as u16)) }
    }

    /// An amount of a row.
    #[inline(always)]
    fn amount(&self, row: &Row<'_>, index: usize) -> Known<i64> {
        let column = self.amounts[index].map(usize::from);
        let Some(cell) = column.and_then(|column| row.record.cells.get(column)) else { return Known::Absent };
        let span = cell.span();
        // Most rows give few of them.
        if span.is_empty() { Known::Absent } else { number(row, span, AMOUNTS[index]) }
    }
}

#[inline(never)]
fn number(row: &Row<'_>, span: Range<usize>, key: Key) -> Known<i64> {
    match plain_number(row.record.bytes, span.start, span.len()) {
        Some(number) => Known::Is(number),
        None => row.integer(key),
    }
}

impl Sums {
    fn of(row: &Row<'_>) -> Sums {
        let first = Place::record(&row.record);
        Sums { first, table: row.table, has_total: false, open: false, types: Vec::new(), total: None }
    }

    fn add(&mut self, row: &Row<'_>, columns: &Columns) {
        let Known::Is(code) = row.fixed::<6>(upsikyu::SERVICE_CODE) else {
            self.open = true;
            self.has_total = true;
            return;
        };
        match SumRow::of(&code) {
            SumRow::Total => {
                self.has_total = true;
                self.total.get_or_insert_with(|| Box::new(Total::of(row, columns)));
            }
            SumRow::Detail => {
                let own = self.of_type([code[0], code[1]]);
                own.detail_rows += 1;
                if own.first_detail.is_none() {
                    own.first_detail = place(row, upsikyu::SERVICE_CODE).map(|place| (place, row.table));
                }
                own.details.add(row, columns);
                own.units.add(row, columns, None);
            }
            SumRow::Subtotal(subtotal) => {
                let own = self.of_type([code[0], code[1]]);
                own.has_within |= subtotal == Subtotal::Within;
                own.subtotals.add(row, columns);
                own.units.add(row, columns, Some(subtotal));
            }
        }
    }

    #[inline]
    fn of_type(&mut self, service_type: ServiceType) -> &mut OfType {
        let index = match self.types.iter().position(|(own, _)| *own == service_type) {
            Some(index) => index,
            None => {
                self.types.push((service_type, OfType::default()));
                self.types.len() - 1
            }
        };
        &mut self.types[index].1
    }
}

impl Units {
    fn add(&mut self, row: &Row<'_>, columns: &Columns, subtotal: Option<Subtotal>) {
        let Known::Is(amount) = columns.amount(row, UNITS_AMOUNT) else {
            self.open = true;
            return;
        };
        match subtotal {
            None => {
                self.details = self.details.saturating_add(amount);
                self.detail_rows += 1;
            }
            Some(subtotal) => {
                self.subtotals = self.subtotals.saturating_add(amount);
                if subtotal == Subtotal::Within && self.within.is_none() {
                    self.within = place(row, upsikyu::SERVICE_UNITS_AMOUNT).map(|place| (place, row.table));
                }
            }
        }
    }
}

impl Amounts {
    fn add(&mut self, row: &Row<'_>, columns: &Columns) {
        for index in 0..AMOUNTS.len() {
            let amount = match columns.amount(row, index) {
                Known::Is(amount) => i32::try_from(amount).ok(),
                Known::Absent => continue,
                Known::Unreadable => None,
            };
            self.given |= 1 << index;
            match amount.and_then(|amount| self.sums[index].checked_add(amount)) {
                Some(sum) => self.sums[index] = sum,
                None => self.open |= 1 << index,
            }
        }
    }

    /// The sum of an amount; `Unreadable` where some row's cannot be added.
    pub(crate) fn get(&self, index: usize) -> Known<i64> {
        if self.open & 1 << index != 0 {
            Known::Unreadable
        } else if self.given & 1 << index != 0 {
            Known::Is(i64::from(self.sums[index]))
        } else {
            Known::Absent
        }
    }
}

impl Total {
    fn of(row: &Row<'_>, columns: &Columns) -> Total {
        let mut amounts = Amounts::default();
        amounts.add(row, columns);
        let spans = AMOUNTS.map(|key| place(row, key).map_or((0, 0), |place| (place.start, place.end)));
        Total { amounts, spans, row: Place::record(&row.record), table: row.table }
    }

    /// The place of an amount.
    pub(crate) fn place(&self, index: usize) -> Option<Place> {
        let (start, end) = self.spans[index];
        let column = self.table.column(AMOUNTS[index])? as u16;
        Some(Place { start, end, column, ..self.row })
    }
}

/// So many bytes from a place on as a number, where they are up to eight digits and nothing else, as most
/// amounts are, and do not stand at the end.
#[inline]
fn plain_number(row: &[u8], start: usize, length: usize) -> Option<i64> {
    const ZEROS: u64 = u64::from_le_bytes(*b"00000000");
    const HIGH: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    const SIXES: u64 = 0x0606_0606_0606_0606;
    let bytes = u64::from_le_bytes(*row.get(start..)?.first_chunk()?);
    if !(1..=8).contains(&length) {
        return None;
    }
    // With zeros before them.
    let digits = bytes << (64 - 8 * length) | ZEROS.checked_shr(8 * length as u32).unwrap_or(0);
    if digits & HIGH != ZEROS || digits.wrapping_add(SIXES) & HIGH != ZEROS {
        return None;
    }
    // Digits become pairs, these fours, and these the number.
    let pairs = ((digits & !HIGH).wrapping_mul(10 << 8 | 1) >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_FFFF_0000_FFFF;
    Some((fours.wrapping_mul(10_000 << 32 | 1) >> 32) as i64)
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

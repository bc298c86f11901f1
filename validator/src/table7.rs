//! What the rows of one person's 第7表 of one month add up to, gathered while they pass by. Knows where a
//! row belongs and what it gives; judges nothing.

mod amounts;

use std::collections::BTreeMap;

pub(crate) use self::amounts::{AMOUNTS, Amounts};
use self::amounts::{Columns, Given, MANAGED_UNITS, OF_ALL_SERVICES, UNITS_AMOUNT};
use crate::bind::{Contents, Known, Row, Subtotal, SumRow, YearMonth, fixed};
use crate::draft::DraftFile;
use crate::facts::{Person, person};
use crate::finding::Place;
use crate::spec::keys::upsikyu;
use crate::spec::{Key, Kind, Table};

/// Whose table, and of which month.
type Bill = (Person, YearMonth);

/// サービス種類コード
pub(crate) type ServiceType = [u8; 2];

/// What the rows of one person's table of one month add up to.
#[derive(Debug)]
pub struct Sums {
    /// The first row.
    pub(crate) first: Place,
    pub(crate) table: &'static Table,
    /// Whether there is a total row, or a row that may be one.
    pub(crate) has_total: bool,
    /// Whether some row may be anything, or should not be there.
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
    has_outside: bool,
    has_beyond: bool,
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
    /// What of the details stands in TTEEEE, or in no subtotal where there is none, at most: rows without
    /// 給付管理単位数 may be outside the limit.
    outside: i64,
    /// Likewise in TTZZZZ: rows beyond 30 days.
    beyond: i64,
    /// That of the first TTAAAA row that gives one.
    pub(crate) within: Option<(Place, &'static Table)>,
    /// Whether some row does not give it, or it cannot be read.
    pub(crate) open: bool,
}

/// A total row.
#[derive(Debug)]
pub(crate) struct Total {
    pub(crate) amounts: Amounts,
    spans: [(u32, u32); AMOUNTS.len()],
    row: Place,
    pub(crate) table: &'static Table,
    /// サービスコード of the first total row after it that says something else.
    pub(crate) other: Option<Place>,
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
        if !same && row.table.kind == Kind::Upsikyu {
            self.park();
            self.person = person(row);
        }
        self.row_again(row);
    }

    /// Takes a row of the same person as the one before.
    #[inline]
    pub(crate) fn row_again(&mut self, row: &impl Contents) {
        let table = row.table();
        if table.kind != Kind::Upsikyu {
            return;
        }
        let columns = match &self.columns {
            Some(columns) if std::ptr::eq(columns.table, table) => columns,
            Some(_) | None => self.columns.insert(Columns::of(table)),
        };
        let person = self.person;
        let month = columns.month.map_or(Known::Absent, |column| row.content(usize::from(column))).is();
        let index = month.and_then(|month| {
            let known = self.open.iter().position(|(own, ..)| own == month);
            known.or_else(|| {
                let bill = (person?, YearMonth::parse(month)?);
                let month = month.try_into().ok()?;
                let sums = self.parked.remove(&bill).unwrap_or_else(|| Sums::of(row));
                self.open.push((month, bill, sums));
                Some(self.open.len() - 1)
            })
        });
        match index.filter(|_| person.is_some()).and_then(|index| self.open.get_mut(index)) {
            Some((.., sums)) => sums.add(row, columns),
            None => self.blind = true,
        }
    }

    /// Says that the row taken last has been there before: it is too many, whether it was added up or not.
    #[cold]
    pub(crate) fn repeated(&mut self, row: &Row<'_>) {
        let Known::Is(month) = row.bytes(upsikyu::TARGET_MONTH) else { return };
        if let Some((.., sums)) = self.open.iter_mut().find(|(own, ..)| own == month) {
            sums.open = true;
        }
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

    /// All that are kept; none where a row may belong to any of them, and of a person with several months none
    /// where one of these has no total: its rows may be meant as rows of another.
    pub(crate) fn all(&mut self) -> impl Iterator<Item = &Sums> + Clone {
        self.park();
        let (blind, parked) = (self.blind, &self.parked);
        let may_be_of_another = |person: &Person| {
            let own = parked.range((*person, YearMonth::FIRST)..=(*person, YearMonth::LAST));
            own.clone().count() > 1 && own.clone().any(|(_, sums)| !sums.has_total)
        };
        parked.iter().filter(move |((person, _), _)| !blind && !may_be_of_another(person)).map(|(_, sums)| sums)
    }
}

impl Sums {
    fn of(row: &impl Contents) -> Sums {
        let first = row.place(None);
        Sums { first, table: row.table(), has_total: false, open: false, types: Vec::new(), total: None }
    }

    #[inline]
    fn add(&mut self, row: &impl Contents, columns: &Columns) {
        let code = columns.code.and_then(|column| row.content(usize::from(column)).is());
        let Some(code) = code.and_then(fixed::<6>) else {
            self.open = true;
            self.has_total = true;
            return;
        };
        let sum_row = SumRow::of(&code);
        let given = Given::of(row, columns);
        let place = |column: Option<u16>| column.map(|column| (row.place(Some(usize::from(column))), row.table()));
        match sum_row {
            SumRow::Total => {
                self.has_total = true;
                match &mut self.total {
                    None => self.total = Some(Box::new(Total::of(row, &given, columns))),
                    Some(total) if total.other.is_none() && !total.says(&given) => {
                        total.other = place(columns.code).map(|(place, _)| place);
                    }
                    Some(_) => {}
                }
            }
            SumRow::Detail => {
                let own = self.of_type([code[0], code[1]]);
                own.detail_rows += 1;
                if own.first_detail.is_none() {
                    own.first_detail = place(columns.code);
                }
                own.details.add(&given);
                match given.units {
                    Some(amount) => {
                        own.units.details = own.units.details.saturating_add(amount);
                        own.units.detail_rows += 1;
                        let is_beyond = || {
                            let column = columns.over_30_days.map(usize::from);
                            column.is_some_and(|column| row.content(column) == Known::Is(b"1"))
                        };
                        if given.given & 1 << MANAGED_UNITS == 0 {
                            let apart = if is_beyond() { &mut own.units.beyond } else { &mut own.units.outside };
                            *apart = apart.saturating_add(amount.max(0));
                        }
                    }
                    None => own.units.open = true,
                }
            }
            SumRow::Subtotal(subtotal) => {
                let own = self.of_type([code[0], code[1]]);
                match subtotal {
                    Subtotal::Within => own.has_within = true,
                    Subtotal::Outside => own.has_outside = true,
                    Subtotal::Over30Days => own.has_beyond = true,
                }
                own.subtotals.add(&given);
                match given.units {
                    Some(amount) => {
                        own.units.subtotals = own.units.subtotals.saturating_add(amount);
                        if subtotal == Subtotal::Within && own.units.within.is_none() {
                            own.units.within = place(columns.amounts[UNITS_AMOUNT]);
                        }
                    }
                    None => own.units.open = true,
                }
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

impl OfType {
    /// What the subtotals may lack of the details: as TTEEEE and TTZZZZ are optional, what would stand in one
    /// may stand in none.
    pub(crate) fn may_lack(&self) -> i64 {
        let outside = if self.has_outside { 0 } else { self.units.outside };
        let beyond = if self.has_beyond { 0 } else { self.units.beyond };
        outside.saturating_add(beyond)
    }

    /// Whether the subtotals are not what the details make.
    pub(crate) fn contradicts_itself(&self) -> bool {
        let Units { details, detail_rows, subtotals, within, open, .. } = self.units;
        let is_wrong = subtotals > details || subtotals < details.saturating_sub(self.may_lack());
        !open && detail_rows > 0 && within.is_some() && is_wrong
    }

    /// The amounts that the subtotals sum up a part of the details of, or may do so.
    pub(crate) fn partly_summed(&self) -> u16 {
        let is_partial = self.may_lack() > 0 && (self.units.open || self.units.subtotals != self.units.details);
        if is_partial { self.subtotals.given() & OF_ALL_SERVICES } else { 0 }
    }

    /// The amounts of which it is not known whether the subtotals or the details are right.
    pub(crate) fn contradicted(&self) -> u16 {
        if self.contradicts_itself() { 1 << UNITS_AMOUNT } else { 0 }
    }
}

impl Total {
    fn of(row: &impl Contents, given: &Given, columns: &Columns) -> Total {
        let mut amounts = Amounts::default();
        amounts.add(given);
        let mut spans = [(0, 0); AMOUNTS.len()];
        for (index, span) in spans.iter_mut().enumerate().filter(|(index, _)| given.given >> index & 1 == 1) {
            if let Some(column) = columns.amounts[index] {
                let place = row.place(Some(usize::from(column)));
                *span = (place.start, place.end);
            }
        }
        Total { amounts, spans, row: row.place(None), table: row.table(), other: None }
    }

    fn says(&self, given: &Given) -> bool {
        let mut amounts = Amounts::default();
        amounts.add(given);
        amounts == self.amounts
    }

    /// Where it stands.
    pub(crate) fn row(&self) -> Place {
        self.row
    }

    /// The place of an amount that it gives.
    pub(crate) fn place(&self, index: usize) -> Option<Place> {
        let (start, end) = self.spans[index];
        let column = self.table.column(AMOUNTS[index])? as u16;
        Some(Place { start, end, column, ..self.row })
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

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use crate::spec::keys::upsikyu;
    use crate::spec::{Kind, Version, tables};
    use crate::{Options, judge};

    #[test]
    fn rows_with_and_without_an_item_that_may_be_absent_are_added_up_together() {
        let longest = tables(Version::V202003, Kind::Upsikyu).first().expect("it has the kind");
        let column = longest.column(upsikyu::MANAGED_UNITS).expect("it has the item");
        for odd in [0, 1] {
            let mut draft = Draft::sample("202003-table").expect("it is one");
            let file = draft.index(Kind::Upsikyu).expect("it has one");
            for (number, row) in draft.files[file].rows.iter_mut().enumerate() {
                match (number % 2 == odd, row.cells.len() == longest.items.len()) {
                    (true, false) => row.cells.insert(column, Vec::new()),
                    (false, true) => drop(row.cells.remove(column)),
                    (true, true) | (false, false) => {}
                }
            }
            let judgement = judge(&draft.to_files(), &Options::default());
            let found: Vec<_> = judgement.findings().iter().map(|finding| (finding.rule.id, finding.at.line)).collect();
            assert_eq!(found, []);
        }
    }
}

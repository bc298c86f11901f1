//! The amounts of 第7表 that can be added up: where they stand, what a row gives of them, and their sums.

use crate::bind::{Contents, Known, integer, plain_number};
use crate::spec::keys::upsikyu;
use crate::spec::{Key, Table};

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
pub(super) const UNITS_AMOUNT: usize = 0;

/// That of 給付管理単位数.
pub(super) const MANAGED_UNITS: usize = 1;

/// Those that services outside the limit and beyond 30 days have, too, one bit for each.
pub(super) const OF_ALL_SERVICES: u16 = 1 << UNITS_AMOUNT | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 9;

/// No table of this kind has more columns.
const MOST_COLUMNS: usize = u64::BITS as usize;

/// A sum for each of [`AMOUNTS`], small because there are some for each service type of each user.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Amounts {
    sums: [i32; AMOUNTS.len()],
    /// One bit per amount: whether some row gives it.
    given: u16,
    /// One bit per amount: whether some row gives it and it cannot be read.
    open: u16,
}

/// Where what is gathered stands in rows of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    pub(super) table: &'static Table,
    pub(super) month: Option<u16>,
    pub(super) code: Option<u16>,
    pub(super) over_30_days: Option<u16>,
    pub(super) amounts: [Option<u16>; AMOUNTS.len()],
    /// The columns of the amounts, one bit for each.
    pub(super) of_amounts: u64,
    /// The place that a column has among the amounts.
    pub(super) places: [u8; MOST_COLUMNS],
    /// How many characters an amount holds.
    pub(super) lengths: [u8; PLACES],
}

/// The amounts of a row, those that it does not give as 0.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Given {
    pub(super) amounts: [i32; PLACES],
    /// サービス単位金額, where it is known.
    pub(super) units: Option<i64>,
    /// One bit per amount: whether the row gives it.
    pub(super) given: u16,
    /// One bit per amount: whether it gives it and it cannot be read, or is beyond what is added up.
    pub(super) open: u16,
}

/// As many as there are bits for, and no fewer than amounts.
const PLACES: usize = 16;

impl Columns {
    pub(super) fn of(table: &'static Table) -> Columns {
        let column = |key| table.column(key).filter(|column| *column < MOST_COLUMNS).map(|column| column as u16);
        let amounts = AMOUNTS.map(column);
        let (mut of_amounts, mut places, mut lengths) = (0, [0; MOST_COLUMNS], [0; PLACES]);
        for (place, column) in amounts.iter().enumerate().filter_map(|(place, column)| Some((place, (*column)?))) {
            of_amounts |= 1 << column;
            places[usize::from(column)] = place as u8;
            lengths[place] = table.items[usize::from(column)].most().map_or(LONGEST, |most| most.min(LONGEST)) as u8;
        }
        let (month, code) = (column(upsikyu::TARGET_MONTH), column(upsikyu::SERVICE_CODE));
        let over_30_days = column(upsikyu::OVER_30_DAYS);
        Columns { table, month, code, over_30_days, amounts, of_amounts, places, lengths }
    }
}

/// Characters of an amount at most, with its sign: what is longer may be a person's number, out of another
/// column.
const LONGEST: usize = 9;

impl Given {
    #[inline]
    pub(super) fn of(row: &impl Contents, columns: &Columns) -> Given {
        let mut given = Given::default();
        // Most rows give few of them.
        let mut rest = row.filled() as u64 & columns.of_amounts;
        while rest != 0 {
            let column = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let index = usize::from(columns.places[column % MOST_COLUMNS]) % PLACES;
            let most = usize::from(columns.lengths[index]);
            let plain = |(bytes, length)| if length <= most { plain_number(bytes, length) } else { None };
            match row.start(column).and_then(plain) {
                Some(amount) => {
                    given.amounts[index] = amount as i32;
                    given.given |= 1 << index;
                }
                None => given.add(index, row.content(column), most),
            }
        }
        const UNITS: u16 = 1 << UNITS_AMOUNT;
        if given.given & UNITS != 0 && given.open & UNITS == 0 {
            given.units = Some(i64::from(given.amounts[UNITS_AMOUNT]));
        }
        given
    }

    /// Adds an amount that is not a few digits, or more characters than it holds.
    #[cold]
    fn add(&mut self, index: usize, content: Known<&[u8]>, most: usize) {
        let amount = match content {
            Known::Absent => return,
            Known::Is(content) if content.len() <= most => integer(content),
            Known::Is(_) | Known::Unreadable => None,
        };
        self.given |= 1 << index;
        match amount.and_then(|amount| i32::try_from(amount).ok()) {
            Some(amount) => self.amounts[index] = amount,
            None => self.open |= 1 << index,
        }
        if index == UNITS_AMOUNT {
            self.units = amount;
        }
    }
}

impl Amounts {
    #[inline]
    pub(super) fn add(&mut self, given: &Given) {
        self.given |= given.given;
        self.open |= given.open;
        let mut rest = given.given;
        while rest != 0 {
            let index = rest.trailing_zeros() as usize % AMOUNTS.len();
            rest &= rest - 1;
            let (new, is_beyond) = self.sums[index].overflowing_add(given.amounts[index]);
            self.sums[index] = new;
            self.open |= u16::from(is_beyond) << index;
        }
    }

    /// The amounts that some row gives, one bit for each.
    pub(crate) fn given(&self) -> u16 {
        self.given
    }

    /// Those that some row gives and that cannot be added up, likewise.
    pub(crate) fn unreadable(&self) -> u16 {
        self.open
    }

    /// Those whose sum is known.
    pub(crate) fn known(&self) -> u16 {
        self.given & !self.open
    }

    /// The sum of such an amount; 0 where no row gives it.
    pub(crate) fn sum(&self, index: usize) -> i64 {
        i64::from(self.sums[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Kind, Version, tables};

    #[test]
    fn services_outside_the_limit_have_no_units_within_or_over_one() {
        let of_all = (0..AMOUNTS.len()).filter(|index| OF_ALL_SERVICES >> index & 1 == 1).map(|index| AMOUNTS[index]);
        let expected = [
            upsikyu::SERVICE_UNITS_AMOUNT,
            upsikyu::TOTAL_COST_INSURED,
            upsikyu::INSURANCE_CLAIM_AMOUNT,
            upsikyu::USER_COPAY_INSURED,
            upsikyu::USER_COPAY_FULL,
        ];
        assert_eq!(of_all.collect::<Vec<_>>(), expected);
        assert_eq!(AMOUNTS[MANAGED_UNITS], upsikyu::MANAGED_UNITS);
    }

    #[test]
    fn a_number_too_long_for_an_amount_is_not_added_up() {
        for (number, expected) in [(&b"-99999999"[..], Some(-99_999_999)), (b"1234567890", None), (b"12,5", None)] {
            let mut given = Given::default();
            given.add(0, Known::Is(number), LONGEST);
            let known = given.open == 0;
            assert_eq!(known.then_some(given.amounts[0]), expected, "{}", String::from_utf8_lossy(number));
        }
    }

    #[test]
    fn an_amount_that_cannot_be_read_or_added_leaves_the_others_known() {
        for index in 0..AMOUNTS.len() {
            let give = |number| {
                let mut given = Given::default();
                given.add(index, Known::Is(number), LONGEST);
                given
            };
            let (negative, unreadable) = (give(b"-5"), give(b"5O"));
            assert_eq!((negative.given, negative.open, negative.amounts[index]), (1 << index, 0, -5));
            assert_eq!(negative.units, (index == UNITS_AMOUNT).then_some(-5));
            assert_eq!((unreadable.given, unreadable.open, unreadable.units), (1 << index, 1 << index, None));
            let most = Given { amounts: [i32::MAX; PLACES], given: 1 << index, ..Given::default() };
            for (parts, open) in [([&negative, &most], 0), ([&unreadable, &most], 1), ([&most, &most], 1)] {
                let mut sums = Amounts::default();
                parts.into_iter().for_each(|part| sums.add(part));
                assert_eq!((sums.given(), sums.unreadable()), (1 << index, open << index));
                assert_eq!(sums.known(), if open == 0 { 1 << index } else { 0 });
            }
        }
    }

    #[test]
    fn all_amounts_of_all_tables_are_among_the_columns() {
        for version in Version::ALL {
            for table in tables(version, Kind::Upsikyu) {
                assert!(table.items.len() <= MOST_COLUMNS);
                let amounts = AMOUNTS.iter().filter(|key| table.column(**key).is_some()).count();
                assert_eq!(Columns::of(table).of_amounts.count_ones() as usize, amounts);
            }
        }
    }
}

//! What depends on several columns of a row, by what is looked at of each. Knows what a check says that it
//! looks at; knows no rule in particular.

use super::Columns;
use super::cells::Look;
use super::memo::{Groups, Memo, SHORT, Short};
use crate::rule::{Part, RowCheck, Rule, Sees, sees};
use crate::spec::{Condition, Item, Key, Kind, Length, Table, keys::upsikyu};

/// Something that depends on several columns.
#[derive(Debug)]
pub(super) struct Observer {
    pub(super) what: Vec<What>,
    /// The columns that it looks at.
    pub(super) columns: Columns,
    sight: Sight,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Row(&'static Rule, RowCheck),
    /// The cell rules of a column, while it is empty.
    Empty(usize),
}

/// What it looks at of its columns.
#[derive(Debug)]
enum Sight {
    /// Their values.
    Values(Vec<u8>, Groups),
    /// Which of some are filled, and parts of others; and what row of sums it is, with parts that count on
    /// such rows alone.
    Glance { filled: u64, parts: Vec<(u8, Part)>, sums: Option<OfSums>, clean: Memo },
}

/// What is seen of rows of sums.
#[derive(Clone, Debug)]
struct OfSums {
    /// The column that tells them.
    code: u8,
    parts: Vec<(u8, Part)>,
}

/// The most columns whose values are remembered together.
const GROUP: usize = 4;

/// The most parts that are, each of so many bits.
const PARTS: usize = 3;
const PART_BITS: u32 = 21;

/// What a row rule, or a rule about an empty cell, says that it looks at.
#[derive(Debug)]
pub(super) enum Reads {
    Values(Vec<Key>),
    Glance(Vec<(Key, Sees)>),
}

impl What {
    pub(super) fn empty(self) -> Option<usize> {
        match self {
            What::Row(..) => None,
            What::Empty(column) => Some(column),
        }
    }
}

impl Observer {
    /// Adds what depends on columns of a table to others: to one that looks at much the same, if there is
    /// one, together with which it is asked then.
    pub(super) fn add(observers: &mut Vec<Observer>, table: &Table, what: What, reads: Reads) {
        let sight = Sight::of(table, reads);
        let columns = sight.columns();
        if columns == 0 {
            return;
        }
        for host in observers.iter_mut() {
            if let Some(both) = host.sight.with(&sight, table) {
                host.what.push(what);
                host.columns |= columns;
                host.sight = both;
                return;
            }
        }
        observers.push(Observer { what: vec![what], columns, sight });
    }

    /// Whether it tells digits of a column from others.
    pub(super) fn tells_digits(&self, column: usize) -> bool {
        match &self.sight {
            Sight::Values(columns, _) => columns.iter().any(|own| usize::from(*own) == column),
            Sight::Glance { parts, sums, .. } => {
                let of_sums = sums.iter().flat_map(|sums| sums.columns());
                parts.iter().map(|(own, _)| *own).chain(of_sums).any(|own| usize::from(own) == column)
            }
        }
    }

    /// Whether all of it had nothing to say where it saw what it sees of a row.
    #[inline(always)]
    pub(super) fn is_clean(&self, look: &Look<'_>) -> bool {
        match &self.sight {
            Sight::Values(columns, clean) => {
                values(columns, look).is_some_and(|values| clean.holds(&values[..columns.len()]))
            }
            Sight::Glance { filled, parts, sums, clean } => clean.holds(glance(*filled, parts, sums.as_ref(), look)),
        }
    }

    /// Remembers that it has nothing to say where it sees this.
    pub(super) fn learn(&mut self, look: &Look<'_>) {
        match &mut self.sight {
            Sight::Values(columns, clean) => {
                if let Some(values) = values(columns, look) {
                    clean.add(&values[..columns.len()]);
                }
            }
            Sight::Glance { filled, parts, sums, clean } => clean.add(glance(*filled, parts, sums.as_ref(), look)),
        }
    }
}

/// The values of some columns, where they are few and short.
#[inline(always)]
fn values(columns: &[u8], look: &Look<'_>) -> Option<[Short; GROUP]> {
    let mut values = [0; GROUP];
    for (value, column) in values.get_mut(..columns.len())?.iter_mut().zip(columns) {
        *value = look.short(usize::from(*column))?;
    }
    Some(values)
}

/// Which columns are filled, and parts of others, as one number.
#[inline(always)]
fn glance(filled: u64, parts: &[(u8, Part)], sums: Option<&OfSums>, look: &Look<'_>) -> Short {
    let mut seen = 0;
    let mut see = |column: u8, part: Part| {
        let content = look.content(usize::from(column));
        let part = if content.is_empty() { 0 } else { 1 + part(content) };
        debug_assert!(part >> PART_BITS == 0, "a part has less than {PART_BITS} bits");
        seen = seen << PART_BITS | u64::from(part);
        part
    };
    for (column, part) in parts {
        see(*column, *part);
    }
    if let Some(OfSums { code, parts }) = sums {
        let row = see(*code, sees::sum_row);
        if row > 0 && sees::is_of_sums(row - 1) {
            for (column, part) in parts {
                see(*column, *part);
            }
        } else {
            seen <<= PART_BITS * parts.len() as u32;
        }
    }
    Short::from(seen) << u64::BITS | Short::from(look.filled() as u64 & filled)
}

impl OfSums {
    fn columns(&self) -> impl Iterator<Item = u8> {
        self.parts.iter().map(|(column, _)| *column).chain([self.code])
    }
}

impl Sight {
    fn of(table: &Table, reads: Reads) -> Sight {
        match reads {
            Reads::Values(keys) => {
                let columns = keys.iter().filter_map(|key| Some(table.column(*key)? as u8));
                Sight::Values(sorted(columns.collect()), Groups::default())
            }
            Reads::Glance(items) => {
                let (mut filled, mut parts, mut of_sums) = (0_u64, Vec::new(), Vec::new());
                let (mut tells_sums, mut fits) = (false, true);
                for (column, sees) in items.iter().filter_map(|(key, sees)| Some((table.column(*key)?, sees))) {
                    match sees {
                        Sees::Filled if column < u64::BITS as usize => filled |= 1 << column,
                        Sees::Filled => fits = false,
                        Sees::SumRow => tells_sums = true,
                        Sees::Part(part) => push_new(&mut parts, (column as u8, *part)),
                        Sees::OfSums(part) => push_new(&mut of_sums, (column as u8, *part)),
                    }
                }
                tells_sums |= !of_sums.is_empty();
                let code = if tells_sums { table.column(upsikyu::SERVICE_CODE) } else { None };
                let sums = code.map(|code| OfSums { code: code as u8, parts: of_sums.clone() });
                fits &= sums.is_some() || of_sums.is_empty();
                if fits && count(&parts, sums.as_ref()) <= PARTS {
                    Sight::Glance { filled, parts, sums, clean: Memo::default() }
                } else {
                    let code = tells_sums.then_some(upsikyu::SERVICE_CODE);
                    Sight::of(table, Reads::Values(items.into_iter().map(|(key, _)| key).chain(code).collect()))
                }
            }
        }
    }

    fn columns(&self) -> Columns {
        let of = |columns: &mut dyn Iterator<Item = u8>| columns.fold(0, |bits, column| bits | 1 << column);
        match self {
            Sight::Values(columns, _) => of(&mut columns.iter().copied()),
            Sight::Glance { filled, parts, sums, .. } => {
                let of_sums = sums.iter().flat_map(|sums| sums.columns());
                Columns::from(*filled) | of(&mut parts.iter().map(|(column, _)| *column).chain(of_sums))
            }
        }
    }

    /// Both together, where they are much the same.
    fn with(&self, other: &Sight, table: &Table) -> Option<Sight> {
        match (self, other) {
            (Sight::Values(own, _), Sight::Values(others, _)) => {
                let shared = own.iter().any(|column| others.contains(column));
                let both = sorted([own.as_slice(), others].concat());
                let fits =
                    both.len() <= GROUP && both.iter().all(|column| is_short(&table.items[usize::from(*column)]));
                (shared && fits).then(|| Sight::Values(both, Groups::default()))
            }
            (
                Sight::Glance { filled, parts, sums, .. },
                Sight::Glance { filled: more, parts: others, sums: other_sums, .. },
            ) => {
                let same_part = parts.iter().any(|part| others.iter().any(|other| is_same(part, other)));
                let shared = same_part || sums.is_some() && other_sums.is_some();
                let mut both = parts.clone();
                others.iter().for_each(|part| push_new(&mut both, *part));
                let mut sums = sums.clone().or_else(|| other_sums.clone());
                if let (Some(sums), Some(other)) = (&mut sums, other_sums) {
                    other.parts.iter().for_each(|part| push_new(&mut sums.parts, *part));
                }
                let fits = count(&both, sums.as_ref()) <= PARTS;
                let filled = filled | more;
                (shared && fits).then(|| Sight::Glance { filled, parts: both, sums, clean: Memo::default() })
            }
            (Sight::Values(..), Sight::Glance { .. }) | (Sight::Glance { .. }, Sight::Values(..)) => None,
        }
    }
}

/// What rules about an empty cell may look at.
pub(super) fn of_empty(kind: Kind, item: &Item) -> Option<Reads> {
    let (mut keys, mut sums) = (Vec::new(), false);
    for condition in &item.conditions {
        match condition {
            Condition::RequiredIf(key, _)
            | Condition::ExpectedIf(key, _)
            | Condition::ZeroOrDate(key)
            | Condition::NotBefore(key)
            | Condition::Within(key)
            | Condition::OnlyWith(key)
            | Condition::AfterSlot(key)
            | Condition::EquipmentWith(key) => keys.push(*key),
            Condition::EmptyOnSumRows
            | Condition::FreeOnSumRows
            | Condition::ZeroOnSumRows
            | Condition::NinesOnTotalRow => sums |= kind == Kind::Upsikyu,
            Condition::SameAsName
            | Condition::ZeroOrMonth
            | Condition::Expected
            | Condition::Range(..)
            | Condition::Is(_)
            | Condition::UpTo(_)
            | Condition::MayBeAbsent
            | Condition::NinesMeanNone
            | Condition::NumberedFor(_) => {}
        }
    }
    // Whether it is empty counts, too.
    match (keys.is_empty(), sums) {
        (true, false) => None,
        (true, true) => Some(Reads::Glance(vec![(upsikyu::SERVICE_CODE, Sees::SumRow), (item.key, Sees::Filled)])),
        (false, _) => {
            keys.push(item.key);
            keys.extend(sums.then_some(upsikyu::SERVICE_CODE));
            Some(Reads::Values(keys))
        }
    }
}

/// How many parts there are of both.
fn count(parts: &[(u8, Part)], sums: Option<&OfSums>) -> usize {
    parts.len() + sums.map_or(0, |sums| 1 + sums.parts.len())
}

fn sorted(mut columns: Vec<u8>) -> Vec<u8> {
    columns.sort_unstable();
    columns.dedup();
    columns
}

fn push_new(parts: &mut Vec<(u8, Part)>, new: (u8, Part)) {
    if !parts.iter().any(|part| is_same(part, &new)) {
        parts.push(new);
    }
}

/// Whether two parts are the same; where that cannot be told, both are looked at.
fn is_same((column, part): &(u8, Part), (other, its): &(u8, Part)) -> bool {
    column == other && std::ptr::fn_addr_eq(*part, *its)
}

/// Whether values of an item are remembered as short ones.
fn is_short(item: &Item) -> bool {
    match item.length {
        Length::Exactly(length) | Length::AtMost(length) => length <= SHORT,
        Length::Free => false,
    }
}

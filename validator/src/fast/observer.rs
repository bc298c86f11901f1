//! What depends on several columns of a row, by what is looked at of each. Knows what a check says that it
//! looks at; knows no rule in particular.

use super::Columns;
use super::cells::Look;
use super::memo::{Groups, SHORT, Short};
use crate::rule::{Part, RowCheck, Rule, Sees};
use crate::spec::{Condition, Item, Key, Kind, Length, Table, keys::upsikyu};

/// Something that depends on several columns.
#[derive(Debug)]
pub(super) struct Observer {
    pub(super) what: Vec<What>,
    /// The columns that it looks at.
    pub(super) columns: Columns,
    sight: Sight,
    clean: Groups,
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
    Values(Vec<u8>),
    /// Which of some are filled, and parts of others.
    Glance { filled: Columns, parts: Vec<(u8, Part)> },
}

/// The most columns whose values are remembered together.
const GROUP: usize = 4;

/// The most parts that are, each of so many bits.
const PARTS: usize = 3;
const PART_BITS: u32 = Short::BITS / PARTS as u32;

/// What an observer sees of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    values: [Short; GROUP],
    count: usize,
}

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
        observers.push(Observer { what: vec![what], columns, sight, clean: Groups::default() });
    }

    /// Whether it tells digits of a column from others.
    pub(super) fn tells_digits(&self, column: usize) -> bool {
        match &self.sight {
            Sight::Values(columns) => columns.iter().any(|own| usize::from(*own) == column),
            Sight::Glance { parts, .. } => parts.iter().any(|(own, _)| usize::from(*own) == column),
        }
    }

    /// What it sees of a row; `None` where that is much.
    #[inline]
    pub(super) fn see(&self, look: &Look<'_>) -> Option<Seen> {
        let mut seen = Seen { values: [0; GROUP], count: 0 };
        match &self.sight {
            Sight::Values(columns) => {
                seen.count = columns.len();
                for (value, column) in seen.values.get_mut(..columns.len())?.iter_mut().zip(columns) {
                    *value = look.short(usize::from(*column))?;
                }
            }
            Sight::Glance { filled, parts } => {
                seen.count = 2;
                seen.values[0] = look.filled() & filled;
                for (column, part) in parts {
                    let content = look.content(usize::from(*column));
                    let part = if content.is_empty() { 0 } else { 1 + Short::from(part(content)) };
                    seen.values[1] = seen.values[1] << PART_BITS | part;
                }
            }
        }
        Some(seen)
    }

    /// Whether all of it had nothing to say where it saw this.
    #[inline]
    pub(super) fn is_clean(&self, seen: &Seen) -> bool {
        self.clean.holds(&seen.values[..seen.count])
    }

    /// Remembers that.
    pub(super) fn learn(&mut self, seen: &Seen) {
        self.clean.add(&seen.values[..seen.count]);
    }
}

impl Sight {
    fn of(table: &Table, reads: Reads) -> Sight {
        match reads {
            Reads::Values(keys) => {
                let columns = keys.iter().filter_map(|key| Some(table.column(*key)? as u8));
                Sight::Values(sorted(columns.collect()))
            }
            Reads::Glance(items) => {
                let (mut filled, mut parts) = (0, Vec::new());
                for (column, sees) in items.iter().filter_map(|(key, sees)| Some((table.column(*key)?, sees))) {
                    match sees {
                        Sees::Filled => filled |= 1 << column,
                        Sees::Part(part) => push_new(&mut parts, (column as u8, *part)),
                    }
                }
                if parts.len() <= PARTS {
                    Sight::Glance { filled, parts }
                } else {
                    Sight::of(table, Reads::Values(items.into_iter().map(|(key, _)| key).collect()))
                }
            }
        }
    }

    fn columns(&self) -> Columns {
        let of = |columns: &mut dyn Iterator<Item = u8>| columns.fold(0, |bits, column| bits | 1 << column);
        match self {
            Sight::Values(columns) => of(&mut columns.iter().copied()),
            Sight::Glance { filled, parts } => filled | of(&mut parts.iter().map(|(column, _)| *column)),
        }
    }

    /// Both together, where they are much the same.
    fn with(&self, other: &Sight, table: &Table) -> Option<Sight> {
        match (self, other) {
            (Sight::Values(own), Sight::Values(others)) => {
                let shared = own.iter().any(|column| others.contains(column));
                let both = sorted([own.as_slice(), others].concat());
                let fits =
                    both.len() <= GROUP && both.iter().all(|column| is_short(&table.items[usize::from(*column)]));
                (shared && fits).then_some(Sight::Values(both))
            }
            (Sight::Glance { filled, parts }, Sight::Glance { filled: more, parts: others }) => {
                let shared = parts.iter().any(|part| others.iter().any(|other| is_same(part, other)));
                let mut both = parts.clone();
                others.iter().for_each(|part| push_new(&mut both, *part));
                (shared && both.len() <= PARTS).then_some(Sight::Glance { filled: filled | more, parts: both })
            }
            (Sight::Values(_), Sight::Glance { .. }) | (Sight::Glance { .. }, Sight::Values(_)) => None,
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
        (true, true) => Some(Reads::Glance(vec![(upsikyu::SERVICE_CODE, Sees::SUM_ROW), (item.key, Sees::Filled)])),
        (false, _) => {
            keys.push(item.key);
            keys.extend(sums.then_some(upsikyu::SERVICE_CODE));
            Some(Reads::Values(keys))
        }
    }
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

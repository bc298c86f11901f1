//! Endings of cells that were proved clean: most rows of a template differ in a day alone. What else
//! was looked at with them is their context. Knows values; knows no rule.

use super::memo::Short;

/// How many bytes an ending has.
pub(super) const ENDING: usize = 2;

/// The last bytes of a cell.
pub(super) type Ending = [u8; ENDING];

/// The most columns that may be looked at together with one.
pub(super) const BESIDE: usize = 3;

/// How many contexts are remembered.
const SLOTS: usize = 64;

/// What is the same wherever endings are as clean: the column, what stands in it before them, and what
/// stands in the columns that are looked at together with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Around {
    pub(super) column: u8,
    pub(super) before: Short,
    pub(super) beside: [Short; BESIDE],
}

/// A context as it was at some time; the default one is none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Context {
    column: u8,
    slot: u8,
    /// That of its slot; 0 where there is none.
    stamp: u32,
}

impl Context {
    #[inline(always)]
    pub(super) fn column(self) -> u8 {
        self.column
    }
}

#[derive(Debug, Default)]
pub(super) struct Endings {
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Counts what it was used for.
    stamp: u32,
    around: Around,
    /// One bit for each pair of digits.
    clean: u128,
}

impl Endings {
    /// Whether a pair of digits is known to be clean in a context.
    #[inline(always)]
    pub(super) fn hold(&self, context: Context, ending: Ending) -> bool {
        let slot = self.slots.get(usize::from(context.slot));
        slot.is_some_and(|slot| slot.stamp == context.stamp && slot.clean >> pair(ending) & 1 == 1)
    }

    /// Remembers a pair of digits, and gives the context it is remembered in.
    pub(super) fn add(&mut self, around: Around, ending: Ending) -> Context {
        if self.slots.is_empty() {
            let nothing = Around { column: u8::MAX, before: 0, beside: [0; BESIDE] };
            self.slots.resize(SLOTS, Slot { stamp: 0, around: nothing, clean: 0 });
        }
        let index = place(&around);
        let slot = &mut self.slots[index];
        if slot.around != around {
            *slot = Slot { stamp: slot.stamp.wrapping_add(1).max(1), around, clean: 0 };
        }
        slot.clean |= 1 << pair(ending);
        Context { column: around.column, slot: index as u8, stamp: slot.stamp }
    }
}

/// Two digits as a number below 128, whatever bytes they are.
#[inline(always)]
fn pair([tens, ones]: Ending) -> u32 {
    (u32::from(tens.wrapping_sub(b'0')) * 10 + u32::from(ones.wrapping_sub(b'0'))) % 128
}

fn place(around: &Around) -> usize {
    let mut hash = u64::from(around.column);
    for value in [around.before].iter().chain(&around.beside) {
        let mixed = (*value as u64) ^ ((value >> 64) as u64).rotate_left(29);
        hash = (hash.rotate_left(23) ^ mixed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    (hash >> (64 - SLOTS.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_is_clean_in_its_context_alone() {
        let around = |column, before| Around { column, before, beside: [7; BESIDE] };
        let mut endings = Endings::default();
        assert!(!endings.hold(Context::default(), *b"00"));
        let context = endings.add(around(9, 1), *b"04");
        assert!(endings.hold(context, *b"04"));
        assert!(!endings.hold(context, *b"05"));
        let other = endings.add(around(9, 2), *b"05");
        assert!(!endings.hold(other, *b"04") && endings.hold(other, *b"05"));
    }

    #[test]
    fn a_context_that_gave_way_holds_nothing_any_more() {
        let mut endings = Endings::default();
        let around = |before| Around { column: 9, before, beside: [0; BESIDE] };
        let contexts: Vec<(Context, u128)> =
            (0..500).map(|before| (endings.add(around(before), *b"04"), before)).collect();
        let holding = contexts.iter().filter(|(context, _)| endings.hold(*context, *b"04")).count();
        assert!((1..=SLOTS).contains(&holding), "{holding}");
        for (context, before) in contexts {
            let holds = endings.hold(context, *b"04");
            assert_eq!(holds, endings.slots[place(&around(before))].around == around(before));
        }
    }
}

//! What a check of rows looks at of an item, where that is less than its value. Knows contents; judges
//! nothing.

use crate::bind::{Subtotal, SumRow, fixed};
use crate::spec::{Key, Table};

/// The items that a check of rows of a table looks at, and what it looks at of each.
pub type Glances = fn(&Table) -> Vec<(Key, Sees)>;

/// What of some content there is to be looked at, as a number of less than 20 bits.
pub type Part = fn(&[u8]) -> u32;

/// What a check looks at of an item.
#[derive(Clone, Copy, Debug)]
pub enum Sees {
    /// Whether it is filled.
    Filled,
    /// That, and no more of its content than this gives.
    Part(Part),
    /// Of a service code: what row of 第7表 it makes.
    SumRow,
    /// As [`Sees::Part`] on rows that [`Sees::SumRow`] tells to be rows of sums; on others nothing at all.
    OfSums(Part),
}

impl Sees {
    /// Of a service code: what row of 第7表 it makes, and the service type.
    pub const SERVICE: Sees = Sees::Part(service);
}

pub(crate) fn sum_row(code: &[u8]) -> u32 {
    fixed(code).map_or(0, number)
}

/// Whether that is one of a row of sums.
#[inline]
pub(crate) fn is_of_sums(sum_row: u32) -> bool {
    sum_row > DETAIL
}

const DETAIL: u32 = 1;

fn service(code: &[u8]) -> u32 {
    fixed(code).map_or(0, |code| number(code) << 16 | u32::from(code[0]) << 8 | u32::from(code[1]))
}

#[inline]
fn number(code: [u8; 6]) -> u32 {
    match SumRow::of(&code) {
        SumRow::Detail => DETAIL,
        SumRow::Subtotal(Subtotal::Within) => 2,
        SumRow::Subtotal(Subtotal::Outside) => 3,
        SumRow::Subtotal(Subtotal::Over30Days) => 4,
        SumRow::Total => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_a_check_must_tell_apart_are_told_apart() {
        let codes: [&[u8]; 10] = [
            b"111211", b"211211", b"121211", b"11AAAA", b"11EEEE", b"11ZZZZ", b"12AAAA", b"999999", b"11121", b"11-211",
        ];
        for (i, one) in codes.iter().enumerate() {
            for other in &codes[i + 1..] {
                let both_are_none = fixed::<6>(one).is_none() && fixed::<6>(other).is_none();
                assert_eq!(service(one) == service(other), both_are_none, "{one:?} {other:?}");
            }
        }
        for code in codes {
            let of_sums = matches!(code, [_, _, b'A' | b'E' | b'Z', ..] | b"999999");
            assert_eq!(is_of_sums(sum_row(code)), of_sums, "{code:?}");
        }
        assert_eq!(sum_row(b"111211"), sum_row(b"999998"));
        assert_eq!(service(b"111211"), service(b"111111"));
    }
}

//! Some columns of a table. Knows no value.

/// Some columns of a table, one bit for each.
pub(crate) type Columns = u128;

/// The columns among some.
#[inline(always)]
pub(crate) fn each(columns: Columns) -> Each {
    Each { left: columns as u64, behind: (columns >> u64::BITS) as u64, before: 0 }
}

/// In two halves: most tables have no more columns than one has bits.
pub(crate) struct Each {
    left: u64,
    behind: u64,
    before: usize,
}

impl Iterator for Each {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.left == 0 {
            if self.behind == 0 {
                return None;
            }
            *self = Each { left: self.behind, behind: 0, before: u64::BITS as usize };
        }
        let column = self.before + self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        Some(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_comes_once_in_order() {
        for expected in [&[][..], &[0], &[63, 64], &[127], &[1, 5, 62, 63, 64, 65, 100, 127]] {
            let columns = expected.iter().fold(0, |bits, column| bits | 1 << column);
            assert_eq!(each(columns).collect::<Vec<usize>>(), expected);
        }
    }
}

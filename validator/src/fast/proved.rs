//! What is told of a row that was proved. Knows no rule.

use crate::decode::Script;

/// A row that was proved, but for what is in doubt. Small, as there is one for each row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proved {
    pub(super) template: u32,
    pub(super) bytes: u32,
    pub(super) script: Script,
    /// Whether it is of its template. If not, it has the layout of that, and what its tail has in the columns
    /// that are watched.
    pub(super) of_template: bool,
    /// Whether its head is not that of the row proved before.
    pub(crate) new_head: bool,
    /// Whether it may differ from its template in one of the columns of its tail that are watched.
    pub(crate) watched: bool,
    /// Whether something is in doubt: [`Fast::doubts_of_row`].
    pub(crate) in_doubt: bool,
}

impl Proved {
    /// Its bytes in the file, line end included.
    #[inline(always)]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes as usize
    }
}

/// Tells which rows are plain: they have the head of the row before, nothing of them is in doubt, the columns
/// that are watched are as in the row before, and no rule must see them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain {
    /// What is marked on templates in which the watched columns of the tail are as in the row before.
    pub(crate) mark: u64,
    /// The rules that must see every row.
    pub(crate) rules: u64,
}

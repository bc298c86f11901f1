//! The head of rows: the columns that are the same in many rows, one after the other, as whose rows they
//! are. What is proved of it is proved once for all of them; rows of one head differ in their tails. Knows
//! bytes and columns; knows no rule.

use super::cells::{Cells, Content};
use super::masks::{BLOCK, Bytes, Lanes, padded};
use super::{Columns, Doubts};
use crate::decode::Script;

/// After so many rows it is chosen how many columns it has. A column belongs to it if it changes in at most
/// one of so many of them, and all before it do.
const FIRST: Choice = Choice { rows: 48, rarely: 4 };

/// Likewise where that turned out wrong: to read a head costs as much as some rows that have it.
const LATER: Choice = Choice { rows: 1024, rarely: 6 };

/// If heads have fewer rows than this, it is chosen anew.
const FEW: u32 = 4;

/// After so many heads that is judged.
const JUDGED: u32 = 128;

#[derive(Debug)]
pub(super) struct Head {
    /// How many columns it has.
    pub(super) columns: usize,
    /// Its bytes, with the comma behind it.
    bytes: Vec<u8>,
    blocks: Vec<Block>,
    pub(super) length: usize,
    pub(super) cells: Cells,
    /// Which cells are quoted and which are empty.
    shape: [Columns; 2],
    pub(super) script: Script,
    pub(super) doubts: Doubts,
    /// Whether the one of the last row is there.
    is_known: bool,
    trial: Option<Trial>,
    use_of: Use,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    bytes: Bytes,
    valid: u64,
}

#[derive(Clone, Copy, Debug)]
struct Choice {
    rows: u32,
    rarely: u32,
}

/// How often columns change from row to row.
#[derive(Debug)]
struct Trial {
    rows: u32,
    choice: Choice,
    changed: Vec<u32>,
    last: Vec<u8>,
    contents: Vec<Content>,
}

/// How many rows a head serves.
#[derive(Debug, Default)]
struct Use {
    /// The row that it was begun to be counted at.
    since: u64,
    heads: u32,
    /// How many of them made all be forgotten.
    forgot: u32,
}

impl Default for Head {
    /// None, until it is chosen.
    fn default() -> Head {
        Head {
            columns: 0,
            bytes: Vec::new(),
            blocks: Vec::new(),
            length: 0,
            cells: Cells::default(),
            shape: [0; 2],
            script: Script::Ascii,
            doubts: Doubts::default(),
            is_known: true,
            trial: Some(Trial::of(FIRST)),
            use_of: Use::default(),
        }
    }
}

impl Head {
    /// Whether a row has it.
    #[inline(always)]
    pub(super) fn is_of<L: Lanes>(&self, lanes: L, row: &[u8]) -> bool {
        let mut others = 0;
        for (index, own) in self.blocks.iter().enumerate() {
            others |= lanes.changes(lanes.block(row, index * BLOCK), lanes.load(&own.bytes)) & own.valid;
        }
        others == 0 && self.is_known && self.length < row.len()
    }

    /// Whether it is yet to be chosen how many columns it has.
    #[inline(always)]
    pub(super) fn is_tried(&self) -> bool {
        self.trial.is_some()
    }

    /// Takes a row on trial. Gives `true` once the choice is made.
    pub(super) fn tries(&mut self, row: &[u8], cells: &Cells) -> bool {
        let Some(trial) = &mut self.trial else { return false };
        trial.take(row, &cells.contents);
        if trial.rows < trial.choice.rows {
            return false;
        }
        let few = |changed: &u32| changed * trial.choice.rarely <= trial.rows;
        // Some column is left for the tail.
        let columns = trial.changed.iter().take_while(|changed| few(changed)).count();
        *self =
            Head { columns: columns.min(cells.list.len() - 1), trial: None, is_known: columns == 0, ..Head::default() };
        true
    }

    /// The columns in which a row does not have it; all of them where it is not known. No value among these
    /// is taken for clean.
    pub(super) fn unlike(&self, row: &[u8], cells: &Cells) -> Columns {
        let all = (1 << self.columns) - 1;
        if !self.is_known || self.doubts.row {
            return all;
        }
        let mut unlike = 0;
        for (column, (new, old)) in cells.contents.iter().zip(&self.cells.contents).enumerate() {
            let [new, old] = [new, old].map(|[start, end]| usize::from(*start)..usize::from(*end));
            if row[new] != self.bytes[old] {
                unlike |= 1 << column;
            }
        }
        unlike
    }

    /// Becomes that of a row. Gives whether its cells are quoted and empty where those of the one before
    /// were.
    pub(super) fn become_of(&mut self, row: &[u8], cells: &Cells, doubts: Doubts) -> bool {
        self.cells.take_first(self.columns, cells);
        // With the comma behind it.
        self.length = if self.columns == 0 { 0 } else { self.cells.reach() + 1 };
        self.bytes.clear();
        self.bytes.extend_from_slice(&row[..self.length]);
        self.blocks.clear();
        for at in (0..self.length).step_by(BLOCK) {
            let rest = self.length - at;
            let valid = if rest < BLOCK { (1 << rest) - 1 } else { u64::MAX };
            let bytes = row[at..].first_chunk().copied().unwrap_or_else(|| padded(&row[at..]));
            self.blocks.push(Block { bytes, valid });
        }
        self.script = Script::of(&row[..self.length]);
        self.doubts = doubts;
        self.is_known = true;
        let mut shape = [0; 2];
        for (column, cell) in self.cells.list.iter().enumerate() {
            shape[0] |= Columns::from(cell.span() != cell.content()) << column;
            shape[1] |= Columns::from(cell.content().is_empty()) << column;
        }
        std::mem::replace(&mut self.shape, shape) == shape
    }

    /// Counts a head that begins with a row, by its index; `forgot` where all had to be forgotten for it.
    /// Gives `false` where heads serve so few rows that they are chosen anew.
    pub(super) fn is_of_use(&mut self, index: u64, forgot: bool) -> bool {
        let Use { since, heads, forgot: forgotten } = &mut self.use_of;
        if *heads == 0 || index < *since {
            // Another file begins at 0 again.
            (*since, *heads, *forgotten) = (index, 0, 0);
        }
        *heads += 1;
        *forgotten += u32::from(forgot);
        if *heads < JUDGED {
            return true;
        }
        let is_of_use = index - *since >= u64::from(FEW * *heads) && *forgotten * 4 <= *heads;
        self.use_of = Use::default();
        is_of_use
    }

    /// None, until it is chosen once more.
    pub(super) fn again() -> Head {
        Head { trial: Some(Trial::of(LATER)), ..Head::default() }
    }
}

impl Trial {
    fn of(choice: Choice) -> Trial {
        Trial { rows: 0, choice, changed: Vec::new(), last: Vec::new(), contents: Vec::new() }
    }

    fn take(&mut self, row: &[u8], contents: &[Content]) {
        self.rows += 1;
        self.changed.resize(contents.len(), 0);
        for (changed, (new, old)) in self.changed.iter_mut().zip(contents.iter().zip(&self.contents)) {
            let [new, old] = [new, old].map(|[start, end]| usize::from(*start)..usize::from(*end));
            *changed += u32::from(row[new] != self.last[old]);
        }
        self.last.clear();
        self.last.extend_from_slice(row);
        self.contents.clear();
        self.contents.extend_from_slice(contents);
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::Structure;
    use super::super::masks::Any;
    use super::*;

    fn cells(row: &[u8]) -> Cells {
        let (mut structure, mut cells) = (Structure::default(), Cells::default());
        assert!(structure.read(Any, &[row, b"\r\n"].concat()) && structure.cells(&mut cells.list));
        cells.note_contents();
        cells
    }

    /// The head chosen by rows, each of which stands so many times with another last item.
    fn chosen(rows: &[&str], times: u32) -> Head {
        let mut head = Head::default();
        for row in rows.iter().cycle() {
            for time in 0..times {
                let row = format!("{row},{time}");
                if head.tries(row.as_bytes(), &cells(row.as_bytes())) {
                    return head;
                }
            }
        }
        head
    }

    #[test]
    fn the_head_is_what_stays_for_some_rows_and_leaves_a_column() {
        for (rows, times, columns) in [
            // Whose rows they are changes with every twelfth.
            (vec!["202407,1,x", "202407,2,x"], 12, 3),
            // With every third.
            (vec!["202407,1,x", "202407,2,x"], 3, 1),
            (vec!["1,x", "2,x"], 1, 0),
            (vec!["202407,1"], 1000, 2),
        ] {
            let head = chosen(&rows, times);
            assert!(!head.is_tried());
            assert_eq!(head.columns, columns, "{rows:?}, {times}");
        }
        assert_eq!(chosen(&[""], 1).columns, 1, "an empty item stays the same");
    }

    #[test]
    fn a_row_has_the_head_whose_bytes_it_begins_with() {
        let mut head = chosen(&["202407,\"A,B\",x"], 1000);
        assert_eq!(head.columns, 3);
        let row = b"202407,\"A,B\",x,1";
        assert!(!head.is_of(Any, row), "none is known yet");
        assert_eq!(head.unlike(row, &cells(row)), 0b111);
        head.become_of(row, &cells(row), Doubts::default());
        assert_eq!(head.length, row.len() - 1);
        assert!(head.is_of(Any, row) && head.is_of(Any, b"202407,\"A,B\",x,99,7\r\n"));
        for other in [&b"202407,\"A,B\",y,1"[..], b"202407,\"A,B\",x", b"202407,\"A,B\",x,", b""] {
            assert!(!head.is_of(Any, other), "{}", String::from_utf8_lossy(other));
        }
        let other = b"202407,\"A,C\",x,1";
        assert_eq!(head.unlike(other, &cells(other)), 0b010);
        // Doubts about the row as a whole are not told by column.
        head.become_of(row, &cells(row), Doubts { cells: 0, row: true });
        assert_eq!(head.unlike(other, &cells(other)), 0b111);
    }

    #[test]
    fn a_head_tells_where_quotes_and_empty_items_are_others() {
        let mut head = chosen(&["1,a,b"], 1000);
        let mut as_before = |row: &[u8]| head.become_of(row, &cells(row), Doubts::default());
        as_before(b"1,a,b,0");
        assert!(as_before(b"22,aaa,c,0"));
        assert!(!as_before(b"1,\"a\",b,0"));
        assert!(as_before(b"1,\"bb\",b,0"));
        assert!(!as_before(b"1,\"\",b,0"));
    }

    #[test]
    fn short_heads_and_those_that_make_all_be_forgotten_are_of_no_use() {
        let judged = |rows: u64, forgot: fn(u32) -> bool| {
            let mut head = Head::default();
            (0..JUDGED).all(|count| head.is_of_use(u64::from(count) * rows, forgot(count)))
        };
        assert!(judged(8, |_| false));
        assert!(!judged(2, |_| false));
        assert!(judged(8, |count| count % 8 == 0));
        assert!(!judged(8, |count| count % 2 == 0));
    }
}

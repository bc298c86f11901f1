//! The cells of a row in the making, in one piece of memory. Knows where each stands; knows no item.

use std::ops::Range;

/// Bytes behind which what was replaced is thrown away.
const ROOM: usize = 4096;

/// Cells that are written, replaced and read by their column.
#[derive(Debug)]
pub(super) struct Cells {
    /// What stands in the cells, and what stood there before.
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

impl Cells {
    /// Cells with these contents.
    pub(super) fn of<'a>(contents: impl ExactSizeIterator<Item = &'a [u8]>) -> Cells {
        let mut cells = Cells { bytes: Vec::with_capacity(1024), places: Vec::with_capacity(contents.len()) };
        for content in contents {
            let begin = cells.bytes.len();
            cells.bytes.extend_from_slice(content);
            cells.places.push(begin..cells.bytes.len());
        }
        cells
    }

    /// What stands in a cell.
    #[inline]
    pub(super) fn get(&self, column: usize) -> &[u8] {
        &self.bytes[self.places[column].clone()]
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.places.iter().map(|place| &self.bytes[place.clone()])
    }

    /// Empties a cell.
    #[inline]
    pub(super) fn clear(&mut self, column: usize) {
        self.places[column] = 0..0;
    }

    /// Puts something into a cell in place of what stands there: what is written to the vector, behind
    /// all that is in it.
    #[inline]
    pub(super) fn put<T>(&mut self, column: usize, write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        if self.bytes.len() > ROOM {
            self.settle();
        }
        let begin = self.bytes.len();
        let written = write(&mut self.bytes);
        self.places[column] = begin..self.bytes.len();
        written
    }

    /// Throws away what was replaced.
    #[cold]
    fn settle(&mut self) {
        let settled = Cells::of(self.iter().collect::<Vec<_>>().into_iter());
        *self = settled;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_last_stands_however_often_something_is_put() {
        let mut cells = Cells::of([b"a".as_slice(), b"", b"b"].into_iter());
        for number in 0..5_000_u32 {
            cells.put(1, |bytes| bytes.extend_from_slice(number.to_string().as_bytes()));
        }
        cells.clear(0);
        assert!(cells.iter().eq([b"".as_slice(), b"4999", b"b"]));
        assert_eq!((cells.get(1), cells.bytes.len() < 2 * ROOM), (b"4999".as_slice(), true));
    }
}

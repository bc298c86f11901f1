//! Splits bytes into records and cells. Knows quotes and line ends; knows no encoding and no table.
//!
//! In MS932 a trail byte is 0x40–0x7E or 0x80–0xFC, so a comma, a quote, CR and LF are never
//! inside a character: bytes are split first and decoded after.
//!
//! The scanner is total and lossless: the pieces it hands out, concatenated, are the input.

use std::ops::Range;

use memchr::{memchr, memchr2, memchr3};

/// A record longer than this is handed out as [`Piece::Skipped`] and never kept in memory.
pub const RECORD_LIMIT: usize = 1 << 20;

/// How a record ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// CR LF
    CrLf,
    /// LF alone
    Lf,
    /// CR alone
    Cr,
    /// The end of the input
    Eof,
}

impl LineEnd {
    /// The bytes it stands for.
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            LineEnd::CrLf => b"\r\n",
            LineEnd::Lf => b"\n",
            LineEnd::Cr => b"\r",
            LineEnd::Eof => b"",
        }
    }
}

/// What the quotes of a cell look like. Positions are offsets into the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// No quote at all.
    Bare,
    /// Opened and closed, nothing outside.
    Quoted,
    /// Opened and never closed.
    Unclosed,
    /// A quote inside a cell that does not begin with one.
    Stray {
        /// Where the first such quote stands.
        at: u32,
    },
    /// Something follows the closing quote.
    TextAfter {
        /// Where that something begins.
        at: u32,
    },
}

/// One cell. Offsets count from the start of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    start: u32,
    end: u32,
    content_start: u32,
    content_end: u32,
    /// What its quotes look like.
    pub quoting: Quoting,
}

impl Cell {
    /// A cell without a quote out of place.
    pub(crate) fn sound(start: usize, end: usize, is_quoted: bool) -> Cell {
        if is_quoted {
            cell(start..end, start + 1..end - 1, Quoting::Quoted)
        } else {
            cell(start..end, start..end, Quoting::Bare)
        }
    }

    /// The same, so many bytes further on.
    #[inline]
    pub(crate) fn shifted(&self, by: usize) -> Cell {
        let by = by as u32;
        Cell {
            start: self.start + by,
            end: self.end + by,
            content_start: self.content_start + by,
            content_end: self.content_end + by,
            quoting: self.quoting,
        }
    }

    /// The whole cell, quotes included.
    pub fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// What is inside the quotes; the whole cell where there are none.
    pub fn content(&self) -> Range<usize> {
        self.content_start as usize..self.content_end as usize
    }

    /// Whether the quotes are as they should be.
    pub fn is_sound(&self) -> bool {
        matches!(self.quoting, Quoting::Bare | Quoting::Quoted)
    }
}

/// One record: cells between commas, up to a line end that is not inside quotes.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// 0-based count of records before this one.
    pub index: u64,
    /// 1-based physical line of the first byte.
    pub line: u64,
    /// Offset of the first byte in the file.
    pub at: u64,
    /// The bytes without the line end.
    pub bytes: &'a [u8],
    /// What ends it.
    pub end: LineEnd,
    /// At least one cell.
    pub cells: &'a [Cell],
}

impl Record<'_> {
    /// The content of a cell, without its quotes; doubled quotes stay doubled.
    pub fn content(&self, cell: &Cell) -> &[u8] {
        &self.bytes[cell.content()]
    }

    /// A range of this record as a range of the file.
    pub fn in_file(&self, range: Range<usize>) -> Range<u64> {
        self.at + range.start as u64..self.at + range.end as u64
    }

    /// The record's own bytes as a range of the file, line end excluded.
    pub fn range(&self) -> Range<u64> {
        self.in_file(0..self.bytes.len())
    }

    /// Whether there is nothing between this line end and the one before.
    pub fn is_blank(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// What the scanner hands out, in the order of the input.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// EF BB BF, FF FE or FE FF at the very start.
    Bom(&'a [u8]),
    /// A record with its line end.
    Record(Record<'a>),
    /// Bytes of a record that is longer than [`RECORD_LIMIT`], line end included.
    Skipped {
        /// 1-based physical line where the record begins.
        line: u64,
        /// Offset of these bytes in the file.
        at: u64,
        /// The bytes.
        bytes: &'a [u8],
        /// Whether these are the first of that record.
        first: bool,
    },
}

/// Splits input that arrives in chunks of any size. Memory is bounded by [`RECORD_LIMIT`].
#[derive(Debug)]
pub struct Scanner {
    buffer: Vec<u8>,
    cells: Vec<Cell>,
    at: u64,
    line: u64,
    index: u64,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Start,
    Records,
    /// Inside a record that is too long; the flag tells whether the last byte seen was CR.
    Skipping {
        begun_on: u64,
        after_cr: bool,
    },
}

impl Default for Scanner {
    fn default() -> Scanner {
        Scanner { buffer: Vec::new(), cells: Vec::new(), at: 0, line: 1, index: 0, state: State::Start }
    }
}

/// Takes what the scanner finds.
pub(crate) trait Visit {
    /// Takes the next piece.
    fn piece(&mut self, piece: Piece<'_>);

    /// May take whole records by itself, before they are split. It is offered what has been read and
    /// not been handed out, which begins with a record.
    fn ahead(&mut self, begin: Begin<'_>) -> Taken {
        let _ = begin;
        Taken::default()
    }
}

/// Where a record begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begin<'a> {
    /// What is in memory.
    pub(crate) buffer: &'a [u8],
    /// Where in it the record begins.
    pub(crate) from: usize,
    /// As [`Record::index`].
    pub(crate) index: u64,
    /// As [`Record::line`].
    pub(crate) line: u64,
    /// As [`Record::at`].
    pub(crate) at: u64,
}

impl Begin<'_> {
    /// Goes on behind a record of one line, line end included.
    #[inline(always)]
    pub(crate) fn pass(&mut self, bytes: usize) {
        self.from += bytes;
        self.index += 1;
        self.line += 1;
        self.at += bytes as u64;
    }
}

/// Records that were taken ahead, each of one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// How many.
    pub(crate) records: u64,
    /// Their bytes, line ends included.
    pub(crate) bytes: usize,
}

/// Takes the pieces alone.
struct Pieces<'a>(&'a mut dyn FnMut(Piece<'_>));

impl Visit for Pieces<'_> {
    fn piece(&mut self, piece: Piece<'_>) {
        (self.0)(piece);
    }
}

impl Scanner {
    /// Takes the next bytes and hands out every piece they complete.
    pub fn push(&mut self, chunk: &[u8], visit: &mut dyn FnMut(Piece<'_>)) {
        self.push_to(chunk, &mut Pieces(visit));
    }

    /// Hands out what is left.
    pub fn finish(self, visit: &mut dyn FnMut(Piece<'_>)) {
        self.finish_to(&mut Pieces(visit));
    }

    /// Starts at a record that is not the first one, where it begins.
    pub(crate) fn starting(at: u64, line: u64) -> Scanner {
        Scanner { at, line, index: 1, state: State::Records, ..Scanner::default() }
    }

    pub(crate) fn push_to(&mut self, chunk: &[u8], visit: &mut impl Visit) {
        let mut rest = chunk;
        if !self.buffer.is_empty() {
            // Most often a line end is all that a record lacks: what follows is read where it stands.
            let line = memchr(b'\n', chunk).map_or(chunk.len(), |feed| feed + 1);
            for part in [&chunk[..line], &chunk[line..]] {
                if !self.buffer.is_empty() {
                    self.buffer.extend_from_slice(part);
                    self.run_buffer(false, visit);
                    rest = &rest[part.len()..];
                }
            }
        }
        let used = self.run(rest, false, visit);
        self.buffer.extend_from_slice(&rest[used..]);
    }

    pub(crate) fn finish_to(mut self, visit: &mut impl Visit) {
        self.run_buffer(true, visit);
    }

    fn run_buffer(&mut self, last: bool, visit: &mut impl Visit) {
        let mut buffer = std::mem::take(&mut self.buffer);
        let used = self.run(&buffer, last, visit);
        buffer.drain(..used);
        self.buffer = buffer;
    }

    /// Hands out what is complete, and tells how many bytes that was.
    fn run(&mut self, buffer: &[u8], last: bool, visit: &mut impl Visit) -> usize {
        let mut from = 0;
        if self.state == State::Start {
            if !last && buffer.len() < 3 {
                return 0;
            }
            let length = bom_length(buffer);
            if length > 0 {
                visit.piece(Piece::Bom(&buffer[..length]));
                self.at += length as u64;
                from = length;
            }
            self.state = State::Records;
        }
        while from < buffer.len() {
            if self.state == State::Records {
                let begin = Begin { buffer, from, index: self.index, line: self.line, at: self.at };
                let Taken { records, bytes } = visit.ahead(begin);
                self.index += records;
                self.line += records;
                self.at += bytes as u64;
                from += bytes;
                if from == buffer.len() {
                    break;
                }
            }
            let rest = &buffer[from..];
            let used = match self.state {
                State::Skipping { begun_on, after_cr } => self.skip(rest, begun_on, after_cr, false, visit),
                State::Start | State::Records => match split_record(rest, last, &mut self.cells) {
                    Some(found) if found.length <= RECORD_LIMIT => {
                        let bytes = &rest[..found.length];
                        visit.piece(Piece::Record(Record {
                            index: self.index,
                            line: self.line,
                            at: self.at,
                            bytes,
                            end: found.end,
                            cells: &self.cells,
                        }));
                        self.index += 1;
                        self.line += line_breaks(bytes) + u64::from(found.end != LineEnd::Eof);
                        let used = found.length + found.end.bytes().len();
                        self.at += used as u64;
                        used
                    }
                    Some(_) => self.skip(rest, self.line, false, true, visit),
                    None if rest.len() > RECORD_LIMIT => self.skip(rest, self.line, false, true, visit),
                    None => break,
                },
            };
            from += used;
        }
        from
    }

    /// Hands out bytes up to and including the next line end, whatever the quotes say.
    fn skip(&mut self, rest: &[u8], begun_on: u64, after_cr: bool, first: bool, visit: &mut impl Visit) -> usize {
        let (used, ended) = match memchr2(b'\r', b'\n', rest) {
            _ if after_cr => (usize::from(rest[0] == b'\n'), true),
            Some(i) if rest[i] == b'\n' => (i + 1, true),
            Some(i) if i + 1 < rest.len() => (i + 1 + usize::from(rest[i + 1] == b'\n'), true),
            Some(i) => (i + 1, false),
            None => (rest.len(), false),
        };
        if used > 0 {
            visit.piece(Piece::Skipped { line: begun_on, at: self.at, bytes: &rest[..used], first });
        }
        self.at += used as u64;
        if ended {
            self.line += 1;
            self.index += 1;
            self.state = State::Records;
        } else {
            self.state = State::Skipping { begun_on, after_cr: rest.get(used - 1) == Some(&b'\r') };
        }
        used
    }
}

/// Scans input that is in memory as a whole.
pub fn scan(bytes: &[u8], visit: &mut dyn FnMut(Piece<'_>)) {
    let mut scanner = Scanner::default();
    scanner.push(bytes, visit);
    scanner.finish(visit);
}

fn bom_length(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        3
    } else if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        2
    } else {
        0
    }
}

struct Found {
    length: usize,
    end: LineEnd,
}

/// Splits the first record off. `None` asks for more bytes; never so when `last`.
fn split_record(bytes: &[u8], last: bool, cells: &mut Vec<Cell>) -> Option<Found> {
    cells.clear();
    let mut from = 0;
    loop {
        let (cell, next) = split_cell(bytes, from, last)?;
        cells.push(cell);
        match bytes.get(next) {
            Some(b',') => from = next + 1,
            Some(b'\n') => return Some(Found { length: next, end: LineEnd::Lf }),
            Some(_) => {
                return match bytes.get(next + 1) {
                    Some(b'\n') => Some(Found { length: next, end: LineEnd::CrLf }),
                    None if !last => None,
                    Some(_) | None => Some(Found { length: next, end: LineEnd::Cr }),
                };
            }
            None if last => return Some(Found { length: next, end: LineEnd::Eof }),
            None => return None,
        }
    }
}

/// Splits one cell off; the second value is where its comma, line end or the end of input stands.
fn split_cell(bytes: &[u8], start: usize, last: bool) -> Option<(Cell, usize)> {
    if bytes.get(start) == Some(&b'"') {
        return quoted_cell(bytes, start, last);
    }
    let end = cell_end(bytes, start, last)?;
    let quoting = match memchr::memchr(b'"', &bytes[start..end]) {
        Some(i) => Quoting::Stray { at: (start + i) as u32 },
        None => Quoting::Bare,
    };
    Some((cell(start..end, start..end, quoting), end))
}

fn quoted_cell(bytes: &[u8], start: usize, last: bool) -> Option<(Cell, usize)> {
    let content = start + 1;
    let mut from = content;
    loop {
        let Some(i) = memchr3(b'"', b'\r', b'\n', &bytes[from..]) else {
            return last.then(|| (cell(start..bytes.len(), content..bytes.len(), Quoting::Unclosed), bytes.len()));
        };
        let i = from + i;
        if bytes[i] != b'"' {
            let after = i + if bytes[i..].starts_with(b"\r\n") { 2 } else { 1 };
            match looks_like_record_start(&bytes[after..]) {
                Likeness::Yes => return Some((cell(start..i, content..i, Quoting::Unclosed), i)),
                Likeness::CutShort if !last => return None,
                Likeness::CutShort | Likeness::No => from = after,
            }
            continue;
        }
        match bytes.get(i + 1) {
            Some(b'"') => from = i + 2,
            None if !last => return None,
            Some(b',' | b'\r' | b'\n') | None => {
                return Some((cell(start..i + 1, content..i, Quoting::Quoted), i + 1));
            }
            Some(_) => {
                let end = cell_end(bytes, i + 1, last)?;
                return Some((cell(start..end, content..i, Quoting::TextAfter { at: (i + 1) as u32 }), end));
            }
        }
    }
}

fn cell(span: Range<usize>, content: Range<usize>, quoting: Quoting) -> Cell {
    // A record is at most RECORD_LIMIT plus one chunk long; the cast cannot lose bits on records
    // that are handed out.
    Cell {
        start: span.start as u32,
        end: span.end as u32,
        content_start: content.start as u32,
        content_end: content.end as u32,
        quoting,
    }
}

fn cell_end(bytes: &[u8], from: usize, last: bool) -> Option<usize> {
    match memchr3(b',', b'\r', b'\n', &bytes[from..]) {
        Some(i) => Some(from + i),
        None => last.then_some(bytes.len()),
    }
}

/// How many line breaks there are, CR LF counted once.
pub(crate) fn line_breaks(bytes: &[u8]) -> u64 {
    let mut count = 0;
    let mut from = 0;
    while let Some(i) = memchr2(b'\r', b'\n', &bytes[from..]) {
        let i = from + i;
        count += 1;
        from = i + if bytes[i..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    count
}

enum Likeness {
    Yes,
    No,
    CutShort,
}

/// Every record of the standard begins with a six-digit version and a six-digit insurer number.
/// Where that follows a line break inside quotes, the quote was never closed.
fn looks_like_record_start(bytes: &[u8]) -> Likeness {
    let mut rest = bytes.iter();
    for _ in 0..2 {
        let mut next = rest.next();
        if next == Some(&b'"') {
            next = rest.next();
        }
        for digit in 0..6 {
            match next {
                None => return Likeness::CutShort,
                Some(b) if !b.is_ascii_digit() => return Likeness::No,
                Some(_) => {}
            }
            if digit < 5 {
                next = rest.next();
            }
        }
        let mut next = rest.next();
        if next == Some(&b'"') {
            next = rest.next();
        }
        match next {
            None => return Likeness::CutShort,
            Some(b',') => {}
            Some(_) => return Likeness::No,
        }
    }
    Likeness::Yes
}

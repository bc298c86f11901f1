//! Finds lines in a file of lines that count up. Knows line ends and sequence numbers; knows no event.
//!
//! A sequence number is found by bisection, as the file is sorted by it: no table of places is kept
//! and nothing is read when a long journal is opened but its end.

use std::fs::File;
use std::io;
use std::ops::ControlFlow;

use crate::files;

/// Bytes read at once.
const BLOCK: u64 = 64 << 10;

/// Where the last line end stands, counted from the start of the file: bytes after it are a torn line.
pub(super) fn end_of_last_line(file: &File, length: u64) -> io::Result<u64> {
    let mut end = length;
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        let block = files::read_at(file, start, end - start)?;
        if let Some(at) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Goes through whole lines from the last to the first, without their line ends. `length` is where
/// the last one ends.
pub(super) fn backward(
    file: &File,
    length: u64,
    mut visit: impl FnMut(&[u8]) -> io::Result<ControlFlow<()>>,
) -> io::Result<()> {
    // Bytes from `start` on that have been read and not been visited.
    let mut held = Vec::new();
    let mut start = length;
    loop {
        while let Some(at) = held.strip_suffix(b"\n").and_then(|line| line.iter().rposition(|byte| *byte == b'\n')) {
            if visit(&held[at + 1..held.len() - 1])?.is_break() {
                return Ok(());
            }
            held.truncate(at + 1);
        }
        if start == 0 {
            break;
        }
        let earlier = start.saturating_sub(BLOCK);
        let mut block = files::read_at(file, earlier, start - earlier)?;
        block.append(&mut held);
        held = block;
        start = earlier;
    }
    if let Some(first) = held.strip_suffix(b"\n") {
        let _ = visit(first)?;
    }
    Ok(())
}

/// Goes through whole lines from a place on, without their line ends. `length` is where the last one
/// ends.
pub(super) fn forward(
    file: &File,
    from: u64,
    length: u64,
    mut visit: impl FnMut(&[u8]) -> io::Result<ControlFlow<()>>,
) -> io::Result<()> {
    let mut held = Vec::new();
    let mut at = from;
    while at < length {
        let block = files::read_at(file, at, BLOCK.min(length - at))?;
        at += block.len() as u64;
        held.extend_from_slice(&block);
        let mut done = 0;
        while let Some(end) = held[done..].iter().position(|byte| *byte == b'\n') {
            if visit(&held[done..done + end])?.is_break() {
                return Ok(());
            }
            done += end + 1;
        }
        held.drain(..done);
    }
    Ok(())
}

/// A place at which a line starts, at or before the first line whose number is above `seq`, and not
/// far before it.
pub(super) fn place_before(file: &File, length: u64, seq: u64) -> io::Result<u64> {
    // The line at `low` is at or before the one looked for; lines that start at `high` or later are not
    // needed to find it.
    let (mut low, mut high) = (0, length);
    while high - low > BLOCK {
        let middle = low + (high - low) / 2;
        let mut found = None;
        let mut start = middle;
        // What stands at `middle` is the rest of a line.
        forward(file, middle, length, |line| {
            if start == middle {
                start += line.len() as u64 + 1;
                return Ok(ControlFlow::Continue(()));
            }
            found = Some(seq_of(line)?);
            Ok(ControlFlow::Break(()))
        })?;
        match found {
            Some(found) if found <= seq && start < high => low = start,
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}

/// The sequence number that a line starts with.
pub(super) fn seq_of(line: &[u8]) -> io::Result<u64> {
    let digits = line.strip_prefix(b"{\"seq\":").unwrap_or_default();
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let number = std::str::from_utf8(&digits[..end]).ok().and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a line has no sequence number"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file_of(lines: &[String]) -> (File, u64) {
        let mut file = tempfile::tempfile().unwrap();
        for line in lines {
            file.write_all(line.as_bytes()).unwrap();
        }
        let length = file.metadata().unwrap().len();
        (file, length)
    }

    /// Lines of very different lengths, the longest longer than a block.
    fn uneven() -> Vec<String> {
        (1..=400_u64)
            .map(|seq| {
                let padding = if seq.is_multiple_of(97) { 150_000 } else { (seq * 37 % 900) as usize };
                format!("{{\"seq\":{seq},\"x\":\"{}\"}}\n", "x".repeat(padding))
            })
            .collect()
    }

    #[test]
    fn every_number_is_found_by_bisection() {
        let (file, length) = file_of(&uneven());
        for seq in 0..400 {
            let place = place_before(&file, length, seq).unwrap();
            let mut next = None;
            forward(&file, place, length, |line| {
                let found = seq_of(line)?;
                if found > seq {
                    next = Some(found);
                    return Ok(ControlFlow::Break(()));
                }
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
            assert_eq!(next, Some(seq + 1));
        }
    }

    #[test]
    fn lines_are_visited_from_the_last_to_the_first() {
        let (file, length) = file_of(&uneven());
        let mut seen = Vec::new();
        backward(&file, length, |line| {
            seen.push(seq_of(line)?);
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
        assert_eq!(seen, (1..=400).rev().collect::<Vec<u64>>());
    }

    #[test]
    fn the_end_of_the_last_line_is_found_behind_a_long_torn_one() {
        let (file, _) = file_of(&["{\"seq\":1}\n".to_owned(), "t".repeat(200_000)]);
        assert_eq!(end_of_last_line(&file, 200_010).unwrap(), 10);
        let (file, _) = file_of(&["t".repeat(200_000)]);
        assert_eq!(end_of_last_line(&file, 200_000).unwrap(), 0);
    }
}

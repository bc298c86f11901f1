//! Reads inputs once more for the rows around findings. Knows where they can be read again; which rows
//! are picked is the validator's choice.

use std::collections::BTreeMap;
use std::io::{self, Read};

use renkei_validator::rows::{PickedRows, RowPicker, pickers};

use super::place::Place;
use super::{CHUNK, Inputs, Source, archive};

impl Inputs {
    /// Fills in the rows around findings. Where an input cannot be read once more there are none, which
    /// the report says.
    pub(crate) fn pick_rows(&mut self) {
        let pickers = pickers(self.files.iter_mut().map(|(file, _)| file), self.sets.as_ref());
        let mut pickers = pickers.into_iter().peekable();
        let mut archives: BTreeMap<&Place, BTreeMap<usize, (RowPicker, &mut PickedRows)>> = BTreeMap::new();
        for (index, ((file, _), source)) in self.files.iter_mut().zip(&self.sources).enumerate() {
            let Some((_, picker)) = pickers.next_if(|(picked, _)| *picked == index) else { continue };
            match source {
                Source::File(place) => {
                    if let Ok((mut reader, _)) = place.open() {
                        pick(&mut reader, picker, &mut file.rows);
                    }
                }
                Source::Entry { archive, index } => {
                    archives.entry(archive).or_default().insert(*index, (picker, &mut file.rows));
                }
                Source::Nowhere => {}
            }
        }
        for (place, entries) in archives {
            archive::read_again(place, entries, &mut |reader, (picker, rows)| pick(reader, picker, rows));
        }
    }
}

/// Reads no further than the last row that is wanted.
fn pick(reader: &mut dyn Read, mut picker: RowPicker, rows: &mut PickedRows) {
    let mut buffer = vec![0; CHUNK];
    while picker.wants_more() {
        match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => picker.push(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // What was picked before stays; that some are missing is counted.
            Err(_) => break,
        }
    }
    picker.finish(rows);
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;
    use std::path::PathBuf;

    use renkei_validator::Options;

    use super::super::{Limits, Selection, judge};
    use super::*;
    use crate::progress::Progress;

    const NAME: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
    const GOOD: &str = "202407,990010,0000000101,202610\r\n";
    /// An item is missing.
    const SHORT: &str = "202407,990010,0000000101\r\n";
    /// More than is read at once lies before the two short rows and after them.
    const MANY: usize = 3000;

    fn bytes() -> Vec<u8> {
        [&GOOD.repeat(MANY), SHORT, GOOD, SHORT, &GOOD.repeat(MANY)].concat().into_bytes()
    }

    fn judged(path: PathBuf) -> Inputs {
        let limits = Limits { unpacked: 1 << 30, unpacked_by: "--max-unpacked", entries: 10, threads: None };
        judge(Selection::of(&[path], None), &Options::default(), &limits, &Progress::unseen())
    }

    #[track_caller]
    fn picked(inputs: &mut Inputs) -> &PickedRows {
        inputs.pick_rows();
        let [(file, _)] = &inputs.files[..] else { panic!("{} files", inputs.files.len()) };
        &file.rows
    }

    /// Besides the short rows there are the examples of rows that stand in the file twice.
    #[track_caller]
    fn assert_picked(rows: &PickedRows) {
        let lines: Vec<u64> = rows.rows.iter().map(|row| row.line).collect();
        assert!(lines.ends_with(&[3000, 3001, 3002, 3003, 3004]), "{lines:?}");
        assert_eq!((rows.picked, rows.total, rows.lost), (22, 22, false));
    }

    #[test]
    fn rows_are_picked_from_a_file_and_from_an_archive() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        std::fs::write(&path, bytes()).unwrap();
        assert_picked(picked(&mut judged(path)));
        let path = folder.path().join("a.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        zip.start_file(NAME, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes()).unwrap();
        zip.finish().unwrap();
        assert_picked(picked(&mut judged(path)));
    }

    #[test]
    fn rows_of_an_input_that_has_gone_are_counted_as_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        std::fs::write(&path, bytes()).unwrap();
        let mut inputs = judged(path.clone());
        std::fs::remove_file(path).unwrap();
        let rows = picked(&mut inputs);
        assert_eq!((rows.rows.len(), rows.picked, rows.total, rows.lost), (0, 0, 22, true));
    }
}

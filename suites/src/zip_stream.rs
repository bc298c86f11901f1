//! Writes files as a zip archive to a stream that cannot go back. Knows zip; knows nothing of what
//! is in the files.
//!
//! Entries have no date and the same rights on every system, so that the same files make the same
//! bytes. What grows with the number of files is the directory that stands at the end of an archive.

use std::io::{self, Write};

use renkei_generators::delivery::File;
use renkei_generators::write::Sink;
use zip::write::{PreparedZipFile, SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, System, ZipWriter};

/// An archive in the making.
pub(crate) struct ZipStream<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
}

impl<W: Write> ZipStream<W> {
    pub(crate) fn new(out: W) -> ZipStream<W> {
        ZipStream { zip: ZipWriter::new_stream(out) }
    }

    /// Writes the directory at the end.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.zip.finish()?.into_inner().flush()
    }

    /// Leaves the archive without its directory, so that nobody takes what there is for the whole.
    pub(crate) fn give_up(self) {
        // Dropped, it would write the directory.
        std::mem::forget(self.zip);
    }
}

impl<W: Write> Sink for ZipStream<W> {
    type Ready = PreparedZipFile;

    fn ready(path: &str, file: &File) -> io::Result<PreparedZipFile> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(0o644);
        Ok(PreparedZipFile::from_data(path, options, &file.bytes)?)
    }

    fn write(&mut self, ready: PreparedZipFile) -> io::Result<()> {
        Ok(self.zip.add_prepared_file(ready)?)
    }
}

//! Makes a zip archive of received entries, in a file that has no name and goes away by itself. Knows
//! entries and their files; knows no request.

use std::fs::File;
use std::io::{self, Seek, Write};

use bytes::Bytes;
use futures_util::TryStreamExt;
use tokio::sync::mpsc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::store::{ReceivedRecord, Store};

/// An archive, to be read from its beginning.
pub(crate) struct Archive {
    /// The file.
    pub(crate) file: File,
    /// Its length.
    pub(crate) bytes: u64,
}

enum Piece {
    /// A file begins.
    File(String),
    /// Bytes of it.
    Bytes(Bytes),
}

/// Chunks that wait for the disk at most.
const AHEAD: usize = 4;

/// Writes all files of some entries, each into the folder of its entry.
///
/// # Errors
/// The disk, the store, or a writer that went away.
pub(crate) async fn of(store: &Store, entries: &[ReceivedRecord]) -> io::Result<Archive> {
    let (pieces, written) = mpsc::channel(AHEAD);
    let writer = tokio::task::spawn_blocking(|| write(written));
    let fed = feed(store, entries, pieces).await;
    let archive = writer.await.map_err(io::Error::other)?;
    // An error of the writer is the cause of the feeder's.
    let archive = archive?;
    fed.map(|()| archive)
}

async fn feed(store: &Store, entries: &[ReceivedRecord], pieces: mpsc::Sender<Piece>) -> io::Result<()> {
    let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
    for entry in entries {
        for file in &entry.files {
            pieces.send(Piece::File(format!("{}/{}", entry.id, file.name))).await.map_err(gone)?;
            let mut body = Box::pin(store.body(&file.body));
            while let Some(chunk) = body.try_next().await? {
                pieces.send(Piece::Bytes(chunk)).await.map_err(gone)?;
            }
        }
    }
    Ok(())
}

fn write(mut pieces: mpsc::Receiver<Piece>) -> io::Result<Archive> {
    // Stored: the archive lives for one response, on a machine of its own reader most of the time.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
    let mut zip = ZipWriter::new(tempfile::tempfile()?);
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::File(name) => zip.start_file(name, options)?,
            Piece::Bytes(bytes) => zip.write_all(&bytes)?,
        }
    }
    let mut file = zip.finish()?;
    let bytes = file.seek(io::SeekFrom::End(0))?;
    file.rewind()?;
    Ok(Archive { file, bytes })
}

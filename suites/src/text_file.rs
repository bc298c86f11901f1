//! Reads files that hold text. Knows that text is UTF-8; knows no format.

use std::io;
use std::path::Path;
use std::string::FromUtf8Error;

/// The text of a file. That it is in another encoding is an error that [`is_other`] recognises.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    String::from_utf8(std::fs::read(path)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Whether a file was read, and is in another encoding than UTF-8.
pub(crate) fn is_other(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<FromUtf8Error>())
}

//! The test authority and its certificates. Knows keys, names, validities and files; knows no
//! connection, and reads no clock: every moment is handed in.
//!
//! Known of the real system: the issuer's name, the beginning of the names of the two accepted kinds,
//! and that a validity of three years ends at 23:59:59. Everything else here is ours (assumption): key
//! type, extensions, how an office number stands in a name, and the names of kinds that are refused.

pub mod authority;
pub mod fingerprint;
pub mod p12;
pub mod password;
pub mod profile;
pub mod set;
pub mod subject;

use std::io;
use std::path::{Path, PathBuf};

pub use self::authority::{Authority, Issued};
pub use self::fingerprint::Fingerprint;
pub use self::profile::{Profile, Usage, Validity};
pub use self::subject::{Refused, Subject};

/// Why a certificate, a list or a file could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// The library refused to make it.
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
    /// No random bytes.
    #[error("cannot get random bytes: {0}")]
    Random(String),
    /// A calendar without that day.
    #[error("cannot count validities from {0}")]
    Calendar(time::Date),
    /// A file could not be read or written.
    #[error("cannot access {path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A file holds something else.
    #[error("cannot use {path}: {why}")]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// PKCS#12.
    #[error(transparent)]
    P12(#[from] p12::P12Error),
}

/// Whether a file may be read by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// It holds a private key.
    Secret,
    /// It may be given away.
    Open,
}

/// Writes a file as a whole or not at all, whatever is killed: the one that stands there stays until the new one is
/// complete. A secret one is readable by its owner only, where the system knows owners, from the moment it exists.
pub(crate) fn write_file(path: &Path, bytes: &[u8], secrecy: Secrecy) -> Result<(), PkiError> {
    let write = || {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        let mut aside = std::ffi::OsString::from(".");
        aside.push(name);
        aside.push(".part");
        let aside = path.with_file_name(aside);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        // One that a kill left there may have other permissions.
        match std::fs::remove_file(&aside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if secrecy == Secrecy::Secret {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        #[cfg(not(unix))]
        let _ = secrecy;
        let written = options.open(&aside).and_then(|mut file| io::Write::write_all(&mut file, bytes));
        let written = written.and_then(|()| std::fs::rename(&aside, path));
        if written.is_err() {
            // Half of a file is in the way of nobody, but of no use either.
            let _ = std::fs::remove_file(&aside);
        }
        written
    };
    write().map_err(|error| PkiError::File { path: path.to_path_buf(), error })
}

/// A certificate, key or list in PEM. Line ends are LF on every system, so that files compare.
fn to_pem(label: &str, der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new(label, der), config)
}

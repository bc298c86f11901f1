//! What an office's client needs to connect, written into the platform's folder: certificate, key, p12,
//! authority, and a profile. Knows file names; issues nothing.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use crate::model::{Office, OfficeNumber};
use crate::pki::{PkiError, Secrecy, write_file};

/// The folder below the platform's.
pub(crate) const FOLDER: &str = "clients";

/// The variables for a shell.
pub(crate) const VARIABLES: &str = "env.sh";

/// The files that an office's client connects with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFiles {
    /// The profile of `renkei client`.
    pub profile: PathBuf,
    /// The certificate, in PEM.
    pub certificate: PathBuf,
    /// Its key, in PEM.
    pub key: PathBuf,
    /// The authority to trust, in PEM.
    pub authority: PathBuf,
    /// Certificate, key and authority as PKCS#12, in AES-256.
    pub p12: PathBuf,
    /// The same in 3DES, for old Windows.
    pub legacy_p12: PathBuf,
    /// The password of both.
    pub password: PathBuf,
}

/// What is written of one client.
pub(crate) struct Material {
    pub(crate) certificate: String,
    pub(crate) key: String,
    pub(crate) authority: String,
    pub(crate) p12: Vec<u8>,
    pub(crate) legacy_p12: Vec<u8>,
    pub(crate) password: String,
}

impl ClientFiles {
    /// The files of an office, in a platform's folder.
    pub(crate) fn of(folder: &Path, office: &OfficeNumber) -> ClientFiles {
        let folder = folder.join(FOLDER).join(office.as_str());
        ClientFiles {
            profile: folder.join("client.toml"),
            certificate: folder.join("client.pem"),
            key: folder.join("client.key"),
            authority: folder.join("authority.pem"),
            p12: folder.join("client.p12"),
            legacy_p12: folder.join("client-legacy.p12"),
            password: folder.join("p12-password.txt"),
        }
    }

    /// Writes them, except for the profile.
    pub(crate) fn write(&self, material: &Material) -> Result<(), PkiError> {
        write_file(&self.authority, material.authority.as_bytes(), Secrecy::Open)?;
        write_file(&self.key, material.key.as_bytes(), Secrecy::Secret)?;
        write_file(&self.p12, &material.p12, Secrecy::Secret)?;
        write_file(&self.legacy_p12, &material.legacy_p12, Secrecy::Secret)?;
        write_file(&self.password, material.password.as_bytes(), Secrecy::Secret)?;
        // Last: where it stands, the others do.
        write_file(&self.certificate, material.certificate.as_bytes(), Secrecy::Open)
    }

    /// Writes the profile, which says where the platform listens this time.
    pub(crate) fn write_profile(&self, url: &str, office: &Office) -> Result<(), PkiError> {
        // A string of JSON is one of TOML.
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let (personal, user) = (&office.personal_user, &office.office_user);
        let text = format!(
            "url = {url}\nca = \"authority.pem\"\n\n\
             [identity]\ncertificate = \"client.pem\"\nkey = \"client.key\"\n\n\
             [personal]\nuser = {}\npassword = {}\n\n\
             [office]\nuser = {}\npassword = {}\n",
            quoted(&personal.id),
            quoted(&personal.password),
            quoted(&user.id),
            quoted(&user.password),
            url = quoted(url),
        );
        write_file(&self.profile, text.as_bytes(), Secrecy::Secret)
    }
}

/// Writes the variables for a shell, last of all: who waits for it finds everything else in place.
pub(crate) fn write_variables(folder: &Path, url: &str, manage: SocketAddr) -> io::Result<()> {
    let clients = std::path::absolute(folder)?.join(FOLDER);
    let clients = slashed(&clients.to_string_lossy(), MAIN_SEPARATOR);
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let text = format!(
        "export RENKEI_URL={}\nexport RENKEI_MANAGE={}\nexport RENKEI_CLIENTS={}\n",
        quoted(url),
        quoted(&format!("http://{manage}")),
        quoted(&clients),
    );
    let aside = folder.join(".env.sh");
    fs::write(&aside, text)?;
    fs::rename(aside, folder.join(VARIABLES))
}

/// Removes the variables of a run that is over.
pub(crate) fn remove_variables(folder: &Path) -> io::Result<()> {
    match fs::remove_file(folder.join(VARIABLES)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A path as shells and `curl` take it on every system: where `\` parts folders, `/` does, too.
fn slashed(path: &str, separator: char) -> String {
    path.replace(separator, "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_for_a_shell_has_slashes() {
        assert_eq!(slashed(r"C:\模擬\clients", '\\'), "C:/模擬/clients");
        assert_eq!(slashed(r"/tmp/a\b", '/'), r"/tmp/a\b");
    }

    #[test]
    fn the_variables_name_the_folder_wherever_they_are_used() {
        let folder = tempfile::tempdir().unwrap();
        write_variables(folder.path(), "https://localhost:1", "127.0.0.1:2".parse().unwrap()).unwrap();
        let text = fs::read_to_string(folder.path().join("env.sh")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..2],
            ["export RENKEI_URL='https://localhost:1'", "export RENKEI_MANAGE='http://127.0.0.1:2'"]
        );
        let clients = lines[2].strip_prefix("export RENKEI_CLIENTS='").and_then(|rest| rest.strip_suffix("'")).unwrap();
        assert!(
            Path::new(clients).is_absolute() && clients.ends_with("/clients") && !clients.starts_with("//"),
            "{clients}"
        );
    }
}

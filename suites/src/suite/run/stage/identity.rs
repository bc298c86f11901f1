//! What the software connects with: the good certificate of its office, or one of those that are refused.
//! Knows the certificates of the platform's authority; connects to nothing.

use std::path::{Path, PathBuf};

use renkei_mock_platform::model::{CertificateKind, OfficeNumber};
use renkei_mock_platform::pki::{p12, set};
use renkei_mock_platform::server::Running;
use renkei_validator::text::Message;
use time::OffsetDateTime;

use crate::suite::run::evidence::unwritable;

/// Files and users.
pub(super) struct Identity {
    pub(super) profile: PathBuf,
    pub(super) ca: PathBuf,
    pub(super) p12: PathBuf,
    pub(super) p12_password: String,
    pub(super) personal: (String, String),
    pub(super) office: (String, String),
}

impl Identity {
    /// That of an office; with another certificate than its own where one is named.
    pub(super) fn of(
        running: &Running,
        own: &OfficeNumber,
        certificate: Option<&str>,
        folder: &Path,
    ) -> Result<Identity, Message> {
        let files = running.client(own);
        let office = running.parts().seed.offices().iter().find(|office| office.number == *own);
        let Some(office) = office else {
            return Err(Message::pair("自事業所が登録されていません", "the office is not registered"));
        };
        let user = |user: &renkei_mock_platform::model::User| (user.id.clone(), user.password.clone());
        let mut identity = Identity {
            profile: files.profile,
            ca: files.authority,
            p12: files.p12,
            p12_password: office.office_user.password.clone(),
            personal: user(&office.personal_user),
            office: user(&office.office_user),
        };
        if let Some(slug) = certificate {
            identity.exchange(running, own, slug, folder)?;
        }
        Ok(identity)
    }

    /// Takes another certificate.
    fn exchange(&mut self, running: &Running, own: &OfficeNumber, slug: &str, folder: &Path) -> Result<(), Message> {
        let cannot = |error: &dyn std::fmt::Display| {
            Message::pair(
                format!("証明書 {slug} を作れません: {error}"),
                format!("cannot make the certificate {slug}: {error}"),
            )
        };
        let offices = [(own.clone(), CertificateKind::KaigoJigyousho)];
        let made = set::make(&running.parts().authority, &offices, OffsetDateTime::now_utc());
        let made = made.map_err(|error| cannot(&error))?;
        let made = made.iter().find(|made| made.member.slug() == slug);
        let made = made.ok_or_else(|| {
            Message::pair(format!("証明書 {slug} はありません"), format!("there is no certificate {slug}"))
        })?;
        let root = [made.root.clone()];
        let sealed = p12::seal(&made.issued, &root, &self.p12_password, p12::Cipher::Aes256);
        let sealed = sealed.map_err(|error| cannot(&error))?;
        if made.member == set::Member::Revoked {
            // Handshakes are judged by whole seconds.
            let since = OffsetDateTime::now_utc() - time::Duration::MINUTE;
            running.parts().authority.revoke(&made.issued.serial, since).map_err(|error| cannot(&error))?;
        }
        std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).map_err(|error| unwritable(&path, &error)).map(|()| path)
        };
        write("client.pem", made.issued.cert_pem.as_bytes())?;
        write("client.key", made.issued.key_pem.as_bytes())?;
        let authority = std::fs::read(&self.ca).map_err(|error| unwritable(&self.ca, &error))?;
        self.ca = write("authority.pem", &authority)?;
        self.p12 = write("client.p12", &sealed)?;
        // It names its files by where it lies itself.
        let profile = std::fs::read(&self.profile).map_err(|error| unwritable(&self.profile, &error))?;
        self.profile = write("client.toml", &profile)?;
        Ok(())
    }
}

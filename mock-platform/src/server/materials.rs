//! Gives the offices of a seed their first certificate, and its files to their clients. Knows how many
//! there may be; knows no connection.

use std::num::NonZero;
use std::path::Path;

use time::OffsetDateTime;

use crate::clients::{ClientFiles, Material};
use crate::model::{Certificate, CertificateKind, CertificateState, Office};
use crate::pki::fingerprint::hex;
use crate::pki::p12::{Cipher, seal};
use crate::pki::{Authority, PkiError, Profile};
use crate::world::Seed;

/// The seed, with a certificate for each office that has none; the files of those are written.
pub(super) fn equip(seed: &Seed, authority: &Authority, folder: &Path, now: OffsetDateTime) -> Result<Seed, PkiError> {
    let broke = || PkiError::File { path: folder.to_owned(), error: std::io::Error::other("a thread broke") };
    let mut seed = seed.clone();
    let offices = seed.offices_mut();
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = offices.len().div_ceil(threads).max(1);
    // Sealing a p12 is slow on purpose.
    std::thread::scope(|scope| {
        let work: Vec<_> = offices
            .chunks_mut(share)
            .map(|part| scope.spawn(|| part.iter_mut().try_for_each(|office| one(office, authority, folder, now))))
            .collect();
        work.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(broke())))
    })?;
    Ok(seed)
}

fn one(office: &mut Office, authority: &Authority, folder: &Path, now: OffsetDateTime) -> Result<(), PkiError> {
    let files = ClientFiles::of(folder, &office.number);
    if !office.certificates.is_empty() {
        return Ok(());
    }
    let kind = CertificateKind::KaigoJigyousho;
    let profile = Profile::of_office(kind, &office.number, now)?;
    let issued = authority.issue(&profile)?;
    let password = office.office_user.password.clone();
    let sealed = |cipher| seal(&issued, &[authority.cert_der().clone()], &password, cipher);
    let p12 = sealed(Cipher::Aes256)?;
    files.write(&Material {
        certificate: issued.cert_pem.clone(),
        key: issued.key_pem.clone(),
        authority: authority.cert_pem(),
        legacy_p12: sealed(Cipher::LegacyTripleDes)?,
        p12: p12.clone(),
        password: password.clone(),
    })?;
    office.certificates.push(Certificate {
        no: 1,
        kind,
        applied_at: now,
        state: CertificateState::Issued {
            from: issued.not_before,
            until: issued.not_after,
            serial: issued.serial,
            fingerprint: issued.fingerprint_sha256,
            p12: hex(&p12),
        },
        end_noticed: false,
    });
    Ok(())
}

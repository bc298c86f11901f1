//! One step of a login: an ID and a password. Knows failures, locks and states of passwords; knows no
//! token.
//!
//! An ID that nobody has is answered as a wrong password is, and locked as a user is, so that answers do
//! not tell which IDs there are. Passwords are compared in constant time; that a failure of a real user
//! is also written to the disk may be measured (a test platform accepts that).

use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::api::respond::Failure;
use crate::clock::later;
use crate::journal::Event;
use crate::model::{Office, OfficeNumber, PasswordState, User};
use crate::platform::Platform;
use crate::refusal::{Business, Refusal};
use crate::settings::Settings;
use crate::tls::Peer;
use crate::world::{ChangeError, UserKind};

/// Lets a user in, or says why not. `further` is asked after the password was right and before the state
/// of the password is told.
///
/// # Errors
/// [`Business`] errors of accounts; system errors where the store fails.
pub(crate) async fn let_in(
    platform: &Platform,
    kind: UserKind,
    id: &str,
    password: &str,
    further: impl FnOnce(&Office) -> Result<(), Business>,
) -> Result<OfficeNumber, Failure> {
    let known = platform.world.user(id).filter(|(_, of)| *of == kind).map(|(number, _)| number);
    let outcome = match &known {
        Some(number) => known_user(platform, number, kind, password, further).await,
        None => Err(stranger(platform, id, password).into()),
    };
    let code = match &outcome {
        Ok(_) => None,
        Err(Failure::Business(refusal)) => Some(refusal.why.code().to_owned()),
        Err(Failure::System(system, _)) => Some(system.code().to_owned()),
    };
    tell(platform, id, known, code);
    outcome
}

/// Refuses IDs that do not belong into a step by what they begin with; says nothing of who exists.
///
/// # Errors
/// [`Business::AgentUser`], [`Business::WrongUserKind`].
pub(crate) fn refuse_kind(platform: &Platform, kind: UserKind, id: &str) -> Result<(), Failure> {
    let why = match kind {
        _ if id.starts_with("HD") => Business::AgentUser,
        UserKind::Personal if id.starts_with("KJ") => Business::WrongUserKind,
        UserKind::Office if id.starts_with('c') => Business::WrongUserKind,
        UserKind::Personal | UserKind::Office => return Ok(()),
    };
    tell(platform, id, None, Some(why.code().to_owned()));
    Err(why.into())
}

/// Whether the certificate of a connection is that of an office.
///
/// # Errors
/// [`Business::WrongCertificate`]
pub(crate) fn same_certificate(peer: &Peer, office: &Office) -> Result<(), Business> {
    match &peer.certificate.office {
        Some(number) if *number == office.number => Ok(()),
        Some(_) | None => Err(Business::WrongCertificate),
    }
}

async fn known_user(
    platform: &Platform,
    number: &OfficeNumber,
    kind: UserKind,
    password: &str,
    further: impl FnOnce(&Office) -> Result<(), Business>,
) -> Result<OfficeNumber, Failure> {
    let now = platform.clock.now();
    // A refusal is no failure of the change: the count has to be kept.
    let judged = platform.world.change(number, |office| {
        let user = kind.of_mut(office);
        let judged = attempt(user, password, now, &platform.settings)
            .and_then(|()| further(office))
            .and_then(|()| usable(kind.of(office)));
        if judged.is_ok() {
            let user = kind.of_mut(office);
            (user.failures, user.locked_until) = (0, None);
        }
        Ok(judged)
    });
    match judged.await {
        Ok(Ok(())) => Ok(number.clone()),
        Ok(Err(why)) => Err(Failure::Business(Refusal::plain(why))),
        // The world was replaced meanwhile.
        Err(ChangeError::NoSuchOffice) => Err(Business::WrongPassword.into()),
        Err(error @ (ChangeError::Refused(_) | ChangeError::Store(_))) => Err(error.into()),
    }
}

/// Judges a password and counts failures.
fn attempt(user: &mut User, password: &str, now: OffsetDateTime, settings: &Settings) -> Result<(), Business> {
    match user.locked_until {
        Some(_) if is_locked(user, now, settings) => return Err(Business::Locked),
        Some(_) => (user.failures, user.locked_until) = (0, None),
        None => {}
    }
    if same(&user.password, password) {
        return Ok(());
    }
    user.failures += 1;
    if user.failures >= settings.login_tries {
        user.locked_until = Some(later(now, settings.lock_time));
    }
    Err(Business::WrongPassword)
}

/// Whether a user is locked. Where the clock has been set back to before the failures, there have been none; a lock
/// that the operator has set stays.
pub(crate) fn is_locked(user: &User, now: OffsetDateTime, settings: &Settings) -> bool {
    let Some(until) = user.locked_until else { return false };
    let is_counted = user.failures >= settings.login_tries;
    now < until && !(is_counted && later(now, settings.lock_time) < until)
}

fn usable(user: &User) -> Result<(), Business> {
    match user.state {
        PasswordState::Regular => Ok(()),
        PasswordState::Temporary => Err(Business::TemporaryPassword),
        PasswordState::Expired => Err(Business::ExpiredPassword),
    }
}

/// The same answers for an ID that nobody has.
fn stranger(platform: &Platform, id: &str, password: &str) -> Business {
    let now = platform.clock.now();
    let judge = |user: &mut User| {
        // No password is right for nobody, the empty one included.
        user.password = format!("{password}?");
        let judged = attempt(user, password, now, &platform.settings);
        judged.err().unwrap_or(Business::WrongPassword)
    };
    platform.sessions.stranger(id, now, platform.settings.lock_time, judge)
}

/// Compares in a time that does not depend on where the passwords differ.
fn same(kept: &str, given: &str) -> bool {
    let (kept, given) = (Sha256::digest(kept), Sha256::digest(given));
    kept.iter().zip(given.iter()).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}

fn tell(platform: &Platform, id: &str, office: Option<OfficeNumber>, code: Option<String>) {
    // What is not of the form of an ID may be anything, such as a password in the wrong field.
    let is_id = (1..=32).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && ["KJ", "HD", "c"].iter().any(|prefix| id.starts_with(prefix));
    let user = if is_id { id } else { "?" }.to_owned();
    // What cannot be written is counted by the journal and told there.
    let _ = platform.journal.write(&Event::Login { user, office, code });
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-27 9:00 +9);

    fn user() -> User {
        User {
            id: "c9970100013".to_owned(),
            password: "Himitsu123".to_owned(),
            state: PasswordState::Regular,
            failures: 0,
            locked_until: None,
        }
    }

    #[test]
    fn a_user_is_locked_after_three_failures_for_half_an_hour() {
        let (mut user, settings) = (user(), Settings::default());
        let end = NOW + Duration::minutes(30);
        for (at, password, expected) in [
            (NOW, "himitsu123", Err(Business::WrongPassword)),
            (NOW, "", Err(Business::WrongPassword)),
            (NOW, "Himitsu1234", Err(Business::WrongPassword)),
            (NOW, "Himitsu123", Err(Business::Locked)),
            (end - Duration::nanoseconds(1), "wrong", Err(Business::Locked)),
            (end, "Himitsu123", Ok(())),
        ] {
            assert_eq!(attempt(&mut user, password, at, &settings), expected, "{at} {password}");
        }
        assert_eq!((user.failures, user.locked_until), (0, None));
    }

    #[test]
    fn after_a_lock_the_count_begins_again() {
        let (mut user, settings) = (user(), Settings { login_tries: 1, ..Settings::default() });
        assert_eq!(attempt(&mut user, "wrong", NOW, &settings), Err(Business::WrongPassword));
        let end = user.locked_until.unwrap();
        assert_eq!(attempt(&mut user, "wrong", end, &settings), Err(Business::WrongPassword));
        assert_eq!(user.locked_until, Some(end + settings.lock_time));
        assert_eq!(attempt(&mut user, "Himitsu123", end, &settings), Err(Business::Locked));
    }

    #[test]
    fn before_the_failures_that_locked_it_a_user_is_not_locked() {
        let (mut user, settings) = (user(), Settings { login_tries: 1, ..Settings::default() });
        assert_eq!(attempt(&mut user, "wrong", NOW, &settings), Err(Business::WrongPassword));
        assert_eq!(attempt(&mut user, "Himitsu123", NOW, &settings), Err(Business::Locked));
        let earlier = NOW - Duration::DAY;
        assert_eq!(attempt(&mut user.clone(), "Himitsu123", earlier, &settings), Ok(()));
        // By the operator, who counts nothing.
        user.failures = 0;
        assert_eq!(attempt(&mut user, "Himitsu123", earlier, &settings), Err(Business::Locked));
    }

    #[test]
    fn passwords_are_the_same_to_the_letter() {
        for (given, expected) in [("Himitsu123", true), ("himitsu123", false), ("Himitsu12", false), ("", false)] {
            assert_eq!(same("Himitsu123", given), expected, "{given}");
        }
    }
}

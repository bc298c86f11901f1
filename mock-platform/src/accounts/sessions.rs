//! Tokens and what they stand for, in memory: a restart ends all sessions. Knows digests of tokens, never
//! the tokens; knows no password.
//!
//! A refresh token is the session's family and a secret. The family alone cannot be guessed, so a right
//! family with another secret is a refresh token that was used before: whoever shows it, the session ends.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::Sha256;
use time::OffsetDateTime;

use crate::clock::later;
use crate::model::{OfficeNumber, PasswordState, User};
use crate::pki::fingerprint::hex;
use crate::refusal::Business;
use crate::settings::Settings;

/// How long the second step of a login may be away from the first.
const STEP_TIME: Duration = Duration::from_secs(5 * 60);

type Digest = [u8; 32];

/// Names a session without being a token.
pub(crate) type SessionId = [u8; 32];

/// The open sessions of a platform.
#[derive(Debug)]
pub struct Sessions {
    access_time: Duration,
    refresh_time: Duration,
    tables: Mutex<Tables>,
}

#[derive(Debug)]
struct Tables {
    /// By the digest of the family.
    open: Kept<Open>,
    /// From the digest of an access token to that of the family.
    access: HashMap<Digest, Digest>,
    steps: Kept<Step>,
    sites: Kept<OfficeNumber>,
    strangers: Kept<User>,
}

#[derive(Debug)]
struct Open {
    office: OfficeNumber,
    fingerprint: String,
    access: Digest,
    access_until: OffsetDateTime,
    secret: Digest,
}

/// What the first step of a login learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) office: OfficeNumber,
    pub(crate) fingerprint: String,
}

/// The tokens of a session.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// What an access token stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) id: SessionId,
    pub(crate) office: OfficeNumber,
    pub(crate) fingerprint: String,
}

/// Why a session is not refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefreshRefusal {
    /// No session has that token, or its time is over.
    Unknown,
    /// It was used before: the session has been closed.
    Used,
    /// It came on a connection of another certificate.
    OtherCertificate,
    /// No token could be made.
    NoChance,
}

impl From<getrandom::Error> for RefreshRefusal {
    fn from(_: getrandom::Error) -> RefreshRefusal {
        RefreshRefusal::NoChance
    }
}

impl Sessions {
    /// No session yet.
    pub fn new(settings: &Settings) -> Sessions {
        let most = settings.most_sessions;
        Sessions {
            access_time: settings.access_token_time,
            refresh_time: settings.refresh_token_time,
            tables: Mutex::new(Tables {
                open: Kept::new(most),
                access: HashMap::new(),
                steps: Kept::new(most),
                sites: Kept::new(most),
                strangers: Kept::new(most),
            }),
        }
    }

    /// How many sessions are open.
    pub fn open_now(&self, now: OffsetDateTime) -> usize {
        self.tables().open.entries.values().filter(|entry| now < entry.until).count()
    }

    /// Ends all sessions, as after a reset.
    pub fn close_all(&self) {
        let mut tables = self.tables();
        tables.access.clear();
        tables.open.clear();
        tables.steps.clear();
        tables.sites.clear();
        tables.strangers.clear();
    }

    pub(crate) fn begin_step(&self, step: Step, now: OffsetDateTime) -> Result<String, getrandom::Error> {
        let token = token()?;
        self.tables().steps.insert(digest(&token), step, later(now, STEP_TIME), now);
        Ok(token)
    }

    /// The first step that a token stands for. It stays until [`Sessions::open`] takes it.
    pub(crate) fn step(&self, token: &str, now: OffsetDateTime) -> Option<Step> {
        self.tables().steps.get(&digest(token), now).cloned()
    }

    /// Opens a session in place of a first step; `None` where that is gone.
    pub(crate) fn open(&self, step: &str, now: OffsetDateTime) -> Result<Option<Tokens>, getrandom::Error> {
        let (access, family, secret) = (token()?, token()?, token()?);
        let mut tables = self.tables();
        let key = digest(step);
        if tables.steps.get(&key, now).is_none() {
            return Ok(None);
        }
        let Some(Step { office, fingerprint }) = tables.steps.remove(&key) else { return Ok(None) };
        let access_until = later(now, self.access_time);
        let open = Open { office, fingerprint, access: digest(&access), access_until, secret: digest(&secret) };
        tables.access.insert(open.access, digest(&family));
        let closed = tables.open.insert(digest(&family), open, later(now, self.refresh_time), now);
        for closed in closed {
            tables.access.remove(&closed.access);
        }
        Ok(Some(Tokens { access, refresh: family + &secret }))
    }

    pub(crate) fn find(&self, access: &str, now: OffsetDateTime) -> Option<Found> {
        let tables = self.tables();
        let id = *tables.access.get(&digest(access))?;
        let open = tables.open.get(&id, now).filter(|open| now < open.access_until)?;
        Some(Found { id, office: open.office.clone(), fingerprint: open.fingerprint.clone() })
    }

    /// New tokens for a session; the ones before end.
    pub(crate) fn refresh(
        &self,
        refresh: &str,
        fingerprint: &str,
        now: OffsetDateTime,
    ) -> Result<(Tokens, OfficeNumber), RefreshRefusal> {
        let (access, secret) = (token()?, token()?);
        let (family, shown) = refresh.split_at_checked(TOKEN_CHARS).ok_or(RefreshRefusal::Unknown)?;
        let id = digest(family);
        let mut tables = self.tables();
        let open = tables.open.get(&id, now).ok_or(RefreshRefusal::Unknown)?;
        if open.fingerprint != fingerprint {
            return Err(RefreshRefusal::OtherCertificate);
        }
        if open.secret != digest(shown) {
            tables.close(&id);
            return Err(RefreshRefusal::Used);
        }
        let until = later(now, self.refresh_time);
        let entry = tables.open.entries.get_mut(&id).ok_or(RefreshRefusal::Unknown)?;
        entry.until = until;
        let open = &mut entry.value;
        let before = std::mem::replace(&mut open.access, digest(&access));
        open.access_until = later(now, self.access_time);
        open.secret = digest(&secret);
        let office = open.office.clone();
        tables.access.remove(&before);
        tables.access.insert(digest(&access), id);
        Ok((Tokens { access, refresh: format!("{family}{secret}") }, office))
    }

    pub(crate) fn close(&self, id: &SessionId) {
        self.tables().close(id);
    }

    pub(crate) fn open_site(&self, office: OfficeNumber, now: OffsetDateTime) -> Result<String, getrandom::Error> {
        let token = token()?;
        self.tables().sites.insert(digest(&token), office, later(now, self.access_time), now);
        Ok(token)
    }

    pub(crate) fn find_site(&self, token: &str, now: OffsetDateTime) -> Option<OfficeNumber> {
        self.tables().sites.get(&digest(token), now).cloned()
    }

    pub(crate) fn close_site(&self, token: &str) {
        self.tables().sites.remove(&digest(token));
    }

    /// Judges a try with an ID that nobody has, by what was tried with it before. Forgotten an hour after
    /// the lock would end.
    pub(super) fn stranger(
        &self,
        id: &str,
        now: OffsetDateTime,
        lock_time: Duration,
        judge: impl FnOnce(&mut User) -> Business,
    ) -> Business {
        let mut tables = self.tables();
        let key = digest(id);
        let mut user = tables.strangers.remove(&key).unwrap_or_else(|| User {
            id: String::new(),
            password: String::new(),
            state: PasswordState::Regular,
            failures: 0,
            locked_until: None,
        });
        let judged = judge(&mut user);
        let until = later(now, lock_time.saturating_add(Duration::from_secs(60 * 60)));
        tables.strangers.insert(key, user, until, now);
        judged
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn close(&mut self, id: &SessionId) {
        if let Some(open) = self.open.remove(id) {
            self.access.remove(&open.access);
        }
    }
}

/// Values that end, so many at most: for one more, those that have ended go, then the oldest.
#[derive(Debug)]
struct Kept<T> {
    most: usize,
    next: u64,
    entries: HashMap<Digest, Entry<T>>,
    /// By age.
    ages: BTreeMap<u64, Digest>,
}

#[derive(Debug)]
struct Entry<T> {
    age: u64,
    until: OffsetDateTime,
    value: T,
}

impl<T> Kept<T> {
    fn new(most: usize) -> Kept<T> {
        Kept { most: most.max(1), next: 0, entries: HashMap::new(), ages: BTreeMap::new() }
    }

    /// Keeps a value; what had to go for it.
    fn insert(&mut self, key: Digest, value: T, until: OffsetDateTime, now: OffsetDateTime) -> Vec<T> {
        let mut gone = Vec::new();
        if self.entries.len() >= self.most {
            let ended: Vec<Digest> =
                self.entries.iter().filter(|(_, entry)| entry.until <= now).map(|(key, _)| *key).collect();
            gone.extend(ended.iter().filter_map(|key| self.remove(key)));
        }
        while self.entries.len() >= self.most
            && let Some((_, oldest)) = self.ages.first_key_value().map(|(age, key)| (*age, *key))
        {
            gone.extend(self.remove(&oldest));
        }
        let age = self.next;
        self.next += 1;
        self.ages.insert(age, key);
        if let Some(before) = self.entries.insert(key, Entry { age, until, value }) {
            self.ages.remove(&before.age);
            gone.push(before.value);
        }
        gone
    }

    fn get(&self, key: &Digest, now: OffsetDateTime) -> Option<&T> {
        self.entries.get(key).filter(|entry| now < entry.until).map(|entry| &entry.value)
    }

    fn remove(&mut self, key: &Digest) -> Option<T> {
        let entry = self.entries.remove(key)?;
        self.ages.remove(&entry.age);
        Some(entry.value)
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.ages.clear();
    }
}

/// Characters of a token.
const TOKEN_CHARS: usize = 64;

/// 256 bits of chance, in hexadecimal.
fn token() -> Result<String, getrandom::Error> {
    let mut bytes = [0; TOKEN_CHARS / 2];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

fn digest(token: &str) -> Digest {
    <Sha256 as sha2::Digest>::digest(token).into()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-27 9:00 +9);
    const HOUR: Duration = Duration::from_secs(60 * 60);
    const INSTANT: Duration = Duration::from_nanos(1);

    fn sessions(most_sessions: usize) -> Sessions {
        Sessions::new(&Settings { most_sessions, ..Settings::default() })
    }

    fn office(text: &str) -> OfficeNumber {
        OfficeNumber::parse(text).unwrap()
    }

    fn open(sessions: &Sessions, number: &str, now: OffsetDateTime) -> Tokens {
        let step = Step { office: office(number), fingerprint: format!("of {number}") };
        let token = sessions.begin_step(step, now).unwrap();
        sessions.open(&token, now).unwrap().unwrap()
    }

    #[test]
    fn an_access_token_lives_sixty_minutes() {
        let sessions = sessions(10);
        let tokens = open(&sessions, "9970100013", NOW);
        for (at, lives) in [(NOW, true), (NOW + HOUR - INSTANT, true), (NOW + HOUR, false)] {
            assert_eq!(sessions.find(&tokens.access, at).is_some(), lives, "{at}");
        }
        let found = sessions.find(&tokens.access, NOW).unwrap();
        assert_eq!((found.office.as_str(), found.fingerprint.as_str()), ("9970100013", "of 9970100013"));
        assert_eq!(sessions.find(&tokens.refresh, NOW), None);
        assert_eq!(sessions.find("", NOW), None);
        assert_eq!((tokens.access.len(), tokens.refresh.len()), (64, 128));
    }

    #[test]
    fn a_refresh_token_lives_eight_hours_and_works_once() {
        let sessions = sessions(10);
        let first = open(&sessions, "9970100013", NOW);
        let late = NOW + HOUR * 8;
        let fingerprint = "of 9970100013";
        assert_eq!(sessions.refresh(&first.refresh, fingerprint, late).unwrap_err(), RefreshRefusal::Unknown);
        let (second, number) = sessions.refresh(&first.refresh, fingerprint, late - INSTANT).unwrap();
        assert_eq!(number.as_str(), "9970100013");
        assert_eq!(sessions.find(&first.access, NOW), None);
        assert!(sessions.find(&second.access, late).is_some());
        assert!(sessions.refresh(&second.refresh, fingerprint, late + HOUR).is_ok());
    }

    #[test]
    fn a_used_refresh_token_closes_the_session() {
        let sessions = sessions(10);
        let first = open(&sessions, "9970100013", NOW);
        let other = open(&sessions, "9970100021", NOW);
        let fingerprint = "of 9970100013";
        let (second, _) = sessions.refresh(&first.refresh, fingerprint, NOW).unwrap();
        assert_eq!(sessions.refresh(&first.refresh, fingerprint, NOW).unwrap_err(), RefreshRefusal::Used);
        assert_eq!(sessions.find(&second.access, NOW), None);
        assert_eq!(sessions.refresh(&second.refresh, fingerprint, NOW).unwrap_err(), RefreshRefusal::Unknown);
        assert!(sessions.find(&other.access, NOW).is_some());
        assert!(sessions.tables().access.len() == 1 && sessions.open_now(NOW) == 1);
    }

    #[test]
    fn a_refresh_on_another_certificate_changes_nothing() {
        let sessions = sessions(10);
        let tokens = open(&sessions, "9970100013", NOW);
        let refused = sessions.refresh(&tokens.refresh, "of another", NOW).unwrap_err();
        assert_eq!(refused, RefreshRefusal::OtherCertificate);
        assert!(sessions.refresh(&tokens.refresh, "of 9970100013", NOW).is_ok());
        for nonsense in ["", "abc", &"連".repeat(100), &"0".repeat(128)] {
            assert_eq!(sessions.refresh(nonsense, "", NOW).unwrap_err(), RefreshRefusal::Unknown, "{nonsense}");
        }
    }

    #[test]
    fn a_first_step_is_good_for_five_minutes_and_one_session() {
        let sessions = sessions(10);
        let step = Step { office: office("9970100013"), fingerprint: String::new() };
        let token = sessions.begin_step(step.clone(), NOW).unwrap();
        assert_eq!(sessions.step(&token, NOW + STEP_TIME - INSTANT), Some(step));
        assert_eq!(sessions.step(&token, NOW + STEP_TIME), None);
        assert!(sessions.open(&token, NOW + STEP_TIME).unwrap().is_none());
        assert!(sessions.open(&token, NOW).unwrap().is_some());
        assert!(sessions.open(&token, NOW).unwrap().is_none());
    }

    #[test]
    fn for_one_session_too_many_ended_ones_go_and_then_the_oldest() {
        let sessions = sessions(2);
        let [oldest, second] = ["9970100013", "9970100021"].map(|number| open(&sessions, number, NOW));
        let third = open(&sessions, "9970100039", NOW);
        let open_now = |tokens: &Tokens, at| sessions.find(&tokens.access, at).is_some();
        assert_eq!([&oldest, &second, &third].map(|tokens| open_now(tokens, NOW)), [false, true, true]);

        // The older one lives on, the younger one has ended.
        let late = NOW + HOUR * 8;
        let (second, _) = sessions.refresh(&second.refresh, "of 9970100021", late - INSTANT).unwrap();
        let fourth = open(&sessions, "9970100047", late);
        assert_eq!([&second, &third, &fourth].map(|tokens| open_now(tokens, late)), [true, false, true]);
        assert_eq!(sessions.tables().access.len(), 2);
    }

    #[test]
    fn a_site_session_ends_by_time_or_by_logout() {
        let sessions = sessions(10);
        let [kept, closed] = [0, 1].map(|_| sessions.open_site(office("9970100013"), NOW).unwrap());
        sessions.close_site(&closed);
        assert_eq!(sessions.find_site(&closed, NOW), None);
        assert_eq!(sessions.find_site(&kept, NOW + HOUR - INSTANT), Some(office("9970100013")));
        assert_eq!(sessions.find_site(&kept, NOW + HOUR), None);
        assert_eq!(sessions.find(&kept, NOW), None);
        sessions.close_all();
        assert_eq!(sessions.find_site(&kept, NOW), None);
    }
}

//! The offices and the notices: read from memory, changed one at a time, written to the store before a
//! change is seen. Knows what is kept; decides nothing of what may be changed.
//!
//! A change that the store did not take is not seen, either: memory is never ahead of the disk.

mod seed;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use crate::model::{Notice, Office, OfficeNumber, User};
use crate::refusal::Refusal;
use crate::store::{Change, Store, StoreError};

pub(crate) use seed::flaw_of;
pub use seed::{DEFAULT_PROVIDER_TYPE, Seed, SeedError, SeedNotice, default_password};

/// Notices that are kept; for a new one the oldest is forgotten.
pub const MOST_NOTICES: usize = 10_000;

/// Kinds of documents in the store.
const OFFICE: &str = "office";
const NOTICE: &str = "notice";

/// The offices and notices of a platform. Copies are the same world.
#[derive(Clone, Debug)]
pub struct World {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    seen: RwLock<Arc<State>>,
    /// Held while a change is made and written.
    changing: Arc<tokio::sync::Mutex<()>>,
}

/// What is seen. Replaced as a whole.
#[derive(Clone, Debug, Default)]
struct State {
    offices: BTreeMap<OfficeNumber, Arc<Office>>,
    users: HashMap<String, (OfficeNumber, UserKind)>,
    notices: BTreeMap<u64, Arc<Notice>>,
}

/// Which of the two users of an office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserKind {
    /// 事業所ユーザ
    Office,
    /// 個人ユーザ
    Personal,
}

impl UserKind {
    /// That user of an office.
    pub fn of(self, office: &Office) -> &User {
        match self {
            UserKind::Office => &office.office_user,
            UserKind::Personal => &office.personal_user,
        }
    }

    /// That user of an office, to be changed.
    pub fn of_mut(self, office: &mut Office) -> &mut User {
        match self {
            UserKind::Office => &mut office.office_user,
            UserKind::Personal => &mut office.personal_user,
        }
    }
}

/// A notice that has no number yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// 掲載日時
    pub at: OffsetDateTime,
    /// 件名
    pub title: String,
    /// 本文
    pub text: String,
    /// Only for this office; else for all.
    pub office: Option<OfficeNumber>,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// No office has that number.
    #[error("there is no such office")]
    NoSuchOffice,
    /// The change itself says no.
    #[error("refused with {}", .0.why.code())]
    Refused(Refusal),
    /// It could not be written.
    #[error("cannot keep the change")]
    Store(#[from] StoreError),
}

/// Why a stored world cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The store failed.
    #[error("cannot read the offices")]
    Store(#[from] StoreError),
    /// A document is not what is written here.
    #[error("cannot read the {kind} {id} that was stored")]
    Document {
        /// `office` or `notice`
        kind: &'static str,
        /// Which.
        id: String,
        /// Why.
        source: serde_json::Error,
    },
}

impl World {
    /// The world that a store holds; empty in a new store.
    ///
    /// # Errors
    /// [`WorldError`]: the store failed or holds something else.
    pub async fn open(store: Store) -> Result<World, WorldError> {
        let state = load(&store).await?;
        let seen = RwLock::new(Arc::new(state));
        Ok(World { inner: Arc::new(Inner { store, seen, changing: Arc::default() }) })
    }

    /// Reads the store again, after it was restored or reset.
    ///
    /// # Errors
    /// [`WorldError`]; what was seen before is seen still.
    pub async fn reload(&self) -> Result<(), WorldError> {
        let _changing = self.inner.changing.lock().await;
        self.show(Arc::new(load(&self.inner.store).await?));
        Ok(())
    }

    /// Puts another world in place of this one. Notices without a time get `now`.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn replace(&self, seed: &Seed, now: OffsetDateTime) -> Result<(), StoreError> {
        let guard = Arc::clone(&self.inner.changing).lock_owned().await;
        let mut state = State::default();
        let mut changes =
            vec![Change::DeleteAll { kind: OFFICE.to_owned() }, Change::DeleteAll { kind: NOTICE.to_owned() }];
        for office in seed.offices() {
            changes.push(put_office(office));
            state.put(Arc::new(office.clone()));
        }
        for notice in seed.notices() {
            changes.extend(state.post(notice.at(now)));
        }
        self.commit(guard, state, changes).await
    }

    /// An office by its number.
    pub fn office(&self, number: &OfficeNumber) -> Option<Arc<Office>> {
        self.seen().offices.get(number).cloned()
    }

    /// All offices, by number.
    pub fn offices(&self) -> Vec<Arc<Office>> {
        self.seen().offices.values().cloned().collect()
    }

    /// Whose user an ID is.
    pub fn user(&self, id: &str) -> Option<(OfficeNumber, UserKind)> {
        self.seen().users.get(id).cloned()
    }

    /// What an office may read, newest first.
    pub fn notices_for(&self, number: &OfficeNumber) -> Vec<Arc<Notice>> {
        let may_read = |notice: &&Arc<Notice>| notice.office.as_ref().is_none_or(|office| office == number);
        self.seen().notices.values().rev().filter(may_read).cloned().collect()
    }

    /// Changes an office. Durable on return; where the caller goes away in between, it is changed as a
    /// whole or not at all. Number and user IDs cannot be changed.
    ///
    /// # Errors
    /// [`ChangeError`]: nothing was changed.
    pub async fn change<T>(
        &self,
        number: &OfficeNumber,
        change: impl FnOnce(&mut Office) -> Result<T, Refusal>,
    ) -> Result<T, ChangeError> {
        self.change_and_post(number, |office| change(office).map(|done| (done, Vec::new()))).await
    }

    /// Changes an office and posts notices: both or neither.
    ///
    /// # Errors
    /// [`ChangeError`]: nothing was changed.
    pub async fn change_and_post<T>(
        &self,
        number: &OfficeNumber,
        change: impl FnOnce(&mut Office) -> Result<(T, Vec<NewNotice>), Refusal>,
    ) -> Result<T, ChangeError> {
        let guard = Arc::clone(&self.inner.changing).lock_owned().await;
        let seen = self.seen();
        let before = seen.offices.get(number).ok_or(ChangeError::NoSuchOffice)?;
        let mut office = Office::clone(before);
        let (done, notices) = change(&mut office).map_err(ChangeError::Refused)?;
        office.number = before.number.clone();
        office.office_user.id.clone_from(&before.office_user.id);
        office.personal_user.id.clone_from(&before.personal_user.id);
        if office == **before && notices.is_empty() {
            return Ok(done);
        }
        let mut state = State::clone(&seen);
        let mut changes = vec![put_office(&office)];
        state.put(Arc::new(office));
        for notice in notices {
            changes.extend(state.post(notice));
        }
        self.commit(guard, state, changes).await?;
        Ok(done)
    }

    /// Posts a notice.
    ///
    /// # Errors
    /// [`StoreError`]: it is not posted.
    pub async fn post(&self, notice: NewNotice) -> Result<(), StoreError> {
        let guard = Arc::clone(&self.inner.changing).lock_owned().await;
        let mut state = State::clone(&self.seen());
        let changes = state.post(notice);
        self.commit(guard, state, changes).await
    }

    /// Writes, then shows. A task of its own does it, so that a caller who goes away cannot leave
    /// memory behind the disk.
    async fn commit(
        &self,
        guard: tokio::sync::OwnedMutexGuard<()>,
        state: State,
        changes: Vec<Change>,
    ) -> Result<(), StoreError> {
        let world = self.clone();
        let task = tokio::spawn(async move {
            let _changing = guard;
            world.inner.store.change(changes).await?;
            world.show(Arc::new(state));
            Ok(())
        });
        // The task ends early only where the runtime does.
        task.await.unwrap_or(Err(StoreError::Closed))
    }

    fn seen(&self) -> Arc<State> {
        Arc::clone(&self.inner.seen.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn show(&self, state: Arc<State>) {
        *self.inner.seen.write().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

impl State {
    fn put(&mut self, office: Arc<Office>) {
        for kind in [UserKind::Office, UserKind::Personal] {
            self.users.insert(kind.of(&office).id.clone(), (office.number.clone(), kind));
        }
        self.offices.insert(office.number.clone(), office);
    }

    /// Numbers a notice; what is to be written for it.
    fn post(&mut self, new: NewNotice) -> Vec<Change> {
        let NewNotice { at, title, text, office } = new;
        let id = self.notices.last_key_value().map_or(1, |(last, _)| last + 1);
        let notice = Notice { id, at, title, text, office };
        let mut changes = vec![Change::Put { kind: NOTICE.to_owned(), id: notice_id(id), json: json(&notice) }];
        self.notices.insert(id, Arc::new(notice));
        if self.notices.len() > MOST_NOTICES
            && let Some((oldest, _)) = self.notices.pop_first()
        {
            changes.push(Change::Delete { kind: NOTICE.to_owned(), id: notice_id(oldest) });
        }
        changes
    }
}

async fn load(store: &Store) -> Result<State, WorldError> {
    let mut state = State::default();
    for (id, text) in store.all(OFFICE).await? {
        let office: Office = read(OFFICE, id, &text)?;
        state.put(Arc::new(office));
    }
    for (id, text) in store.all(NOTICE).await? {
        let notice: Notice = read(NOTICE, id, &text)?;
        state.notices.insert(notice.id, Arc::new(notice));
    }
    Ok(state)
}

fn read<T: DeserializeOwned>(kind: &'static str, id: String, text: &str) -> Result<T, WorldError> {
    serde_json::from_str(text).map_err(|source| WorldError::Document { kind, id, source })
}

fn put_office(office: &Office) -> Change {
    Change::Put { kind: OFFICE.to_owned(), id: office.number.to_string(), json: json(office) }
}

/// So many digits that ids are in the order of the numbers.
fn notice_id(id: u64) -> String {
    format!("{id:020}")
}

fn json<T: serde::Serialize>(document: &T) -> String {
    serde_json::to_string(document).expect("offices and notices have text keys and no value that JSON lacks")
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;
    use crate::clock::Clock;
    use crate::journal::Journal;
    use crate::refusal::Business;

    const NOW: OffsetDateTime = datetime!(2026-11-27 9:00 +9);

    fn store(directory: &std::path::Path) -> Store {
        let journal = Journal::open(&directory.join("journal.jsonl"), Clock::stopped(NOW)).unwrap();
        Store::open(&directory.join("store"), journal).unwrap()
    }

    async fn demo(directory: &std::path::Path) -> (World, Store) {
        let store = store(directory);
        let world = World::open(store.clone()).await.unwrap();
        world.replace(&Seed::demo(date!(2026 - 11 - 27)), NOW).await.unwrap();
        (world, store)
    }

    fn number(text: &str) -> OfficeNumber {
        OfficeNumber::parse(text).unwrap()
    }

    fn notice(title: &str, office: Option<&str>) -> NewNotice {
        NewNotice { at: NOW, title: title.to_owned(), text: String::new(), office: office.map(number) }
    }

    #[tokio::test]
    async fn what_was_changed_is_there_when_the_store_is_opened_again() {
        let directory = tempfile::tempdir().unwrap();
        let (world, store) = demo(directory.path()).await;
        let office = number("9970100013");
        let posted = world.change_and_post(&office, |office| {
            office.name = "新しい名前".to_owned();
            Ok(((), vec![notice("変更", Some("9970100013"))]))
        });
        posted.await.unwrap();
        let (offices, notices) = (world.offices(), world.notices_for(&office));
        store.close().await;
        drop((world, store));

        let world = World::open(self::store(directory.path())).await.unwrap();
        assert_eq!(world.offices(), offices);
        assert_eq!(world.notices_for(&office), notices);
        assert_eq!(world.office(&office).unwrap().name, "新しい名前");
        assert_eq!(world.user("KJ999970100013"), Some((office, UserKind::Office)));
    }

    #[tokio::test]
    async fn what_the_store_did_not_take_is_not_seen() {
        let directory = tempfile::tempdir().unwrap();
        let (world, store) = demo(directory.path()).await;
        store.close().await;
        let office = number("9970100013");
        let name = world.office(&office).unwrap().name.clone();
        let change = world.change(&office, |office| {
            office.name = "書けない名前".to_owned();
            Ok(())
        });
        assert!(matches!(change.await, Err(ChangeError::Store(StoreError::Closed))));
        assert_eq!(world.office(&office).unwrap().name, name);
        assert!(world.post(notice("書けない", None)).await.is_err());
        world.change(&office, |_| Ok(())).await.expect("what changes nothing is not written");
        assert!(world.notices_for(&office).iter().all(|notice| notice.title != "書けない"));
    }

    #[tokio::test]
    async fn a_refused_change_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let (world, _store) = demo(directory.path()).await;
        let office = number("9970100013");
        let before = world.office(&office).unwrap();
        let change = world.change::<()>(&office, |office| {
            office.name.clear();
            Err(Refusal::plain(Business::FormInvalid))
        });
        assert!(matches!(change.await, Err(ChangeError::Refused(refusal)) if refusal.why == Business::FormInvalid));
        assert_eq!(world.office(&office).unwrap(), before);
        let unknown = world.change(&number("9970199993"), |_| Ok(())).await;
        assert!(matches!(unknown, Err(ChangeError::NoSuchOffice)));
    }

    #[tokio::test]
    async fn changes_of_one_office_are_made_one_after_another() {
        let directory = tempfile::tempdir().unwrap();
        let (world, _store) = demo(directory.path()).await;
        let office = number("9970100013");
        let tasks = (0..20).map(|_| {
            let (world, office) = (world.clone(), office.clone());
            tokio::spawn(async move {
                let change = |office: &mut Office| {
                    office.personal_user.failures += 1;
                    Ok(())
                };
                world.change(&office, change).await.unwrap();
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(world.office(&office).unwrap().personal_user.failures, 20);
    }

    #[tokio::test]
    async fn a_notice_for_one_office_is_not_shown_to_another() {
        let directory = tempfile::tempdir().unwrap();
        let (world, _store) = demo(directory.path()).await;
        world
            .replace(&Seed::of_offices(Seed::demo(date!(2026 - 11 - 27)).offices().to_vec()).unwrap(), NOW)
            .await
            .unwrap();
        for (title, office) in [("全員へ", None), ("甲へ", Some("9970100013")), ("乙へ", Some("9970100021"))] {
            world.post(notice(title, office)).await.unwrap();
        }
        let titles = |office| -> Vec<(u64, String)> {
            let notices = world.notices_for(&number(office));
            notices.iter().map(|notice| (notice.id, notice.title.clone())).collect()
        };
        assert_eq!(titles("9970100013"), [(2, "甲へ".to_owned()), (1, "全員へ".to_owned())]);
        assert_eq!(titles("9970100021"), [(3, "乙へ".to_owned()), (1, "全員へ".to_owned())]);
    }

    #[test]
    fn the_oldest_notice_is_forgotten_for_one_too_many() {
        let mut state = State::default();
        for _ in 0..MOST_NOTICES {
            assert_eq!(state.post(notice("", None)).len(), 1);
        }
        let changes = state.post(notice("", None));
        assert_eq!(changes[1], Change::Delete { kind: "notice".to_owned(), id: "00000000000000000001".to_owned() });
        assert_eq!(state.notices.len(), MOST_NOTICES);
        assert_eq!(*state.notices.first_key_value().unwrap().0, 2);
    }
}

//! What was accepted, durably: deliveries, the entries of the lists of their receivers, documents.
//! Knows what is kept and when it is on the disk; decides nothing of what is accepted.
//!
//! A store is a directory with a log of deliveries (`bodies-….log`) and an index (`platform.sqlite`). One
//! thread accepts deliveries into the log (`appender.rs`), one brings them into the index behind that and
//! makes all other changes there (`writer.rs`), a few connections read. When a change is acknowledged it is
//! on the disk: after that nothing is lost, whatever is killed or loses power, and what was not
//! acknowledged is there as a whole or not at all. Of a delivery it is the log that is on the disk by then;
//! what the index lacks of it at the next opening is read from there. Who reads waits until the index has
//! what was acknowledged before.
//!
//! The lines `accepted`, `repeated`, `fetched`, `reset`, `snapshot` and `restored` of the journal are
//! written here, in the order in which things happened; so are `recovered` and `opened`.

mod appender;
mod error;
mod frame;
mod index;
mod log;
mod pending;
mod reader;
mod record;
mod room;
mod snapshot;
mod tail;
mod writer;

use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, future, stream};
use rusqlite::Connection;
use time::OffsetDateTime;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

pub use error::StoreError;
pub(crate) use reader::behind;
pub use record::{
    AcceptOutcome, Change, DeliveryRecord, FetchOutcome, FileRecord, FileRef, Listed, NewDelivery, NewFile,
    ReceivedRecord,
};

use crate::api::body::Fetched;
use crate::files::{self, Lock, Nature};
use crate::journal::{Event, Journal, Mended, Newest};
use crate::model::OfficeNumber;
use appender::{Appender, Command, Offered};
use frame::{Head, Written};
use index::Meta;
use log::Log;
use pending::{Pending, Progress, Row, Told, Used};
use reader::Pool;
use record::{Id, nanoseconds};
use room::Room;
use tail::Tail;
use writer::{Answer, Work, Writer};

/// Commands that wait at most; more callers wait to be heard.
const QUEUE: usize = 256;

/// Batches of deliveries that wait for the index at most: what comes in while it is busy with itself for
/// some tenths of a second.
const BEHIND: usize = 4096;

/// How long a caller looks for its answer, between the turns of others, before it sleeps. A disk takes
/// hardly longer, and a thread that has slept is often set to run behind another that has work, while a
/// processor idles.
const AWAKE: Duration = Duration::from_micros(200);

/// An open store. Copies are the same store, which closes with the last of them.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    directory: PathBuf,
    journal: Journal,
    log: Arc<Mutex<Arc<Log>>>,
    pool: Pool,
    progress: Arc<Progress>,
    /// Absent only while it is dropped.
    commands: Option<mpsc::Sender<Command>>,
    /// In the order in which they end.
    threads: Vec<JoinHandle<()>>,
    /// One snapshot, restore or reset at a time; the number that the next log gets.
    next_log: tokio::sync::Mutex<u64>,
}

/// Whether a directory holds something else than a store; nothing else is told.
pub(crate) fn nature(directory: &Path) -> Nature {
    match std::fs::read_dir(directory) {
        Ok(_) => index::nature(directory),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Nature::Foreign,
        Err(_) => Nature::Open,
    }
}

impl Store {
    /// Opens the store in a directory, or makes one. Bytes that nothing owns are cut off
    /// ([`Event::Mended`]); accepted deliveries that the journal lacks are written there
    /// ([`Event::Recovered`]). Blocks on the disk.
    ///
    /// # Errors
    /// [`StoreError`]: open in another process, something else in the directory, bytes missing, disk.
    pub fn open(directory: &Path, journal: Journal) -> Result<Store, StoreError> {
        files::make_private(directory).map_err(|source| log::failed("make", directory, source))?;
        let path = directory.join("lock");
        let lock = Lock::take(&path).map_err(|error| match error {
            TryLockError::WouldBlock => StoreError::InUse { directory: directory.to_owned() },
            TryLockError::Error(source) => log::failed("lock", &path, source),
        })?;
        let (connection, mut meta) = index::open(directory)?;
        let log = open_log(directory, &meta)?;
        let mut room = Room::of(directory);
        catch_up(&connection, &mut meta, &log).or_else(|_| {
            room.give_up();
            catch_up(&connection, &mut meta, &log)
        })?;
        let cut = log.cut_off(meta.log_end)?;
        if cut > 0 {
            journal.write(&Event::Mended { what: Mended::Bodies, bytes: cut })?;
        }
        recover(&connection, &meta, &journal)?;
        let pool = Pool::open(directory)?;
        let next_log = tokio::sync::Mutex::new(meta.log + 1);
        let progress = Arc::new(Progress::new(meta.deliveries));
        // Without room nothing is accepted, and who is refused is told why.
        progress.fails(room.keep().is_err());
        let told = Arc::new(Told::new(journal.clone()));
        let log = Arc::new(log);
        let (sender, commands) = mpsc::channel(QUEUE);
        let (orders, received) = std::sync::mpsc::sync_channel(BEHIND);
        let tail = Tail::new(Arc::clone(&log), meta.log_end)?;
        let reader = index::open_read_only(directory)?;
        let used = Used::in_index(&reader)?;
        let log = Arc::new(Mutex::new(log));
        let writer = Writer {
            connection,
            meta: meta.clone(),
            log: Arc::clone(&log),
            directory: directory.to_owned(),
            told: Arc::clone(&told),
            progress: Arc::clone(&progress),
            behind: Vec::new(),
            room,
            synced: true,
            orders: received,
            lock,
        };
        let thread = |name: &str, run: Box<dyn FnOnce() + Send>| {
            let started = std::thread::Builder::new().name(name.to_owned()).spawn(run);
            started.map_err(|source| log::failed("serve", directory, source))
        };
        let index = thread("store-index", Box::new(|| writer.run()))?;
        let appender = Appender {
            tail,
            meta,
            used,
            pending: Pending::default(),
            progress: Arc::clone(&progress),
            told,
            connection: reader,
            commands,
            orders,
            writer: index.thread().clone(),
        };
        let threads = vec![thread("store-log", Box::new(|| appender.run()))?, index];
        Ok(Store {
            inner: Arc::new(Inner {
                directory: directory.to_owned(),
                journal,
                log,
                pool,
                progress,
                commands: Some(sender),
                threads,
                next_log,
            }),
        })
    }

    /// Accepts a delivery, unless its sender has used its key before. Durable on return. Where the
    /// caller goes away in between, it is accepted all the same.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was accepted.
    pub async fn accept(&self, delivery: NewDelivery) -> Result<AcceptOutcome, StoreError> {
        if delivery.copies == 0 {
            return Err(StoreError::Range { what: "the number of copies" });
        }
        let head = Arc::new(Head::of(&delivery)?);
        let files = delivery.files.into_iter().map(|file| file.bytes).collect();
        let written = Written::of(&head, files)?;
        self.tell(|answer| Command::Accept(Offered { head, written, answer })).await
    }

    /// What became of an earlier delivery of the same sender and key, as [`Store::accept`] would tell it;
    /// `None` where there is none. Nothing is accepted, and nothing written into the journal.
    ///
    /// # Errors
    /// [`StoreError`] of the disk.
    pub async fn earlier(
        &self,
        sender: &OfficeNumber,
        key: &str,
        digest: [u8; 32],
    ) -> Result<Option<AcceptOutcome>, StoreError> {
        let (sender, key) = (sender.clone(), key.to_owned());
        let found = self.read(move |connection| index::by_key(connection, &sender, &key)).await?;
        Ok(found.map(|(known, delivery)| match known == digest {
            true => AcceptOutcome::Repeated(delivery),
            false => AcceptOutcome::KeyReused,
        }))
    }

    /// 送信済 of an office, newest first. `after` is the cursor of the page before.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] where it is none; [`StoreError`] of the disk.
    pub async fn sent(
        &self,
        office: &OfficeNumber,
        after: Option<String>,
        limit: u32,
    ) -> Result<Listed<DeliveryRecord>, StoreError> {
        let after = after.as_deref().map(reader::sent_cursor).transpose()?;
        let office = office.clone();
        self.read(move |connection| reader::sent(connection, &office, after, limit)).await
    }

    /// Deliveries of all offices, newest first, each with what became of the entries that it made and that are
    /// visible: for the operator. `after` is the cursor of the page before.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] where it is none; [`StoreError`] of the disk.
    pub async fn all_sent(
        &self,
        now: OffsetDateTime,
        after: Option<String>,
        limit: u32,
    ) -> Result<Listed<(DeliveryRecord, Vec<Fetched>)>, StoreError> {
        let after = after.as_deref().map(reader::sent_cursor).transpose()?;
        let now = nanoseconds(now)?;
        self.read(move |connection| reader::all_sent(connection, now, after, limit)).await
    }

    /// A delivery that an office sent; `None` where it is not, or is another's.
    ///
    /// # Errors
    /// [`StoreError`] of the disk.
    pub async fn sent_one(&self, office: &OfficeNumber, id: &str) -> Result<Option<DeliveryRecord>, StoreError> {
        let Some(number) = Id::Delivery.read(id) else { return Ok(None) };
        let office = office.clone();
        self.read(move |connection| reader::sent_one(connection, &office, number)).await
    }

    /// 受信一覧 of an office as far as it is visible, oldest first. `after` is the cursor of the page
    /// before. An entry that is there when the first page is read is on one page; one that comes later
    /// is on one page or on none.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] where it is none; [`StoreError`] of the disk.
    pub async fn received(
        &self,
        office: &OfficeNumber,
        now: OffsetDateTime,
        after: Option<String>,
        limit: u32,
    ) -> Result<Listed<ReceivedRecord>, StoreError> {
        let after = after.as_deref().map(reader::received_cursor).transpose()?;
        let (office, now) = (office.clone(), nanoseconds(now)?);
        self.read(move |connection| reader::received(connection, &office, now, after, limit)).await
    }

    /// An entry of the list of an office; `None` where it is not, is not visible yet, or is another's.
    ///
    /// # Errors
    /// [`StoreError`] of the disk.
    pub async fn received_one(
        &self,
        office: &OfficeNumber,
        now: OffsetDateTime,
        id: &str,
    ) -> Result<Option<ReceivedRecord>, StoreError> {
        let Some(number) = Id::Entry.read(id) else { return Ok(None) };
        let (office, now) = (office.clone(), nanoseconds(now)?);
        self.read(move |connection| reader::received_one(connection, &office, now, number)).await
    }

    /// How many visible entries of an office have 未.
    ///
    /// # Errors
    /// [`StoreError`] of the disk.
    pub async fn not_fetched(&self, office: &OfficeNumber, now: OffsetDateTime) -> Result<u64, StoreError> {
        let (office, now) = (office.clone(), nanoseconds(now)?);
        self.read(move |connection| reader::not_fetched(connection, &office, now)).await
    }

    /// The bytes of a stored file, in chunks of 64 KiB. The last chunk comes only where all of them have
    /// the digest they were accepted with; else an error comes, as it does where the store has been
    /// reset or restored since.
    pub fn body(&self, file: &FileRef) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static + use<> {
        let log = self.log();
        if log.number == file.log {
            log.stream(file.clone()).left_stream()
        } else {
            let gone = io::Error::new(io::ErrorKind::NotFound, "the store has been reset or restored");
            stream::once(future::ready(Err(gone))).right_stream()
        }
    }

    /// Marks a file of an entry as fetched; the entry is 済 when each of its files is. Durable on return.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was marked.
    pub async fn mark_fetched(
        &self,
        office: &OfficeNumber,
        id: &str,
        position: u32,
        at: OffsetDateTime,
    ) -> Result<FetchOutcome, StoreError> {
        let Some(entry) = Id::Entry.read(id) else { return Ok(FetchOutcome::Unknown) };
        let (office, at) = (office.clone(), nanoseconds(at)?);
        self.tell(|answer| Command::Work(Work::Fetched { office, entry, position, at, answer })).await
    }

    /// Keeps a document, in place of an earlier one. Durable on return.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn put(&self, kind: &str, id: &str, json: String) -> Result<(), StoreError> {
        self.change(vec![Change::Put { kind: kind.to_owned(), id: id.to_owned(), json }]).await
    }

    /// Keeps documents (kind, id, JSON): all of them or none. Durable on return.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn put_all(&self, documents: Vec<(String, String, String)>) -> Result<(), StoreError> {
        let put = |(kind, id, json)| Change::Put { kind, id, json };
        self.change(documents.into_iter().map(put).collect()).await
    }

    /// Forgets a document, if there is one. Durable on return.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn delete(&self, kind: &str, id: &str) -> Result<(), StoreError> {
        self.change(vec![Change::Delete { kind: kind.to_owned(), id: id.to_owned() }]).await
    }

    /// Changes documents in the order given: all of them or none. Durable on return.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn change(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.tell(|answer| Command::Work(Work::Documents { changes, answer })).await
    }

    /// Documents of a kind (id, JSON), in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError`] of the disk.
    pub async fn all(&self, kind: &str) -> Result<Vec<(String, String)>, StoreError> {
        let kind = kind.to_owned();
        self.read(move |connection| reader::documents(connection, &kind)).await
    }

    /// Writes what is waiting, then closes the files; the directory can be opened again on return.
    /// Copies of this store answer with [`StoreError::Closed`] from now on.
    pub async fn close(&self) {
        self.inner.pool.close();
        let (answer, closed) = oneshot::channel();
        if let Some(commands) = &self.inner.commands
            && commands.send(Command::Close(answer)).await.is_ok()
        {
            // An error means that the writer has ended.
            let _ = closed.await;
        }
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.inner.directory
    }

    fn log(&self) -> Arc<Log> {
        Arc::clone(&self.inner.log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the index, when everything accepted before is in it.
    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if !self.inner.progress.is_settled() {
            self.tell(|answer| Command::Work(Work::Settle { answer })).await?;
        }
        self.inner.pool.read(query).await
    }

    /// Tells the store's threads something and waits for its answer.
    async fn tell<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let commands = self.inner.commands.as_ref().ok_or(StoreError::Closed)?;
        commands.send(command(answer)).await.map_err(|_| StoreError::Closed)?;
        soon(answered).await?
    }
}

/// Waits for an answer of the store's threads.
async fn soon<T>(mut answer: oneshot::Receiver<T>) -> Result<T, StoreError> {
    let begun = Instant::now();
    while begun.elapsed() < AWAKE {
        match answer.try_recv() {
            Ok(answer) => return Ok(answer),
            Err(TryRecvError::Closed) => return Err(StoreError::Closed),
            // Those threads run for some microseconds now and then: on busy processors they would else wait
            // until those who do much have had their turn.
            Err(TryRecvError::Empty) => std::thread::yield_now(),
        }
        tokio::task::yield_now().await;
    }
    answer.await.map_err(|_| StoreError::Closed)
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.pool.close();
        self.commands = None;
        for thread in self.threads.drain(..) {
            // Had it panicked, nobody would be left to be told.
            let _ = thread.join();
        }
    }
}

/// Opens the log that the index names; removes logs of earlier times.
fn open_log(directory: &Path, meta: &Meta) -> Result<Log, StoreError> {
    let log = match Log::open(directory, meta.log, meta.log_end) {
        // A kill may have come before the log was made.
        Err(StoreError::Io { source, .. }) if meta.log_end == 0 && source.kind() == io::ErrorKind::NotFound => {
            Log::create(directory, meta.log)?
        }
        opened => opened?,
    };
    log::remove_others(directory, meta.log)?;
    files::sync_names(directory).map_err(|source| log::failed("sync", directory, source))?;
    Ok(log)
}

/// Writes into the index what a kill or a loss of power kept from it: deliveries that the log holds.
fn catch_up(connection: &Connection, meta: &mut Meta, log: &Log) -> Result<(), StoreError> {
    let mut caught_up = meta.clone();
    let Some(mut found) = frame::find(log, meta.log_end)? else { return Ok(()) };
    let transaction = connection.unchecked_transaction()?;
    loop {
        // A key that is known was not accepted again.
        if index::by_key(connection, &found.head.sender, &found.head.key)?.is_none() {
            let row = Row::after(&caught_up, Arc::new(found.head), found.at);
            writer::insert(connection, &row)?;
            row.count_in(&mut caught_up);
        }
        caught_up.log_end = found.end;
        match frame::find(log, caught_up.log_end)? {
            Some(next) => found = next,
            None => break,
        }
    }
    index::write_meta(connection, &caught_up)?;
    transaction.commit()?;
    *meta = caught_up;
    Ok(())
}

/// Writes into the journal what a kill kept from it.
fn recover(connection: &Connection, meta: &Meta, journal: &Journal) -> Result<(), StoreError> {
    let written = match journal.newest_of(&meta.store)? {
        Some(Newest::Delivery(id)) => Id::Delivery.read(&id).ok_or(StoreError::Row { what: "a delivery" })?,
        Some(Newest::Opened(deliveries)) => {
            i64::try_from(deliveries).map_err(|_| StoreError::Row { what: "a count" })?
        }
        None => 0,
    };
    reader::deliveries_after(connection, written.max(meta.restored), |delivery| {
        journal.write_or_keep(&[Event::Recovered(delivery.delivered())])?;
        Ok(())
    })?;
    let deliveries = u64::try_from(meta.deliveries).map_err(|_| StoreError::Row { what: "a count" })?;
    journal.write(&Event::Opened { store: meta.store.clone(), deliveries })?;
    Ok(())
}

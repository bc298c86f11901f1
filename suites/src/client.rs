//! A headless client of the platform: sends what lies in a folder, fetches what was received into
//! another, and does each exactly once whatever happens in between. Knows the order of the work; how
//! each step is done is in the modules below.
//!
//! # How nothing is sent twice or lost
//!
//! - A delivery has an idempotency key that is a digest of all that makes it, and of the key that the same
//!   one was sent with before, if it was ([`watcher::Point::Claimed`]). It is recorded, with its files moved
//!   out of the outbox, before its first byte leaves; whoever finds the record sends the same again under
//!   the same key.
//! - A receipt is believed where it tells of exactly what was sent, and recorded before the delivery is
//!   put among those sent.
//! - A received file is checked against length and digest before it has a name in the inbox; the names
//!   are recorded before the first file gets its own, and the number of the entry after the last.
//! - What the platform says is 済 is its own business: what was received is what the ledger says.
//!
//! One thing is done at a time, so files are read and written without async; the sockets are what is
//! waited for.

mod companions;
mod connection;
mod disk;
mod failure;
mod inbox;
mod ledger;
mod names;
mod outbox;
mod parcel;
mod profile;
mod reason;
mod retry;
mod send;
mod session;
mod told;
pub(crate) mod trust;
mod watcher;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use renkei_mock_platform::model::OfficeNumber;
use renkei_validator::text::Message;

use self::disk::Locked;
use self::failure::Reach;
use self::inbox::{Arrived, Inbox, Way};
use self::outbox::{Outbox, Unit, Waiting};
use self::parcel::{Claim, Parcel, State};
use self::send::Verdict;
use self::session::Session;

pub use self::failure::{Failure, Remedy};
pub use self::profile::{Account, Environment, Identity, Profile, Timeouts};
pub(crate) use self::retry::Waits;
pub use self::retry::{Next, Pause, Policy, Tries, retry_after};
pub use self::told::{Stored, Tally, Told};
pub use self::watcher::{Point, Unwatched, Watcher};

/// Lists that are asked for in one pass until list and count agree.
const ROUNDS: usize = 5;

/// Failures in a row, each of which may be of one delivery only, after which a pass ends.
const MOST_IN_A_ROW: u32 = 2;

/// Where a client works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// What is to be sent.
    pub outbox: PathBuf,
    /// Where goes what was received.
    pub inbox: PathBuf,
}

/// What a client works with.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    /// How often things are tried.
    pub policy: Policy,
    /// Time.
    pub pause: &'a dyn Pause,
    /// Is told of each step.
    pub watcher: &'a dyn Watcher,
    /// Is told of what happened.
    pub tell: &'a dyn Fn(&Told),
}

/// Why a client cannot begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannotBegin {
    /// Folders or profile are not fit.
    Configuration(Message),
    /// Another client works in a folder.
    Busy(Message),
    /// The client's own records cannot be read or written.
    Failed(Failure),
}

impl CannotBegin {
    /// What it is.
    pub fn message(&self) -> Message {
        match self {
            CannotBegin::Configuration(message) | CannotBegin::Busy(message) => message.clone(),
            CannotBegin::Failed(failure) => failure.message(),
        }
    }
}

/// A client that is alone in its folders.
pub struct Client<'a> {
    session: Session<'a>,
    outbox: Outbox,
    inbox: Inbox,
    tools: Tools<'a>,
    /// Failures in a row.
    in_a_row: u32,
    /// Whether somebody has to look before anything is tried again.
    needs_a_person: bool,
    repeated: Repeated,
    tally: Tally,
    _locks: [Locked; 2],
}

/// What was told in the last pass and need not be told again.
#[derive(Default)]
struct Repeated {
    before: BTreeSet<String>,
    now: BTreeSet<String>,
    told: BTreeSet<String>,
}

/// Whether a pass goes on after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Go {
    On,
    End,
}

impl<'a> Client<'a> {
    /// Prepares a client; connects to nothing yet.
    ///
    /// # Errors
    ///
    /// Where a folder is missing, is the other one or lies in it, is worked in by another client, or
    /// holds records that cannot be read; and where the profile's certificates are not fit.
    pub fn open(profile: &Profile, folders: &Folders, tools: Tools<'a>) -> Result<Client<'a>, CannotBegin> {
        let session = Session::new(profile, tools.policy, tools.pause).map_err(CannotBegin::Configuration)?;
        let outbox = real(&folders.outbox)?;
        let inbox = real(&folders.inbox)?;
        if outbox.starts_with(&inbox) || inbox.starts_with(&outbox) {
            return Err(CannotBegin::Configuration(Message::pair(
                "送信フォルダーと受信フォルダーは、別々の場所にします",
                "outbox and inbox must lie apart, neither in the other",
            )));
        }
        let _locks = [lock(&outbox)?, lock(&inbox)?];
        Ok(Client {
            session,
            outbox: Outbox::new(outbox),
            inbox: Inbox::open(inbox).map_err(CannotBegin::Failed)?,
            tools,
            in_a_row: 0,
            needs_a_person: false,
            repeated: Repeated::default(),
            tally: Tally::default(),
            _locks,
        })
    }

    /// Sends what is complete, fetches what is there, and ends. `settle` is the time between the two
    /// looks that tell whether a file is complete.
    pub async fn once(&mut self, settle: Duration) -> Tally {
        // What this look finds wrong, the next one finds, too.
        let _ = self.outbox.look();
        if self.tools.pause.pause(settle).await.is_ok() {
            self.pass(Waiting::No).await;
        }
        self.tally
    }

    /// Does so again and again until the caller wants to stop, or somebody has to look: users or
    /// certificates that are refused would be locked by more tries. In the sum, what is left and what
    /// failed are those of the last pass.
    pub async fn watch(&mut self, interval: Duration) -> Tally {
        loop {
            (self.tally.left, self.tally.failed) = (0, 0);
            self.pass(Waiting::ForTheRest).await;
            if self.needs_a_person || self.tools.pause.pause(interval).await.is_err() {
                return self.tally;
            }
        }
    }

    async fn pass(&mut self, waiting: Waiting) {
        self.in_a_row = 0;
        self.repeated.before = std::mem::take(&mut self.repeated.now);
        let resumed = self.inbox.resume(self.tools.watcher);
        match resumed {
            Ok(resumed) => {
                for (import, files) in resumed {
                    self.tell(Told::Received { entry: import.id, sender: import.sender, files });
                }
            }
            Err(failure) => {
                self.failed(Message::pair("受信の再開", "resuming what was being received"), &failure);
                return;
            }
        }
        let office = match self.session.office().await {
            Ok(office) => office,
            Err(failure) => {
                self.failed(Message::pair("ログイン", "logging in"), &failure);
                return;
            }
        };
        if self.send_all(&office, waiting).await == Go::On {
            self.receive_all().await;
        }
        let Repeated { now, told, .. } = &mut self.repeated;
        told.retain(|line| now.contains(line));
    }

    /// Sends what an earlier run left, then what is new.
    async fn send_all(&mut self, office: &OfficeNumber, waiting: Waiting) -> Go {
        let found = match Parcel::found(self.outbox.folder()) {
            Ok(found) => found,
            Err(failure) => return self.failed(sending(), &failure),
        };
        for parcel in found {
            let go = match parcel {
                Ok(parcel) => self.go_on_with(parcel, office).await,
                Err(failure) => self.failed(sending(), &failure),
            };
            if go == Go::End {
                return Go::End;
            }
        }
        let units = match self.outbox.look() {
            Ok(look) => self.outbox.units(look, &self.session, waiting).await,
            Err(failure) => Err(failure),
        };
        let (units, left) = match units {
            Ok(found) => found,
            Err(failure) => {
                return self.failed(Message::pair("送信フォルダーの確認", "looking at the outbox"), &failure);
            }
        };
        for left in left {
            self.left(left.what, left.why, waiting);
        }
        for unit in units {
            if self.tools.pause.stopping() || self.send_new(&unit, office).await == Go::End {
                return Go::End;
            }
        }
        Go::On
    }

    async fn send_new(&mut self, unit: &Unit, office: &OfficeNumber) -> Go {
        let claimed = Parcel::claim(self.outbox.folder(), unit, office, self.tools.watcher);
        let what = || {
            Message::same(unit.files.iter().map(|name| told::place(&unit.from, name)).collect::<Vec<_>>().join(", "))
        };
        match claimed {
            Ok(Claim::Ready(parcel)) => self.send(*parcel).await,
            Ok(Claim::Undone) => {
                let why = Message::pair("準備中に変更されました", "it changed while it was made ready");
                self.left(what().en, why, Waiting::No);
                Go::On
            }
            Ok(Claim::UnderWay) => {
                let why = Message::pair("同じ内容の送信が途中です", "the same delivery is under way already");
                self.left(what().en, why, Waiting::No);
                Go::On
            }
            Err(failure) => self.failed(what(), &failure),
        }
    }

    async fn go_on_with(&mut self, parcel: Parcel, office: &OfficeNumber) -> Go {
        if parcel.record.sender != *office {
            let other = parcel.record.sender.clone();
            let why = Failure::Local(Message::pair(
                format!("別の事業所（{other}）が送信中のものです"),
                format!("it is being sent by another office, {other}"),
            ));
            return self.failed(names(&parcel), &why);
        }
        match parcel.record.state {
            State::Claimed => {
                let what = names(&parcel);
                match parcel.gather(self.tools.watcher) {
                    Ok(Claim::Ready(parcel)) => self.send(*parcel).await,
                    Ok(Claim::Undone | Claim::UnderWay) => Go::On,
                    Err(failure) => self.failed(what, &failure),
                }
            }
            State::Sending => self.send(parcel).await,
            State::Sent => match (parcel.settle(self.tools.watcher), &parcel.record.receipt) {
                (Ok(_), Some(receipt)) => {
                    let told = Told::Sent {
                        id: receipt.id.clone(),
                        destination: receipt.destination.clone(),
                        files: parcel.names(),
                        repeated: receipt.repeated,
                    };
                    self.tell(told);
                    Go::On
                }
                (Ok(_), None) => Go::On,
                (Err(failure), _) => self.failed(names(&parcel), &failure),
            },
            State::Refused => match (parcel.settle(self.tools.watcher), &parcel.record.refusal) {
                (Ok(folder), Some(error)) => {
                    let told = Told::Refused {
                        destination: parcel.record.destination.clone(),
                        files: parcel.names(),
                        error: Box::new(error.clone()),
                        folder,
                    };
                    self.tell(told);
                    Go::On
                }
                (Ok(_), None) => Go::On,
                (Err(failure), _) => self.failed(names(&parcel), &failure),
            },
        }
    }

    async fn send(&mut self, mut parcel: Parcel) -> Go {
        let verdict = match send::send(&self.session, &parcel).await {
            Ok(verdict) => verdict,
            Err(failure) => return self.failed(names(&parcel), &failure),
        };
        self.tools.watcher.reached(Point::Answered);
        self.in_a_row = 0;
        let told = match verdict {
            Verdict::Accepted(receipt) => {
                let (id, destination, repeated) = (receipt.id.clone(), receipt.destination.clone(), receipt.repeated);
                let sent = parcel.sent(receipt, self.tools.watcher);
                sent.map(|()| Told::Sent { id, destination, files: parcel.names(), repeated })
            }
            Verdict::Refused(error) => {
                let refused = parcel.refused((*error).clone(), self.tools.watcher);
                let destination = parcel.record.destination.clone();
                refused.map(|folder| Told::Refused { destination, files: parcel.names(), error, folder })
            }
        };
        match told {
            Ok(told) => {
                self.tell(told);
                Go::On
            }
            Err(failure) => self.failed(names(&parcel), &failure),
        }
    }

    /// Fetches until list and count agree: a list may show less than there is.
    async fn receive_all(&mut self) {
        let listing = || Message::pair("受信一覧の確認", "listing what was received");
        let mut given_up = BTreeSet::new();
        let mut last = None;
        for _ in 0..ROUNDS {
            let mut way = Way::default();
            match self.receive_listed(&mut way, &mut given_up).await {
                Ok(Go::On) => {}
                Ok(Go::End) => return,
                // The list led astray; another may not.
                Err(failure @ Failure::Mismatch(_)) => {
                    last = Some(failure);
                    continue;
                }
                Err(failure) => {
                    self.failed(listing(), &failure);
                    return;
                }
            }
            match inbox::not_fetched(&self.session).await {
                Ok(open) if open <= way.not_yet.len() as u64 => return,
                Ok(open) => {
                    let listed = way.not_yet.len();
                    last = Some(Failure::Mismatch(format!("home {open}, list {listed}")));
                }
                Err(failure) => {
                    self.failed(listing(), &failure);
                    return;
                }
            }
        }
        if let Some(failure) = last {
            self.failed(listing(), &failure);
        }
    }

    /// Fetches what one list shows.
    async fn receive_listed(&mut self, way: &mut Way, given_up: &mut BTreeSet<String>) -> Result<Go, Failure> {
        let mut after = None;
        loop {
            let page = inbox::page(&self.session, after.as_deref()).await?;
            for entry in way.take(page.items) {
                if self.inbox.is_done(&entry) || given_up.contains(&entry.id) {
                    continue;
                }
                if self.tools.pause.stopping() {
                    return Err(Failure::Stopped);
                }
                match self.inbox.import(&self.session, &entry, self.tools.watcher).await {
                    Ok(arrived) => {
                        self.in_a_row = 0;
                        way.not_yet.remove(&entry.id);
                        let sender = entry.sender;
                        self.tell(match arrived {
                            Arrived::Received(files) => Told::Received { entry: entry.id, sender, files },
                            Arrived::Duplicate => Told::Duplicate { entry: entry.id, sender },
                        });
                    }
                    Err(failure) => {
                        if self.failed(inbox::called(&entry), &failure) == Go::End {
                            return Ok(Go::End);
                        }
                        given_up.insert(entry.id);
                    }
                }
            }
            match way.on(page.next)? {
                Some(next) => after = Some(next),
                None => return Ok(Go::On),
            }
        }
    }

    fn tell(&mut self, told: Told) {
        self.tally.count(&told);
        (self.tools.tell)(&told);
    }

    /// Tells of a failure, unless the last pass told the same.
    fn failed(&mut self, what: Message, failure: &Failure) -> Go {
        self.needs_a_person |= failure.needs_a_person();
        let told = Told::Failed { what, why: failure.message() };
        // A caller who stops knows it.
        if *failure != Failure::Stopped {
            self.tally.count(&told);
            let line = told.message().en;
            if !self.repeated.before.contains(&line) {
                (self.tools.tell)(&told);
            }
            self.repeated.now.insert(line);
        }
        match failure.reach() {
            Reach::Everything => Go::End,
            Reach::ThisOnly => Go::On,
            Reach::PerhapsEverything => {
                self.in_a_row += 1;
                if self.in_a_row >= MOST_IN_A_ROW { Go::End } else { Go::On }
            }
        }
    }

    /// Tells what is left. Where there is a next look, only what was left before: most of it is just
    /// being written.
    fn left(&mut self, what: String, why: Message, waiting: Waiting) {
        let told = Told::Left { what, why };
        self.tally.count(&told);
        let line = told.message().en;
        let tell = match waiting {
            Waiting::No => true,
            Waiting::ForTheRest => self.repeated.before.contains(&line) && !self.repeated.told.contains(&line),
        };
        if tell {
            (self.tools.tell)(&told);
            self.repeated.told.insert(line.clone());
        }
        self.repeated.now.insert(line);
    }
}

fn sending() -> Message {
    Message::pair("送信の再開", "resuming what was being sent")
}

fn names(parcel: &Parcel) -> Message {
    Message::same(parcel.names().join(", "))
}

/// A folder without links, so that two names of one folder are one.
fn real(folder: &Path) -> Result<PathBuf, CannotBegin> {
    let cannot = |why: Message| {
        let folder = folder.display();
        CannotBegin::Configuration(Message::pair(
            format!("フォルダー {folder} を使えません: {}", why.ja),
            format!("cannot use the folder {folder}: {}", why.en),
        ))
    };
    let path = dunce::canonicalize(folder).map_err(|error| cannot(crate::lang::io_reason(&error)))?;
    if !path.is_dir() {
        return Err(cannot(Message::pair("フォルダーではありません", "it is not a folder")));
    }
    Ok(path)
}

fn lock(folder: &Path) -> Result<Locked, CannotBegin> {
    match disk::lock(folder).map_err(CannotBegin::Failed)? {
        Locked::Elsewhere => {
            let folder = folder.display();
            Err(CannotBegin::Busy(Message::pair(
                format!("フォルダー {folder} では、別の renkei client が動いています"),
                format!("another renkei client works in the folder {folder}"),
            )))
        }
        alone @ Locked::Alone(_) => Ok(alone),
    }
}

//! The thread that accepts deliveries: decides by their keys, numbers them, makes them durable, answers.
//! Knows bytes and places; changes no row.
//!
//! It takes what is waiting, writes all deliveries of it into the log and syncs them once. With that they
//! are accepted: it writes their lines into the journal, answers, and hands their rows on to the writer
//! ([`super::writer`]), which is behind by what is on its way. A key that was used before ([`Used`]) is found
//! among those ([`Pending`]) or in the index.

use std::sync::Arc;
use std::sync::mpsc::{Sender, SyncSender, TrySendError, channel};
use std::thread::{self, Thread};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::frame::{Head, Written};
use super::index::{self, Meta};
use super::log::Log;
use super::pending::{Pending, Progress, Row, Told, Used};
use super::tail::Tail;
use super::writer::{Answer, Replacement, Work};
use super::{AcceptOutcome, StoreError};
use crate::journal::Event;

/// Commands done together at most.
const MOST_TOGETHER: usize = 256;

/// Bytes of bodies written together: no more are added once there are so many.
const MOST_BYTES: u64 = 32 << 20;

/// How long deliveries wait for others where several came in together just before: a write and a sync of
/// more of them cost hardly more, and a processor that idles for moments only is given no other work. On
/// Linux only: elsewhere so short a pause may last some milliseconds.
const LINGER: Duration = Duration::from_micros(200);

/// What the store is told to do.
pub(super) enum Command {
    /// To accept a delivery.
    Accept(Offered),
    /// To change or read the index, after everything accepted before.
    Work(Work),
    /// To replace everything. The log already holds the bytes.
    Replace { log: Arc<Log>, with: Replacement, answer: Answer<()> },
    /// To end. Answered when nothing is open any more.
    Close(oneshot::Sender<()>),
}

/// A delivery to be accepted.
pub(super) struct Offered {
    pub(super) head: Arc<Head>,
    pub(super) written: Written,
    pub(super) answer: Answer<AcceptOutcome>,
}

/// What the writer is told to do.
pub(super) enum Order {
    /// To write the rows of accepted deliveries.
    Rows(Vec<Arc<Row>>),
    /// To do some work, behind these.
    Work(Vec<Work>),
    /// To say whether more can be accepted: everything is in the index, and there is room for more.
    Ready(Sender<Result<(), StoreError>>),
    /// To replace everything, and to say what is `meta` from then on, or that all is as before.
    Replace { log: Arc<Log>, with: Replacement, answer: Answer<()>, then: Sender<Option<Meta>> },
    /// To end.
    Close(oneshot::Sender<()>),
}

pub(super) struct Appender {
    pub(super) tail: Tail,
    /// As it is with the last accepted delivery.
    pub(super) meta: Meta,
    pub(super) used: Used,
    pub(super) pending: Pending,
    pub(super) progress: Arc<Progress>,
    pub(super) told: Arc<Told>,
    /// Reads the index.
    pub(super) connection: Connection,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) orders: SyncSender<Order>,
    /// Who takes the orders.
    pub(super) writer: Thread,
}

/// The writer has ended: nobody is left to be told.
struct Gone;

impl Appender {
    /// Works until it is told to close or nobody can tell it anything any more.
    pub(super) fn run(mut self) {
        let closing = self.serve();
        let Appender { connection, orders, writer, progress, .. } = self;
        // Before the writer closes its own: the last one brings the index home into its file, and must be
        // one that can write.
        drop(connection);
        if let Some(answer) = closing {
            progress.awaits();
            // Where the writer has ended, nothing is open any more.
            let _ = orders.send(Order::Close(answer));
            writer.unpark();
        }
    }

    /// Works until that. Returns who told it to close.
    fn serve(&mut self) -> Option<oneshot::Sender<()>> {
        let mut together = 0;
        while let Some(first) = self.commands.blocking_recv() {
            if together > 1 && cfg!(target_os = "linux") {
                thread::park_timeout(LINGER);
            }
            let mut next = Some(first);
            let (mut offered, mut work) = (Vec::new(), Vec::new());
            let mut bytes = 0;
            let mut last = None;
            while let Some(command) = next.take() {
                match command {
                    Command::Accept(one) => {
                        bytes += one.written.length();
                        offered.push(one);
                    }
                    Command::Work(one) => work.push(one),
                    Command::Replace { .. } | Command::Close(_) => {
                        last = Some(command);
                        break;
                    }
                }
                if offered.len() + work.len() < MOST_TOGETHER && bytes < MOST_BYTES {
                    next = self.commands.try_recv().ok();
                }
            }
            together = offered.len();
            let handed_on = self.place(offered).and_then(|()| self.hand_on_work(work)).and_then(|()| match last {
                None | Some(Command::Accept(_) | Command::Work(_)) => Ok(None),
                Some(Command::Replace { log, with, answer }) => self.replace(log, with, answer).map(|()| None),
                Some(Command::Close(answer)) => Ok(Some(answer)),
            });
            match handed_on {
                Ok(None) => {}
                Ok(closing) => return closing,
                Err(Gone) => return None,
            }
        }
        None
    }

    /// Accepts deliveries together; one by one where that fails, as one may be too large for a disk that
    /// takes the others.
    fn place(&mut self, batch: Vec<Offered>) -> Result<(), Gone> {
        if batch.is_empty() {
            return Ok(());
        }
        let (end, meta) = (self.tail.end(), self.meta.clone());
        match self.accept(&batch) {
            Ok(outcomes) => {
                self.progress.accepted(self.meta.deliveries);
                for (offered, outcome) in batch.into_iter().zip(outcomes) {
                    // The one who waits for it may have gone.
                    let _ = offered.answer.send(Ok(outcome));
                }
                let rows = self.pending.after(meta.deliveries);
                if rows.is_empty() { Ok(()) } else { self.hand_on(Order::Rows(rows)) }
            }
            Err(error) => {
                self.tail.back_to(end);
                self.pending.forget_after(meta.deliveries);
                self.meta = meta;
                match <[Offered; 1]>::try_from(batch) {
                    Ok([offered]) => {
                        let _ = offered.answer.send(Err(error));
                        Ok(())
                    }
                    Err(batch) => batch.into_iter().try_for_each(|offered| self.place(vec![offered])),
                }
            }
        }
    }

    /// Makes deliveries durable, all or none of them.
    fn accept(&mut self, batch: &[Offered]) -> Result<Vec<AcceptOutcome>, StoreError> {
        // Nothing is accepted that would not stand in the journal, or could not be shown.
        self.told.write_kept()?;
        if self.progress.is_failing() {
            self.writer_is_ready()?;
        }
        // Before the index is read: what is forgotten here is found there.
        self.pending.forget_up_to(self.progress.in_index());
        let end = self.tail.end();
        let mut events = Vec::with_capacity(batch.len());
        let outcomes = batch.iter().map(|offered| self.put(offered, &mut events)).collect::<Result<Vec<_>, _>>()?;
        if self.tail.end() != end {
            self.tail.seal()?;
        }
        self.told.tell(events);
        Ok(outcomes)
    }

    /// Puts a delivery at the end of the log, unless its sender has used its key before.
    fn put(&mut self, offered: &Offered, events: &mut Vec<Event>) -> Result<AcceptOutcome, StoreError> {
        let head = &offered.head;
        let known = match self.used.note(head) {
            true => None,
            false => match self.pending.find(head) {
                Some(row) => Some((row.head.digest, row.record()?)),
                None => index::by_key(&self.connection, &head.sender, &head.key)?,
            },
        };
        match known {
            Some((digest, delivery)) if digest == head.digest => {
                events.push(Event::Repeated {
                    delivery: delivery.id.clone(),
                    key: delivery.key.clone(),
                    sender: delivery.sender.clone(),
                });
                return Ok(AcceptOutcome::Repeated(delivery));
            }
            Some(_) => return Ok(AcceptOutcome::KeyReused),
            None => {}
        }
        let at = offered.written.put(&mut self.tail)?;
        let row = Row::after(&self.meta, Arc::clone(head), at);
        row.count_in(&mut self.meta);
        let record = row.record()?;
        events.push(Event::Accepted(record.delivered()));
        self.pending.add(Arc::new(row));
        Ok(AcceptOutcome::Accepted(record))
    }

    /// Asks the writer, which could not go on before.
    fn writer_is_ready(&self) -> Result<(), StoreError> {
        let (answer, answered) = channel();
        self.hand_on(Order::Ready(answer)).map_err(|Gone| StoreError::Closed)?;
        answered.recv().map_err(|_| StoreError::Closed)?
    }

    fn replace(&mut self, log: Arc<Log>, with: Replacement, answer: Answer<()>) -> Result<(), Gone> {
        let (then, told) = channel();
        self.hand_on(Order::Replace { log: Arc::clone(&log), with, answer, then })?;
        if let Some(meta) = told.recv().map_err(|_| Gone)? {
            // Where the log cannot be opened to write or the index not be read, nothing more is accepted.
            self.tail = Tail::new(log, meta.log_end).map_err(|_| Gone)?;
            self.used = Used::in_index(&self.connection).map_err(|_| Gone)?;
            self.pending = Pending::default();
            self.meta = meta;
        }
        Ok(())
    }

    fn hand_on_work(&self, work: Vec<Work>) -> Result<(), Gone> {
        if work.is_empty() { Ok(()) } else { self.hand_on(Order::Work(work)) }
    }

    fn hand_on(&self, order: Order) -> Result<(), Gone> {
        let awaited = !matches!(order, Order::Rows(_));
        if awaited {
            self.progress.awaits();
        }
        match self.orders.try_send(order) {
            Ok(()) => {}
            Err(TrySendError::Disconnected(_)) => return Err(Gone),
            Err(TrySendError::Full(order)) => {
                // Now everybody waits for what it does.
                self.progress.awaits();
                let sent = self.orders.send(order);
                self.progress.followed(1);
                sent.map_err(|_| Gone)?;
            }
        }
        if awaited {
            self.writer.unpark();
        }
        Ok(())
    }
}

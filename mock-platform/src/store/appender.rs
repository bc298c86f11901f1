//! The thread that makes deliveries durable, before the writer that lets others see them. Knows bytes and
//! places; knows no row.
//!
//! It takes what is waiting, writes all deliveries of it into the log and syncs them once, and hands it
//! on: while the writer commits one batch, the next is on its way to the disk.

use std::sync::Arc;
use std::sync::mpsc::{Sender, SyncSender, channel};

use tokio::sync::{mpsc, oneshot};

use super::StoreError;
use super::log::Log;
use super::tail::Tail;
use super::writer::{Answer, Replacement, Work};

/// Commands written together at most.
const MOST_TOGETHER: usize = 256;

/// Bytes of bodies written together: no more are added once there are so many.
const MOST_BYTES: usize = 32 << 20;

/// What the store is told to do.
pub(super) enum Command {
    /// To be written together with others.
    Work(Work),
    /// To replace everything. The log already holds the bytes.
    Replace { log: Arc<Log>, with: Replacement, answer: Answer<()> },
    /// To end. Answered when nothing is open any more.
    Close(oneshot::Sender<()>),
}

/// What the writer is told to do.
pub(super) enum Order {
    /// To write work together, whose bodies are durable.
    Write(Vec<Placed>),
    /// To replace everything, and to say which log is the one from then on, and where it ends.
    Replace { log: Arc<Log>, with: Replacement, answer: Answer<()>, then: Sender<(Arc<Log>, u64)> },
    /// To end.
    Close(oneshot::Sender<()>),
}

/// Work and where its bodies begin in the log.
pub(super) struct Placed {
    pub(super) work: Work,
    pub(super) at: u64,
}

pub(super) struct Appender {
    pub(super) tail: Tail,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) orders: SyncSender<Order>,
}

/// The writer has ended: nobody is left to be told.
struct Gone;

impl Appender {
    /// Works until it is told to close or nobody can tell it anything any more.
    pub(super) fn run(mut self) {
        while let Some(first) = self.commands.blocking_recv() {
            let mut next = Some(first);
            let mut batch = Vec::new();
            let mut bytes = 0;
            let mut last = None;
            while let Some(command) = next.take() {
                match command {
                    Command::Work(work) => {
                        bytes += work.bytes();
                        batch.push(work);
                        if batch.len() < MOST_TOGETHER && bytes < MOST_BYTES {
                            next = self.commands.try_recv().ok();
                        }
                    }
                    Command::Replace { .. } | Command::Close(_) => last = Some(command),
                }
            }
            let handed_on = self.place(batch).and_then(|()| match last {
                None | Some(Command::Work(_)) => Ok(()),
                Some(Command::Replace { log, with, answer }) => self.replace(log, with, answer),
                Some(Command::Close(answer)) => self.hand_on(Order::Close(answer)).and(Err(Gone)),
            });
            if handed_on.is_err() {
                return;
            }
        }
    }

    /// Makes the bodies of some work durable together; one by one where that fails, as one piece may be
    /// too large for a disk that takes the others.
    fn place(&mut self, batch: Vec<Work>) -> Result<(), Gone> {
        if batch.is_empty() {
            return Ok(());
        }
        let end = self.tail.end();
        match self.write(&batch) {
            Ok(places) => {
                let placed = batch.into_iter().zip(places).map(|(work, at)| Placed { work, at });
                self.hand_on(Order::Write(placed.collect()))
            }
            Err(error) => {
                self.tail.back_to(end);
                match <[Work; 1]>::try_from(batch) {
                    Ok([work]) => {
                        work.fail(error);
                        Ok(())
                    }
                    Err(batch) => batch.into_iter().try_for_each(|work| self.place(vec![work])),
                }
            }
        }
    }

    /// Where the bodies of each piece of work begin.
    fn write(&mut self, batch: &[Work]) -> Result<Vec<u64>, StoreError> {
        let end = self.tail.end();
        let mut places = Vec::with_capacity(batch.len());
        for work in batch {
            let Work::Accept { head, bodies, .. } = work else {
                places.push(self.tail.end());
                continue;
            };
            self.tail.put(&head.write()?)?;
            places.push(self.tail.end());
            bodies.iter().try_for_each(|body| self.tail.put(body))?;
        }
        if self.tail.end() != end {
            self.tail.seal()?;
        }
        Ok(places)
    }

    fn replace(&mut self, log: Arc<Log>, with: Replacement, answer: Answer<()>) -> Result<(), Gone> {
        let (then, told) = channel();
        self.hand_on(Order::Replace { log, with, answer, then })?;
        // Where the log cannot be opened to write, nothing more is accepted.
        let (log, end) = told.recv().map_err(|_| Gone)?;
        self.tail = Tail::new(log, end).map_err(|_| Gone)?;
        Ok(())
    }

    fn hand_on(&self, order: Order) -> Result<(), Gone> {
        self.orders.send(order).map_err(|_| Gone)
    }
}

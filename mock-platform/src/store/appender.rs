//! The thread that writes bodies into the log while the writer prepares the rows that own them: the two
//! take about as long. Knows bytes and places; knows no row.

use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use bytes::Bytes;

use super::StoreError;
use super::log::Log;

pub(super) struct Appender {
    /// Absent only while it is dropped.
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

enum Order {
    Write {
        log: Arc<Log>,
        at: u64,
        bytes: Bytes,
    },
    /// To make everything written durable, or else only to say that it is written or has failed.
    End {
        sync: Option<Arc<Log>>,
        answer: mpsc::Sender<Result<(), StoreError>>,
    },
}

impl Appender {
    pub(super) fn start() -> std::io::Result<Appender> {
        let (orders, received) = mpsc::channel();
        let thread = thread::Builder::new().name("store-bodies".to_owned()).spawn(move || run(&received))?;
        Ok(Appender { orders: Some(orders), thread: Some(thread) })
    }

    /// Writes bytes at a place, soon.
    pub(super) fn write(&self, log: &Arc<Log>, at: u64, bytes: &Bytes) -> Result<(), StoreError> {
        self.order(Order::Write { log: Arc::clone(log), at, bytes: bytes.clone() })
    }

    /// Waits until all is written and durable.
    ///
    /// # Errors
    /// The first failure since the last end.
    pub(super) fn sync(&self, log: &Arc<Log>) -> Result<(), StoreError> {
        self.end(Some(Arc::clone(log)))
    }

    /// Waits until nothing is being written any more, whatever has become of it.
    pub(super) fn settle(&self) {
        // What failed belongs to a batch that is given up.
        let _ = self.end(None);
    }

    fn end(&self, sync: Option<Arc<Log>>) -> Result<(), StoreError> {
        let (answer, answered) = mpsc::channel();
        self.order(Order::End { sync, answer })?;
        answered.recv().map_err(|_| StoreError::Closed)?
    }

    fn order(&self, order: Order) -> Result<(), StoreError> {
        let orders = self.orders.as_ref().ok_or(StoreError::Closed)?;
        orders.send(order).map_err(|_| StoreError::Closed)
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // Had it panicked, the writer would have been told so.
            let _ = thread.join();
        }
    }
}

fn run(orders: &mpsc::Receiver<Order>) {
    let mut written = Ok(());
    for order in orders {
        match order {
            Order::Write { log, at, bytes } => {
                if written.is_ok() {
                    written = log.write(at, &bytes);
                }
            }
            Order::End { sync, answer } => {
                let ended = std::mem::replace(&mut written, Ok(()));
                let ended = ended.and_then(|()| sync.map_or(Ok(()), |log| log.sync()));
                // The writer waits for it.
                let _ = answer.send(ended);
            }
        }
    }
}

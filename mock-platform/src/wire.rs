//! A TCP connection that can be told to misbehave, and what is known of it. Knows bytes and when
//! they have left; knows neither TLS nor HTTP, and decides nothing: faults decide.
//!
//! [`Wire`] lies below TLS. [`Control`] is the handle to it that travels with every request of the
//! connection.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// What a connection does from now on, in place of what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// TCP RST at once, whatever is under way.
    Reset,
    /// Writes so many more bytes (of TLS), then RST.
    ResetAfter(u64),
    /// Writes so many more bytes (of TLS), then FIN, without close_notify.
    CloseAfter(u64),
    /// Writes at most so many bytes a second.
    Slow(u32),
    /// Neither reads nor writes any more, and stays open.
    Stall,
}

/// The handle to one connection.
#[derive(Clone, Debug, Default)]
pub struct Control {
    state: Arc<Mutex<State>>,
}

type Done = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct State {
    misbehaviour: Option<Misbehaviour>,
    /// Tasks that wait in the wire and must look again.
    wakers: Vec<Waker>,
    /// What to do when the response under way has left.
    sent: Vec<Done>,
    /// What to do at the next flush.
    ended: Vec<Done>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("misbehaviour", &self.misbehaviour)
            .field("sent", &self.sent.len())
            .field("ended", &self.ended.len())
            .finish()
    }
}

impl Control {
    /// Makes the connection misbehave from now on.
    pub fn misbehave(&self, how: Misbehaviour) {
        self.set(Some(how));
    }

    /// Makes the connection misbehave, or behave again, when the response under way has left, as
    /// [`Control::when_sent`] has it.
    pub fn when_sent_misbehave(&self, how: Option<Misbehaviour>) {
        // What waits in the state must not keep the state alive.
        let state = Arc::downgrade(&self.state);
        self.when_sent(move || {
            if let Some(state) = state.upgrade() {
                Control { state }.set(how);
            }
        });
    }

    fn set(&self, how: Option<Misbehaviour>) {
        let mut state = self.state();
        state.misbehaviour = how;
        state.wakers.drain(..).for_each(Waker::wake);
    }

    /// Does something at the next flush, whether the response has ended or not: all bytes handed to
    /// the connection so far have been taken by the operating system then.
    pub fn when_flushed(&self, done: impl FnOnce() + Send + 'static) {
        self.state().ended.push(Box::new(done));
    }

    /// Does something when all bytes handed to the connection so far, and those that belong to the
    /// same response, have been taken by the operating system. Not done where the connection breaks
    /// before.
    pub fn when_sent(&self, done: impl FnOnce() + Send + 'static) {
        self.state().sent.push(Box::new(done));
    }

    /// Called by the listener when the last byte of a response has been handed over. A flush before
    /// that is one of its beginning, or of the response before.
    pub fn response_ended(&self) {
        let mut state = self.state();
        let sent = std::mem::take(&mut state.sent);
        state.ended.extend(sent);
    }

    /// Called by the listener after a flush of everything above TLS succeeded.
    pub fn flushed(&self) {
        let done = std::mem::take(&mut self.state().ended);
        done.into_iter().for_each(|done| done());
    }

    /// Whether the connection breaks, or falls silent, before the response under way has left as a whole:
    /// for who asks without a connection.
    pub(crate) fn is_broken(&self) -> bool {
        match self.state().misbehaviour {
            Some(
                Misbehaviour::Reset | Misbehaviour::ResetAfter(_) | Misbehaviour::CloseAfter(_) | Misbehaviour::Stall,
            ) => true,
            Some(Misbehaviour::Slow(_)) | None => false,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to do, and to be woken when that changes.
    fn look(&self, waker: &Waker) -> Option<Misbehaviour> {
        let mut state = self.state();
        if !state.wakers.iter().any(|known| known.will_wake(waker)) {
            // One task reads and writes a connection; more than a few wakers would be a leak.
            if state.wakers.len() >= 4 {
                state.wakers.remove(0);
            }
            state.wakers.push(waker.clone());
        }
        state.misbehaviour
    }

    fn spend(&self, bytes: u64) {
        let mut state = self.state();
        state.misbehaviour = match state.misbehaviour {
            Some(Misbehaviour::ResetAfter(left)) => Some(Misbehaviour::ResetAfter(left.saturating_sub(bytes))),
            Some(Misbehaviour::CloseAfter(left)) => Some(Misbehaviour::CloseAfter(left.saturating_sub(bytes))),
            other @ (None | Some(Misbehaviour::Reset | Misbehaviour::Slow(_) | Misbehaviour::Stall)) => other,
        };
    }
}

/// A TCP connection under a [`Control`].
#[derive(Debug)]
pub struct Wire {
    tcp: TcpStream,
    control: Control,
    /// How long the other end may take nothing of what is written.
    write_time: Duration,
    pause: Option<Pin<Box<Sleep>>>,
    /// When that is over, while it takes nothing.
    deadline: Option<Pin<Box<Sleep>>>,
    ahead: Ahead,
}

/// What was read from the system and has not been asked for yet.
#[derive(Debug, Default)]
struct Ahead {
    /// Of [`READ`] bytes, or of none: nothing is held while nothing is in it.
    buffer: Vec<u8>,
    unread: Range<usize>,
}

/// Bytes asked of the system at once. TLS by itself asks for a quarter of a record each time.
const READ: usize = 64 << 10;

thread_local! {
    /// The buffer of the next connection that reads.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// How often a slow connection writes.
const SLOW_TICK: Duration = Duration::from_millis(50);

impl Wire {
    /// Puts a connection under control. It is reset when the other end has taken nothing of what is
    /// written for `write_time`; pauses that the control makes do not count.
    pub fn new(tcp: TcpStream, control: Control, write_time: Duration) -> Wire {
        Wire { tcp, control, write_time, pause: None, deadline: None, ahead: Ahead::default() }
    }

    fn reset(&self) -> io::Error {
        // With a linger time of zero, closing sends RST in place of FIN. Where that cannot be set the
        // connection still breaks.
        let _ = self.tcp.set_zero_linger();
        io::Error::from(io::ErrorKind::ConnectionReset)
    }

    /// How much may be written now.
    fn allowance(&mut self, wanted: usize, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match self.control.look(cx.waker()) {
            None => Poll::Ready(Ok(wanted)),
            Some(Misbehaviour::Reset | Misbehaviour::ResetAfter(0)) => Poll::Ready(Err(self.reset())),
            Some(Misbehaviour::CloseAfter(0)) => Poll::Ready(Err(io::Error::from(io::ErrorKind::BrokenPipe))),
            Some(Misbehaviour::ResetAfter(left) | Misbehaviour::CloseAfter(left)) => {
                Poll::Ready(Ok(wanted.min(usize::try_from(left).unwrap_or(usize::MAX))))
            }
            Some(Misbehaviour::Stall) => Poll::Pending,
            Some(Misbehaviour::Slow(per_second)) => {
                if let Some(pause) = &mut self.pause {
                    std::task::ready!(pause.as_mut().poll(cx));
                }
                self.pause = Some(Box::pin(sleep(SLOW_TICK)));
                let ticks = u32::try_from(1000 / SLOW_TICK.as_millis()).unwrap_or(1);
                Poll::Ready(Ok(wanted.min((per_second / ticks).max(1) as usize)))
            }
        }
    }
}

impl Ahead {
    fn poll_read(&mut self, tcp: &mut TcpStream, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.unread.is_empty() {
            let mut buffer = SPARE.take();
            buffer.resize(READ, 0);
            let mut filled = ReadBuf::new(&mut buffer);
            let polled = Pin::new(tcp).poll_read(cx, &mut filled);
            self.unread = 0..filled.filled().len();
            self.buffer = buffer;
            if !matches!(polled, Poll::Ready(Ok(()))) {
                self.give_back();
                return polled;
            }
        }
        let length = self.unread.len().min(buf.remaining());
        buf.put_slice(&self.buffer[self.unread.start..][..length]);
        self.unread.start += length;
        if self.unread.is_empty() {
            self.give_back();
        }
        Poll::Ready(Ok(()))
    }

    fn give_back(&mut self) {
        SPARE.set(std::mem::take(&mut self.buffer));
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.control.look(cx.waker()) {
            Some(Misbehaviour::Reset) => Poll::Ready(Err(self.reset())),
            Some(Misbehaviour::Stall) => Poll::Pending,
            // Nothing can be answered any more: the connection ends, and no request is taken up.
            Some(Misbehaviour::CloseAfter(0)) => Poll::Ready(Ok(())),
            None | Some(Misbehaviour::ResetAfter(_) | Misbehaviour::CloseAfter(_) | Misbehaviour::Slow(_)) => {
                let Wire { tcp, ahead, .. } = &mut *self;
                ahead.poll_read(tcp, cx, buf)
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let allowed = match std::task::ready!(self.allowance(buf.len(), cx)) {
            Ok(allowed) => allowed,
            Err(error) => return Poll::Ready(Err(error)),
        };
        let Poll::Ready(written) = Pin::new(&mut self.tcp).poll_write(cx, &buf[..allowed]) else {
            let time = self.write_time;
            std::task::ready!(self.deadline.get_or_insert_with(|| Box::pin(sleep(time))).as_mut().poll(cx));
            return Poll::Ready(Err(self.reset()));
        };
        self.deadline = None;
        let written = written?;
        self.control.spend(written as u64);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

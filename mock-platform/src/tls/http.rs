//! HTTP/1.1 over one connection, of either listener. Knows when a request's body takes too long and when a response
//! has left; knows no route.

use std::convert::Infallible;
use std::error::Error as _;
use std::future::{Future, pending, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, Response, header};
use axum::{BoxError, Router};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep, timeout};
use tower::ServiceExt as _;

use super::connection::LINGER;
use super::standing::Standing;
use super::{Peer, Reason};
use crate::settings::Settings;
use crate::wire::Control;

/// Bytes after which a request's head that is not whole yet is refused (one that comes in large pieces
/// may be up to twice as long), and after which a response is flushed.
const MOST_BUFFERED: usize = 64 << 10;

/// What a certificate adds to a connection.
pub(super) struct Certified<'a> {
    /// Who is at the other end.
    pub(super) peer: Peer,
    /// Whether the certificate is still good.
    pub(super) standing: Standing,
    /// Told once when it is not any more.
    pub(super) fallen: Box<dyn FnOnce(Reason) + Send + 'a>,
}

/// Serves requests until the connection ends, or until `stopped` comes or the certificate is not good any more and
/// the one under way is done.
pub(super) async fn serve<S>(
    stream: S,
    control: Control,
    certified: Option<Certified<'_>>,
    router: &Router,
    settings: &Settings,
    stopped: impl Future<Output = ()>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let (peer, standing, mut fallen) = match certified {
        Some(Certified { peer, standing, fallen }) => (Some(peer), Some(standing), Some(fallen)),
        None => (None, None, None),
    };
    let stream = Arc::new(Mutex::new(stream));
    let telling = Telling { stream: stream.clone(), control: control.clone(), failed: None };
    let unread = Arc::new(AtomicBool::new(false));
    let bodies = Bodies { time: settings.body_time, unread: unread.clone() };
    let (router, judge) = (router.clone(), standing.clone());
    let service = service_fn(move |request| {
        let refused = judge.as_ref().is_some_and(|standing| standing.fallen().is_some());
        let answered = answer(router.clone(), request, control.clone(), peer.clone(), bodies.clone());
        async move { if refused { Err(Fallen) } else { answered.await.map_err(|never| match never {}) } }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.head_time)
        .max_buf_size(MOST_BUFFERED)
        .serve_connection(TokioIo::new(telling), service);
    let falls = async {
        match &standing {
            Some(standing) => standing.falls().await,
            None => pending().await,
        }
    };
    tokio::pin!(connection, stopped, falls);
    let ended = loop {
        tokio::select! {
            ended = connection.as_mut() => break ended,
            reason = &mut falls, if fallen.is_some() => {
                if let Some(fallen) = fallen.take() {
                    fallen(reason);
                }
                // An idle connection is closed at once.
                connection.as_mut().graceful_shutdown();
            }
            () = &mut stopped => {
                connection.as_mut().graceful_shutdown();
                // Nobody lingers when the listener ends.
                let _ = connection.await;
                return;
            }
        }
    };
    // A request may have come before it was seen that the certificate is not good any more.
    if ended.as_ref().is_err_and(is_fallen)
        && let Some((fallen, reason)) = fallen.take().zip(standing.as_ref().and_then(Standing::fallen))
    {
        fallen(reason);
    }
    let goodbye = poll_fn(|cx| with(&stream, |stream| stream.poll_shutdown(cx)));
    let leaving = async {
        match ended {
            // Where the client still sends what was answered without being read, closing would be a
            // reset, which may overtake the answer.
            Ok(()) if unread.load(Ordering::Relaxed) => drain(&stream).await,
            Ok(()) => {}
            // The client is told of its end, and no answer.
            Err(error) if error.is_parse() || is_fallen(&error) => {
                if goodbye.await.is_ok() {
                    drain(&stream).await;
                }
            }
            // hyper lets an idle connection go without a word.
            Err(error) if error.is_timeout() => {
                let _ = goodbye.await;
            }
            // Any other end is the client's matter, or one that shall look broken.
            Err(_) => {}
        }
    };
    tokio::select! {
        // A client that does not take its leave in time is not waited for.
        _ = timeout(LINGER, leaving) => {}
        () = stopped => {}
    }
}

/// No request is answered any more: the certificate of the connection is not good.
#[derive(Debug, thiserror::Error)]
#[error("the certificate is not good any more")]
struct Fallen;

fn is_fallen(error: &hyper::Error) -> bool {
    error.source().is_some_and(<dyn std::error::Error>::is::<Fallen>)
}

/// Reads and forgets until the client has closed.
async fn drain<S: AsyncRead + Unpin>(stream: &Mutex<S>) {
    let mut forgotten = [0; 4 << 10];
    loop {
        let mut buffer = ReadBuf::new(&mut forgotten);
        let read = poll_fn(|cx| with(stream, |stream| stream.poll_read(cx, &mut buffer))).await;
        if read.is_err() || buffer.filled().is_empty() {
            return;
        }
    }
}

/// Does something with the stream. Only the task of the connection holds it, so nobody waits.
fn with<S: Unpin, T>(stream: &Mutex<S>, act: impl FnOnce(Pin<&mut S>) -> T) -> T {
    act(Pin::new(&mut *stream.lock().unwrap_or_else(PoisonError::into_inner)))
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
    control: Control,
    peer: Option<Peer>,
    bodies: Bodies,
) -> Result<Response<Leaving>, Infallible> {
    let head_only = request.method() == Method::HEAD;
    let unread = bodies.unread.clone();
    unread.store(false, Ordering::Relaxed);
    let mut request = request.map(|body| Body::new(Timed { body, bodies, ended: false, deadline: None }));
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }
    let mut response = router.oneshot(request).await?;
    let failed = response.status().is_client_error() || response.status().is_server_error();
    if failed && unread.load(Ordering::Relaxed) {
        // Said, as a client would otherwise send its next request into a connection that closes.
        response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    }
    let length = response.headers().get(header::CONTENT_LENGTH);
    let left = length.and_then(|length| length.to_str().ok()?.parse().ok());
    let response = response.map(|body| Leaving { body, control, left, ended: false });
    let (parts, mut body) = response.into_parts();
    if head_only || body.is_end_stream() {
        body.end();
    }
    Ok(Response::from_parts(parts, body))
}

/// What the bodies of requests of one connection share.
#[derive(Clone)]
struct Bodies {
    /// How long each may take.
    time: Duration,
    /// Whether that of the last request was not read to its end.
    unread: Arc<AtomicBool>,
}

/// The body of a request, which may take so long from its first read on.
struct Timed {
    body: Incoming,
    bodies: Bodies,
    ended: bool,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Drop for Timed {
    fn drop(&mut self) {
        if !self.ended && !self.body.is_end_stream() {
            self.bodies.unread.store(true, Ordering::Relaxed);
        }
    }
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Timed { body, bodies, ended, deadline } = self.get_mut();
        match Pin::new(body).poll_frame(cx) {
            Poll::Ready(frame) => {
                *ended = frame.is_none();
                Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)))
            }
            Poll::Pending => {
                let deadline = deadline.get_or_insert_with(|| Box::pin(sleep(bodies.time)));
                std::task::ready!(deadline.as_mut().poll(cx));
                let late = io::Error::new(io::ErrorKind::TimedOut, "the body of the request took too long");
                Poll::Ready(Some(Err(late.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a response, which tells the connection's handle when it has been handed over whole.
struct Leaving {
    body: Body,
    control: Control,
    /// Bytes that Content-Length still promises: after the last of them nobody asks for the end.
    left: Option<u64>,
    ended: bool,
}

impl Leaving {
    fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            self.control.response_ended();
        }
    }
}

impl HttpBody for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
        let ends = match &polled {
            // One that promised more than it gave is broken off, not ended.
            None => self.left.is_none_or(|left| left == 0),
            Some(Err(_)) => false,
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                self.left = self.left.map(|left| left.saturating_sub(length));
                self.left == Some(0) || self.body.is_end_stream()
            }
        };
        if ends {
            self.end();
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream above TLS that tells the connection's handle of every flush that succeeded. It reads all that
/// is there at once: each record by itself would be a piece of a body by itself, and handled so.
struct Telling<S> {
    stream: Arc<Mutex<S>>,
    control: Control,
    /// How reading failed behind bytes that were read, until somebody reads again.
    failed: Option<io::Error>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Telling<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Telling { stream, failed, .. } = self.get_mut();
        if let Some(error) = failed.take() {
            return Poll::Ready(Err(error));
        }
        with(stream, |mut stream| {
            let before = buf.filled().len();
            loop {
                let filled = buf.filled().len();
                match stream.as_mut().poll_read(cx, buf) {
                    Poll::Ready(Ok(())) if buf.filled().len() > filled && buf.remaining() > 0 => {}
                    Poll::Ready(Err(error)) if filled > before => {
                        *failed = Some(error);
                        return Poll::Ready(Ok(()));
                    }
                    Poll::Pending if filled > before => return Poll::Ready(Ok(())),
                    polled => return polled,
                }
            }
        })
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Telling<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        with(&self.stream, |stream| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        with(&self.stream, |stream| stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        with(&self.stream, |stream| stream.is_write_vectored())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(with(&self.stream, |stream| stream.poll_flush(cx)))?;
        self.control.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with(&self.stream, |stream| stream.poll_shutdown(cx))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use tokio::io::AsyncReadExt as _;

    use super::*;

    /// A stream whose reads follow a script, after which nothing comes any more.
    struct Script(VecDeque<io::Result<&'static [u8]>>);

    impl AsyncRead for Script {
        fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            match self.0.pop_front() {
                None => Poll::Pending,
                Some(Ok(bytes)) => {
                    buf.put_slice(bytes);
                    Poll::Ready(Ok(()))
                }
                Some(Err(error)) => Poll::Ready(Err(error)),
            }
        }
    }

    fn telling<const N: usize>(script: [io::Result<&'static [u8]>; N]) -> Telling<Script> {
        let stream = Arc::new(Mutex::new(Script(script.into())));
        Telling { stream, control: Control::default(), failed: None }
    }

    #[tokio::test]
    async fn all_that_is_there_is_read_at_once() {
        let mut buffer = [0; 16];
        let mut stream = telling([Ok(b"one"), Ok(b"two")]);
        assert_eq!(stream.read(&mut buffer).await.unwrap(), 6);
        assert_eq!(&buffer[..6], b"onetwo");
        let mut stream = telling([Ok(b"one"), Ok(b"two"), Ok(b"three")]);
        assert_eq!(stream.read(&mut buffer[..6]).await.unwrap(), 6);
        assert_eq!(stream.read(&mut buffer).await.unwrap(), 5);
    }

    #[tokio::test]
    async fn a_failure_and_the_end_behind_bytes_are_told_after_them() {
        let mut buffer = [0; 16];
        let mut stream = telling([Ok(b"one"), Err(io::ErrorKind::ConnectionReset.into())]);
        assert_eq!(stream.read(&mut buffer).await.unwrap(), 3);
        assert_eq!(stream.read(&mut buffer).await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        let mut stream = telling([Ok(b"one"), Ok(b""), Ok(b"")]);
        assert_eq!(stream.read(&mut buffer).await.unwrap(), 3);
        assert_eq!(stream.read(&mut buffer).await.unwrap(), 0);
    }
}

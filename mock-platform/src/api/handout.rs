//! Bodies of files that are handed out, and what is done when their last byte has left. Knows bytes and
//! headers; knows no delivery.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Response};
use futures_util::Stream;
use http_body::{Frame, SizeHint};

use crate::wire::Control;

/// What is done when all bytes have been taken by the operating system.
pub(crate) struct Done {
    /// The connection.
    pub(crate) control: Control,
    /// What is done.
    pub(crate) then: Box<dyn FnOnce() + Send>,
}

/// A file on its way out.
pub(crate) struct Handout<S> {
    stream: S,
    left: u64,
    done: Option<Done>,
}

impl<S> Handout<S>
where
    S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
{
    /// A body of exactly so many bytes. An empty one is never asked for its bytes, so what is done at
    /// its end is done when its head has left.
    pub(crate) fn new(stream: S, length: u64, done: Option<Done>) -> Handout<S> {
        let mut handout = Handout { stream, left: length, done };
        if length == 0 {
            handout.end();
        }
        handout
    }

    /// Answers with the body.
    pub(crate) fn response(
        self,
        media_type: &'static str,
        file_name: &str,
        sha256: Option<&[u8; 32]>,
    ) -> Response<Body> {
        let length = self.left;
        let mut response = Response::new(Body::new(self));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("none"));
        if let Ok(value) = HeaderValue::from_str(&disposition(file_name)) {
            headers.insert(CONTENT_DISPOSITION, value);
        }
        if let Some(Ok(value)) = sha256.map(|digest| HeaderValue::from_str(&format!("sha-256=:{}:", base64(digest)))) {
            // RFC 9530
            headers.insert(HeaderName::from_static("repr-digest"), value);
        }
        response
    }

    fn end(&mut self) {
        if let Some(Done { control, then }) = self.done.take() {
            control.when_sent(then);
        }
    }
}

impl<S> http_body::Body for Handout<S>
where
    S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
{
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        match std::task::ready!(Pin::new(&mut self.stream).poll_next(cx)) {
            Some(Ok(chunk)) => match self.left.checked_sub(chunk.len() as u64) {
                Some(left) => {
                    self.left = left;
                    if left == 0 {
                        self.end();
                    }
                    Poll::Ready(Some(Ok(Frame::data(chunk))))
                }
                None => Poll::Ready(Some(Err(io::ErrorKind::InvalidData.into()))),
            },
            Some(Err(error)) => Poll::Ready(Some(Err(error))),
            None => Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// `Content-Disposition` with the name as RFC 6266 has it.
fn disposition(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&b);
    let mut value = String::from("attachment; filename*=UTF-8''");
    for byte in name.bytes() {
        if plain(byte) {
            value.push(char::from(byte));
        } else {
            value.push_str(&format!("%{byte:02X}"));
        }
    }
    value
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().enumerate().fold(0_u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::{StreamExt, stream};
    use http_body_util::BodyExt;

    use super::*;

    fn counted() -> (Arc<AtomicU32>, Control, Option<Done>) {
        let (count, control) = (Arc::new(AtomicU32::new(0)), Control::default());
        let counter = Arc::clone(&count);
        let then = Box::new(move || {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let done = Done { control: control.clone(), then };
        (count, control, Some(done))
    }

    fn chunks(chunks: &[&'static str]) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin + use<> {
        stream::iter(chunks.iter().map(|chunk| Ok(Bytes::from_static(chunk.as_bytes()))).collect::<Vec<_>>())
    }

    #[tokio::test]
    async fn the_end_is_told_after_the_last_byte_has_left() {
        let (count, control, done) = counted();
        let mut body = Body::new(Handout::new(chunks(&["ab", "c"]), 3, done));
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "ab");
        control.flushed();
        assert_eq!(count.load(Ordering::Relaxed), 0);
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "c");
        assert_eq!(count.load(Ordering::Relaxed), 0);
        control.response_ended();
        control.flushed();
        control.flushed();
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_body_that_breaks_or_is_dropped_has_no_end() {
        let (count, control, done) = counted();
        let broken = chunks(&["ab"]).chain(stream::iter([Err(io::Error::from(io::ErrorKind::NotFound))]));
        assert!(Handout::new(broken, 3, done).collect().await.is_err());
        let (other, _, done) = counted();
        drop(Handout::new(chunks(&["abc"]), 3, done));
        let (short, _, done) = counted();
        assert!(Handout::new(chunks(&["ab"]), 3, done).collect().await.is_err());
        control.response_ended();
        control.flushed();
        assert_eq!([count, other, short].map(|count| count.load(Ordering::Relaxed)), [0, 0, 0]);
    }

    #[tokio::test]
    async fn an_empty_file_ends_with_its_head() {
        let (count, control, done) = counted();
        let handout = Handout::new(chunks(&[]), 0, done);
        assert_eq!(count.load(Ordering::Relaxed), 0);
        control.response_ended();
        control.flushed();
        assert_eq!(count.load(Ordering::Relaxed), 1);
        assert_eq!(handout.collect().await.unwrap().to_bytes(), "");
    }

    #[test]
    fn headers_are_written_as_their_standards_have_it() {
        assert_eq!(disposition("第3表 a.pdf"), "attachment; filename*=UTF-8''%E7%AC%AC3%E8%A1%A8%20a.pdf");
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}

//! Bends bodies of responses as they pass by. Knows bytes, lengths and JSON's braces; keeps no more
//! than the piece at hand, and decides nothing.

mod turn;

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, Version};
use axum::response::Response;
use futures_util::{StreamExt, stream};
use tokio::sync::oneshot;
use tokio::time::sleep;

pub(super) use self::turn::Turn;
use crate::wire::{Control, Misbehaviour};

/// How long half of a response may be on its way before the connection is reset. A reset drops what
/// the sender's side still holds back (as it may until an acknowledgement has come), and on some
/// systems what the receiver has not read.
const ON_ITS_WAY: Duration = Duration::from_millis(200);

/// What follows half of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// RST.
    Reset,
    /// Nothing, for so long; then RST.
    Stall(Duration),
    /// FIN without close_notify, though more was promised.
    Close,
}

/// Half of the body, then the end of the connection. The head promises the whole.
pub(super) fn cut(mut response: Response, control: &Control, after: After) -> Response {
    let length = length(&response);
    match length {
        // Half of nothing: one byte is promised that does not come.
        Some(0) => set_length(&mut response, 1),
        Some(length) => set_length(&mut response, length),
        None => {}
    }
    let cutter = Cutter::new(control, length, after);
    response.map(|body| cutter.around(body))
}

/// Half of a body that has no length and ends with the connection, then FIN without close_notify.
pub(super) fn cut_at_the_end_of_the_connection(mut response: Response, control: &Control) -> Response {
    let cutter = Cutter::new(control, length(&response), After::Close);
    // What is written to HTTP/1.0 without a length has no chunks and ends with the connection.
    *response.version_mut() = Version::HTTP_10;
    response.headers_mut().remove(CONTENT_LENGTH);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response.map(|body| cutter.around(body))
}

/// The first half, with the length of that half.
pub(super) fn shorten(mut response: Response) -> Response {
    let length = length(&response);
    match length {
        Some(length) => set_length(&mut response, length / 2),
        None => drop(response.headers_mut().remove(CONTENT_LENGTH)),
    }
    let half = Half::of(length);
    response.map(|body| {
        let halves = stream::unfold((body.into_data_stream(), half), |(mut body, mut half)| async move {
            let bytes = half.next(&mut body).await?;
            Some((bytes, (body, half)))
        });
        Body::from_stream(halves)
    })
}

/// The lowest bit of the byte in the middle is flipped; of a body without a length, that in the
/// middle of its first piece.
pub(super) fn flip(mut response: Response) -> Response {
    let length = length(&response);
    if let Some(length) = length {
        set_length(&mut response, length);
    }
    let mut at = length.map(|length| length / 2);
    let mut passed = 0;
    let flip = move |bytes: Bytes| {
        let end = passed + bytes.len() as u64;
        let here = *at.get_or_insert(end / 2);
        let index = here.checked_sub(passed).and_then(|index| usize::try_from(index).ok());
        passed = end;
        match index {
            Some(index) if index < bytes.len() => {
                let mut flipped = bytes.to_vec();
                flipped[index] ^= 1;
                Bytes::from(flipped)
            }
            Some(_) | None => bytes,
        }
    };
    response.map(|body| {
        Body::from_stream(body.into_data_stream().map({
            let mut flip = flip;
            move |bytes| bytes.map(&mut flip)
        }))
    })
}

/// The body turned into another one, without a length.
pub(super) fn turn(mut response: Response, turn: Turn) -> Response {
    response.headers_mut().remove(CONTENT_LENGTH);
    response.map(|body| {
        let turned = stream::unfold((body.into_data_stream(), Some(turn)), |(mut body, turn)| async move {
            let mut turn = turn?;
            match body.next().await {
                Some(Ok(bytes)) => Some((Ok(turn.piece(&bytes)), (body, Some(turn)))),
                Some(Err(error)) => Some((Err(error), (body, None))),
                None => Some((Ok(turn.end()), (body, None))),
            }
        });
        Body::from_stream(turned)
    })
}

/// The head alone, with a length of zero.
pub(super) fn empty(mut response: Response) -> Response {
    set_length(&mut response, 0);
    response.map(|_| Body::empty())
}

/// Chunks of one byte.
pub(super) fn single_bytes(mut response: Response) -> Response {
    response.headers_mut().remove(CONTENT_LENGTH);
    response.map(|body| {
        let bytes = body.into_data_stream().flat_map(|piece| match piece {
            Ok(bytes) => stream::iter((0..bytes.len()).map(move |at| Ok(bytes.slice(at..=at)))).left_stream(),
            Err(error) => stream::iter([Err(error)]).right_stream(),
        });
        Body::from_stream(bytes)
    })
}

/// The body as it is, under a type that is not its own.
pub(super) fn as_html(mut response: Response) -> Response {
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

fn length(response: &Response) -> Option<u64> {
    let told = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    told.or_else(|| response.body().size_hint().exact())
}

fn set_length(response: &mut Response, length: u64) {
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
}

/// Lets half of a body pass: of its length, or of its first piece where it has none.
struct Half {
    left: Option<u64>,
    over: bool,
}

impl Half {
    fn of(length: Option<u64>) -> Half {
        let left = length.map(|length| length / 2);
        Half { left, over: left == Some(0) }
    }

    async fn next(&mut self, body: &mut BodyDataStream) -> Option<Result<Bytes, axum::Error>> {
        if self.over {
            return None;
        }
        let mut bytes = match body.next().await? {
            Ok(bytes) => bytes,
            Err(error) => return Some(Err(error)),
        };
        let left = self.left.unwrap_or(bytes.len() as u64 / 2);
        bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        self.left = Some(left - bytes.len() as u64);
        self.over = self.left == Some(0);
        Some(Ok(bytes))
    }
}

struct Cutter {
    control: Control,
    half: Half,
    after: After,
}

impl Cutter {
    fn new(control: &Control, length: Option<u64>, after: After) -> Cutter {
        Cutter { control: control.clone(), half: Half::of(length), after }
    }

    fn around(self, body: Body) -> Body {
        let pieces = stream::unfold((self, body.into_data_stream()), |(mut cutter, mut body)| async move {
            let piece = match cutter.half.next(&mut body).await {
                Some(piece) => piece.map_err(io::Error::other),
                None => cutter.end().await,
            };
            Some((piece, (cutter, body)))
        });
        Body::from_stream(pieces)
    }

    /// Waits until the half has left and breaks the connection. The body never ends as if it were
    /// complete: whatever waits for the response to have left waits in vain.
    async fn end(&self) -> io::Result<Bytes> {
        let (sent, half_has_left) = oneshot::channel::<Infallible>();
        self.control.when_flushed(move || drop(sent));
        // The sender is dropped when the half has left; with the connection, this is dropped, too.
        let _ = half_has_left.await;
        match self.after {
            After::Reset => {
                sleep(ON_ITS_WAY).await;
                Ok(self.reset())
            }
            After::Stall(duration) => {
                sleep(duration).await;
                Ok(self.reset())
            }
            After::Close => {
                self.control.misbehave(Misbehaviour::CloseAfter(0));
                Err(io::Error::other("the response is cut, as the plan of faults says"))
            }
        }
    }

    /// Breaks the connection. What is answered never leaves: writing it meets the reset.
    fn reset(&self) -> Bytes {
        self.control.misbehave(Misbehaviour::Reset);
        Bytes::from_static(b"?")
    }
}

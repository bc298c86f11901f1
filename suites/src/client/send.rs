//! Sends one parcel until the platform has answered. Knows the multipart body and what a receipt must
//! say; knows no folder but the parcel's.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use renkei_mock_platform::api::body::{DeliveryRequest, Receipt};
use renkei_mock_platform::refusal::ErrorBody;
use renkei_validator::text::Message;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use sha2::{Digest, Sha256};

use super::disk::{self, CHUNK};
use super::failure::Failure;
use super::parcel::{Item, Parcel, Record};
use super::session::Session;

/// What the platform said of a delivery.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It has it.
    Accepted(Receipt),
    /// It does not take it.
    Refused(Box<ErrorBody>),
}

/// Sends a parcel. The key makes it safe to do so again.
pub(crate) async fn send(session: &Session<'_>, parcel: &Parcel) -> Result<Verdict, Failure> {
    let upload: u64 = parcel.record.files.iter().map(|item| item.bytes).sum();
    let answered = session
        .retried(async |token: &str| {
            // Where a file is found changed while it leaves: the answer then does not matter.
            let changed = Arc::new(OnceLock::new());
            let request = session
                .connection()
                .request(Method::POST, &["v1", "deliveries"])
                .bearer_auth(token)
                .header("Idempotency-Key", &parcel.record.key)
                .multipart(form(parcel, &changed)?);
            let answer = session.connection().answer::<Receipt>(request, upload, session.pause().now()).await;
            match changed.get() {
                Some(why) => Err(Failure::Local(Message::clone(why))),
                None => answer.and_then(|receipt| is_for(&parcel.record, receipt)),
            }
        })
        .await;
    match answered {
        Ok(receipt) => Ok(Verdict::Accepted(receipt)),
        Err(failure) => match failure.refusal() {
            Some(error) => Ok(Verdict::Refused(Box::new(error))),
            None => Err(failure),
        },
    }
}

/// A receipt is believed where it tells of what was sent.
fn is_for(record: &Record, receipt: Receipt) -> Result<Receipt, Failure> {
    let mut received: Vec<(&str, u64, String)> =
        receipt.files.iter().map(|file| (file.name.as_str(), file.bytes, file.sha256.to_ascii_lowercase())).collect();
    let mut sent: Vec<(&str, u64, String)> =
        record.files.iter().map(|item| (item.name.as_str(), item.bytes, item.sha256.clone())).collect();
    received.sort();
    sent.sort();
    let elsewhere = record.destination.as_ref().is_some_and(|destination| *destination != receipt.destination);
    if elsewhere || received != sent {
        return Err(Failure::Mismatch("receipt".to_owned()));
    }
    Ok(receipt)
}

fn form(parcel: &Parcel, changed: &Arc<OnceLock<Message>>) -> Result<Form, Failure> {
    let request =
        DeliveryRequest { message: parcel.record.message.clone(), destination: parcel.record.destination.clone() };
    let json = serde_json::to_string(&request).expect("a request has string keys only");
    let mut form = Form::new().part("delivery", typed(Part::text(json), "application/json"));
    for item in &parcel.record.files {
        let body = Body::wrap_stream(pieces(Leaving::new(parcel.path(item), item, changed)?));
        let part = Part::stream_with_length(body, item.bytes).file_name(item.name.clone());
        form = form.part("file", typed(part, "application/octet-stream"));
    }
    Ok(form)
}

fn typed(part: Part, kind: &str) -> Part {
    part.mime_str(kind).expect("the kind is one of two good ones")
}

/// A file that is leaving. Its last piece leaves only when all of it is what was recorded: the platform
/// never has a whole body of something else.
struct Leaving {
    file: File,
    path: PathBuf,
    rest: u64,
    sha: Sha256,
    expected: String,
    changed: Arc<OnceLock<Message>>,
}

impl Leaving {
    fn new(path: PathBuf, item: &Item, changed: &Arc<OnceLock<Message>>) -> Result<Leaving, Failure> {
        let file = File::open(&path).map_err(|error| Failure::local(&path, &error))?;
        Ok(Leaving {
            file,
            path,
            rest: item.bytes,
            sha: Sha256::new(),
            expected: item.sha256.clone(),
            changed: Arc::clone(changed),
        })
    }

    fn next(&mut self) -> io::Result<Option<Bytes>> {
        if self.rest == 0 {
            return Ok(None);
        }
        let mut piece = vec![0; usize::try_from(self.rest).unwrap_or(CHUNK).min(CHUNK)];
        let read = self.file.read_exact(&mut piece);
        self.rest -= piece.len() as u64;
        self.sha.update(&piece);
        let whole = || disk::hex(&self.sha.clone().finalize()) == self.expected;
        if read.is_err() || (self.rest == 0 && !whole()) {
            let path = self.path.display();
            let _ = self.changed.set(Message::pair(
                format!("{path} が送信の準備のあとで変更されています"),
                format!("{path} was changed after it was made ready to be sent"),
            ));
            return Err(io::Error::other("the file has changed"));
        }
        Ok(Some(Bytes::from(piece)))
    }
}

/// The pieces of a file, read when they are asked for. Files are on the local disk, and the client does
/// one thing at a time: nobody waits for these reads but the upload itself.
fn pieces(leaving: Leaving) -> impl futures_util::Stream<Item = io::Result<Bytes>> {
    futures_util::stream::try_unfold(leaving, |mut leaving| async move {
        let piece = leaving.next()?;
        Ok(piece.map(|piece| (piece, leaving)))
    })
}

//! A delivery on its way out, as a folder that survives any interruption. Knows its record and where
//! its files are; sends nothing.
//!
//! A parcel is `.renkei/sending/<digest>/` in the outbox: `delivery.json` and, once they are moved, the
//! files. The record is written before each step that it tells of, so that whoever finds it can go on:
//! `claimed` (files are being moved here; nothing was sent), `sending` (all are here; the platform may
//! have accepted it), `sent` or `refused` (it may be moved out). A parcel whose files are missing or
//! changed while it was `claimed` is undone; later it can be neither undone nor sent, and is told of.
//!
//! `.renkei/sent/<digest>` holds the key that the delivery was sent with last, so that the same one, made
//! once more, is another to the platform.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use renkei_mock_platform::api::body::Receipt;
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::refusal::ErrorBody;
use renkei_validator::text::Message;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::disk::{self, OWN, Place};
use super::failure::Failure;
use super::outbox::{REFUSED, SENT, Unit};
use super::reason;
use super::watcher::{Point, Watcher};

const RECORD: &str = "delivery.json";

/// What is written beside the files of a refused delivery. Put back into the outbox with them, it is no
/// part of the delivery.
pub(crate) const NOTES: [&str; 2] = [RECORD, reason::FILE];

/// What the record's form is called.
const SCHEMA: &str = "renkei-delivery/1";

/// Characters of the digest or key that name a folder.
const SHORT: usize = 32;

/// A delivery on its way out.
pub(crate) struct Parcel {
    outbox: PathBuf,
    folder: PathBuf,
    pub(crate) record: Record,
}

/// What is written down of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    schema: String,
    pub(crate) state: State,
    /// The idempotency key.
    pub(crate) key: String,
    /// The office that sends it.
    pub(crate) sender: OfficeNumber,
    /// 送信先, where it is known.
    pub(crate) destination: Option<OfficeNumber>,
    /// メッセージ
    pub(crate) message: String,
    /// The folder of the outbox that it was in; empty for the outbox itself.
    from: String,
    /// Its files.
    pub(crate) files: Vec<Item>,
    /// What lay beside them.
    extras: Vec<Item>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) receipt: Option<Receipt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refusal: Option<ErrorBody>,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Claimed,
    Sending,
    Sent,
    Refused,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// Whether a parcel is ready to be sent.
pub(crate) enum Claim {
    /// All files are here and are the ones that were meant.
    Ready(Box<Parcel>),
    /// They were not; all that was moved is back in the outbox.
    Undone,
    /// The same delivery is under way already.
    UnderWay,
}

impl Parcel {
    /// Takes a delivery out of the outbox.
    pub(crate) fn claim(
        outbox: &Path,
        unit: &Unit,
        sender: &OfficeNumber,
        watcher: &dyn Watcher,
    ) -> Result<Claim, Failure> {
        let folder = outbox.join(&unit.from);
        let items = |names: &[String]| names.iter().map(|name| item(&folder, name)).collect::<Result<Vec<_>, _>>();
        let (files, extras) = (items(&unit.files)?, items(&unit.extras)?);
        let digest = digest(sender, unit, &files);
        let folder = outbox.join(OWN).join("sending").join(&digest[..SHORT]);
        if folder.join(RECORD).exists() {
            return Ok(Claim::UnderWay);
        }
        let key = key(digest, &last_key(outbox, &folder))?;
        fs::create_dir_all(&folder).map_err(|error| Failure::local(&folder, &error))?;
        watcher.reached(Point::Opened);
        let record = Record {
            schema: SCHEMA.to_owned(),
            state: State::Claimed,
            key,
            sender: sender.clone(),
            destination: unit.destination.clone(),
            message: unit.message.clone(),
            from: unit.from.clone(),
            files,
            extras,
            receipt: None,
            refusal: None,
        };
        let parcel = Parcel { outbox: outbox.to_owned(), folder, record };
        parcel.write()?;
        watcher.reached(Point::Claimed);
        parcel.gather(watcher)
    }

    /// The parcels that an earlier run left, by digest.
    pub(crate) fn found(outbox: &Path) -> Result<Vec<Result<Parcel, Failure>>, Failure> {
        let sending = outbox.join(OWN).join("sending");
        let entries = match fs::read_dir(&sending) {
            Ok(entries) => entries.collect::<io::Result<Vec<_>>>(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => Err(error),
        };
        let mut folders: Vec<PathBuf> =
            entries.map_err(|error| Failure::local(&sending, &error))?.iter().map(fs::DirEntry::path).collect();
        folders.sort();
        Ok(folders.into_iter().filter_map(|folder| Parcel::open(outbox, folder).transpose()).collect())
    }

    /// `None` where the folder was made, and no more: nothing was moved into it.
    fn open(outbox: &Path, folder: PathBuf) -> Result<Option<Parcel>, Failure> {
        let path = folder.join(RECORD);
        let json = match fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // A record that was being written is none.
                let _ = fs::remove_file(path.with_extension("tmp"));
                fs::remove_dir(&folder).map_err(|error| Failure::local(&folder, &error))?;
                return Ok(None);
            }
            Err(error) => return Err(Failure::local(&path, &error)),
        };
        match serde_json::from_slice::<Record>(&json) {
            Ok(record) if record.schema == SCHEMA && record.is_ours() => {
                Ok(Some(Parcel { outbox: outbox.to_owned(), folder, record }))
            }
            Ok(_) | Err(_) => Err(damaged(&path)),
        }
    }

    /// Moves the files here, and makes sure that they are the ones that were meant.
    pub(crate) fn gather(mut self, watcher: &dyn Watcher) -> Result<Claim, Failure> {
        let from = self.outbox.join(&self.record.from);
        for item in self.all() {
            let (here, there) = (self.folder.join(&item.name), from.join(&item.name));
            if here.exists() {
                continue;
            }
            match fs::rename(&there, &here) {
                Ok(()) => watcher.reached(Point::Moved),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return self.undo(),
                Err(error) => {
                    let failure = Failure::local(&there, &error);
                    self.undo()?;
                    return Err(failure);
                }
            }
        }
        for item in self.all() {
            let path = self.folder.join(&item.name);
            let found = disk::digest(&path).map_err(|error| Failure::local(&path, &error))?;
            if found != (item.bytes, item.sha256.clone()) {
                return self.undo();
            }
        }
        disk::sync_folder(&self.folder).map_err(|error| Failure::local(&self.folder, &error))?;
        self.record.state = State::Sending;
        self.write()?;
        watcher.reached(Point::Sending);
        Ok(Claim::Ready(Box::new(self)))
    }

    /// Puts everything back where it was.
    fn undo(self) -> Result<Claim, Failure> {
        let back = self.outbox.join(&self.record.from);
        fs::create_dir_all(&back).map_err(|error| Failure::local(&back, &error))?;
        for item in self.all() {
            let path = self.folder.join(&item.name);
            if !path.exists() {
                continue;
            }
            // A name that was taken meanwhile stays as it is: ours gets a number.
            let free = disk::place(&back, &item.name, "", |_| false).map_err(|error| Failure::local(&back, &error))?;
            let (Place::Free(name) | Place::Same(name)) = free;
            disk::publish(&path, &back.join(name)).map_err(|error| Failure::local(&path, &error))?;
        }
        fs::remove_dir_all(&self.folder).map_err(|error| Failure::local(&self.folder, &error))?;
        Ok(Claim::Undone)
    }

    /// Records the receipt and moves the parcel to those sent.
    pub(crate) fn sent(&mut self, receipt: Receipt, watcher: &dyn Watcher) -> Result<(), Failure> {
        self.record.state = State::Sent;
        self.record.receipt = Some(receipt);
        self.write()?;
        watcher.reached(Point::Recorded);
        self.settle(watcher).map(|_| ())
    }

    /// Records the refusal and moves the parcel to those refused; tells where it went.
    pub(crate) fn refused(&mut self, refusal: ErrorBody, watcher: &dyn Watcher) -> Result<PathBuf, Failure> {
        self.record.state = State::Refused;
        self.record.refusal = Some(refusal);
        self.write()?;
        watcher.reached(Point::Recorded);
        self.settle(watcher)
    }

    /// Moves a parcel that was answered to its last place.
    pub(crate) fn settle(&self, watcher: &dyn Watcher) -> Result<PathBuf, Failure> {
        let into = match self.record.state {
            State::Sent => SENT,
            State::Claimed | State::Sending | State::Refused => REFUSED,
        };
        if let Some(refusal) = &self.record.refusal {
            let path = self.folder.join(reason::FILE);
            let text = reason::text(refusal);
            disk::write_whole(&path, text.as_bytes()).map_err(|error| Failure::local(&path, &error))?;
        }
        if self.record.state == State::Sent {
            self.close_key()?;
        }
        let receiver = self.record.receipt.as_ref().map(|receipt| &receipt.destination);
        let receiver = receiver.or(self.record.destination.as_ref()).map(OfficeNumber::as_str);
        let key = &self.record.key[..SHORT / 2];
        let from = self.record.from.trim_end_matches(key).trim_end_matches('-');
        let named = receiver.or(Some(from).filter(|from| !from.is_empty())).unwrap_or("delivery");
        let name = format!("{named}-{key}");
        let into = self.outbox.join(into);
        let settled = disk::settle(&self.folder, &into, &name).map_err(|error| Failure::local(&into, &error))?;
        if !self.record.from.is_empty() {
            let from = self.outbox.join(&self.record.from);
            for note in NOTES {
                // There is one only where a refused delivery was put back.
                let _ = fs::remove_file(from.join(note));
            }
            // Where something new lies in it, it stays.
            let _ = fs::remove_dir(from);
        }
        watcher.reached(Point::Settled);
        Ok(settled)
    }

    /// Writes down that the key is used up: the same delivery, made again from now on, gets another.
    fn close_key(&self) -> Result<(), Failure> {
        let path = last_key(&self.outbox, &self.folder);
        let write = || {
            let own = self.outbox.join(OWN);
            fs::create_dir_all(own.join("sent"))?;
            disk::sync_folder(&own)?;
            disk::write_whole(&path, self.record.key.as_bytes())
        };
        write().map_err(|error| Failure::local(&path, &error))
    }

    /// The path of a file that is here.
    pub(crate) fn path(&self, item: &Item) -> PathBuf {
        self.folder.join(&item.name)
    }

    /// The names of its files.
    pub(crate) fn names(&self) -> Vec<String> {
        self.record.files.iter().map(|item| item.name.clone()).collect()
    }

    fn all(&self) -> Vec<Item> {
        self.record.files.iter().chain(&self.record.extras).cloned().collect()
    }

    fn write(&self) -> Result<(), Failure> {
        let path = self.folder.join(RECORD);
        let json = serde_json::to_vec_pretty(&self.record).expect("a record has string keys only");
        disk::write_whole(&path, &json).map_err(|error| Failure::local(&path, &error))
    }
}

impl Record {
    /// Whether nothing in it points out of the outbox, and a state has what belongs to it. Somebody may
    /// have edited it.
    fn is_ours(&self) -> bool {
        let plain = |name: &str| !name.contains(['/', '\\']) && name != "." && name != ".." && !name.is_empty();
        let answered = match self.state {
            State::Claimed | State::Sending => self.receipt.is_none() && self.refusal.is_none(),
            State::Sent => self.receipt.is_some(),
            State::Refused => self.refusal.is_some(),
        };
        answered
            && self.key.len() == 64
            && self.key.bytes().all(|byte| byte.is_ascii_hexdigit())
            && (self.from.is_empty() || plain(&self.from))
            && self.files.iter().chain(&self.extras).all(|item| plain(&item.name))
    }
}

fn item(folder: &Path, name: &str) -> Result<Item, Failure> {
    let path = folder.join(name);
    let (bytes, sha256) = disk::digest(&path).map_err(|error| Failure::local(&path, &error))?;
    Ok(Item { name: name.to_owned(), bytes, sha256 })
}

/// A digest of all that makes the delivery what it is, so that the same delivery has the same one whoever
/// computes it, and whenever.
fn digest(sender: &OfficeNumber, unit: &Unit, files: &[Item]) -> String {
    let mut sha = Sha256::new();
    let mut part = |bytes: &[u8]| {
        // With its length before it, no part runs into the next.
        sha.update((bytes.len() as u64).to_be_bytes());
        sha.update(bytes);
    };
    part(sender.as_str().as_bytes());
    part(unit.destination.as_ref().map_or("", OfficeNumber::as_str).as_bytes());
    part(unit.message.as_bytes());
    let mut files: Vec<&Item> = files.iter().collect();
    files.sort_by(|one, other| one.name.cmp(&other.name));
    for file in files {
        part(file.name.as_bytes());
        part(file.sha256.as_bytes());
    }
    disk::hex(&sha.finalize())
}

/// The idempotency key. Until the delivery has been sent it is the digest, whatever happens meanwhile; then it
/// follows from the key that it was sent with last, which is in that file.
fn key(digest: String, last: &Path) -> Result<String, Failure> {
    match fs::read(last) {
        Ok(last) => Ok(disk::hex_of(&[digest.as_bytes(), &last].concat())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(digest),
        Err(error) => Err(Failure::local(last, &error)),
    }
}

/// The file with the key that the delivery in that folder was sent with last.
fn last_key(outbox: &Path, folder: &Path) -> PathBuf {
    outbox.join(OWN).join("sent").join(folder.file_name().unwrap_or_default())
}

fn damaged(path: &Path) -> Failure {
    let path = path.display();
    Failure::Local(Message::pair(
        format!("{path} は送信の記録として読み取れません。内容を確認してください"),
        format!("{path} is no record of a delivery; have a look at it"),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::watcher::Unwatched;
    use super::*;

    fn office() -> OfficeNumber {
        OfficeNumber::parse("9970100013").unwrap()
    }

    fn unit(message: &str, destination: Option<&str>) -> Unit {
        Unit {
            from: String::new(),
            files: vec!["a.csv".to_owned(), "b.csv".to_owned()],
            extras: Vec::new(),
            message: message.to_owned(),
            destination: destination.and_then(OfficeNumber::parse),
        }
    }

    fn outbox() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path());
        folder
    }

    fn put(folder: &Path) {
        fs::write(folder.join("a.csv"), b"1").unwrap();
        fs::write(folder.join("b.csv"), b"2").unwrap();
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != OWN)
            .collect();
        names.sort();
        names
    }

    fn claimed(folder: &Path) -> Parcel {
        match Parcel::claim(folder, &unit("", None), &office(), &Unwatched).unwrap() {
            Claim::Ready(parcel) => *parcel,
            Claim::Undone | Claim::UnderWay => panic!("it can be claimed"),
        }
    }

    #[test]
    fn whatever_makes_a_delivery_another_makes_the_digest_another() {
        let item = |name: &str, sha: &str| Item { name: name.to_owned(), bytes: 1, sha256: sha.to_owned() };
        let files = [item("a", "1"), item("b", "2")];
        let plain = digest(&office(), &unit("", None), &files);
        assert_eq!(plain.len(), 64);
        assert_eq!(
            plain,
            digest(&office(), &unit("", None), &[files[1].clone(), files[0].clone()]),
            "order is nothing"
        );
        let other = OfficeNumber::parse("9970100021").unwrap();
        let others = [
            digest(&other, &unit("", None), &files),
            digest(&office(), &unit("x", None), &files),
            digest(&office(), &unit("", Some("9970100021")), &files),
            digest(&office(), &unit("", None), &files[..1]),
            digest(&office(), &unit("", None), &[item("a", "1"), item("b", "3")]),
            digest(&office(), &unit("", None), &[item("a", "1"), item("c", "2")]),
        ];
        let different: std::collections::BTreeSet<_> = others.iter().chain([&plain]).collect();
        assert_eq!(different.len(), others.len() + 1);
    }

    #[test]
    fn a_key_is_kept_until_the_delivery_is_sent_and_then_used_no_more() {
        let words = serde_json::json!({ "ja": "", "en": "" });
        let refusal = serde_json::json!({ "code": "CPM-L02", "message": words, "official_wording": false });
        let refusal: ErrorBody = serde_json::from_value(refusal).unwrap();
        let receipt = serde_json::json!({
            "id": "D1", "repeated": false, "destination": "9970100021", "accepted_at": "2026-10-01T00:00:00Z", "files": []
        });
        let receipt: Receipt = serde_json::from_value(receipt).unwrap();
        let folder = outbox();
        let mut keys = Vec::new();
        for _ in 0..3 {
            let mut parcel = claimed(folder.path());
            let key = parcel.record.key.clone();
            parcel.refused(refusal.clone(), &Unwatched).unwrap();
            put(folder.path());
            let mut parcel = claimed(folder.path());
            assert_eq!(parcel.record.key, key, "it was not sent");
            parcel.sent(receipt.clone(), &Unwatched).unwrap();
            put(folder.path());
            keys.push(key);
        }
        let different: std::collections::BTreeSet<&String> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
    }

    #[test]
    fn a_file_that_vanishes_or_changes_before_it_is_sent_undoes_the_claim() {
        struct Meddle(PathBuf, &'static [u8]);
        impl Watcher for Meddle {
            fn reached(&self, point: Point) {
                if point == Point::Claimed {
                    if self.1.is_empty() {
                        fs::remove_file(&self.0).unwrap()
                    } else {
                        fs::write(&self.0, self.1).unwrap()
                    }
                }
            }
        }
        for (bytes, expected) in [(&b""[..], vec!["a.csv"]), (b"other", vec!["a.csv", "b.csv"])] {
            let folder = outbox();
            let meddle = Meddle(folder.path().join("b.csv"), bytes);
            let claim = Parcel::claim(folder.path(), &unit("", None), &office(), &meddle).unwrap();
            assert!(matches!(claim, Claim::Undone));
            assert_eq!(names(folder.path()), expected);
            assert!(Parcel::found(folder.path()).unwrap().is_empty());
        }
    }

    #[test]
    fn a_claimed_delivery_is_out_of_the_outbox_and_under_way_once() {
        let folder = outbox();
        let parcel = claimed(folder.path());
        assert_eq!(names(folder.path()), [] as [&str; 0]);
        fs::write(folder.path().join("a.csv"), b"1").unwrap();
        fs::write(folder.path().join("b.csv"), b"2").unwrap();
        let again = Parcel::claim(folder.path(), &unit("", None), &office(), &Unwatched).unwrap();
        assert!(matches!(again, Claim::UnderWay));
        let found = Parcel::found(folder.path()).unwrap();
        let found: Vec<Record> = found.into_iter().map(|found| found.map_err(|_| ()).unwrap().record).collect();
        assert_eq!(found, [parcel.record]);
        assert_eq!(found[0].state, State::Sending);
    }

    #[test]
    fn a_record_that_was_edited_to_point_elsewhere_is_not_followed() {
        for (from, to) in
            [("\"a.csv\"", "\"../a.csv\""), ("\"from\": \"\"", "\"from\": \"..\""), ("\"sending\"", "\"sent\"")]
        {
            let folder = outbox();
            let path = claimed(folder.path()).folder.join(RECORD);
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{text}");
            fs::write(&path, text.replacen(from, to, 1)).unwrap();
            let found = Parcel::found(folder.path()).unwrap();
            assert!(matches!(found[..], [Err(Failure::Local(_))]), "{to}");
        }
    }
}

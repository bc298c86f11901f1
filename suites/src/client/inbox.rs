//! Fetches what was received into the inbox, each file once and whole. Knows lists, digests and names;
//! believes none of them before it has checked.
//!
//! Files lie at the top of the inbox under the names the sender gave them, as far as those are safe. A
//! name that is taken by other content gets a number. A message becomes a file of its own,
//! `message-<sender>-<entry>.txt`. `.renkei` in the inbox is the client's own.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use renkei_mock_platform::api::body::{Fetched, FileEntry, Page, ReceivedEntry};
use renkei_validator::text::Message;
use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::disk::{self, OWN, Place};
use super::failure::Failure;
use super::ledger::{Arrival, Import, Ledger};
use super::names;
use super::session::Session;
use super::told::Stored;
use super::watcher::{Point, Watcher};

/// Entries asked for in one page.
const PAGE: &str = "100";

/// The most pages of one list: a list that has more is not believed.
const MOST_PAGES: usize = 100_000;

/// The most files of an entry.
const MOST_FILES: usize = 1_000;

/// The most bytes of a file: 1 GiB.
const MOST_BYTES: u64 = 1 << 30;

/// The inbox and its ledger.
pub(crate) struct Inbox {
    folder: PathBuf,
    parts: PathBuf,
    ledger: Ledger,
}

/// What became of an entry.
#[derive(Debug)]
pub(crate) enum Arrived {
    /// It is in the inbox.
    Received(Vec<Stored>),
    /// It repeats another.
    Duplicate,
}

/// The part of `GET /v1/home` that is of use here: how many entries have not been fetched.
#[derive(Deserialize)]
struct Home {
    not_fetched: u64,
}

impl Inbox {
    /// Opens an inbox that is locked.
    pub(crate) fn open(folder: PathBuf) -> Result<Inbox, Failure> {
        let own = folder.join(OWN);
        let parts = own.join("parts");
        fs::create_dir_all(&parts).map_err(|error| Failure::local(&parts, &error))?;
        Ok(Inbox { ledger: Ledger::open(own.join("received.jsonl"))?, folder, parts })
    }

    /// Finishes what an earlier run left half done.
    pub(crate) fn resume(&mut self, watcher: &dyn Watcher) -> Result<Vec<(Import, Vec<Stored>)>, Failure> {
        let mut finished = Vec::new();
        for import in self.ledger.half_done() {
            let stored = self.finish(import.clone(), watcher)?;
            finished.push((import, stored));
        }
        // What no import speaks of is the rest of a fetch, and is fetched again.
        for entry in fs::read_dir(&self.parts).map_err(|error| Failure::local(&self.parts, &error))? {
            let path = entry.map_err(|error| Failure::local(&self.parts, &error))?.path();
            fs::remove_file(&path).map_err(|error| Failure::local(&path, &error))?;
        }
        Ok(finished)
    }

    /// Whether an entry is done with.
    pub(crate) fn is_done(&self, entry: &ReceivedEntry) -> bool {
        self.ledger.is_done(&entry.id)
    }

    /// Fetches an entry and puts its files into the inbox.
    pub(crate) async fn import(
        &mut self,
        session: &Session<'_>,
        entry: &ReceivedEntry,
        watcher: &dyn Watcher,
    ) -> Result<Arrived, Failure> {
        within_bounds(entry)?;
        let tag = disk::hex_of(entry.id.as_bytes())[..32].to_owned();
        let mut arrivals = Vec::new();
        for (position, file) in entry.files.iter().enumerate() {
            let part = format!("{tag}-{position}.part");
            self.fetch(session, &entry.id, position, file, &self.parts.join(&part)).await?;
            watcher.reached(Point::Fetched);
            arrivals.push(arrival(&file.name, file.sha256.to_ascii_lowercase(), part));
        }
        let identity = identity(entry);
        if self.ledger.has(&identity) {
            self.ledger.duplicate(&entry.id, &identity)?;
            watcher.reached(Point::Received);
            for arrival in &arrivals {
                remove(&self.parts.join(&arrival.part))?;
            }
            return Ok(Arrived::Duplicate);
        }
        if !entry.message.is_empty() {
            let part = format!("{tag}-message.part");
            let path = self.parts.join(&part);
            flushed(&path, entry.message.as_bytes()).map_err(|error| Failure::local(&path, &error))?;
            let name = format!("message-{}-{}.txt", entry.sender, &tag[..8]);
            arrivals.push(arrival(&name, disk::hex_of(entry.message.as_bytes()), part));
        }
        self.find_places(&mut arrivals)?;
        let import = Import { id: entry.id.clone(), sender: entry.sender.clone(), identity, files: arrivals };
        self.ledger.importing(&import)?;
        watcher.reached(Point::Importing);
        self.finish(import, watcher).map(Arrived::Received)
    }

    /// Puts fetched files into the inbox. A part that is gone has been there: nobody else removes it.
    fn finish(&mut self, mut import: Import, watcher: &dyn Watcher) -> Result<Vec<Stored>, Failure> {
        for at in 0..import.files.len() {
            let part = self.parts.join(&import.files[at].part);
            while part.exists() {
                let file = &import.files[at];
                let to = self.folder.join(&file.stored_as);
                if file.already {
                    remove(&part)?;
                    break;
                }
                match disk::publish(&part, &to) {
                    Ok(()) => watcher.reached(Point::Published),
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                        return Err(Failure::local(&to, &error));
                    }
                    // It is ours, from before an interruption.
                    Err(_) if disk::digest(&to).is_ok_and(|(_, found)| found == file.sha256) => remove(&part)?,
                    Err(_) => {
                        // Somebody put another file there meanwhile.
                        self.find_places(&mut import.files[at..=at])?;
                        self.ledger.importing(&import)?;
                    }
                }
            }
        }
        self.ledger.received(&import)?;
        watcher.reached(Point::Received);
        let stored = import.files.into_iter().map(|Arrival { name, stored_as, already, sha256: _, part: _ }| Stored {
            name,
            stored_as,
            already,
        });
        Ok(stored.collect())
    }

    fn find_places(&self, arrivals: &mut [Arrival]) -> Result<(), Failure> {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for arrival in arrivals {
            let name = names::safe(&arrival.name);
            // Where two names differ in case only, some systems see one.
            let place = disk::place(&self.folder, &name, &arrival.sha256, |name| taken.contains(&name.to_lowercase()));
            let place = place.map_err(|error| Failure::local(&self.folder, &error))?;
            (arrival.stored_as, arrival.already) = match place {
                Place::Free(name) => (name, false),
                Place::Same(name) => (name, true),
            };
            taken.insert(arrival.stored_as.to_lowercase());
        }
        Ok(())
    }

    async fn fetch(
        &self,
        session: &Session<'_>,
        id: &str,
        position: usize,
        file: &FileEntry,
        part: &Path,
    ) -> Result<(), Failure> {
        let position = position.to_string();
        let route = ["v1", "received", id, "files", &position];
        let connection = session.connection();
        session
            .retried(async |token: &str| {
                let request = connection.request(Method::GET, &route).bearer_auth(token);
                let mut response = connection.head(request, 0, session.pause().now()).await?;
                announced(response.headers(), file)?;
                let local = |error: io::Error| Failure::local(part, &error);
                let mut written = File::create(part).map_err(local)?;
                let (mut sha, mut bytes) = (Sha256::new(), 0);
                while let Some(piece) = connection.piece(&mut response).await? {
                    bytes += piece.len() as u64;
                    if bytes > file.bytes {
                        return Err(Failure::Mismatch(format!("> {} bytes", file.bytes)));
                    }
                    sha.update(&piece);
                    written.write_all(&piece).map_err(local)?;
                }
                if bytes != file.bytes {
                    return Err(Failure::Mismatch(format!("{bytes} / {} bytes", file.bytes)));
                }
                if !disk::hex(&sha.finalize()).eq_ignore_ascii_case(&file.sha256) {
                    return Err(Failure::Mismatch("SHA-256".to_owned()));
                }
                written.sync_all().map_err(local)
            })
            .await
    }
}

/// Asks for a page of the list, from oldest to newest whatever the order it comes in.
pub(crate) async fn page(session: &Session<'_>, after: Option<&str>) -> Result<Page<ReceivedEntry>, Failure> {
    let mut page: Page<ReceivedEntry> = session
        .ask(|connection| {
            let request = connection.request(Method::GET, &["v1", "received"]).query(&[("limit", PAGE)]);
            match after {
                Some(after) => request.query(&[("after", after)]),
                None => request,
            }
        })
        .await?;
    page.items.sort_by(|one, other| (one.received_at, &one.id).cmp(&(other.received_at, &other.id)));
    Ok(page)
}

/// Asks how many entries the platform holds to be not fetched.
pub(crate) async fn not_fetched(session: &Session<'_>) -> Result<u64, Failure> {
    let home: Home = session.ask(|connection| connection.request(Method::GET, &["v1", "home"])).await?;
    Ok(home.not_fetched)
}

/// The way through the pages of one list.
#[derive(Default)]
pub(crate) struct Way {
    cursors: BTreeSet<String>,
    seen: BTreeSet<String>,
    /// Entries that the list says are 未, by number.
    pub(crate) not_yet: BTreeSet<String>,
}

impl Way {
    /// Takes the entries of a page that were on no page before.
    pub(crate) fn take(&mut self, items: Vec<ReceivedEntry>) -> Vec<ReceivedEntry> {
        let fresh: Vec<ReceivedEntry> = items.into_iter().filter(|entry| self.seen.insert(entry.id.clone())).collect();
        let not_yet = fresh.iter().filter(|entry| entry.fetched == Fetched::NotYet);
        self.not_yet.extend(not_yet.map(|entry| entry.id.clone()));
        fresh
    }

    /// Goes on to the next page; `Ok(None)` at the end.
    pub(crate) fn on(&mut self, next: Option<String>) -> Result<Option<String>, Failure> {
        let Some(next) = next else { return Ok(None) };
        if self.cursors.len() >= MOST_PAGES {
            return Err(Failure::TooMuch(format!("> {MOST_PAGES} pages")));
        }
        if !self.cursors.insert(next.clone()) {
            return Err(Failure::Mismatch("the list leads back to where it was".to_owned()));
        }
        Ok(Some(next))
    }
}

/// Refuses an entry before anything of it is fetched.
fn within_bounds(entry: &ReceivedEntry) -> Result<(), Failure> {
    if entry.files.len() > MOST_FILES {
        return Err(Failure::TooMuch(format!("{} > {MOST_FILES} files", entry.files.len())));
    }
    if let Some(file) = entry.files.iter().find(|file| file.bytes > MOST_BYTES) {
        return Err(Failure::TooMuch(format!("{} > {MOST_BYTES} bytes", file.bytes)));
    }
    Ok(())
}

/// Compares what the head of an answer announces with what the list said. A digest of another kind, or
/// none, is no matter: the bytes themselves are checked.
fn announced(headers: &HeaderMap, file: &FileEntry) -> Result<(), Failure> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(length) = text(CONTENT_LENGTH.as_str())
        && length.parse() != Ok(file.bytes)
    {
        return Err(Failure::Mismatch(format!("Content-Length {length} / {}", file.bytes)));
    }
    let digests = text("repr-digest").unwrap_or("").split(',');
    let sha256 = digests.filter_map(|digest| digest.trim().strip_prefix("sha-256=:")?.strip_suffix(':')).next();
    match sha256 {
        Some(sha256) if Some(sha256) != base64_of_hex(&file.sha256).as_deref() => {
            Err(Failure::Mismatch("Repr-Digest".to_owned()))
        }
        Some(_) | None => Ok(()),
    }
}

/// Hexadecimal digits as Base64.
fn base64_of_hex(hex: &str) -> Option<String> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let nibbles = hex.chars().map(|c| c.to_digit(16)).collect::<Option<Vec<u32>>>()?;
    let bytes: Vec<u32> = nibbles.chunks(2).map(|pair| pair.iter().fold(0, |all, nibble| all * 16 + nibble)).collect();
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().chain(&[0, 0]).take(3).fold(0, |all, byte| all << 8 | byte);
        for digit in 0..4 {
            text.push(if digit > three.len() { '=' } else { DIGITS[(bits >> (18 - 6 * digit) & 63) as usize].into() });
        }
    }
    Some(text)
}

/// A digest of all that makes an entry the delivery it is, whatever its number.
fn identity(entry: &ReceivedEntry) -> String {
    let mut sha = Sha256::new();
    let mut part = |text: &str| {
        sha.update((text.len() as u64).to_be_bytes());
        sha.update(text.as_bytes());
    };
    part(entry.sender.as_str());
    part(&entry.message);
    let mut files: Vec<(&str, String)> =
        entry.files.iter().map(|file| (file.name.as_str(), file.sha256.to_ascii_lowercase())).collect();
    files.sort();
    for (name, sha256) in &files {
        part(name);
        part(sha256);
    }
    disk::hex(&sha.finalize())
}

fn arrival(name: &str, sha256: String, part: String) -> Arrival {
    Arrival { name: name.to_owned(), stored_as: String::new(), sha256, part, already: false }
}

fn flushed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn remove(path: &Path) -> Result<(), Failure> {
    fs::remove_file(path).map_err(|error| Failure::local(path, &error))
}

/// What a failed entry is called.
pub(crate) fn called(entry: &ReceivedEntry) -> Message {
    let (id, sender) = (&entry.id, &entry.sender);
    Message::pair(format!("{sender} からの受信（受信番号 {id}）"), format!("receiving from {sender} (entry {id})"))
}

#[cfg(test)]
mod tests {
    use renkei_mock_platform::api::body::FileType;

    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn file(bytes: u64) -> FileEntry {
        FileEntry {
            name: "a.csv".to_owned(),
            bytes,
            sha256: ABC.to_owned(),
            file_type: FileType::Registration,
            csv_version: None,
        }
    }

    #[test]
    fn digests_are_written_in_base64() {
        assert_eq!(base64_of_hex(ABC).as_deref(), Some("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="));
        assert_eq!(base64_of_hex("4d616e").as_deref(), Some("TWFu"));
        assert_eq!(base64_of_hex("4d61").as_deref(), Some("TWE="));
        assert_eq!(base64_of_hex("4d").as_deref(), Some("TQ=="));
        assert_eq!(base64_of_hex("xy"), None);
    }

    #[test]
    fn what_the_head_announces_must_be_what_the_list_said() {
        let judge = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(*name, reqwest::header::HeaderValue::from_static(value));
            }
            announced(&headers, &file(3)).is_ok()
        };
        let good = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";
        assert!(judge(&[("content-length", "3"), ("repr-digest", good)]));
        assert!(judge(&[]));
        assert!(judge(&[("repr-digest", "sha-512=:AAAA:")]));
        assert!(!judge(&[("content-length", "4")]));
        assert!(!judge(&[("content-length", "x")]));
        assert!(!judge(&[("repr-digest", "sha-256=:AAAA:")]));
        assert!(!judge(&[("repr-digest", "sha-512=:AAAA:, sha-256=:AAAA:")]));
    }

    #[test]
    fn a_list_that_leads_in_circles_ends() {
        let mut way = Way::default();
        assert_eq!(way.on(Some("1".to_owned())), Ok(Some("1".to_owned())));
        assert_eq!(way.on(Some("2".to_owned())), Ok(Some("2".to_owned())));
        assert!(matches!(way.on(Some("1".to_owned())), Err(Failure::Mismatch(_))));
        assert_eq!(way.on(None), Ok(None));
    }
}

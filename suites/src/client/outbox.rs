//! What lies in the outbox, and when it is complete. Knows the folder's convention and which deliveries
//! its files make; sends nothing.
//!
//! The convention:
//!
//! - Files at the top of the outbox are grouped by the platform, from their names: one delivery for each
//!   destination and timestamp.
//! - A folder in the outbox is one delivery with all its files. `message.txt` in it is the message and
//!   `to.txt` the number of the destination, which is needed only where no file name tells it.
//! - Attachments have no destination of their own, so they belong into such a folder.
//! - What ends in `.tmp`, `.part` or `.crdownload` or begins with `.` or `~$` is being written: it is
//!   waited for. Everything else counts as complete when two looks find it unchanged.
//! - `sent` and `refused` are where deliveries go; `.renkei` is the client's own. A refused folder can be
//!   put back as it is: the notes in it are no part of the delivery.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirEntry};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use renkei_mock_platform::api::body::{RecogniseRequest, Recognised};
use renkei_mock_platform::model::OfficeNumber;
use renkei_validator::name::FileName;
use renkei_validator::spec::Segment;
use renkei_validator::text::Message;
use reqwest::Method;

use super::companions;
use super::failure::{Failure, told};
use super::parcel::NOTES;
use super::session::Session;
use super::told::place;
use crate::lang::io_reason;

/// Folders of the outbox that hold no deliveries to send.
pub(crate) const SENT: &str = "sent";
/// See [`SENT`].
pub(crate) const REFUSED: &str = "refused";

/// The message of a folder.
const MESSAGE: &str = "message.txt";
/// The destination of a folder.
const TO: &str = "to.txt";

/// The most bytes of either.
const MOST_TEXT: u64 = 64 << 10;

/// The most bytes of names that are recognised in one request; servers read short JSON only.
const MOST_NAMES: usize = 24 << 10;

/// Looks for which files that would be refused wait for the rest of their set.
const PATIENCE: u32 = 5;

/// A delivery to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// The folder it lies in, in the outbox; empty for the outbox itself.
    pub(crate) from: String,
    /// Its files, by name.
    pub(crate) files: Vec<String>,
    /// What lies beside them and is not sent itself.
    pub(crate) extras: Vec<String>,
    /// メッセージ
    pub(crate) message: String,
    /// 送信先, where it is known.
    pub(crate) destination: Option<OfficeNumber>,
}

/// Something that is not sent, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) what: String,
    pub(crate) why: Message,
}

/// The outbox, and what the last look found.
pub(crate) struct Outbox {
    folder: PathBuf,
    before: BTreeMap<String, Stamp>,
    /// How often a group that would be refused was seen unchanged.
    waited: BTreeMap<Vec<String>, u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

/// What a look found.
#[derive(Debug, Default)]
pub(crate) struct Look {
    /// Files at the top, with whether each is complete.
    loose: Vec<(String, Complete)>,
    /// Folders that are complete.
    units: Vec<Unit>,
    left: Vec<Left>,
}

/// Whether somebody may still be writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Complete {
    Yes,
    NotYet,
}

/// How long one waits for the rest of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// There is no later look: what is there now is sent.
    No,
    /// There is.
    ForTheRest,
}

impl Outbox {
    pub(crate) fn new(folder: PathBuf) -> Outbox {
        Outbox { folder, before: BTreeMap::new(), waited: BTreeMap::new() }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Looks at the folder.
    pub(crate) fn look(&mut self) -> Result<Look, Failure> {
        let mut look = Look::default();
        let mut now = BTreeMap::new();
        for entry in listed(&self.folder).map_err(|error| Failure::local(&self.folder, &error))? {
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                look.leave(&entry.file_name().to_string_lossy(), not_text());
                continue;
            };
            if is_passing(&name) {
                continue;
            }
            match kind(&entry) {
                Ok(Kind::File(stamp)) => {
                    let complete = self.complete(&name, stamp);
                    now.insert(name.clone(), stamp);
                    if complete == Complete::NotYet {
                        look.leave(&name, being_written());
                    }
                    look.loose.push((name, complete));
                }
                Ok(Kind::Folder) if [SENT, REFUSED].contains(&name.as_str()) => {}
                Ok(Kind::Folder) => self.look_into(&name, &mut now, &mut look),
                Ok(Kind::Other) => look.leave(&name, neither()),
                Err(error) => look.leave(&name, io_reason(&error)),
            }
        }
        self.before = now;
        Ok(look)
    }

    fn look_into(&self, folder: &str, now: &mut BTreeMap<String, Stamp>, look: &mut Look) {
        let path = self.folder.join(folder);
        let entries = match listed(&path) {
            Ok(entries) => entries,
            Err(error) => return look.leave(folder, io_reason(&error)),
        };
        let mut unit = Unit {
            from: folder.to_owned(),
            files: Vec::new(),
            extras: Vec::new(),
            message: String::new(),
            destination: None,
        };
        let mut why_not = None;
        for entry in entries {
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                why_not = Some((String::new(), not_text()));
                break;
            };
            if NOTES.contains(&name.as_str()) {
                continue;
            }
            if is_passing(&name) {
                why_not = Some((name, being_written()));
                continue;
            }
            match kind(&entry) {
                Ok(Kind::File(stamp)) => {
                    let key = format!("{folder}/{name}");
                    if self.complete(&key, stamp) == Complete::NotYet {
                        why_not = why_not.or(Some((name.clone(), being_written())));
                    }
                    now.insert(key, stamp);
                    if [MESSAGE, TO].contains(&name.as_str()) { unit.extras.push(name) } else { unit.files.push(name) }
                }
                Ok(Kind::Folder | Kind::Other) => why_not = why_not.or(Some((name, neither()))),
                Err(error) => why_not = why_not.or(Some((name, io_reason(&error)))),
            }
        }
        if unit.files.is_empty() && unit.extras.is_empty() && why_not.is_none() {
            // Made just now, or emptied just now.
            return;
        }
        if unit.files.is_empty() && why_not.is_none() {
            why_not = Some((String::new(), Message::pair("送信するファイルがありません", "there is no file to send")));
        }
        let why_not = why_not.or_else(|| texts_of(&mut unit, &path).err());
        match why_not {
            Some((name, why)) if name.is_empty() => look.leave(folder, why),
            Some((name, why)) => look.left.push(Left { what: place(folder, &name), why }),
            None => look.units.push(unit),
        }
    }

    fn complete(&self, key: &str, stamp: Stamp) -> Complete {
        if self.before.get(key) == Some(&stamp) { Complete::Yes } else { Complete::NotYet }
    }

    /// The deliveries that are complete, and what is left.
    pub(crate) async fn units(
        &mut self,
        look: Look,
        session: &Session<'_>,
        waiting: Waiting,
    ) -> Result<(Vec<Unit>, Vec<Left>), Failure> {
        let Look { loose, mut units, mut left } = look;
        let mut waited = BTreeMap::new();
        for names in requests(loose.iter().map(|(name, _)| name.clone()).collect()) {
            let request = RecogniseRequest { names: names.clone() };
            let recognised: Recognised = session
                .ask(|connection| connection.request(Method::POST, &["v1", "deliveries", "recognise"]).json(&request))
                .await?;
            let mut rest: BTreeSet<String> = names.into_iter().collect();
            for delivery in recognised.deliveries {
                let kinds: Vec<_> =
                    delivery.files.iter().filter_map(|file| FileName::parse(&file.name).meant_kind()).collect();
                // Nothing that comes later makes anything better of what is a whole set, or a part of none.
                let refusal = delivery.refusal.as_ref().filter(|_| companions::are_missing(&kinds));
                // A name that we did not ask about, or twice, is not ours to send.
                let files: Vec<String> =
                    delivery.files.into_iter().map(|file| file.name).filter(|name| rest.remove(name)).collect();
                let incomplete =
                    loose.iter().any(|(name, complete)| files.contains(name) && *complete == Complete::NotYet);
                if files.is_empty() || incomplete {
                    continue;
                }
                if let (Some(refusal), Waiting::ForTheRest) = (refusal, waiting) {
                    let looks = self.waited.get(&files).copied().unwrap_or(0) + 1;
                    if looks <= PATIENCE {
                        let why = told(refusal);
                        let why = Message::pair(
                            format!("このままでは送信できないため、残りのファイルを待ちます: {}", why.ja),
                            format!("waiting for the rest, as this would be refused: {}", why.en),
                        );
                        left.extend(files.iter().map(|name| Left { what: place("", name), why: why.clone() }));
                        waited.insert(files, looks);
                        continue;
                    }
                }
                units.push(Unit {
                    from: String::new(),
                    files,
                    extras: Vec::new(),
                    message: String::new(),
                    destination: delivery.destination,
                });
            }
            let alone = rest.into_iter().filter(|name| loose.contains(&(name.clone(), Complete::Yes)));
            left.extend(alone.map(|name| Left { what: place("", &name), why: no_destination() }));
        }
        self.waited = waited;
        Ok((units, left))
    }
}

impl Look {
    fn leave(&mut self, name: &str, why: Message) {
        self.left.push(Left { what: place("", name), why });
    }
}

enum Kind {
    File(Stamp),
    Folder,
    Other,
}

/// What an entry is; links are not followed, as they may lead anywhere and round in circles.
fn kind(entry: &DirEntry) -> io::Result<Kind> {
    let metadata = fs::symlink_metadata(entry.path())?;
    Ok(if metadata.is_file() {
        Kind::File(Stamp { bytes: metadata.len(), modified: metadata.modified().ok() })
    } else if metadata.is_dir() {
        Kind::Folder
    } else {
        Kind::Other
    })
}

fn listed(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

/// Names of what is being written, or belongs to a desktop.
fn is_passing(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name.starts_with('.')
        || name.starts_with("~$")
        || [".tmp", ".part", ".crdownload"].iter().any(|ending| lower.ends_with(ending))
        || ["thumbs.db", "desktop.ini"].contains(&lower.as_str())
}

fn texts_of(unit: &mut Unit, path: &Path) -> Result<(), (String, Message)> {
    for name in unit.extras.clone() {
        let text = text(&path.join(&name)).map_err(|why| (name.clone(), why))?;
        if name == MESSAGE {
            unit.message = text;
        } else {
            let number = OfficeNumber::parse(text.trim()).ok_or_else(|| {
                let why =
                    Message::pair("10桁の事業所番号を1つだけ書きます", "expected one office number of ten characters");
                (name, why)
            })?;
            unit.destination = Some(number);
        }
    }
    Ok(())
}

fn text(path: &Path) -> Result<String, Message> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| io_reason(&error))?;
    file.take(MOST_TEXT + 1).read_to_end(&mut bytes).map_err(|error| io_reason(&error))?;
    if bytes.len() as u64 > MOST_TEXT {
        return Err(Message::pair("64KiBを超えています", "it is longer than 64 KiB"));
    }
    let text =
        String::from_utf8(bytes).map_err(|_| Message::pair("UTF-8のテキストではありません", "it is not UTF-8 text"))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Names in as many requests as they need, those of one set in the same one.
fn requests(mut names: Vec<String>) -> Vec<Vec<String>> {
    let set = |name: &String| {
        let name = FileName::parse(name);
        [Segment::ReceiverOffice, Segment::Timestamp].map(|part| name.part(part).unwrap_or("").to_owned())
    };
    names.sort_by_cached_key(|name| (set(name), name.clone()));
    let mut requests: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    for names in names.chunk_by(|one, other| set(one) == set(other)) {
        // A set that fills a request by itself is over every limit, and may be refused in pieces.
        for names in names.chunks(100) {
            let more: usize = names.iter().map(|name| name.len() * 2 + 8).sum();
            match requests.last_mut() {
                Some(last) if bytes + more <= MOST_NAMES => last.extend_from_slice(names),
                Some(_) | None => {
                    requests.push(names.to_vec());
                    bytes = 0;
                }
            }
            bytes += more;
        }
    }
    requests
}

fn being_written() -> Message {
    Message::pair(
        "書き込みの途中かもしれないため、次の確認まで待ちます",
        "perhaps still being written; waiting for the next look",
    )
}

fn not_text() -> Message {
    Message::pair("ファイル名がUTF-8ではありません", "its name is not UTF-8")
}

fn neither() -> Message {
    Message::pair(
        "通常のファイルではないため、送信しません（リンクはたどりません）",
        "not a plain file; links are not followed",
    )
}

fn no_destination() -> Message {
    Message::pair(
        "ファイル名から送信先が分かりません。送信する組のフォルダーに入れてください",
        "its name tells no destination; put it into the folder of its delivery",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, bytes: &[u8]) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn loose(look: &Look) -> Vec<&str> {
        look.loose.iter().filter(|(_, complete)| *complete == Complete::Yes).map(|(name, _)| name.as_str()).collect()
    }

    fn left(look: &Look) -> Vec<(&str, &str)> {
        look.left.iter().map(|left| (left.what.as_str(), left.why.en.as_str())).collect()
    }

    const WRITING: &str = "perhaps still being written; waiting for the next look";

    #[test]
    fn a_file_is_complete_when_two_looks_find_it_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::new(folder.path().to_owned());
        write(folder.path(), "a.csv", b"1");
        write(folder.path(), "b.csv.tmp", b"1");
        write(folder.path(), "sent/x.csv", b"1");
        let look = outbox.look().unwrap();
        assert_eq!((loose(&look), left(&look)), (vec![], vec![("a.csv", WRITING)]));
        let look = outbox.look().unwrap();
        assert_eq!((loose(&look), left(&look)), (vec!["a.csv"], vec![]));
        write(folder.path(), "a.csv", b"12");
        fs::rename(folder.path().join("b.csv.tmp"), folder.path().join("b.csv")).unwrap();
        let look = outbox.look().unwrap();
        assert_eq!((loose(&look), left(&look)), (vec![], vec![("a.csv", WRITING), ("b.csv", WRITING)]));
        assert_eq!(loose(&outbox.look().unwrap()), ["a.csv", "b.csv"]);
    }

    #[test]
    fn a_folder_is_one_delivery_with_message_and_destination() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::new(folder.path().to_owned());
        write(folder.path(), "one/b.pdf", b"1");
        write(folder.path(), "one/a.csv", b"1");
        write(folder.path(), "one/message.txt", "\u{FEFF}よろしく\r\nお願いします\r\n".as_bytes());
        write(folder.path(), "one/to.txt", b"9970100013\n");
        fs::create_dir(folder.path().join("empty")).unwrap();
        assert!(outbox.look().unwrap().units.is_empty());
        let look = outbox.look().unwrap();
        let expected = Unit {
            from: "one".to_owned(),
            files: vec!["a.csv".to_owned(), "b.pdf".to_owned()],
            extras: vec!["message.txt".to_owned(), "to.txt".to_owned()],
            message: "よろしく\r\nお願いします".to_owned(),
            destination: OfficeNumber::parse("9970100013"),
        };
        assert_eq!((look.units, look.left), (vec![expected], vec![]));
    }

    #[test]
    fn a_folder_that_is_not_whole_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::new(folder.path().to_owned());
        write(folder.path(), "1/a.csv", b"1");
        write(folder.path(), "1/b.csv.part", b"1");
        write(folder.path(), "2/a.csv", b"1");
        write(folder.path(), "2/deeper/b.csv", b"1");
        write(folder.path(), "3/a.csv", b"1");
        write(folder.path(), "3/message.txt", b"\x82\xa0");
        write(folder.path(), "4/a.csv", b"1");
        write(folder.path(), "4/to.txt", b"1234");
        write(folder.path(), "5/message.txt", b"hello");
        write(folder.path(), "6/a.csv", b"1");
        write(folder.path(), "6/message.txt", &[b'x'; 65_537]);
        outbox.look().unwrap();
        let look = outbox.look().unwrap();
        assert_eq!(look.units, []);
        let expected = [
            ("1/b.csv.part", WRITING),
            ("2/deeper", "not a plain file; links are not followed"),
            ("3/message.txt", "it is not UTF-8 text"),
            ("4/to.txt", "expected one office number of ten characters"),
            ("5", "there is no file to send"),
            ("6/message.txt", "it is longer than 64 KiB"),
        ];
        assert_eq!(left(&look), expected);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_not_even_in_circles() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::new(folder.path().to_owned());
        write(folder.path(), "one/a.csv", b"1");
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("link.csv")).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("one/circle")).unwrap();
        std::os::unix::fs::symlink("loop", folder.path().join("loop")).unwrap();
        outbox.look().unwrap();
        let look = outbox.look().unwrap();
        let why = "not a plain file; links are not followed";
        assert_eq!(left(&look), [("link.csv", why), ("loop", why), ("one/circle", why)]);
        assert!(look.units.is_empty() && look.loose.is_empty());
    }

    #[test]
    fn a_missing_outbox_is_a_failure() {
        let failure = Outbox::new(PathBuf::from("no-such-outbox")).look().unwrap_err();
        assert!(failure.message().en.starts_with("cannot read or write no-such-outbox: "), "{failure:?}");
    }

    #[test]
    fn names_of_one_set_are_recognised_together() {
        let name = |kind: &str, to: usize, second: usize| {
            format!("{kind}_202610_9970100013_43_99701{to:05}_11_202609281015{second:02}.CSV")
        };
        let mut names = Vec::new();
        for to in 0..300 {
            names.extend(["UPSIKYU", "UPPLAN", "UPHOSOKU"].map(|kind| name(kind, to, to % 60)));
        }
        let requests = requests(names.clone());
        assert!(requests.len() > 1);
        for request in &requests {
            assert!(request.iter().map(String::len).sum::<usize>() < MOST_NAMES);
            assert_eq!(request.len() % 3, 0, "a set is cut");
        }
        let mut all: Vec<String> = requests.into_iter().flatten().collect();
        all.sort();
        names.sort();
        assert_eq!(all, names);
    }
}

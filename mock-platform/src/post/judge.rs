//! Judges one delivery. Knows the order of the checks; the first that fails is the refusal:
//!
//! 1. something to send ([`NothingToSend`](Business::NothingToSend)), within the limits
//!    ([`TooMany`](Business::TooMany), [`TooLarge`](Business::TooLarge),
//!    [`MessageTooLong`](Business::MessageTooLong)), no name twice ([`NameTwice`](Business::NameTwice));
//! 2. names ([`NameNotStandard`](Business::NameNotStandard),
//!    [`AttachmentNotAccepted`](Business::AttachmentNotAccepted)) and their sender
//!    ([`NotTheSender`](Business::NotTheSender));
//! 3. the destination: one ([`SeveralDestinations`](Business::SeveralDestinations)), named
//!    ([`DestinationMissing`](Business::DestinationMissing)), another office
//!    ([`SameOffice`](Business::SameOffice)), known ([`DestinationUnknown`](Business::DestinationUnknown)),
//!    registered ([`DestinationNotRegistered`](Business::DestinationNotRegistered));
//! 4. service types in names ([`ServiceTypeNotOfOffice`](Business::ServiceTypeNotOfOffice));
//! 5. versions ([`VersionNotAccepted`](Business::VersionNotAccepted));
//! 6. licences of the sender, then of the receiver;
//! 7. direction ([`DirectionNotAllowed`](Business::DirectionNotAllowed)), then combination
//!    ([`CombinationNotAccepted`](Business::CombinationNotAccepted)).
//!
//! The gate comes after all of these and is the caller's. The order is ours, as are all limits.

use std::collections::{BTreeMap, BTreeSet};

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::{KnownVersion, Party, Segment, Version, versions_known};
use renkei_validator::text::Message;

use super::combine::{self, Part, Way};
use super::name::{self, Address, Month, Named, Standard};
use super::{Listed, Standing, Terms, listed, shown};
use crate::api::body::FileType;
use crate::model::OfficeNumber;
use crate::refusal::{Business, Nearest, Refusal};

/// What somebody wants to send.
#[derive(Clone, Debug)]
pub struct Delivery<'a> {
    /// Who has logged in.
    pub sender: &'a OfficeNumber,
    /// 送信先, where the request names it.
    pub destination: Option<&'a OfficeNumber>,
    /// メッセージ
    pub message: &'a str,
    /// The files.
    pub files: &'a [Offer<'a>],
}

/// A file that somebody wants to send.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// ファイル名
    pub name: &'a str,
    /// What is in it.
    pub content: Content<'a>,
}

/// What is known of the content of a file.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// Nothing: only names are judged.
    Unread,
    /// All.
    Bytes(&'a [u8]),
}

/// A delivery that may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// 送信先
    pub destination: OfficeNumber,
    /// ファイル出力日時 in the names; absent where there are attachments only.
    pub timestamp: Option<String>,
    /// In the order of the request.
    pub files: Vec<AcceptedFile>,
}

/// A file that may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedFile {
    /// ファイル種別
    pub file_type: FileType,
    /// CSVバージョン; absent for attachments.
    pub csv_version: Option<&'static str>,
}

/// A file of the standard with its name as written and its version.
struct Data<'a> {
    text: &'a str,
    name: Standard,
    /// Absent for the image.
    version: Option<&'static KnownVersion>,
}

/// Judges a delivery by everything but the gate.
///
/// # Errors
/// The first check that fails, in the order of this module's description.
pub fn judge(delivery: &Delivery<'_>, terms: &Terms<'_>) -> Result<Accepted, Refusal> {
    within_limits(delivery, terms)?;
    let (data, files) = named(delivery, terms)?;
    own(&data, delivery.sender)?;
    let destination = destination(&data, delivery)?;
    let receiver = receiver(&destination, delivery.sender, terms)?;
    let sender = terms.directory.office(delivery.sender);
    let sender_types = sender.as_ref().map_or(&[][..], |sender| &sender.service_types);
    let receiver_types = &receiver.service_types[..];
    for file in &data {
        service_type(file, Segment::SenderServiceType, &file.name.sender, sender_types)?;
        service_type(file, Segment::ReceiverServiceType, &file.name.receiver, receiver_types)?;
    }
    for file in &data {
        version(file, terms)?;
    }
    licences(sender.as_ref().map_or(Standing::None, |sender| sender.standing), &receiver, terms)?;
    together(&data, sender_types, receiver_types)?;
    Ok(Accepted { destination, timestamp: data.first().map(|file| file.name.timestamp.clone()), files })
}

fn within_limits(delivery: &Delivery<'_>, terms: &Terms<'_>) -> Result<(), Refusal> {
    let settings = terms.settings;
    if delivery.files.is_empty() {
        return Err(Refusal::plain(Business::NothingToSend));
    }
    if delivery.files.len() > settings.most_files {
        return Err(too_many_files(settings.most_files));
    }
    let mut total: u64 = 0;
    for file in delivery.files {
        let Content::Bytes(bytes) = file.content else { continue };
        total = total.saturating_add(bytes.len() as u64);
        if bytes.len() as u64 > settings.most_file_bytes {
            return Err(file_too_large(file.name, settings.most_file_bytes));
        }
    }
    if total > settings.most_delivery_bytes {
        return Err(delivery_too_large(settings.most_delivery_bytes));
    }
    let most = settings.most_message_chars;
    if delivery.message.chars().nth(most).is_some() {
        return Err(Refusal::with(
            Business::MessageTooLong,
            Message::pair(
                format!("メッセージは{most}文字までです。"),
                format!("A message has at most {most} characters."),
            ),
        ));
    }
    let mut seen = BTreeSet::new();
    for file in delivery.files {
        // Names that differ in case only are one name in the folders of Windows.
        if !seen.insert(file.name.to_lowercase()) {
            return Err(Refusal::with(Business::NameTwice, name::quoted(file.name)));
        }
    }
    Ok(())
}

/// The refusal of a delivery of too many files.
pub fn too_many_files(most: usize) -> Refusal {
    Refusal::with(
        Business::TooMany,
        Message::pair(
            format!("1回の送信のファイルは{most}個までです。"),
            format!("A delivery has at most {most} files."),
        ),
    )
}

/// The refusal of a file of too many bytes.
pub fn file_too_large(name: &str, most: u64) -> Refusal {
    let name = shown(name);
    Refusal::with(
        Business::TooLarge,
        Message::pair(
            format!("「{name}」: 1つのファイルは{most}バイトまでです。"),
            format!("`{name}`: a file has at most {most} bytes."),
        ),
    )
}

/// The refusal of files that are too large together.
pub fn delivery_too_large(most: u64) -> Refusal {
    Refusal::with(
        Business::TooLarge,
        Message::pair(
            format!("1回の送信のファイルは合わせて{most}バイトまでです。"),
            format!("The files of a delivery have at most {most} bytes together."),
        ),
    )
}

fn named<'a>(delivery: &Delivery<'a>, terms: &Terms<'_>) -> Result<(Vec<Data<'a>>, Vec<AcceptedFile>), Refusal> {
    let (mut data, mut files) = (Vec::new(), Vec::new());
    for file in delivery.files {
        match name::read(file.name, &terms.settings.attachment_endings)? {
            Named::Standard(standard) => {
                let file_type = standard.file_type();
                let version = match file_type {
                    FileType::Registration | FileType::Deletion => Some(version_of(&standard, file.content)),
                    FileType::Attachment => None,
                };
                files.push(AcceptedFile { file_type, csv_version: version.map(|version| version.value.as_str()) });
                data.push(Data { text: file.name, name: standard, version });
            }
            Named::Attachment => {
                files.push(AcceptedFile { file_type: FileType::Attachment, csv_version: None });
            }
        }
    }
    Ok((data, files))
}

/// The CSV version of a file: the first item of its first record where that is a value that is known to
/// exist, else the newest one whose names have the shape of its name.
fn version_of(name: &Standard, content: Content<'_>) -> &'static KnownVersion {
    let known = |value: &[u8]| versions_known().iter().find(|version| version.value.as_bytes() == value);
    let stated = match content {
        Content::Unread => None,
        Content::Bytes(bytes) => bytes.split(|b| matches!(b, b',' | b'\r' | b'\n')).next().and_then(|item| {
            let bare = item.strip_prefix(b"\"").and_then(|item| item.strip_suffix(b"\"")).unwrap_or(item);
            known(bare)
        }),
    };
    stated
        .or_else(|| known(name.version().value().as_bytes()))
        .expect("versions.csv holds every covered version; a test of the validator reads it")
}

fn own(data: &[Data<'_>], sender: &OfficeNumber) -> Result<(), Refusal> {
    let Some(other) = data.iter().find(|file| file.name.sender.office != *sender) else { return Ok(()) };
    let written = &other.name.sender.office;
    let right = other.text.replacen(written.as_str(), sender.as_str(), 1);
    let difference = Message::pair(
        format!("送信元事業所番号「{written}」を「{sender}」にします。"),
        format!("The sender's office number, `{written}`, must be `{sender}`."),
    );
    Err(Refusal {
        nearest: Some(Nearest { accepted: vec![right], difference: difference.into() }),
        ..Refusal::with(Business::NotTheSender, name::quoted(other.text))
    })
}

/// The one destination that the names and the request speak of.
fn destination(data: &[Data<'_>], delivery: &Delivery<'_>) -> Result<OfficeNumber, Refusal> {
    if let Some(first) = data.first().map(|file| &file.name.receiver.office)
        && data.iter().map(|file| &file.name.receiver.office).chain(delivery.destination).all(|office| office == first)
    {
        return Ok(first.clone());
    }
    let mut names: BTreeMap<&OfficeNumber, Vec<String>> = BTreeMap::new();
    for file in data {
        names.entry(&file.name.receiver.office).or_default().push(file.text.to_owned());
    }
    let named: Vec<&OfficeNumber> = names.keys().copied().collect();
    match (delivery.destination, named.as_slice()) {
        (None, []) => Err(Refusal::plain(Business::DestinationMissing)),
        (Some(destination), []) => Ok(destination.clone()),
        (wanted, _) => {
            // The destination that the request names, else the one of most files, the first of several.
            let most = || names.iter().rev().max_by_key(|(_, files)| files.len()).map(|(office, _)| *office);
            let main = wanted.filter(|wanted| names.contains_key(wanted)).or_else(most);
            let offices: Vec<String> = named
                .iter()
                .copied()
                .chain(wanted.filter(|w| !names.contains_key(w)))
                .map(ToString::to_string)
                .collect();
            let nearest = main.map(|main| {
                let accepted = names.get(main).cloned().unwrap_or_default();
                let strays: Vec<String> =
                    names.iter().filter(|(office, _)| **office != main).flat_map(|(_, files)| files.clone()).collect();
                let strays = listed(&strays);
                let difference = if named.len() > 1 {
                    Message::pair(
                        format!("次のファイルは別の送信にします: {}", strays.ja),
                        format!("These files make a delivery of their own: {}", strays.en),
                    )
                } else {
                    Message::pair(
                        format!("指定する送信先を「{main}」にします。"),
                        format!("The destination named must be `{main}`."),
                    )
                };
                Nearest { accepted, difference: difference.into() }
            });
            Err(Refusal { nearest, ..Refusal::with(Business::SeveralDestinations, listed(&offices)) })
        }
    }
}

fn receiver(destination: &OfficeNumber, sender: &OfficeNumber, terms: &Terms<'_>) -> Result<Listed, Refusal> {
    let refused = |why| Err(Refusal::with(why, Message::same(destination.as_str())));
    if destination == sender {
        return refused(Business::SameOffice);
    }
    let Some(receiver) = terms.directory.office(destination) else {
        let nearest = terms.directory.nearest(destination).filter(|near| near != sender).map(|near| Nearest {
            accepted: vec![near.to_string()],
            difference: Message::pair(
                format!("送信先事業所番号「{destination}」を「{near}」にします。"),
                format!("The receiver's office number, `{destination}`, must be `{near}`."),
            )
            .into(),
        });
        let detail = Message::same(destination.as_str());
        return Err(Refusal { nearest, ..Refusal::with(Business::DestinationUnknown, detail) });
    };
    match receiver.standing {
        Standing::None => refused(Business::DestinationNotRegistered),
        Standing::Valid | Standing::Expired if terms.deviations.destination_unregistered => {
            refused(Business::DestinationNotRegistered)
        }
        Standing::Valid | Standing::Expired => Ok(receiver),
    }
}

/// The service type of one end must be one of its office's.
fn service_type(file: &Data<'_>, end: Segment, address: &Address, types: &[String]) -> Result<(), Refusal> {
    let Some(written) = &address.service_type else { return Ok(()) };
    if types.contains(written) {
        return Ok(());
    }
    let same_party = |code: &&String| Party::of(code) == Party::of(written);
    let nearest = types.iter().find(same_party).or(types.first()).map(|right| {
        let (from, to) = (format!("{}_{written}", address.office), format!("{}_{right}", address.office));
        let title = end.title();
        Nearest {
            accepted: vec![file.text.replacen(&from, &to, 1)],
            difference: Message::pair(
                format!("{}「{written}」を「{right}」にします。", title.ja),
                format!("The {}, `{written}`, must be `{right}`.", title.en),
            )
            .into(),
        }
    });
    let (office, text) = (&address.office, shown(file.text));
    Err(Refusal {
        nearest,
        ..Refusal::with(
            Business::ServiceTypeNotOfOffice,
            Message::pair(
                format!("「{text}」: 事業所{office}のサービス種類に{written}はありません。"),
                format!("`{text}`: office {office} has no service type {written}."),
            ),
        )
    })
}

/// Whether a version is accepted today, for the service month in the name where there is one. A version
/// that has come to a month stays accepted for later months until it stops as a whole (assumption:
/// screens show several versions side by side).
fn version(file: &Data<'_>, terms: &Terms<'_>) -> Result<(), Refusal> {
    let Some(known) = file.version else { return Ok(()) };
    let stops = terms.settings.v3_stops_on;
    let stopped = match Version::parse(known.value.as_bytes()) {
        Some(Version::V202003 | Version::V202208) => terms.today >= stops,
        Some(Version::V202407) => false,
        // Known to have existed, and not exchanged any more.
        None => true,
    };
    let value = &known.value;
    if stopped || terms.deviations.version_refused {
        let text = shown(file.text);
        let newest = Version::V202407;
        let nearest = (value != newest.value()).then(|| Nearest {
            accepted: vec![newest.to_string()],
            difference: Message::pair(
                format!("CSVバージョンを{newest}にします。"),
                format!("The CSV version must be {newest}."),
            )
            .into(),
        });
        let detail = Message::pair(format!("「{text}」: {value}"), format!("`{text}`: {value}"));
        return Err(Refusal { nearest, ..Refusal::with(Business::VersionNotAccepted, detail) });
    }
    let Some(Month::Of(month)) = file.name.month else { return Ok(()) };
    let first = |version: &KnownVersion| YearMonth::parse(version.first_month.as_bytes());
    if first(known).is_none_or(|first| month >= first) {
        return Ok(());
    }
    let right = versions_known()
        .iter()
        .rev()
        .filter(|version| Version::parse(version.value.as_bytes()).is_some())
        .find(|version| terms.today < stops && first(version).is_some_and(|first| month >= first));
    let nearest = right.map(|right| Nearest {
        accepted: vec![right.value.clone()],
        difference: Message::pair(
            format!("{month}のCSVバージョンは{}です。", right.value),
            format!("The CSV version for {month} is {}.", right.value),
        )
        .into(),
    });
    let (text, from) = (shown(file.text), &known.first_month);
    Err(Refusal {
        nearest,
        ..Refusal::with(
            Business::VersionNotAccepted,
            Message::pair(
                format!("「{text}」: {value}は{from}以降のサービス提供月に使います。"),
                format!("`{text}`: {value} is for service months from {from} on."),
            ),
        )
    })
}

fn licences(sender: Standing, receiver: &Listed, terms: &Terms<'_>) -> Result<(), Refusal> {
    let why = match (sender, receiver.standing) {
        (Standing::None, _) => Business::SenderUnlicensed,
        (Standing::Expired, _) => Business::SenderLicenceExpired,
        (Standing::Valid, _) if terms.deviations.licence_expired => Business::SenderLicenceExpired,
        (Standing::Valid, Standing::Expired) => Business::ReceiverLicenceExpired,
        (Standing::Valid, Standing::Valid | Standing::None) => return Ok(()),
    };
    Err(Refusal::plain(why))
}

/// Direction first, as files that never go that way make no unit either.
fn together(data: &[Data<'_>], sender: &[String], receiver: &[String]) -> Result<(), Refusal> {
    let Some(first) = data.first() else { return Ok(()) };
    let version = first.name.version();
    let same = |one: &Standard, other: &Standard| {
        one.sender.service_type == other.sender.service_type && one.receiver.service_type == other.receiver.service_type
    };
    let of_first = ways(&first.name, sender, receiver);
    for file in data {
        let other = (!same(&file.name, &first.name)).then(|| ways(&file.name, sender, receiver));
        let ways = other.as_ref().unwrap_or(&of_first);
        combine::direction(file.name.version(), &[Part::from(&file.name)], ways)?;
    }
    let ways = of_first;
    let files: Vec<(&str, &Standard)> = data.iter().map(|file| (file.text, &file.name)).collect();
    combine::one_set(version, &files, &ways)?;
    let parts: Vec<Part> = data.iter().map(|file| Part::from(&file.name)).collect();
    combine::combination(version, &parts, &ways)
}

/// The ways that a file may go: that of the service types in its name; without any, all that the two
/// offices can stand for.
fn ways(name: &Standard, sender: &[String], receiver: &[String]) -> Vec<Way> {
    let parties = |address: &Address, all: &[String]| -> BTreeSet<Party> {
        match &address.service_type {
            Some(code) => Party::of(code).into_iter().collect(),
            None => all.iter().filter_map(|code| Party::of(code)).collect(),
        }
    };
    let to = parties(&name.receiver, receiver);
    parties(&name.sender, sender).into_iter().flat_map(|from| to.iter().map(move |to| (from, *to))).collect()
}

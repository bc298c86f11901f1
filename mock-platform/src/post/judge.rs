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
//! 5. versions, of the name and of the content ([`VersionNotAccepted`](Business::VersionNotAccepted));
//! 6. licences of the sender, then of the receiver;
//! 7. direction ([`DirectionNotAllowed`](Business::DirectionNotAllowed)), then combination
//!    ([`CombinationNotAccepted`](Business::CombinationNotAccepted)).
//!
//! The gate comes after all of these and is the caller's. The order is ours, as are all limits.
//!
//! What a refusal names as the nearest has been judged like a delivery (`attempt.rs`).

mod version;

use std::collections::{BTreeMap, BTreeSet};

use renkei_validator::spec::{KnownVersion, Party, Segment};
use renkei_validator::text::Message;

use self::version::{known, stated, version};
use super::attempt::{Attempt, Refused};
use super::combine::{self, Part, Way};
use super::name::{self, Address, Named, Standard};
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
    /// What its content says; absent where that is not known to have existed.
    stated: Option<&'static KnownVersion>,
}

impl Data<'_> {
    /// The newest version whose names have the shape of its name.
    fn named(&self) -> &'static KnownVersion {
        known(self.name.version().value().as_bytes())
            .expect("versions.csv holds every covered version; a test of the validator reads it")
    }

    fn version(&self) -> &'static KnownVersion {
        self.stated.unwrap_or_else(|| self.named())
    }
}

/// Judges a delivery by everything but the gate.
///
/// # Errors
/// The first check that fails, in the order of this module's description.
pub fn judge(delivery: &Delivery<'_>, terms: &Terms<'_>) -> Result<Accepted, Refusal> {
    check(delivery, terms).map_err(|refused| refused.vouched(delivery, terms))
}

/// The checks, with what would be nearest and is not judged yet.
pub(super) fn check(delivery: &Delivery<'_>, terms: &Terms<'_>) -> Result<Accepted, Refused> {
    within_limits(delivery, terms)?;
    let (data, files) = named(delivery, terms)?;
    own(&data, delivery)?;
    let destination = destination(&data, delivery)?;
    let receiver = receiver(&destination, delivery, terms)?;
    let sender = terms.directory.office(delivery.sender);
    let sender_types = sender.as_ref().map_or(&[][..], |sender| &sender.service_types);
    let receiver_types = &receiver.service_types[..];
    for file in &data {
        service_type(file, Segment::SenderServiceType, sender_types, delivery)?;
        service_type(file, Segment::ReceiverServiceType, receiver_types, delivery)?;
    }
    for file in &data {
        version(file, delivery, [sender_types, receiver_types], terms)?;
    }
    let standing = sender.as_ref().map_or(Standing::None, |sender| sender.standing);
    licences(standing, &receiver, terms)?;
    together(&data, delivery, sender_types, receiver_types)?;
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

fn named<'a>(delivery: &Delivery<'a>, terms: &Terms<'_>) -> Result<(Vec<Data<'a>>, Vec<AcceptedFile>), Refused> {
    let (mut data, mut files) = (Vec::new(), Vec::new());
    for file in delivery.files {
        match name::read(file.name, &terms.settings.attachment_endings) {
            Err(refusal) => return Err(misnamed(refusal, delivery, terms)),
            Ok(Named::Standard(name)) => {
                let file_type = name.file_type();
                let data_file = Data { text: file.name, stated: stated(file.content), name };
                let version = match file_type {
                    FileType::Registration | FileType::Deletion => Some(data_file.version()),
                    FileType::Attachment => None,
                };
                files.push(AcceptedFile { file_type, csv_version: version.map(|version| version.value.as_str()) });
                let stated = data_file.stated.filter(|_| version.is_some());
                data.push(Data { stated, ..data_file });
            }
            Ok(Named::Attachment) => {
                files.push(AcceptedFile { file_type: FileType::Attachment, csv_version: None });
            }
        }
    }
    Ok((data, files))
}

/// The refusal of a name. Of several that are near the standard's all are named as they must be; a name of which
/// a part is not known cannot be judged, and stands as a form.
fn misnamed(refusal: Refusal, delivery: &Delivery<'_>, terms: &Terms<'_>) -> Refused {
    let near = |text: &str| name::read(text, &terms.settings.attachment_endings).err().and_then(|r| r.nearest);
    let whole = |nearest: &Nearest| nearest.accepted.iter().all(|name| !name.contains('{'));
    if !refusal.nearest.as_ref().is_some_and(whole) {
        return refusal.into();
    }
    let near: Vec<Option<Nearest>> = delivery.files.iter().map(|file| near(file.name)).collect();
    let mut renamed = near.iter().map(|nearest| nearest.as_ref().and_then(|nearest| nearest.accepted.first().cloned()));
    let attempt = Attempt::of(delivery).renamed(|_| renamed.next().flatten());
    let all: Vec<&Nearest> = near.iter().flatten().collect();
    let nearest = Nearest {
        accepted: all.iter().flat_map(|nearest| nearest.accepted.clone()).collect(),
        difference: Message::pair(
            all.iter().map(|nearest| nearest.difference.ja.as_str()).collect::<String>(),
            all.iter().map(|nearest| nearest.difference.en.as_str()).collect::<Vec<_>>().join(" "),
        )
        .into(),
    };
    Refused::of(refusal).or_else(nearest, attempt)
}

fn own(data: &[Data<'_>], delivery: &Delivery<'_>) -> Result<(), Refused> {
    let sender = delivery.sender;
    let Some(other) = data.iter().find(|file| file.name.sender.office != *sender) else { return Ok(()) };
    let written = &other.name.sender.office;
    let right = |text: &str| {
        let foreign = data.iter().find(|file| file.text == text && file.name.sender.office == *written)?;
        Some(foreign.text.replacen(written.as_str(), sender.as_str(), 1))
    };
    let difference = Message::pair(
        format!("送信元事業所番号「{written}」を「{sender}」にします。"),
        format!("The sender's office number, `{written}`, must be `{sender}`."),
    );
    let refused = Refused::of(Refusal::with(Business::NotTheSender, name::quoted(other.text)));
    Err(refused.or_renamed(difference, Attempt::of(delivery).renamed(right), delivery))
}

/// The one destination that the names and the request speak of.
fn destination(data: &[Data<'_>], delivery: &Delivery<'_>) -> Result<OfficeNumber, Refused> {
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
        (None, []) => Err(Refusal::plain(Business::DestinationMissing).into()),
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
            let refused = Refused::of(Refusal::with(Business::SeveralDestinations, listed(&offices)));
            let Some(main) = main else { return Err(refused) };
            let accepted = names.get(main).cloned().unwrap_or_default();
            let strays: Vec<String> =
                names.iter().filter(|(office, _)| **office != main).flat_map(|(_, files)| files.clone()).collect();
            let difference = if named.len() > 1 {
                apart(&strays)
            } else {
                Message::pair(
                    format!("指定する送信先を「{main}」にします。"),
                    format!("The destination named must be `{main}`."),
                )
            };
            let attempt = Attempt::of(delivery).without(&strays).to(Some(main));
            Err(refused.or_else(Nearest { accepted, difference: difference.into() }, attempt))
        }
    }
}

fn apart(strays: &[String]) -> Message {
    let strays = listed(strays);
    Message::pair(
        format!("次のファイルは別の送信にします: {}", strays.ja),
        format!("These files make a delivery of their own: {}", strays.en),
    )
}

fn receiver(destination: &OfficeNumber, delivery: &Delivery<'_>, terms: &Terms<'_>) -> Result<Listed, Refused> {
    let refused = |why| Err(Refusal::with(why, Message::same(destination.as_str())).into());
    if destination == delivery.sender {
        return refused(Business::SameOffice);
    }
    let Some(receiver) = terms.directory.office(destination) else {
        let refused = Refused::of(Refusal::with(Business::DestinationUnknown, Message::same(destination.as_str())));
        let Some(near) = terms.directory.nearest(destination) else { return Err(refused) };
        let difference = Message::pair(
            format!("送信先事業所番号「{destination}」を「{near}」にします。"),
            format!("The receiver's office number, `{destination}`, must be `{near}`."),
        );
        let right = |text: &str| Some(text.replace(destination.as_str(), near.as_str()));
        let attempt = Attempt::of(delivery).renamed(right).to(Some(&near));
        return Err(
            refused.or_else(Nearest { accepted: vec![near.to_string()], difference: difference.into() }, attempt)
        );
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
fn service_type(file: &Data<'_>, end: Segment, types: &[String], delivery: &Delivery<'_>) -> Result<(), Refused> {
    let address = if end == Segment::SenderServiceType { &file.name.sender } else { &file.name.receiver };
    let Some(written) = &address.service_type else { return Ok(()) };
    if types.contains(written) {
        return Ok(());
    }
    let (office, text) = (&address.office, shown(file.text));
    let refused = Refused::of(Refusal::with(
        Business::ServiceTypeNotOfOffice,
        Message::pair(
            format!("「{text}」: 事業所{office}のサービス種類に{written}はありません。"),
            format!("`{text}`: office {office} has no service type {written}."),
        ),
    ));
    let same_party = |code: &&String| Party::of(code) == Party::of(written);
    let Some(right) = types.iter().find(same_party).or(types.first()) else { return Err(refused) };
    let (from, to) = (format!("_{office}_{written}_"), format!("_{office}_{right}_"));
    let title = end.title();
    let difference = Message::pair(
        format!("{}「{written}」を「{right}」にします。", title.ja),
        format!("The {}, `{written}`, must be `{right}`.", title.en),
    );
    let right = |text: &str| text.contains(&from).then(|| text.replacen(&from, &to, 1));
    Err(refused.or_renamed(difference, Attempt::of(delivery).renamed(right), delivery))
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
fn together(data: &[Data<'_>], delivery: &Delivery<'_>, sender: &[String], receiver: &[String]) -> Result<(), Refused> {
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
    if let Err((refusal, strays)) = combine::one_set(version, &files, &ways) {
        let refused = Refused::of(refusal);
        let Some(strays) = strays else { return Err(refused) };
        let accepted = data.iter().map(|file| file.text.to_owned()).filter(|text| !strays.contains(text)).collect();
        let nearest = Nearest { accepted, difference: apart(&strays).into() };
        return Err(refused.or_else(nearest, Attempt::of(delivery).without(&strays)));
    }
    let parts: Vec<Part> = data.iter().map(|file| Part::from(&file.name)).collect();
    combine::combination(version, &parts, &ways).map_err(Refused::from)
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

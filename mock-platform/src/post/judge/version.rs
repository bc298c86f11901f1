//! The CSV version of a file: what name and content say, and whether it is accepted. Knows versions and their months.

use std::collections::BTreeMap;

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::{KnownVersion, Party, Version, versions_known};
use renkei_validator::text::Message;

use super::{Content, Data, Delivery};
use crate::post::attempt::{Attempt, Refused};
use crate::post::name::{self, Month, Named};
use crate::post::{Terms, shown};
use crate::refusal::{Business, Nearest, Refusal};

/// The version of a value, where there ever was one.
pub(super) fn known(value: &[u8]) -> Option<&'static KnownVersion> {
    versions_known().iter().find(|version| version.value.as_bytes() == value)
}

/// The CSV version that the first item of the first record says, where that is a value that is known to exist. What
/// stands before it and is not seen (a byte order mark, spaces) makes it no other.
pub(super) fn stated(content: Content<'_>) -> Option<&'static KnownVersion> {
    let Content::Bytes(bytes) = content else { return None };
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let item = bytes.split(|b| matches!(b, b',' | b'\r' | b'\n')).next()?.trim_ascii();
    let bare = item.strip_prefix(b"\"").and_then(|item| item.strip_suffix(b"\"")).unwrap_or(item);
    known(bare.trim_ascii())
}

/// Whether the versions of name and content are accepted today and are one, for the service month in the name where
/// there is one. A version that has come to a month stays accepted for later months until it stops as a whole
/// (assumption: screens show several versions side by side).
pub(super) fn version(
    file: &Data<'_>,
    delivery: &Delivery<'_>,
    types: [&[String]; 2],
    terms: &Terms<'_>,
) -> Result<(), Refused> {
    let (named, version) = (file.named(), file.version());
    let refused = |ja: &str, en: &str| {
        let text = shown(file.text);
        let detail = Message::pair(format!("「{text}」: {ja}"), format!("`{text}`: {en}"));
        Refused::of(Refusal::with(Business::VersionNotAccepted, detail))
    };
    let out = |version: &KnownVersion| stopped(version, terms) || terms.deviations.version_refused;
    if let Some(old) = [version, named].into_iter().find(|version| out(version)) {
        let newest = Version::V202407;
        let (also_ja, also_en) = match file.name.version() {
            Version::V202407 => ("", ""),
            Version::V202003 | Version::V202208 => ("（ファイル名もその形にします）", ", and names of its form"),
        };
        let difference = Message::pair(
            format!("CSVバージョンを{newest}にします{also_ja}。"),
            format!("The CSV version must be {newest}{also_en}."),
        );
        return Err(again(refused(&old.value, &old.value), newest, &difference, delivery, types, terms));
    }
    if shape(version) != file.name.version() {
        let difference = |to: Version| {
            Message::pair(
                format!("CSVバージョンを、ファイル名も内容も{to}にします。"),
                format!("The CSV version of name and content must be {to}."),
            )
        };
        let refused = refused(
            &format!("ファイル名は{}の形ですが、内容のCSVバージョンは{}です。", named.value, version.value),
            &format!("its name is of {}, and its content says {}.", named.value, version.value),
        );
        let refused = again(refused, file.name.version(), &difference(file.name.version()), delivery, types, terms);
        return Err(again(refused, shape(version), &difference(shape(version)), delivery, types, terms));
    }
    let Some(Month::Of(month)) = file.name.month else { return Ok(()) };
    let first = |version: &KnownVersion| YearMonth::parse(version.first_month.as_bytes());
    if first(version).is_none_or(|first| month >= first) {
        return Ok(());
    }
    let from = &version.first_month;
    let mut refused = refused(
        &format!("{}は{from}以降のサービス提供月に使います。", version.value),
        &format!("{} is for service months from {from} on.", version.value),
    );
    for right in versions_known().iter().rev().filter(|right| first(right).is_some_and(|first| month >= first)) {
        let Some(right) = Version::parse(right.value.as_bytes()) else { continue };
        let difference = Message::pair(
            format!("{month}のCSVバージョンは{right}です。"),
            format!("The CSV version for {month} is {right}."),
        );
        refused = again(refused, right, &difference, delivery, types, terms);
    }
    Err(refused)
}

/// Whether a version is not exchanged today.
fn stopped(version: &KnownVersion, terms: &Terms<'_>) -> bool {
    match Version::parse(version.value.as_bytes()) {
        Some(Version::V202003 | Version::V202208) => terms.today >= terms.settings.v3_stops_on,
        Some(Version::V202407) => false,
        // Known to have existed, and not exchanged any more.
        None => true,
    }
}

/// The version that stands for all whose names have the same shape.
fn shape(version: &KnownVersion) -> Version {
    match Version::parse(version.value.as_bytes()) {
        Some(Version::V202003 | Version::V202208) => Version::V202208,
        Some(Version::V202407) | None => Version::V202407,
    }
}

/// A refusal with one more that may be nearest: the files once more, in another version. Where their names tell no
/// service types, one of each party is tried.
fn again(
    refused: Refused,
    version: Version,
    difference: &Message,
    delivery: &Delivery<'_>,
    types: [&[String]; 2],
    terms: &Terms<'_>,
) -> Refused {
    let one_of_each = |types: &[String]| -> Vec<String> {
        let parties: BTreeMap<Option<Party>, &String> =
            types.iter().rev().map(|code| (Party::of(code), code)).collect();
        parties.into_values().cloned().collect()
    };
    let [senders, receivers] = types.map(one_of_each);
    let pairs = senders.iter().flat_map(|sender| receivers.iter().map(move |receiver| [sender, receiver]));
    pairs.fold(refused, |refused, types| {
        let nearest = Nearest { accepted: vec![version.to_string()], difference: difference.clone().into() };
        let renamed = |text: &str| match name::read(text, &terms.settings.attachment_endings) {
            Ok(Named::Standard(standard)) => Some(standard.written(text, version, types)),
            Ok(Named::Attachment) | Err(_) => None,
        };
        refused.or_else(nearest, Attempt::of(delivery).renamed(renamed).stating(version))
    })
}

//! Tells deliveries from file names. Knows names and what judges them; sees no content.
//!
//! Files make one delivery where they share destination, service types and timestamp, as all files of a
//! set bear the same 14 digits. Attachments bear none: they stand apart, and the sender puts them
//! somewhere.

use std::collections::BTreeMap;

use renkei_validator::name::{FileName, Nature};
use renkei_validator::spec::{Kind, Segment};

use super::Terms;
use super::judge::{Content, Delivery, Offer, judge};
use super::name::{self, Named};
use crate::api::body::{FileType, Recognised, RecognisedDelivery, RecognisedFile};
use crate::model::OfficeNumber;

/// What files of a delivery share, in the order in which deliveries are listed. What a name does not
/// tell is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// 送信先
    pub destination: Option<OfficeNumber>,
    /// ファイル連番
    pub timestamp: Option<String>,
    /// サービス種類コード of sender and receiver.
    service_types: [Option<String>; 2],
}

/// The names of some deliveries, and those that stand apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Positions of names by group; in each group in the order given.
    pub deliveries: BTreeMap<Group, Vec<usize>>,
    /// Positions of attachments.
    pub apart: Vec<usize>,
}

/// Groups names. A near miss is put where it is meant to be.
pub fn group(names: &[&str], attachments: &[String]) -> Groups {
    let mut groups = Groups::default();
    for (position, text) in names.iter().enumerate() {
        let group = match name::read(text, attachments) {
            Ok(Named::Attachment) => None,
            Ok(Named::Standard(standard)) => Some(Group {
                destination: Some(standard.receiver.office),
                timestamp: Some(standard.timestamp),
                service_types: [standard.sender.service_type, standard.receiver.service_type],
            }),
            Err(refusal) if refusal.why == crate::refusal::Business::AttachmentNotAccepted => None,
            Err(_) => Some(meant(text)),
        };
        match group {
            Some(group) => groups.deliveries.entry(group).or_default().push(position),
            None => groups.apart.push(position),
        }
    }
    groups
}

/// The group that a name which is not the standard's is meant for.
fn meant(text: &str) -> Group {
    let name = FileName::parse(text);
    let part = |segment| name.part(segment).map(str::to_owned);
    Group {
        destination: name.part(Segment::ReceiverOffice).and_then(OfficeNumber::parse),
        timestamp: part(Segment::Timestamp).filter(|text| text.len() == 14),
        service_types: [part(Segment::SenderServiceType), part(Segment::ReceiverServiceType)],
    }
}

/// Tells the deliveries that files of these names make, and why each would be refused, as far as names
/// tell it.
pub fn recognise(names: &[&str], sender: &OfficeNumber, terms: &Terms<'_>) -> Recognised {
    let groups = group(names, &terms.settings.attachment_endings);
    let deliveries = groups.deliveries.into_iter().map(|(group, positions)| {
        let offers: Vec<Offer<'_>> =
            positions.iter().map(|&position| Offer { name: names[position], content: Content::Unread }).collect();
        let delivery = Delivery { sender, destination: None, message: "", files: &offers };
        RecognisedDelivery {
            destination_name: group.destination.as_ref().and_then(|no| terms.directory.office(no)).map(|o| o.name),
            destination: group.destination,
            timestamp: group.timestamp,
            files: offers.iter().map(|offer| file(offer.name, &terms.settings.attachment_endings)).collect(),
            refusal: judge(&delivery, terms).err().map(Into::into),
        }
    });
    Recognised {
        deliveries: deliveries.collect(),
        apart: groups.apart.into_iter().map(|position| names[position].to_owned()).collect(),
    }
}

fn file(text: &str, attachments: &[String]) -> RecognisedFile {
    let name = text.to_owned();
    match name::read(text, attachments) {
        Ok(Named::Standard(standard)) => RecognisedFile {
            name,
            kind: Some(standard.kind.to_string()),
            title: name::title(standard.kind),
            file_type: standard.file_type(),
        },
        Ok(Named::Attachment) | Err(_) => {
            let meant = FileName::parse(text);
            let file_type = match meant.nature() {
                Nature::Data if meant.meant_kind().is_some_and(Kind::is_delete) => FileType::Deletion,
                Nature::Data => FileType::Registration,
                Nature::Image | Nature::Attachment => FileType::Attachment,
            };
            RecognisedFile { name, kind: None, title: None, file_type }
        }
    }
}

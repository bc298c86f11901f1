//! Takes files in: set by set, oldest first, each whole or not at all. Refused is what the validator calls
//! wrong, what is for another office, and what nobody may send to this role. Knows no screen.

use std::collections::BTreeMap;

use renkei_validator::finding::Severity;
use renkei_validator::name::{FileName, Nature};
use renkei_validator::spec::{Party, Segment, units};
use renkei_validator::text::Message;
use renkei_validator::{Options, judge};

use super::slots::{Held, Slot, family, split};
use super::{Again, Deviation};
use crate::suite::compare::Named;
use crate::suite::content::{Content, End};
use crate::suite::sut::{Answer, Imported, Role};

pub(super) fn import(
    held: &mut BTreeMap<Slot, Vec<Held>>,
    role: Role,
    office: Option<&End>,
    files: &[Named],
    deviation: &dyn Deviation,
) -> Imported {
    let mut answers = Vec::new();
    for set in deviation.incoming(sets(files)) {
        let refused = take_set(held, role, office, &set, deviation).err();
        answers.extend(set.iter().map(|(name, _)| Answer {
            file: name.clone(),
            accepted: refused.is_none(),
            message: refused.as_ref().map(|why| format!("{} / {}", why.ja, why.en)),
        }));
    }
    Imported { answers }
}

/// The sets of some files, oldest first: what shares sender, receiver and timestamp. Attachments are none.
fn sets(files: &[Named]) -> Vec<Vec<Named>> {
    let mut sets: BTreeMap<(String, String), Vec<Named>> = BTreeMap::new();
    for (text, bytes) in files {
        let name = FileName::parse(text);
        if name.nature() == Nature::Attachment {
            continue;
        }
        let part = |segment| name.part(segment).unwrap_or_default().to_owned();
        let ends =
            [Segment::SenderOffice, Segment::SenderServiceType, Segment::ReceiverOffice, Segment::ReceiverServiceType];
        let key = (part(Segment::Timestamp), ends.map(part).join("_"));
        sets.entry(key).or_default().push((text.clone(), bytes.clone()));
    }
    sets.into_values().collect()
}

fn take_set(
    held: &mut BTreeMap<Slot, Vec<Held>>,
    role: Role,
    office: Option<&End>,
    set: &[Named],
    deviation: &dyn Deviation,
) -> Result<(), Message> {
    let reasons = deviation.refuses(set, reasons(role, office, set));
    if let Some(why) = reasons.into_iter().next() {
        return Err(why);
    }
    let mut content = deviation.taken(deviation.read(set)?);
    if !deviation.deletes() {
        content.documents.retain(|document| !family(document).1);
    }
    take(held, &content, deviation.again());
    Ok(())
}

/// Takes a content in.
pub(super) fn take(held: &mut BTreeMap<Slot, Vec<Held>>, content: &Content, again: Again) {
    for (slot, documents) in split(content) {
        let timestamp = documents.iter().filter_map(|document| document.timestamp.clone()).max().unwrap_or_default();
        let deletes = documents.iter().any(|document| family(document).1);
        let documents = if deletes { Vec::new() } else { documents };
        let before = held.entry(slot).or_default();
        let new = Held { timestamp, documents };
        match again {
            _ if before.is_empty() || deletes && before.iter().all(|old| old.timestamp <= new.timestamp) => {
                *before = vec![new];
            }
            Again::Replaces if before.iter().any(|old| old.timestamp > new.timestamp) => {}
            Again::Replaces | Again::ReplacesBlindly => *before = vec![new],
            Again::IsIgnored => {}
            Again::IsAdded => before.push(new),
        }
    }
}

/// Why a set must be refused.
fn reasons(role: Role, office: Option<&End>, set: &[Named]) -> Vec<Message> {
    let judgement = judge(set, &Options::default());
    let errors = judgement.findings().into_iter().filter(|finding| finding.severity == Severity::Error);
    let mut reasons: Vec<Message> = errors
        .map(|finding| {
            let (message, rule, file) = (&finding.message, finding.rule.id, &finding.at.file);
            Message::pair(format!("{file}: {} [{rule}]", message.ja), format!("{file}: {} [{rule}]", message.en))
        })
        .collect();
    let missed = judgement.files.iter().flat_map(|file| &file.not_checked).chain(&judgement.sets.not_checked);
    reasons.extend(missed.filter(|missed| missed.blocks).map(|missed| missed.why.clone()));
    for file in &judgement.files {
        let name = FileName::parse(&file.name);
        let part = |segment| name.part(segment).unwrap_or_default();
        if let Some(office) = office.filter(|office| part(Segment::ReceiverOffice) != office.office) {
            reasons.push(Message::pair(
                format!("{}: 送信先が自事業所（{}）ではありません", file.name, office.office),
                format!("{}: it is not for this office ({})", file.name, office.office),
            ));
        }
        let (Some(kind), Some(version)) = (file.kind, file.version) else { continue };
        let may = units(version)
            .iter()
            .filter(|unit| unit.holds(kind))
            .flat_map(|unit| &unit.directions)
            .any(|(_, receiver)| *receiver == Party::from(role));
        if !may {
            reasons.push(Message::pair(
                format!("{}: この種別は、{}に送るものではありません", file.name, Party::from(role).title().ja),
                format!("{}: nobody sends this kind to a {}", file.name, Party::from(role).title().en),
            ));
        }
    }
    reasons
}

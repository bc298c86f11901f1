//! Which files may travel together, and in which direction. Knows the sending units of the standard;
//! knows no office and no name.
//!
//! Assumptions: the platform takes exactly the standard's units, a file that every conforming software
//! sends with a unit must be there, the others (the sub files and the image of 利用者基本情報, the sub
//! file of 介護予防サービス・支援計画書) may be there, and one delivery holds one unit. How strict the
//! real platform is about a missing companion is not known.

use renkei_validator::spec::{Kind, MonthSegment, Party, Unit, Version, grammar, units};
use renkei_validator::text::Message;

use super::listed;
use super::name::{Address, Month, Standard};
use crate::refusal::{Business, Nearest, Refusal};

/// Who sends to whom.
pub type Way = (Party, Party);

/// A file of a delivery, as combinations see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Its kind.
    pub kind: Kind,
    /// 対象年月 of its name.
    pub month: Option<Month>,
}

impl From<&Standard> for Part {
    fn from(name: &Standard) -> Part {
        Part { kind: name.kind, month: name.month }
    }
}

/// Judges whether files of these kinds go that way at all. `ways` are the ways that are possible: one
/// where names tell service types, else one for each pair of parties that the offices are.
///
/// # Errors
/// [`Business::DirectionNotAllowed`] for the first kind that does not.
pub fn direction(version: Version, parts: &[Part], ways: &[Way]) -> Result<(), Refusal> {
    for part in parts {
        let holding = || units(version).iter().filter(|unit| unit.holds(part.kind));
        if holding().next().is_none() || holding().any(|unit| goes(unit, ways)) {
            continue;
        }
        let mut allowed: Vec<Way> = holding().flat_map(|unit| unit.directions.iter().copied()).collect();
        allowed.sort();
        allowed.dedup();
        let names = |ways: &[Way]| {
            let ja: Vec<String> =
                ways.iter().map(|(from, to)| format!("{}→{}", from.title().ja, to.title().ja)).collect();
            let en: Vec<String> =
                ways.iter().map(|(from, to)| format!("{} to {}", from.title().en, to.title().en)).collect();
            (ja, en)
        };
        let ((allowed_ja, allowed_en), (ways_ja, ways_en)) = (names(&allowed), names(ways));
        let kind = part.kind;
        let (here_ja, here_en) = match ways {
            [] => ("連携の対象外".to_owned(), "not exchanged".to_owned()),
            _ => (ways_ja.join("、"), ways_en.join(", ")),
        };
        return Err(Refusal::with(
            Business::DirectionNotAllowed,
            Message::pair(
                format!("{kind}: {here_ja}。{kind}を送れる向きは次のとおりです: {}", allowed_ja.join("、")),
                format!("{kind}: {here_en}. {kind} goes this way: {}", allowed_en.join(", ")),
            ),
        ));
    }
    Ok(())
}

/// Judges whether some files make one unit that goes that way. No parts (attachments alone) do.
///
/// # Errors
/// [`Business::CombinationNotAccepted`] with the unit that is the fewest edits away, the first in
/// published order of several.
pub fn combination(version: Version, parts: &[Part], ways: &[Way]) -> Result<(), Refusal> {
    if parts.is_empty() {
        return Ok(());
    }
    let mut parts = parts.to_vec();
    parts.sort();
    let candidates = units(version)
        .iter()
        .filter(|unit| goes(unit, ways) && parts.iter().any(|part| unit.holds(part.kind)))
        .map(|unit| (unit, edits(version, unit, &parts)));
    let mut nearest: Option<(&Unit, Vec<Edit<'_>>)> = None;
    for (unit, edits) in candidates {
        if edits.is_empty() {
            return Ok(());
        }
        if nearest.as_ref().is_none_or(|(_, fewest)| edits.len() < fewest.len()) {
            nearest = Some((unit, edits));
        }
    }
    match nearest {
        Some((unit, edits)) => {
            let kinds = kinds_of(unit, &parts).map(|kind| kind.to_string()).collect();
            let edits: Vec<Message> = edits.into_iter().map(Edit::told).collect();
            let difference = Message::pair(
                edits.iter().map(|edit| edit.ja.as_str()).collect::<String>(),
                edits.iter().map(|edit| edit.en.as_str()).collect::<Vec<_>>().join(" "),
            );
            Err(Refusal {
                nearest: Some(Nearest { accepted: kinds, difference: difference.into() }),
                ..Refusal::with(Business::CombinationNotAccepted, listed(&written(&parts)))
            })
        }
        None => Err(Refusal::with(Business::CombinationNotAccepted, listed(&written(&parts)))),
    }
}

/// What must be the same in the names of one set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Group<'a> {
    sender: &'a Address,
    receiver: &'a Address,
    timestamp: &'a str,
}

impl<'a> Group<'a> {
    fn of(name: &'a Standard) -> Group<'a> {
        Group { sender: &name.sender, receiver: &name.receiver, timestamp: &name.timestamp }
    }
}

/// Judges whether files belong to one set: the same service types and timestamp in all names.
///
/// # Errors
/// [`Business::CombinationNotAccepted`]. Where the files would make a unit but for their timestamps, that is the
/// difference; else it comes with the names that are not of the largest group, the first of several.
pub fn one_set(
    version: Version,
    files: &[(&str, &Standard)],
    ways: &[Way],
) -> Result<(), (Refusal, Option<Vec<String>>)> {
    let mut groups: Vec<Group<'_>> = files.iter().map(|(_, name)| Group::of(name)).collect();
    groups.sort();
    groups.dedup();
    let count = |group: &Group<'_>| files.iter().filter(|(_, name)| Group::of(name) == *group).count();
    let Some(main) = groups.iter().rev().max_by_key(|group| count(group)).filter(|_| groups.len() > 1) else {
        return Ok(());
    };
    let outside: Vec<_> = files.iter().filter(|(_, name)| Group::of(name) != *main).collect();
    let parts: Vec<Part> = files.iter().map(|(_, name)| Part::from(*name)).collect();
    let same_ends = groups.iter().all(|group| group.sender == main.sender && group.receiver == main.receiver);
    let strays: Vec<String> = outside.iter().map(|(text, _)| (*text).to_owned()).collect();
    let refusal = Refusal::with(Business::CombinationNotAccepted, listed(&strays));
    if !same_ends || combination(version, &parts, ways).is_err() {
        return Err((refusal, Some(strays)));
    }
    let kinds: Vec<String> = outside.iter().map(|(_, name)| name.kind.to_string()).collect();
    let (kinds, timestamp) = (listed(&kinds), main.timestamp);
    let nearest = Nearest {
        accepted: files.iter().map(|(_, name)| name.kind.to_string()).collect(),
        difference: Message::pair(
            format!("{}のファイル連番を「{timestamp}」にそろえます。", kinds.ja),
            format!("The timestamp of {} must be `{timestamp}`, too.", kinds.en),
        )
        .into(),
    };
    Err((Refusal { nearest: Some(nearest), ..refusal }, None))
}

fn goes(unit: &Unit, ways: &[Way]) -> bool {
    unit.directions.iter().any(|direction| ways.contains(direction))
}

/// The kinds of a unit that must be there or are, in published order.
fn kinds_of(unit: &Unit, parts: &[Part]) -> impl Iterator<Item = Kind> {
    let there = |kind: Kind| parts.iter().any(|part| part.kind == kind);
    unit.members.iter().filter(move |member| member.mandatory || there(member.kind)).map(|member| member.kind)
}

/// Something to be done to make a unit of some files.
enum Edit<'a> {
    /// A file of a kind has to be added.
    Missing(Kind),
    /// A file has to go; whether there is another one of its kind.
    Extra(&'a Part, bool),
    /// A file of a kind has the first month and must have the second.
    Month(Kind, Month, Month),
}

impl Edit<'_> {
    fn told(self) -> Message {
        match self {
            Edit::Missing(kind) => Message::pair(format!("{kind}がありません。"), format!("{kind} is missing.")),
            Edit::Extra(part, twice) => {
                let text = text_of(part, twice);
                Message::pair(format!("{text}が余分です。"), format!("{text} is too much."))
            }
            Edit::Month(kind, month, wanted) => {
                let (month, wanted) = (written_month(month), written_month(wanted));
                Message::pair(
                    format!("{kind}の対象年月「{month}」を「{wanted}」にします。"),
                    format!("The service month of {kind}, `{month}`, must be `{wanted}`."),
                )
            }
        }
    }
}

/// What must be done to make a unit of some files: nothing where they are one. The files are sorted.
fn edits<'a>(version: Version, unit: &Unit, parts: &'a [Part]) -> Vec<Edit<'a>> {
    let there = |kind: Kind| parts.iter().any(|part| part.kind == kind);
    let missing = unit.members.iter().filter(|member| member.mandatory && !there(member.kind));
    let mut edits: Vec<Edit<'a>> = missing.map(|member| Edit::Missing(member.kind)).collect();
    let wanted = month_of(version, unit, parts);
    let mut kept: Vec<Kind> = Vec::new();
    // Of several files of a kind, the one of the right month is the one that belongs.
    let mut ranked: Vec<&Part> = parts.iter().collect();
    ranked.sort_by_key(|part| (part.kind, part.month.is_some() && part.month != wanted, part.month));
    for part in ranked {
        let kind = part.kind;
        let twice = kept.contains(&kind);
        if !unit.holds(kind) || (twice && kind != Kind::UpkihonImage) {
            edits.push(Edit::Extra(part, twice));
            continue;
        }
        kept.push(kind);
        if let (Some(month), Some(wanted)) = (part.month, wanted)
            && month != wanted
        {
            edits.push(Edit::Month(kind, month, wanted));
        }
    }
    edits
}

/// The month that names of a unit bear: 000000 where its base has none, else that of the base, or of
/// the first file where the base is not there.
fn month_of(version: Version, unit: &Unit, parts: &[Part]) -> Option<Month> {
    let monthly = grammar(version, unit.base()).is_some_and(|base| base.month != MonthSegment::None);
    if !monthly {
        return Some(Month::Zero);
    }
    let of_base = parts.iter().find(|part| part.kind == unit.base()).and_then(|part| part.month);
    let any = || parts.iter().filter(|part| unit.holds(part.kind)).filter_map(|part| part.month);
    of_base.or_else(|| any().find(|month| *month != Month::Zero))
}

fn written_month(month: Month) -> String {
    match month {
        Month::Zero => "000000".to_owned(),
        Month::Of(month) => month.to_string(),
    }
}

/// A file by its kind, with its month where the kind alone does not tell which one is meant.
fn text_of(part: &Part, twice: bool) -> String {
    match part.month.filter(|_| twice) {
        Some(month) => format!("{}（{}）", part.kind, written_month(month)),
        None => part.kind.to_string(),
    }
}

fn written(parts: &[Part]) -> Vec<String> {
    parts.iter().map(|part| part.kind.to_string()).collect()
}

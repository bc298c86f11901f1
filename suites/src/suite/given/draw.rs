//! Draws a set from the generators: of which unit, from whom to whom, about whom. Knows units and people;
//! knows no case beyond what it asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use renkei_generators::delivery::{Courier, Delivery, DeliveryError};
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_reports::Pattern;
use renkei_validator::bind::YearMonth;
use renkei_validator::spec::{Key, Kind, Party, Unit, Version, keys, service_types, units};
use renkei_validator::text::Message;

use crate::suite::case::{Case, Draw};
use crate::suite::content::{Content, Document, Row};
use crate::suite::sut::Role;

/// One office of each trade, and some more care managers.
const OFFICES: u32 = 20;
/// Enough that each unit is sent between all who may send it.
const USERS: u32 = 160;

/// Whose a row is.
type Person = (String, String);

pub(super) fn content(case: &Case, draw: &Draw, of_case: Version) -> Result<Content, Message> {
    let version = draw.version.unwrap_or(of_case);
    let prevention = draw.prevention.unwrap_or(is_prevention(case.pattern));
    let unit = unit(version, &draw.unit, prevention).ok_or_else(|| {
        Message::pair(
            format!("版{version}に送信単位 {} はありません", draw.unit),
            format!("version {version} has no unit {}", draw.unit),
        )
    })?;
    let usual = if version == Version::V202407 { "202610" } else { "202410" };
    let month = draw.month.as_deref().unwrap_or(usual);
    let deliveries = deliveries(draw.seed, month, version)?;
    let mut left = draw.nth;
    for delivery in deliveries.iter() {
        let Some(content) = fitting(delivery, unit, draw, prevention) else { continue };
        left = left.saturating_sub(1);
        if left == 0 {
            return Ok(content);
        }
    }
    Err(Message::pair("条件に合うデータがありません", "no set of the generators is like that"))
}

/// Whether a pattern is about 介護予防支援.
fn is_prevention(pattern: Pattern) -> bool {
    match pattern {
        Pattern::D4 | Pattern::D5 | Pattern::D6 | Pattern::D7 => true,
        Pattern::D1
        | Pattern::D2
        | Pattern::D3
        | Pattern::Plan
        | Pattern::Schedule
        | Pattern::Result
        | Pattern::Transport
        | Pattern::Robustness => false,
    }
}

/// The unit of that name; of two the one of that side. Units of one side only are found from either.
fn unit(version: Version, name: &str, prevention: bool) -> Option<&'static Unit> {
    let named = || units(version).iter().filter(|unit| unit.name == name);
    named().find(|unit| (unit.scope == "prevention") == prevention).or_else(|| named().next())
}

/// The sets of a month, made once.
fn deliveries(seed: u64, month: &str, version: Version) -> Result<Arc<Vec<Vec<Document>>>, Message> {
    type Kept = BTreeMap<(u64, String, Version), Arc<Vec<Vec<Document>>>>;
    static KEPT: Mutex<Kept> = Mutex::new(BTreeMap::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (seed, month.to_owned(), version);
    if let Some(made) = kept.get(&key) {
        return Ok(Arc::clone(made));
    }
    let parsed = YearMonth::parse(month.as_bytes())
        .ok_or_else(|| Message::pair(format!("{month} は年月ではありません"), format!("{month} is no month")))?;
    let request = Request { seed, users: USERS, offices: OFFICES, months: (parsed, parsed) };
    let population = Population::new(&request).map_err(|error| error.message())?;
    let courier = Courier { population: &population, versions: Versions::Always(version) };
    let mut made = Vec::new();
    for manager in population.managers() {
        let taken = courier.deliveries::<Refused>(manager, parsed, &mut |delivery: Delivery| {
            let files: Vec<_> = delivery.files.into_iter().map(|file| (file.name, file.bytes)).collect();
            made.push(Content::from_files(&files).map_err(Refused)?.documents);
            Ok(())
        });
        taken.map_err(|Refused(why)| why)?;
    }
    let made = Arc::new(made);
    kept.insert(key, Arc::clone(&made));
    Ok(made)
}

/// Why a set cannot be had.
struct Refused(Message);

impl From<DeliveryError> for Refused {
    fn from(error: DeliveryError) -> Refused {
        Refused(match error {
            DeliveryError::Version(error) => error.message(),
            other @ DeliveryError::Encode(_) => Message::same(other.to_string()),
        })
    }
}

/// What of a delivery is asked for; `None` where it is something else.
fn fitting(delivery: &[Document], unit: &Unit, draw: &Draw, prevention: bool) -> Option<Content> {
    let has = |kind: Kind| delivery.iter().any(|document| document.kind == kind);
    let base = delivery.iter().find(|document| document.kind == unit.base())?;
    // Results and plans of the same kinds are told apart by their base; what else is in the set is left out.
    if unit.members.iter().any(|member| member.mandatory && !has(member.kind)) {
        return None;
    }
    let (sender, receiver) = ends(base, unit)?;
    let is = |wanted: Option<Role>, party: Party| wanted.is_none_or(|role| role == Role::from(party));
    if !is(draw.sender, sender) || !is(draw.receiver, receiver) {
        return None;
    }
    let mut people: Vec<Person> = Vec::new();
    for row in &base.rows {
        let person = person(row);
        if !people.contains(&person) && fits(delivery, &person, draw, unit, prevention) {
            people.push(person);
        }
    }
    if people.len() < draw.people {
        return None;
    }
    people.truncate(draw.people);
    let chosen: BTreeSet<Person> = people.into_iter().collect();
    let mut documents: Vec<Document> = delivery.iter().filter(|document| unit.holds(document.kind)).cloned().collect();
    for document in &mut documents {
        document.rows.retain(|row| chosen.contains(&person(row)));
    }
    let images: BTreeSet<String> = documents
        .iter()
        .flat_map(|document| &document.rows)
        .map(|row| row.get(keys::upkihon::FAMILY_IMAGE_FILE).to_owned())
        .collect();
    documents.retain(|document| match document.kind {
        Kind::UpkihonImage => Content::of(vec![document.clone()])
            .to_files()
            .is_ok_and(|files| files.iter().all(|(name, _)| images.contains(name))),
        _ => !document.rows.is_empty(),
    });
    Some(Content::of(documents))
}

/// Who sends it to whom. Names without service types tell nothing: then it is the first that the unit allows.
fn ends(base: &Document, unit: &Unit) -> Option<(Party, Party)> {
    let party = |end: &Option<crate::suite::content::End>| Party::of(end.as_ref()?.service_type.as_deref()?);
    match (party(&base.source), party(&base.destination)) {
        (Some(sender), Some(receiver)) => Some((sender, receiver)),
        (Some(_) | None, Some(_) | None) => unit.directions.first().copied(),
    }
}

fn fits(delivery: &[Document], whose: &Person, draw: &Draw, unit: &Unit, prevention: bool) -> bool {
    let rows =
        |kind: Kind| delivery.iter().filter(move |document| document.kind == kind).flat_map(|document| &document.rows);
    let own = |kind: Kind| rows(kind).filter(|row| person(row) == *whose);
    let is_there = |having: &crate::suite::case::Having| {
        let says = |value: &str| match having.begins.as_str() {
            "" => !value.is_empty() && value != "0",
            begins => value.starts_with(begins),
        };
        own(having.kind).any(|row| says(row.get(having.item)))
    };
    // Only tables and results are of both sides; there the services tell.
    let side = match unit.base() {
        Kind::Upplan | Kind::Upjsk => own(unit.base()).any(is_of_prevention) == prevention,
        _ => true,
    };
    side && draw.having.iter().all(is_there)
}

fn is_of_prevention(row: &Row) -> bool {
    let code = row.get(keys::upplan::SERVICE_CODE);
    service_types(Version::V202407).iter().any(|known| code.starts_with(&known.code) && known.scope != "care")
}

fn person(row: &Row) -> Person {
    let of = |key: Key| row.get(key).to_owned();
    (of(keys::upplan::INSURER_NUMBER), of(keys::upplan::INSURED_NUMBER))
}

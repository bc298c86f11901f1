//! What a case has to work with: contents drawn from the generators, copied, changed, deleted, and the files
//! that say them. Knows how givens are made; knows no software and judges nothing.
//!
//! The same case makes the same bytes, wherever and whenever it runs.

mod change;
mod deletion;
mod draw;
mod form;
mod mutant;

use std::collections::BTreeMap;

use renkei_validator::spec::{ItemType, Kind, Version};
use renkei_validator::text::Message;
use time::{Duration, PrimitiveDateTime};

use super::case::{Case, Given, Named};
use super::compare;
use super::content::{Content, Document};

/// A given, made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// What it says; of a mutant what it would say without its defect.
    pub content: Content,
    /// The files that say it, in the order of their names.
    pub files: Vec<compare::Named>,
}

/// The givens of a case, by name.
pub type Givens = BTreeMap<String, Made>;

/// Makes the givens of a case, in a version.
///
/// # Errors
///
/// What is asked for is not there, or cannot be written: a defect of the case.
pub fn make(case: &Case, version: Version) -> Result<Givens, Message> {
    let mut givens = Givens::new();
    for given in &case.given {
        let made = one(case, given, version, &givens).map_err(|why| {
            Message::pair(
                format!("ケースのデータ「{}」を作れません: {}", given.name, why.ja),
                format!("the data {} of the case cannot be made: {}", given.name, why.en),
            )
        })?;
        givens.insert(given.name.clone(), made);
    }
    Ok(givens)
}

/// The deletions of what a content says.
pub fn deletions(content: &Content) -> Content {
    deletion::of(content)
}

/// The contents of some givens together.
pub fn together(givens: &Givens, names: &[String]) -> Content {
    names.iter().filter_map(|name| givens.get(name)).fold(Content::default(), |all, made| all.and(&made.content))
}

fn one(case: &Case, given: &Given, version: Version, before: &Givens) -> Result<Made, Message> {
    let earlier = |name: &String| before.get(name).map(|made| made.content.clone()).unwrap_or_default();
    let mut content = match (&given.draw, &given.from, &given.deletes) {
        (Some(draw), _, _) => draw::content(case, draw, version)?,
        (None, Some(name), _) => later(earlier(name)),
        (None, None, Some(name)) => later(deletion::of(&earlier(name))),
        (None, None, None) => Content::default(),
    };
    if !given.only.is_empty() {
        content.documents.retain(|document| given.only.contains(&document.kind));
    }
    for one in &given.change {
        change::apply(&mut content, one)?;
    }
    content.documents.retain(|document| document.kind == Kind::UpkihonImage || !document.rows.is_empty());
    name(&mut content, &given.named);
    if content.documents.is_empty() {
        return Err(Message::pair("何も残りません", "nothing is left of it"));
    }
    let mut files = content.to_files()?;
    if let Some(form) = given.form {
        files = form::rewritten(&content, form)?;
    }
    if let Some(mutant) = &given.mutant {
        files = mutant::files(&given.name, files, mutant)?;
    }
    files.sort();
    Ok(Made { content, files })
}

/// The same, sent an hour later.
fn later(mut content: Content) -> Content {
    let timestamps: Vec<Option<String>> =
        content.documents.iter().map(|document| Some(an_hour_after(document.timestamp.as_deref()?))).collect();
    for (document, timestamp) in content.documents.iter_mut().zip(timestamps) {
        if let Some(timestamp) = timestamp {
            stamp(document, &timestamp);
        }
    }
    content
}

/// Gives a document another timestamp, and the files that it names, too.
fn stamp(document: &mut Document, timestamp: &str) {
    let Some(before) = document.timestamp.replace(timestamp.to_owned()) else { return };
    let names: Vec<_> = document
        .table()
        .iter()
        .flat_map(|table| &table.items)
        .filter(|item| item.form == ItemType::FileName)
        .map(|item| item.key)
        .collect();
    for row in &mut document.rows {
        for key in &names {
            let name = row.get(*key).replace(&before, timestamp);
            row.set(*key, name);
        }
    }
}

/// YYYYMMDDHHMMSS an hour later; unchanged where it is no time.
fn an_hour_after(timestamp: &str) -> String {
    let number = |at: usize, length: usize| timestamp.get(at..at + length)?.parse::<u16>().ok();
    let read = || {
        let date = renkei_validator::spec::parse_date(timestamp.get(..8)?.as_bytes())?;
        let small = |at| u8::try_from(number(at, 2)?).ok();
        let time = time::Time::from_hms(small(8)?, small(10)?, small(12)?).ok()?;
        PrimitiveDateTime::new(date, time).checked_add(Duration::HOUR)
    };
    let Some(at) = read() else { return timestamp.to_owned() };
    let (date, (hour, minute, second)) = (at.date(), at.time().as_hms());
    format!("{:04}{:02}{:02}{hour:02}{minute:02}{second:02}", date.year(), u8::from(date.month()), date.day())
}

fn name(content: &mut Content, named: &Named) {
    for document in &mut content.documents {
        if let Some(source) = &named.source {
            document.source = Some(source.clone());
        }
        if let Some(destination) = &named.destination {
            document.destination = Some(destination.clone());
        }
        if let (Some(month), true) = (&named.month, document.month.is_some()) {
            document.month = Some(month.clone());
        }
        if let Some(timestamp) = &named.timestamp {
            stamp(document, timestamp);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_passes_over_the_end_of_a_year() {
        assert_eq!(an_hour_after("20261231233015"), "20270101003015");
        assert_eq!(an_hour_after("2026123123301"), "2026123123301");
    }
}

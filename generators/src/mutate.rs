//! Makes sets with exactly one known fault. The mutants live with their rules in the validator; here
//! they are given a parent, made, and held to the validator before anyone sees them. Knows no
//! folder on a disk: parents come from a [`Parents`], and what is made goes to a function.

mod change;
mod parent;

use std::collections::BTreeSet;
use std::rc::Rc;

use renkei_validator::draft::{Draft, Expected};
use renkei_validator::finding::{Finding, Severity};
use renkei_validator::rule::{Case, Rule};
use renkei_validator::text::{Message, Text};
use renkei_validator::{Options, judge};
use time::Date;

pub use self::parent::{Parent, Refused};
use crate::manifest::{ByteRange, Control, Expect, Manifest, Mutant, NotApplied, Place, SCHEMA};

/// Findings of one rule in one file that are looked at. An edit makes far fewer.
const KEEP: usize = 10_000;

/// What is to be made.
#[derive(Clone, Debug)]
pub struct Request {
    /// The rules whose mutants are made, in this order.
    pub rules: Vec<&'static Rule>,
    /// Chooses the parents.
    pub seed: u64,
    /// The day to judge as of. Without one the lenient reading is taken.
    pub as_of: Option<Date>,
}

/// The clean sets that mutants can be made of. They may be many: they are asked for one by one.
pub trait Parents {
    /// Why one cannot be had.
    type Error;

    /// Their names, each once.
    fn names(&self) -> Vec<String>;

    /// One of them, by its index among the names.
    fn get(&mut self, index: usize) -> Result<Rc<Parent>, Self::Error>;
}

/// Why no mutants were made.
#[derive(Debug, thiserror::Error)]
pub enum MutateError<E> {
    /// A parent cannot be had.
    #[error("a parent cannot be had")]
    Parent(E),
    /// What was made cannot be kept.
    #[error("a set cannot be kept")]
    Keep(E),
    /// The validator does not say of a mutant what its rule promises.
    #[error("mutant {id} of {parent} is not what it is meant to be: {why}", why = why.en)]
    Untrue {
        /// The mutant.
        id: String,
        /// The name of its parent.
        parent: String,
        /// What the validator says instead.
        why: Message,
    },
}

/// Named bytes, sorted by name.
pub type Files = Vec<(String, Vec<u8>)>;

/// Takes a set that was made, with the folder it belongs in.
pub type Keep<'a, E> = dyn FnMut(&str, &Files) -> Result<(), E> + 'a;

/// How a set is judged while mutants are made.
pub fn options(as_of: Option<Date>) -> Options {
    Options { as_of, keep: KEEP, ..Options::default() }
}

/// Makes the mutants, and hands each with the folder it belongs in to `keep`, then the controls.
///
/// The parent of a mutant follows from the seed, the mutant and the names of the parents alone: a
/// rule has the same mutants whether it is asked for alone or with all others.
pub fn mutate<P: Parents>(
    parents: &mut P,
    request: &Request,
    keep: &mut Keep<'_, P::Error>,
) -> Result<Manifest, MutateError<P::Error>> {
    let names = parents.names();
    let options = options(request.as_of);
    let mut manifest = Manifest {
        schema: SCHEMA.to_owned(),
        tool: concat!("renkei ", env!("CARGO_PKG_VERSION")).to_owned(),
        seed: request.seed,
        as_of: request.as_of.map(|day| format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())),
        parents: names.len() as u64,
        mutants: Vec::new(),
        controls: Vec::new(),
        not_applied: Vec::new(),
    };
    let mut used = BTreeSet::new();
    for &rule in &request.rules {
        for (number, case) in (1_usize..).zip(rule.bad) {
            let id = format!("{}/{number:02}", rule.id);
            let mut order: Vec<usize> = (0..names.len()).collect();
            order.sort_by_cached_key(|&index| (mixed(request.seed, &id, &names[index]), index));
            let mut misfit = Misfit::Version;
            let mut made = None;
            for index in order {
                let parent = parents.get(index).map_err(MutateError::Parent)?;
                match make(&parent, rule, case, &options) {
                    Ok(mutation) => {
                        made = Some((index, parent, mutation));
                        break;
                    }
                    Err(Unmade::Misfit(found)) => misfit = misfit.max(found),
                    Err(Unmade::Untrue(why)) => {
                        return Err(MutateError::Untrue { id, parent: parent.name.clone(), why });
                    }
                }
            }
            let Some((index, parent, mutation)) = made else {
                let reason = Message::from(misfit.reason()).into();
                manifest.not_applied.push(NotApplied { id, rule: rule.id.to_owned(), reason });
                continue;
            };
            used.insert(index);
            let folder = format!("{}/{number:02}", rule.id.replace('/', "__"));
            keep(&folder, &mutation.files).map_err(MutateError::Keep)?;
            manifest.mutants.push(Mutant {
                id,
                rule: rule.id.to_owned(),
                severity: mutation.severity.word().to_owned(),
                expect: Expect::of(mutation.worst),
                change: change::words(rule, &parent.draft, &mutation.draft).into(),
                at: mutation.at,
                also: mutation.also.iter().map(|&id| id.to_owned()).collect(),
                folder,
                files: file_names(&mutation.files),
                parent: parent.name.clone(),
                parent_sha256: parent.sha256.clone(),
            });
        }
    }
    let by_name: BTreeSet<(&str, usize)> = used.iter().map(|&index| (names[index].as_str(), index)).collect();
    for (number, (_, index)) in (1_usize..).zip(by_name) {
        let parent = parents.get(index).map_err(MutateError::Parent)?;
        let (id, files) = (format!("control/{number:02}"), parent.draft.to_files());
        keep(&id, &files).map_err(MutateError::Keep)?;
        manifest.controls.push(Control {
            folder: id.clone(),
            id,
            expect: Expect::Accepted,
            files: file_names(&files),
            parent: parent.name.clone(),
            sha256: parent.sha256.clone(),
        });
    }
    Ok(manifest)
}

/// The folders that mutants and controls of any rule are put in, below which nothing else stands.
pub fn folders() -> impl Iterator<Item = String> {
    let rules = renkei_validator::rules::all().iter().map(|rule| rule.id);
    let retired = renkei_validator::rules::RETIRED.iter().map(|(id, _)| *id);
    rules.chain(retired).map(|id| id.replace('/', "__")).chain(["control".to_owned()])
}

/// A mutant that the validator has confirmed.
#[derive(Debug)]
pub struct Mutation {
    /// The parent, edited.
    pub draft: Draft,
    /// It as files.
    pub files: Files,
    /// The severity of the rule's finding.
    pub severity: Severity,
    /// The highest severity of all findings.
    pub worst: Severity,
    /// Where the rule's finding is.
    pub at: Place,
    /// The other rules that speak up, all of them foretold.
    pub also: BTreeSet<&'static str>,
}

/// Why a mutant was not made of a parent.
#[derive(Debug)]
pub enum Unmade {
    /// It does not apply.
    Misfit(Misfit),
    /// It applies, but the validator does not say of it what the rule promises: a defect of renkei.
    Untrue(Message),
}

/// Why a mutant does not apply to a parent; the later, the nearer it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misfit {
    /// The rule is not of its version.
    Version,
    /// The rule speaks of the parent as it is.
    Spoken,
    /// The parent has nothing to apply the edit to.
    Edit,
}

impl Misfit {
    fn reason(self) -> Text {
        match self {
            Misfit::Version => Text {
                ja: "このルールの対象となるCSVバージョンの組がありません",
                en: "there is no set of a version that the rule applies to",
            },
            Misfit::Spoken => Text {
                ja: "対象の組では、変更する前からこのルールの指摘があります",
                en: "the rule already speaks of every set that it applies to",
            },
            Misfit::Edit => Text {
                ja: "この変更を加えられる行やファイルが、どの組にもありません",
                en: "no set has the row or file that this change needs",
            },
        }
    }
}

/// Makes one mutant of one parent and holds it to the validator.
pub fn make(parent: &Parent, rule: &'static Rule, case: &Case, options: &Options) -> Result<Mutation, Unmade> {
    // Edits look for the first row of a kind: in a folder of several versions it may be any.
    if parent.versions.is_empty() || !parent.versions.iter().all(|version| rule.versions.contains(version)) {
        return Err(Unmade::Misfit(Misfit::Version));
    }
    if parent.infos.contains(rule.id) {
        return Err(Unmade::Misfit(Misfit::Spoken));
    }
    let mut draft = parent.draft.clone();
    let site = (case.edit)(&mut draft).ok_or(Unmade::Misfit(Misfit::Edit))?;
    let expected = draft.resolve(&site);
    let mut files = draft.to_files();
    files.sort();
    if let Some(why) = unkeepable(&files) {
        return Err(Unmade::Untrue(why));
    }
    let judgement = judge(&files, options);
    let found = judgement.findings();
    let Some(own) = found.iter().find(|finding| is_at(finding, rule, &expected)) else {
        return Err(Unmade::Untrue(Message::pair(
            format!("{} が {} を指摘しません", rule.id, place(&expected)),
            format!("{} does not speak of {}", rule.id, place(&expected)),
        )));
    };
    let others: BTreeSet<&'static str> =
        found.iter().map(|finding| finding.rule.id).filter(|id| *id != rule.id && !parent.infos.contains(id)).collect();
    let strangers: Vec<&str> = others.iter().copied().filter(|id| !case.also.contains(id)).collect();
    if !strangers.is_empty() {
        let strangers = strangers.join(", ");
        return Err(Unmade::Untrue(Message::pair(
            format!("ほかのルールの指摘があります: {strangers}"),
            format!("other rules speak, too: {strangers}"),
        )));
    }
    Ok(Mutation {
        severity: own.severity,
        worst: found.iter().map(|finding| finding.severity).max().unwrap_or(own.severity),
        at: Place {
            file: expected.file,
            line: own.line(),
            item: own.at.item.as_ref().map(Into::into),
            bytes: expected.bytes.map(|bytes| ByteRange { start: bytes.start, end: bytes.end }),
        },
        also: others,
        draft,
        files,
    })
}

fn is_at(finding: &Finding, rule: &Rule, expected: &Expected) -> bool {
    finding.rule.id == rule.id
        && *finding.at.file == *expected.file
        && finding.at.line == expected.line
        && finding.at.bytes == expected.bytes
}

fn place(expected: &Expected) -> String {
    let line = expected.line.map(|line| format!(":{line}")).unwrap_or_default();
    let bytes = expected.bytes.as_ref().map(|bytes| format!(" ({}..{})", bytes.start, bytes.end)).unwrap_or_default();
    format!("{}{line}{bytes}", expected.file)
}

/// What keeps files from standing in one folder on any system.
fn unkeepable(files: &Files) -> Option<Message> {
    let mut seen = BTreeSet::new();
    let odd = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    files.iter().find_map(|(name, _)| {
        let twice = !seen.insert(name.to_lowercase());
        (twice || name.is_empty() || name.chars().any(odd) || name.ends_with(['.', ' '])).then(|| {
            Message::pair(
                format!("ファイル名 {name:?} ではフォルダーに置けません"),
                format!("{name:?} cannot stand in a folder"),
            )
        })
    })
}

fn file_names(files: &Files) -> Vec<String> {
    files.iter().map(|(name, _)| name.clone()).collect()
}

/// A number that is the same for the same arguments and otherwise anything: FNV-1a over the words,
/// stirred as splitmix64 does.
fn mixed(seed: u64, id: &str, parent: &str) -> u64 {
    let words = id.bytes().chain([0]).chain(parent.bytes());
    let hash = words
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    let mut z = hash ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

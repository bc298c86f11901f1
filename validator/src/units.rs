//! Which files of a set form which sending units, and which of them are about the same people.
//! Knows names, kinds and `units.csv`; judges nothing.
//!
//! Only elementary units are formed: UPYOBO with UPKIHON is PREV_PLAN beside BASIC_INFO.

use crate::bind::YearMonth;
use crate::check::FileJudgement;
use crate::facts::occasion_key;
use crate::rule::SetView;
use crate::spec::keys::upplan;
use crate::spec::{Certainty, Kind, Member, MonthSegment, Segment, Unit, Version, grammar, units};

/// A sending unit, as far as its files are there.
#[derive(Clone, Debug)]
pub(crate) struct Formed<'a> {
    /// The unit.
    pub(crate) unit: &'static Unit,
    /// The version that its members are taken from.
    pub(crate) version: Version,
    /// Its files in published order. Never empty.
    pub(crate) files: Vec<&'a FileJudgement>,
}

impl<'a> Formed<'a> {
    /// The file that the unit is built around.
    pub(crate) fn base(&self) -> Option<&'a FileJudgement> {
        self.file(self.unit.base())
    }

    /// The first file of a kind.
    pub(crate) fn file(&self, kind: Kind) -> Option<&'a FileJudgement> {
        self.files.iter().copied().find(|file| file.kind == Some(kind))
    }

    /// The members that are not there. An image is none: a person may have no picture.
    pub(crate) fn missing(&self) -> impl Iterator<Item = Member> {
        let absent = |member: &&Member| member.kind != Kind::UpkihonImage && self.file(member.kind).is_none();
        self.unit.members.iter().filter(absent).copied()
    }

    /// The month that its files are of, as the name of the first one with a month tells it.
    pub(crate) fn month(&self) -> Option<YearMonth> {
        self.files.iter().find_map(|file| month(file))
    }

    /// Whether a file in it is named for another month, or for a unit of another kind.
    pub(crate) fn is_misdated(&self, file: &FileJudgement) -> bool {
        !wanted(file).iter().any(|unit| unit.name == self.unit.name) || !agree(month(file), self.month())
    }

    /// Whether it has room for a file of that kind.
    pub(crate) fn takes(&self, kind: Kind) -> bool {
        self.file(kind).is_none() || kind == Kind::UpkihonImage
    }

    /// Whether files of another part of the same unit would make it more complete.
    pub(crate) fn fits(&self, other: &Formed<'_>) -> bool {
        self.unit.name == other.unit.name
            && agree(self.month(), other.month())
            && other.files.iter().filter_map(|file| file.kind).all(|kind| self.takes(kind))
    }

    /// Whether both are parts of one larger unit.
    pub(crate) fn combines_with(&self, other: &Formed<'_>) -> bool {
        let both = |unit: &&Unit| unit.holds(self.unit.base()) && unit.holds(other.unit.base());
        self.unit.name != other.unit.name && units(self.version).iter().any(|unit| both(&unit))
    }

    /// Takes in the files of another part of the same unit.
    pub(crate) fn absorb(&mut self, other: Formed<'a>) {
        if other.base().is_some() {
            (self.unit, self.version) = (other.unit, other.version);
        }
        self.files.extend(other.files);
        self.sort();
    }

    fn sort(&mut self) {
        let unit = self.unit;
        let rank = |kind: Kind| unit.members.iter().position(|member| member.kind == kind).unwrap_or(usize::MAX);
        self.files.sort_by_key(|file| (file.kind.map(rank), file.name.clone()));
    }
}

/// The units that the files of a set form, in published order. Put together once.
pub(crate) fn formed<'s, 'a>(set: &'s SetView<'a>) -> &'s [Formed<'a>] {
    set.formed.get_or_init(|| form(set))
}

fn form<'a>(set: &SetView<'a>) -> Vec<Formed<'a>> {
    let mut formed: Vec<Formed<'a>> = Vec::new();
    let mut rest = Vec::new();
    let mut files: Vec<&'a FileJudgement> = set.files.iter().copied().filter(|file| file.kind.is_some()).collect();
    files.sort_by_cached_key(|file| rank(file));
    // What clearly belongs together first; what is named for another month or unit takes what is left.
    for file in files {
        let (Some(kind), wanted) = (file.kind, wanted(file)) else { continue };
        let place = formed.iter_mut().find(|unit| {
            wanted.iter().any(|w| w.name == unit.unit.name) && agree(month(file), unit.month()) && unit.takes(kind)
        });
        match (place, wanted.first()) {
            (Some(place), _) => place.files.push(file),
            (None, Some(unit)) if unit.base() == kind => formed.push(alone(file, unit)),
            (None, _) => rest.push(file),
        }
    }
    for file in rest {
        let Some(kind) = file.kind else { continue };
        let (candidates, wanted) = (candidates(file), wanted(file));
        let place = formed
            .iter_mut()
            .filter(|unit| candidates.iter().any(|c| c.name == unit.unit.name) && unit.takes(kind))
            .min_by_key(|unit| !wanted.iter().any(|w| w.name == unit.unit.name) || !agree(month(file), unit.month()));
        match (place, wanted.first()) {
            (Some(place), _) => place.files.push(file),
            (None, Some(unit)) => formed.push(alone(file, unit)),
            (None, None) => {}
        }
    }
    formed.iter_mut().for_each(Formed::sort);
    formed.sort_by_key(|unit| units(unit.version).iter().position(|other| other.name == unit.unit.name));
    formed
}

fn alone<'a>(file: &'a FileJudgement, unit: &'static Unit) -> Formed<'a> {
    Formed { unit, version: version(file), files: vec![file] }
}

/// Bases before companions.
fn rank(file: &FileJudgement) -> (bool, Option<Kind>) {
    (!candidates(file).iter().any(|unit| file.kind == Some(unit.base())), file.kind)
}

/// The version whose units a file belongs to: that of its rows, where it knows the kind.
fn version(file: &FileJudgement) -> Version {
    let knows = |version: &Version| file.kind.is_some_and(|kind| grammar(*version, kind).is_some());
    file.version.filter(knows).unwrap_or(Version::V202407)
}

/// The elementary units that hold the kind of a file, each once.
fn candidates(file: &FileJudgement) -> Vec<&'static Unit> {
    let version = version(file);
    let mut candidates: Vec<&Unit> = Vec::new();
    for unit in units(version) {
        let holds = file.kind.is_some_and(|kind| unit.holds(kind)) && unit.is_elementary(version);
        if holds && !candidates.iter().any(|known| known.name == unit.name) {
            candidates.push(unit);
        }
    }
    candidates
}

/// Those of them that the month in the name speaks for: 000000 for a unit whose base has no month.
fn wanted(file: &FileJudgement) -> Vec<&'static Unit> {
    let mut candidates = candidates(file);
    if let (Some(month), 2..) = (named_month(file), candidates.len()) {
        candidates.retain(|unit| {
            let monthly = grammar(version(file), unit.base()).is_some_and(|base| base.month != MonthSegment::None);
            monthly != (month == "000000")
        });
    }
    candidates
}

/// The month in a name, where it is one.
fn month(file: &FileJudgement) -> Option<YearMonth> {
    named_month(file).and_then(|month| YearMonth::parse(month.as_bytes()))
}

/// What a name has for a month. One that the first row surely contradicts says nothing:
/// file/month-differs-from-name speaks of it.
fn named_month(file: &FileJudgement) -> Option<&str> {
    let named = file.part(Segment::TargetMonth)?;
    let item = file.table.and_then(|table| table.item(upplan::TARGET_MONTH));
    let is_sure = item.is_some_and(|item| item.certainty == Certainty::Sure);
    file.facts.month.is_none_or(|month| month == named.as_bytes() || !is_sure).then_some(named)
}

fn agree(a: Option<YearMonth>, b: Option<YearMonth>) -> bool {
    a.is_none() || b.is_none() || a == b
}

/// Two files whose rows are about the same people.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair<'a> {
    /// The one that tells who there is.
    pub(crate) base: &'a FileJudgement,
    /// The one that adds to it.
    pub(crate) companion: &'a FileJudgement,
    /// Whether everybody in the base must stand in the companion.
    pub(crate) everybody: bool,
    /// Whether both say the date that tells the records of one person apart.
    pub(crate) dated: bool,
}

/// The pairs of a set in which people can be looked up. Files that cannot be read to the end, and
/// files named for another month, are left out: what is missing there is a consequence. Found once.
pub(crate) fn pairs<'s, 'a>(set: &'s SetView<'a>) -> &'s [Pair<'a>] {
    set.pairs.get_or_init(|| find_pairs(set))
}

fn find_pairs<'a>(set: &SetView<'a>) -> Vec<Pair<'a>> {
    let formed = formed(set);
    let mut pairs = Vec::new();
    for unit in formed {
        let Some(base) = unit.base() else { continue };
        for member in unit.unit.members.iter().filter(|member| !member.base) {
            let Some(companion) = unit.file(member.kind) else { continue };
            if !unit.is_misdated(companion) {
                pairs.push(Pair { base, companion, everybody: member.mandatory, dated: dated(base, companion) });
            }
        }
        // 利用者基本情報 beside 介護予防サービス・支援計画書.
        let unions =
            units(unit.version).iter().filter(|u| u.base() == unit.unit.base() && !u.is_elementary(unit.version));
        for union in unions {
            let inner = formed.iter().filter(|inner| union.holds(inner.unit.base())).filter_map(Formed::base);
            let inner = inner.filter(|companion| companion.kind != base.kind);
            pairs.extend(inner.map(|companion| Pair { base, companion, everybody: false, dated: false }));
        }
    }
    pairs.retain(|pair| is_readable(pair.base) && is_readable(pair.companion));
    pairs
}

fn dated(base: &FileJudgement, companion: &FileJudgement) -> bool {
    let key = |file: &FileJudgement| file.kind.and_then(occasion_key);
    key(base).is_some() && key(base) == key(companion)
}

/// Whether it is known who stands in a file.
pub(crate) fn is_readable(file: &FileJudgement) -> bool {
    file.facts.complete && !file.facts.occasions.is_empty()
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use crate::finding::Severity;
    use crate::name::FileName;
    use crate::spec::keys::upplan;
    use crate::spec::{Kind, Segment};
    use crate::{Options, judge};

    /// Rule, severity and kind of all findings of the sets that a sample forms after an edit.
    fn found(sample: &str, edit: impl Fn(&mut Draft) -> Option<()>) -> Vec<(&'static str, Severity, &'static str)> {
        let mut draft = Draft::sample(sample).unwrap();
        edit(&mut draft).unwrap();
        let sets = judge(&draft.to_files(), &Options::default()).sets;
        let kind = |name: &str| FileName::parse(name).meant_kind().unwrap().name();
        sets.findings.kept.iter().map(|f| (f.rule.id, f.severity, kind(&f.at.file))).collect()
    }

    /// Names the first user of a file otherwise, in all rows.
    fn rename_user(draft: &mut Draft, kind: Kind) -> Option<()> {
        let file = draft.index(kind)?;
        let number = draft.files[file].get(0, upplan::INSURED_NUMBER).to_vec();
        for row in 0..draft.files[file].rows.len() {
            if draft.files[file].get(row, upplan::INSURED_NUMBER) == number {
                draft.files[file].put(row, upplan::INSURED_NUMBER, b"0000000998")?;
            }
        }
        Some(())
    }

    #[test]
    fn a_user_of_one_file_only_is_missing_in_the_other() {
        for (sample, kind, severity) in [
            ("202407-table", Kind::Upsikyu, Severity::Error),
            ("202407-table", Kind::Uphosoku, Severity::Error),
            ("202407-plan", Kind::Up2kyo, Severity::Error),
            // Each of the two may travel alone.
            ("202407-prevention", Kind::Upyobo, Severity::Warning),
        ] {
            let found = found(sample, |draft| rename_user(draft, kind));
            assert!(
                found.iter().any(|(id, level, _)| *id == "set/user-missing-in-base" && *level == severity),
                "{found:?}"
            );
            assert!(found.iter().any(|(id, ..)| *id == "set/user-missing-in-companion"), "{found:?}");
            let strangers = found.iter().filter(|(id, ..)| !id.starts_with("set/user-missing-in-"));
            assert_eq!(strangers.count(), 0, "{found:?}");
        }
    }

    #[test]
    fn files_of_two_months_under_one_timestamp_form_units_of_their_months() {
        let found = found("202407-table", |draft| {
            for kind in [Kind::Uphosoku, Kind::Upsikyu] {
                draft.files.push(draft.files[draft.index(kind)?].clone());
                let file = draft.files.len() - 1;
                for row in 0..draft.files[file].rows.len() {
                    draft.files[file].put(row, upplan::TARGET_MONTH, b"202611")?;
                }
                draft.rename_file(file, Segment::TargetMonth, "202611")?;
            }
            draft.files.remove(draft.index(Kind::Upsikyu)?);
            Some(())
        });
        let error = |id, kind| (id, Severity::Error, kind);
        assert_eq!(found, [error("set/companion-missing", "UPPLAN"), error("set/companion-unexpected", "UPSIKYU")]);
    }
}

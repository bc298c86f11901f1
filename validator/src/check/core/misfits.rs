//! How many items the rows have that fit no table of their version, and whether that speaks against the rows
//! or against the table. Judges nothing.

use super::Core;
use crate::spec::{Certainty, Version, tables};

/// The number of items of the rows that fit no table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Misfits {
    #[default]
    None,
    /// All of them have so many.
    Alike(usize),
    Unlike,
}

impl Misfits {
    /// Takes the next of them.
    pub(super) fn add(&mut self, items: usize) {
        *self = match *self {
            Misfits::None => Misfits::Alike(items),
            Misfits::Alike(known) if known == items => Misfits::Alike(items),
            Misfits::Alike(_) | Misfits::Unlike => Misfits::Unlike,
        };
    }
}

impl Core {
    /// How sure the number of items is, where it is not, and all rows agree in another one. That of another
    /// version is wrong whatever the right one is: what was added with a version is known.
    pub(super) fn doubt_of_table(&self) -> Option<Certainty> {
        let (bound, Misfits::Alike(items)) = (self.bound.as_ref()?, self.misfits) else { return None };
        let (kind, certainty) = bound.tables.iter().map(|table| (table.kind, table.certainty)).min_by_key(|of| of.1)?;
        let fits_none = self.spoken.keeps_structure() && bound.table.is_none() && self.stated == Some(bound.version);
        let of_another = Version::ALL
            .into_iter()
            .any(|version| tables(version, kind).iter().any(|table| table.items.len() == items));
        (fits_none && !of_another && certainty < Certainty::Sure).then_some(certainty)
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::{FileCheck, Options};

    const NAME: &str = "UP1KYO_9970100013_9970100021_20241127163000.CSV";

    type Found = (&'static str, Severity, Option<u64>);

    /// Findings, and whether something that was not checked makes the verdict incomplete.
    fn found(name: &str, rows: &[(&str, usize)]) -> (Vec<Found>, bool) {
        let mut check = FileCheck::new(name, &Options::default());
        for (version, items) in rows {
            check.push(format!("{version},991018,0000000101{}\r\n", ",".repeat(items - 3)).as_bytes());
        }
        let judgement = check.finish();
        let kept = &judgement.findings.kept;
        let total: u64 = judgement.findings.totals.values().sum();
        assert_eq!(total, kept.len() as u64);
        let blocks = judgement.not_checked.iter().any(|entry| entry.blocks);
        (kept.iter().map(|finding| (finding.rule.id, finding.severity, finding.at.line)).collect(), blocks)
    }

    #[test]
    fn rows_that_agree_in_another_number_than_an_inferred_one_are_one_warning() {
        for count in [1, 3] {
            let fewer = found(NAME, &vec![("202208", 27); count]);
            assert_eq!(fewer, (vec![("csv/too-few-items", Severity::Warning, Some(1))], true));
            let more = found(NAME, &vec![("202208", 29); count]);
            assert_eq!(more, (vec![("csv/too-many-items", Severity::Warning, Some(1))], true));
        }
    }

    #[test]
    fn rows_that_differ_from_each_other_are_wrong_whatever_the_number_is() {
        let error = |id, line| (id, Severity::Error, Some(line));
        let expected = vec![error("csv/too-few-items", 1), error("csv/too-many-items", 2)];
        assert_eq!(found(NAME, &[("202208", 27), ("202208", 29)]), (expected, false));
        let (one_fits, blocks) = found(NAME, &[("202208", 27), ("202208", 28), ("202208", 27)]);
        let counts: Vec<_> = one_fits.into_iter().filter(|found| found.0.starts_with("csv/")).collect();
        assert_eq!(counts, [error("csv/too-few-items", 1), error("csv/too-few-items", 3)]);
        assert!(!blocks);
    }

    #[test]
    fn a_number_that_is_sure_or_that_of_another_version_is_wrong_in_all_rows() {
        let sure = "UP1KYO_9970100013_43_9970100021_11_20261127163000.CSV";
        assert_eq!(found(sure, &[("202407", 27)]).0, [("csv/too-few-items", Severity::Error, Some(1))]);
        // 202407 has 25.
        let table = "UPPLAN_202412_9970100013_9970100021_20241127163000.CSV";
        assert_eq!(found(table, &[("202208", 25)]).0, [("csv/too-many-items", Severity::Error, Some(1))]);
        // What states no version is no evidence of one.
        assert_eq!(found(NAME, &[("2022", 27)]).0, [("csv/too-few-items", Severity::Error, Some(1))]);
    }
}

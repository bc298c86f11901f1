//! Which version of the CSV files a month is written in. Knows first months; knows no row.

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::Version;
use renkei_validator::text::Message;

/// From this month on only the newest version is exchanged: the exchange moves to
/// 介護保険資格確認等WEBサービス.
const ONLY_NEWEST: YearMonth = YearMonth { year: 2027, month: 1 };

/// How versions are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// By the service month.
    ByMonth,
    /// Always this one. An older one than the month asks for is what older software writes, and
    /// `renkei check` warns of it.
    Always(Version),
}

/// Why a month cannot be written in a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionError {
    /// The version applies from a later month on.
    TooNew {
        /// The version.
        version: Version,
        /// The month.
        month: YearMonth,
    },
    /// The version is exchanged no longer.
    Withdrawn {
        /// The version.
        version: Version,
        /// The month.
        month: YearMonth,
    },
    /// No version applies to the month.
    None {
        /// The month.
        month: YearMonth,
    },
}

impl VersionError {
    /// What is wrong, in both languages.
    pub fn message(&self) -> Message {
        match self {
            VersionError::TooNew { version, month } => Message::pair(
                format!("CSVバージョン{version}は{}から適用され、{month}には使えません", version.first_month()),
                format!("version {version} applies from {} on, not to {month}", version.first_month()),
            ),
            VersionError::Withdrawn { version, month } => Message::pair(
                format!("{month}にはCSVバージョン{version}は使えません（{ONLY_NEWEST}以降は最新だけです）"),
                format!("version {version} is not exchanged in {month}: from {ONLY_NEWEST} on only the newest is"),
            ),
            VersionError::None { month } => Message::pair(
                format!("{month}に適用されるCSVバージョンはありません"),
                format!("no version applies to {month}"),
            ),
        }
    }
}

impl Versions {
    /// The version of a month.
    ///
    /// # Errors
    ///
    /// A version that cannot be used in the month.
    pub fn of(self, month: YearMonth) -> Result<Version, VersionError> {
        let right = right(month).ok_or(VersionError::None { month })?;
        match self {
            Versions::ByMonth => Ok(right),
            Versions::Always(version) if version > right => Err(VersionError::TooNew { version, month }),
            Versions::Always(version) if version < right && month >= ONLY_NEWEST => {
                Err(VersionError::Withdrawn { version, month })
            }
            Versions::Always(version) => Ok(version),
        }
    }
}

fn right(month: YearMonth) -> Option<Version> {
    let first = |version: &Version| YearMonth::parse(version.first_month().as_bytes());
    Version::ALL.into_iter().rev().find(|version| first(version).is_some_and(|first| first <= month))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(versions: Versions, text: &str) -> Result<Version, VersionError> {
        versions.of(YearMonth::parse(text.as_bytes()).expect("the test writes months"))
    }

    #[test]
    fn the_month_decides() {
        for (month, version) in [
            ("202010", Version::V202003),
            ("202212", Version::V202003),
            ("202301", Version::V202208),
            ("202503", Version::V202208),
            ("202504", Version::V202407),
            ("202703", Version::V202407),
        ] {
            assert_eq!(of(Versions::ByMonth, month), Ok(version), "{month}");
        }
        assert!(matches!(of(Versions::ByMonth, "202009"), Err(VersionError::None { .. })));
    }

    #[test]
    fn an_older_version_may_be_asked_for_until_the_move_and_a_newer_one_never() {
        let old = Versions::Always(Version::V202208);
        assert_eq!(of(old, "202612"), Ok(Version::V202208));
        assert!(matches!(of(old, "202701"), Err(VersionError::Withdrawn { .. })));
        assert!(matches!(of(old, "202212"), Err(VersionError::TooNew { .. })));
        assert!(matches!(of(Versions::Always(Version::V202407), "202503"), Err(VersionError::TooNew { .. })));
    }
}

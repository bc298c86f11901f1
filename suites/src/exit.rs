//! How a run ends, as a number. Knows what the numbers mean; decides nothing.

use std::process::ExitCode;

use renkei_reports::Verdict;

/// How a run of `renkei` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was checked, and nothing reaches the level to fail on.
    Valid,
    /// Something does.
    Invalid,
    /// Wrong usage or configuration; nothing was done.
    Usage,
    /// Something could not be checked, or renkei itself failed. Wins over findings.
    Incomplete,
    /// There was nothing to check.
    Nothing,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Exit::Valid => 0,
            Exit::Invalid => 1,
            Exit::Usage => 2,
            Exit::Incomplete => 3,
            Exit::Nothing => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Exit {
        match verdict {
            Verdict::Valid => Exit::Valid,
            Verdict::Invalid => Exit::Invalid,
            Verdict::Incomplete => Exit::Incomplete,
        }
    }
}

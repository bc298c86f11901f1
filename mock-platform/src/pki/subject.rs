//! Names of certificates' subjects. Knows how a name says kind and office; judges no certificate.
//!
//! Known: Windows shows `KaigoJigyousho` and `CarePlanJigyousho`. That the office number follows, and
//! what stands in the names of the kinds that are refused, is ours (assumption).

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{CertificateKind, OfficeNumber};

/// The kinds that are known to be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RefusedKind)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// 代理人証明書
    Agent,
    /// 障害総合支援証明書
    Disability,
}

/// What the common name of a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An accepted kind and the office it belongs to.
    Office(CertificateKind, OfficeNumber),
    /// An accepted kind without an office number.
    NoOffice(CertificateKind),
    /// A kind that is refused, whatever follows.
    Refused(Refused, String),
    /// Any other name.
    Other(String),
}

const KINDS: [(CertificateKind, &str); 2] =
    [(CertificateKind::KaigoJigyousho, "KaigoJigyousho"), (CertificateKind::CarePlanJigyousho, "CarePlanJigyousho")];
const REFUSED: [(Refused, &str); 2] = [(Refused::Agent, "Dairinin"), (Refused::Disability, "ShougaiJigyousho")];

impl Subject {
    /// Reads a common name.
    pub fn parse(common_name: &str) -> Subject {
        for (kind, prefix) in KINDS {
            if let Some(rest) = common_name.strip_prefix(prefix) {
                return OfficeNumber::parse(rest)
                    .map_or(Subject::NoOffice(kind), |number| Subject::Office(kind, number));
            }
        }
        for (refused, prefix) in REFUSED {
            if let Some(rest) = common_name.strip_prefix(prefix) {
                return Subject::Refused(refused, rest.to_owned());
            }
        }
        Subject::Other(common_name.to_owned())
    }

    /// The office, where the name says one.
    pub fn office(&self) -> Option<&OfficeNumber> {
        match self {
            Subject::Office(_, number) => Some(number),
            Subject::NoOffice(_) | Subject::Refused(..) | Subject::Other(_) => None,
        }
    }

    /// The accepted kind, where the name says one.
    pub fn kind(&self) -> Option<CertificateKind> {
        match self {
            Subject::Office(kind, _) | Subject::NoOffice(kind) => Some(*kind),
            Subject::Refused(..) | Subject::Other(_) => None,
        }
    }
}

/// What the name of an accepted kind begins with.
pub fn prefix(kind: CertificateKind) -> &'static str {
    match kind {
        CertificateKind::KaigoJigyousho => KINDS[0].1,
        CertificateKind::CarePlanJigyousho => KINDS[1].1,
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Office(kind, number) => write!(f, "{}{number}", prefix(*kind)),
            Subject::NoOffice(kind) => f.write_str(prefix(*kind)),
            Subject::Refused(Refused::Agent, rest) => write!(f, "{}{rest}", REFUSED[0].1),
            Subject::Refused(Refused::Disability, rest) => write!(f, "{}{rest}", REFUSED[1].1),
            Subject::Other(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_kind_and_office() {
        let number = OfficeNumber::parse("9970100013").unwrap();
        for (name, subject) in [
            ("KaigoJigyousho9970100013", Subject::Office(CertificateKind::KaigoJigyousho, number.clone())),
            ("CarePlanJigyousho9970100013", Subject::Office(CertificateKind::CarePlanJigyousho, number)),
            ("KaigoJigyousho", Subject::NoOffice(CertificateKind::KaigoJigyousho)),
            ("Dairinin9970100013", Subject::Refused(Refused::Agent, "9970100013".to_owned())),
            ("ShougaiJigyousho9970100013", Subject::Refused(Refused::Disability, "9970100013".to_owned())),
            ("kaigojigyousho9970100013", Subject::Other("kaigojigyousho9970100013".to_owned())),
            ("", Subject::Other(String::new())),
        ] {
            assert_eq!(Subject::parse(name), subject);
            assert_eq!(subject.to_string(), name);
        }
        let short = Subject::parse("KaigoJigyousho997010001");
        assert_eq!(short, Subject::NoOffice(CertificateKind::KaigoJigyousho));
    }
}

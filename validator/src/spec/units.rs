//! Sending units: which files travel together, and who sends them to whom.
//! Knows `units.csv`; knows no file.

use crate::text::Text;

use super::load::{PerVersion, cells, service_type};
use super::model::{Kind, Version};

/// One side of the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// 地域包括支援センター
    Center,
    /// 居宅介護支援事業所
    CareManager,
    /// サービス事業所
    Provider,
}

impl Party {
    /// The party of a service type in a file name: 43 is 居宅介護支援, 46 and AF are the services
    /// that a 地域包括支援センター gives; they stand in no list of exchanged services.
    pub fn of(service_type_code: &str) -> Option<Party> {
        match service_type_code {
            "46" | "AF" => Some(Party::Center),
            "43" => Some(Party::CareManager),
            code => service_type(Version::V202407, code.as_bytes()).map(|_| Party::Provider),
        }
    }

    /// What people call it.
    pub fn title(self) -> Text {
        let (ja, en) = match self {
            Party::Center => ("地域包括支援センター", "community support centre"),
            Party::CareManager => ("居宅介護支援事業所", "care management office"),
            Party::Provider => ("サービス事業所", "service office"),
        };
        Text { ja, en }
    }
}

/// A kind inside a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The kind.
    pub kind: Kind,
    /// Whether the unit is built around it.
    pub base: bool,
    /// Whether an office whose software conforms always sends it with the unit.
    pub mandatory: bool,
}

/// Files that share sender, receiver and timestamp.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its name in the table, such as `CARE_PLAN`.
    pub name: String,
    /// `care` or `prevention`.
    pub scope: String,
    /// Base first.
    pub members: Vec<Member>,
    /// Who may send it to whom.
    pub directions: Vec<(Party, Party)>,
}

impl Unit {
    /// Whether a kind belongs to it.
    pub fn holds(&self, kind: Kind) -> bool {
        self.members.iter().any(|member| member.kind == kind)
    }

    /// Whether it is no union of smaller ones: PREV_PLAN_WITH_BASIC_INFO is PREV_PLAN and BASIC_INFO.
    pub fn is_elementary(&self, version: Version) -> bool {
        let companions = || self.members.iter().filter(|member| !member.base);
        !units(version).iter().any(|other| companions().any(|member| member.kind == other.base()))
    }

    /// The kind it is built around.
    pub fn base(&self) -> Kind {
        self.members[0].kind
    }
}

static UNITS: PerVersion<Vec<Unit>> = PerVersion::new(load);

/// The sending units of a version, in published order.
pub fn units(version: Version) -> &'static [Unit] {
    UNITS.of(version)
}

fn load(version: Version) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for row in cells(version, "units").rows() {
        let kind = Kind::parse(row.get("kind")).expect("units.csv names known kinds; a test reads it");
        let base = row.get("role_in_unit") == "base";
        // The matrix of duties has no row for the sub files and the image: a person may have none.
        let mandatory = !matches!(kind, Kind::UpkihonSub1 | Kind::UpkihonSub2 | Kind::UpkihonImage | Kind::UpyoboSub);
        let member = Member { kind, base, mandatory };
        match units.iter_mut().find(|unit| unit.name == row.get("unit") && unit.scope == row.get("scope")) {
            Some(unit) => unit.members.push(member),
            None => units.push(Unit {
                name: row.get("unit").to_owned(),
                scope: row.get("scope").to_owned(),
                members: vec![member],
                directions: directions(row.get("direction")),
            }),
        }
    }
    units
}

fn directions(text: &str) -> Vec<(Party, Party)> {
    let mut directions = Vec::new();
    for clause in text.split("; ") {
        let (left, right, both) = match clause.split_once("<>") {
            Some((left, right)) => (left, right, true),
            None => {
                let (left, right) = clause.split_once('>').expect("a direction has an arrow; a test reads units.csv");
                (left, right, false)
            }
        };
        for from in left.split('|').map(party) {
            for to in right.split('|').map(party) {
                directions.push((from, to));
                if both {
                    directions.push((to, from));
                }
            }
        }
    }
    directions
}

fn party(name: &str) -> Party {
    match name {
        "center" => Party::Center,
        "care_manager" => Party::CareManager,
        "provider" => Party::Provider,
        _ => panic!("party {name}: units.csv names three parties; a test reads it"),
    }
}

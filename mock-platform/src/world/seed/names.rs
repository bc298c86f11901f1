//! Offices recognised in file names. Knows which part of a name is whose; judges no name.

use std::collections::{BTreeMap, BTreeSet};

use renkei_validator::name::{FileName, NamedKind};
use renkei_validator::spec::{Kind, Party, Segment, Version, units};
use time::Date;

use super::{Seed, lasting_licence, office};
use crate::model::{Office, OfficeNumber};

/// The service type of a provider whose names tell none: 訪問介護.
pub const DEFAULT_PROVIDER_TYPE: &str = "11";

pub(super) fn seed<'a>(names: impl IntoIterator<Item = &'a str>, today: Date) -> Seed {
    let mut found: BTreeMap<OfficeNumber, Found> = BTreeMap::new();
    for name in names {
        for (number, types) in read(&FileName::parse(name)) {
            let office = found.entry(number).or_default();
            match types {
                Types::Written(code) => office.types.insert(code),
                Types::Party(Party::Provider) => continue,
                Types::Party(Party::CareManager) => office.types.insert("43".to_owned()),
                Types::Party(Party::Center) => office.types.insert("46".to_owned()),
            };
        }
    }
    let offices = found.into_iter().map(|(number, mut found)| {
        if found.types.is_empty() {
            found.types.insert(DEFAULT_PROVIDER_TYPE.to_owned());
        }
        let name = format!("事業所{number}");
        Office { licence: Some(lasting_licence(today)), ..office(number, name, found.types) }
    });
    Seed { offices: offices.collect(), notices: Vec::new() }
}

#[derive(Default)]
struct Found {
    types: BTreeSet<String>,
}

/// What a name tells of the services of an office.
enum Types {
    Written(String),
    Party(Party),
}

fn read(name: &FileName) -> Vec<(OfficeNumber, Types)> {
    let NamedKind::Known(kind) = name.kind else { return Vec::new() };
    let roles = roles(kind);
    let ends = [
        (Segment::SenderOffice, Segment::SenderServiceType, roles.map(|(sender, _)| sender)),
        (Segment::ReceiverOffice, Segment::ReceiverServiceType, roles.map(|(_, receiver)| receiver)),
    ];
    let end = |(office, service_type, role): (Segment, Segment, Option<Party>)| {
        let number = OfficeNumber::parse(name.part(office)?)?;
        let written = name.part(service_type).filter(|code| Party::of(code).is_some());
        let types = match written {
            Some(code) => Types::Written(code.to_owned()),
            None => Types::Party(role.filter(|_| !name.with_types).unwrap_or(Party::Provider)),
        };
        Some((number, types))
    };
    ends.into_iter().filter_map(end).collect()
}

/// Who sends a kind to whom where names do not tell.
fn roles(kind: Kind) -> Option<(Party, Party)> {
    units(Version::V202208).iter().find(|unit| unit.holds(kind))?.directions.first().copied()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::licence::{LicenceState, state};

    fn offices(names: &[&str]) -> Vec<(String, Vec<String>)> {
        let seed = Seed::of_file_names(names.iter().copied(), date!(2026 - 11 - 27));
        seed.offices().iter().map(|office| (office.number.to_string(), office.service_types.clone())).collect()
    }

    fn expected(offices: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
        offices
            .iter()
            .map(|(number, types)| (number.to_string(), types.iter().map(|code| code.to_string()).collect()))
            .collect()
    }

    #[test]
    fn sender_and_receiver_have_the_service_types_of_all_names() {
        let names = [
            "out/UPPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV",
            "UPPLAN_202610_9970100013_43_9970100021_15_20260929083000.CSV",
            "UPPLAN_202610_9900100018_46_99A0100016_A2_20260929140000.CSV",
        ];
        let found = expected(&[
            ("9900100018", &["46"]),
            ("9970100013", &["43"]),
            ("9970100021", &["11", "15"]),
            ("99A0100016", &["A2"]),
        ]);
        assert_eq!(offices(&names), found);
    }

    #[test]
    fn names_without_service_types_tell_who_plans_and_who_provides() {
        let plan = "UPPLAN_202412_9970100013_9970100021_20241127163000.CSV";
        let result = "UPJSK_202412_9970100039_9970100047_20241127163000.CSV";
        assert_eq!(offices(&[plan]), expected(&[("9970100013", &["43"]), ("9970100021", &["11"])]));
        assert_eq!(offices(&[result]), expected(&[("9970100039", &["11"]), ("9970100047", &["43"])]));
        let told = "UPPLAN_202610_9970100013_43_9970100021_15_20260929083000.CSV";
        assert_eq!(offices(&[plan, told]), expected(&[("9970100013", &["43"]), ("9970100021", &["15"])]));
    }

    #[test]
    fn names_that_are_not_the_standards_tell_of_nobody() {
        assert_eq!(
            offices(&["sample.pdf", "", "UPPLAN.CSV", "UPKHON_9970100013_43_9970100021_11_20260917113000.CSV"]),
            []
        );
        let no_office = "UPPLAN_202610_99701_43_9970100021_ZZ_20260929083000.CSV";
        assert_eq!(offices(&[no_office]), expected(&[("9970100021", &["11"])]));
    }

    #[test]
    fn recognised_offices_can_send_whatever_the_month() {
        let name = "UPPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
        let seed = Seed::of_file_names([name], date!(2026 - 11 - 27));
        for day in [date!(2025 - 06 - 01), date!(2026 - 09 - 29), date!(2027 - 03 - 31), date!(2040 - 01 - 01)] {
            assert!(matches!(state(&seed.offices()[0], day), LicenceState::Valid { .. }), "{day}");
        }
        assert_eq!(seed.offices()[0].office_user.id, "KJ999970100013");
        assert_eq!(seed.offices()[0].office_user.password, "Office9970100013");
        assert_eq!(seed.offices()[0].personal_user.id, "c9970100013");
        assert_eq!(seed.offices()[0].personal_user.password, "Person9970100013");
    }
}

//! The values that both writers start from: months of users as the strategies of the generators draw
//! them, and the items of plans about them. Always the same ones.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use renkei_generators::encode::{Beside, Items, Sheet, TypeUnits};
use renkei_generators::model::{CareLevel, Certification, LedgerKind, LedgerRow, YearMonth};
use renkei_generators::money::{self, Limits};
use renkei_generators::strategies::{UserMonth, months};
use renkei_generators::texts::{Occasion, basic_info, plan1, plan2, plan3, prevention_plan};
use renkei_validator::spec::{Kind, Version, parse_date};
use time::Date;

/// The version that is written.
pub(crate) const VERSION: Version = Version::V202407;

/// Of which type the results are that are deleted.
pub(crate) const SERVICE_TYPE: [u8; 2] = *b"11";

/// How many users there are.
const PEOPLE: usize = 600;

/// What is written.
pub(crate) struct Values {
    pub(crate) people: Vec<UserMonth>,
    pub(crate) created_on: Date,
    /// Of each of the people.
    pub(crate) supplements: Vec<Supplement>,
    /// Rows of kinds whose items are texts.
    pub(crate) items: Vec<(Kind, Vec<Items>)>,
}

/// What a supplement says beside whose it is.
pub(crate) struct Supplement {
    pub(crate) certification: Certification,
    /// 種類支給限度基準額: what is within the limit, of the types of the ledger that have one.
    pub(crate) types: Vec<([u8; 2], i64)>,
    units: Vec<TypeUnits>,
    over: i64,
    stay_days: Option<(u32, u32)>,
}

impl Supplement {
    fn of(person: &UserMonth) -> Supplement {
        let ledger = person.ledger();
        let units = type_units(ledger);
        let total = ledger.iter().find(|row| row.kind == LedgerKind::Total);
        let limits = total.map_or([None, None], |row| [row.type_limit, row.category_limit]);
        Supplement {
            certification: person.user().certifications.last().unwrap().clone(),
            types: units.iter().map(|units| (units.service_type, units.total - units.over)).collect(),
            units,
            over: limits.into_iter().flatten().map(|(over, _)| over).sum(),
            stay_days: ledger.iter().find_map(|row| row.stay_days).map(|(before, _, sum)| (before, sum)),
        }
    }

    pub(crate) fn limits(&self) -> Limits<'_> {
        Limits { category: money::limit(self.certification.level), types: &self.types }
    }

    pub(crate) fn beside_tables(&self, month: YearMonth) -> Beside<'_> {
        Beside::Tables { month, over: self.over, types: &self.units, stay_days: self.stay_days }
    }
}

impl Values {
    pub(crate) fn draw() -> Values {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
        let strategy = months();
        let people: Vec<UserMonth> = std::iter::repeat_with(|| strategy.new_tree(&mut runner).unwrap().current())
            .filter(|month| month.version() == VERSION)
            .take(PEOPLE)
            .collect();
        let created_on = parse_date(b"20260325").unwrap();
        let mut values =
            Values { supplements: people.iter().map(Supplement::of).collect(), people, created_on, items: Vec::new() };
        values.items = values.texts();
        values
    }

    /// What all rows about one user share.
    pub(crate) fn sheet<'p>(&self, person: &'p UserMonth) -> Sheet<'p> {
        let support = &person.offices()[0];
        Sheet {
            version: VERSION,
            user: person.user(),
            support,
            manager: support.staff.first().map_or("", String::as_str),
            created_on: self.created_on,
            offices: person.offices(),
        }
    }

    fn texts(&self) -> Vec<(Kind, Vec<Items>)> {
        let mut all: Vec<(Kind, Vec<Items>)> = [
            Kind::Up1kyo,
            Kind::Up2kyo,
            Kind::Up3kyo,
            Kind::Upyobo,
            Kind::UpyoboSub,
            Kind::Upkihon,
            Kind::UpkihonSub1,
            Kind::UpkihonSub2,
        ]
        .map(|kind| (kind, Vec::new()))
        .into();
        for person in &self.people {
            let sheet = self.sheet(person);
            let certification: &Certification = person.user().certifications.last().unwrap();
            let month: YearMonth = person.month();
            let occasion = |level| Occasion {
                seed: 1,
                sheet,
                first_made_on: self.created_on,
                is_first: false,
                certification,
                level,
                month,
                visits: person.visits(),
            };
            let care = occasion(CareLevel::Care2);
            let support = occasion(CareLevel::Support2);
            let info = basic_info(&support, false, "");
            let (plan, supports) = prevention_plan(&support, sheet.support, None).unwrap();
            let rows: [Vec<Items>; 8] = [
                vec![plan1(&care)],
                plan2(&care).unwrap(),
                plan3(&care).unwrap(),
                vec![plan],
                supports,
                vec![info.row],
                info.days,
                info.diseases,
            ];
            for ((_, all), rows) in all.iter_mut().zip(rows) {
                all.extend(rows);
            }
        }
        all
    }
}

fn type_units(ledger: &[LedgerRow]) -> Vec<TypeUnits> {
    let mut all: Vec<TypeUnits> = Vec::new();
    for row in ledger {
        let (LedgerKind::Detail { code, .. } | LedgerKind::Subtotal { code, .. }) = &row.kind else { continue };
        let Some((over, within)) = row.type_limit else { continue };
        let service_type = [code[0], code[1]];
        match all.iter_mut().find(|units| units.service_type == service_type) {
            Some(units) => (units.total, units.over) = (units.total + over + within, units.over + over),
            None => all.push(TypeUnits { service_type, total: over + within, over }),
        }
    }
    all
}

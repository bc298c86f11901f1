//! Whole sets of files: fewer users, and simpler months of them, are simpler. A step after which the
//! validator finds something is none.

use std::ops::Range;

use renkei_validator::finding::Severity;
use renkei_validator::spec::{Kind, Version};
use renkei_validator::{Options, judge};

use super::month::{self, UserMonth, World, draw_office};
use super::{Simpler, parts, without};
use crate::chance::Dice;
use crate::delivery::{Address, Courier, DeliveryError, End, Purpose};
use crate::encode::{self, Beside, Items};
use crate::model::Visit;
use crate::texts::{Occasion, plan1, plan2, plan3};
use crate::version::Versions;

/// What a set is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// 第6表, 第7表 and 利用者補足情報.
    Tables,
    /// 第6表（実績）, all of it done as planned.
    Result,
    /// 第1表 to 第3表 and 利用者補足情報.
    Plan,
}

/// A set between the office that plans and one that serves.
#[derive(Clone)]
pub struct Set {
    content: Content,
    world: World,
    /// The office that serves, and the service type of what it does.
    provider: (u32, [u8; 2]),
    people: Vec<UserMonth>,
}

/// What becomes simpler.
#[derive(Clone, Debug)]
pub enum Step {
    /// Users are left out.
    People(Range<usize>),
    /// One user's month.
    Month(usize, month::Step),
}

pub(super) fn draw(dice: &mut Dice) -> Set {
    let (world, clients) = draw_office(dice);
    let one = dice.pick(&clients);
    let visit = dice.pick(&one.first.visits);
    let provider = provider(visit);
    let is_prevention = one.is_prevention();
    // Plans of 介護予防 are of other kinds.
    let contents: &[Content] = if is_prevention {
        &[Content::Tables, Content::Result]
    } else {
        &[Content::Tables, Content::Result, Content::Plan]
    };
    let people = clients
        .iter()
        .filter(|client| client.is_prevention() == is_prevention && client.first.providers().contains(&provider));
    let people = people.map(|client| UserMonth::of(world.clone(), client.clone())).collect();
    Set { content: *dice.pick(contents), world, provider, people }
}

fn provider(visit: &Visit) -> (u32, [u8; 2]) {
    (visit.office, [visit.code[0], visit.code[1]])
}

impl Set {
    /// What it is.
    pub fn content(&self) -> Content {
        self.content
    }

    /// The users it is about.
    pub fn people(&self) -> &[UserMonth] {
        &self.people
    }

    /// Names and bytes of its files.
    ///
    /// # Errors
    ///
    /// A defect of the generators.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>, DeliveryError> {
        let (purpose, kinds): (Purpose, &[Kind]) = match self.content {
            Content::Tables => (Purpose::Tables, &[Kind::Upplan, Kind::Upsikyu, Kind::Uphosoku]),
            Content::Result => (Purpose::Result, &[Kind::Upjsk]),
            Content::Plan if self.world.version == Version::V202407 => {
                (Purpose::Plan, &[Kind::Up1kyo, Kind::Up2kyo, Kind::Up3kyo, Kind::Uphosoku])
            }
            Content::Plan => (Purpose::Plan, &[Kind::Up1kyo, Kind::Up2kyo, Kind::Uphosoku]),
        };
        let courier = Courier { population: &self.world.population, versions: Versions::ByMonth };
        let (index, service_type) = self.provider;
        let number = &self.world.population.offices()[index as usize].number;
        let (serves, plans) = (End { index, service_type, number }, End::of(self.world.manager()));
        let (from, to) = if self.content == Content::Result { (serves, plans) } else { (plans, serves) };
        let (version, month) = (self.world.version, self.world.month);
        let address = Address { version, from, to, at: courier.timestamp(month, purpose, from, to) };
        let mut files = Vec::new();
        for kind in kinds {
            // A supplement of a plan is of no month.
            let of = if (self.content, *kind) == (Content::Plan, Kind::Uphosoku) {
                "000000".to_owned()
            } else {
                month.to_string()
            };
            let mut bytes = Vec::new();
            for person in &self.people {
                self.rows(*kind, purpose, person, &mut bytes)?;
            }
            files.push((address.name(*kind, &of, 0)?, bytes));
        }
        Ok(files)
    }

    fn rows(&self, kind: Kind, purpose: Purpose, person: &UserMonth, out: &mut Vec<u8>) -> Result<(), DeliveryError> {
        let (facts, tables, month) = (&person.client.facts, &person.client.first, self.world.month);
        let sheet = person.sheet(purpose);
        let occasion = Occasion {
            seed: self.world.population.request().seed,
            sheet,
            first_made_on: sheet.created_on.min(facts.certification.valid_from),
            is_first: false,
            certification: &facts.certification,
            level: facts.level,
            month,
            visits: &tables.visits,
        };
        let mut write =
            |rows: &[Items]| rows.iter().try_for_each(|items| encode::row(out, self.world.version, kind, items));
        match kind {
            Kind::Up1kyo => write(&[plan1(&occasion)])?,
            Kind::Up2kyo => write(&plan2(&occasion)?)?,
            Kind::Up3kyo => write(&plan3(&occasion)?)?,
            Kind::Upsikyu => out.extend(person.table7()?),
            Kind::Uphosoku => {
                let types = &tables.type_units();
                let beside = match self.content {
                    Content::Plan => Beside::Plan(sheet.created_on),
                    Content::Tables | Content::Result => {
                        Beside::Tables { month, over: tables.over(), types, stay_days: tables.stay_days() }
                    }
                };
                encode::supplement(out, &sheet, beside, &facts.certification, facts.level, facts.limits())?;
            }
            Kind::Upjsk => {
                let done = tables.visits.iter().filter(|visit| provider(visit) == self.provider);
                let office = &self.world.population.offices()[self.provider.0 as usize];
                encode::result(out, &sheet, month, facts.stay_days_before, office, done)?;
            }
            Kind::Upplan => out.extend(person.table6()?),
            // Not drawn.
            Kind::Dlt1kyo
            | Kind::Dltplan
            | Kind::Dltjsk
            | Kind::Upkihon
            | Kind::Dltkihon
            | Kind::UpkihonSub1
            | Kind::UpkihonSub2
            | Kind::Upyobo
            | Kind::Dltyobo
            | Kind::UpyoboSub
            | Kind::UpkihonImage => {}
        }
        Ok(())
    }

    fn is_clean(&self) -> bool {
        let Ok(files) = self.files() else { return false };
        judge(&files, &Options::default()).findings().iter().all(|finding| finding.severity <= Severity::Info)
    }
}

impl Simpler for Set {
    type Step = Step;

    fn steps(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = parts(self.people.len()).into_iter().map(Step::People).collect();
        for (at, person) in self.people.iter().enumerate() {
            steps.extend(person.steps().into_iter().map(|step| Step::Month(at, step)));
        }
        steps
    }

    fn after(&self, step: &Step) -> Option<Set> {
        let mut simpler = self.clone();
        match step {
            Step::People(part) => simpler.people = without(&self.people, part),
            Step::Month(at, step) => simpler.people[*at] = self.people[*at].after(step)?,
        }
        simpler.is_clean().then_some(simpler)
    }
}

impl std::fmt::Debug for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{:?} between {} and {:?}", self.content, self.world.manager, self.provider)?;
        f.debug_list().entries(&self.people).finish()
    }
}

//! The planned month of a user: fewer rows and a plain name are simpler. 第7表 is always the sum of
//! the rows that are left.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::Version;

use super::{Simpler, parts, request, without};
use crate::calendar::{FIRST_MONTH, LAST_MONTH, between, plus};
use crate::chance::Dice;
use crate::delivery::{Client, Purpose};
use crate::encode::{self, EncodeError, Sheet};
use crate::model::{LedgerRow, Office, User, Visit};
use crate::plan;
use crate::population::{Population, Request};
use crate::version::Versions;

/// A user's month, as the office that plans sees it.
#[derive(Clone)]
pub struct UserMonth {
    pub(super) world: World,
    pub(super) client: Client,
}

/// Where users live, and when.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) population: Arc<Population>,
    pub(super) month: YearMonth,
    pub(super) version: Version,
    /// Index of the office that plans.
    pub(super) manager: u32,
}

/// What becomes simpler.
#[derive(Clone, Debug)]
pub enum Step {
    /// Rows of 第6表 are left out.
    Rows(Range<usize>),
    /// The user has a plain name and address.
    Plain,
}

/// An office that plans, and its users in a month.
pub(super) fn draw_office(dice: &mut Dice) -> (World, Vec<Client>) {
    loop {
        let users = dice.between(2, 40);
        let month = plus(FIRST_MONTH, dice.below(between(FIRST_MONTH, LAST_MONTH) as u32 + 1) as i32);
        let offices = dice.between(2, users.min(12));
        let request = Request { seed: dice.bits() >> 32, users, offices, months: (month, month) };
        let population = Arc::new(request::population(&request));
        // What `renkei generate` takes without being told.
        let Ok(version) = Versions::ByMonth.of(month) else { continue };
        let managers: Vec<&Office> = population.managers().collect();
        let manager = *dice.pick::<&Office>(&managers);
        let clients = Client::all(&population, manager, month, version);
        // Versions before the newest leave the users of 要支援 out, who may be all.
        if !clients.is_empty() {
            let manager = manager.index;
            return (World { population: Arc::clone(&population), month, version, manager }, clients);
        }
    }
}

pub(super) fn draw(dice: &mut Dice) -> UserMonth {
    let (world, clients) = draw_office(dice);
    let client = dice.pick(&clients).clone();
    UserMonth::of(world, client)
}

impl World {
    pub(super) fn manager(&self) -> &Office {
        &self.population.offices()[self.manager as usize]
    }
}

impl UserMonth {
    /// Without what happens to the plan later.
    pub(super) fn of(world: World, client: Client) -> UserMonth {
        let visits = client.first.visits.clone();
        let client = client.with_visits(&world.population, visits);
        UserMonth { world, client }
    }

    /// Whose it is.
    pub fn user(&self) -> &User {
        &self.client.facts.user
    }

    /// The service month.
    pub fn month(&self) -> YearMonth {
        self.world.month
    }

    /// The version that the month is written in.
    pub fn version(&self) -> Version {
        self.world.version
    }

    /// All offices, each at the index that rows name.
    pub fn offices(&self) -> &[Office] {
        self.world.population.offices()
    }

    /// 第6表
    pub fn visits(&self) -> &[Visit] {
        &self.client.first.visits
    }

    /// 第7表
    pub fn ledger(&self) -> &[LedgerRow] {
        &self.client.first.ledger
    }

    /// 第6表 as bytes.
    ///
    /// # Errors
    ///
    /// A defect of the generators.
    pub fn table6(&self) -> Result<Vec<u8>, EncodeError> {
        let mut rows = Vec::new();
        let before = self.client.facts.stay_days_before;
        encode::table6(&mut rows, &self.sheet(Purpose::Tables), self.month(), before, self.visits())?;
        Ok(rows)
    }

    /// 第7表 as bytes.
    ///
    /// # Errors
    ///
    /// A defect of the generators.
    pub fn table7(&self) -> Result<Vec<u8>, EncodeError> {
        let mut rows = Vec::new();
        encode::table7(&mut rows, &self.sheet(Purpose::Tables), self.month(), self.ledger())?;
        Ok(rows)
    }

    pub(super) fn sheet(&self, purpose: Purpose) -> Sheet<'_> {
        let support = self.world.manager();
        Sheet {
            version: self.version(),
            user: self.user(),
            support,
            manager: support.staff.first().map_or("", String::as_str),
            created_on: purpose.made_on(self.month()),
            offices: self.offices(),
        }
    }
}

impl Simpler for UserMonth {
    type Step = Step;

    fn steps(&self) -> Vec<Step> {
        parts(self.visits().len()).into_iter().map(Step::Rows).chain([Step::Plain]).collect()
    }

    fn after(&self, step: &Step) -> Option<UserMonth> {
        let mut simpler = self.clone();
        match step {
            Step::Rows(part) => {
                let visits = plan::ordered(without(self.visits(), part));
                simpler.client = self.client.with_visits(&self.world.population, visits);
            }
            Step::Plain => {
                let user = &mut simpler.client.facts.user;
                user.name = "見本　太郎".to_owned();
                user.kana = "ミホン　タロウ".to_owned();
                user.address1 = "架空県架空市見本町一丁目1番1号".to_owned();
                user.address2 = String::new();
                if user == self.user() {
                    return None;
                }
            }
        }
        (!simpler.visits().is_empty()).then_some(simpler)
    }
}

impl fmt::Debug for UserMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user();
        let request = self.world.population.request();
        writeln!(f, "{} {} {} ({}), {request:?}", self.version(), self.month(), user.name, user.insured)?;
        for visit in self.visits() {
            let code: String = visit.code.map(char::from).iter().collect();
            let time = visit.time.map_or("--".to_owned(), |(start, end)| {
                format!("{:02}:{:02}-{:02}:{:02}", start / 60, start % 60, end / 60, end % 60)
            });
            writeln!(f, "  {} {time} {code} {}x{} office {}", visit.date, visit.units, visit.count, visit.office)?;
        }
        Ok(())
    }
}

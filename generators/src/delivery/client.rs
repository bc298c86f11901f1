//! A user in a month, as the office that plans sees them: what is planned, what it costs, what
//! changes, what is done.

use std::collections::BTreeSet;

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::Version;
use time::Date;

use crate::arrangement;
use crate::calendar::{day, last_day, month_of};
use crate::chance::Dice;
use crate::encode::TypeUnits;
use crate::model::{Area, CareLevel, Certification, LedgerKind, LedgerRow, Office, User, Visit};
use crate::money::{self, Limits};
use crate::plan;
use crate::population::Population;

/// How many months in a thousand a plan is corrected once its month has begun; an assumption.
const CORRECTED: u32 = 20;
/// How many months in a thousand one office is taken out of the plan; an assumption.
const WITHDRAWN: u32 = 6;
/// How many new plans in a thousand are deleted and made again; an assumption.
const AGAIN: u32 = 15;
/// How many results in a thousand are sent again with a change; an assumption.
const RESULT_CORRECTED: u32 = 10;
/// How many results in a thousand are deleted; an assumption.
const RESULT_DELETED: u32 = 4;

/// An office, and the service type of what it does for a user.
pub(crate) type Provider = (u32, [u8; 2]);

/// Table 6 and 7 of a user, as they stand at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tables {
    /// Table 6
    pub(crate) visits: Vec<Visit>,
    /// Table 7
    pub(crate) ledger: Vec<LedgerRow>,
}

impl Tables {
    fn of(population: &Population, client: &Facts, visits: Vec<Visit>) -> Tables {
        let offices = population.offices();
        let area = |index: u32| offices.get(index as usize).map_or(Area::Other, |office| office.area);
        let mut ledger = money::ledger_with(client.limits(), client.user.benefit_rate, &area, &visits);
        money::fill_stay_days(&mut ledger, client.stay_days_before, &visits);
        Tables { visits, ledger }
    }

    /// The offices that serve, in order.
    pub(crate) fn providers(&self) -> BTreeSet<Provider> {
        self.visits.iter().map(provider).collect()
    }

    /// Units beyond 種類支給限度基準額 and 区分支給限度基準額, of all services.
    pub(crate) fn over(&self) -> i64 {
        let total = self.ledger.iter().find(|row| row.kind == LedgerKind::Total);
        let limits = total.map_or([None, None], |row| [row.type_limit, row.category_limit]);
        limits.into_iter().flatten().map(|(over, _)| over).sum()
    }

    /// What is planned of the types that have a limit of their own.
    pub(crate) fn type_units(&self) -> Vec<TypeUnits> {
        let mut all: Vec<TypeUnits> = Vec::new();
        for row in &self.ledger {
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

    /// Days of short stay before the month and with it, where there is one.
    pub(crate) fn stay_days(&self) -> Option<(u32, u32)> {
        self.ledger.iter().find_map(|row| row.stay_days).map(|(before, _, sum)| (before, sum))
    }
}

/// What is known of a user in a month before anything is planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) user: User,
    pub(crate) certification: Certification,
    /// As it is when the month ends.
    pub(crate) level: CareLevel,
    /// 区分支給限度基準額
    pub(crate) category_limit: i64,
    pub(crate) stay_days_before: u32,
    /// 種類支給限度基準額 of the insurer.
    pub(crate) type_limits: Vec<([u8; 2], i64)>,
    /// The month that the first plan is for; `None` where it is older than all months.
    pub(crate) first_plan: Option<YearMonth>,
}

impl Facts {
    pub(crate) fn limits(&self) -> Limits<'_> {
        Limits { category: self.category_limit, types: &self.type_limits }
    }
}

/// A user in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub(crate) facts: Facts,
    /// As first sent.
    pub(crate) first: Tables,
    /// With other times, if corrected in mid-month.
    pub(crate) corrected: Option<Tables>,
    /// Without one office, if it was taken out in mid-month.
    pub(crate) withdrawn: Option<(Provider, Tables)>,
    /// What was done.
    pub(crate) done: Vec<Visit>,
    /// An office that sends its result again, and what it then says.
    pub(crate) done_again: Option<(Provider, Vec<Visit>)>,
    /// An office that deletes its result.
    pub(crate) deleted: Option<Provider>,
    /// Whether a plan is made for the month.
    pub(crate) new_plan: bool,
    /// Whether it is deleted and made again.
    pub(crate) plan_again: bool,
}

impl Client {
    /// The users that an office sends something about in a month, in their order. Versions before
    /// 202407 have no 介護予防: users of 要支援 are left out.
    pub fn all(population: &Population, manager: &Office, month: YearMonth, version: Version) -> Vec<Client> {
        population
            .users_of(manager.index)
            .filter_map(|place| Client::of(population, population.user_in(place, month), month, version))
            .collect()
    }

    fn of(population: &Population, user: User, month: YearMonth, version: Version) -> Option<Client> {
        let certification = certification(&user, month)?.clone();
        let level = certification.level_on(last_day(month));
        if is_prevention(level) && version != Version::V202407 {
            return None;
        }
        let seed = population.request().seed;
        let months = u64::from(month.year) * 12 + u64::from(month.month);
        let mut dice = Dice::of(seed, &[super::DELIVERY, 2, u64::from(user.index), months]);
        let mut planned = plan::plan(population, &user, month);
        // Who goes over to 要介護 within the month has had services of 介護予防 before.
        planned.retain(|visit| version == Version::V202407 || !arrangement::is_prevention(provider(visit).1));
        if planned.is_empty() {
            return None;
        }
        let is_first_month = month == population.request().months.0;
        let begins = month_of(certification.valid_from) == month;
        let changes = certification.changed_on.is_some_and(|date| month_of(date) == month);
        let first_plan = population.life(user.index).first_plan(month);
        let new_plan = is_first_month || begins || changes || first_plan == Some(month);
        let stay_days_before = plan::stay_days_before(population, &user, month);
        let limit_level = limit_level(&certification, month);
        let (category_limit, type_limits) = (money::limit(limit_level), population.type_limits(&user, limit_level));
        let facts = Facts { user, certification, level, category_limit, stay_days_before, type_limits, first_plan };
        let first = Tables::of(population, &facts, planned);
        let corrected = if dice.chance(CORRECTED) { earlier(&mut dice, &first.visits) } else { None };
        let corrected = corrected.map(|visits| Tables::of(population, &facts, visits));
        let last = corrected.as_ref().unwrap_or(&first);
        let providers: Vec<Provider> = last.providers().into_iter().collect();
        let withdrawn = if providers.len() > 1 && dice.chance(WITHDRAWN) {
            let gone = *dice.pick(&providers);
            let mut visits = last.visits.clone();
            visits.retain(|visit| provider(visit) != gone);
            Some((gone, Tables::of(population, &facts, visits)))
        } else {
            None
        };
        let planned = withdrawn.as_ref().map_or(last, |(_, tables)| tables);
        let mut done = plan::result(population, &facts.user, month, &planned.visits);
        if let Some((gone, _)) = &withdrawn {
            done.retain(|visit| provider(visit) != *gone);
        }
        let reporting: Vec<Provider> = done.iter().map(provider).collect::<BTreeSet<_>>().into_iter().collect();
        let mut done_again = None;
        let mut deleted = None;
        if !reporting.is_empty() {
            let one = *dice.pick(&reporting);
            if dice.chance(RESULT_CORRECTED) {
                done_again = without_last_day(&done, one).map(|visits| (one, visits));
            } else if dice.chance(RESULT_DELETED) {
                deleted = Some(one);
            }
        }
        let plan_again = new_plan && dice.chance(AGAIN);
        Some(Client { facts, first, corrected, withdrawn, done, done_again, deleted, new_plan, plan_again })
    }

    /// The same user with other rows planned, all of them done and none changed later.
    #[cfg(feature = "proptest")]
    pub(crate) fn with_visits(&self, population: &Population, visits: Vec<Visit>) -> Client {
        let (facts, done) = (self.facts.clone(), visits.clone());
        let first = Tables::of(population, &facts, visits);
        Client { facts, first, corrected: None, withdrawn: None, done, done_again: None, deleted: None, ..*self }
    }

    /// Whether the plan is one of 介護予防.
    pub(crate) fn is_prevention(&self) -> bool {
        is_prevention(self.facts.level)
    }

    /// What is planned in the end.
    pub(crate) fn last(&self) -> &Tables {
        let before = self.corrected.as_ref().unwrap_or(&self.first);
        self.withdrawn.as_ref().map_or(before, |(_, tables)| tables)
    }

    /// What an office says it did, in the end or at first.
    pub(crate) fn done_by(&self, of: Provider, at_first: bool) -> Vec<&Visit> {
        let visits = match &self.done_again {
            Some((again, visits)) if *again == of && !at_first => visits,
            Some(_) | None => &self.done,
        };
        visits.iter().filter(|visit| provider(visit) == of).collect()
    }
}

fn is_prevention(level: CareLevel) -> bool {
    level < CareLevel::Care1
}

/// Who does a visit.
pub(crate) fn provider(visit: &Visit) -> Provider {
    (visit.office, [visit.code[0], visit.code[1]])
}

/// The period that a month is in; where one ends and another begins in it, the later.
fn certification(user: &User, month: YearMonth) -> Option<&Certification> {
    let (first, last) = (day(month, 1), last_day(month));
    user.certifications.iter().rev().find(|period| period.valid_from <= last && period.valid_to >= first)
}

/// The level whose limit a month has: the higher one, where it changes in the month.
fn limit_level(certification: &Certification, month: YearMonth) -> CareLevel {
    let days = [day(month, 1), last_day(month)];
    let levels = days.map(|date| certification.level_on(date.max(certification.valid_from)));
    levels[0].max(levels[1])
}

/// The visits with those of one office on one day half an hour earlier. `None` where there is none
/// with a time that could be, for the other offices of the day.
fn earlier(dice: &mut Dice, visits: &[Visit]) -> Option<Vec<Visit>> {
    let is_free = |one: &Visit| {
        visits.iter().filter(|other| other.date == one.date && provider(other) != provider(one)).all(|other| {
            let clashes = |(start, end): (u16, u16)| other.time.is_some_and(|(s, e)| s + 30 < end && start < e + 30);
            visits
                .iter()
                .filter(|visit| visit.date == one.date && provider(visit) == provider(one))
                .all(|visit| !visit.time.is_some_and(clashes))
        })
    };
    let timed: Vec<&Visit> = visits
        .iter()
        .filter(|visit| visit.time.is_some_and(|(start, end)| start >= 60 && end > start) && is_free(visit))
        .collect();
    if timed.is_empty() {
        return None;
    }
    let (date, who) = {
        let one = dice.pick::<&Visit>(&timed);
        (one.date, provider(one))
    };
    let on_day = |visit: &&Visit| visit.date == date && provider(visit) == who;
    if visits.iter().filter(on_day).any(|visit| visit.time.is_some_and(|(start, _)| start < 60)) {
        return None;
    }
    let moved = |visit: &Visit| {
        let mut visit = visit.clone();
        if on_day(&&visit) {
            visit.time = visit.time.map(|(start, end)| (start - 30, end.saturating_sub(30)));
        }
        visit
    };
    Some(plan::ordered(visits.iter().map(moved).collect()))
}

/// What was done without the last day of an office's visits that have a time. `None` where nothing
/// with a time would be left of them.
fn without_last_day(done: &[Visit], of: Provider) -> Option<Vec<Visit>> {
    // Days that are billed as such are due whatever becomes of a visit.
    let own = |visit: &Visit| provider(visit) == of && visit.time.is_some() && visit.prorated.is_none();
    let days: BTreeSet<Date> = done.iter().filter(|visit| own(visit)).map(|visit| visit.date).collect();
    let last = *days.last().filter(|_| days.len() > 1)?;
    let gone = |visit: &Visit| own(visit) && visit.date == last;
    Some(done.iter().filter(|visit| !gone(visit)).cloned().collect())
}

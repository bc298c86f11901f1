//! Users, who manages their plans and who serves them. Knows offices and users as functions of the
//! seed and their index; knows no service code and no file.
//!
//! A user depends on the seed, their index and the offices; an office on the seed, its index and
//! how many offices there are. Neither depends on how many users there are, nor on the months.
//!
//! There are as many places for users as are asked for. Who holds a place changes now and then
//! ([`Population::holder`]); its region, its side of the insurance and who sends its deliveries
//! never do, but that a user of 要支援 whose plan is outsourced may go over to 要介護 and stay with
//! the office that had the plan.

mod request;

pub use request::{MOST_OFFICES, MOST_USERS, Request, RequestError};

use crate::arrangement::{Arrangement, arrange, possible};
use crate::calendar::shift;
use crate::certification::{Side, chain};
use crate::chance::Dice;
use crate::life::{self, Life};
use crate::model::{CareLevel, Office, Trade, User, YearMonth};
use crate::{limits, names, offices, people};

/// The first of this month is the day that the ages of the source are counted on here.
pub const AGES_ON: YearMonth = people::AGES_ON;

/// 要支援 and 事業対象者 in thousandths: 28.1 % of certified people are 要支援 (WAM NET, 2020-12), and
/// some more are before they go over to 要介護. 事業対象者 have no figure: 2 % is an assumption.
const SIDES: &[(u32, Side)] = &[(687, Side::Care), (293, Side::Support), (20, Side::Target)];

/// Plans of 要支援 that a centre has outsourced, in thousandths: 13.4 outsourced for 79.8 users of
/// 要介護 (wic-net 4591/48), of which there are 699 for 301 here: 390, and some more before they go
/// over to 要介護.
const OUTSOURCED: u32 = 410;

/// Users of which one office each gives care managers 93 users an office (wic-net 4591/48):
/// 79.8 of 要介護, where one office in five is a care manager's.
const USERS_AN_OFFICE: u32 = 23;

/// Streams of [`Dice`]; 1 and 2 are those of offices.
const MEMBER: u64 = 3;
const PERSON: u64 = 4;
const WORDS: u64 = 5;
const CERTIFIED: u64 = 6;
const HOSPITAL: u64 = 7;
const SERVICES: u64 = 8;
const SIZE: u64 = 9;

/// The people and offices of a request.
#[derive(Clone, Debug)]
pub struct Population {
    request: Request,
    offices: Vec<Office>,
    groups: Vec<Group>,
    /// Where the places of each office begin in `users`, and, last, where they end.
    starts: Vec<u32>,
    users: Vec<u32>,
}

/// A region: offices that serve the same users.
#[derive(Clone, Debug)]
struct Group {
    /// In the order of trades.
    offices: Vec<(Trade, Vec<u32>)>,
    /// 居宅介護支援 by size.
    managers: Vec<(u32, u32)>,
}

/// Where a user belongs.
struct Member {
    group: u32,
    side: Side,
    manager: u32,
    outsourced_to: Option<u32>,
}

impl Population {
    /// Makes the offices of a population, and finds who sends what of whom. Users are made when
    /// they are asked for; eight bytes of each are kept.
    ///
    /// # Errors
    ///
    /// An impossible request.
    pub fn new(request: &Request) -> Result<Population, RequestError> {
        request.check()?;
        let count = offices::groups(request.offices);
        let trades = offices::trades(request.offices.div_ceil(count));
        let offices: Vec<Office> = (0..request.offices)
            .map(|index| offices::office(request.seed, index, count, trades[(index / count) as usize]))
            .collect();
        let groups = (0..count).map(|group| Group::of(request.seed, group, count, &offices)).collect();
        let mut population =
            Population { request: request.clone(), offices, groups, starts: Vec::new(), users: Vec::new() };
        population.index();
        Ok(population)
    }

    /// How many offices serve so many users when care managers have the usual load.
    pub fn usual_offices(users: u32) -> u32 {
        (users / USERS_AN_OFFICE).clamp(2, MOST_OFFICES)
    }

    /// What was asked for.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// All offices, by their index.
    pub fn offices(&self) -> &[Office] {
        &self.offices
    }

    /// The offices that manage plans: 居宅介護支援 and 地域包括支援センター.
    pub fn managers(&self) -> impl Iterator<Item = &Office> {
        self.offices.iter().filter(|office| match office.trade {
            Trade::CareManagement | Trade::CommunityCenter => true,
            Trade::Service(_) => false,
        })
    }

    /// The places of the users whose deliveries an office sends, in their order: its own but for those
    /// whose plan it has outsourced, and those whose plan others have outsourced to it.
    pub fn users_of(&self, manager: u32) -> impl Iterator<Item = u32> {
        let at = manager as usize;
        let range = match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => *from as usize..*to as usize,
            (Some(_) | None, Some(_) | None) => 0..0,
        };
        self.users[range].iter().copied()
    }

    /// The index of the user who holds a place in a month. The first holder of a place has its number.
    pub fn holder(&self, place: u32, month: YearMonth) -> u32 {
        life::holder(self.request.seed, place, month)
    }

    /// When somebody is a user, and when they go over to 要介護.
    pub fn life(&self, user: u32) -> Life {
        let member = self.member(user);
        let life = life::life(self.request.seed, user);
        let may = member.side == Side::Support && member.outsourced_to.is_some();
        let care_from = if may { life::goes_over(self.request.seed, user, &life) } else { None };
        Life { care_from, ..life }
    }

    /// The user who holds a place in a month, with who manages their plan then.
    pub fn user_in(&self, place: u32, month: YearMonth) -> User {
        let index = self.holder(place, month);
        let user = self.user(index);
        match user.outsourced_to {
            Some(office) if self.life(index).has_gone_over(month) => {
                User { manager: office, outsourced_to: None, ..user }
            }
            Some(_) | None => user,
        }
    }

    /// 種類支給限度基準額 that the insurer of a user has set for a level.
    pub fn type_limits(&self, user: &User, level: CareLevel) -> Vec<([u8; 2], i64)> {
        limits::type_limits(self.request.seed, &user.insurer, level)
    }

    /// A user, as they are at first. Any index makes one; those who hold a place below `users` of the
    /// request belong to the population. Certified periods and stays in hospital are those of all
    /// months that can be asked for.
    pub fn user(&self, index: u32) -> User {
        let seed = self.request.seed;
        let dice = |stream| Dice::of(seed, &[stream, u64::from(index)]);
        let member = self.member(index);
        let life = self.life(index);
        let person = people::person(&mut dice(PERSON));
        let mut words = dice(WORDS);
        let (name, kana) = names::person(&mut words, person.sex);
        let (insurer, city) = offices::insurer(member.group, &mut words);
        let (postal_code, address1, address2) = names::address(&mut words, city);
        let phone = names::phone(&mut words);
        let mut providers: Vec<u32> = self.arranged(index, &member, &life).into_iter().map(|one| one.office).collect();
        providers.sort_unstable();
        providers.dedup();
        User {
            index,
            insurer,
            insured: people::insured_number(seed, index, person.has_h_number),
            name,
            kana,
            sex: person.sex,
            born_on: person.born_on,
            postal_code,
            address1,
            address2,
            phone,
            benefit_rate: person.benefit_rate,
            certifications: chain(&mut dice(CERTIFIED), member.side, &life),
            manager: member.manager,
            outsourced_to: member.outsourced_to,
            providers,
            hospital: people::hospital(&mut dice(HOSPITAL)),
        }
    }

    /// The services of a user over all months that can be asked for, in the order of service types.
    pub fn arrangements(&self, user: u32) -> Vec<Arrangement> {
        self.arranged(user, &self.member(user), &self.life(user))
    }

    fn arranged(&self, user: u32, member: &Member, life: &Life) -> Vec<Arrangement> {
        let group = &self.groups[member.group as usize];
        let of_group = |trade| group.of_trade(trade);
        let mut dice = Dice::of(self.request.seed, &[SERVICES, u64::from(user)]);
        let (from, until) = life.span();
        let Some(care_from) = life.care_from else { return arrange(&mut dice, member.side, (from, until), &of_group) };
        let mut all = arrange(&mut dice, member.side, (from, shift(care_from, -1)), &of_group);
        all.extend(arrange(&mut dice, Side::Care, (care_from, until), &of_group));
        all.sort_by_key(|one| (one.service_type, one.from));
        all
    }

    /// Where the holders of a place belong, of whom the user is one.
    fn member(&self, user: u32) -> Member {
        let mut dice = Dice::of(self.request.seed, &[MEMBER, u64::from(life::place(user))]);
        let number = dice.below(self.groups.len() as u32);
        let group = &self.groups[number as usize];
        let centers = group.of_trade(Trade::CommunityCenter);
        let has = |trade| !group.of_trade(trade).is_empty();
        let drawn = *dice.weighted(SIDES);
        let side = match drawn {
            Side::Support | Side::Target if centers.is_empty() => Side::Care,
            Side::Support | Side::Target if !possible(drawn, &has) => Side::Care,
            Side::Care | Side::Support | Side::Target => drawn,
        };
        let care_manager = *dice.weighted(&group.managers);
        match side {
            Side::Care => Member { group: number, side, manager: care_manager, outsourced_to: None },
            Side::Support | Side::Target => {
                let outsourced_to = dice.chance(OUTSOURCED).then_some(care_manager);
                Member { group: number, side, manager: *dice.pick(centers), outsourced_to }
            }
        }
    }

    /// Sorts places by who sends their deliveries.
    fn index(&mut self) {
        let senders: Vec<u32> = (0..self.request.users)
            .map(|index| {
                let member = self.member(index);
                member.outsourced_to.unwrap_or(member.manager)
            })
            .collect();
        let mut starts = vec![0_u32; self.offices.len() + 1];
        for sender in &senders {
            starts[*sender as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        self.users = vec![0; senders.len()];
        for (user, sender) in (0_u32..).zip(&senders) {
            let slot = &mut next[*sender as usize];
            self.users[*slot as usize] = user;
            *slot += 1;
        }
        self.starts = starts;
    }
}

impl Group {
    fn of(seed: u64, number: u32, groups: u32, offices: &[Office]) -> Group {
        let own = || offices.iter().skip(number as usize).step_by(groups as usize);
        let of_trade = |trade: Trade| own().filter(|office| office.trade == trade).map(|office| office.index).collect();
        // From one care manager to five (3.1 on average), who have some thirty users each.
        let size = |office: u32| Dice::of(seed, &[SIZE, u64::from(office)]).between(35, 151);
        let all: Vec<(Trade, Vec<u32>)> = offices::SHARES.iter().map(|(trade, _)| (*trade, of_trade(*trade))).collect();
        let managers = own().filter(|office| office.trade == Trade::CareManagement);
        let managers = managers.map(|office| (size(office.index), office.index)).collect();
        Group { offices: all, managers }
    }

    fn of_trade(&self, trade: Trade) -> &[u32] {
        self.offices.iter().find(|(own, _)| *own == trade).map_or(&[], |(_, offices)| offices)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::calendar::{FIRST_MONTH, LAST_MONTH};
    use crate::model::Sex;

    fn month(year: u16, month: u8) -> YearMonth {
        YearMonth { year, month }
    }

    fn request(users: u32, offices: u32) -> Request {
        Request { seed: 1, users, offices, months: (month(2026, 4), month(2026, 6)) }
    }

    #[test]
    fn one_more_user_changes_nobody_else() {
        for (users, offices) in [(60, 5), (500, 250)] {
            let (few, more) = (
                Population::new(&request(users, offices)).unwrap(),
                Population::new(&request(users + 1, offices)).unwrap(),
            );
            assert_eq!(few.offices(), more.offices());
            for user in 0..users {
                assert_eq!(few.user(user), more.user(user));
                assert_eq!(few.arrangements(user), more.arrangements(user));
            }
            for office in 0..offices {
                let others: Vec<u32> = more.users_of(office).filter(|user| *user != users).collect();
                assert_eq!(few.users_of(office).collect::<Vec<_>>(), others);
            }
        }
    }

    #[test]
    fn another_seed_makes_other_people() {
        let one = Population::new(&request(50, 20)).unwrap();
        let other = Population::new(&Request { seed: 2, ..request(50, 20) }).unwrap();
        assert!((0..50).all(|user| one.user(user) != other.user(user)));
    }

    #[test]
    fn every_user_is_of_one_sender_who_plans() {
        let population = Population::new(&request(3000, 250)).unwrap();
        let mut seen = BTreeSet::new();
        for manager in population.managers() {
            for user in population.users_of(manager.index) {
                let user = population.user(user);
                assert_eq!(user.outsourced_to.unwrap_or(user.manager), manager.index);
                assert!(seen.insert(user.index));
            }
        }
        assert_eq!(seen, (0..3000).collect());
        assert_eq!(population.users_of(250).count(), 0);
    }

    #[test]
    fn offices_of_a_user_are_of_the_trade_and_region_they_are_needed_in() {
        let population = Population::new(&request(2000, 250)).unwrap();
        for index in 0..2000 {
            let user = population.user(index);
            let region = user.manager % 2;
            let arrangements = population.arrangements(index);
            assert!(!arrangements.is_empty());
            for one in &arrangements {
                let office = &population.offices()[one.office as usize];
                assert_eq!(office.trade, crate::arrangement::trade_of(one.service_type));
                assert_eq!(office.index % 2, region);
                assert!(user.providers.contains(&one.office));
            }
            let centre = population.offices()[user.manager as usize].trade == Trade::CommunityCenter;
            let care = user.certifications.iter().all(|period| period.level >= CareLevel::Care1);
            assert_eq!(centre, !care, "{user:?}");
        }
    }

    #[test]
    fn whoever_follows_is_of_the_same_sender_and_whoever_goes_over_stays_with_it() {
        let population = Population::new(&request(3000, 250)).unwrap();
        let (mut followed, mut over) = (0, 0);
        for place in 0..3000 {
            let (first, last) = (population.user_in(place, FIRST_MONTH), population.user_in(place, LAST_MONTH));
            let sender = |user: &User| user.outsourced_to.unwrap_or(user.manager);
            assert_eq!(sender(&first), sender(&last));
            let life = population.life(last.index);
            if first.index != last.index {
                followed += 1;
                assert_ne!((&first.insured, &first.name), (&last.insured, &last.name));
                assert!(life.from.is_some() && population.life(first.index).until.is_some());
            }
            let Some(care_from) = life.care_from else { continue };
            over += 1;
            assert_eq!((last.manager, last.outsourced_to), (sender(&first), None));
            let services = population.arrangements(last.index);
            let before = |one: &&Arrangement| one.until < care_from;
            let (support, care): (Vec<&Arrangement>, Vec<&Arrangement>) = services.iter().partition(before);
            assert!(care.iter().all(|one| one.from >= care_from) && !care.is_empty() && !support.is_empty());
        }
        assert!(followed > 1500 && over > 10, "{followed} {over}");
    }

    #[test]
    fn the_smallest_population_has_one_who_plans_and_one_who_serves() {
        let population = Population::new(&request(2, 2)).unwrap();
        for user in [population.user(0), population.user(1)] {
            assert_eq!((user.manager, user.providers, user.outsourced_to), (0, vec![1], None));
            assert!(user.sex == Sex::Female || user.sex == Sex::Male);
        }
    }
}

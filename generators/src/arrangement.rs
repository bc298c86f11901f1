//! Which services a user has, from which office, and until when. Knows how often services are used;
//! knows no code, no day and no price.

use time::Date;

use crate::calendar::{FIRST_MONTH, LAST_MONTH, between, day, last_day, plus, shift};
use crate::certification::Side;
use crate::chance::Dice;
use crate::model::{Trade, YearMonth};

/// A service of an office for a user, over some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// サービス種類: what the codes begin with. For 要支援 not the office's own: 63 of an office of 13.
    pub service_type: [u8; 2],
    /// Index of the office.
    pub office: u32,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

impl Arrangement {
    /// Whether it is in force on some day of a month.
    pub fn covers(&self, month: YearMonth) -> bool {
        self.from <= last_day(month) && day(month, 1) <= self.until
    }

    /// The first and the last day that it is in force in a month that it covers.
    pub fn within(&self, month: YearMonth) -> (Date, Date) {
        (self.from.max(day(month, 1)), self.until.min(last_day(month)))
    }
}

/// What users of 要介護 have, in thousandths: the shares of 訪問通所 receivers of FY2022
/// (wic-net 11202/4).
/// They are drawn until there is one service at least, so that each is lessened by the share of
/// draws without any (about 4.5 %). 31, 76 and 78 have no figure there and are assumptions.
const CARE: &[(u32, [u8; 2])] = &[
    (363, *b"11"),
    (24, *b"12"),
    (210, *b"13"),
    (38, *b"14"),
    (679, *b"17"),
    (105, *b"21"),
    (57, *b"31"),
    (12, *b"76"),
];

/// What nobody has beside something else (general knowledge): 定期巡回 stands in for 訪問介護 and
/// 訪問看護, and 通所型サービス for 介護予防通所リハ; a day service beside 定期巡回 takes reductions, which
/// are not made, and a short stay beside what is billed by the month takes 日割.
const NOT_BESIDE: &[([u8; 2], &[[u8; 2]])] = &[
    (*b"76", &[*b"11", *b"13", *b"15", *b"16", *b"78", *b"21"]),
    (*b"24", &[*b"A2", *b"A6", *b"66"]),
    (*b"A6", &[*b"66"]),
];

/// The kinds of day service, of which a user has one at most.
const DAY: &[(u32, Option<[u8; 2]>)] = &[(392, Some(*b"15")), (143, Some(*b"16")), (105, Some(*b"78")), (360, None)];

/// What users of 要支援 have, lessened likewise (about 37 % without any). A6 and A2: receivers of
/// 総合事業 by those of 予防 services and of 介護予防ケアマネジメント together (42 and 22 %, from
/// wic-net 19413/1 and 22004/16). The others are assumptions.
const SUPPORT: &[(u32, [u8; 2])] =
    &[(263, *b"A6"), (138, *b"A2"), (313, *b"67"), (50, *b"63"), (95, *b"66"), (13, *b"64"), (6, *b"24")];

/// What 事業対象者 have: 総合事業 only, in the ratio of its receivers.
const TARGET: &[(u32, [u8; 2])] = &[(600, *b"A6"), (320, *b"A2")];

/// Who gets something where the first draws find no office of it: what nearly everybody has.
const CARE_INSTEAD: &[[u8; 2]] = &[*b"17", *b"15", *b"11", *b"13", *b"78", *b"16", *b"21", *b"14", *b"31", *b"12"];
const SUPPORT_INSTEAD: &[[u8; 2]] = &[*b"67", *b"A6", *b"A2"];
const TARGET_INSTEAD: &[[u8; 2]] = &[*b"A6", *b"A2"];

/// How many users in a thousand move to another office of some service, once in the 78 months, if
/// they are users then; an assumption.
const MOVES: u32 = 150;

/// How many of these do so within a month, in a thousand; an assumption.
const WITHIN_A_MONTH: u32 = 500;

/// The trade of the offices that give a service.
pub fn trade_of(service_type: [u8; 2]) -> Trade {
    Trade::Service(match &service_type {
        b"62" => *b"12",
        b"63" => *b"13",
        b"64" => *b"14",
        b"66" => *b"16",
        b"67" => *b"17",
        b"24" => *b"21",
        b"34" => *b"31",
        _ => service_type,
    })
}

/// Whether services of a type, of those given here, are for 要支援 and 事業対象者.
pub(crate) fn is_prevention(service_type: [u8; 2]) -> bool {
    SUPPORT.iter().chain(TARGET).any(|(_, known)| *known == service_type)
}

/// Whether a region has what some side of the insurance needs.
pub(crate) fn possible(side: Side, has: &dyn Fn(Trade) -> bool) -> bool {
    instead(side).iter().any(|service_type| has(trade_of(*service_type)))
}

fn instead(side: Side) -> &'static [[u8; 2]] {
    match side {
        Side::Care => CARE_INSTEAD,
        Side::Support => SUPPORT_INSTEAD,
        Side::Target => TARGET_INSTEAD,
    }
}

/// The arrangements of a user over a span of days, in the order of service types, with the offices
/// of their region.
pub(crate) fn arrange<'a>(
    dice: &mut Dice,
    side: Side,
    (from, until): (Date, Date),
    offices: &dyn Fn(Trade) -> &'a [u32],
) -> Vec<Arrangement> {
    let mut wanted = Vec::new();
    // Sixteen draws find something but for one user in many millions, who is served below.
    for _ in 0..16 {
        wanted = draw(dice, side);
        if !wanted.is_empty() {
            break;
        }
    }
    wanted.retain(|service_type| !offices(trade_of(*service_type)).is_empty());
    if wanted.is_empty() {
        let offered = |service_type: &&[u8; 2]| !offices(trade_of(**service_type)).is_empty();
        wanted.extend(instead(side).iter().find(offered));
    }
    wanted.sort_unstable();
    let mut all: Vec<Arrangement> = wanted
        .into_iter()
        .map(|service_type| Arrangement {
            service_type,
            office: *dice.pick(offices(trade_of(service_type))),
            from,
            until,
        })
        .collect();
    if dice.chance(MOVES) && !all.is_empty() {
        let at = dice.below(all.len() as u32) as usize;
        let month = plus(FIRST_MONTH, dice.between(1, between(FIRST_MONTH, LAST_MONTH) as u32) as i32);
        let moves_on = day(month, if dice.chance(WITHIN_A_MONTH) { dice.between(2, 28) as u8 } else { 1 });
        let office = *dice.pick(offices(trade_of(all[at].service_type)));
        if office != all[at].office && from < moves_on && moves_on <= until {
            let moved = Arrangement { office, from: moves_on, ..all[at].clone() };
            all[at].until = shift(moves_on, -1);
            all.insert(at + 1, moved);
        }
    }
    all
}

fn draw(dice: &mut Dice, side: Side) -> Vec<[u8; 2]> {
    let table = match side {
        Side::Care => CARE,
        Side::Support => SUPPORT,
        Side::Target => TARGET,
    };
    let mut wanted: Vec<[u8; 2]> =
        table.iter().filter(|(share, _)| dice.chance(*share)).map(|(_, service_type)| *service_type).collect();
    if side == Side::Care {
        wanted.extend(*dice.weighted(DAY));
    }
    for (one, others) in NOT_BESIDE {
        if wanted.contains(one) {
            wanted.retain(|service_type| !others.contains(service_type));
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span() -> (Date, Date) {
        (day(FIRST_MONTH, 1), last_day(LAST_MONTH))
    }

    #[test]
    fn everybody_has_a_service_that_their_region_offers() {
        let only = |trade: Trade| if trade == Trade::Service(*b"17") { &[7][..] } else { &[] };
        for i in 0..500 {
            for (side, service_type) in [(Side::Care, *b"17"), (Side::Support, *b"67")] {
                let all = arrange(&mut Dice::of(1, &[i]), side, span(), &only);
                let expected = Arrangement { service_type, office: 7, from: span().0, until: span().1 };
                assert_eq!(all, [expected]);
            }
            assert_eq!(arrange(&mut Dice::of(1, &[i]), Side::Target, span(), &only), []);
        }
        assert!(!possible(Side::Target, &|trade| trade == Trade::Service(*b"17")));
    }

    #[test]
    fn services_are_of_the_days_of_a_user_only() {
        let two = |_: Trade| &[1, 2][..];
        let (from, until) = (day(plus(FIRST_MONTH, 40), 9), day(plus(FIRST_MONTH, 60), 5));
        let all: Vec<Arrangement> =
            (0..500).flat_map(|i| arrange(&mut Dice::of(1, &[i]), Side::Care, (from, until), &two)).collect();
        assert!(all.iter().all(|one| from <= one.from && one.from <= one.until && one.until <= until));
        assert!(all.iter().any(|one| one.from > from) && all.iter().any(|one| one.until < until));
        let first = plus(FIRST_MONTH, 40);
        let one = Arrangement { service_type: *b"11", office: 1, from, until };
        assert_eq!([-1, 0, 20, 21].map(|n| one.covers(plus(first, n))), [false, true, true, false]);
        assert_eq!(one.within(first), (from, last_day(first)));
    }

    #[test]
    fn nobody_has_two_services_of_which_one_stands_in_for_the_other() {
        let (mut patrols, mut stays) = (0, 0);
        for i in 0..5000 {
            let wanted = draw(&mut Dice::of(1, &[i]), Side::Care);
            patrols += usize::from(wanted.contains(b"76"));
            let beside = |service_type: &[u8; 2]| [b"11", b"13", b"15", b"16", b"78", b"21"].contains(&service_type);
            assert!(!wanted.contains(b"76") || !wanted.iter().any(beside), "{wanted:?}");
            let wanted = draw(&mut Dice::of(1, &[i]), Side::Support);
            stays += usize::from(wanted.contains(b"24"));
            let by_the_month =
                wanted.iter().filter(|service_type| [b"A6", b"66", b"24"].contains(service_type)).count();
            assert!(by_the_month <= 1 && !(wanted.contains(b"24") && wanted.contains(b"A2")), "{wanted:?}");
        }
        assert!((40..80).contains(&patrols) && stays > 10, "{patrols} {stays}");
    }

    #[test]
    fn a_move_leaves_no_day_without_an_office_and_none_with_two() {
        let two = |_: Trade| &[1, 2][..];
        let (mut moved, mut within) = (0, 0);
        for i in 0..2000 {
            let all = arrange(&mut Dice::of(1, &[i]), Side::Care, span(), &two);
            for pair in all.windows(2).filter(|pair| pair[0].service_type == pair[1].service_type) {
                moved += 1;
                within += usize::from(pair[1].from.day() > 1);
                assert_eq!(shift(pair[0].until, 1), pair[1].from);
                assert_ne!(pair[0].office, pair[1].office);
            }
        }
        // Half of the 150 in a thousand stay, as there are two offices.
        assert!((110..190).contains(&moved) && within > 40, "{moved} {within}");
    }
}

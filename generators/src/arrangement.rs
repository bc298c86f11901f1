//! Which services a user has, from which office, and until when. Knows how often services are used;
//! knows no code, no day and no price.

use crate::calendar::{FIRST_MONTH, LAST_MONTH, between, plus};
use crate::certification::Side;
use crate::chance::Dice;
use crate::model::{Trade, YearMonth};

/// A service of an office for a user, over some months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// サービス種類: what the codes begin with. For 要支援 not the office's own: 63 of an office of 13.
    pub service_type: [u8; 2],
    /// Index of the office.
    pub office: u32,
    /// The first month.
    pub from: YearMonth,
    /// The last month.
    pub until: YearMonth,
}

impl Arrangement {
    /// Whether it is in force in a month.
    pub fn covers(&self, month: YearMonth) -> bool {
        self.from <= month && month <= self.until
    }
}

/// What users of 要介護 have, in thousandths: the shares of 訪問通所 receivers (platform.md §10.4).
/// They are drawn until there is one service at least, so that each is lessened by the share of
/// draws without any (about 4.5 %). 31 and 78 have no figure there and are assumptions.
const CARE: &[(u32, [u8; 2])] =
    &[(363, *b"11"), (24, *b"12"), (210, *b"13"), (38, *b"14"), (679, *b"17"), (105, *b"21"), (57, *b"31")];

/// The kinds of day service, of which a user has one at most.
const DAY: &[(u32, Option<[u8; 2]>)] = &[(392, Some(*b"15")), (143, Some(*b"16")), (105, Some(*b"78")), (360, None)];

/// What users of 要支援 have, lessened likewise (about 37 % without any). A6 and A2: receivers of
/// 総合事業 by those of 予防 services and of 介護予防ケアマネジメント together (42 and 22 %, from
/// platform.md §10.3–10.4). The others are assumptions.
const SUPPORT: &[(u32, [u8; 2])] =
    &[(263, *b"A6"), (138, *b"A2"), (313, *b"67"), (50, *b"63"), (75, *b"66"), (13, *b"64"), (6, *b"24")];

/// What 事業対象者 have: 総合事業 only, in the ratio of its receivers.
const TARGET: &[(u32, [u8; 2])] = &[(600, *b"A6"), (320, *b"A2")];

/// Who gets something where the first draws find no office of it: what nearly everybody has.
const CARE_INSTEAD: &[[u8; 2]] = &[*b"17", *b"15", *b"11", *b"13", *b"78", *b"16", *b"21", *b"14", *b"31", *b"12"];
const SUPPORT_INSTEAD: &[[u8; 2]] = &[*b"67", *b"A6", *b"A2"];
const TARGET_INSTEAD: &[[u8; 2]] = &[*b"A6", *b"A2"];

/// How many users in a thousand move to another office of some service, once in the 78 months; an
/// assumption.
const MOVES: u32 = 150;

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

/// The arrangements of a user, in the order of service types, with the offices of their region.
pub(crate) fn arrange<'a>(dice: &mut Dice, side: Side, offices: &dyn Fn(Trade) -> &'a [u32]) -> Vec<Arrangement> {
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
            from: FIRST_MONTH,
            until: LAST_MONTH,
        })
        .collect();
    if dice.chance(MOVES) && !all.is_empty() {
        let at = dice.below(all.len() as u32) as usize;
        let month = plus(FIRST_MONTH, dice.between(1, between(FIRST_MONTH, LAST_MONTH) as u32) as i32);
        let office = *dice.pick(offices(trade_of(all[at].service_type)));
        if office != all[at].office {
            let moved = Arrangement { office, from: month, ..all[at].clone() };
            all[at].until = plus(month, -1);
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
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_service_that_their_region_offers() {
        let only = |trade: Trade| if trade == Trade::Service(*b"17") { &[7][..] } else { &[] };
        for i in 0..500 {
            for (side, service_type) in [(Side::Care, *b"17"), (Side::Support, *b"67")] {
                let all = arrange(&mut Dice::of(1, &[i]), side, &only);
                let expected = Arrangement { service_type, office: 7, from: FIRST_MONTH, until: LAST_MONTH };
                assert_eq!(all, [expected]);
            }
            assert_eq!(arrange(&mut Dice::of(1, &[i]), Side::Target, &only), []);
        }
        assert!(!possible(Side::Target, &|trade| trade == Trade::Service(*b"17")));
    }

    #[test]
    fn a_move_leaves_no_month_without_an_office_and_none_with_two() {
        let two = |_: Trade| &[1, 2][..];
        let mut moved = 0;
        for i in 0..2000 {
            let all = arrange(&mut Dice::of(1, &[i]), Side::Care, &two);
            for pair in all.windows(2).filter(|pair| pair[0].service_type == pair[1].service_type) {
                moved += 1;
                assert_eq!(plus(pair[0].until, 1), pair[1].from);
                assert_ne!(pair[0].office, pair[1].office);
            }
        }
        // Half of the 150 in a thousand stay, as there are two offices.
        assert!((110..190).contains(&moved), "{moved}");
    }
}

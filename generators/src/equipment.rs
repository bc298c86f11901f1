//! Rented equipment: products that do not exist, with numbers and prices of their own. Knows kinds
//! and what a level may rent; knows no user and no month.

use crate::chance::Dice;
use crate::model::CareLevel;

/// A product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Product {
    /// The last two digits of its service code.
    pub(crate) kind: u8,
    /// TAISコード, of a maker 99999 that is nobody.
    pub(crate) tais: String,
    /// 用具名称
    pub(crate) name: String,
    /// A month's rent in units; at ten yen a unit.
    pub(crate) units: i64,
}

struct Kind {
    number: u8,
    /// How often it is rented, by weight; an assumption.
    weight: u32,
    /// From, to and by how much prices differ; an assumption.
    price: (u32, u32, u32),
    name: &'static str,
}

/// The kinds in the order of their codes (介護保険サービスコード表, 令和6年6月), the last digits being theirs.
const KINDS: &[Kind] = &[
    Kind { number: 1, weight: 17, price: (400, 700, 50), name: "車いす" },
    Kind { number: 2, weight: 8, price: (100, 250, 50), name: "車いすクッション" },
    Kind { number: 3, weight: 25, price: (800, 1300, 100), name: "特殊寝台" },
    Kind { number: 4, weight: 40, price: (50, 250, 50), name: "特殊寝台付属品　ｻｲﾄﾞﾚｰﾙ" },
    Kind { number: 5, weight: 8, price: (500, 900, 100), name: "床ずれ防止用具　エアマット" },
    Kind { number: 6, weight: 1, price: (200, 300, 50), name: "体位変換器" },
    Kind { number: 7, weight: 40, price: (200, 500, 50), name: "手すり" },
    Kind { number: 8, weight: 6, price: (200, 600, 50), name: "スロープ" },
    Kind { number: 9, weight: 20, price: (200, 400, 50), name: "歩行器" },
    Kind { number: 10, weight: 6, price: (100, 150, 50), name: "歩行補助つえ" },
    Kind { number: 11, weight: 2, price: (500, 800, 100), name: "徘徊感知機器" },
    Kind { number: 12, weight: 2, price: (1000, 2000, 250), name: "移動用リフト" },
    Kind { number: 13, weight: 1, price: (800, 1200, 100), name: "自動排泄処理装置" },
];

const MAKES: &[&str] = &["「見本」①型", "架空ソフト, 表示付き", "試験用 \"髙\" 十型", "ﾀｲﾌﾟ2-Ⅲ", "能力アップ", "標準型"];

/// Who is not 要介護２ or more rents these only: 軽度者. The restriction is that of the fee
/// schedule.
const LIGHT: [u8; 4] = [7, 8, 9, 10];

/// What is used with something else only, and with what: 車いす付属品 with a 車いす, 特殊寝台付属品 with a
/// 特殊寝台.
const WITH: [(u8, u8); 2] = [(2, 1), (4, 3)];

/// Of which nobody uses two at a time: what one sits and lies on, and what watches and lifts.
const ONE: [u8; 6] = [1, 3, 5, 11, 12, 13];

/// What a user rents, in the order of codes. What is used with something else is not rented without it.
pub(crate) fn rented(dice: &mut Dice, level: CareLevel) -> Vec<Product> {
    let heavy = level >= CareLevel::Care2;
    let kinds: Vec<(u32, &Kind)> =
        KINDS.iter().filter(|kind| heavy || LIGHT.contains(&kind.number)).map(|kind| (kind.weight, kind)).collect();
    let items = *dice.weighted(if heavy {
        &[(15, 1), (25, 2), (30, 3), (20, 4), (10, 5)]
    } else {
        &[(60, 1), (30, 2), (10, 3)]
    });
    let mut products: Vec<Product> = Vec::new();
    while products.len() < items {
        let kind = *dice.weighted(&kinds);
        let has = |products: &[Product], number: u8| products.iter().any(|product| product.kind == number);
        let with = WITH.iter().find(|(number, _)| *number == kind.number).map(|(_, with)| *with);
        let missing = kinds.iter().find(|(_, kind)| Some(kind.number) == with && !has(&products, kind.number));
        products.extend(missing.map(|(_, kind)| product(dice, kind)));
        let product = product(dice, kind);
        // Nobody rents one and the same thing twice.
        let twice = ONE.contains(&kind.number) && has(&products, kind.number);
        if !twice && products.iter().all(|other| other.tais != product.tais) {
            products.push(product);
        }
    }
    products.sort_by(|a, b| (a.kind, &a.tais).cmp(&(b.kind, &b.tais)));
    products
}

fn product(dice: &mut Dice, kind: &Kind) -> Product {
    let make = dice.below(MAKES.len() as u32);
    let (from, to, step) = kind.price;
    // Two makes each share a price, so that some rentals are told apart by their numbers only.
    let units = from + make / 2 * step % (to - from + step);
    Product {
        kind: kind.number,
        tais: format!("99999-{:06}", u32::from(kind.number) * 1000 + make),
        name: format!("{}　{}", kind.name, MAKES[make as usize]),
        units: i64::from(units),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use renkei_validator::ms932;

    #[test]
    fn products_are_of_nobody_and_written_in_ms932() {
        for i in 0..2000 {
            for product in rented(&mut Dice::of(1, &[i]), CareLevel::Care5) {
                assert!(product.tais.starts_with("99999-") && product.tais.len() == 12, "{}", product.tais);
                let (bytes, _, unmappable) = encoding_rs::SHIFT_JIS.encode(&product.name);
                assert!(!unmappable && ms932::odd_characters(&bytes).is_empty(), "{}", product.name);
                assert!(product.units > 0);
            }
        }
    }

    #[test]
    fn a_light_level_rents_light_things_and_nobody_one_product_twice() {
        let mut alike = 0;
        for i in 0..2000 {
            let light = rented(&mut Dice::of(1, &[i]), CareLevel::Support2);
            assert!(light.iter().all(|product| LIGHT.contains(&product.kind)), "{light:?}");
            let heavy = rented(&mut Dice::of(1, &[i]), CareLevel::Care4);
            let codes: BTreeSet<&str> = heavy.iter().map(|product| product.tais.as_str()).collect();
            assert_eq!(codes.len(), heavy.len());
            let priced: BTreeSet<(u8, i64)> = heavy.iter().map(|product| (product.kind, product.units)).collect();
            alike += usize::from(priced.len() < heavy.len());
        }
        // Some rentals differ in nothing but their product.
        assert!(alike > 50, "{alike}");
    }

    #[test]
    fn a_side_rail_comes_with_a_bed_and_nobody_has_two_beds() {
        for i in 0..2000 {
            let heavy = rented(&mut Dice::of(1, &[i]), CareLevel::Care4);
            let count = |kind: u8| heavy.iter().filter(|product| product.kind == kind).count();
            assert!(count(4) == 0 || count(3) == 1, "{heavy:?}");
            assert!(count(2) == 0 || count(1) == 1, "{heavy:?}");
            assert!([1, 3, 5, 11, 12, 13].into_iter().all(|kind| count(kind) <= 1), "{heavy:?}");
        }
    }
}

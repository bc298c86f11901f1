//! The fictional world that is built in. Knows its offices and what is wrong with some of them.

use time::Date;

use super::{Seed, SeedNotice, expired_licence, lasting_licence, office};
use crate::model::{Licence, Office, OfficeNumber, PasswordState};

/// Number, 事業所名, サービス種類コード, and what is special.
const OFFICES: [(&str, &str, &[&str], Special); 12] = [
    ("9900100018", "連携見本地域包括支援センター", &["46"], Special::Nothing),
    ("9970100013", "居宅介護支援事業所みほん", &["43"], Special::Nothing),
    ("9970100039", "ケアプランセンターためし", &["43"], Special::Nothing),
    ("9970100021", "ヘルパーステーションみほん", &["11"], Special::Nothing),
    ("9970100047", "デイサービスみほん", &["15"], Special::Nothing),
    ("9970100054", "福祉用具レンタルみほん", &["17"], Special::Nothing),
    ("9990100019", "夜間ヘルパーみほん", &["71"], Special::Nothing),
    ("99A0100016", "訪問型サービスみほん", &["A2"], Special::Nothing),
    ("9970100062", "ライセンスのない事業所みほん", &["11"], Special::Unlicensed),
    ("9970100070", "期限の切れた事業所みほん", &["11", "15"], Special::Expired),
    ("9970100088", "仮パスワードの事業所みほん", &["43"], Special::Password(PasswordState::Temporary)),
    ("9970100096", "パスワード期限切れの事業所みほん", &["43"], Special::Password(PasswordState::Expired)),
];

enum Special {
    Nothing,
    Unlicensed,
    Expired,
    /// 事業所ユーザ has such a password.
    Password(PasswordState),
}

pub(super) fn seed(today: Date) -> Seed {
    let offices = OFFICES.iter().map(|(number, name, types, special)| {
        let number = OfficeNumber::parse(number).expect("a test compares these numbers with what they should be");
        let types = types.iter().map(|code| (*code).to_owned()).collect();
        let mut office = Office { licence: licence(special, today), ..office(number, (*name).to_owned(), types) };
        if let Special::Password(state) = special {
            office.office_user.state = *state;
        }
        office
    });
    let notice = SeedNotice {
        at: None,
        title: "テスト用の模擬環境です".to_owned(),
        text: "この環境は、ケアプランデータ連携システムの本番環境ではありません。実在する利用者のデータを送信しないでください。"
            .to_owned(),
        office: None,
    };
    Seed { offices: offices.collect(), notices: vec![notice] }
}

fn licence(special: &Special, today: Date) -> Option<Licence> {
    match special {
        Special::Nothing | Special::Password(_) => Some(lasting_licence(today)),
        Special::Unlicensed => None,
        Special::Expired => Some(expired_licence(today)),
    }
}

#[cfg(test)]
mod tests {
    use renkei_validator::numbers::has_check_digit;
    use time::macros::date;

    use super::*;
    use crate::licence::{LicenceState, state};

    #[test]
    fn the_demo_world_is_a_seed_of_fictional_offices() {
        let seed = Seed::demo(date!(2026 - 11 - 27));
        let numbers: Vec<&str> = seed.offices().iter().map(|office| office.number.as_str()).collect();
        assert_eq!(
            numbers,
            [
                "9900100018",
                "9970100013",
                "9970100039",
                "9970100021",
                "9970100047",
                "9970100054",
                "9990100019",
                "99A0100016",
                "9970100062",
                "9970100070",
                "9970100088",
                "9970100096"
            ]
        );
        assert!(numbers.iter().all(|number| has_check_digit(number.as_bytes()) == Some(true)));
        assert_eq!(Seed::of_offices(seed.offices().to_vec()).unwrap().offices(), seed.offices());
    }

    #[test]
    fn licences_of_the_demo_world_are_good_but_for_two() {
        for today in [date!(2024 - 02 - 29), date!(2026 - 11 - 27), date!(2031 - 01 - 01)] {
            let seed = Seed::demo(today);
            let bad = seed.offices().iter().filter_map(|office| match state(office, today) {
                LicenceState::Valid { .. } => None,
                LicenceState::None => Some((office.number.as_str(), "none")),
                LicenceState::Expired { .. } => Some((office.number.as_str(), "expired")),
            });
            assert_eq!(bad.collect::<Vec<_>>(), [("9970100062", "none"), ("9970100070", "expired")], "{today}");
        }
    }
}

//! Names, addresses and numbers of people and offices who do not exist. Knows what files look like
//! at the corners of MS932: 髙 and 﨑, ①, half-width kana, characters whose second byte is a
//! backslash (表, ソ, 能, 十 …). Knows no population.
//!
//! The words are those of specimens (見本, 試験, 架空 …) and of no family; 架空県 is nowhere, postal
//! codes 999-00xx and telephone numbers 000-0000-xxxx are assigned to nobody.

use crate::chance::Dice;
use crate::model::{Sex, Trade};

/// A family name and its kana.
const FAMILIES: &[(&str, &str)] = &[
    ("見本", "ミホン"),
    ("試験", "シケン"),
    ("連携", "レンケイ"),
    ("架空", "カクウ"),
    ("仮名", "カリナ"),
    ("例示", "レイジ"),
    ("模擬", "モギ"),
    ("標準", "ヒョウジュン"),
    ("表示", "ヒョウジ"),
    ("予定", "ヨテイ"),
    ("実績", "ジッセキ"),
    ("髙見本", "タカミホン"),
    ("見本﨑", "ミホンザキ"),
    ("十試験", "トシケン"),
    ("貼付", "チョウフ"),
    ("構文", "コウブン"),
    ("能力", "ノウリョク"),
    ("申請", "シンセイ"),
    ("検査", "ケンサ"),
    ("データ", "データ"),
    ("テスト", "テスト"),
    ("ソフト", "ソフト"),
    ("サンプル", "サンプル"),
    ("ダミー", "ダミー"),
];

const WOMEN: &[(&str, &str)] = &[
    ("花子", "ハナコ"),
    ("例子", "レイコ"),
    ("連子", "レンコ"),
    ("圭子", "ケイコ"),
    ("十子", "トオコ"),
    ("表子", "ヒョウコ"),
    ("雪", "ユキ"),
    ("ソノ", "ソノ"),
    ("ﾖｼ", "ヨシ"),
    ("ウメ①", "ウメ"),
    ("弥生", "ヤヨイ"),
    ("さくら", "サクラ"),
    ("小百合", "サユリ"),
    ("マリー", "マリー"),
];

const MEN: &[(&str, &str)] = &[
    ("太郎", "タロウ"),
    ("次郎", "ジロウ"),
    ("三郎", "サブロウ"),
    ("例太", "レイタ"),
    ("試一", "シイチ"),
    ("圭", "ケイ"),
    ("十郎", "ジュウロウ"),
    ("禄太", "ロクタ"),
    ("髙志", "タカシ"),
    ("構造", "コウゾウ"),
    ("正", "タダシ"),
    ("昭①", "アキラ"),
    ("ケンヂ", "ケンヂ"),
    ("ヴィト", "ヴィト"),
];

/// Cities, each an insurer's.
const CITIES: &[&str] = &[
    "架空市",
    "見本市",
    "試験市",
    "連携市",
    "仮名市",
    "例示市",
    "模擬町",
    "標準町",
    "表町",
    "十見本町",
    "髙見本村",
    "見本﨑村",
];

const TOWNS: &[&str] = &[
    "見本町一丁目",
    "試験町二丁目",
    "表通り三丁目",
    "十条見本町",
    "髙台例示町",
    "﨑浜架空町",
    "ソフト町字能",
    "大字模擬字貼",
    "連携センター前",
    "構内①区",
];

const BUILDINGS: &[&str] = &[
    "ﾐﾎﾝﾊｲﾂ ",
    "コーポ見本",
    "メゾン・ド・テスト",
    "架空団地①棟",
    "ハイツ「表」",
    "試験荘, 東館",
    "グリーンヒル例示Ⅱ ",
];

const OFFICE_WORDS: &[&str] = &[
    "見本",
    "架空",
    "試験",
    "連携",
    "例示",
    "髙見本",
    "見本﨑",
    "表通り",
    "十試験",
    "ソラ",
    "ﾐﾎﾝ",
    "「模擬」",
    "能力",
    "サンプルー",
    "みほん",
    "かくう",
];

const OFFICE_SUFFIXES: &[&str] = &["", "", "", "①", "②", "東", "西", "第２", "Ⅱ", "・表", "（本店）", " A"];

/// A name and its kana, the kana half-width for some.
pub(crate) fn person(dice: &mut Dice, sex: Sex) -> (String, String) {
    let (family, family_kana) = dice.pick(FAMILIES);
    let (given, given_kana) = dice.pick(match sex {
        Sex::Male => MEN,
        Sex::Female => WOMEN,
    });
    let kana = if dice.chance(350) {
        format!("{} {}", half_width(family_kana), half_width(given_kana))
    } else {
        format!("{family_kana}　{given_kana}")
    };
    (format!("{family}　{given}"), kana)
}

/// The name of an office, by what it does.
pub(crate) fn office(dice: &mut Dice, trade: Trade) -> String {
    let kinds: &[&str] = match trade {
        Trade::CareManagement => &["居宅介護支援事業所", "ケアプランセンター", "ケアマネジメントオフィス"],
        Trade::CommunityCenter => &["地域包括支援センター", "高齢者相談センター"],
        Trade::Service(service_type) => match &service_type {
            b"11" => &["ヘルパーステーション", "訪問介護事業所", "ホームヘルプサービス"],
            b"12" => &["訪問入浴センター", "入浴サービス"],
            b"13" => &["訪問看護ステーション", "ナースステーション"],
            b"14" => &["訪問リハビリテーション", "クリニック訪問リハビリ室"],
            b"15" => &["デイサービスセンター", "通所介護事業所"],
            b"16" => &["デイケアセンター", "老健　通所リハビリテーション"],
            b"17" => &["レンタル", "福祉用具ｻｰﾋﾞｽ", "ケアショップ"],
            b"21" => &["ショートステイ", "短期入所生活介護事業所"],
            b"31" => &["クリニック", "薬局"],
            b"76" => &["定期巡回サービス", "２４時間ケアステーション"],
            b"78" => &["小規模デイサービス", "デイハウス"],
            b"A2" => &["訪問型サービス事業所"],
            b"A6" => &["通所型サービス事業所"],
            _ => &["介護サービス事業所"],
        },
    };
    let (word, kind, suffix) = (dice.pick(OFFICE_WORDS), dice.pick(kinds), dice.pick(OFFICE_SUFFIXES));
    format!("{word}{kind}{suffix}")
}

/// The name of an insurer's city.
pub(crate) fn city(number: u32) -> &'static str {
    CITIES[number as usize % CITIES.len()]
}

/// A postal code and the two lines of an address in a city; the second is empty for most.
pub(crate) fn address(dice: &mut Dice, city: &str) -> (String, String, String) {
    let postal_code = format!("999-{:04}", dice.between(1, 99));
    let line1 = format!("架空県{city}{}{}番{}号", dice.pick(TOWNS), dice.between(1, 99), dice.between(1, 30));
    let line2 = if dice.chance(450) {
        format!("{}{}号室", dice.pick(BUILDINGS), dice.between(1, 9) * 100 + dice.between(1, 12))
    } else {
        String::new()
    };
    (postal_code, line1, line2)
}

/// A telephone number.
pub(crate) fn phone(dice: &mut Dice) -> String {
    format!("000-0000-{:04}", dice.below(10_000))
}

/// Katakana as half-width kana; everything else as it is.
fn half_width(kana: &str) -> String {
    const PLAIN: &str = "ァｧアｱィｨイｲゥｩウｳェｪエｴォｫオｵカｶキｷクｸケｹコｺサｻシｼスｽセｾソｿタﾀチﾁッｯツﾂテﾃトﾄ\
        ナﾅニﾆヌﾇネﾈノﾉハﾊヒﾋフﾌヘﾍホﾎマﾏミﾐムﾑメﾒモﾓャｬヤﾔュｭユﾕョｮヨﾖラﾗリﾘルﾙレﾚロﾛワﾜヲｦンﾝーｰ";
    const VOICED: &str = "ガｶギｷグｸゲｹゴｺザｻジｼズｽゼｾゾｿダﾀヂﾁヅﾂデﾃドﾄバﾊビﾋブﾌベﾍボﾎヴｳ";
    const PLOSIVE: &str = "パﾊピﾋプﾌペﾍポﾎ";
    let find = |table: &str, letter: char| {
        let mut letters = table.chars();
        while let (Some(full), Some(half)) = (letters.next(), letters.next()) {
            if full == letter {
                return Some(half);
            }
        }
        None
    };
    let mut out = String::new();
    for letter in kana.chars() {
        if let Some(half) = find(PLAIN, letter) {
            out.push(half);
        } else if let Some(half) = find(VOICED, letter) {
            out.extend([half, 'ﾞ']);
        } else if let Some(half) = find(PLOSIVE, letter) {
            out.extend([half, 'ﾟ']);
        } else {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_validator::ms932;

    #[test]
    fn kana_become_half_width_with_their_marks() {
        assert_eq!(half_width("ジッセキ　パーデータ"), "ｼﾞｯｾｷ　ﾊﾟｰﾃﾞｰﾀ");
    }

    #[test]
    fn every_word_is_made_of_characters_of_ms932_and_none_has_two_readings() {
        let mut texts = [CITIES, TOWNS, BUILDINGS, OFFICE_WORDS, OFFICE_SUFFIXES].concat();
        texts.extend([FAMILIES, WOMEN, MEN].concat().iter().flat_map(|(name, kana)| [name, kana]));
        let mut dice = Dice::of(1, &[]);
        let mut made = Vec::new();
        for trade in [b"11", b"12", b"13", b"14", b"15", b"16", b"17", b"21", b"31", b"78", b"A2", b"A6", b"76", b"71"]
        {
            made.extend((0..50).map(|_| office(&mut dice, Trade::Service(*trade))));
        }
        for trade in [Trade::CareManagement, Trade::CommunityCenter] {
            made.extend((0..50).map(|_| office(&mut dice, trade)));
        }
        for _ in 0..500 {
            let (name, kana) = person(&mut dice, Sex::Female);
            let (postal_code, line1, line2) = address(&mut dice, "架空市");
            made.extend([name, kana, postal_code, line1, line2]);
        }
        texts.extend(made.iter().map(String::as_str));
        for text in texts {
            let (bytes, _, unmappable) = encoding_rs::SHIFT_JIS.encode(text);
            assert!(!unmappable, "{text}");
            let odd = ms932::odd_characters(&bytes);
            assert!(odd.is_empty(), "{text} {odd:?}");
        }
    }

    #[test]
    fn the_corners_of_ms932_are_among_the_words() {
        let mut dice = Dice::of(1, &[]);
        let names: String = (0..2000).map(|_| person(&mut dice, Sex::Male)).map(|(name, kana)| name + &kana).collect();
        for corner in ["髙", "﨑", "①", "表", "ソ", "十", "ー", "ﾞ", "ｰ"] {
            assert!(names.contains(corner), "{corner}");
        }
    }
}

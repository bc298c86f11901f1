//! Rows of every kind and version, of values made by hand, are judged clean.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use renkei_generators::encode::{
    Beside, Deletion, EncodeError, Sheet, TypeUnits, result, row, supplement, table6, table7,
};
use renkei_generators::model::{
    Area, CareLevel, Certification, LedgerKind, LedgerRow, Office, Sex, Trade, User, Visit, YearMonth,
};
use renkei_generators::money::Limits;
use renkei_generators::texts::{Occasion, basic_info, plan1, plan2, plan3, prevention_plan};
use renkei_validator::spec::{Kind, Version, parse_date};
use renkei_validator::{Options, judge};
use time::Date;

fn date(text: &str) -> Date {
    parse_date(text.as_bytes()).unwrap()
}

fn office(index: u32, number: &str, trade: Trade, name: &str) -> Office {
    Office {
        index,
        number: number.to_owned(),
        trade,
        name: name.to_owned(),
        area: Area::Other,
        satellites: vec![],
        staff: vec!["見本　連子".to_owned()],
        postal_code: "999-0002".to_owned(),
        address: "架空県架空市試験町２の３".to_owned(),
        phone: "000-0000-0004".to_owned(),
    }
}

fn offices() -> Vec<Office> {
    vec![
        office(0, "9970100013", Trade::CareManagement, "架空居宅介護支援センター「連携」"),
        office(1, "9970100021", Trade::Service(*b"11"), "見本ヘルパーステーション①"),
        office(2, "9970100047", Trade::Service(*b"17"), "ソ連表示能力レンタル, \"髙﨑\""),
        office(3, "9900100018", Trade::CommunityCenter, "架空市地域包括支援センター"),
    ]
}

fn user() -> User {
    User {
        index: 0,
        insurer: "991018".to_owned(),
        insured: "0000000101".to_owned(),
        name: "連携　太郎".to_owned(),
        kana: "ﾚﾝｹｲ ﾀﾛｳ".to_owned(),
        sex: Sex::Male,
        born_on: date("19420228"),
        postal_code: "999-0001".to_owned(),
        address1: "架空県架空市見本町一丁目".to_owned(),
        address2: "ﾐﾎﾝﾊｲﾂ 101号室, 表通り".to_owned(),
        phone: "000-0000-0000".to_owned(),
        benefit_rate: 90,
        certifications: vec![],
        manager: 0,
        outsourced_to: None,
        providers: vec![1, 2],
        hospital: vec![],
    }
}

fn visit(day: Date, code: &[u8; 6], units: i64, office: u32, time: Option<(u16, u16)>) -> Visit {
    Visit {
        date: day,
        time,
        code: *code,
        units,
        count: 1,
        office,
        satellite: None,
        equipment: None,
        detail_no: None,
        prorated: None,
        over_30_days: false,
    }
}

fn visits(month: YearMonth) -> Vec<Visit> {
    let day = |day: u8| date(&format!("{month}{day:02}"));
    let mut visits = vec![
        visit(day(3), b"111211", 387, 1, Some((540, 600))),
        visit(day(10), b"111211", 387, 1, Some((540, 600))),
        visit(day(10), b"117311", 220, 1, Some((840, 900))),
    ];
    for (no, name) in [(1, "サイドレール"), (2, "ﾏｯﾄﾚｽ \"ｿ\"")] {
        visits.push(Visit {
            equipment: Some((format!("00001-00002{no}"), name.to_owned())),
            detail_no: Some(no),
            ..visit(day(1), b"171004", 200, 2, None)
        });
    }
    visits
}

fn ledger() -> Vec<LedgerRow> {
    let detail = |code: &[u8; 6], office, units, count| LedgerRow {
        kind: LedgerKind::Detail { code: *code, office, satellite: None },
        units,
        count,
        amount: Some(units * count),
        managed: Some(units * count),
        type_limit: None,
        category_limit: None,
        unit_price: None,
        cost: None,
        benefit_rate: None,
        claim: None,
        copay: None,
        full_copay: None,
        stay_days: None,
        over_30_days: false,
        equipment: None,
    };
    let sum = |kind, amount, cost, claim, price| LedgerRow {
        kind,
        amount: Some(amount),
        managed: Some(amount),
        category_limit: Some((0, amount)),
        unit_price: price,
        cost: Some(cost),
        benefit_rate: price.map(|_| 90),
        claim: Some(claim),
        copay: Some(cost - claim),
        full_copay: Some(0),
        ..detail(b"000000", 0, 0, 0)
    };
    let rental = |no| LedgerRow {
        equipment: Some((format!("00001-00002{no}"), "用具".to_owned())),
        ..detail(b"171004", 2, 200, 1)
    };
    vec![
        detail(b"111211", 1, 387, 2),
        detail(b"117311", 1, 220, 1),
        sum(LedgerKind::Subtotal { code: *b"11AAAA", office: 1 }, 994, 10148, 9133, Some(1021)),
        rental(1),
        rental(2),
        sum(LedgerKind::Subtotal { code: *b"17AAAA", office: 2 }, 400, 4000, 3600, Some(1000)),
        sum(LedgerKind::Total, 1394, 14148, 12733, None),
    ]
}

fn certification(level: CareLevel, year: &str) -> Certification {
    let next: i32 = year.parse::<i32>().unwrap() + 1;
    Certification {
        certified_on: date(&format!("{year}0401")),
        valid_from: date(&format!("{year}0401")),
        valid_to: date(&format!("{next}0331")),
        level,
        changed_on: None,
        previous: None,
    }
}

fn findings(files: &[(String, Vec<u8>)]) -> Vec<String> {
    judge(files, &Options::default())
        .findings()
        .iter()
        .map(|finding| format!("{} {} {:?}", finding.rule.id, finding.at.file, finding.at.line))
        .collect()
}

fn name(version: Version, kind: Kind, month: &str, from: (&str, &str), to: (&str, &str), second: u32) -> String {
    let mut parts = vec![kind.name().to_owned()];
    parts.extend((!month.is_empty()).then(|| month.to_owned()));
    for (number, service) in [from, to] {
        parts.push(number.to_owned());
        parts.extend((version == Version::V202407).then(|| service.to_owned()));
    }
    format!("{}_202210010900{second:02}.CSV", parts.join("_"))
}

const MANAGER: (&str, &str) = ("9970100013", "43");
const HELPER: (&str, &str) = ("9970100021", "11");
const CENTER: (&str, &str) = ("9900100018", "46");

#[test]
fn a_month_of_every_version_is_clean() {
    for (version, month) in [
        (Version::V202003, YearMonth { year: 2022, month: 11 }),
        (Version::V202208, YearMonth { year: 2024, month: 12 }),
        (Version::V202407, YearMonth { year: 2026, month: 10 }),
    ] {
        let (user, offices) = (user(), offices());
        let sheet = Sheet {
            version,
            user: &user,
            support: &offices[0],
            manager: "見本　連子",
            created_on: date("20220928"),
            offices: &offices,
        };
        let certification = certification(CareLevel::Care2, "2026");
        let [mut six, mut seven, mut hosoku, mut jsk, mut dltplan, mut dltjsk] = [const { Vec::new() }; 6];
        table6(&mut six, &sheet, month, 3, &visits(month)).unwrap();
        table7(&mut seven, &sheet, month, &ledger()).unwrap();
        let types = &[TypeUnits { service_type: *b"15", total: 900, over: 100 }];
        let beside = Beside::Tables { month, over: 100, types, stay_days: Some((3, 5)) };
        let limits = Limits { category: 19705, types: &[(*b"11", 9000), (*b"15", 800)] };
        supplement(&mut hosoku, &sheet, beside, &certification, CareLevel::Care2, limits).unwrap();
        let helped = visits(month);
        result(&mut jsk, &sheet, month, 0, &offices[1], helped.iter().filter(|visit| visit.office == 1)).unwrap();
        Deletion::of_month(version, month).unwrap().row(&mut dltplan, &user).unwrap();
        Deletion::of_result(version, month, &offices[1], *b"11").unwrap().row(&mut dltjsk, &user).unwrap();
        let text = month.to_string();
        let file = |kind, from, to, second, bytes: Vec<u8>| (name(version, kind, &text, from, to, second), bytes);
        let files = [
            file(Kind::Upplan, MANAGER, HELPER, 0, six),
            file(Kind::Upsikyu, MANAGER, HELPER, 0, seven),
            file(Kind::Uphosoku, MANAGER, HELPER, 0, hosoku),
            file(Kind::Upjsk, HELPER, MANAGER, 0, jsk),
            file(Kind::Dltplan, MANAGER, HELPER, 1, dltplan),
            file(Kind::Dltjsk, HELPER, MANAGER, 1, dltjsk),
        ];
        assert_eq!(findings(&files), Vec::<String>::new());
        assert!(files.iter().all(|(_, bytes)| !bytes.is_empty()));
    }
}

#[test]
fn deletions_say_whose_and_which() {
    let (version, month) = (Version::V202407, YearMonth { year: 2026, month: 10 });
    let (mut user, office) = (user(), &offices()[1]);
    let mut out = Vec::new();
    for kind in [Kind::Dlt1kyo, Kind::Dltyobo, Kind::Dltkihon] {
        Deletion::of_plan(version, kind, date("20260901")).unwrap().row(&mut out, &user).unwrap();
    }
    let of_month = Deletion::of_month(version, month).unwrap();
    of_month.row(&mut out, &user).unwrap();
    Deletion::of_result(version, month, office, *b"11").unwrap().row(&mut out, &user).unwrap();
    let expected = "202407,991018,0000000101,20260901\r\n\
                    202407,991018,0000000101,20260901\r\n\
                    202407,991018,0000000101,20260901\r\n\
                    202407,991018,0000000101,202610\r\n\
                    202407,991018,0000000101,202610,9970100021,11\r\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
    user.insured = "0000000102".to_owned();
    let mut out = Vec::new();
    of_month.row(&mut out, &user).unwrap();
    assert_eq!(out, b"202407,991018,0000000102,202610\r\n");
}

#[test]
fn a_deletion_that_does_not_fit_its_table_is_refused() {
    let (version, month) = (Version::V202407, YearMonth { year: 2026, month: 10 });
    let other = Deletion::of_plan(version, Kind::Dltplan, date("20260901")).map(drop);
    assert_eq!(other, Err(EncodeError::Missing { kind: Kind::Dltplan, item: "target_month" }));
    let early = Deletion::of_plan(Version::V202208, Kind::Dltkihon, date("20220901")).map(drop);
    assert_eq!(early, Err(EncodeError::NoKind { version: Version::V202208, kind: Kind::Dltkihon }));
    let typeless = Deletion::of_result(version, month, &offices()[1], [0xFF; 2]).map(drop);
    let (kind, item, text) = (Kind::Dltjsk, "service_type", "ÿÿ".to_owned());
    assert_eq!(typeless, Err(EncodeError::Character { kind, item, text }));
    let mut out = Vec::new();
    let mut refused = |insured: &str| {
        let user = User { insured: insured.to_owned(), ..user() };
        let refused = Deletion::of_month(version, month).unwrap().row(&mut out, &user).unwrap_err();
        assert_eq!(out, b"");
        refused
    };
    let (kind, item) = (Kind::Dltplan, "insured_number");
    assert_eq!(refused(""), EncodeError::Missing { kind, item });
    assert_eq!(refused("000000010,"), EncodeError::Character { kind, item, text: "000000010,".to_owned() });
    assert_eq!(refused("101"), EncodeError::Length { kind, item, text: "101".to_owned() });
}

#[test]
fn plans_of_every_version_are_clean() {
    let month = YearMonth { year: 2026, month: 10 };
    let (user, offices, visits) = (user(), offices(), visits(month));
    let certification = certification(CareLevel::Care2, "2026");
    for version in Version::ALL {
        for seed in 0..40 {
            let sheet = Sheet {
                version,
                user: &user,
                support: &offices[0],
                manager: "見本　連子",
                created_on: date("20260915"),
                offices: &offices,
            };
            let occasion = Occasion {
                seed,
                sheet,
                first_made_on: date("20250401"),
                is_first: seed % 2 == 0,
                certification: &certification,
                level: CareLevel::Care2,
                month,
                visits: &visits,
            };
            let mut files = Vec::new();
            let mut file = |kind, month: &str, rows: Vec<_>| {
                let mut bytes = Vec::new();
                rows.iter().for_each(|items: &Vec<_>| row(&mut bytes, version, kind, items).unwrap());
                files.push((name(version, kind, month, MANAGER, HELPER, 0), bytes));
            };
            file(Kind::Up1kyo, "", vec![plan1(&occasion)]);
            file(Kind::Up2kyo, "", plan2(&occasion).unwrap());
            if version == Version::V202407 {
                file(Kind::Up3kyo, "", plan3(&occasion).unwrap());
            }
            let mut bytes = Vec::new();
            let beside = Beside::Plan(date("20260915"));
            let limits = Limits { category: 19705, types: &[] };
            supplement(&mut bytes, &sheet, beside, &certification, CareLevel::Care2, limits).unwrap();
            files.push((name(version, Kind::Uphosoku, "000000", MANAGER, HELPER, 0), bytes));
            assert_eq!(findings(&files), Vec::<String>::new(), "seed {seed}, {version}");
        }
    }
}

#[test]
fn prevention_kinds_are_clean_for_every_level_with_and_without_outsourcing() {
    let version = Version::V202407;
    let month = YearMonth { year: 2026, month: 10 };
    let (user, offices, visits) = (user(), offices(), visits(month));
    for level in [CareLevel::Target, CareLevel::Support1, CareLevel::Support2] {
        let certification = Certification { previous: Some(CareLevel::Target), ..certification(level, "2026") };
        for seed in 0..40 {
            let occasion = Occasion {
                seed,
                sheet: Sheet {
                    version,
                    user: &user,
                    support: &offices[3],
                    manager: "包括　見本子",
                    created_on: date("20260915"),
                    offices: &offices,
                },
                first_made_on: date("20250401"),
                is_first: false,
                certification: &certification,
                level,
                month,
                visits: &visits,
            };
            let outsourced = seed % 2 == 0;
            let info = basic_info(&occasion, outsourced, "");
            let (plan, supports) = prevention_plan(&occasion, &offices[3], outsourced.then_some(&offices[0])).unwrap();
            let mut files = Vec::new();
            for (kind, rows) in [
                (Kind::Upkihon, vec![info.row]),
                (Kind::UpkihonSub1, info.days),
                (Kind::UpkihonSub2, info.diseases),
                (Kind::Upyobo, vec![plan]),
                (Kind::UpyoboSub, supports),
            ] {
                let mut bytes = Vec::new();
                rows.iter().for_each(|items| row(&mut bytes, version, kind, items).unwrap());
                files.push((name(version, kind, "", CENTER, MANAGER, 0), bytes));
            }
            assert_eq!(findings(&files), Vec::<String>::new(), "seed {seed}, {level:?}");
        }
    }
}

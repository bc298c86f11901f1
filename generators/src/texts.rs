//! What plans say in free text: fictional sentences put together from parts, and which item each
//! belongs to. Knows plans and the chance behind them; knows no bytes and no file.

mod prevention;

pub use prevention::{BasicInfo, basic_info, prevention_plan};

use std::collections::BTreeSet;

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::keys::{up1kyo, up2kyo, up3kyo};
use renkei_validator::spec::{Key, Version, service_types};
use time::Date;

use crate::calendar::{month_of, plus};
use crate::chance::Dice;
use crate::encode::{EncodeError, Items, Sheet, day, level_code};
use crate::model::{CareLevel, Certification, Visit};
use crate::stays::STAYS;

/// What a plan is made from.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The seed of the population.
    pub seed: u64,
    /// Whose, by whom, in which version; `created_on` is the day the plan is made.
    pub sheet: Sheet<'a>,
    /// The day of the first plan of all.
    pub first_made_on: Date,
    /// Whether it is the first.
    pub is_first: bool,
    /// The certified period that it is for.
    pub certification: &'a Certification,
    /// 要介護状態区分
    pub level: CareLevel,
    /// The first month that it plans.
    pub month: YearMonth,
    /// 第6表 of that month.
    pub visits: &'a [Visit],
}

impl Occasion<'_> {
    fn dice(&self, what: u64) -> Dice {
        let day = self.sheet.created_on.to_julian_day().unsigned_abs();
        Dice::of(self.seed, &[TEXTS, u64::from(self.sheet.user.index), u64::from(day), what])
    }

    /// Whose it is.
    fn whose(&self) -> Items {
        vec![
            (up1kyo::INSURER_NUMBER, self.sheet.user.insurer.clone()),
            (up1kyo::INSURED_NUMBER, self.sheet.user.insured.clone()),
        ]
    }

    /// Whose it is, and of which plan.
    fn plan(&self) -> Items {
        let mut items = self.whose();
        items.push((up1kyo::CREATED_ON, day(self.sheet.created_on)));
        items.push((up1kyo::PLAN_CREATED_ON, day(self.sheet.created_on)));
        items
    }

    /// 実施期間: from the first month of the plan to so many months later, but not beyond the certified
    /// period.
    fn period(&self, months: i32) -> String {
        let certified = month_of(self.certification.valid_to).max(self.month);
        let last = plus(self.month, months - 1).min(certified);
        format!("{}から{}", era(self.month), era(last))
    }

    /// The services of the plan: the offices, each once, in the order of the user's list.
    fn services(&self) -> Result<Vec<Service<'_>>, EncodeError> {
        let mut services = Vec::new();
        for &index in &self.sheet.user.providers {
            let Some(first) = self.visits.iter().find(|visit| visit.office == index) else { continue };
            let office = self.sheet.office(index)?;
            let code = [first.code[0], first.code[1]];
            let own = || self.visits.iter().filter(|visit| visit.office == index);
            let days: BTreeSet<Date> = own().map(|visit| visit.date).collect();
            let weekdays: BTreeSet<u8> = own()
                .filter(|visit| visit.time.is_some())
                .map(|visit| visit.date.weekday().number_from_monday())
                .collect();
            let is_weekly = !weekdays.is_empty() && !is_by_month(code);
            let frequency = match weekdays.len() {
                _ if STAYS.contains(&code) => format!("月{}日", days.len()),
                _ if is_by_month(code) => format!("月{}回", days.len()),
                0 | 7.. => "毎日".to_owned(),
                weekdays => format!("週{weekdays}回"),
            };
            services.push(Service { code, number: &office.number, name: &office.name, frequency, is_weekly });
        }
        Ok(services)
    }
}

/// A service of a plan.
struct Service<'a> {
    code: [u8; 2],
    number: &'a str,
    name: &'a str,
    frequency: String,
    /// Whether it has its place in a week.
    is_weekly: bool,
}

/// 居宅療養管理指導 is given once or twice a month.
fn is_by_month(code: [u8; 2]) -> bool {
    matches!(&code, b"31" | b"34")
}

/// Marks the dice of this module.
const TEXTS: u64 = 0x7E87;

/// 令和 as plans write it: R8.4.
fn era(month: YearMonth) -> String {
    format!("R{}.{}", month.year.saturating_sub(2018), month.month)
}

/// サービス種類, without what stands in brackets behind it.
fn type_name(code: [u8; 2]) -> &'static str {
    let types = service_types(Version::V202407);
    let name = types.iter().find(|known| known.code.as_bytes() == code).map_or("サービス", |known| &known.name_ja);
    name.split('（').next().unwrap_or(name)
}

/// 居宅サービス計画書（第1表）
pub fn plan1(occasion: &Occasion<'_>) -> Items {
    let (user, support) = (occasion.sheet.user, occasion.sheet.support);
    let mut dice = occasion.dice(1);
    let wish = [
        "住み慣れた「髙﨑」の家で、自分のことは自分で続けたい。",
        "①買物 ②ソファでの読書 を続けたい。",
        "転ばずに、ｺﾞﾐ出しまで一人で歩きたい。",
        "表の庭の手入れを、春までにまた始めたい。",
        "\"迷惑をかけずに\"、ゆっくり暮らしたい。",
    ];
    let family = [
        "無理のない範囲で, 能力に応じて支えたい。",
        "日中ひとりになるので、見守ってもらえると助かる。",
        "夜間の介助が続き、少し休みたい日もある。",
        "予定どおりに薬を飲んでほしい。",
    ];
    let policy = [
        "転ばぬように手すりを使い、ﾃﾞｲｻｰﾋﾞｽで体を動かす。",
        "持病の悪化を防ぎ、主治医・訪問看護と情報を分け合う。",
        "入浴と食事を整え、家族の負担を軽くする。",
        "できる家事を増やし、役割のある暮らしを支える。",
    ];
    let opinion = ["特になし", "", "心身の状態が安定するまで、６か月後に見直す。"];
    let intention = format!("本人：{}\n家族：{}", dice.pick(&wish), dice.pick(&family));
    let contact = ["長女 試験　月子", "長男 見本　一郎", "妹 架空　ソノ"];
    let overall = format!("{}\n緊急連絡先：{}（{}）。", dice.pick(&policy), user.phone, dice.pick(&contact));
    let helps = occasion.visits.iter().any(|visit| visit.code.starts_with(b"117"));
    let reason = if helps { *dice.pick(&["1", "2", "3"]) } else { "" };
    let other = if reason == "3" { "同居の家族が \"夜勤, 早番\" のため" } else { "" };
    // 紹介 is when another office has handed the user over.
    let category = if occasion.is_first { "11" } else { *dice.weighted(&[(95, "21"), (5, "53")]) };
    let certification = occasion.certification;
    let (certified_on, status) = occasion.sheet.certified(certification);
    let texts = [
        (up1kyo::USER_POSTAL_CODE, user.postal_code.as_str()),
        (up1kyo::USER_ADDRESS1, &user.address1),
        (up1kyo::USER_ADDRESS2, &user.address2),
        (up1kyo::PLAN_AUTHOR_NAME, occasion.sheet.manager),
        (up1kyo::SUPPORT_OFFICE_NAME, &support.name),
        (up1kyo::SUPPORT_OFFICE_POSTAL_CODE, &support.postal_code),
        (up1kyo::SUPPORT_OFFICE_ADDRESS1, &support.address),
        (up1kyo::SUPPORT_OFFICE_NUMBER, &support.number),
        (up1kyo::PLAN_CATEGORY, category),
        (up1kyo::CERTIFICATION_STATUS, status),
        (up1kyo::CARE_LEVEL, level_code(occasion.level)),
        (up1kyo::USER_FAMILY_INTENTION, &intention),
        (up1kyo::REVIEW_BOARD_OPINION, *dice.pick::<&str>(&opinion)),
        (up1kyo::OVERALL_POLICY, &overall),
        (up1kyo::LIVING_SUPPORT_REASON, reason),
        (up1kyo::LIVING_SUPPORT_REASON_OTHER, other),
        (up1kyo::UPDATED_BY_OFFICE_NUMBER, &support.number),
    ];
    let days = [
        (up1kyo::FIRST_PLAN_CREATED_ON, occasion.first_made_on),
        (up1kyo::CERTIFICATION_VALID_FROM, certification.valid_from),
        (up1kyo::CERTIFICATION_VALID_TO, certification.valid_to),
    ];
    let mut items = occasion.plan();
    items.extend(texts.map(|(key, text)| (key, text.to_owned())));
    items.extend(days.map(|(key, date)| (key, day(date))));
    items.extend(certified_on.map(|date| (up1kyo::CERTIFIED_ON, day(date))));
    items
}

/// What a service is for: the issue, the two goals and what is done.
struct Aim {
    issue: &'static str,
    long_term: &'static str,
    short_term: &'static str,
    content: &'static str,
}

fn aim(code: [u8; 2]) -> Aim {
    let aim = |issue, long_term, short_term, content| Aim { issue, long_term, short_term, content };
    match &code {
        b"11" | b"71" | b"76" | b"A2" | b"A3" => aim(
            "転ばずに外へ出たい。\n表の通りまで歩きたい。",
            "一人で買物に行ける",
            "家の中を安全に歩ける",
            "身体介護：移動の見守り, 生活援助：掃除・洗濯",
        ),
        b"12" | b"62" => {
            aim("自宅の風呂に入りたい", "週に一度は湯につかる", "体を清潔に保つ", "入浴の介助、全身の観察")
        }
        b"13" | b"63" => {
            aim("病状が落ち着いた毎日を送りたい", "入院せずに過ごす", "薬を正しく飲める", "病状の観察、服薬の管理")
        }
        b"14" | b"64" => {
            aim("足腰の力を取り戻したい", "杖で庭に出られる", "立ち上がりが楽になる", "筋力ｱｯﾌﾟと歩行の訓練")
        }
        b"16" | b"66" => aim("足腰の力を取り戻したい", "杖で庭に出られる", "続けて10分歩ける", "通所での機能訓練"),
        b"17" | b"67" => aim("寝起きと移動を楽にしたい", "自分で起きられる", "手すりを使える", "福祉用具の貸与と点検"),
        b"21" | b"22" | b"23" | b"2A" | b"24" | b"25" | b"26" | b"2B" => aim(
            "家族と無理なく暮らし続けたい",
            "在宅の暮らしを続ける",
            "家族が休む日をつくる",
            "短期入所中の入浴・食事・見守り",
        ),
        b"31" | b"34" => {
            aim("通院が難しくても診てもらいたい", "持病が悪くならない", "相談できる", "訪問による療養の管理と指導")
        }
        _ => aim(
            "ソ連映画 \"表と裏, 全集\" のような楽しみを続けたい",
            "友人と集まる",
            "月に一度は外へ出る",
            "入浴介助①、機能訓練、ﾚｸﾘｴｰｼｮﾝ",
        ),
    }
}

/// How many issues in a thousand have a second content, by the family; an assumption.
const WITH_FAMILY: u32 = 250;

/// 居宅サービス計画書（第2表）
pub fn plan2(occasion: &Occasion<'_>) -> Result<Vec<Items>, EncodeError> {
    let mut dice = occasion.dice(2);
    let mut rows: Vec<Items> = Vec::new();
    let mut entry = |[issue_no, content_no]: [usize; 2], aim: &Aim, texts: [(Key, &str); 5]| {
        let mut items = occasion.plan();
        for (key, text) in [
            (up2kyo::ISSUE_NO, issue_no.to_string()),
            (up2kyo::ISSUE, aim.issue.to_owned()),
            (up2kyo::SUPPORT_GOAL_NO, "1".to_owned()),
            (up2kyo::LONG_TERM_GOAL, aim.long_term.to_owned()),
            (up2kyo::SHORT_TERM_GOAL, aim.short_term.to_owned()),
            (up2kyo::LONG_TERM_PERIOD, occasion.period(12)),
            (up2kyo::SHORT_TERM_PERIOD, occasion.period(6)),
            (up2kyo::SUPPORT_CONTENT_NO, content_no.to_string()),
            (up2kyo::SERVICE_CONTENT, aim.content.to_owned()),
            (up2kyo::SERVICE_PERIOD, occasion.period(6)),
            (up2kyo::UPDATED_BY_OFFICE_NUMBER, occasion.sheet.support.number.clone()),
        ] {
            items.push((key, text));
        }
        items.extend(texts.map(|(key, text)| (key, text.to_owned())));
        rows.push(items);
    };
    let services = occasion.services()?;
    for (index, service) in services.iter().enumerate() {
        let texts = [
            (up2kyo::INSURANCE_COVERAGE, "Y"),
            (up2kyo::SERVICE_KIND, type_name(service.code)),
            (up2kyo::SERVICE_OFFICE_NUMBER, service.number),
            (up2kyo::SERVICE_OFFICE_NAME, service.name),
            (up2kyo::FREQUENCY, &service.frequency),
        ];
        let aim = aim(service.code);
        entry([index + 1, 1], &aim, texts);
        if dice.chance(WITH_FAMILY) {
            let content = "毎日の声かけと見守り, 通院の付添い";
            entry([index + 1, 2], &Aim { content, ..aim }, family("毎日"));
        }
    }
    if services.is_empty() || dice.chance(400) {
        let own = Aim {
            issue: "地域の人とのつながりを保ちたい",
            long_term: "集まりを楽しみにする",
            short_term: "月に一度は顔を出す",
            content: "地域の集まりへの参加（家族の送迎）",
        };
        entry([services.len() + 1, 1], &own, family("月1回"));
    }
    Ok(rows)
}

/// Who does it, where the family does.
fn family(frequency: &str) -> [(Key, &str); 5] {
    [
        (up2kyo::INSURANCE_COVERAGE, "N"),
        (up2kyo::SERVICE_KIND, "家族"),
        (up2kyo::SERVICE_OFFICE_NUMBER, ""),
        (up2kyo::SERVICE_OFFICE_NAME, ""),
        (up2kyo::FREQUENCY, frequency),
    ]
}

/// 週間サービス計画表（第3表）
pub fn plan3(occasion: &Occasion<'_>) -> Result<Vec<Items>, EncodeError> {
    let mut dice = occasion.dice(3);
    let hhmm = |minutes: u16| format!("{:02}{:02}", minutes / 60, minutes % 60);
    // A week is what is planned for each weekday and time, each once.
    let mut week: Vec<(u8, u16, u16, [u8; 2])> = Vec::new();
    for visit in occasion.visits {
        let (Some((start, end)), weekday) = (visit.time, visit.date.weekday().number_from_monday()) else { continue };
        let slot = (weekday, start, end, [visit.code[0], visit.code[1]]);
        if start <= end && end < 24 * 60 && !is_by_month(slot.3) && !week.contains(&slot) {
            week.push(slot);
        }
    }
    week.sort_unstable();
    let mut rows = Vec::new();
    let mut entry = |texts: Vec<(Key, String)>| {
        let mut items = occasion.plan();
        items.extend(texts);
        rows.push(items);
    };
    for (weekday, start, end, code) in week {
        entry(vec![
            (up3kyo::SERVICE_CONTENT, type_name(code).to_owned()),
            (up3kyo::WEEKDAY, weekday.to_string()),
            (up3kyo::SERVICE_START_TIME, hhmm(start)),
            (up3kyo::SERVICE_END_TIME, hhmm(end)),
        ]);
    }
    let rises = 330 + 30 * dice.below(6) as u16;
    for (text, start, end) in [
        ("起床, 着替え\nソファで新聞", rises, rises + 60),
        ("昼食、服薬①", 720, 780),
        ("夕食、テレビ", 1080, 1170),
        ("就寝", 1260, 1440),
    ] {
        entry(vec![
            (up3kyo::DAILY_ACTIVITY, text.to_owned()),
            (up3kyo::ACTIVITY_START_TIME, hhmm(start)),
            (up3kyo::ACTIVITY_END_TIME, hhmm(end)),
        ]);
    }
    for service in occasion.services()?.iter().filter(|service| !service.is_weekly) {
        entry(vec![(up3kyo::NON_WEEKLY_SERVICE, format!("{}：{}", type_name(service.code), service.name))]);
    }
    Ok(rows)
}

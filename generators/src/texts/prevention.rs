//! What 利用者基本情報 and 介護予防サービス・支援計画書 say.

use renkei_validator::spec::Key;
use renkei_validator::spec::keys::{upkihon, upkihon_sub1, upkihon_sub2, upyobo, upyobo_sub};

use super::{Occasion, aim, type_name};
use crate::chance::Dice;
use crate::encode::{EncodeError, Items, day, level_code, sex_code};
use crate::model::{CareLevel, Office};

/// 利用者基本情報: one row, and those of its sub files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasicInfo {
    /// UPKIHON
    pub row: Items,
    /// UPKIHON_SUB1
    pub days: Vec<Items>,
    /// UPKIHON_SUB2
    pub diseases: Vec<Items>,
}

fn push(items: &mut Items, texts: &[(Key, &str)]) {
    items.extend(texts.iter().map(|(key, text)| (*key, (*text).to_owned())));
}

fn word(dice: &mut Dice, words: &[&'static str]) -> &'static str {
    dice.pick::<&'static str>(words)
}

/// 利用者基本情報, consulted on the day the plan is made. `image` is the name of the family diagram;
/// empty where there is none.
pub fn basic_info(occasion: &Occasion<'_>, outsourced: bool, image: &str) -> BasicInfo {
    let user = occasion.sheet.user;
    let mut dice = occasion.dice(4);
    let address = format!("{}{}", user.address1, user.address2);
    let certification = occasion.certification;
    let method = *dice.weighted(&[(50, "01"), (40, "02"), (10, "03")]);
    let situation = *dice.weighted(&[(95, "01"), (5, "02")]);
    let is_target = occasion.level == CareLevel::Target;
    // UPKIHON has no code for 事業対象者: they are 非該当 with a positive checklist.
    let level = if is_target { "01" } else { level_code(occasion.level) };
    let previous = certification.previous.filter(|level| *level != CareLevel::Target);
    let mut row = occasion.whose();
    push(
        &mut row,
        &[
            (upkihon::CONSULTED_ON, &day(occasion.sheet.created_on)),
            (upkihon::PLAN_TYPE, if is_target { "2" } else { "1" }),
            (upkihon::OUTSOURCING, if outsourced { "2" } else { "1" }),
            (upkihon::AUTHOR_NAME, occasion.sheet.manager),
            (upkihon::CONSULTATION_METHOD, method),
            (upkihon::CONSULTATION_METHOD_OTHER, if method == "03" { "オンライン, ビデオ通話" } else { "" }),
            (upkihon::CONSULTATION_ROUND, if occasion.is_first { "01" } else { "02" }),
            (upkihon::USER_SITUATION, situation),
            (upkihon::USER_SITUATION_NOTE, if situation == "02" { "見本病院に入院中" } else { "" }),
            (upkihon::USER_NAME_KANA, &user.kana),
            (upkihon::USER_NAME, &user.name),
            (upkihon::USER_SEX, sex_code(user.sex)),
            (upkihon::USER_BIRTH_DATE, &day(user.born_on)),
            (upkihon::USER_ADDRESS, &address),
            (upkihon::USER_PHONE, &user.phone),
            (upkihon::DISABILITY_INDEPENDENCE, word(&mut dice, &["01", "11", "12", "21"])),
            (upkihon::DEMENTIA_INDEPENDENCE, word(&mut dice, &["01", "02", "03"])),
            (upkihon::CARE_LEVEL, level),
            (upkihon::CERTIFICATION_VALID_FROM, &day(certification.valid_from)),
            (upkihon::CERTIFICATION_VALID_TO, &day(certification.valid_to)),
            (upkihon::PREVIOUS_CARE_LEVEL, previous.map_or("", level_code)),
            (upkihon::CHECKLIST_RESULT, "1"),
            (upkihon::CHECKLIST_ON, &day(occasion.sheet.created_on)),
            (upkihon::DISABILITY_PHYSICAL, *dice.weighted(&[(9, "0"), (1, "1")])),
            (upkihon::DISABILITY_INTELLECTUAL, "0"),
            (upkihon::DISABILITY_MENTAL, "0"),
            (upkihon::DISABILITY_INTRACTABLE, "0"),
            (upkihon::HOUSING_TYPE, word(&mut dice, &["05", "06", "07", "08"])),
            (upkihon::ROOM_FLOOR, word(&mut dice, &["1", "2", "3"])),
            (upkihon::HOME_MODIFICATION, word(&mut dice, &["1", "2"])),
            (upkihon::PENSION_NATIONAL, "1"),
            (upkihon::PENSION_EMPLOYEE, word(&mut dice, &["0", "1"])),
            (upkihon::PENSION_DISABILITY, "0"),
            (upkihon::PUBLIC_ASSISTANCE, if user.insured.starts_with('H') { "1" } else { "0" }),
            (upkihon::ECONOMIC_NOTE, word(&mut dice, &["特記なし", ""])),
            (upkihon::VISITOR_NAME, "連携　三子"),
            (upkihon::VISITOR_ADDRESS, "同上"),
            (upkihon::VISITOR_PHONE, &user.phone),
            (upkihon::VISITOR_RELATIONSHIP, "長女"),
            (upkihon::EMERGENCY1_NAME, "連携　三子"),
            (upkihon::EMERGENCY1_RELATIONSHIP, "長女"),
            (upkihon::EMERGENCY1_ADDRESS, "架空県架空市（髙台）"),
            (upkihon::EMERGENCY1_PHONE, &user.phone),
            (upkihon::FAMILY_IMAGE_FILE, image),
            (
                upkihon::FAMILY_SITUATION,
                word(&mut dice, &["長女と同居。\n「毎日」電話あり。", "一人暮らし。週末に長男が来る。"]),
            ),
            (upkihon::LIFE_HISTORY, word(&mut dice, &["ソフト会社に能く勤めた①", "表具店を営み、ﾎﾞﾗﾝﾃｨｱも続けた。"])),
            (upkihon::DAILY_LIFE, word(&mut dice, &["朝：散歩\n昼：ﾃﾚﾋﾞ", "朝：体操\n夕方：買物"])),
            (upkihon::HOBBIES, word(&mut dice, &["将棋, \"詰将棋\"", "園芸、編物", "カラオケ"])),
            (upkihon::FRIENDS_COMMUNITY, word(&mut dice, &["町内会", "老人クラブ「﨑」"])),
            (upkihon::FORMAL_SERVICES, "なし"),
            (upkihon::INFORMAL_SERVICES, word(&mut dice, &["配食", "見守り電話", ""])),
            (upkihon::CONSENTED_ON, &day(occasion.sheet.created_on)),
            (upkihon::CONSENTER_NAME, &user.name),
        ],
    );
    let mut sub = occasion.whose();
    push(&mut sub, &[(upkihon::CONSULTED_ON, &day(occasion.sheet.created_on))]);
    let with = |texts: &[(Key, &str)]| {
        let mut items = sub.clone();
        push(&mut items, texts);
        items
    };
    let times = [("6:00", "起床", "起床"), ("12:00", "昼食, 服薬", "仕事"), ("21:00", "就寝", "帰宅")];
    let days = times.map(|(time, own, family)| {
        with(&[(upkihon_sub1::TIME_TEXT, time), (upkihon_sub1::USER_LIFE, own), (upkihon_sub1::CAREGIVER_LIFE, family)])
    });
    let mut diseases = vec![with(&[
        (upkihon_sub2::DISEASE_DATE_TEXT, word(&mut dice, &["平成30年4月", "令和2年頃"])),
        (upkihon_sub2::DISEASE_NAME, word(&mut dice, &["高血圧症", "糖尿病", "骨粗鬆症"])),
        (upkihon_sub2::MEDICAL_INSTITUTION, "見本医院　髙﨑医師"),
        (upkihon_sub2::PHYSICIAN_FLAG, "1"),
        (upkihon_sub2::MEDICAL_PHONE, "000-0000-0003"),
        (upkihon_sub2::PROGRESS, "01"),
        (upkihon_sub2::TREATMENT_NOTE, "内服治療①"),
    ])];
    if dice.chance(600) {
        diseases.push(with(&[
            (upkihon_sub2::DISEASE_DATE_TEXT, "令和3年頃"),
            (upkihon_sub2::DISEASE_NAME, "変形性膝関節症"),
            (upkihon_sub2::MEDICAL_INSTITUTION, "表整形外科"),
            (upkihon_sub2::PHYSICIAN_FLAG, "2"),
            (upkihon_sub2::PROGRESS, "02"),
        ]));
    }
    BasicInfo { row, days: days.to_vec(), diseases }
}

/// 介護予防サービス・支援計画書: its row, and those of its sub file. `center` is the
/// 地域包括支援センター; where the plan is outsourced, the sheet's office is the 居宅介護支援 office
/// that `author` names.
pub fn prevention_plan(
    occasion: &Occasion<'_>,
    center: &Office,
    author: Option<&Office>,
) -> Result<(Items, Vec<Items>), EncodeError> {
    let user = occasion.sheet.user;
    let mut dice = occasion.dice(5);
    let made_on = day(occasion.sheet.created_on);
    let certification = occasion.certification;
    let (certified_on, status) = occasion.sheet.certified(certification);
    let is_target = occasion.level == CareLevel::Target;
    let support = match occasion.level {
        CareLevel::Support1 => "1",
        CareLevel::Support2 => "2",
        CareLevel::Target
        | CareLevel::Care1
        | CareLevel::Care2
        | CareLevel::Care3
        | CareLevel::Care4
        | CareLevel::Care5 => "3",
    };
    let own = center.staff.first().map_or("", String::as_str);
    let made_by = author.unwrap_or(center);
    let made_by_name = author.and_then(|office| office.staff.first()).map_or("", String::as_str);
    let hits = ["0", "1", "2", "3"];
    let mut row = occasion.whose();
    let mut texts = vec![
        (upyobo::PLAN_CREATED_ON, made_on.as_str()),
        (upyobo::PLAN_TYPE, if is_target { "2" } else { "1" }),
        (upyobo::OUTSOURCING, if author.is_some() { "2" } else { "1" }),
        (upyobo::USER_NAME, &user.name),
        (upyobo::PLAN_CATEGORY, if occasion.is_first { "11" } else { "21" }),
        (upyobo::CERTIFICATION_STATUS, status),
        (upyobo::SUPPORT_LEVEL, support),
        (upyobo::AUTHOR_NAME_CENTER, own),
        (upyobo::AUTHOR_NAME_CARE_MANAGER, made_by_name),
        (upyobo::AUTHOR_OFFICE_NAME, &made_by.name),
        (upyobo::AUTHOR_OFFICE_ADDRESS, &made_by.address),
        (upyobo::AUTHOR_OFFICE_PHONE, &made_by.phone),
        (upyobo::CENTER_NAME, &center.name),
        (upyobo::LIFE_GOAL_DAY, word(&mut dice, &["散歩をする", "庭に出る", "朝食を作る"])),
        (upyobo::LIFE_GOAL_YEAR, word(&mut dice, &["旅行に行く", "孫の式に出る", "髙台の公園まで歩く"])),
        (upyobo::MOBILITY_CURRENT, word(&mut dice, &["杖で歩く", "伝い歩き"])),
        (upyobo::MOBILITY_INTENTION, "もっと歩きたい"),
        (upyobo::MOBILITY_ISSUE, "1"),
        (upyobo::MOBILITY_ISSUE_DETAIL, "膝の痛み"),
        (upyobo::DAILY_LIVING_CURRENT, "自立"),
        (upyobo::DAILY_LIVING_INTENTION, "続けたい"),
        (upyobo::DAILY_LIVING_ISSUE, "2"),
        (upyobo::SOCIAL_CURRENT, word(&mut dice, &["友人が多い", "外出が減った"])),
        (upyobo::SOCIAL_INTENTION, "続けたい"),
        (upyobo::SOCIAL_ISSUE, "2"),
        (upyobo::HEALTH_CURRENT, "服薬中"),
        (upyobo::HEALTH_INTENTION, "元気でいたい"),
        (upyobo::HEALTH_ISSUE, "1"),
        (upyobo::HEALTH_ISSUE_DETAIL, "血圧, 塩分"),
        (upyobo::HEALTH_NOTES, "転倒に注意"),
        (upyobo::SUPPORT_POLICY, "無理なく"),
        (upyobo::OVERALL_POLICY, "表に出る機会を増やす。\n能力を保つ。"),
    ];
    for (hit, program) in [
        (upyobo::CHECKLIST_HITS_EXERCISE, upyobo::PROGRAM_EXERCISE),
        (upyobo::CHECKLIST_HITS_NUTRITION, upyobo::PROGRAM_NUTRITION),
        (upyobo::CHECKLIST_HITS_ORAL_CARE, upyobo::PROGRAM_ORAL_CARE),
        (upyobo::CHECKLIST_HITS_HOMEBOUND, upyobo::PROGRAM_HOMEBOUND),
        (upyobo::CHECKLIST_HITS_MEMORY, upyobo::PROGRAM_MEMORY),
        (upyobo::CHECKLIST_HITS_DEPRESSION, upyobo::PROGRAM_DEPRESSION),
    ] {
        let number = word(&mut dice, &hits);
        texts.push((hit, number));
        texts.push((program, if number >= "2" { "1" } else { "2" }));
    }
    texts.extend([
        (upyobo::CENTER_OPINION, "妥当である"),
        (upyobo::CONSENTED_ON, &made_on),
        (upyobo::CONSENTER_NAME, &user.name),
    ]);
    push(&mut row, &texts);
    for (key, date) in [
        (upyobo::CERTIFICATION_VALID_FROM, certification.valid_from),
        (upyobo::CERTIFICATION_VALID_TO, certification.valid_to),
        (upyobo::FIRST_PLAN_CREATED_ON, occasion.first_made_on),
    ] {
        row.push((key, day(date)));
    }
    row.extend(certified_on.map(|date| (upyobo::CERTIFIED_ON, day(date))));
    Ok((row, supports(occasion)?))
}

/// UPYOBO_SUB: one issue, one support plan, one row per service; then what the family does.
fn supports(occasion: &Occasion<'_>) -> Result<Vec<Items>, EncodeError> {
    let services = occasion.services()?;
    let made_on = day(occasion.sheet.created_on);
    let period = occasion.period(6);
    let mut rows = Vec::new();
    for (index, service) in services.iter().enumerate() {
        let mut row = occasion.whose();
        push(
            &mut row,
            &[
                (upyobo_sub::PLAN_CREATED_ON, made_on.as_str()),
                (upyobo_sub::ISSUE_NO, "1"),
                (upyobo_sub::SUPPORT_PLAN_NO, "1"),
                (upyobo_sub::USED_SERVICE_NO, &(index + 1).to_string()),
                (upyobo_sub::SERVICE_KIND, type_name(service.code)),
                (upyobo_sub::SERVICE_OFFICE_NAME, service.name),
                (upyobo_sub::SERVICE_PERIOD, &period),
            ],
        );
        // What belongs to the issue stands on its first row only.
        if index == 0 {
            let aim = aim(service.code);
            push(
                &mut row,
                &[
                    (upyobo_sub::OVERALL_ISSUE, aim.issue),
                    (upyobo_sub::GOAL_PROPOSAL, aim.long_term),
                    (upyobo_sub::PROPOSAL_INTENTION, "やってみたい"),
                    (upyobo_sub::GOAL, aim.short_term),
                    (upyobo_sub::SUPPORT_POINT, "痛みに配慮"),
                    (upyobo_sub::SELF_CARE_INFORMAL, "体操①、家族との散歩"),
                    (upyobo_sub::INSURED_OR_COMMUNITY_SERVICE, aim.content),
                ],
            );
        }
        rows.push(row);
    }
    let mut row = occasion.whose();
    push(
        &mut row,
        &[
            (upyobo_sub::PLAN_CREATED_ON, made_on.as_str()),
            (upyobo_sub::ISSUE_NO, "2"),
            (upyobo_sub::OVERALL_ISSUE, "血圧が高い"),
            (upyobo_sub::GOAL_PROPOSAL, "減塩"),
            (upyobo_sub::PROPOSAL_INTENTION, "努力する"),
            (upyobo_sub::GOAL, "血圧を保つ"),
            (upyobo_sub::SUPPORT_PLAN_NO, "1"),
            (upyobo_sub::SUPPORT_POINT, "記録する"),
            (upyobo_sub::SELF_CARE_INFORMAL, "血圧手帳"),
            (upyobo_sub::INSURED_OR_COMMUNITY_SERVICE, "なし"),
            (upyobo_sub::USED_SERVICE_NO, "1"),
            (upyobo_sub::SERVICE_KIND, "医療"),
            (upyobo_sub::SERVICE_OFFICE_NAME, "見本医院"),
            (upyobo_sub::SERVICE_PERIOD, "通年"),
        ],
    );
    rows.push(row);
    Ok(rows)
}

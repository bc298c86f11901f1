//! The rows of a service month: 第6表, 第7表 and 利用者補足情報. Knows the values of the population and which item each belongs to.

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::keys::{uphosoku, upplan, upsikyu};
use renkei_validator::spec::{Key, Kind, Version};
use time::Date;

use super::{EncodeError, Line};
use crate::model::{CareLevel, Certification, LedgerKind, LedgerRow, Office, Sex, User, Visit};
use crate::money::Limits;

/// What all rows about one user in one set share.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    /// CSVバージョン
    pub version: Version,
    /// Whose they are.
    pub user: &'a User,
    /// The office whose plan it is.
    pub support: &'a Office,
    /// The person there who made it.
    pub manager: &'a str,
    /// The day the rows are made.
    pub created_on: Date,
    /// All offices, each at its index.
    pub offices: &'a [Office],
}

impl<'a> Sheet<'a> {
    /// An office by its index.
    pub fn office(&self, index: u32) -> Result<&'a Office, EncodeError> {
        self.offices.get(index as usize).ok_or(EncodeError::NoOffice { index })
    }

    /// 認定日 and the code of 認定状況区分, as far as they are known on the day the rows are made: an
    /// application is still open where the period is certified later.
    pub fn certified(&self, certification: &Certification) -> (Option<Date>, &'static str) {
        if certification.certified_on <= self.created_on {
            (Some(certification.certified_on), "2")
        } else {
            (None, "1")
        }
    }

    /// A row of a kind that already says whose it is.
    fn line(&self, kind: Kind) -> Result<Line, EncodeError> {
        let mut line = Line::new(self.version, kind)?;
        line.put(upplan::INSURER_NUMBER, &self.user.insurer);
        line.put(upplan::INSURED_NUMBER, &self.user.insured);
        line.put_date(upplan::CREATED_ON, self.created_on);
        line.put(upplan::UPDATED_BY_OFFICE_NUMBER, &self.support.number);
        Ok(line)
    }
}

/// サービス利用票（第6表）予定
pub fn table6(
    out: &mut Vec<u8>,
    sheet: &Sheet<'_>,
    month: YearMonth,
    stay_days_before: u32,
    visits: &[Visit],
) -> Result<(), EncodeError> {
    visit_rows(out, sheet, sheet.line(Kind::Upplan)?, month, stay_days_before, visits.iter())
}

/// サービス利用票（第6表）実績, as the office of the visits makes it.
pub fn result<'v>(
    out: &mut Vec<u8>,
    sheet: &Sheet<'_>,
    month: YearMonth,
    stay_days_before: u32,
    made_by: &Office,
    visits: impl Iterator<Item = &'v Visit>,
) -> Result<(), EncodeError> {
    let mut line = sheet.line(Kind::Upjsk)?;
    line.put(upplan::UPDATED_BY_OFFICE_NUMBER, &made_by.number);
    visit_rows(out, sheet, line, month, stay_days_before, visits)
}

fn visit_rows<'v>(
    out: &mut Vec<u8>,
    sheet: &Sheet<'_>,
    mut line: Line,
    month: YearMonth,
    stay_days_before: u32,
    visits: impl Iterator<Item = &'v Visit>,
) -> Result<(), EncodeError> {
    line.put_month(upplan::TARGET_MONTH, month);
    line.put(upplan::SUPPORT_OFFICE_NUMBER, &sheet.support.number);
    line.put(upplan::PLAN_MANAGER_NAME, sheet.manager);
    line.put_number_or_none(
        upplan::SHORT_STAY_DAYS_BEFORE_MONTH,
        (stay_days_before > 0).then_some(i64::from(stay_days_before)),
    );
    let mut office = None;
    for visit in visits {
        if office != Some(visit.office) {
            office = Some(visit.office);
            let office = sheet.office(visit.office)?;
            line.put(upplan::SERVICE_OFFICE_NUMBER, &office.number);
            line.put(upplan::SERVICE_OFFICE_NAME, &office.name);
        }
        line.put_number(upplan::UNITS, visit.units);
        line.put_date(upplan::SERVICE_DATE, visit.date);
        match visit.prorated {
            Some(days) => line.put(upplan::PRORATED_DAYS, &bitmap(days)),
            None => line.clear(upplan::PRORATED_DAYS),
        }
        line.put_time(upplan::START_TIME, visit.time.map(|(start, _)| start));
        line.put_time(upplan::END_TIME, visit.time.map(|(_, end)| end));
        line.put_number(upplan::SERVICE_COUNT, i64::from(visit.count));
        line.put(upplan::SERVICE_CODE, code(&visit.code));
        put_equipment(&mut line, visit.equipment.as_ref());
        line.put_number_or_none(upplan::DETAIL_NO, visit.detail_no.map(i64::from));
        line.put(upplan::SATELLITE_NO, visit.satellite.as_deref().unwrap_or_default());
        line.put_number(upplan::OVER_30_DAYS, i64::from(visit.over_30_days));
        line.end(out)?;
    }
    Ok(())
}

/// サービス利用票別表（第7表）
pub fn table7(out: &mut Vec<u8>, sheet: &Sheet<'_>, month: YearMonth, ledger: &[LedgerRow]) -> Result<(), EncodeError> {
    let mut line = sheet.line(Kind::Upsikyu)?;
    line.put_month(upsikyu::TARGET_MONTH, month);
    let mut written = None;
    for row in ledger {
        let (service, office, satellite) = match &row.kind {
            LedgerKind::Detail { code, office, satellite } => (*code, Some(*office), satellite.as_deref()),
            LedgerKind::Subtotal { code, office } => (*code, Some(*office), None),
            LedgerKind::Total => (*b"999999", None, None),
        };
        let (name, number) = match office {
            Some(index) => {
                let office = sheet.office(index)?;
                (office.name.as_str(), office.number.as_str())
            }
            None => ("全合計", "9999999999"),
        };
        if written != Some(office) {
            written = Some(office);
            line.put(upsikyu::SERVICE_OFFICE_NAME, name);
            line.put(upsikyu::SERVICE_OFFICE_NUMBER, number);
        }
        line.put(upsikyu::SATELLITE_NO, satellite.unwrap_or_default());
        line.put(upsikyu::SERVICE_CODE, code(&service));
        put_equipment(&mut line, row.equipment.as_ref());
        line.put_number(upsikyu::UNITS, row.units);
        line.put_number(upsikyu::SERVICE_COUNT, row.count);
        let pair = |pair: Option<(i64, i64)>| (pair.map(|(over, _)| over), pair.map(|(_, within)| within));
        let (type_over, type_within) = pair(row.type_limit);
        let (over, within) = pair(row.category_limit);
        for (key, number) in [
            (upsikyu::SERVICE_UNITS_AMOUNT, row.amount),
            (upsikyu::MANAGED_UNITS, row.managed),
            (upsikyu::TYPE_LIMIT_OVER_UNITS, type_over),
            (upsikyu::TYPE_LIMIT_WITHIN_UNITS, type_within),
            (upsikyu::CATEGORY_LIMIT_OVER_UNITS, over),
            (upsikyu::CATEGORY_LIMIT_WITHIN_UNITS, within),
            (upsikyu::TOTAL_COST_INSURED, row.cost),
            (upsikyu::BENEFIT_RATE, row.benefit_rate.map(i64::from)),
            (upsikyu::INSURANCE_CLAIM_AMOUNT, row.claim),
            (upsikyu::USER_COPAY_INSURED, row.copay),
            (upsikyu::USER_COPAY_FULL, row.full_copay),
            (upsikyu::DAYS_USED_BEFORE_MONTH, row.stay_days.map(|(before, ..)| i64::from(before))),
            (upsikyu::DAYS_PLANNED_THIS_MONTH, row.stay_days.map(|(_, days, _)| i64::from(days))),
            (upsikyu::DAYS_CUMULATIVE, row.stay_days.map(|(.., sum)| i64::from(sum))),
        ] {
            line.put_number_or_none(key, number);
        }
        match row.unit_price {
            Some(price) => line.put_hundredths(upsikyu::UNIT_PRICE, price),
            None => line.clear(upsikyu::UNIT_PRICE),
        }
        line.put_number(upsikyu::OVER_30_DAYS, i64::from(row.over_30_days));
        line.end(out)?;
    }
    Ok(())
}

/// What is planned in a month of a type that has a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeUnits {
    /// サービス種類コード
    pub service_type: [u8; 2],
    /// 合計単位数
    pub total: i64,
    /// 限度超単位数
    pub over: i64,
}

/// What a supplement stands beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside<'a> {
    /// The plan tables, with 居宅サービス計画作成（変更）日.
    Plan(Date),
    /// 第6表 and 第7表 of a month.
    Tables {
        /// The month.
        month: YearMonth,
        /// 合計限度超単位数
        over: i64,
        /// The types that have a limit of their own.
        types: &'a [TypeUnits],
        /// 入所前月迄利用日数 and 入所累積利用日数
        stay_days: Option<(u32, u32)>,
    },
}

/// The items of the numbered types of a supplement: type, limit, total and what is over.
const TYPE_SLOTS: [[Key; 4]; 9] = {
    use uphosoku as u;
    [
        [u::TYPE1_SERVICE_TYPE, u::TYPE1_LIMIT_UNITS, u::TYPE1_TOTAL_UNITS, u::TYPE1_OVER_UNITS],
        [u::TYPE2_SERVICE_TYPE, u::TYPE2_LIMIT_UNITS, u::TYPE2_TOTAL_UNITS, u::TYPE2_OVER_UNITS],
        [u::TYPE3_SERVICE_TYPE, u::TYPE3_LIMIT_UNITS, u::TYPE3_TOTAL_UNITS, u::TYPE3_OVER_UNITS],
        [u::TYPE4_SERVICE_TYPE, u::TYPE4_LIMIT_UNITS, u::TYPE4_TOTAL_UNITS, u::TYPE4_OVER_UNITS],
        [u::TYPE5_SERVICE_TYPE, u::TYPE5_LIMIT_UNITS, u::TYPE5_TOTAL_UNITS, u::TYPE5_OVER_UNITS],
        [u::TYPE6_SERVICE_TYPE, u::TYPE6_LIMIT_UNITS, u::TYPE6_TOTAL_UNITS, u::TYPE6_OVER_UNITS],
        [u::TYPE7_SERVICE_TYPE, u::TYPE7_LIMIT_UNITS, u::TYPE7_TOTAL_UNITS, u::TYPE7_OVER_UNITS],
        [u::TYPE8_SERVICE_TYPE, u::TYPE8_LIMIT_UNITS, u::TYPE8_TOTAL_UNITS, u::TYPE8_OVER_UNITS],
        [u::TYPE9_SERVICE_TYPE, u::TYPE9_LIMIT_UNITS, u::TYPE9_TOTAL_UNITS, u::TYPE9_OVER_UNITS],
    ]
};

/// 利用者補足情報. Of more than nine limits of types the first nine are written.
pub fn supplement(
    out: &mut Vec<u8>,
    sheet: &Sheet<'_>,
    beside: Beside<'_>,
    certification: &Certification,
    level: CareLevel,
    limits: Limits<'_>,
) -> Result<(), EncodeError> {
    let user = sheet.user;
    let mut line = sheet.line(Kind::Uphosoku)?;
    match beside {
        Beside::Plan(date) => {
            line.put_date(uphosoku::PLAN_CREATED_ON, date);
            line.put(uphosoku::TARGET_MONTH, "000000");
        }
        Beside::Tables { month, over, types, stay_days } => {
            line.put(uphosoku::PLAN_CREATED_ON, "00000000");
            line.put_month(uphosoku::TARGET_MONTH, month);
            line.put_number(uphosoku::TOTAL_OVER_UNITS, over);
            for ((service_type, _), [_, _, total, over]) in limits.types.iter().zip(TYPE_SLOTS) {
                let units = types.iter().find(|units| units.service_type == *service_type);
                line.put_number(total, units.map_or(0, |units| units.total));
                line.put_number(over, units.map_or(0, |units| units.over));
            }
            if let Some((before, sum)) = stay_days {
                line.put_number(uphosoku::STAY_DAYS_BEFORE_MONTH, i64::from(before));
                line.put_number(uphosoku::STAY_DAYS_CUMULATIVE, i64::from(sum));
            }
        }
    }
    line.put(uphosoku::USER_NAME_KANA, &user.kana);
    line.put(uphosoku::USER_NAME, &user.name);
    line.put(uphosoku::USER_SEX, sex_code(user.sex));
    line.put_date(uphosoku::USER_BIRTH_DATE, user.born_on);
    line.put(uphosoku::USER_POSTAL_CODE, &user.postal_code);
    line.put(uphosoku::USER_ADDRESS1, &user.address1);
    line.put(uphosoku::USER_ADDRESS2, &user.address2);
    line.put(uphosoku::USER_PHONE, &user.phone);
    let (certified_on, status) = sheet.certified(certification);
    line.put_date_or_none(uphosoku::CERTIFIED_ON, certified_on);
    line.put_date(uphosoku::LIMIT_PERIOD_START, certification.valid_from);
    line.put_date(uphosoku::LIMIT_PERIOD_END, certification.valid_to);
    line.put(uphosoku::CERTIFICATION_STATUS, status);
    line.put_date(uphosoku::CARE_LEVEL_CHANGED_ON, certification.changed_on.unwrap_or(certification.valid_from));
    line.put(uphosoku::CARE_LEVEL, level_code(level));
    line.put_number(uphosoku::CATEGORY_LIMIT_UNITS, limits.category);
    for ((service_type, limit), [kind, units, ..]) in limits.types.iter().zip(TYPE_SLOTS) {
        line.put(kind, &service_type.map(char::from).iter().collect::<String>());
        line.put_number(units, *limit);
    }
    line.put(uphosoku::PREVIOUS_CARE_LEVEL, level_code(certification.previous.unwrap_or(certification.level)));
    line.put(uphosoku::CONSENT_OFFICE_NUMBER, &sheet.support.number);
    line.end(out)
}

/// The code of a 要介護状態区分.
pub fn level_code(level: CareLevel) -> &'static str {
    match level {
        CareLevel::Target => "06",
        CareLevel::Support1 => "12",
        CareLevel::Support2 => "13",
        CareLevel::Care1 => "21",
        CareLevel::Care2 => "22",
        CareLevel::Care3 => "23",
        CareLevel::Care4 => "24",
        CareLevel::Care5 => "25",
    }
}

/// The code of a 性別.
pub fn sex_code(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "1",
        Sex::Female => "2",
    }
}

fn put_equipment(line: &mut Line, equipment: Option<&(String, String)>) {
    let (tais, name) = equipment.map_or(("", ""), |(tais, name)| (tais, name));
    line.put(upplan::TAIS_CODE, tais);
    line.put(upplan::EQUIPMENT_NAME, name);
}

fn code(code: &[u8; 6]) -> &str {
    std::str::from_utf8(code).unwrap_or_default()
}

fn bitmap(days: u32) -> String {
    (0..31).map(|day| if days & 1 << day == 0 { '0' } else { '1' }).collect()
}

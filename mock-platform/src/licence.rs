//! The licence of an office: its term, its renewal, the application for it and what is shown of it.
//! Pure: knows an office and a day; changes nothing on its own.
//!
//! Known: a term of one year, ended to the day; renewal by itself for applications since 2025-06-01
//! unless opted out; no application within the term or before the fee is settled; the fee, taken from
//! this month's claim for applications of days 1 to 15 and from the next month's after that; the free
//! year for applications since 2025-06-01.
//!
//! Assumptions: the term begins on the day of the application and ends on the day before its
//! anniversary; after 2025-06-01 no fee comes back; a renewed term needs no settlement; 残高 is what is
//! still to be settled; an office is registered when it has a licence, good or not.

mod form;

use renkei_validator::text::Text;
use time::{Date, Month};

use crate::api::body::{LicenceApplication, LicenceApplied, LicenceView, Shown};
use crate::model::{Licence, Office};
use crate::refusal::{Business, Refusal};

/// Applications since this day renew themselves, and are free.
pub const RENEWING_SINCE: Date = match Date::from_calendar_date(2025, Month::June, 1) {
    Ok(day) => day,
    Err(_) => panic!("the first of June is a day"),
};

/// The fee of a term before it became free, in yen, with tax.
const FEE: u32 = 21_000;

/// 差引状態 of a settled fee: the real system's word. The other is ours.
const SETTLED: &str = "完了";
const UNSETTLED: &str = "未完了";

const MAY_APPLY: Text = Text { ja: "利用申請可能です。", en: "You can apply." };
const APPLIED: Text =
    Text { ja: "利用申請が正常に完了しております。", en: "The application is complete." };

/// Whether an office may use the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenceState {
    /// It never applied, or its first term has not begun.
    None,
    /// To the end of that day, in JST.
    Valid {
        /// The last day of the term that is running.
        until: Date,
    },
    /// The term is over.
    Expired {
        /// Its last day.
        until: Date,
    },
}

/// Whether an office may use the system on a day.
pub fn state(office: &Office, today: Date) -> LicenceState {
    let Some(licence) = &office.licence else { return LicenceState::None };
    if today < licence.from {
        return LicenceState::None;
    }
    let (_, until) = term(licence, today);
    if today <= until { LicenceState::Valid { until } } else { LicenceState::Expired { until } }
}

/// The last day of a term that begins on a day: the day before the anniversary, or the end of February
/// where that has no such day.
pub fn end_of_term(from: Date) -> Date {
    day_before(anniversary(from, 1))
}

/// The fee of a term that is applied for on a day, in yen.
pub fn fee(applied_on: Date) -> u32 {
    if applied_on < RENEWING_SINCE { FEE } else { 0 }
}

/// The month whose claim the fee is taken from (`YYYY-MM`).
pub fn billed_with(applied_on: Date) -> String {
    let (year, month) = match (applied_on.day() <= 15, applied_on.month()) {
        (true, month) => (applied_on.year(), month),
        (false, Month::December) => (applied_on.year() + 1, Month::January),
        (false, month) => (applied_on.year(), month.next()),
    };
    format!("{year:04}-{:02}", u8::from(month))
}

/// 利用申請: gives the office a term that begins today.
///
/// # Errors
/// [`Business::ApplicationNotPossible`], [`Business::TermsNotAgreed`], [`Business::FormInvalid`].
pub fn apply(office: &mut Office, application: &LicenceApplication, today: Date) -> Result<LicenceApplied, Refusal> {
    if !may_apply(office, today) {
        return Err(Refusal::plain(Business::ApplicationNotPossible));
    }
    if !(application.terms_agreed && application.privacy_agreed) {
        return Err(Refusal::plain(Business::TermsNotAgreed));
    }
    let fields = form::errors(&application.applicant);
    if !fields.is_empty() {
        return Err(Refusal { fields, ..Refusal::plain(Business::FormInvalid) });
    }
    let licence = Licence {
        applied_on: today,
        from: today,
        until: end_of_term(today),
        paid: fee(today) == 0,
        renews: today >= RENEWING_SINCE,
        applicant: application.applicant.clone(),
    };
    let applied = LicenceApplied {
        applied_on: today,
        applicant: licence.applicant.clone(),
        from: licence.from,
        until: licence.until,
        billed_with: billed_with(today),
        renews: licence.renews,
    };
    office.licence = Some(licence);
    Ok(applied)
}

/// The office wants no renewal: the term that is running is the last one.
///
/// # Errors
/// [`Business::NothingToOptOut`] where no term is running or it does not renew itself.
pub fn opt_out(office: &mut Office, today: Date) -> Result<(), Refusal> {
    let nothing = || Refusal::plain(Business::NothingToOptOut);
    let LicenceState::Valid { .. } = state(office, today) else { return Err(nothing()) };
    let licence = office.licence.as_mut().filter(|licence| licence.renews).ok_or_else(nothing)?;
    (licence.from, licence.until) = term(licence, today);
    licence.renews = false;
    Ok(())
}

/// Settles the fee of the term; `None` where there is no licence, and so no fee.
pub fn settle(office: &mut Office) -> Option<()> {
    office.licence.as_mut()?.paid = true;
    Some(())
}

/// What the tab ライセンス and the page 利用申請/更新 show.
pub fn view(office: &Office, today: Date) -> LicenceView {
    let licence = office.licence.as_ref();
    let can_apply = may_apply(office, today);
    let not_possible = Business::ApplicationNotPossible.text();
    let (until, texts) = match state(office, today) {
        LicenceState::None if can_apply => (None, vec![MAY_APPLY]),
        LicenceState::None => (licence.map(|licence| licence.until), vec![APPLIED, not_possible]),
        LicenceState::Valid { until } => (Some(until), vec![APPLIED, not_possible]),
        LicenceState::Expired { until } if can_apply => (Some(until), vec![MAY_APPLY]),
        LicenceState::Expired { until } => (Some(until), vec![not_possible]),
    };
    let official = |text: Text| Shown { text: text.into(), official_wording: true };
    LicenceView {
        number: office.number.clone(),
        name: office.name.clone(),
        settlement: licence.map(|licence| if licence.paid { SETTLED } else { UNSETTLED }.to_owned()),
        until,
        balance: licence.filter(|licence| !licence.paid).map_or(0, |licence| fee(licence.applied_on)),
        renews: licence.is_some_and(|licence| licence.renews),
        can_apply,
        texts: texts.into_iter().map(official).collect(),
    }
}

fn may_apply(office: &Office, today: Date) -> bool {
    match (&office.licence, state(office, today)) {
        (None, _) => true,
        (Some(licence), LicenceState::Expired { .. }) => licence.paid,
        (Some(_), LicenceState::None | LicenceState::Valid { .. }) => false,
    }
}

/// The first and the last day of the term that is running, or of the last one.
fn term(licence: &Licence, today: Date) -> (Date, Date) {
    if !licence.renews || today <= licence.until {
        return (licence.from, licence.until);
    }
    let Some(renewal) = licence.until.next_day() else { return (licence.from, licence.until) };
    let mut years = today.year() - renewal.year();
    if anniversary(renewal, years) > today {
        years -= 1;
    }
    (anniversary(renewal, years), day_before(anniversary(renewal, years + 1)))
}

/// The same day so many years later; where it is missing, the day after the end of February.
fn anniversary(day: Date, years: i32) -> Date {
    let year = day.year() + years;
    day.replace_year(year)
        .or_else(|_| Date::from_calendar_date(year, Month::March, 1))
        // Only after the year 9999 there is no such day.
        .unwrap_or(Date::MAX)
}

fn day_before(day: Date) -> Date {
    day.previous_day().unwrap_or(Date::MIN)
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;
    use crate::clock::Clock;
    use crate::model::{Applicant, OfficeNumber};
    use crate::world::Seed;

    fn unlicensed() -> Office {
        let seed = Seed::demo(date!(2026 - 11 - 27));
        let number = OfficeNumber::parse("9970100062");
        seed.offices().iter().find(|office| Some(&office.number) == number.as_ref()).unwrap().clone()
    }

    fn application() -> LicenceApplication {
        let applicant = Applicant {
            representative_family_name: "見本".to_owned(),
            representative_given_name: "一郎".to_owned(),
            contact_family_name: "見本".to_owned(),
            contact_given_name: "ハナコ".to_owned(),
            phone: "0300000000".to_owned(),
            mail: "care-plan_1@mail.example.com".to_owned(),
            mail_again: "care-plan_1@mail.example.com".to_owned(),
        };
        LicenceApplication { applicant, terms_agreed: true, privacy_agreed: true }
    }

    fn applied(today: Date) -> (Office, LicenceApplied) {
        let mut office = unlicensed();
        let applied = apply(&mut office, &application(), today).unwrap();
        (office, applied)
    }

    #[test]
    fn a_term_ends_on_the_day_before_its_anniversary() {
        for (from, until) in [
            (date!(2024 - 04 - 01), date!(2025 - 03 - 31)),
            (date!(2025 - 01 - 01), date!(2025 - 12 - 31)),
            (date!(2027 - 03 - 01), date!(2028 - 02 - 29)),
            (date!(2028 - 02 - 29), date!(2029 - 02 - 28)),
            (date!(2027 - 02 - 28), date!(2028 - 02 - 27)),
            (date!(2028 - 03 - 01), date!(2029 - 02 - 28)),
        ] {
            assert_eq!(end_of_term(from), until, "{from}");
        }
    }

    #[test]
    fn the_fee_is_taken_from_this_months_claim_until_the_fifteenth() {
        for (day, month) in [
            (date!(2026 - 11 - 01), "2026-11"),
            (date!(2026 - 11 - 15), "2026-11"),
            (date!(2026 - 11 - 16), "2026-12"),
            (date!(2026 - 11 - 30), "2026-12"),
            (date!(2026 - 12 - 15), "2026-12"),
            (date!(2026 - 12 - 16), "2027-01"),
            (date!(2028 - 02 - 29), "2028-03"),
        ] {
            assert_eq!(billed_with(day), month, "{day}");
        }
    }

    #[test]
    fn applications_renew_themselves_and_are_free_since_june_2025() {
        let (office, before) = applied(date!(2025 - 05 - 31));
        assert_eq!((before.renews, office.licence.as_ref().unwrap().paid), (false, false));
        assert_eq!((view(&office, date!(2025 - 05 - 31)).balance, fee(date!(2025 - 05 - 31))), (21_000, 21_000));
        let (office, since) = applied(date!(2025 - 06 - 01));
        assert_eq!((since.renews, office.licence.as_ref().unwrap().paid), (true, true));
        assert_eq!((view(&office, date!(2025 - 06 - 01)).balance, fee(date!(2025 - 06 - 01))), (0, 0));
    }

    #[test]
    fn a_licence_is_good_to_the_last_second_of_its_last_day_in_japan() {
        let (mut office, _) = applied(date!(2024 - 04 - 01));
        let until = date!(2025 - 03 - 31);
        for (moment, expected) in [
            (datetime!(2024-03-31 23:59:59 +9), LicenceState::None),
            (datetime!(2024-04-01 0:00:00 +9), LicenceState::Valid { until }),
            (datetime!(2025-03-31 14:59:59 UTC), LicenceState::Valid { until }),
            (datetime!(2025-03-31 23:59:59 +9), LicenceState::Valid { until }),
            (datetime!(2025-03-31 15:00:00 UTC), LicenceState::Expired { until }),
            (datetime!(2025-04-01 0:00:00 +9), LicenceState::Expired { until }),
        ] {
            assert_eq!(state(&office, Clock::stopped(moment).today()), expected, "{moment}");
        }
        office.licence = None;
        assert_eq!(state(&office, until), LicenceState::None);
    }

    #[test]
    fn a_licence_that_renews_itself_has_a_new_term_each_year() {
        for (applied_on, today, until) in [
            (date!(2025 - 06 - 01), date!(2026 - 05 - 31), date!(2026 - 05 - 31)),
            (date!(2025 - 06 - 01), date!(2026 - 06 - 01), date!(2027 - 05 - 31)),
            (date!(2025 - 06 - 01), date!(2027 - 05 - 31), date!(2027 - 05 - 31)),
            (date!(2025 - 06 - 01), date!(2031 - 01 - 01), date!(2031 - 05 - 31)),
            (date!(2025 - 12 - 31), date!(2026 - 12 - 31), date!(2027 - 12 - 30)),
            (date!(2028 - 02 - 29), date!(2029 - 03 - 01), date!(2030 - 02 - 28)),
            (date!(2027 - 03 - 01), date!(2028 - 02 - 29), date!(2028 - 02 - 29)),
            (date!(2027 - 03 - 01), date!(2028 - 03 - 01), date!(2029 - 02 - 28)),
        ] {
            let (office, _) = applied(applied_on);
            assert_eq!(state(&office, today), LicenceState::Valid { until }, "{applied_on} {today}");
        }
        let (office, _) = applied(date!(9998 - 06 - 01));
        let until = date!(9999 - 12 - 30);
        assert_eq!(state(&office, until), LicenceState::Valid { until });
    }

    #[test]
    fn who_opts_out_keeps_the_term_that_is_running() {
        let (mut office, _) = applied(date!(2025 - 06 - 01));
        opt_out(&mut office, date!(2027 - 01 - 15)).unwrap();
        let licence = office.licence.clone().unwrap();
        assert_eq!((licence.from, licence.until), (date!(2026 - 06 - 01), date!(2027 - 05 - 31)));
        assert_eq!((licence.applied_on, licence.renews), (date!(2025 - 06 - 01), false));
        let until = date!(2027 - 05 - 31);
        assert_eq!(state(&office, until), LicenceState::Valid { until });
        assert_eq!(state(&office, date!(2027 - 06 - 01)), LicenceState::Expired { until });
        let again = opt_out(&mut office, date!(2027 - 01 - 16)).unwrap_err();
        assert_eq!(again, Refusal::plain(Business::NothingToOptOut));
        assert_eq!(opt_out(&mut unlicensed(), until).unwrap_err(), Refusal::plain(Business::NothingToOptOut));
    }

    #[test]
    fn an_application_is_possible_before_the_first_and_after_a_settled_term_only() {
        let no = Refusal::plain(Business::ApplicationNotPossible);
        let (mut office, _) = applied(date!(2024 - 04 - 01));
        assert_eq!(apply(&mut office, &application(), date!(2025 - 03 - 31)), Err(no.clone()));
        assert_eq!(apply(&mut office, &application(), date!(2025 - 04 - 01)), Err(no.clone()), "not settled");
        office.licence.as_mut().unwrap().paid = true;
        assert_eq!(apply(&mut office, &application(), date!(2025 - 03 - 31)), Err(no.clone()));
        let applied = apply(&mut office, &application(), date!(2025 - 04 - 01)).unwrap();
        assert_eq!((applied.from, applied.until), (date!(2025 - 04 - 01), date!(2026 - 03 - 31)));
        assert_eq!(apply(&mut office, &application(), date!(2025 - 03 - 30)), Err(no), "not begun");
    }

    #[test]
    fn both_boxes_must_be_ticked_before_the_form_is_read() {
        for (terms_agreed, privacy_agreed) in [(false, true), (true, false), (false, false)] {
            let application = LicenceApplication { terms_agreed, privacy_agreed, ..LicenceApplication::default() };
            let refusal = apply(&mut unlicensed(), &application, date!(2026 - 11 - 27)).unwrap_err();
            assert_eq!(refusal, Refusal::plain(Business::TermsNotAgreed));
        }
        let empty = LicenceApplication { terms_agreed: true, privacy_agreed: true, ..LicenceApplication::default() };
        let mut office = unlicensed();
        let refusal = apply(&mut office, &empty, date!(2026 - 11 - 27)).unwrap_err();
        assert_eq!((refusal.why, refusal.fields.len()), (Business::FormInvalid, 7));
        assert_eq!(office, unlicensed());
    }

    #[test]
    fn what_the_page_shows_follows_the_state() {
        let shown = |office: &Office, today| {
            let view = view(office, today);
            assert!(view.texts.iter().all(|text| text.official_wording));
            let texts: Vec<String> = view.texts.into_iter().map(|shown| shown.text.ja).collect();
            (texts, view.can_apply, view.settlement, view.until)
        };
        let may = "利用申請可能です。".to_owned();
        let done = "利用申請が正常に完了しております。".to_owned();
        let not =
            "ご利用期間内、もしくはライセンス料のお支払が完了していない為、現在は利用申請ができません。".to_owned();
        let (day, until) = (date!(2024 - 04 - 01), date!(2025 - 03 - 31));
        assert_eq!(shown(&unlicensed(), day), (vec![may.clone()], true, None, None));
        let (mut office, _) = applied(day);
        let unsettled = Some("未完了".to_owned());
        assert_eq!(shown(&office, until), (vec![done.clone(), not.clone()], false, unsettled.clone(), Some(until)));
        let after = date!(2025 - 04 - 01);
        assert_eq!(shown(&office, after), (vec![not.clone()], false, unsettled, Some(until)));
        office.licence.as_mut().unwrap().paid = true;
        let settled = Some("完了".to_owned());
        assert_eq!(shown(&office, after), (vec![may], true, settled.clone(), Some(until)));
        assert_eq!(shown(&office, date!(2024 - 03 - 31)), (vec![done, not], false, settled, Some(until)));
    }

    #[test]
    fn days_travel_as_iso_dates() {
        let (office, applied) = applied(date!(2026 - 11 - 27));
        let json = serde_json::to_value(&applied).unwrap();
        assert_eq!((&json["applied_on"], &json["until"]), (&"2026-11-27".into(), &"2027-11-26".into()));
        let json = serde_json::to_value(view(&office, date!(2026 - 11 - 27))).unwrap();
        assert_eq!(json["until"], "2027-11-26");
        let json = serde_json::to_value(view(&unlicensed(), date!(2026 - 11 - 27))).unwrap();
        assert_eq!(json["until"], serde_json::Value::Null);
        let stored = serde_json::to_string(&office).unwrap();
        assert_eq!(serde_json::from_str::<Office>(&stored).unwrap(), office);
    }
}

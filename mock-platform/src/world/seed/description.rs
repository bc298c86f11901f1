//! The description of a world in TOML or JSON. Knows its keys and which values can be; an unknown key
//! is an error.
//!
//! ```toml
//! [[offices]]
//! number = "9970100013"
//! name = "見本居宅介護支援事業所"
//! service_types = ["43"]
//! office_user = { password = "Himitsu123", state = "temporary" }   # all optional
//! licence = { applied_on = "2026-06-01" }                          # absent: none
//!
//! [[notices]]
//! title = "お知らせ"
//! text = "本文"
//! ```

use std::collections::BTreeSet;

use renkei_validator::spec::Party;
use renkei_validator::text::Message;
use serde::Deserialize;
use time::{Date, Duration, OffsetDateTime};

use super::{Seed, SeedError, SeedNotice, default_user, lasting_licence, licence_from, office};
use crate::model::{Applicant, Licence, Office, OfficeNumber, PasswordState, User, date};
use crate::world::UserKind;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    #[serde(default)]
    offices: Vec<OfficeDescription>,
    #[serde(default)]
    notices: Vec<NoticeDescription>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficeDescription {
    number: OfficeNumber,
    name: Named,
    service_types: Vec<ServiceType>,
    office_user: Option<UserDescription<OfficeUserId>>,
    personal_user: Option<UserDescription<PersonalUserId>>,
    licence: Option<LicenceDescription>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UserDescription<Id> {
    id: Option<Id>,
    password: Option<Named>,
    state: Option<PasswordState>,
}

/// Left out, a date is such that the licence is good today and renews itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LicenceDescription {
    #[serde(default, with = "date::option")]
    applied_on: Option<Date>,
    #[serde(default, with = "date::option")]
    from: Option<Date>,
    #[serde(default, with = "date::option")]
    until: Option<Date>,
    paid: Option<bool>,
    renews: Option<bool>,
    applicant: Option<Applicant>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticeDescription {
    #[serde(default, with = "time::serde::rfc3339::option")]
    at: Option<OffsetDateTime>,
    title: Named,
    #[serde(default)]
    text: String,
    office: Option<OfficeNumber>,
}

macro_rules! parsed {
    ($($(#[$doc:meta])* $name:ident if |$text:ident| $holds:expr, else $complaint:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(try_from = "String")]
        struct $name(String);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from($text: String) -> Result<$name, String> {
                if $holds { Ok($name($text)) } else { Err(format!(concat!("{:?} ", $complaint), $text)) }
            }
        }
    )*};
}

parsed! {
    /// A text that is not empty.
    Named if |text| !text.trim().is_empty(), else "must not be empty";
    /// サービス種類コード
    ServiceType if |text| Party::of(&text).is_some(), else "is not a service type code";
    /// `KJ` and twelve.
    OfficeUserId if |text| is_id(&text, "KJ") && text.len() == 14, else "is not KJ and twelve letters or digits";
    /// `c` and more.
    PersonalUserId if |text| is_id(&text, "c") && text.len() <= 32, else "is not c and letters or digits";
}

fn is_id(text: &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix).unwrap_or_default();
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

pub(super) fn seed(description: Description, today: Date) -> Result<Seed, SeedError> {
    if description.offices.is_empty() {
        return Err(SeedError::NoOffices);
    }
    let offices = description.offices.into_iter().map(|described| office_of(described, today));
    let notices = description.notices.into_iter().map(|notice| SeedNotice {
        at: notice.at,
        title: notice.title.0,
        text: notice.text,
        office: notice.office,
    });
    Seed { offices: offices.collect(), notices: notices.collect() }.checked()
}

fn office_of(described: OfficeDescription, today: Date) -> Office {
    let OfficeDescription { number, name, service_types, office_user, personal_user, licence } = described;
    let types: BTreeSet<String> = service_types.into_iter().map(|code| code.0).collect();
    let office_user = office_user.map(|user| UserDescription {
        id: user.id.map(|id| id.0),
        password: user.password,
        state: user.state,
    });
    let personal_user = personal_user.map(|user| UserDescription {
        id: user.id.map(|id| id.0),
        password: user.password,
        state: user.state,
    });
    Office {
        office_user: user_of(office_user, default_user(UserKind::Office, &number)),
        personal_user: user_of(personal_user, default_user(UserKind::Personal, &number)),
        licence: licence.map(|licence| licence_of(licence, today)),
        ..office(number, name.0, types)
    }
}

/// What a description would not take of an office, in Japanese and in English.
pub(super) fn flaw_of(office: &Office) -> Option<Message> {
    let blank = |text: &str| text.trim().is_empty();
    let unfit = |ja: &str, en: &str| Some(Message::pair(ja, en));
    if blank(&office.name) {
        return unfit("事業所名がありません", "the name must not be empty");
    }
    if let Some(code) = office.service_types.iter().find(|code| Party::of(code).is_none()) {
        return unfit(
            &format!("「{code}」はサービス種類コードではありません"),
            &format!("{code:?} is not a service type code"),
        );
    }
    for user in [&office.office_user, &office.personal_user] {
        if blank(&user.password) {
            return unfit(
                &format!("ユーザID {} のパスワードがありません", user.id),
                &format!("user {} has no password", user.id),
            );
        }
    }
    match &office.licence {
        Some(Licence { from, until, .. }) if until < from => unfit(
            &format!("ライセンスの有効期限（until）{until} が開始日（from）{from} より前です"),
            &format!("the licence ends (until = {until}) before it begins (from = {from})"),
        ),
        Some(_) | None => None,
    }
}

fn user_of(described: Option<UserDescription<String>>, default: User) -> User {
    let Some(UserDescription { id, password, state }) = described else { return default };
    User {
        id: id.unwrap_or(default.id),
        password: password.map_or(default.password, |password| password.0),
        state: state.unwrap_or(default.state),
        failures: 0,
        locked_until: None,
    }
}

fn licence_of(described: LicenceDescription, today: Date) -> Licence {
    let LicenceDescription { applied_on, from, until, paid, renews, applicant } = described;
    let default = match from.or(applied_on) {
        Some(from) => licence_from(from),
        None => {
            let lasting = lasting_licence(today);
            // One that has ended before is a year's.
            match until.filter(|until| *until < lasting.from) {
                Some(until) => licence_from(until.saturating_sub(Duration::days(364))),
                None => lasting,
            }
        }
    };
    Licence {
        applied_on: applied_on.unwrap_or(default.applied_on),
        from: default.from,
        until: until.unwrap_or(default.until),
        paid: paid.unwrap_or(default.paid),
        // An end that is written down is one, unless renewal is written down, too.
        renews: renews.unwrap_or(default.renews && until.is_none()),
        applicant: applicant.unwrap_or(default.applicant),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 11 - 27);

    #[test]
    fn what_is_left_out_has_its_default() {
        let seed = Seed::from_toml(
            r#"
                [[offices]]
                number = "9970100013"
                name = "見本居宅"
                service_types = ["43"]
                office_user = { password = "Himitsu123", state = "temporary" }
                personal_user = { id = "c123" }
                licence = { applied_on = "2025-05-31" }
            "#,
            TODAY,
        );
        let seed = seed.unwrap();
        let office = &seed.offices()[0];
        assert_eq!((office.name.as_str(), office.service_types.join(" ").as_str()), ("見本居宅", "43"));
        assert_eq!(
            (office.office_user.id.as_str(), office.office_user.password.as_str()),
            ("KJ999970100013", "Himitsu123")
        );
        assert_eq!(office.office_user.state, PasswordState::Temporary);
        assert_eq!(
            (office.personal_user.id.as_str(), office.personal_user.password.as_str()),
            ("c123", "Person9970100013")
        );
        assert_eq!(office.personal_user.state, PasswordState::Regular);
        let licence = office.licence.as_ref().unwrap();
        assert_eq!((licence.from, licence.until), (date!(2025 - 05 - 31), date!(2026 - 05 - 30)));
        assert_eq!((licence.paid, licence.renews), (false, false));
    }

    #[test]
    fn a_licence_ends_no_earlier_than_it_begins() {
        let seed = |licence: &str| {
            let head = "[[offices]]\nnumber = \"9970100013\"\nname = \"見本\"\nservice_types = [\"43\"]\n";
            Seed::from_toml(&format!("{head}licence = {{ {licence} }}\n"), TODAY)
        };
        for (licence, from, until) in [
            (r#"until = "2020-03-31""#, "2019-04-02", "2020-03-31"),
            (r#"until = "2025-06-01""#, "2025-06-01", "2025-06-01"),
            (r#"from = "2026-04-01", until = "2026-04-01""#, "2026-04-01", "2026-04-01"),
        ] {
            let read = seed(licence).unwrap().offices()[0].licence.clone().unwrap();
            assert_eq!((read.from.to_string().as_str(), read.until.to_string().as_str()), (from, until), "{licence}");
        }
        for begins in ["from", "applied_on"] {
            let refused = seed(&format!(r#"{begins} = "2026-04-01", until = "2026-03-31""#)).unwrap_err();
            let told = refused.message("");
            assert_eq!(
                told.ja,
                "事業所 9970100013: ライセンスの有効期限（until）2026-03-31 が開始日（from）2026-04-01 より前です"
            );
            assert_eq!(
                told.en,
                "office 9970100013: the licence ends (until = 2026-03-31) before it begins (from = 2026-04-01)"
            );
        }
    }

    #[test]
    fn a_world_has_an_office() {
        for text in ["", "offices = []", "[[notices]]\ntitle = \"お知らせ\"\n"] {
            let told = Seed::from_toml(text, TODAY).unwrap_err().message(text);
            assert_eq!(
                (told.ja.as_str(), told.en.as_str()),
                ("[[offices]] が1つもありません", "there is no [[offices]]")
            );
        }
    }

    #[test]
    fn json_of_the_same_shape_is_read_too() {
        let json = r#"{"offices":[{"number":"9970100013","name":"見本","service_types":["43"],
            "licence":{"until":"2026-11-26"}}],"notices":[{"title":"お知らせ","office":"9970100013"}]}"#;
        let seed = Seed::from_json(json, TODAY).unwrap();
        let licence = seed.offices()[0].licence.as_ref().unwrap();
        assert_eq!((licence.until, licence.renews), (date!(2026 - 11 - 26), false));
        assert_eq!(seed.notices().len(), 1);
    }

    #[test]
    fn an_error_tells_its_line() {
        let head = "[[offices]]\nnumber = \"9970100013\"\nname = \"見本\"\n";
        for (tail, line, words) in [
            ("service_types = [\"43\"]\ncolour = 1\n", "line 5", "colour"),
            ("service_types = [\"4Z\"]\n", "line 4", "is not a service type code"),
            ("service_types = [\"43\"]\noffice_user = { id = \"KJ1\" }\n", "line 5", "KJ and twelve"),
            ("service_types = [\"43\"]\npersonal_user = { id = \"KJ999970100013\" }\n", "line 5", "is not c"),
            ("service_types = [\"43\"]\nlicence = { until = \"2026-02-30\" }\n", "line 5", "until"),
            ("service_types = [\"43\"]\noffice_user = { state = \"lost\" }\n", "line 5", "lost"),
            ("service_types = 43\n", "line 4", "sequence"),
        ] {
            let error = Seed::from_toml(&format!("{head}{tail}"), TODAY).unwrap_err().to_string();
            assert!(error.contains(line) && error.contains(words), "{tail}: {error}");
        }
        let error = Seed::from_json("{\n\"office\": []}", TODAY).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("office"), "{error}");
    }

    #[test]
    fn numbers_and_users_stand_there_once() {
        let office = |number: &str, id: &str| {
            format!(
                "[[offices]]\nnumber = \"{number}\"\nname = \"甲\"\nservice_types = [\"43\"]\npersonal_user = {{ id = \"{id}\" }}\n"
            )
        };
        let twice = format!("{}{}", office("9970100013", "c1"), office("9970100013", "c2"));
        assert!(matches!(Seed::from_toml(&twice, TODAY), Err(SeedError::OfficeTwice(_))));
        let shared = format!("{}{}", office("9970100013", "c1"), office("9970100021", "c1"));
        assert!(matches!(Seed::from_toml(&shared, TODAY), Err(SeedError::UserTwice(id)) if id == "c1"));
        let nobody = format!("{}[[notices]]\ntitle = \"甲\"\noffice = \"9970100021\"\n", office("9970100013", "c1"));
        assert!(matches!(Seed::from_toml(&nobody, TODAY), Err(SeedError::NoticeForNobody(_))));
    }
}

//! The form 利用申請: what may stand in its fields. Knows the four messages that the real screen shows
//! beside them; knows no licence.
//!
//! The words are the real system's. Which of them it shows for a name that is not full-width, for a
//! mail address without `@`, and for a field of nothing but spaces, is an assumption.

use renkei_validator::text::Text;

use crate::model::Applicant;
use crate::refusal::FieldError;

const MISSING: Text = Text { ja: "未入力です。", en: "Nothing has been entered." };
const PHONE: Text = Text {
    ja: "10桁、もしくは11桁の数字を入力してください。",
    en: "Enter a number of 10 or 11 digits.",
};
const FORM: Text = Text {
    ja: "不正な形式または不正な記号が入力されています。",
    en: "The form is wrong, or a character is not allowed here.",
};
const APART: Text =
    Text { ja: "メールアドレスが一致していません。", en: "The mail addresses differ." };

/// What is wrong with the fields, in their order; one message for each at most.
pub(super) fn errors(applicant: &Applicant) -> Vec<FieldError> {
    let Applicant {
        representative_family_name,
        representative_given_name,
        contact_family_name,
        contact_given_name,
        phone: phone_number,
        mail: address,
        mail_again,
    } = applicant;
    let checks = [
        ("representative_family_name", name(representative_family_name)),
        ("representative_given_name", name(representative_given_name)),
        ("contact_family_name", name(contact_family_name)),
        ("contact_given_name", name(contact_given_name)),
        ("phone", phone(phone_number)),
        ("mail", mail(address)),
        ("mail_again", again(mail_again, address)),
    ];
    let error = |(field, message): (&str, Option<Text>)| {
        Some(FieldError { field: field.to_owned(), message: message?.into(), official_wording: true })
    };
    checks.into_iter().filter_map(error).collect()
}

fn name(text: &str) -> Option<Text> {
    match text {
        text if text.trim().is_empty() => Some(MISSING),
        text if text.chars().all(is_full_width) => None,
        _ => Some(FORM),
    }
}

/// Whether a character is none of those that are half as wide: ASCII and Latin-1, half-width katakana
/// and symbols. Control characters are no characters of a name either.
fn is_full_width(c: char) -> bool {
    !matches!(c, '\0'..='\u{FF}' | '\u{FF61}'..='\u{FFDC}' | '\u{FFE8}'..='\u{FFEE}') && !c.is_control()
}

fn phone(text: &str) -> Option<Text> {
    match text {
        "" => Some(MISSING),
        text if matches!(text.len(), 10 | 11) && text.bytes().all(|byte| byte.is_ascii_digit()) => None,
        _ => Some(PHONE),
    }
}

fn mail(text: &str) -> Option<Text> {
    match text {
        "" => Some(MISSING),
        text if is_address(text) => None,
        _ => Some(FORM),
    }
}

/// Letters, digits, `-`, `.` and `_` around one `@`.
fn is_address(text: &str) -> bool {
    let allowed = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    text.split_once('@').is_some_and(|(user, host)| allowed(user) && allowed(host))
}

/// A second address that differs is told so and nothing else, as on the real screen.
fn again(text: &str, address: &str) -> Option<Text> {
    match text {
        "" => Some(MISSING),
        text if text == address => None,
        _ => Some(APART),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_full_width() {
        for good in ["見本", "みほん", "ミホン", "Ｍｉｈｏｎ", "見本　一", "髙﨑", "𠮷田", "ー々〆"]
        {
            assert_eq!(name(good), None, "{good}");
        }
        for bad in ["Mihon", "見本1", "見本 一", "ﾐﾎﾝ", "見本\u{7}", "é", "見\u{85}本"] {
            assert_eq!(name(bad), Some(FORM), "{bad}");
        }
        for none in ["", " ", "　"] {
            assert_eq!(name(none), Some(MISSING), "{none:?}");
        }
    }

    #[test]
    fn phones_are_ten_or_eleven_digits() {
        for good in ["0300000000", "09000000000"] {
            assert_eq!(phone(good), None, "{good}");
        }
        for bad in
            ["030000000", "030000000000", "03-1234-567", "03-0000-0000", "０３００００００００", "03000000a0", " "]
        {
            assert_eq!(phone(bad), Some(PHONE), "{bad}");
        }
        assert_eq!(phone(""), Some(MISSING));
    }

    #[test]
    fn mail_addresses_are_of_few_characters() {
        for good in ["a@b", "test1@test.com", "care-plan_1.x@mail.example.com"] {
            assert_eq!(mail(good), None, "{good}");
        }
        for bad in [
            "test!@test.com",
            "test+1@test.com",
            "test",
            "@test.com",
            "test@",
            "a@b@c",
            "ｔｅｓｔ@test.com",
            "a b@c",
            " ",
        ] {
            assert_eq!(mail(bad), Some(FORM), "{bad}");
        }
        assert_eq!(mail(""), Some(MISSING));
    }

    #[test]
    fn the_second_address_is_the_first_again() {
        assert_eq!(again("a@b", "a@b"), None);
        assert_eq!(again("test#@test.com", "test!@test.com"), Some(APART));
        assert_eq!(again("A@b", "a@b"), Some(APART));
        assert_eq!(again("", "a@b"), Some(MISSING));
        assert_eq!(again("", ""), Some(MISSING));
    }

    #[test]
    fn the_form_of_the_manual_has_the_messages_of_the_manual() {
        let applicant = Applicant {
            representative_family_name: "東京".to_owned(),
            representative_given_name: "太郎".to_owned(),
            contact_family_name: String::new(),
            contact_given_name: String::new(),
            phone: "03-1234-567".to_owned(),
            mail: "test!@test.com".to_owned(),
            mail_again: "test#@test.com".to_owned(),
        };
        let errors = errors(&applicant);
        assert!(errors.iter().all(|error| error.official_wording));
        let shown: Vec<(&str, &str)> =
            errors.iter().map(|error| (error.field.as_str(), error.message.ja.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("contact_family_name", "未入力です。"),
                ("contact_given_name", "未入力です。"),
                ("phone", "10桁、もしくは11桁の数字を入力してください。"),
                ("mail", "不正な形式または不正な記号が入力されています。"),
                ("mail_again", "メールアドレスが一致していません。"),
            ]
        );
    }
}

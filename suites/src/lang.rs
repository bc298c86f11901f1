//! The language a person is spoken to in. Knows locales and the words for failures of reading;
//! knows no verb.

use std::io;

use renkei_reports::Lang;
use renkei_validator::text::Message;

/// The language of a setting's value.
pub(crate) fn parse(text: &str) -> Option<Lang> {
    match text {
        "ja" => Some(Lang::Ja),
        "en" => Some(Lang::En),
        _ => None,
    }
}

/// The language of the reader's locale. Where there is none, Japanese: those who work with
/// ケアプランデータ連携 read it.
pub(crate) fn of_locale() -> Lang {
    from_locale(sys_locale::get_locale().as_deref())
}

fn from_locale(locale: Option<&str>) -> Lang {
    let Some(locale) = locale else { return Lang::Ja };
    let primary = locale.split(['-', '_', '.', '@']).next().unwrap_or(locale);
    if primary.eq_ignore_ascii_case("ja") { Lang::Ja } else { Lang::En }
}

/// One of two fixed sentences.
pub(crate) fn pick<'a>(lang: Lang, ja: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

/// A message in a language.
pub(crate) fn read(lang: Lang, message: &Message) -> &str {
    pick(lang, &message.ja, &message.en)
}

/// Why reading or writing failed.
pub(crate) fn io_reason(error: &io::Error) -> Message {
    let ja = match error.kind() {
        io::ErrorKind::NotFound => "見つかりません",
        io::ErrorKind::PermissionDenied => "アクセスが許可されていません",
        io::ErrorKind::IsADirectory => "フォルダーです",
        io::ErrorKind::NotADirectory => "途中のパスがフォルダーではありません",
        io::ErrorKind::StorageFull => "空き容量がありません",
        io::ErrorKind::UnexpectedEof => "途中で終わっています",
        _ => return Message::same(error.to_string()),
    };
    Message::pair(ja, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_japanese_locale_in_any_spelling_is_japanese() {
        for locale in ["ja", "ja-JP", "ja_JP.UTF-8", "JA-jp"] {
            assert_eq!(from_locale(Some(locale)), Lang::Ja, "{locale}");
        }
    }

    #[test]
    fn another_locale_is_english_and_none_is_japanese() {
        for locale in ["en-US", "C", "POSIX", "jav-ID", "de"] {
            assert_eq!(from_locale(Some(locale)), Lang::En, "{locale}");
        }
        assert_eq!(from_locale(None), Lang::Ja);
    }
}

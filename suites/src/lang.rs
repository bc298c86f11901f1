//! The language a person is spoken to in. Knows locales and the words for failures of reading;
//! knows no verb.

use std::io;

use renkei_reports::Lang;
use renkei_validator::text::Message;

use crate::input::Damaged;
use crate::text_file;

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

/// Why reading or writing failed. What happens often is told in our own words, as Windows has others in every
/// language.
pub(crate) fn io_reason(error: &io::Error) -> Message {
    if cfg!(windows) && error.raw_os_error().is_some_and(is_held_on_windows) {
        return Message::pair("ほかのプログラムが使用中です", "another program is using it");
    }
    if text_file::is_other(error) {
        return Message::pair(
            "UTF-8の文字として読み取れません。UTF-8で保存してください",
            "it is not in UTF-8; save it as UTF-8",
        );
    }
    if error.get_ref().is_some_and(|inner| inner.is::<Damaged>()) {
        return Message::pair("書庫の中で壊れています", "it is damaged within the archive");
    }
    let (ja, en) = match error.kind() {
        io::ErrorKind::NotFound => ("見つかりません", "it is not there"),
        io::ErrorKind::PermissionDenied => ("アクセスが許可されていません", "access is not permitted"),
        io::ErrorKind::IsADirectory => ("フォルダーです", "it is a folder"),
        io::ErrorKind::NotADirectory => ("途中のパスがフォルダーではありません", "a part of the path is not a folder"),
        io::ErrorKind::InvalidFilename => ("この名前は使えません", "there can be no such name"),
        io::ErrorKind::AlreadyExists => ("すでにあります", "it is there already"),
        io::ErrorKind::StorageFull => ("空き容量がありません", "there is no space left"),
        io::ErrorKind::QuotaExceeded => ("使える容量の上限に達しています", "the quota is used up"),
        io::ErrorKind::FileTooLarge => ("ファイルの大きさの上限を超えます", "the file would be too large"),
        io::ErrorKind::ReadOnlyFilesystem => ("書き込みできないディスクです", "the disk is read-only"),
        io::ErrorKind::AddrInUse => ("このポートはすでに使われています", "the port is in use"),
        io::ErrorKind::AddrNotAvailable => ("この端末にないアドレスです", "this machine has no such address"),
        io::ErrorKind::UnexpectedEof => ("途中で終わっています", "it ends too early"),
        _ => return Message::same(error.to_string()),
    };
    Message::pair(ja, en)
}

/// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`, for which the standard library has no kind.
fn is_held_on_windows(code: i32) -> bool {
    matches!(code, 32 | 33)
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

    #[test]
    fn what_often_fails_is_told_in_words_of_our_own() {
        let missing = std::fs::read("no/such/file").unwrap_err();
        assert_eq!(io_reason(&missing), Message::pair("見つかりません", "it is not there"));
        let full = io::ErrorKind::StorageFull.into();
        assert_eq!(io_reason(&full), Message::pair("空き容量がありません", "there is no space left"));
        let bound = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let again = std::net::TcpListener::bind(bound.local_addr().unwrap()).unwrap_err();
        assert_eq!(io_reason(&again), Message::pair("このポートはすでに使われています", "the port is in use"));
        let other = io::Error::other("the disk is on fire");
        assert_eq!(io_reason(&other), Message::same("the disk is on fire"));
    }

    #[cfg(windows)]
    #[test]
    fn a_file_that_another_program_keeps_to_itself_is_told_as_that() {
        use std::os::windows::fs::OpenOptionsExt as _;

        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.into_temp_path();
        let held = std::fs::File::options().write(true).share_mode(0).open(&path).unwrap();
        let error = std::fs::read(&path).unwrap_err();
        assert_eq!(io_reason(&error), Message::pair("ほかのプログラムが使用中です", "another program is using it"));
        drop(held);
    }
}

//! What parsers and the machine say, in words of our own in both languages: theirs are English, or those of the
//! system. Knows their words; knows nothing of what was read.

use std::error::Error;
use std::io;
use std::iter::successors;

use renkei_validator::text::Message;

use crate::faults::nearest;
use crate::pki::PkiError;

/// Characters of an unknown word that are repeated.
const MOST_WORD_CHARS: usize = 60;

/// What serde says of a key or a value; `None` where it is something else.
pub(crate) fn of_parser(told: &str) -> Option<Message> {
    let begins = |words: &[&str]| words.iter().any(|words| told.starts_with(words));
    let key = || quoted(told).next().map(cut).unwrap_or_default();
    Some(if begins(&["unknown field"]) {
        unknown(told, "項目", "key")
    } else if begins(&["unknown variant"]) {
        unknown(told, "値", "value")
    } else if begins(&["missing field"]) {
        Message::pair(format!("項目「{}」がありません", key()), format!("the key `{}` is missing", key()))
    } else if begins(&["duplicate"]) {
        Message::pair("同じ項目が2つあります", format!("a key is there twice: {told}"))
    } else if begins(&["invalid type"]) {
        Message::pair(of_another_type(told), format!("the value is of another type: {told}"))
    } else if begins(&["invalid digit", "cannot parse integer"]) {
        Message::pair("整数にします", "it is a whole number")
    } else if begins(&["number too large", "number too small"]) {
        Message::pair("数が範囲の外にあります", "the number is out of range")
    } else {
        return None;
    })
}

/// The words that a parser quotes.
fn quoted(told: &str) -> impl Iterator<Item = &str> {
    told.split('`').skip(1).step_by(2)
}

/// A word that is none of those known: with the one that may have been meant, else with all.
fn unknown(told: &str, ja: &str, en: &str) -> Message {
    let mut words = quoted(told);
    let word = words.next().map(cut).unwrap_or_default();
    let known: Vec<&str> = words.collect();
    let (also_ja, also_en) = match nearest(&word, &known) {
        Some(near) => (format!("「{near}」のことですか"), format!("did you mean `{near}`?")),
        None => {
            (format!("使えるのは次のとおりです: {}", known.join("、")), format!("it is one of {}", known.join(", ")))
        }
    };
    Message::pair(
        format!("「{word}」という{ja}はありません。{also_ja}"),
        format!("there is no {en} `{word}`; {also_en}"),
    )
}

fn cut(word: &str) -> String {
    word.chars().take(MOST_WORD_CHARS).collect()
}

/// In Japanese, of which kind a value has to be, where that is a plain one.
fn of_another_type(told: &str) -> String {
    let expected = told.rsplit_once("expected ").map_or("", |(_, expected)| expected);
    let kind = match expected {
        "u16" | "u32" | "u64" | "usize" => "整数",
        "a string" => "文字列",
        "a boolean" => "trueかfalse",
        "a sequence" => "配列（[ ]）",
        expected if expected.starts_with("struct ") => "項目の組（{ }）",
        expected => return format!("値の種類が違います（{expected}）"),
    };
    format!("値の種類が違います。{kind}にします")
}

/// Why something could not be read or written: in Japanese, what the disk is known to say.
pub(crate) fn of_disk(error: &(dyn Error + 'static)) -> Message {
    let causes = || successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source());
    let words: Vec<String> = causes().map(ToString::to_string).collect();
    let en = words.join(": ");
    let known = causes().find_map(|cause| {
        let full = cause.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
        let failed = match cause.downcast_ref::<PkiError>() {
            Some(PkiError::File { error, .. }) => Some(error),
            Some(_) | None => cause.downcast_ref::<io::Error>(),
        };
        match failed.map(io::Error::kind) {
            Some(kind) => in_japanese(kind),
            None if full == Some(rusqlite::ErrorCode::DiskFull) => in_japanese(io::ErrorKind::StorageFull),
            None => None,
        }
    });
    Message::pair(known.unwrap_or(&en), en.clone())
}

fn in_japanese(kind: io::ErrorKind) -> Option<&'static str> {
    Some(match kind {
        io::ErrorKind::NotFound => "見つかりません",
        io::ErrorKind::PermissionDenied => "アクセスが許可されていません",
        io::ErrorKind::IsADirectory => "フォルダーです",
        io::ErrorKind::NotADirectory => "途中のパスがフォルダーではありません",
        io::ErrorKind::InvalidFilename => "この名前は使えません",
        io::ErrorKind::AlreadyExists => "すでにあります",
        io::ErrorKind::StorageFull => "空き容量がありません",
        io::ErrorKind::QuotaExceeded => "使える容量の上限に達しています",
        io::ErrorKind::FileTooLarge => "ファイルの大きさの上限を超えます",
        io::ErrorKind::ReadOnlyFilesystem => "書き込みできないディスクです",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreError;

    #[test]
    fn what_a_parser_says_is_told_in_japanese_alone() {
        for (told, ja) in [
            ("unknown field `naem`, expected `name` or `text`", "「naem」という項目はありません。「name」のことですか"),
            (
                "unknown variant `x`, expected one of `run_from`, `stop_at`, `machine`",
                "「x」という値はありません。使えるのは次のとおりです: run_from、stop_at、machine",
            ),
            ("missing field `title`", "項目「title」がありません"),
            ("duplicate field `title`", "同じ項目が2つあります"),
            ("invalid type: integer `5`, expected a string", "値の種類が違います。文字列にします"),
            ("invalid digit found in string", "整数にします"),
            ("number too large to fit in target type", "数が範囲の外にあります"),
        ] {
            assert_eq!(of_parser(told).unwrap().ja, ja);
        }
        assert_eq!(of_parser("expected value"), None);
    }

    #[test]
    fn what_the_disk_says_is_told_in_japanese_where_it_is_known() {
        let failed = |source| StoreError::Io { doing: "write", path: "store/bodies-1.log".into(), source };
        let full = of_disk(&failed(io::ErrorKind::StorageFull.into()));
        assert_eq!(full.ja, "空き容量がありません");
        assert!(full.en.starts_with("cannot write store/bodies-1.log: "), "{}", full.en);
        let other = of_disk(&failed(io::Error::other("the disk is on fire")));
        assert_eq!(other, Message::same("cannot write store/bodies-1.log: the disk is on fire"));
    }
}

//! Reads JSON that software wrote, and says what is wrong with it and where. Repeats no value: it may be one of
//! people.

use renkei_validator::text::Message;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// Reads JSON in UTF-8, with a byte order mark or without.
///
/// # Errors
///
/// The place, and what is wrong there.
pub(super) fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, Message> {
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    if let Err(error) = std::str::from_utf8(json) {
        let before = &json[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let byte = 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count();
        return Err(Message::pair(
            format!("{line}行{byte}バイト目: UTF-8ではありません。JSONはUTF-8で書きます"),
            format!("line {line}, byte {byte}: this is not UTF-8, in which JSON is written"),
        ));
    }
    let mut reader = serde_json::Deserializer::from_slice(json);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, error) = (error.path().to_string(), error.into_inner());
        let (line, byte) = (error.line(), error.column());
        let (ja, en) = match error.classify() {
            Category::Data => {
                let why = error.to_string();
                let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
                let en = if is_of_type(why) { "the value has another type" } else { why };
                let (before, path) = if path == "." { ("", "") } else { (" ", path.as_str()) };
                let comma = if path.is_empty() { "" } else { "," };
                // The path tells the place; the column is that of a value or of its end, as the library is built.
                return Message::pair(
                    format!("{line}行目{before}{path}: {}", in_japanese(why)),
                    format!("line {line}{comma}{before}{path}: {en}"),
                );
            }
            Category::Eof => ("JSONが途中で終わっています", "the JSON stops in the middle"),
            Category::Syntax | Category::Io => ("JSONとして読み取れません", "this is not JSON"),
        };
        Message::pair(format!("{line}行{byte}バイト目: {ja}"), format!("line {line}, byte {byte}: {en}"))
    })?;
    reader.end().map_err(|_| Message::pair("JSONの後に余分な文字があります", "something stands after the JSON"))?;
    Ok(read)
}

/// What serde says of a wrong type: that repeats the value.
fn is_of_type(why: &str) -> bool {
    why.starts_with("invalid type")
}

/// What serde, or the words of a content, say is wrong.
fn in_japanese(why: &str) -> String {
    let name = || why.split('`').nth(1).unwrap_or_default();
    for (said, what) in [("there is no item ", "項目"), ("there is no kind ", "種別"), ("there is no version ", "版")]
    {
        if let Some(name) = why.strip_prefix(said) {
            return format!("{what} {name} はありません");
        }
    }
    if let Some(name) = why.strip_prefix("the item ").and_then(|rest| rest.strip_suffix(" is there twice")) {
        return format!("項目 {name} が2つあります");
    }
    match why {
        "this is not base64" => "base64として読み取れません".to_owned(),
        _ if is_of_type(why) => "値の型が違います".to_owned(),
        _ if why.starts_with("missing field") => format!("{} がありません", name()),
        _ if why.starts_with("unknown field") => format!("{} という名前は使えません", name()),
        _ if why.starts_with("duplicate field") => format!("{} が2つあります", name()),
        _ if why.starts_with("unknown variant") => format!("{} は使えません", name()),
        _ => format!("値が正しくありません（{why}）"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn bytes_that_are_no_json_are_told_with_their_place() {
        let why = |json: &[u8]| read::<Value>(json).map_err(|why| why.en);
        assert_eq!(why(b"\xEF\xBB\xBF{}").map(|value| value.to_string()), Ok("{}".to_owned()));
        // Shift_JIS, and what PowerShell writes.
        let not_utf8 = |place: &str| Err(format!("{place}: this is not UTF-8, in which JSON is written"));
        assert_eq!(why(b"{\n\"a\": \"\x8C\xA9\"}"), not_utf8("line 2, byte 7"));
        assert_eq!(why(b"\xFF\xFE{\0}\0"), not_utf8("line 1, byte 1"));
        assert_eq!(why(b"[1,\n2"), Err("line 2, byte 1: the JSON stops in the middle".to_owned()));
        assert_eq!(why(b""), Err("line 1, byte 0: the JSON stops in the middle".to_owned()));
        assert_eq!(why(b"OK"), Err("line 1, byte 1: this is not JSON".to_owned()));
        assert_eq!(why(b"{} {}"), Err("something stands after the JSON".to_owned()));
    }
}

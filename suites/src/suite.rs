//! The rehearsal of a vendor's software: what the standard asks, which cases try it, and what came of
//! them. Knows no argument of the command line.

pub mod adapter;
pub mod attended;
pub mod case;
pub mod case_sheet;
pub mod compare;
pub mod content;
pub mod coverage;
pub mod forms;
pub mod given;
mod json;
pub mod program;
pub mod requirement;
pub mod run;
pub mod sheet;
pub mod sut;
pub mod year;

use renkei_validator::text::Message;

/// What is wrong with a TOML file, with the line where it stands.
pub(crate) fn toml_error(name: &str, text: &str, error: &toml::de::Error) -> Message {
    let at = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1;
    let en = error.message().trim().replace('\n', ", ");
    Message::pair(
        format!("{name}の{line}行目: 読み取れません: {}", toml_reason(&en)),
        format!("{name}, line {line}: {en}"),
    )
}

/// The words of the parser in Japanese, as far as they are known.
fn toml_reason(en: &str) -> String {
    let quoted: Vec<&str> = en.split('`').skip(1).step_by(2).collect();
    let rest = || quoted.get(1..).unwrap_or_default().join("、");
    match quoted.first() {
        Some(first) if en.starts_with("unknown field") => {
            format!("項目 {first} はありません（使える項目: {}）", rest())
        }
        Some(first) if en.starts_with("unknown variant") => {
            format!("値 {first} はありません（使える値: {}）", rest())
        }
        Some(first) if en.starts_with("missing field") => format!("項目 {first} が必要です"),
        Some(first) if en.starts_with("duplicate field") => format!("項目 {first} が2つあります"),
        Some(_) | None => en.to_owned(),
    }
}

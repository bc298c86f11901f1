//! Reads a `report.json` that may come from anywhere: another version, a broken copy, an editor. Says
//! where it is wrong, in both languages; repairs nothing.

mod consistent;
mod locate;

use renkei_validator::text::{Message, Text};
use serde::Deserialize;

use crate::model::Report;
use crate::safe::safe;

/// The shape that is read.
const SCHEMA: &str = "renkei-report/1";

/// What is said of a list, a number and the like.
const NO_OBJECT: Text = Text {
    ja: "JSONのオブジェクトではありません。renkeiのreport.jsonではないようです",
    en: "it is no JSON object; this seems to be no report.json of renkei",
};

/// What is wrong with a `report.json`, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The value, as a path: `findings[0].severity`; empty for the document.
    pub path: String,
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in bytes.
    pub column: usize,
    /// What is wrong.
    pub why: Message,
}

impl ReadError {
    /// Place and reason in one sentence.
    pub fn message(&self) -> Message {
        let ReadError { path, line, column, why } = self;
        let place = |colon: &str| if path.is_empty() { String::new() } else { format!("{path}{colon}") };
        Message::pair(
            format!("{line}行{column}桁: {}{}", place(": "), why.ja),
            format!("line {line}, column {column}: {}{}", place(": "), why.en),
        )
    }
}

/// Reads a record and checks that it does not contradict itself.
pub fn read(bytes: &[u8]) -> Result<Report, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|error| no_text(bytes, error.valid_up_to()))?;
    // Editors on Windows put it there.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    check_schema(text)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let report: Report = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        of_serde(if path == "." { String::new() } else { path }, error.inner())
    })?;
    deserializer.end().map_err(|error| of_serde(String::new(), &error))?;
    consistent::check(&report).map_err(|fault| {
        let (line, column) = locate::locate(text, &fault.path);
        ReadError { path: safe(&locate::shown(&fault.path)).into_owned(), line, column, why: tame(fault.why) }
    })?;
    Ok(report)
}

fn no_text(bytes: &[u8], at: usize) -> ReadError {
    let before = &bytes[..at];
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
    let why = match bytes {
        [0xFF, 0xFE, ..] => Message::pair(
            "UTF-16で書かれています。Windows PowerShellの > ではなく、--report json=パス で書いてください",
            "it is in UTF-16; write it with --report json=PATH, not with the > of Windows PowerShell",
        ),
        _ => Message::pair("UTF-8として読み取れません", "not readable as UTF-8"),
    };
    ReadError { path: String::new(), line, column, why }
}

/// The shape is looked at first: everything else may differ with it.
fn check_schema(text: &str) -> Result<(), ReadError> {
    #[derive(Deserialize)]
    struct Head {
        schema: Option<serde_json::Value>,
    }
    let head: Head = serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        let told = of_serde(String::new(), &error);
        match said.starts_with("invalid type") || said.starts_with("invalid length") {
            true => ReadError { why: NO_OBJECT.into(), ..told },
            false => told,
        }
    })?;
    let why = match head.schema {
        Some(schema) if schema == SCHEMA => return Ok(()),
        Some(schema) => {
            let schema = schema.as_str().map_or_else(|| schema.to_string(), str::to_owned);
            Message::pair(
                format!("この形（{schema}）は読み取れません。読み取れる形: {SCHEMA}"),
                format!("this shape ({schema}) cannot be read; {SCHEMA} can"),
            )
        }
        None => Message::pair(
            "schemaがありません。renkeiのreport.jsonではないようです",
            "it has no schema; this seems to be no report.json of renkei",
        ),
    };
    let path = [locate::Step::Key("schema".to_owned())];
    let (line, column) = locate::locate(text, &path);
    Err(ReadError { path: "schema".to_owned(), line, column, why: tame(why) })
}

fn of_serde(path: String, error: &serde_json::Error) -> ReadError {
    let (line, column) = (error.line().max(1), error.column().max(1));
    let said = error.to_string();
    let said = said.strip_suffix(&format!(" at line {} column {}", error.line(), error.column())).unwrap_or(&said);
    let name = said.split('`').nth(1).unwrap_or_default();
    let ja = match said {
        _ if error.is_eof() => "途中で終わっています".to_owned(),
        _ if said.starts_with("missing field") => format!("「{name}」がありません"),
        _ if said.starts_with("unknown field") => format!("「{name}」という項目はありません"),
        _ if said.starts_with("duplicate field") => format!("「{name}」が2回あります"),
        _ if said.starts_with("unknown variant") => format!("値「{name}」は使えません"),
        _ if said.starts_with("invalid type") => wrong_type(said),
        _ if said.starts_with("invalid value") && !name.is_empty() => format!("値「{name}」は正しくありません"),
        _ if said.starts_with("trailing characters") => "終わりの後に余分な文字があります".to_owned(),
        // That it is JSON has been seen before the values are.
        _ if path.is_empty() => "JSONとして読み取れません".to_owned(),
        _ => "値が正しくありません".to_owned(),
    };
    let en = if error.is_eof() { "it ends half-way".to_owned() } else { said.to_owned() };
    ReadError { path: safe(&path).into_owned(), line, column, why: tame(Message::pair(ja, en)) }
}

/// What `invalid type: string "2", expected u64` says.
fn wrong_type(said: &str) -> String {
    let (got, expected) = said.trim_start_matches("invalid type: ").rsplit_once(", expected ").unwrap_or_default();
    let got = match got.split(' ').next().unwrap_or_default() {
        "string" => "文字列",
        "integer" => "整数",
        "floating" => "小数",
        "boolean" => "真偽値",
        "null" => "null",
        "map" => "オブジェクト",
        "sequence" => "配列",
        _ => return "値の種類が違います".to_owned(),
    };
    let expected = match expected.split(' ').next().unwrap_or_default() {
        "u64" | "u16" | "usize" => "0以上の整数",
        "a" if expected == "a string" => "文字列",
        "a" if expected == "a boolean" => "真偽値",
        "a" if expected == "a sequence" => "配列",
        "a" if expected == "a map" => "オブジェクト",
        "struct" => "オブジェクト",
        _ => return format!("値の種類が違います（{got}は使えません）"),
    };
    format!("値の種類が違います（{got}ではなく{expected}です）")
}

/// What stands in the document must not act on a terminal.
fn tame(message: Message) -> Message {
    Message::pair(safe(&message.ja), safe(&message.en))
}

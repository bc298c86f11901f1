//! What a program says of how it went: `renkei-result/1`. Knows its JSON; judges nothing.

use renkei_validator::text::Message;
use serde::Deserialize;

use crate::suite::content::Content;
use crate::suite::json;
use crate::suite::sut::{Answer, Exchanged, Imported};

/// `schema` of every result.
pub const SCHEMA: &str = "renkei-result/1";

/// The JSON Schema of `renkei-result/1`.
pub const JSON_SCHEMA: &str = include_str!("../../../../docs/renkei-result-1.schema.json");

/// What a program says of how it went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    #[serde(rename = "schema")]
    _schema: Schema,
    /// Of the files of an import.
    #[serde(default)]
    pub files: Vec<SaidOfFile>,
    /// Whether all of it was done.
    #[serde(default)]
    pub done: Option<bool>,
    /// Its words.
    #[serde(default)]
    pub message: Option<String>,
    /// What it holds.
    #[serde(default)]
    pub content: Option<Content>,
}

/// What a program says of a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaidOfFile {
    /// Its name.
    pub file: String,
    /// Whether it was taken.
    pub accepted: bool,
    /// Its words.
    #[serde(default)]
    pub message: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
enum Schema {
    #[default]
    #[serde(rename = "renkei-result/1")]
    One,
}

impl Said {
    /// Reads JSON of `renkei-result/1`.
    ///
    /// # Errors
    ///
    /// Where in it what is wrong; no value of a row.
    pub fn parse(json: &[u8]) -> Result<Said, Message> {
        json::read(json)
    }

    /// As what was said of an import of these files.
    ///
    /// # Errors
    ///
    /// It names a file that was not given, or one twice.
    pub(super) fn imported(self, given: &[&str]) -> Result<Imported, Message> {
        let mut answers: Vec<Answer> = Vec::new();
        for SaidOfFile { file, accepted, message } in self.files {
            if !given.contains(&file.as_str()) {
                return Err(Message::pair(
                    format!("渡していないファイルがあります: {file}"),
                    format!("it names a file that was not given: {file}"),
                ));
            }
            if answers.iter().any(|answer| answer.file == file) {
                return Err(Message::pair(format!("{file} が2回書かれています"), format!("it names {file} twice")));
            }
            answers.push(Answer { file, accepted, message });
        }
        if self.done == Some(false) && answers.iter().all(|answer| answer.accepted) {
            // Nothing was done: what it does not name was not taken either.
            answers.clear();
            answers.extend(all(given, false, self.message.as_deref()).answers);
        }
        Ok(Imported { answers })
    }

    /// As what was said of an exchange.
    pub(super) fn exchanged(self) -> Exchanged {
        Exchanged { done: self.done, message: self.message }
    }
}

/// The same of every file.
pub(super) fn all(given: &[&str], accepted: bool, message: Option<&str>) -> Imported {
    let answer = |file: &&str| Answer { file: (*file).to_owned(), accepted, message: message.map(str::to_owned) };
    Imported { answers: given.iter().map(answer).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_answers_for_the_files_it_names() {
        let json = br#"{"schema": "renkei-result/1",
            "files": [{"file": "A.CSV", "accepted": true}, {"file": "B.CSV", "accepted": false, "message": "no"}]}"#;
        let imported = Said::parse(json).unwrap().imported(&["A.CSV", "B.CSV", "C.CSV"]).unwrap();
        let answer = |file: &str, accepted, message: Option<&str>| Answer {
            file: file.to_owned(),
            accepted,
            message: message.map(str::to_owned),
        };
        assert_eq!(imported.answers, [answer("A.CSV", true, None), answer("B.CSV", false, Some("no"))]);
    }

    #[test]
    fn nothing_done_is_nothing_taken() {
        let json = br#"{"schema": "renkei-result/1", "done": false, "message": "no"}"#;
        let imported = Said::parse(json).unwrap().imported(&["A.CSV"]).unwrap();
        assert_eq!(imported.answers, [Answer { file: "A.CSV".into(), accepted: false, message: Some("no".into()) }]);
    }

    #[test]
    fn garbage_is_told_with_its_place_and_without_its_values() {
        let why = |json: &str| Said::parse(json.as_bytes()).unwrap_err().en;
        assert_eq!(why("Traceback"), "line 1, byte 1: this is not JSON");
        assert_eq!(
            why(r#"{"schema": "renkei-result/1", "files": [{"file": "見本 花子", "accepted": "yes"}]}"#),
            "line 1, files[0].accepted: the value has another type"
        );
        assert_eq!(why(r#"{"schema": "renkei-result/1"} x"#), "something stands after the JSON");
        let other = Said::parse(br#"{"schema": "renkei-result/1", "files": [{"file": "X.CSV", "accepted": true}]}"#);
        assert_eq!(other.unwrap().imported(&["A.CSV"]).unwrap_err().en, "it names a file that was not given: X.CSV");
    }
}

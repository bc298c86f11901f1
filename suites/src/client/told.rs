//! What the client tells of its work: one event for each thing that happened, and the sum of them.
//! Knows names, numbers and codes; no content of a file and no message ever stands here.

use std::path::{Path, PathBuf};

use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::refusal::ErrorBody;
use renkei_validator::text::Message;
use serde_json::{Value, json};

use super::failure::told;
use crate::exit::Exit;
use crate::input::{name_of, shown};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A delivery was accepted by the platform, and is now among those sent.
    Sent {
        /// The number that the platform gave it.
        id: String,
        /// 送信先
        destination: OfficeNumber,
        /// The names of its files.
        files: Vec<String>,
        /// Whether the platform had accepted it before: it was not sent again.
        repeated: bool,
    },
    /// The platform refused a delivery; it is put aside with the reason.
    Refused {
        /// 送信先, where it is known.
        destination: Option<OfficeNumber>,
        /// The names of its files.
        files: Vec<String>,
        /// Why.
        error: Box<ErrorBody>,
        /// The folder it is put into.
        folder: PathBuf,
    },
    /// A delivery was received, and its files are in the inbox.
    Received {
        /// The number of its entry.
        entry: String,
        /// 送信元事業所番号
        sender: OfficeNumber,
        /// Its files.
        files: Vec<Stored>,
    },
    /// A delivery was received once more; the inbox already has it.
    Duplicate {
        /// The number of the entry that repeats another.
        entry: String,
        /// 送信元事業所番号
        sender: OfficeNumber,
    },
    /// Something in the outbox is not sent.
    Left {
        /// What, by its path in the outbox.
        what: String,
        /// Why.
        why: Message,
    },
    /// Something could not be done, and will be tried again in the next pass.
    Failed {
        /// What.
        what: Message,
        /// Why.
        why: Message,
    },
}

/// A received file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// What the sender called it.
    pub name: String,
    /// What it is called in the inbox.
    pub stored_as: String,
    /// Whether it had been there before, with the same content.
    pub already: bool,
}

/// How many things of each kind happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Deliveries accepted.
    pub sent: u64,
    /// Deliveries refused.
    pub refused: u64,
    /// Deliveries received.
    pub received: u64,
    /// Deliveries received once more.
    pub duplicates: u64,
    /// Things left in the outbox.
    pub left: u64,
    /// Things that could not be done.
    pub failed: u64,
}

impl Tally {
    /// Counts one more.
    pub fn count(&mut self, told: &Told) {
        match told {
            Told::Sent { .. } => self.sent += 1,
            Told::Refused { .. } => self.refused += 1,
            Told::Received { .. } => self.received += 1,
            Told::Duplicate { .. } => self.duplicates += 1,
            Told::Left { .. } => self.left += 1,
            Told::Failed { .. } => self.failed += 1,
        }
    }

    /// How a run ends that did so much.
    pub fn exit(&self) -> Exit {
        if self.failed > 0 || self.left > 0 {
            Exit::Incomplete
        } else if self.refused > 0 {
            Exit::Invalid
        } else {
            Exit::Valid
        }
    }

    /// One line for a person.
    pub fn message(&self) -> Message {
        let Tally { sent, refused, received, duplicates, left, failed } = self;
        Message::pair(
            format!(
                "送信 {sent}件、拒否 {refused}件、受信 {received}件、重複 {duplicates}件、未送信 {left}件、失敗 {failed}件"
            ),
            format!(
                "{sent} sent, {refused} refused, {received} received, {duplicates} duplicates, {left} left, {failed} failed"
            ),
        )
    }

    /// One line for a program.
    pub fn json(&self) -> Value {
        let Tally { sent, refused, received, duplicates, left, failed } = self;
        json!({
            "event": "summary", "sent": sent, "refused": refused, "received": received,
            "duplicates": duplicates, "left": left, "failed": failed,
        })
    }
}

impl Told {
    /// One line for a person. Nothing in it moves the cursor of a terminal.
    pub fn message(&self) -> Message {
        let message = match self {
            Told::Sent { id, destination, files, repeated } => {
                let files = list(files);
                let (ja, en) = if *repeated {
                    ("送信済み（受付は以前に済んでいます）", "sent before, accepted already")
                } else {
                    ("送信", "sent")
                };
                Message::pair(
                    format!("{ja}: {destination} 宛て {files}（受付番号 {id}）"),
                    format!("{en}: to {destination}: {files} (number {id})"),
                )
            }
            Told::Refused { destination, files, error, folder } => {
                let (files, why, folder) = (list(files), told(error), name_of(folder));
                let to = destination.as_ref().map_or_else(|| "-".to_owned(), OfficeNumber::to_string);
                Message::pair(
                    format!("拒否: {to} 宛て {files}: {}（{folder} に理由を書きました）", why.ja),
                    format!("refused: to {to}: {files}: {} (see {folder})", why.en),
                )
            }
            Told::Received { entry, sender, files } => {
                let list = |renamed: &str, already: &str| {
                    let one = |file: &Stored| {
                        let name = match (file.stored_as == file.name, file.already) {
                            (true, false) => file.name.clone(),
                            (true, true) => format!("{} ({already})", file.name),
                            (false, _) => format!("{} ({renamed} {})", file.name, file.stored_as),
                        };
                        name.trim_end().to_owned()
                    };
                    files.iter().map(one).collect::<Vec<_>>().join(", ")
                };
                Message::pair(
                    format!("受信: {sender} から {}（受信番号 {entry}）", list("保存名", "保存済み")),
                    format!("received: from {sender}: {} (entry {entry})", list("kept as", "already there")),
                )
            }
            Told::Duplicate { entry, sender } => Message::pair(
                format!("重複: {sender} から同じものを受信済みのため、取り込みません（受信番号 {entry}）"),
                format!("duplicate: the same came from {sender} before, so it is not stored again (entry {entry})"),
            ),
            Told::Left { what, why } => {
                Message::pair(format!("未送信: {what}: {}", why.ja), format!("left: {what}: {}", why.en))
            }
            Told::Failed { what, why } => {
                Message::pair(format!("失敗: {}: {}", what.ja, why.ja), format!("failed: {}: {}", what.en, why.en))
            }
        };
        Message::pair(shown(message.ja.as_bytes()), shown(message.en.as_bytes()))
    }

    /// One line for a program.
    pub fn json(&self) -> Value {
        let pair = |message: &Message| json!({"ja": message.ja, "en": message.en});
        match self {
            Told::Sent { id, destination, files, repeated } => json!({
                "event": "sent", "id": id, "destination": destination, "files": files, "repeated": repeated,
            }),
            Told::Refused { destination, files, error, folder } => json!({
                "event": "refused", "destination": destination, "files": files, "error": error,
                "folder": name_of(folder),
            }),
            Told::Received { entry, sender, files } => {
                let files: Vec<Value> = files
                    .iter()
                    .map(|file| json!({"name": file.name, "stored_as": file.stored_as, "already": file.already}))
                    .collect();
                json!({"event": "received", "entry": entry, "sender": sender, "files": files})
            }
            Told::Duplicate { entry, sender } => json!({"event": "duplicate", "entry": entry, "sender": sender}),
            Told::Left { what, why } => json!({"event": "left", "what": what, "why": pair(why)}),
            Told::Failed { what, why } => json!({"event": "failed", "what": pair(what), "why": pair(why)}),
        }
    }
}

fn list(files: &[String]) -> String {
    files.join(", ")
}

/// A path in the outbox, as it is told.
pub(crate) fn place(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name_of(Path::new(name))
    } else {
        format!("{}/{}", name_of(Path::new(folder)), name_of(Path::new(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number() -> OfficeNumber {
        OfficeNumber::parse("9970100013").unwrap()
    }

    #[test]
    fn what_could_not_be_done_weighs_more_than_what_was_refused() {
        let tally = |refused, left, failed| Tally { refused, left, failed, sent: 1, ..Tally::default() }.exit();
        assert_eq!(tally(0, 0, 0), Exit::Valid);
        assert_eq!(tally(1, 0, 0), Exit::Invalid);
        assert_eq!(tally(1, 1, 0), Exit::Incomplete);
        assert_eq!(tally(1, 0, 1), Exit::Incomplete);
    }

    #[test]
    fn a_hostile_name_moves_no_cursor() {
        let stored = Stored { name: "\u{1B}[2J".to_owned(), stored_as: "_[2J".to_owned(), already: false };
        let told = Told::Received { entry: "\r1".to_owned(), sender: number(), files: vec![stored] };
        let expected = "received: from 9970100013: \\x1B[2J (kept as _[2J) (entry \\x0D1)";
        assert_eq!(told.message().en, expected);
        assert_eq!(told.message().ja, "受信: 9970100013 から \\x1B[2J (保存名 _[2J)（受信番号 \\x0D1）");
    }
}

//! What a person is asked at a step, made of what a case asks of a software. Knows forms and tasks; knows no
//! page and no answer.

use std::path::PathBuf;

use renkei_validator::spec::{Item, ItemType, Key, Kind, parse_date};
use sha2::{Digest, Sha256};

use crate::suite::compare::{Named, OWN};
use crate::suite::content::{Content, Document};
use crate::suite::forms::{self, Form, Purpose};
use crate::suite::given;
use crate::suite::sut::{ExchangeTask, ExportTask, ImportTask, Operation};

/// A question.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// 0-based step of its case.
    pub(crate) step: usize,
    /// Tells this question from another at the same step.
    pub(crate) digest: String,
    pub(crate) what: What,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// Enter this, and hand over what the software writes.
    Export { operation: Operation, sheets: Vec<(Purpose, Vec<Form>)>, kinds: Vec<String> },
    /// Let the software read these files.
    Import { files: Vec<Named>, folder: PathBuf, office: Option<String> },
    /// Tell what the screen shows.
    Show { forms: Vec<Form>, lines: Vec<Line>, gone: Vec<Line> },
    /// Let the software talk to the platform.
    Exchange { facts: Vec<(&'static str, &'static str, String)> },
}

/// A row of a content, as something to look for on a screen.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The form that it stands on.
    pub(crate) form: String,
    /// Of whom it is: the insured number.
    pub(crate) person: String,
    /// What it is about.
    pub(crate) title: String,
    /// What it says: item, official name, value, and the value in words.
    pub(crate) items: Vec<Said>,
    /// The items that are empty, and their official names.
    pub(crate) others: Vec<(Key, String)>,
}

/// An item of a line.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) key: Key,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) words: String,
    /// The same, short: a day of the month with its weekday.
    pub(crate) brief: String,
}

/// The question of an export.
pub(crate) fn export(step: usize, task: &ExportTask<'_>) -> Ask {
    let mut sheets = Vec::new();
    if let Some(before) = task.before {
        sheets.push((Purpose::Before, forms::of(before)));
    }
    let purpose = if task.operation == Operation::Delete { Purpose::Delete } else { Purpose::Enter };
    if !task.content.documents.is_empty() {
        sheets.push((purpose, forms::of(task.content)));
    }
    let mut kinds: Vec<String> = Vec::new();
    for document in &to_come(task).documents {
        let told = told(document);
        if !kinds.contains(&told) {
            kinds.push(told);
        }
    }
    let before = task.before.map(Content::json).unwrap_or_default();
    let digest = digest(&["export", &format!("{:?}", task.operation), &task.content.json(), &before]);
    Ask { step, digest, what: What::Export { operation: task.operation, sheets, kinds } }
}

/// What the files of an export are to say, as far as their kinds and ends go. A correction deletes what was sent
/// before and is not there any more.
fn to_come(task: &ExportTask<'_>) -> Content {
    match (task.operation, task.before) {
        (Operation::Delete, _) => given::deletions(task.content),
        (Operation::Correct, Some(before)) => task.content.clone().and(&gone(before, task.content)),
        (Operation::New | Operation::Correct | Operation::Again, _) => task.content.clone(),
    }
}

/// The deletions of a content that are not those of another, too: their rows are natural keys.
fn gone(content: &Content, other: &Content) -> Content {
    let still = given::deletions(other);
    let mut gone = given::deletions(content);
    for document in &mut gone.documents {
        let same = |one: &&Document| {
            (one.kind, &one.source, &one.destination) == (document.kind, &document.source, &document.destination)
        };
        let kept: Vec<_> = still.documents.iter().filter(same).flat_map(|one| &one.rows).collect();
        document.rows.retain(|row| !kept.contains(&row));
    }
    gone.documents.retain(|document| !document.rows.is_empty());
    gone
}

/// The question of an import. The files lie in `folder`.
pub(crate) fn import(step: usize, task: &ImportTask<'_>, folder: PathBuf) -> Ask {
    let mut parts = vec!["import".to_owned()];
    for (name, bytes) in task.files {
        parts.extend([name.clone(), hex(&Sha256::digest(bytes))]);
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (files, office) = (task.files.to_vec(), task.office.as_ref().map(|own| own.office.clone()));
    Ask { step, digest: digest(&parts), what: What::Import { files, folder, office } }
}

/// The question of what is held. `gone` is what was there before and is to be there no more.
pub(crate) fn show(step: usize, reference: &Content, gone: &Content) -> Ask {
    let digest = digest(&["show", &reference.json(), &gone.json()]);
    let what = What::Show { forms: forms::of(reference), lines: lines(reference), gone: lines(gone) };
    Ask { step, digest, what }
}

/// The question of an exchange.
pub(crate) fn exchange(step: usize, task: &ExchangeTask<'_>) -> Ask {
    let path = |path: &std::path::Path| path.display().to_string();
    let facts = vec![
        ("接続先", "platform", task.platform.to_owned()),
        ("事業所番号", "office number", task.office.to_owned()),
        ("信頼する認証局の証明書", "certificate authority to trust", path(&task.ca)),
        ("電子証明書（p12）", "certificate (p12)", path(&task.p12)),
        ("証明書のパスワード", "password of the certificate", task.p12_password.to_owned()),
        (
            "個人ユーザID・パスワード",
            "personal user and password",
            format!("{} / {}", task.personal.0, task.personal.1),
        ),
        (
            "事業所ユーザID・パスワード",
            "office user and password",
            format!("{} / {}", task.office_user.0, task.office_user.1),
        ),
        ("送信するファイルのフォルダー", "folder of what is to be sent", path(&task.outbox)),
        ("受信したファイルを置くフォルダー", "folder for what is received", path(&task.inbox)),
    ];
    // Addresses and passwords are made anew for each run: they do not make another question.
    Ask { step, digest: digest(&["exchange", task.office]), what: What::Exchange { facts } }
}

/// What of one content is not in another, row by row. Items that are the software's own do not count.
pub(crate) fn less(content: &Content, other: &Content) -> Content {
    let own: Vec<Key> = OWN.iter().filter_map(|name| Key::parse(name)).collect();
    let plain = |document: &Document, row: usize| {
        let items = document.rows[row].items().filter(|(key, _)| !own.contains(key));
        (document.kind, items.map(|(key, text)| (key, text.to_owned())).collect::<Vec<_>>())
    };
    let known: Vec<_> = other
        .documents
        .iter()
        .flat_map(|document| (0..document.rows.len()).map(move |row| plain(document, row)))
        .collect();
    let mut left = Vec::new();
    for document in &content.documents {
        let keep = (0..document.rows.len()).filter(|row| !known.contains(&plain(document, *row)));
        let rows: Vec<_> = keep.map(|row| document.rows[row].clone()).collect();
        if !rows.is_empty() {
            left.push(Document { rows, ..document.clone() });
        }
    }
    Content::of(left)
}

/// Items by which a line is told from its neighbours, of any kind; those it has.
const TITLE: [&str; 16] = [
    "service_date",
    "weekday",
    "service_start_time",
    "start_time",
    "end_time",
    "service_code",
    "issue_no",
    "support_goal_no",
    "support_content_no",
    "support_plan_no",
    "used_service_no",
    "service_content",
    "daily_activity",
    "service_office_name",
    "time_text",
    "disease_name",
];

fn lines(content: &Content) -> Vec<Line> {
    let mut lines = Vec::new();
    for document in &content.documents {
        let Some(table) = document.table() else {
            // A picture is looked for as a whole.
            let title = document.to_string();
            lines.push(Line {
                form: "利用者基本情報 家族構成画像".to_owned(),
                person: String::new(),
                title,
                items: Vec::new(),
                others: Vec::new(),
            });
            continue;
        };
        for row in &document.rows {
            let worded = |item: &'static Item| {
                let value = row.get(item.key);
                let shown = forms::wording(table.version, item, value);
                let words = match shown.note.is_empty() {
                    true => shown.text,
                    false => format!("{} {}", shown.text, shown.note),
                };
                let brief = brief(item, value, &words).unwrap_or_else(|| words.clone());
                Said { key: item.key, label: item.name_ja.clone(), value: value.to_owned(), words, brief }
            };
            let own = |item: &&'static Item| !row.get(item.key).is_empty() && item.key.name() != "csv_version";
            let items: Vec<Said> = table.items.iter().filter(own).map(worded).collect();
            let empty = |item: &&'static Item| row.get(item.key).is_empty() && item.form != ItemType::Unused;
            let others = table.items.iter().filter(empty).map(|item| (item.key, item.name_ja.clone())).collect();
            let title = |said: &&Said| TITLE.contains(&said.key.name());
            let words = items.iter().filter(title).map(|said| short(&said.brief));
            let words = words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ");
            lines.push(Line {
                form: form_title(document.kind, &table.name_ja),
                person: Key::parse("insured_number").map_or_else(String::new, |key| row.get(key).to_owned()),
                title: words,
                items,
                others,
            });
        }
    }
    lines
}

/// What stands in the place of a time where there is none.
const NO_TIME: &str = "9999";

fn brief(item: &Item, value: &str, words: &str) -> Option<String> {
    match item.key.name() {
        "service_date" => {
            let day = parse_date(value.as_bytes())?;
            Some(format!("{}月{}日（{}）", u8::from(day.month()), day.day(), forms::weekday(day)))
        }
        // Said once: there is no end either.
        "start_time" if value == NO_TIME => Some("時刻なし".to_owned()),
        "end_time" if value == NO_TIME => Some(String::new()),
        "end_time" => Some(format!("～{words}")),
        _ => None,
    }
}

fn form_title(kind: Kind, name: &str) -> String {
    match kind {
        Kind::Upplan => "サービス利用票（第6表）予定".to_owned(),
        Kind::Upjsk => "サービス利用票（第6表）実績".to_owned(),
        _ => name.replace('_', " "),
    }
}

/// The first line of a text, or as much of it as a title holds.
fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(24) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// `UPPLAN サービス利用票 9970100013 → 9970100021`
fn told(document: &Document) -> String {
    let name = document.table().map_or("", |table| table.name_ja.as_str());
    format!("{name}: {document}")
}

fn digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    hex(&digest.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use renkei_validator::spec::keys;

    use super::*;
    use crate::suite::sut::Role;

    const TABLE: &str = "UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV";

    fn kinds(content: &Content, before: Option<&Content>, operation: Operation) -> Vec<String> {
        let version = content.documents[0].version;
        let task = ExportTask { case: "x", role: Role::CareManager, version, content, before, operation };
        match export(0, &task).what {
            What::Export { kinds, .. } => kinds,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_line_without_a_time_says_so_once() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/clean/202407-table/");
        let bytes = std::fs::read(format!("{root}{TABLE}")).unwrap();
        let mut content = Content::from_files(&[(TABLE.to_owned(), bytes)]).unwrap();
        content.documents[0].rows.truncate(1);
        let row = &mut content.documents[0].rows[0];
        row.set(keys::upplan::SERVICE_DATE, "20261001");
        row.set(keys::upplan::START_TIME, "0900");
        row.set(keys::upplan::END_TIME, "0930");
        assert!(lines(&content)[0].title.starts_with("10月1日（木） 09:00 ～09:30 "), "{:?}", lines(&content)[0].title);
        let row = &mut content.documents[0].rows[0];
        row.set(keys::upplan::START_TIME, "9999");
        row.set(keys::upplan::END_TIME, "9999");
        assert!(lines(&content)[0].title.starts_with("10月1日（木） 時刻なし 1"), "{:?}", lines(&content)[0].title);
    }

    #[test]
    fn files_to_come_are_those_of_what_is_done() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/clean/202407-table/");
        let bytes = std::fs::read(format!("{root}{TABLE}")).unwrap();
        let before = Content::from_files(&[(TABLE.to_owned(), bytes)]).unwrap();
        let table = "サービス利用票（第6表）予定: UPPLAN 202610 9970100013→9970100021";
        let deletion = "サービス利用票_予定_削除: DLTPLAN 202610 9970100013→9970100021";
        assert_eq!(kinds(&before, None, Operation::New), [table]);
        assert_eq!(kinds(&before, None, Operation::Delete), [deletion]);
        assert_eq!(kinds(&before, Some(&before), Operation::Correct), [table]);
        let mut left = before.clone();
        let last = left.documents[0].rows.last().unwrap().get(keys::upplan::INSURED_NUMBER).to_owned();
        left.documents[0].rows.retain(|row| row.get(keys::upplan::INSURED_NUMBER) != last);
        assert!(!left.documents[0].rows.is_empty(), "it is about two people");
        assert_eq!(kinds(&left, Some(&before), Operation::Correct), [table, deletion]);
    }
}

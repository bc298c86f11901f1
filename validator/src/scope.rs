//! Which rules ran on a file, and why the others did not. Knows the order of the stages; knows no rule.

use crate::check::FileJudgement;
use crate::decode::Encoding;
use crate::name::Nature;
use crate::rule::{Check, Rule};
use crate::spec::Table;
use crate::text::Text;

/// Why a rule did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotRun {
    /// The file is an attachment.
    Attachment,
    /// The file is an image.
    Image,
    /// Its encoding leaves no records to read.
    Unreadable,
    /// Its encoding is not Shift_JIS: its characters are those of another one.
    OtherEncoding,
    /// No row could be read item by item.
    NoRows,
    /// The rule is none of this version.
    OtherVersion,
    /// The table has no item that the rule is about.
    NoItem,
    /// The rule broke.
    Broken,
    /// One file was judged alone.
    Alone,
    /// The files form no set.
    NoSets,
}

impl NotRun {
    /// The reason in words.
    pub fn why(self) -> Text {
        let (ja, en) = match self {
            NotRun::Attachment => ("添付ファイルは検査の対象外です", "attachments are not checked"),
            NotRun::Image => ("画像の内容は検査の対象外です", "the content of images is not checked"),
            NotRun::Unreadable => {
                ("文字コードがShift_JISではないため、行と項目を読み取れません", "rows cannot be read in this encoding")
            }
            NotRun::OtherEncoding => (
                "文字コードがShift_JISではないため、文字ごとの検査は行っていません",
                "the encoding is not Shift_JIS, so single characters were not judged",
            ),
            NotRun::NoRows => ("項目に分けて読み取れた行がありません", "no row could be read item by item"),
            NotRun::OtherVersion => {
                ("このCSVバージョンには適用しないルールです", "the rule does not apply to this CSV version")
            }
            NotRun::NoItem => (
                "この種別には、このルールの対象になる項目がありません",
                "this kind of file has no item that the rule is about",
            ),
            NotRun::Broken => (
                "ルールの実行中に内部エラーが起きました（renkeiの不具合です）",
                "the rule broke while running (a defect of renkei)",
            ),
            NotRun::Alone => (
                "1つのファイルだけを検査したため、ほかのファイルとの突き合わせは行っていません",
                "one file was judged alone, so that there was nothing to compare it with",
            ),
            NotRun::NoSets => ("組になるファイルがありません", "the files form no set"),
        };
        Text { ja, en }
    }
}

/// Why a rule about single files did not run on this one; `None` where it did, and for rules about sets.
pub fn not_run(file: &FileJudgement, rule: &Rule) -> Option<NotRun> {
    if file.broken.contains(rule.id) {
        return Some(NotRun::Broken);
    }
    let of_name = matches!(rule.check, Check::Name(_));
    match (file.nature, of_name) {
        (Nature::Attachment, _) => return Some(NotRun::Attachment),
        (Nature::Image, false) => return Some(NotRun::Image),
        (Nature::Image | Nature::Data, true) => return None,
        (Nature::Data, false) => {}
    }
    let structure = file.encoding.keeps_structure();
    let unreadable = (!structure).then_some(NotRun::Unreadable);
    match rule.check {
        Check::Name(_) | Check::Set(..) | Check::Delivery(_) => None,
        Check::Scan(_) if rule.id.starts_with("bytes/") => None,
        Check::Scan(_) | Check::Csv(_) => unreadable,
        Check::Bytes(_) => unreadable.or((file.encoding != Encoding::Ms932).then_some(NotRun::OtherEncoding)),
        Check::File(_) | Check::Sums(_) => unreadable.or(match file.version {
            None => Some(NotRun::NoRows),
            Some(version) => (!rule.versions.contains(&version)).then_some(NotRun::OtherVersion),
        }),
        Check::Row(..) | Check::Glance(..) | Check::Cell(..) | Check::Shape(..) => unreadable.or(match file.table {
            None => Some(NotRun::NoRows),
            Some(table) if !rule.versions.contains(&table.version) => Some(NotRun::OtherVersion),
            Some(table) => (!picks_something(rule, table)).then_some(NotRun::NoItem),
        }),
    }
}

/// Whether a table has items that a rule about cells applies to.
fn picks_something(rule: &Rule, table: &Table) -> bool {
    if let Check::Cell(picks, _) | Check::Shape(picks, _) = rule.check { table.items.iter().any(picks) } else { true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{FileCheck, Options};
    use crate::draft::Draft;
    use crate::rules;
    use crate::spec::Kind;

    /// Why rules about names, characters, records and cells did not run.
    fn reasons(name: &str, bytes: &[u8]) -> [Option<NotRun>; 4] {
        let mut check = FileCheck::new(name, &Options::default());
        check.push(bytes);
        let file = check.finish();
        ["name/extension-not-csv", "bytes/lead-without-trail", "csv/blank-line", "cell/not-a-month"]
            .map(|id| not_run(&file, rules::find(id).unwrap()))
    }

    const NAME: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";

    #[test]
    fn every_layer_runs_on_a_file_that_can_be_read() {
        assert_eq!(reasons(NAME, b"202407,990010,0000000101,202610\r\n"), [None; 4]);
    }

    #[test]
    fn an_attachment_is_judged_by_no_rule_and_a_file_without_rows_by_no_rule_of_cells() {
        assert_eq!(reasons("memo.pdf", b"%PDF"), [Some(NotRun::Attachment); 4]);
        assert_eq!(reasons(NAME, b""), [None, None, None, Some(NotRun::NoRows)]);
    }

    #[test]
    fn a_rule_of_another_version_or_without_an_item_does_not_run() {
        let of = |sample, kind| {
            let files = Draft::sample(sample).unwrap().files;
            let file = files.into_iter().find(|file| file.kind() == Some(kind)).unwrap();
            let mut check = FileCheck::new(&file.name, &Options::default());
            check.push(&file.bytes());
            let file = check.finish();
            ["cell/tais-malformed", "row/equipment-code-missing", "file/repeated-block-not-blank"]
                .map(|id| not_run(&file, rules::find(id).unwrap()))
        };
        let (version, item) = (Some(NotRun::OtherVersion), Some(NotRun::NoItem));
        assert_eq!(of("202407-table", Kind::Upplan), [None; 3]);
        assert_eq!(of("202407-plan", Kind::Up1kyo), [item, None, None]);
        assert_eq!(of("202208-table", Kind::Upplan), [version; 3]);
    }

    #[test]
    fn characters_are_not_judged_in_utf8_and_records_are_not_in_utf16() {
        let utf8 = "202407,990010,見本,見本見本\r\n".as_bytes();
        assert_eq!(reasons(NAME, utf8), [None, Some(NotRun::OtherEncoding), None, None]);
        let utf16: Vec<u8> = "\u{FEFF}202407,990010\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let unreadable = Some(NotRun::Unreadable);
        assert_eq!(reasons(NAME, &utf16), [None, unreadable, unreadable, unreadable]);
    }
}

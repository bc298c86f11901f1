//! `set/delete-mixed-with-update`

use super::{UNITS, en_of, ja_of, other_second};
use crate::draft::{Draft, DraftFile, DraftRow, Site};
use crate::finding::Severity;
use crate::name::FileName;
use crate::rule::{Basis, Case, Check, Out, Rule, SetView};
use crate::rules::EVERY;
use crate::spec::keys::upplan;
use crate::spec::{Kind, Segment};
use crate::text::Text;
use crate::units::{Formed, formed};

pub(super) static RULE: Rule = Rule {
    id: "set/delete-mixed-with-update",
    severity: Severity::Error,
    title: Text {
        ja: "削除のファイルが、登録のファイルと同じ連番で入っています",
        en: "a delete file shares the timestamp of files that register data",
    },
    why: Text {
        ja: "同じ連番の中では、登録と削除のどちらを先に行うか決まりません。登録したはずのデータが消えるおそれがあります。",
        en: "Within one timestamp nothing says which comes first: data just registered may be deleted.",
    },
    fix: Text {
        ja: "削除は別のファイル連番で送ってください。更新だけなら、先に削除する必要はありません。",
        en: "Send deletions under a timestamp of their own; an update needs no deletion before it.",
    },
    basis: Basis::Spec(UNITS),
    reading: None,
    versions: EVERY,
    check: Check::Set(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let file = add_delete(draft)?;
            let later = other_second(draft, file)?;
            draft.rename_file(file, Segment::Timestamp, &later)
        },
    }],
    bad: &[Case { on: "202407-table", also: &[], edit: |draft| add_delete(draft).map(Site::File) }],
};

/// Adds a deletion of what the first row of a use table says.
fn add_delete(draft: &mut Draft) -> Option<usize> {
    let table = &draft.files[draft.index(Kind::Upplan)?];
    let name = FileName::parse(&table.name);
    let parts: Vec<&str> = name.parts.iter().map(|(_, part)| part.as_str()).collect();
    let keys = [upplan::CSV_VERSION, upplan::INSURER_NUMBER, upplan::INSURED_NUMBER, upplan::TARGET_MONTH];
    let row = DraftRow {
        cells: keys.iter().map(|&key| table.get(0, key).to_vec()).collect(),
        separator: b",",
        end: table.rows.first()?.end.clone(),
    };
    let file = DraftFile {
        name: format!("{}_{}.CSV", Kind::Dltplan, parts.join("_")),
        prefix: Vec::new(),
        rows: vec![row],
        suffix: Vec::new(),
    };
    draft.files.push(file);
    Some(draft.files.len() - 1)
}

fn check(set: &SetView<'_>, out: &mut Out<'_>) {
    let (deletes, updates): (Vec<&Formed<'_>>, Vec<&Formed<'_>>) =
        formed(set).iter().partition(|unit| unit.unit.base().is_delete());
    let Some(update) = updates.first().map(|unit| unit.files[0]) else { return };
    for file in deletes.iter().flat_map(|unit| &unit.files) {
        out.whole_other(file)
            .expected("削除だけの連番", "a timestamp of its own")
            .got(format!("{}と同じ連番", ja_of(update)), format!("the timestamp of {}", en_of(update)))
            .related_file(&update.name, "同じ連番のファイルです", "it has the same timestamp");
    }
}

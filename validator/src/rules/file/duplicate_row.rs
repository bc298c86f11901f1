//! `file/duplicate-row`

use crate::bind::{Known, Row};
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::seen::{Key as SeenKey, SeenKeys};
use crate::spec::keys::{dlt1kyo, up1kyo, upjsk};
use crate::spec::{Key, Kind, Version, is_rental};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/duplicate-row",
    severity: Severity::Error,
    title: Text { ja: "同じ行が2回以上あります", en: "a row stands in the file more than once" },
    why: Text {
        ja: "回数や単位数が二重に数えられるか、後の行が前の行を上書きします。",
        en: "Services are counted twice, or the later row overwrites the earlier one.",
    },
    fix: Text {
        ja: "重複した行を削除してください。同じ日に2回提供したサービスは、回数で表します。",
        en: "Remove the repeated row; a service given twice is written with its count.",
    },
    basis: Basis::Derived {
        from: &[Citation { source: "v41", place: "帳票間の関連" }, Citation { source: "v41l", place: "UPPLAN No.14" }],
        because: Text {
            ja: "キーのある帳票では1つのキーに1行であり、第6表・第7表の同じサービスは回数で表します。",
            en: "Where rows have a key, each key has one row; in tables 6 and 7 repeated services are written with a count.",
        },
    },
    reading: Some(Text {
        ja: "キーの定めのない帳票では、行全体が同じときだけ重複とみなします。第6表・第7表以外では警告にとどめます。明細判別コードのない福祉用具貸与の行は、同じ商品を2つ借りることがあるため対象外とします。",
        en: "Where no key is defined, only rows equal as a whole are repeated; outside tables 6 and 7 that is a warning. Rentals without a number are left out: two of one product may be rented.",
    }),
    versions: EVERY,
    check: Check::File(start),
    good: &[
        Case {
            on: "202407-delete",
            also: &[],
            // Two plans of one person.
            edit: |draft| repeat(draft, Kind::Dlt1kyo, dlt1kyo::PLAN_CREATED_ON, b"20220401"),
        },
        Case {
            on: "202407-result",
            also: &[],
            // Two visits of one day.
            edit: |draft| repeat(draft, Kind::Upjsk, upjsk::END_TIME, b"2359"),
        },
    ],
    bad: &[
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| {
                let (file, row) = draft.find(Kind::Upjsk, |file, row| {
                    let code = file.get(row, upjsk::SERVICE_CODE);
                    code.len() == 6 && !is_rental(Version::V202407, &code[..2])
                })?;
                insert_again(draft, file, row)
            },
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| {
                let file = draft.index(Kind::Dltplan)?;
                insert_again(draft, file, 0)
            },
        },
        Case {
            on: "202407-plan",
            also: &[],
            // The same key with another text.
            edit: |draft| repeat(draft, Kind::Up1kyo, up1kyo::OVERALL_POLICY, b"\x95\xca\x82\xcc\x95\xfb\x90\x6a"),
        },
    ],
};

#[derive(Default)]
struct DuplicateRow {
    keys: SeenKeys,
}

fn start(_: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(DuplicateRow::default())
}

impl FileRule for DuplicateRow {
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>) {
        if row.table.row_key.is_empty() {
            return;
        }
        let mut key = SeenKey::default();
        for part in &row.table.row_key {
            match row.bytes(*part) {
                Known::Is(part) => key.add(part),
                Known::Absent | Known::Unreadable => return,
            }
        }
        if let Some(first) = self.keys.key(key, row.record.line) {
            report(row, first, out);
        }
    }

    fn next(&self, row: &Row<'_>) -> Next {
        if row.table.row_key.is_empty() { Next::Never } else { Next::Every }
    }

    fn repeated(&mut self, row: &Row<'_>, first: u64, out: &mut Out<'_>) {
        if !row.may_repeat() {
            report(row, first, out);
        }
    }
}

fn report(row: &Row<'_>, first: u64, out: &mut Out<'_>) {
    let finding = out.record(&row.record, Some(row.table));
    let key: Vec<_> = row.table.row_key.iter().filter_map(|key| row.item(*key)).collect();
    if key.is_empty() {
        finding
            .expected("同じ内容の行は1行だけ", "no other row of the same content")
            .got(format!("{first}行目と同じ内容の行"), format!("the same content as on line {first}"));
        if !is_counted(row.table.kind) {
            finding.at_most(Severity::Warning);
        }
    } else {
        let names_ja: Vec<&str> = key.iter().map(|item| item.name_ja.as_str()).collect();
        let names_en: Vec<&str> = key.iter().map(|item| item.key.name()).collect();
        finding
            .say(
                format!("同じ{}の行が2回以上あります", names_ja.join("・")),
                format!("another row has the same {}", names_en.join(", ")),
            )
            .expected("キーごとに1行", "one row per key")
            .got(format!("{first}行目と同じキーの行"), format!("the same key as on line {first}"));
    }
}

/// Whether the rows of a kind are services, which have a count of their own.
fn is_counted(kind: Kind) -> bool {
    matches!(kind, Kind::Upplan | Kind::Upjsk | Kind::Upsikyu)
}

/// Puts a copy of the first row, with one item changed, behind it.
fn repeat(draft: &mut Draft, kind: Kind, key: Key, value: &[u8]) -> Option<Site> {
    let file = draft.index(kind)?;
    if draft.files[file].get(0, key) == value {
        return None;
    }
    let site = insert_again(draft, file, 0)?;
    draft.files[file].put(1, key, value)?;
    Some(site)
}

/// Puts a copy of a row before it: the row itself then comes second.
fn insert_again(draft: &mut Draft, file: usize, row: usize) -> Option<Site> {
    let rows = &mut draft.files.get_mut(file)?.rows;
    let mut copy = rows.get(row)?.clone();
    copy.end = b"\r\n".to_vec();
    rows.insert(row, copy);
    Some(Site::Row(file, row + 1))
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use crate::spec::Kind;
    use crate::{FileCheck, Options, judge};

    fn lines(code: &str, number: &str) -> Vec<Option<u64>> {
        let mut check =
            FileCheck::new("UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV", &Options::default());
        for _ in 0..2 {
            let row = format!(
                "202407,991018,0000000101,20260928,202610,9970100013,,300,,20261001,,9999,9999,1,{code},\
                 00003-000044,,,{number},9970100047,,,0,9970100013,\r\n"
            );
            check.push(row.as_bytes());
        }
        let findings = check.finish().findings.kept;
        findings.iter().filter(|finding| finding.rule.id == super::RULE.id).map(|finding| finding.at.line).collect()
    }

    #[test]
    fn two_rentals_of_one_product_are_no_repetition_where_no_number_tells_them_apart() {
        assert_eq!(lines("671007", ""), []);
        assert_eq!(lines("171007", "1"), [Some(2)]);
        assert_eq!(lines("111211", ""), [Some(2)]);
    }

    #[test]
    fn rows_that_all_stand_twice_are_that_and_no_sums() {
        // Two rentals of one product may be two equal rows of table 7: those are too many beside table 6 only.
        let rentals = "set/table7-contradicts-table6";
        for (kind, expected) in [(Kind::Upplan, &[super::RULE.id][..]), (Kind::Upsikyu, &[super::RULE.id, rentals])] {
            let mut draft = Draft::sample("202407-table").expect("it is one");
            let file = draft.index(kind).expect("it has one");
            let rows = draft.files[file].rows.clone();
            draft.files[file].rows.extend(rows);
            let judgement = judge(&draft.to_files(), &Options::default());
            let mut found: Vec<_> = judgement.findings().iter().map(|finding| finding.rule.id).collect();
            found.sort_unstable();
            found.dedup();
            assert_eq!(found, expected, "{kind}");
        }
    }
}

//! `row/end-before-start`

use crate::bind::{Known, Minutes, Row};
use crate::draft::{Draft, Site};
use crate::facts::place;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{up1kyo, up3kyo, uphosoku, upplan};
use crate::spec::{Condition, Item, ItemType, Key, Kind, Table};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/end-before-start",
    severity: Severity::Error,
    title: Text { ja: "終わりが始まりより前になっています", en: "the end lies before the start" },
    why: Text {
        ja: "期間や時間の長さが負になるため、取込側でエラーになるか、誤った期間として扱われます。",
        en: "The period gets a negative length: an import rejects it or takes it for another period.",
    },
    fix: Text {
        ja: "始まりと終わりが入れ替わっていないか確認してください。日をまたぐサービスの時刻は、書き方を送信先と確認してください。",
        en: "Check whether start and end are swapped. For services across midnight, agree with the receiver on how to write the times.",
    },
    basis: Basis::Derived {
        from: ITEM_TABLES,
        because: Text {
            ja: "開始と終了は対になる項目で、終了が開始より前になることはありません。",
            en: "Start and end are a pair of items, and no period ends before it starts.",
        },
    },
    reading: Some(Text {
        ja: "日をまたぐサービスの時刻の書き方は定められていないため、時刻の逆転は警告にとどめます。",
        en: "The standard does not say how times across midnight are written, so that reversed times are a warning.",
    }),
    versions: EVERY,
    check: Check::Row(reads, check),
    good: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| {
                let (file, row) = draft.find(Kind::Up1kyo, |_, _| true)?;
                let start = draft.files[file].get(row, up1kyo::CERTIFICATION_VALID_FROM).to_vec();
                draft.set(Kind::Up1kyo, row, up1kyo::CERTIFICATION_VALID_TO, &start)
            },
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up3kyo, 0, up3kyo::SERVICE_END_TIME, b"2430"),
        },
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Upplan, 0, upplan::START_TIME, b"9999") },
    ],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| swap(draft, Kind::Up1kyo, up1kyo::CERTIFICATION_VALID_FROM, up1kyo::CERTIFICATION_VALID_TO),
        },
        Case {
            on: "202208-table",
            also: &[],
            edit: |draft| swap(draft, Kind::Uphosoku, uphosoku::LIMIT_PERIOD_START, uphosoku::LIMIT_PERIOD_END),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| swap(draft, Kind::Upplan, upplan::START_TIME, upplan::END_TIME),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| swap(draft, Kind::Up3kyo, up3kyo::ACTIVITY_START_TIME, up3kyo::ACTIVITY_END_TIME),
        },
    ],
};

fn reads(table: &Table) -> Vec<Key> {
    table.beside(|condition| if let Condition::NotBefore(start) = condition { Some(*start) } else { None })
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    for item in &row.table.items {
        let Some(start) = item
            .condition(|condition| if let Condition::NotBefore(start) = condition { row.item(*start) } else { None })
        else {
            continue;
        };
        if reversed(row, start, item) {
            report(row, start, item, out);
        }
    }
}

fn reversed(row: &Row<'_>, start: &Item, end: &Item) -> bool {
    if end.form == ItemType::Date {
        let (Known::Is(from), Known::Is(to)) = (row.date(start.key), row.date(end.key)) else { return false };
        return to < from;
    }
    let (Known::Is(from), Known::Is(to)) = (row.time(start.key), row.time(end.key)) else { return false };
    // A start of 24xx is cell/not-a-time where it has no meaning.
    to < from && (from < MIDNIGHT || start.form != ItemType::VisitTime)
}

/// The end of the day.
const MIDNIGHT: Minutes = Minutes(24 * 60);

fn report(row: &Row<'_>, start: &Item, end: &Item, out: &mut Out<'_>) {
    let is_date = end.form == ItemType::Date;
    let (what_ja, what_en) = if is_date { ("日", "a day") } else { ("時刻", "a time") };
    let finding = out.cell(row, end.key);
    finding
        .say(
            format!("「{}」が「{}」より前です", end.name_ja, start.name_ja),
            format!("`{}` lies before `{}`", end.key.name(), start.key.name()),
        )
        .expected(
            format!("「{}」以降の{what_ja}", start.name_ja),
            format!("{what_en} not before `{}`", start.key.name()),
        );
    if is_date {
        finding.plain();
    } else {
        finding.at_most(Severity::Warning);
    }
    if let Some(place) = place(row, start.key) {
        finding.related(place, format!("「{}」はこちらです", start.name_ja), format!("`{}`", start.key.name()));
    }
}

/// Swaps the start and the end of the first row that has the one before the other.
fn swap(draft: &mut Draft, kind: Kind, start: Key, end: Key) -> Option<Site> {
    let (index, row) = draft.find(kind, |file, row| {
        let (from, to) = (file.get(row, start), file.get(row, end));
        !from.is_empty() && from < to && to != b"9999"
    })?;
    let file = &mut draft.files[index];
    let (from, to) = (file.get(row, start).to_vec(), file.get(row, end).to_vec());
    file.put(row, start, &to)?;
    let column = file.put(row, end, &from)?;
    Some(Site::Cell(index, row, column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, judge};

    /// Findings in 第6表 whose first row has these times.
    fn found(start: &[u8], end: &[u8]) -> Vec<(&'static str, Severity)> {
        let mut draft = Draft::sample("202407-table").expect("it is one");
        let file = draft.index(Kind::Upplan).expect("it has one");
        for (key, value) in [(upplan::START_TIME, start), (upplan::END_TIME, end)] {
            draft.files[file].put(0, key, value).expect("it has the item");
        }
        // A file alone lacks its companions.
        let judgement = judge(&draft.to_files()[file..=file], &Options::default());
        let of_rows = judgement.findings().into_iter().filter(|finding| !finding.rule.id.starts_with("set/"));
        of_rows.map(|finding| (finding.rule.id, finding.severity)).collect()
    }

    #[test]
    fn one_time_makes_one_finding() {
        const REVERSED: (&str, Severity) = ("row/end-before-start", Severity::Warning);
        const NO_TIME: (&str, Severity) = ("cell/not-a-time", Severity::Warning);
        for (start, end, expected) in [
            (&b"0900"[..], &b"0900"[..], &[][..]),
            (b"2330", b"0030", &[REVERSED]),
            (b"2330", b"2430", &[NO_TIME]),
            (b"2400", b"0100", &[NO_TIME]),
            (b"9999", b"0100", &[]),
        ] {
            let row = (String::from_utf8_lossy(start), String::from_utf8_lossy(end));
            assert_eq!(found(start, end), expected, "{row:?}");
        }
    }
}

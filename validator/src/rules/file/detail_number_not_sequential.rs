//! `file/detail-number-not-sequential`

use crate::bind::{Known, Row};
use crate::draft::{Draft, DraftFile, Site};
use crate::facts::{Person, person, place};
use crate::finding::{Place, Severity};
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::upplan;
use crate::spec::{Certainty, Condition, Item, Key, Kind, Table};
use crate::text::Text;
use crate::together::Together;

pub(super) static RULE: Rule = Rule {
    id: "file/detail-number-not-sequential",
    severity: Severity::Error,
    title: Text {
        ja: "福祉用具貸与の明細判別コードが1からの連番になっていません",
        en: "the 明細判別コード of equipment rentals do not count from 1",
    },
    why: Text {
        ja: "サービスコードと単位数が同じ福祉用具は、この番号だけで見分けます。番号が正しくないと、別の用具が1つにまとめられます。",
        en: "Rentals of the same code and units are told apart by this number only; with wrong ones an import merges them.",
    },
    fix: Text {
        ja: "同じサービスコード・単位数の行が複数あるときは1、2、3…と順に付け、1行だけのときは空にしてください。",
        en: "Number several rows of one code and units 1, 2, 3 in order, and leave a single row's number empty.",
    },
    basis: Basis::Spec(&[
        Citation { source: "v41l", place: "UPPLAN No.19" },
        Citation { source: "v41l", place: "UPJSK No.19" },
    ]),
    reading: Some(Text {
        ja: "番号は、利用者・対象年月・事業所・サービスコード・単位数が同じ行のなかで、ファイル内の順に付けると解釈しています。標準仕様に行の順の明記はないため、1からの番号が1つずつあり行の順だけが異なる場合は警告とします。",
        en: "The numbers are read as those of rows of one user, month, office, code and units, in the order of the file. As the text does not give the order of rows, numbers from 1 on, each once, in another order are a warning.",
    }),
    versions: EVERY,
    check: Check::File(start),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let (_, row) = draft.find(Kind::Upplan, |file, row| file.get(row, upplan::DETAIL_NO) == b"2")?;
            draft.set_raw(Kind::Upplan, row, upplan::DETAIL_NO, b"\"2\"")
        },
    }],
    bad: &[
        // A single row with a number.
        Case { on: "202407-table", also: &[], edit: |draft| renumber(draft, b"", b"1") },
        // The first of several without one.
        Case { on: "202407-table", also: &[], edit: |draft| renumber(draft, b"1", b"") },
        Case { on: "202208-table", also: &[], edit: |draft| renumber(draft, b"2", b"99") },
        // Each number once, in another order.
        Case { on: "202407-table", also: &[], edit: swap },
    ],
};

#[derive(Default)]
struct DetailNumberNotSequential {
    groups: Together<Person, Rental, Group>,
    /// Whether some row belongs to nobody knows which group.
    blind: bool,
    /// Whether the row before is one.
    is_rental: bool,
    table: Option<&'static Table>,
}

/// Rows that only their numbers tell apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rental {
    month: [u8; 6],
    office: [u8; 10],
    code: [u8; 6],
    units: i64,
}

#[derive(Default)]
struct Group {
    rows: u32,
    /// 明細判別コード of the first row until one is found to be wrong, and of that one then.
    place: Option<Place>,
    /// What stands there; `None` where it is empty.
    number: Option<i64>,
    /// What should stand there, once one is found to be wrong.
    wrong: Option<u32>,
    /// Whether some number cannot be read, or some row is there twice.
    open: bool,
    /// One bit for each number seen, up to 63.
    seen: u64,
}

fn start(_: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(DetailNumberNotSequential::default())
}

impl FileRule for DetailNumberNotSequential {
    fn row(&mut self, row: &Row<'_>, _: &mut Out<'_>) {
        let Some(item) = row.item(upplan::DETAIL_NO) else { return };
        self.is_rental = is_rental(row, item);
        let Some(place) = place(row, item.key).filter(|_| self.is_rental) else { return };
        let Some((person, rental)) = rental(row) else {
            self.blind = true;
            return;
        };
        self.table = Some(row.table);
        let number = row.integer(item.key);
        self.groups.of(person, rental, Group::default).add(number, place);
    }

    fn repeated(&mut self, row: &Row<'_>, _: u64, _: &mut Out<'_>) {
        // That it has the number of another row is file/duplicate-row.
        let is_rental = row.item(upplan::DETAIL_NO).is_some_and(|item| is_rental(row, item));
        if let Some((person, rental)) = rental(row).filter(|_| is_rental) {
            self.groups.of(person, rental, Group::default).open = true;
        }
    }

    fn next(&self, row: &Row<'_>) -> Next {
        match row.item(upplan::DETAIL_NO) {
            None => Next::Never,
            Some(_) if self.is_rental => Next::Every,
            Some(_) => Next::Like(&[upplan::SERVICE_CODE]),
        }
    }

    fn forget(&mut self, owner: &Person) -> bool {
        self.groups.forget(owner, |group| !group.is_wrong())
    }

    fn end(&mut self, complete: bool, out: &mut Out<'_>) {
        let Some(table) = self.table.filter(|_| complete && !self.blind) else { return };
        let groups = self.groups.all().values().flatten().map(|(_, group)| group);
        let mut groups: Vec<&Group> = groups.filter(|group| group.is_wrong()).collect();
        groups.sort_by_key(|group| group.place);
        // What the table is unsure of is the item's length, not the rule about its use: the
        // certainty of the service code decides.
        let certainty = table.item(upplan::SERVICE_CODE).map_or(Certainty::Guess, |code| code.certainty);
        let shown = table.item(upplan::DETAIL_NO).is_some_and(|item| item.shown);
        for group in groups {
            let Some(place) = group.place else { continue };
            let finding = out.place(place, table).uncapped().cap_by(certainty);
            match group.number {
                Some(number) => finding.got_bytes(number.to_string().as_bytes(), shown),
                None => finding.got("空", "empty"),
            };
            if group.is_of_another_order() {
                finding.at_most(Severity::Warning);
            }
            let rows = group.rows;
            match group.wrong {
                Some(number) => finding.expected(
                    format!("{number}（同じサービスコード・単位数の{rows}行のなかの順）"),
                    format!("{number}, its place among {rows} rows of one code and units"),
                ),
                None => finding
                    .say(
                        "福祉用具貸与の1行だけの明細に、明細判別コードがあります",
                        "a rental that is the only one of its code and units has a 明細判別コード",
                    )
                    .expected(
                        "空（同じサービスコード・単位数の行は1行だけ）",
                        "empty: no other row has its code and units",
                    ),
            };
        }
    }
}

/// Whose it is, and which rows only its number tells it from.
fn rental(row: &Row<'_>) -> Option<(Person, Rental)> {
    let rental = Rental {
        month: row.fixed::<6>(upplan::TARGET_MONTH).is()?,
        office: row.fixed::<10>(upplan::SERVICE_OFFICE_NUMBER).is()?,
        code: row.fixed::<6>(upplan::SERVICE_CODE).is()?,
        units: row.integer(upplan::UNITS).is()?,
    };
    Some((person(row)?, rental))
}

/// Whether the row is of the services that are numbered.
fn is_rental(row: &Row<'_>, item: &Item) -> bool {
    let numbered = item.condition(|c| if let Condition::NumberedFor(code) = c { Some(code.as_bytes()) } else { None });
    let service_type = row.service_type(upplan::SERVICE_CODE);
    matches!((numbered, service_type), (Some(numbered), Known::Is(own)) if own == numbered)
}

impl Group {
    fn add(&mut self, number: Known<i64>, place: Place) {
        self.rows += 1;
        self.open |= number == Known::Unreadable;
        let bit = number.is().and_then(|number| 1_u64.checked_shl(u32::try_from(number).ok()?));
        self.seen |= bit.unwrap_or_default();
        if self.rows == 1 {
            self.place = Some(place);
            self.number = number.is();
            return;
        }
        if self.wrong.is_some() {
            return;
        }
        if self.number != Some(1) {
            self.wrong = Some(1);
        } else if number != Known::Is(i64::from(self.rows)) {
            self.wrong = Some(self.rows);
            self.place = Some(place);
            self.number = number.is();
        }
    }

    /// Whether there is something to be said of it.
    fn is_wrong(&self) -> bool {
        !self.open && (self.wrong.is_some() || self.is_single_with_number())
    }

    /// Whether its rows have the numbers from 1 on, each once.
    fn is_of_another_order(&self) -> bool {
        let numbers = 1_u64.checked_shl(self.rows + 1).map(|beyond| beyond - 2);
        self.rows >= 2 && numbers == Some(self.seen)
    }

    fn is_single_with_number(&self) -> bool {
        self.rows == 1 && self.number.is_some()
    }
}

/// Gives the first rental with one number another one.
fn renumber(draft: &mut Draft, from: &[u8], to: &[u8]) -> Option<Site> {
    let picks = |file: &DraftFile, row: usize| {
        file.get(row, upplan::SERVICE_CODE).starts_with(b"17") && file.get(row, upplan::DETAIL_NO) == from
    };
    draft.set_where(Kind::Upplan, picks, upplan::DETAIL_NO, to)
}

/// Swaps the numbers of the first rental that has 1 and of the next row, which has 2 for the same.
fn swap(draft: &mut Draft) -> Option<Site> {
    const SAME: [Key; 5] = [
        upplan::INSURED_NUMBER,
        upplan::SERVICE_OFFICE_NUMBER,
        upplan::SERVICE_CODE,
        upplan::UNITS,
        upplan::INSURER_NUMBER,
    ];
    let (index, row) = draft.find(Kind::Upplan, |file, row| {
        let numbered = |row, number: &[u8]| file.get(row, upplan::DETAIL_NO) == number;
        let same = SAME.iter().all(|key| file.get(row, *key) == file.get(row + 1, *key));
        numbered(row, b"1") && numbered(row + 1, b"2") && same
    })?;
    draft.files[index].put(row + 1, upplan::DETAIL_NO, b"1")?;
    let column = draft.files[index].put(row, upplan::DETAIL_NO, b"2")?;
    Some(Site::Cell(index, row, column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileCheck, Options};

    fn found(numbers: &[&str]) -> Vec<(u64, Severity)> {
        let mut check =
            FileCheck::new("UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV", &Options::default());
        for (number, code) in numbers.iter().zip(11..) {
            let row = format!(
                "202407,991018,0000000101,20260928,202610,9970100013,,200,,20261001,,9999,9999,1,171004,00001-0000{code},,,{number},9970100047,,,0,9970100013,\r\n"
            );
            check.push(row.as_bytes());
        }
        let kept = check.finish().findings.kept;
        assert!(kept.iter().all(|finding| finding.rule.id == RULE.id), "{numbers:?}");
        kept.iter().map(|finding| (finding.line().unwrap_or_default(), finding.severity)).collect()
    }

    #[test]
    fn numbers_in_another_order_are_a_warning_and_others_an_error() {
        for (numbers, expected) in [
            (&[""][..], None),
            (&["1", "2", "3"], None),
            (&["1", "3", "2"], Some((2, Severity::Warning))),
            (&["3", "2", "1"], Some((1, Severity::Warning))),
            (&["1", "1"], Some((2, Severity::Error))),
            (&["2", "3"], Some((1, Severity::Error))),
            (&["0", "1"], Some((1, Severity::Error))),
            (&["1", "2", ""], Some((3, Severity::Error))),
            (&["1", "99"], Some((2, Severity::Error))),
            (&["1"], Some((1, Severity::Error))),
        ] {
            assert_eq!(found(numbers), expected.into_iter().collect::<Vec<_>>(), "{numbers:?}");
        }
        // More than one bit each can be kept for.
        let mut many: Vec<String> = (1..=70).map(|number: u32| number.to_string()).collect();
        many.swap(0, 1);
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(found(&many), [(1, Severity::Error)]);
    }
}

//! `set/table7-contradicts-table6`

use super::{RELATIONS, mate, user};
use crate::draft::{Draft, DraftFile, Site};
use crate::facts::{Amount, ServiceKey};
use crate::finding::{Finding, Severity};
use crate::rule::{Basis, Case, Check, Out, Rule, SetView};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::spec::keys::{upplan, upsikyu};
use crate::text::Text;
use crate::units::pairs;

pub(super) static RULE: Rule = Rule {
    id: "set/table7-contradicts-table6",
    severity: Severity::Error,
    title: Text {
        ja: "第7表の単位数が、第6表のサービスの合計と合いません",
        en: "the units in table 7 are not those of the services in table 6",
    },
    why: Text {
        ja: "第7表は第6表の1か月分を、事業所とサービスコードごとに集計した表です。食い違うと、給付管理と請求のどちらかが誤りになります。",
        en: "Table 7 sums up the month of table 6 by office and service code; where they differ, benefit management or the claim comes out wrong.",
    },
    fix: Text {
        ja: "第6表の単位数×回数の合計と、第7表の同じサービスコードの単位数×回数が一致するように出力してください。",
        en: "Make the units times the count of a service code in table 7 equal to their sum in table 6.",
    },
    basis: Basis::Derived {
        from: RELATIONS,
        because: Text {
            ja: "第7表の明細行は、同じ利用者・対象年月の第6表をサービスコードごとに集計したものです。",
            en: "A detail row of table 7 sums up what table 6 has of that service code for the same user and month.",
        },
    },
    reading: Some(Text {
        ja: "月1回の加算を第6表の利用日ごとに書いたものは1回分とみなして一致とします。単位数が0の行（割合による加算など）、日割の行、割引のある行は比べません。",
        en: "A monthly addition written on every day in table 6 counts once. Rows of 0 units, such as percentage additions, prorated and discounted rows are not compared.",
    }),
    versions: EVERY,
    check: Check::Set(check),
    good: &[
        Case {
            on: "202407-table",
            also: &[],
            // A monthly addition on one more day.
            edit: |draft| {
                let file = draft.index(Kind::Upplan)?;
                let plan = &draft.files[file];
                let row = (0..plan.rows.len()).find(|&row| is_plain(plan, row) && alike(plan, plan, row).len() == 1)?;
                let mut day = plan.get(row, upplan::TARGET_MONTH).to_vec();
                day.extend(if plan.get(row, upplan::SERVICE_DATE).ends_with(b"28") { b"27" } else { b"28" });
                add_copy(draft, file, row, &[(upplan::SERVICE_DATE, &day)]).map(|_| Site::File(file))
            },
        },
        Case {
            on: "202407-table",
            also: &[],
            // A percentage addition stands in table 6 with 0 units, and not in table 7.
            edit: |draft| {
                let (file, row, code) = strange_code(draft)?;
                add_copy(draft, file, row, &[(upplan::SERVICE_CODE, &code), (upplan::UNITS, b"0")])
                    .map(|_| Site::File(file))
            },
        },
    ],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let file = draft.index(Kind::Upsikyu)?;
                let (sums, plan) = (&draft.files[file], &draft.files[mate(draft, file, Kind::Upplan)?]);
                let row = (0..sums.rows.len()).find(|&row| {
                    let days = alike(sums, plan, row);
                    is_plain(sums, row)
                        && alike(sums, sums, row) == [row]
                        && !days.is_empty()
                        && days.iter().all(|&day| is_plain(plan, day))
                })?;
                let count = number(sums.get(row, upsikyu::SERVICE_COUNT))?;
                let more = (count + 1).to_string();
                draft.files[file].put(row, upsikyu::SERVICE_COUNT, more.as_bytes())?;
                Some(Site::Cell(file, row, draft.files[file].column(upsikyu::SERVICE_CODE)?))
            },
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let (file, row, code) = strange_code(draft)?;
                let row = add_copy(draft, file, row, &[(upplan::SERVICE_CODE, &code)])?;
                Some(Site::Cell(file, row, draft.files[file].column(upplan::SERVICE_CODE)?))
            },
        },
    ],
};

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Whether a row has units and a small count, is not prorated and names no equipment.
fn is_plain(file: &DraftFile, row: usize) -> bool {
    let small = |text: &[u8]| number(text).is_some_and(|number| (1..90).contains(&number));
    number(file.get(row, upplan::UNITS)).is_some_and(|units| units > 0)
        && small(file.get(row, upplan::SERVICE_COUNT))
        && [upplan::PRORATED_DAYS, upplan::TAIS_CODE, upplan::TODOKEDE_CODE, upplan::DETAIL_NO]
            .iter()
            .all(|&key| file.get(row, key).is_empty())
}

/// The rows of a file with the user, office and service code of a row of this or another file.
fn alike(of: &DraftFile, file: &DraftFile, row: usize) -> Vec<usize> {
    let key = |file: &DraftFile, row: usize| {
        let text = |key| file.get(row, key).to_vec();
        (user(file, row), text(upplan::SERVICE_OFFICE_NUMBER), text(upplan::SERVICE_CODE))
    };
    (0..file.rows.len()).filter(|&other| key(file, other) == key(of, row)).collect()
}

/// A plain row of table 6, and a code of the same service type that neither table has.
fn strange_code(draft: &Draft) -> Option<(usize, usize, Vec<u8>)> {
    let file = draft.index(Kind::Upplan)?;
    mate(draft, file, Kind::Upsikyu)?;
    let row = (0..draft.files[file].rows.len()).find(|&row| is_plain(&draft.files[file], row))?;
    let known = |code: &[u8]| {
        let both = draft.files.iter().filter(|file| matches!(file.kind(), Some(Kind::Upplan | Kind::Upsikyu)));
        both.into_iter().any(|file| (0..file.rows.len()).any(|row| file.get(row, upplan::SERVICE_CODE) == code))
    };
    let service = draft.files[file].get(row, upplan::SERVICE_CODE).get(..2)?;
    let code = (9000..9999).map(|n: u32| [service, n.to_string().as_bytes()].concat()).find(|code| !known(code))?;
    Some((file, row, code))
}

/// Adds a changed copy of a row and gives its index.
fn add_copy(draft: &mut Draft, file: usize, row: usize, changes: &[(crate::spec::Key, &[u8])]) -> Option<usize> {
    let copy = draft.files[file].rows[row].clone();
    draft.files[file].rows.push(copy);
    let row = draft.files[file].rows.len() - 1;
    for (key, value) in changes {
        draft.files[file].put(row, *key, value)?;
    }
    Some(row)
}

fn check(set: &SetView<'_>, out: &mut Out<'_>) {
    let of = |kind: Kind| set.files.iter().any(|file| file.kind == Some(kind));
    if !of(Kind::Upplan) || !of(Kind::Upsikyu) {
        return;
    }
    for pair in pairs(set).iter().filter(|pair| pair.companion.kind == Some(Kind::Upsikyu)) {
        let (table6, table7) = (&pair.base.facts, &pair.companion.facts);
        // What is of which month is not told apart; file/month-mixed speaks of that.
        if table6.months_differ || table7.months_differ {
            continue;
        }
        let both = |key: &ServiceKey| {
            let known = table6.has(&key.person) && table7.has(&key.person);
            known && !table6.unsummed.contains(&key.person) && !table7.unsummed.contains(&key.person)
        };
        for (key, sum7) in table7.services.iter().filter(|(key, _)| both(key)) {
            let sum6 = table6.services.get(key);
            if !agree(sum6, Some(sum7)) {
                let finding = out.place_other(pair.companion, sum7.place);
                tell(finding, sum6, Some(sum7)).related_file(&pair.base.name, "第6表です", "table 6");
            }
        }
        let only6 = table6.services.iter().filter(|(key, _)| both(key) && !table7.services.contains_key(key));
        for (_, sum6) in only6.filter(|(_, sum6)| !agree(Some(sum6), None)) {
            let finding = out.place_other(pair.base, sum6.place);
            tell(finding, Some(sum6), None).related_file(&pair.companion.name, "第7表です", "table 7");
        }
    }
}

fn agree(sum6: Option<&Amount>, sum7: Option<&Amount>) -> bool {
    let silent = |amount: &Amount| amount.open || amount.units == Some(0);
    if [sum6, sum7].into_iter().flatten().any(silent) {
        return true;
    }
    let (total6, total7) = (sum6.map_or(0, |amount| amount.sum), sum7.map_or(0, |amount| amount.sum));
    let once = sum6.and_then(|amount| amount.units);
    total6 == total7 || sum7.is_some() && once == Some(total7)
}

fn tell<'a>(finding: &'a mut Finding, sum6: Option<&Amount>, sum7: Option<&Amount>) -> &'a mut Finding {
    let ja = |amount: Option<&Amount>, table: &str| match amount {
        Some(amount) => format!("{table}では{}単位（{}行）", amount.sum, amount.rows),
        None => format!("{table}に行なし"),
    };
    let en = |amount: Option<&Amount>, table: &str| match amount {
        Some(amount) => format!("{} units in {} row(s) of {table}", amount.sum, amount.rows),
        None => format!("no row in {table}"),
    };
    finding.expected(ja(sum6, "第6表"), en(sum6, "table 6")).got(ja(sum7, "第7表"), en(sum7, "table 7"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, judge};

    #[test]
    fn a_value_that_has_not_the_form_of_one_is_one_finding() {
        for (key, value, rule) in [
            (upplan::SERVICE_OFFICE_NUMBER, &b"99701O0021"[..], "cell/office-number-malformed"),
            (upplan::SERVICE_OFFICE_NUMBER, b"99a0100016", "cell/office-number-malformed"),
            (upplan::SERVICE_CODE, b"11a211", "cell/not-alphanumeric"),
            (upplan::UNITS, b"3870000", "cell/too-long"),
        ] {
            for kind in [Kind::Upplan, Kind::Upsikyu] {
                let mut draft = Draft::sample("202407-table").expect("it is one");
                draft.set(kind, 0, key, value).expect("it has the item");
                let judgement = judge(&draft.to_files(), &Options { sets: true, ..Options::default() });
                let found: Vec<_> = judgement.findings().iter().map(|finding| finding.rule.id).collect();
                assert_eq!(found, [rule], "{kind} {}", String::from_utf8_lossy(value));
            }
        }
    }
}

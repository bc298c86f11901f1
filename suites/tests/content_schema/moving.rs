//! Makes `docs/FROM-202208.md`: what the tables of 202407 say otherwise than those of 202208. Knows how that is
//! written; knows no content.

use std::fmt::Write as _;

use renkei_validator::rules;
use renkei_validator::spec::{
    Condition, Grammar, Item, Kind, Length, Member, Party, Table, Unit, Version, grammar, units,
};

use super::made::{form, length, table};

const OLD: Version = Version::V202208;
const NEW: Version = Version::V202407;

/// The document.
pub(crate) fn document() -> String {
    let (year, month) = NEW.first_month().split_at(4);
    let mut out = HEAD
        .replace("MONTH_JA", &format!("{year}年{}月", month.trim_start_matches('0')))
        .replace("MONTH_EN", &format!("{year}-{month}"));
    names(&mut out);
    kinds(&mut out);
    for kind in Kind::ALL {
        if let (Some(old), Some(new)) = (table(OLD, *kind), table(NEW, *kind)) {
            let rows = changes(old, new);
            if !rows.is_empty() {
                let _ = writeln!(out, "\n### {kind} {}\n", new.name_ja);
                out.push_str("| 202208 | 202407 | 項目名 | 形式 / form | 変更 / change |\n|---|---|---|---|---|\n");
                out.push_str(&rows.concat());
            }
        }
    }
    out.push_str(UNITS);
    for unit in units(NEW) {
        unit_row(&mut out, unit);
    }
    out.push_str(RULES);
    for rule in rules::all() {
        if rule.versions.contains(&NEW) && !rule.versions.contains(&OLD) {
            let (id, title) = (rule.id, rule.title);
            let _ = writeln!(out, "- [`{id}`](RULES.md#{}) {} / {}", id.replace('/', "-"), title.ja, title.en);
        }
    }
    out
}

/// The forms of file names, each with the kinds that have it.
fn names(out: &mut String) {
    let mut forms: Vec<([String; 2], Vec<&str>)> = Vec::new();
    for kind in Kind::ALL {
        let (Some(old), Some(new)) = (grammar(OLD, *kind), grammar(NEW, *kind)) else { continue };
        let pair = [name(old), name(new)];
        match forms.iter_mut().find(|(form, _)| *form == pair) {
            Some((_, kinds)) => kinds.push(kind.name()),
            None => forms.push((pair, vec![kind.name()])),
        }
    }
    for ([old, new], kinds) in forms {
        let _ = write!(out, "\n{}\n\n```text\n202208  {old}\n202407  {new}\n```\n", kinds.join("、"));
    }
}

fn name(grammar: &Grammar) -> String {
    let parts: Vec<String> = grammar.segments.iter().map(|segment| format!("_{{{}}}", segment.title().ja)).collect();
    format!("種別{}.CSV", parts.concat())
}

/// All kinds, with the number of their items.
fn kinds(out: &mut String) {
    out.push_str(ITEMS);
    for kind in Kind::ALL {
        let Some(grammar) = grammar(NEW, *kind) else { continue };
        let count = |table: Option<&Table>| table.map_or_else(|| "–".to_owned(), |table| table.items.len().to_string());
        let (old, new) = (table(OLD, *kind), table(NEW, *kind));
        let change = match (old, new) {
            (Some(old), Some(new)) if changes(old, new).is_empty() => "項目は同じ / same items",
            (Some(_), Some(_)) => "下の表 / see below",
            _ => "新しい種別 / new kind",
        };
        let _ = writeln!(out, "| {kind} | {} | {} | {} | {change} |", grammar.name_ja, count(old), count(new));
    }
}

/// The rows of what is new, other or elsewhere in a table. Items that only moved stand in one row as long as
/// they moved together.
fn changes(old: &Table, new: &Table) -> Vec<String> {
    for item in &old.items {
        assert!(new.item(item.key).is_some(), "{} of {} is gone: this page has no words for that", item.no, old.kind);
    }
    let mut rows = Vec::new();
    let mut moved: Vec<(&Item, &Item)> = Vec::new();
    for item in &new.items {
        let before = old.item(item.key);
        let texts = match before {
            None => [vec![("新しい項目".to_owned(), "new".to_owned())], said(item, &[], new)].concat(),
            Some(before) => differences(before, item, new),
        };
        match before {
            Some(before) if texts.is_empty() => {
                let together = moved.last().is_some_and(|(b, a)| a.no - b.no == item.no - before.no);
                if !together {
                    rows.extend(moves(&moved));
                    moved.clear();
                }
                moved.push((before, item));
            }
            _ => {
                rows.extend(moves(&moved));
                moved.clear();
                let no = before.map_or_else(|| "–".to_owned(), |before| before.no.to_string());
                let (ja, en): (Vec<String>, Vec<String>) = texts.into_iter().unzip();
                let (form, text) = (form(item), format!("{} / {}", ja.join("。"), en.join("; ")));
                rows.push(format!("| {no} | {} | {} | {form} | {text} |\n", item.no, item.name_ja));
            }
        }
    }
    rows.extend(moves(&moved));
    rows
}

/// The row of items that moved together; none where they stand where they stood.
fn moves(moved: &[(&Item, &Item)]) -> Option<String> {
    let [(first_before, first), .., (last_before, last)] = moved else {
        let [(before, item)] = moved else { return None };
        let change = "番号だけ / number only";
        return (before.no != item.no)
            .then(|| format!("| {} | {} | {} | | {change} |\n", before.no, item.no, item.name_ja));
    };
    let change = format!("番号だけ（+{by}） / numbers only (+{by})", by = first.no - first_before.no);
    (first_before.no != first.no).then(|| {
        format!(
            "| {}～{} | {}～{} | {} ～ {} | | {change} |\n",
            first_before.no, last_before.no, first.no, last.no, first.name_ja, last.name_ja
        )
    })
}

/// What is said otherwise of an item that both have.
fn differences(old: &Item, new: &Item, table: &Table) -> Vec<(String, String)> {
    let what = (table.kind, new.no);
    assert_eq!(old.name_ja, new.name_ja, "{what:?}: this page has no words for another name");
    assert_eq!(old.form, new.form, "{what:?}: this page has no words for another form");
    assert_eq!(old.required, new.required, "{what:?}: this page has no words for that");
    let codes = |item: &Item| item.codes.map(|list| list.codes.clone());
    assert_eq!(codes(old), codes(new), "{what:?}: this page has no words for other codes");
    let mut texts = Vec::new();
    if length(old) != length(new) {
        let digits = |item: &Item| match length(item) {
            Length::Free => "–".to_owned(),
            Length::Exactly(length) | Length::AtMost(length) => length.to_string(),
        };
        let digits = format!("{} → {}", digits(old), digits(new));
        texts.push((format!("桁数 {digits}"), format!("length {digits}")));
    }
    texts.extend(said(new, &old.conditions, table));
    texts
}

/// The conditions of an item that are not among those known, in both languages.
fn said(item: &Item, known: &[Condition], table: &Table) -> Vec<(String, String)> {
    let new = item.conditions.iter().filter(|condition| !known.contains(condition));
    new.map(|condition| match condition {
        Condition::EquipmentWith(other) => {
            let other = &table.item(*other).expect("it stands beside the other one").name_ja;
            (
                format!("福祉用具貸与の明細の行では、これか{other}が必要"),
                format!("detail rows of equipment rental have this or {other}"),
            )
        }
        Condition::UpTo(most) => {
            let Length::AtMost(printed) = item.length else { panic!("{condition:?} of {}", item.name_ja) };
            (
                format!("第4.1版の定義書では{printed}桁。第3.2版の訂正に従い、{most}桁まで受け付けます"),
                format!("4.1 prints {printed} digits; {most} are accepted, as 3.2 corrected it"),
            )
        }
        other => panic!("this page has no words for {other:?}"),
    })
    .collect()
}

fn unit_row(out: &mut String, unit: &Unit) {
    let of = |members: &[Member]| members.iter().map(|member| member.kind.name()).collect::<Vec<_>>().join("、");
    let old = units(OLD).iter().find(|old| old.name == unit.name && old.scope == unit.scope);
    let new = of(&unit.members);
    let old = old.map_or_else(|| "–".to_owned(), |old| of(&old.members));
    let new = if old == new { "同じ / the same".to_owned() } else { new };
    let short = |party: &Party| match party {
        Party::Center => "包括",
        Party::CareManager => "居宅",
        Party::Provider => "サービス",
    };
    let ways: Vec<String> = unit.directions.iter().map(|(from, to)| format!("{}→{}", short(from), short(to))).collect();
    let _ = writeln!(out, "| {} | {old} | {new} |", ways.join("、"));
}

const HEAD: &str =
    "<!-- Generated by `RENKEI_UPDATE=1 cargo test -p renkei-suites --test content_schema`. Do not edit. -->

# 202208から202407へ / From 202208 to 202407

CSVバージョン202208（第3版）で出力するソフトを、202407（第4.1版）に対応させるときに変わることの一覧です。検査に使う表から作っています。第3版の原文は一部しか入手できていないため、202208の表の多くは、第4.1版とその改訂履歴からの推定です。推定した項目についての指摘は警告までですが、202407では同じ誤りの多くがエラーになります。

What changes for software that exports CSV version 202208 (the 3rd) and is to export 202407 (4.1), made from the tables that `check` judges by. Only parts of the 3rd version could be had: most of the tables of 202208 follow from 4.1 and its history of changes. Findings about inferred items are warnings at most; in 202407, most of the same mistakes are errors.

## どちらを使うか / Which applies

CSVバージョンは、作成日や送信日ではなく、サービス提供月で決まります。MONTH_JA以降は202407、それより前の月は202208です。1つのファイルに2つの版は混在できません。計画書とその削除には対象年月がなく、どの日付で決まるかの定めはありません。二次資料によると、2027年1月の移行後は、第3版では送受信できません。

The version follows from the service month, not from the day the file is made or sent: 202407 from MONTH_EN on, 202208 before. One file has one version. Plans and their deletions have no month, and nothing says which day decides for them. By secondary sources, the 3rd version can no longer be exchanged after the move of January 2027.

## 確かめ方 / How to check

```sh
# 今の出力の、移行後の判定 / your export, judged as after the move
renkei check out --as-of 2027-01-05

# 同じ利用者の同じ月を、2つの版で / the same people and month in both versions
renkei generate --users 5 --months 2026-10 --version 202208 --out before
renkei generate --users 5 --months 2026-10 --version 202407 --out after

# 第4.1版のベンダ試験の区分（D1～D7） / the patterns of the vendor test of 4.1
renkei test run --out result
```

202208のままの利用票と実績は [`file/version-not-in-force`](RULES.md#file-version-not-in-force) で見つかります。計画書は対象年月がないため、`check` では指摘しません。模擬プラットフォームは、時計が2027年1月1日以降なら、計画書も含めて202208の送信を拒否します（`renkei serve --now 2027-01-05`）。ケースの実行には `sut.toml` が必要です（[TESTING.ja.md](TESTING.ja.md)）。

Tables and results that are still of 202208 are found by [`file/version-not-in-force`](RULES.md#file-version-not-in-force); plans are not, as they have no month. The mock platform refuses whatever is sent in 202208, plans as well, when its clock is at 2027-01-01 or later (`renkei serve --now 2027-01-05`). Cases need a `sut.toml` ([TESTING.md](TESTING.md)).

## すべてのファイル / All files

1番目の項目（CSVバージョン）は、どの行も `202407` です。ファイル名では、送信元と送信先の事業所番号の後に、それぞれのサービス種類コード（2桁。居宅介護支援は43）が入ります。

Item 1 (CSVバージョン) of every row is `202407`. In file names, the office numbers of sender and receiver are each followed by a service type of two characters (43 for care management).
";

const ITEMS: &str = "
## 種別ごとの項目 / Items, kind by kind

すべての項目は [CONTENT.md](CONTENT.md) にあります。

All items are in [CONTENT.md](CONTENT.md).

| 種別 / kind | 帳票 | 202208 | 202407 | |
|---|---|--:|--:|---|
";

const UNITS: &str = "
## 一緒に送るファイル / Files that travel together

「居宅」は居宅介護支援事業所、「包括」は地域包括支援センター、「サービス」はサービス事業所です。一緒に送るファイルは、送信元、送信先、ファイル連番が同じです。

居宅: care management office. 包括: community support centre. サービス: service office. Files that travel together share sender, receiver and timestamp.

| 向き / from → to | 202208 | 202407 |
|---|---|---|
";

const RULES: &str = "
## 202407だけのルール / Rules for 202407 only

";

//! Makes the schema and the document of `renkei-content/1` from the tables. Knows how they are written; knows
//! no content.

use std::fmt::Write as _;

use renkei_validator::bind::Row;
use renkei_validator::spec::{
    Condition, Grammar, Item, ItemType, Kind, Length, Required, Table, Version, grammar, service_types, tables,
};
use serde_json::json;

/// Of readings of a table, the one with all items.
pub(crate) fn table(version: Version, kind: Kind) -> Option<&'static Table> {
    tables(version, kind).iter().max_by_key(|table| table.items.len())
}

/// What stands in an item that a row does not have.
fn default(item: &Item, version: Version) -> Option<String> {
    if item.form == ItemType::Version {
        return Some(version.value().to_owned());
    }
    item.condition(|condition| match condition {
        Condition::Is(value) => Some(value.clone()),
        _ => None,
    })
}

/// The JSON Schema.
pub(crate) fn schema() -> String {
    let mut out = String::from(HEAD);
    let kinds: Vec<String> = Kind::ALL.iter().map(|kind| format!("\"{kind}\"")).collect();
    let versions: Vec<String> = Version::ALL.iter().map(|version| format!("\"{version}\"")).collect();
    out = out.replace("KINDS", &kinds.join(", ")).replace("VERSIONS", &versions.join(", "));
    let pairs = || Version::ALL.into_iter().flat_map(|version| Kind::ALL.iter().map(move |kind| (version, *kind)));
    let rules: Vec<String> = pairs()
        .map(|(version, kind)| {
            let rows = match grammar(version, kind) {
                Some(_) => format!("{kind}-{version}"),
                None => "no-row".to_owned(),
            };
            format!(
                "        {{ \"if\": {{ \"properties\": {{ \"kind\": {{ \"const\": \"{kind}\" }}, \"version\": {{ \
                 \"const\": \"{version}\" }} }} }},\n          \"then\": {{ \"properties\": {{ \"rows\": {{ \
                 \"items\": {{ \"$ref\": \"#/$defs/{rows}\" }} }} }} }} }}"
            )
        })
        .collect();
    let linked = Version::ALL.map(|version| {
        let linked = service_types(version).iter().filter(|one| one.linked).map(|one| one.code.as_str());
        format!("\"{version}\": {}", json!(linked.collect::<Vec<_>>()))
    });
    out = out.replace("LINKED", &linked.join(",\n    "));
    out = out.replace("RULES", &rules.join(",\n"));
    for (version, kind) in pairs() {
        let Some(grammar) = grammar(version, kind) else { continue };
        let segments: Vec<&str> = grammar.segments.iter().map(|segment| segment.name()).collect();
        let items = table(version, kind).map_or(&[][..], |table| &table.items);
        let items: Vec<String> = items.iter().map(|item| format!("        {}", property(item, version))).collect();
        let extension = if kind == Kind::UpkihonImage { ".jpg" } else { ".CSV" };
        let _ = write!(
            out,
            ",\n    \"{kind}-{version}\": {{\n      \"title\": {},\n      \"x-name\": {},\n      \"x-extension\": \
             \"{extension}\",\n      \"type\": \"object\",\n      \"additionalProperties\": false,\n      \
             \"properties\": {{\n{}\n      }}\n    }}",
            json!(grammar.name_ja),
            json!(segments),
            items.join(",\n")
        );
    }
    out + "\n  }\n}\n"
}

fn property(item: &Item, version: Version) -> String {
    let mut text = format!("\"{}\": {{ \"x-no\": {}, \"title\": {}", item.key.name(), item.no, json!(item.name_ja));
    let _ = write!(text, ", \"x-form\": \"{}\"", word(item.form));
    if Row::is_text(item) {
        text.push_str(", \"x-quoted\": true");
    }
    match length(item) {
        Length::Free => {}
        Length::Exactly(length) => drop(write!(text, ", \"x-exactly\": {length}")),
        Length::AtMost(length) => drop(write!(text, ", \"x-at-most\": {length}")),
    }
    let sums = [Condition::EmptyOnSumRows, Condition::FreeOnSumRows, Condition::MayBeAbsent];
    if item.required == Required::Yes && !sums.iter().any(|condition| item.has(condition)) {
        text.push_str(", \"x-required\": true");
    }
    if let Some(list) = item.codes {
        let codes: Vec<&str> = list.codes.iter().map(|(code, ..)| code.as_str()).collect();
        let _ = write!(text, ", \"x-codes\": {}", json!(codes));
    }
    if let Some(default) = default(item, version) {
        let _ = write!(text, ", \"default\": {}", json!(default));
    }
    text + ", \"type\": \"string\" }"
}

/// The length, with what is accepted beyond the printed one.
pub(crate) fn length(item: &Item) -> Length {
    let more = item.condition(|condition| match condition {
        Condition::UpTo(length) => Some(Length::AtMost(*length)),
        _ => None,
    });
    more.unwrap_or(item.length)
}

/// A form in one word.
fn word(form: ItemType) -> &'static str {
    match form {
        ItemType::Version => "version",
        ItemType::Insurer => "insurer",
        ItemType::Insured => "insured",
        ItemType::Office => "office",
        ItemType::ServiceCode => "service-code",
        ItemType::ServiceType => "service-type",
        ItemType::Tais => "tais",
        ItemType::Todokede => "todokede",
        ItemType::Digits => "digits",
        ItemType::Alnum => "alnum",
        ItemType::Integer => "integer",
        ItemType::Decimal => "decimal",
        ItemType::Date => "date",
        ItemType::Month => "month",
        ItemType::VisitTime => "visit-time",
        ItemType::ClockTime => "clock-time",
        ItemType::Bitmap => "bitmap",
        ItemType::Code => "code",
        ItemType::Postal => "postal",
        ItemType::Phone => "phone",
        ItemType::Text => "text",
        ItemType::FileName => "file-name",
        ItemType::Unused => "unused",
    }
}

const HEAD: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:renkei:content:1",
  "title": "What a care program holds, or is to hold / 介護ソフトが持つ、または持つべき内容",
  "$comment": "Generated by `RENKEI_UPDATE=1 cargo test -p renkei-suites --test content_schema`. Of each kind and version: x-name are the parts of its file names after the kind, in order; x-extension their end; x-no the place of an item in a row; x-form, x-exactly, x-at-most and x-codes the form, length and codes of its values; x-required whether every row has it; x-quoted whether its values are written in quotes; default what stands in an item that a row does not have. x-linked-service-types are the service types that are exchanged.",
  "x-linked-service-types": {
    LINKED
  },
  "type": "object",
  "additionalProperties": false,
  "required": ["schema", "documents"],
  "properties": {
    "schema": { "const": "renkei-content/1" },
    "documents": {
      "description": "What stands in one file each; their order says nothing / 1件が1ファイルに当たります。順序に意味はありません",
      "type": "array",
      "items": { "$ref": "#/$defs/document" }
    }
  },
  "$defs": {
    "document": {
      "type": "object",
      "additionalProperties": false,
      "required": ["kind", "version"],
      "properties": {
        "kind": { "description": "ファイル名の識別子", "enum": [KINDS] },
        "version": { "description": "CSVバージョン", "enum": [VERSIONS] },
        "source": { "description": "送信元", "anyOf": [{ "$ref": "#/$defs/end" }, { "type": "null" }] },
        "destination": { "description": "送信先", "anyOf": [{ "$ref": "#/$defs/end" }, { "type": "null" }] },
        "month": { "description": "対象年月（YYYYMM）。ファイル名にある種別だけ / only of kinds whose names have it", "type": ["string", "null"] },
        "timestamp": { "description": "ファイル連番（YYYYMMDDHHMMSS）。省略できます / may be left out", "type": ["string", "null"] },
        "branch": { "description": "画像の枝番。UPKIHON_IMAGEだけ / UPKIHON_IMAGE only", "type": ["string", "null"] },
        "rows": { "description": "行。ない項目は空です / rows; an item that is not there is empty", "type": "array", "items": { "type": "object" } },
        "image": {
          "description": "画像。UPKIHON_IMAGEだけ / the picture, UPKIHON_IMAGE only",
          "type": "string",
          "contentEncoding": "base64",
          "pattern": "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
        }
      },
      "allOf": [
RULES
      ]
    },
    "end": {
      "type": "object",
      "additionalProperties": false,
      "required": ["office"],
      "properties": {
        "office": { "description": "事業所番号", "type": "string" },
        "service_type": { "description": "サービス種類コード。202407から / from 202407 on", "type": ["string", "null"] }
      }
    },
    "no-row": {
      "description": "この版にない種別 / a kind that the version has not",
      "type": "object",
      "additionalProperties": false
    }"##;

/// The document.
pub(crate) fn document() -> String {
    let mut out = String::from(INTRODUCTION);
    for version in Version::ALL.into_iter().rev() {
        let _ = writeln!(out, "\n## {version}");
        for kind in Kind::ALL {
            if let Some(grammar) = grammar(version, *kind) {
                section(&mut out, version, grammar);
            }
        }
    }
    out
}

fn section(out: &mut String, version: Version, grammar: &Grammar) {
    let kind = grammar.kind;
    let segments: Vec<String> = grammar.segments.iter().map(|segment| format!("_{{{}}}", segment.name())).collect();
    let extension = if kind == Kind::UpkihonImage { ".jpg" } else { ".CSV" };
    let _ = writeln!(out, "\n### {kind} {}\n\n`{kind}{}{extension}`", grammar.name_ja, segments.concat());
    let Some(table) = table(version, kind) else { return };
    out.push_str("\n| No. | key | 項目名 | 形式 / form |\n|---|---|---|---|\n");
    for item in &table.items {
        let always = default(item, version).map_or_else(String::new, |value| format!("、省略時 / absent: `{value}`"));
        let _ = writeln!(out, "| {} | `{}` | {} | {}{always} |", item.no, item.key.name(), item.name_ja, form(item));
    }
}

pub(crate) fn form(item: &Item) -> String {
    let word = match item.form {
        ItemType::Version => "CSVバージョン / version",
        ItemType::Insurer => "保険者番号 / insurer's number",
        ItemType::Insured => "被保険者番号 / insured number",
        ItemType::Office => "事業所番号 / office number",
        ItemType::ServiceCode => "サービスコード / service code",
        ItemType::ServiceType => "サービス種類コード / service type",
        ItemType::Tais => "TAISコード / TAIS code",
        ItemType::Todokede => "福祉用具届出コード / registration code",
        ItemType::Digits => "数字 / digits",
        ItemType::Alnum => "半角英数字 / letters and digits",
        ItemType::Integer => "整数 / integer",
        ItemType::Decimal => "99.99",
        ItemType::Date => "YYYYMMDD",
        ItemType::Month => "YYYYMM",
        ItemType::VisitTime | ItemType::ClockTime => "HHMM",
        ItemType::Bitmap => "0と1 / 0 and 1",
        ItemType::Code => "コード / code",
        ItemType::Postal => "999-9999",
        ItemType::Phone => "電話番号 / telephone",
        ItemType::Text => "フリーテキスト、`\"` で囲む / free text, in quotes",
        ItemType::FileName => "ファイル名 / file name",
        ItemType::Unused => "使わない / unused",
    };
    match length(item) {
        Length::Free => word.to_owned(),
        Length::Exactly(length) => format!("{word} ={length}"),
        Length::AtMost(length) => format!("{word} ≤{length}"),
    }
}

const INTRODUCTION: &str =
    "<!-- Generated by `RENKEI_UPDATE=1 cargo test -p renkei-suites --test content_schema`. Do not edit. -->

# 内容の項目 / The items of a content

`renkei-content/1` の `rows` に使う項目名（key）と、ファイル名の形です。行の項目は、No.の順にカンマで区切って並べます。機械で読むときは、[renkei-content-1.schema.json](renkei-content-1.schema.json) に同じことが書いてあります。使い方は [TESTING.ja.md](TESTING.ja.md) をご覧ください。

The keys of `rows` in `renkei-content/1`, and the form of file names. The items of a row stand in the order of their numbers, separated by commas. [renkei-content-1.schema.json](renkei-content-1.schema.json) says the same to programs. How it is used: [TESTING.md](TESTING.md).
";

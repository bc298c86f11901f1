//! `name/segment-missing`

use super::{asked, in_words, rebuild};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/segment-missing",
    severity: Severity::Error,
    title: Text { ja: "ファイル名に必要な要素がありません", en: "the file name lacks a segment" },
    why: Text {
        ja: "連携クライアントは、送信先と種別をファイル名から読み取ります。送信先事業所番号などが欠けていると、送信先を決められません。",
        en: "The client app reads destination and kind from the file name; without the receiver, for one, it cannot tell where to send the file.",
    },
    fix: Text {
        ja: "すべての要素に値を入れ、「_」でつないで出力してください。送信先が未設定のまま出力していないかも確認してください。",
        en: "Fill in every segment and join them with `_`. Check that a destination is chosen before the export.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "ファイル名" }]),
    reading: None,
    versions: EVERY,
    check: Check::Name(check),
    good: &[Case {
        on: "202208-table",
        also: &[],
        // The shape without service type codes is whole where the rows say 202208.
        edit: |draft| draft.rename_text(Kind::Upplan, "UPPLAN", "UPPLAN"),
    }],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| {
                rebuild(draft, Kind::Dltplan, |parts| parts.retain(|(segment, _)| *segment != Segment::ReceiverOffice))
            },
        },
        Case { on: "202407-delete", also: &[], edit: |draft| draft.rename(Kind::Dltplan, Segment::ReceiverOffice, "") },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| {
                rebuild(draft, Kind::Dlt1kyo, |parts| {
                    parts.retain(|(segment, _)| {
                        !matches!(segment, Segment::ReceiverOffice | Segment::ReceiverServiceType)
                    });
                })
            },
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| {
                rebuild(draft, Kind::Dltplan, |parts| parts.retain(|(segment, _)| *segment != Segment::TargetMonth))
            },
        },
    ],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    let Some(grammar) = asked(view) else { return };
    // A name of the older shape that is whole is the matter of name/version-contradicts-name.
    if !view.name.missing.iter().any(|segment| grammar.segments.contains(segment)) {
        return;
    }
    let missing: Vec<Text> = grammar
        .segments
        .iter()
        .filter(|segment| view.name.part(**segment).is_none())
        .map(|segment| segment.title())
        .collect();
    let ja: Vec<&str> = missing.iter().map(|title| title.ja).collect();
    let en: Vec<&str> = missing.iter().map(|title| title.en).collect();
    let (shape_ja, shape_en) = in_words(grammar);
    out.whole_file()
        .expected(shape_ja, shape_en)
        .got(format!("要素{}個", view.name.parts.len()), format!("{} segments", view.name.parts.len()))
        .say(
            format!("ファイル名に{}がありません", ja.join("、")),
            format!("the file name lacks the {}", en.join(", the ")),
        );
}

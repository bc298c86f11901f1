//! `renkei score --manifest FILE --verdicts FILE`

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command};
use renkei_generators::manifest::{Manifest, NoManifest};
use renkei_generators::score::{self, BadVerdicts, Named, Said, Score, Tally, Verdicts};
use renkei_reports::Lang;
use renkei_validator::text::Message;

use super::terminal::{Terminal, with_line_end};
use super::{dress, word_arg};
use crate::exit::Exit;
use crate::input::{name_of, shown};
use crate::lang::{io_reason, pick};

/// What the score is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScoreFormat {
    Text,
    Json,
}

fn parse(text: &str) -> Option<ScoreFormat> {
    match text {
        "text" => Some(ScoreFormat::Text),
        "json" => Some(ScoreFormat::Json),
        _ => None,
    }
}

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let file = |name: &'static str| {
        Arg::new(name).long(name).required(true).value_name("FILE").value_parser(clap::value_parser!(PathBuf))
    };
    dress(Command::new("score"), None, lang)
        .about(say(
            "介護ソフトなどの取込チェックを、renkei mutate の組への判定で採点します",
            "Scores what another importer or validator said of the sets of renkei mutate",
        ))
        .override_usage(say(
            "renkei score --manifest <FILE> --verdicts <FILE> [オプション]",
            "renkei score --manifest <FILE> --verdicts <FILE> [OPTIONS]",
        ))
        .after_help(say(
            "終了コード: 0 すべて検出し、誤りのない組の拒否もない、1 見逃し・過剰な拒否・未回答がある、2 使い方か入力の誤り、4 採点するものがない",
            "Exit codes: 0 everything detected and no control rejected, 1 something missed, over-rejected or unanswered, 2 wrong usage or input, 4 nothing to score",
        ))
        .arg(file("manifest").help(say("renkei mutate が書いたmanifest.json", "The manifest.json that renkei mutate wrote")))
        .arg(file("verdicts").help(say(
            "判定のCSV: id,accepted|rejected[,メッセージ]（UTF-8かShift_JIS、見出し行はなくてもかまいません）",
            "The verdicts as CSV: id,accepted|rejected[,message] (UTF-8 or Shift_JIS, with or without a heading)",
        )))
        .arg(word_arg("format", &["text", "json"], parse, lang).value_name("FORMAT").help(say(
            "標準出力の形式: text（既定）, json",
            "Format of standard output: text (default), json",
        )))
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned().unwrap_or_default();
    let format = matches.get_one("format").copied().unwrap_or(ScoreFormat::Text);
    match scored(&path("manifest"), &path("verdicts")) {
        Ok(score) => {
            let exit = if score.perfect { Exit::Valid } else { Exit::Invalid };
            let text = match format {
                ScoreFormat::Text => text(&score, terminal.lang),
                ScoreFormat::Json => score.to_json(),
            };
            terminal.show(&with_line_end(text), exit)
        }
        Err((exit, message)) => {
            terminal.complain(&message);
            exit
        }
    }
}

fn scored(manifest_path: &Path, verdicts_path: &Path) -> Result<Score, (Exit, Message)> {
    let bytes = content(manifest_path)?;
    let manifest = Manifest::from_json(&bytes).map_err(|error| (Exit::Usage, no_manifest(manifest_path, &error)))?;
    let bytes = content(verdicts_path)?;
    let in_verdicts = |BadVerdicts(message)| {
        let name = name_of(verdicts_path);
        (Exit::Usage, Message::pair(format!("{name}: {}", message.ja), format!("{name}: {}", message.en)))
    };
    let verdicts = Verdicts::read(&bytes).map_err(in_verdicts)?;
    if manifest.ids().next().is_none() || verdicts.is_empty() {
        return Err((Exit::Nothing, Message::pair("採点するものがありません", "there is nothing to score")));
    }
    score::score(&manifest, &verdicts).map_err(in_verdicts)
}

fn content(path: &Path) -> Result<Vec<u8>, (Exit, Message)> {
    std::fs::read(path).map_err(|error| {
        let (name, why) = (name_of(path), io_reason(&error));
        let message =
            Message::pair(format!("{name} を読み取れません: {}", why.ja), format!("cannot read {name}: {}", why.en));
        (Exit::Usage, message)
    })
}

fn no_manifest(path: &Path, error: &NoManifest) -> Message {
    let name = name_of(path);
    let ja = match error {
        NoManifest::Json(error) => format!("JSONとして読み取れないか、項目が足りません: {error}"),
        NoManifest::Schema(schema) => {
            format!("schemaが {schema:?} です。renkei mutate の書くmanifest.jsonではないか、別の版のものです")
        }
        NoManifest::Twice(id) => format!("id {id:?} が2つあります"),
    };
    Message::pair(format!("{name} はマニフェストではありません: {ja}"), format!("{name} is no manifest: {error}"))
}

fn text(score: &Score, lang: Lang) -> String {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let mut text = String::new();
    let width = score.rules.iter().map(|rule| rule.name.len() + 2).max().unwrap_or(0);
    for layer in &score.layers {
        line(&mut text, &layer.name, width, &layer.tally, lang);
        for rule in rules_of(score, layer) {
            line(&mut text, &format!("  {}", rule.name), width, &rule.tally, lang);
        }
    }
    list(&mut text, say("見逃し（拒否すべき組を受理）", "missed (accepted, must be rejected)"), &score.missed);
    list(
        &mut text,
        say("過剰な拒否（誤りのない組を拒否）", "over-rejected (controls without fault)"),
        &score.over_rejected,
    );
    list(
        &mut text,
        say("警告以下の誤りを拒否（採点には含めません）", "rejected though below an error (counts for nothing)"),
        &score.lower_rejected,
    );
    if !score.unanswered.is_empty() {
        push(&mut text, format_args!("\n{}", say("未回答", "unanswered")));
        for id in &score.unanswered {
            push(&mut text, format_args!("  {}", shown(id.as_bytes())));
        }
    }
    text.push('\n');
    let total = &score.total;
    let all = total.detected + total.missed + total.unanswered;
    let (controls, lower) = (&score.controls, &total.lower);
    let all_controls = controls.accepted + controls.over_rejected + controls.unanswered;
    match lang {
        Lang::Ja => {
            push(
                &mut text,
                format_args!(
                    "検出 {}/{all}{}、見逃し {}、未回答 {}",
                    total.detected,
                    percent(total.detected, all),
                    total.missed,
                    total.unanswered
                ),
            );
            push(
                &mut text,
                format_args!(
                    "誤りのない組: 受理 {}/{all_controls}、過剰な拒否 {}、未回答 {}",
                    controls.accepted, controls.over_rejected, controls.unanswered
                ),
            );
            push(
                &mut text,
                format_args!(
                    "警告以下の誤り（受理か警告が望ましい。採点には含めません）: 受理 {}、拒否 {}、未回答 {}",
                    lower.accepted, lower.rejected, lower.unanswered
                ),
            );
        }
        Lang::En => {
            push(
                &mut text,
                format_args!(
                    "detected {}/{all}{}, missed {}, unanswered {}",
                    total.detected,
                    percent(total.detected, all),
                    total.missed,
                    total.unanswered
                ),
            );
            push(
                &mut text,
                format_args!(
                    "controls: accepted {}/{all_controls}, over-rejected {}, unanswered {}",
                    controls.accepted, controls.over_rejected, controls.unanswered
                ),
            );
            push(
                &mut text,
                format_args!(
                    "below an error (should be accepted or warned; counted apart): accepted {}, rejected {}, unanswered {}",
                    lower.accepted, lower.rejected, lower.unanswered
                ),
            );
        }
    }
    text
}

fn rules_of<'a>(score: &'a Score, layer: &Named) -> impl Iterator<Item = &'a Named> {
    let prefix = format!("{}/", layer.name);
    score.rules.iter().filter(move |rule| rule.name.starts_with(&prefix))
}

fn line(text: &mut String, name: &str, width: usize, tally: &Tally, lang: Lang) {
    let all = tally.detected + tally.missed + tally.unanswered;
    let lower = tally.lower.accepted + tally.lower.rejected + tally.lower.unanswered;
    let name = shown(name.as_bytes());
    let mut parts = Vec::new();
    if all > 0 {
        parts.push(match lang {
            Lang::Ja => format!("検出 {}/{all}", tally.detected),
            Lang::En => format!("detected {}/{all}", tally.detected),
        });
    }
    for (count, ja, en) in [(tally.missed, "見逃し", "missed"), (tally.unanswered, "未回答", "unanswered")] {
        if count > 0 {
            parts.push(format!("{} {count}", pick(lang, ja, en)));
        }
    }
    if lower > 0 {
        parts.push(match lang {
            Lang::Ja => format!("（警告以下 {lower}、うち拒否 {}）", tally.lower.rejected),
            Lang::En => format!("(below an error {lower}, rejected {})", tally.lower.rejected),
        });
    }
    push(text, format_args!("{name:<width$}  {}", parts.join(pick(lang, "、", ", "))));
}

fn list(text: &mut String, title: &str, all: &[Said]) {
    if all.is_empty() {
        return;
    }
    push(text, format_args!("\n{title}"));
    for said in all {
        let id = shown(said.id.as_bytes());
        match said.message.as_str() {
            "" => push(text, format_args!("  {id}")),
            message => push(text, format_args!("  {id}: {}", shown(message.as_bytes()))),
        }
    }
}

fn percent(part: u64, all: u64) -> String {
    // Rounded down: what is not all is not 100.
    let tenths = (part * 1000).checked_div(all);
    tenths.map_or_else(String::new, |tenths| format!(" ({}.{}%)", tenths / 10, tenths % 10))
}

fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

//! Compares what an importer said of mutants and controls with what is true of them. Knows manifests
//! and verdicts as bytes; judges no set itself.

use std::collections::BTreeMap;

use renkei_validator::text::Message;
use serde::Serialize;

use crate::manifest::{Expect, Manifest};

/// What `schema` says.
pub const SCHEMA: &str = "renkei-score/1";

/// How many unknown ids or bad lines are told one by one.
const TOLD: usize = 5;

/// What is told of a first line that is no verdict.
const HEADING: (&str, &str) = ("（見出し行は id で始めます）", " (a heading begins with id)");

/// What an importer did with a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It took it.
    Accepted,
    /// It refused it.
    Rejected,
}

/// What an importer said of one set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its verdict.
    pub verdict: Verdict,
    /// Its words; may be empty.
    pub message: String,
    /// The byte of the text where a record begins that says so.
    at: u64,
}

/// What an importer said, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts(BTreeMap<String, Answer>);

/// Why some bytes are no verdicts, or none of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.en)]
pub struct BadVerdicts(pub Message);

fn bad(ja: impl Into<String>, en: impl Into<String>) -> BadVerdicts {
    BadVerdicts(Message::pair(ja, en))
}

impl Verdicts {
    /// Reads `id,verdict[,message]`, one a line, in UTF-8 with or without BOM, or in CP932. A first
    /// line that begins with `id` is a heading.
    pub fn read(bytes: &[u8]) -> Result<Verdicts, BadVerdicts> {
        let text = decode(bytes)?;
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut verdicts = BTreeMap::new();
        let mut first = true;
        for record in reader.records() {
            let record = record.map_err(|error| {
                bad(format!("CSVとして読み取れません: {error}"), format!("cannot be read as CSV: {error}"))
            })?;
            let at = record.position().map_or(0, csv::Position::byte);
            let line = || line(&text, at);
            let id = record.get(0).unwrap_or_default().trim();
            let is_first = std::mem::take(&mut first);
            if is_first && id.eq_ignore_ascii_case("id") {
                continue;
            }
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let verdict = match record.get(1).map(str::trim) {
                Some(word) if word.eq_ignore_ascii_case("accepted") => Verdict::Accepted,
                Some(word) if word.eq_ignore_ascii_case("rejected") => Verdict::Rejected,
                Some(word) => {
                    let word = clipped(word);
                    let (ja, en) = if is_first { HEADING } else { ("", "") };
                    return Err(bad(
                        format!("{}行目: 「{word}」は accepted でも rejected でもありません{ja}", line()),
                        format!("line {}: {word:?} is neither accepted nor rejected{en}", line()),
                    ));
                }
                None => {
                    return Err(bad(
                        format!("{}行目: id,verdict[,message] の形ではありません", line()),
                        format!("line {}: expected id,verdict[,message]", line()),
                    ));
                }
            };
            // A message with commas that nobody has put in quotes is still one message.
            let message = record.iter().skip(2).collect::<Vec<_>>().join(",");
            let answer = Answer { verdict, message, at };
            if let Some(before) = verdicts.insert(id.to_owned(), answer) {
                let (id, line, before) = (clipped(id), line(), self::line(&text, before.at));
                return Err(bad(
                    format!("{line}行目: {id} は{before}行目にもあります"),
                    format!("line {line}: {id} stands on line {before}, too"),
                ));
            }
        }
        Ok(Verdicts(verdicts))
    }

    /// Whether nothing is said at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The 1-based line on which a record begins. The reader has it begin right behind what ends the one
/// before, which is the middle of a CRLF and may have blank lines behind it.
fn line(text: &str, at: u64) -> usize {
    let (before, behind) = text.split_at(usize::try_from(at).map_or(text.len(), |at| at.min(text.len())));
    let ends = behind.len() - behind.trim_start_matches(['\r', '\n']).len();
    let before = &text[..before.len() + ends];
    let bare = before.matches('\r').count() - before.matches("\r\n").count();
    1 + before.matches('\n').count() + bare
}

fn decode(bytes: &[u8]) -> Result<String, BadVerdicts> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") || bytes.contains(&0) {
        return Err(bad(
            "UTF-16など、読み取れない文字コードです。UTF-8かShift_JISで保存してください",
            "it is in UTF-16 or the like; save it in UTF-8 or Shift_JIS",
        ));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let (text, malformed) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(bytes);
    if malformed {
        return Err(bad("UTF-8でもShift_JISでもありません", "it is neither in UTF-8 nor in Shift_JIS"));
    }
    Ok(text.into_owned())
}

/// Text that is fit for a line of a message.
fn clipped(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).take(60).collect()
}

/// How an importer did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Score {
    /// [`SCHEMA`]
    pub schema: &'static str,
    /// Whether everything was detected and no control was rejected.
    pub perfect: bool,
    /// Over all rules.
    pub total: Tally,
    /// By layer, in the order of the manifest.
    pub layers: Vec<Named>,
    /// By rule, in the order of the manifest.
    pub rules: Vec<Named>,
    /// The sets without fault.
    pub controls: Controls,
    /// Mutants that must be rejected and were accepted.
    pub missed: Vec<Said>,
    /// Controls that were rejected.
    pub over_rejected: Vec<Said>,
    /// Mutants below an error that were rejected. They count for nothing.
    pub lower_rejected: Vec<Said>,
    /// Ids of which nothing was said.
    pub unanswered: Vec<String>,
}

/// What was said of some mutants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Must be rejected, and were.
    pub detected: u64,
    /// Must be rejected, and were accepted.
    pub missed: u64,
    /// Must be rejected, and nothing was said.
    pub unanswered: u64,
    /// Should be accepted or warned of: below an error. Counted apart.
    pub lower: Lower,
}

/// What was said of mutants that should be accepted or warned of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lower {
    /// Were accepted, with a warning or without.
    pub accepted: u64,
    /// Were rejected.
    pub rejected: u64,
    /// Nothing was said.
    pub unanswered: u64,
}

/// The tally of a rule or layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The rule or layer.
    pub name: String,
    /// Its tally.
    #[serde(flatten)]
    pub tally: Tally,
}

/// What was said of sets without fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Controls {
    /// Were accepted, as they must be.
    pub accepted: u64,
    /// Were rejected.
    pub over_rejected: u64,
    /// Nothing was said.
    pub unanswered: u64,
}

/// What was said of one set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The set.
    pub id: String,
    /// The importer's words.
    pub message: String,
}

impl Score {
    /// As JSON, with a line end.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("its keys are strings and no value of it can fail");
        json.push('\n');
        json
    }
}

/// Compares verdicts with the truth. An id that the manifest has not is an error: the verdicts may be
/// of other mutants altogether.
pub fn score(manifest: &Manifest, verdicts: &Verdicts) -> Result<Score, BadVerdicts> {
    let known: std::collections::BTreeSet<&str> = manifest.ids().collect();
    let strangers: Vec<&str> = verdicts.0.keys().map(String::as_str).filter(|id| !known.contains(id)).collect();
    if !strangers.is_empty() {
        return Err(unknown(&strangers, manifest));
    }
    let mut score = Score {
        schema: SCHEMA,
        perfect: false,
        total: Tally::default(),
        layers: Vec::new(),
        rules: Vec::new(),
        controls: Controls::default(),
        missed: Vec::new(),
        over_rejected: Vec::new(),
        lower_rejected: Vec::new(),
        unanswered: Vec::new(),
    };
    for mutant in &manifest.mutants {
        let answer = verdicts.0.get(&mutant.id);
        let verdict = answer.map(|answer| answer.verdict);
        let layer = mutant.rule.split('/').next().unwrap_or(&mutant.rule);
        score.total.count(mutant.expect, verdict);
        named(&mut score.layers, layer).count(mutant.expect, verdict);
        named(&mut score.rules, &mutant.rule).count(mutant.expect, verdict);
        match (mutant.expect, answer) {
            (_, None) => score.unanswered.push(mutant.id.clone()),
            (Expect::Rejected, Some(answer)) if answer.verdict == Verdict::Accepted => {
                score.missed.push(said(&mutant.id, answer));
            }
            (Expect::AcceptedOrWarned | Expect::Accepted, Some(answer)) if answer.verdict == Verdict::Rejected => {
                score.lower_rejected.push(said(&mutant.id, answer));
            }
            (_, Some(_)) => {}
        }
    }
    for control in &manifest.controls {
        match verdicts.0.get(&control.id) {
            None => {
                score.controls.unanswered += 1;
                score.unanswered.push(control.id.clone());
            }
            Some(answer) if answer.verdict == Verdict::Rejected => {
                score.controls.over_rejected += 1;
                score.over_rejected.push(said(&control.id, answer));
            }
            Some(_) => score.controls.accepted += 1,
        }
    }
    score.perfect = score.total.missed == 0
        && score.total.unanswered == 0
        && score.controls.over_rejected == 0
        && score.controls.unanswered == 0;
    Ok(score)
}

impl Tally {
    fn count(&mut self, expect: Expect, verdict: Option<Verdict>) {
        let counter = match (expect, verdict) {
            (Expect::Rejected, Some(Verdict::Rejected)) => &mut self.detected,
            (Expect::Rejected, Some(Verdict::Accepted)) => &mut self.missed,
            (Expect::Rejected, None) => &mut self.unanswered,
            (Expect::AcceptedOrWarned | Expect::Accepted, Some(Verdict::Accepted)) => &mut self.lower.accepted,
            (Expect::AcceptedOrWarned | Expect::Accepted, Some(Verdict::Rejected)) => &mut self.lower.rejected,
            (Expect::AcceptedOrWarned | Expect::Accepted, None) => &mut self.lower.unanswered,
        };
        *counter += 1;
    }
}

fn named<'a>(tallies: &'a mut Vec<Named>, name: &str) -> &'a mut Tally {
    let index = tallies.iter().position(|named| named.name == name).unwrap_or_else(|| {
        tallies.push(Named { name: name.to_owned(), tally: Tally::default() });
        tallies.len() - 1
    });
    &mut tallies[index].tally
}

fn said(id: &str, answer: &Answer) -> Said {
    Said { id: id.to_owned(), message: answer.message.clone() }
}

/// The first of the manifest shows what an id looks like: it is not the folder.
fn unknown(ids: &[&str], manifest: &Manifest) -> BadVerdicts {
    let told: Vec<String> = ids.iter().take(TOLD).map(|id| clipped(id)).collect();
    let (told, rest) = (told.join(", "), ids.len().saturating_sub(TOLD));
    let (rest_ja, rest_en) = match rest {
        0 => (String::new(), String::new()),
        _ => (format!(" ほか{rest}件"), format!(" and {rest} more")),
    };
    let (such_ja, such_en) = manifest.ids().next().map(clipped).map_or_else(Default::default, |id| {
        (
            format!("。idはフォルダー名ではなく、manifest.jsonのid（例: {id}）です"),
            format!("; an id is what manifest.json calls id, such as {id}, and not the folder"),
        )
    });
    bad(
        format!("マニフェストにないidがあります: {told}{rest_ja}{such_ja}"),
        format!("ids that the manifest has not: {told}{rest_en}{such_en}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(bytes: &[u8]) -> Vec<String> {
        Verdicts::read(bytes).unwrap().0.into_keys().collect()
    }

    #[test]
    fn a_heading_a_byte_order_mark_and_blank_lines_are_no_verdicts() {
        assert_eq!(
            ids(b"\xEF\xBB\xBFid,verdict,message\r\na/b/01,Rejected\r\n\r\n,,\r\nc, accepted ,x,y\r\n"),
            ["a/b/01", "c"]
        );
        assert_eq!(ids(b"a/b/01,accepted"), ["a/b/01"]);
        assert!(Verdicts::read(b"").unwrap().is_empty() && Verdicts::read(b"id,verdict\n").unwrap().is_empty());
    }

    #[test]
    fn words_in_shift_jis_are_read() {
        let verdicts = Verdicts::read(b"a,rejected,\x95\x5C,\x83\x5C\r\n").unwrap();
        assert_eq!(verdicts.0["a"].message, "表,ソ");
    }

    #[test]
    fn what_is_no_verdict_is_told_with_its_line() {
        for (bytes, en) in [
            (&b"a,accepted\nb,maybe\n"[..], "line 2: \"maybe\" is neither accepted nor rejected"),
            (b"a\n", "line 1: expected id,verdict[,message]"),
            (
                "組,判定\na,accepted\n".as_bytes(),
                "line 1: \"判定\" is neither accepted nor rejected (a heading begins with id)",
            ),
            (b"a,accepted\nb,NG\n", "line 2: \"NG\" is neither accepted nor rejected"),
            // As spreadsheets write them, with a heading, blank lines, and line breaks in messages.
            (b"id,verdict\r\na,maybe\r\n", "line 2: \"maybe\" is neither accepted nor rejected"),
            (b"\r\na,accepted,\"x\r\ny\"\r\n\r\nb\r\n", "line 5: expected id,verdict[,message]"),
            (b"id,verdict\r\na,accepted\r\nb,rejected\r\na,accepted", "line 4: a stands on line 2, too"),
            (b"id,verdict\ra,accepted\ra,accepted\r", "line 3: a stands on line 2, too"),
            (b"a,accepted\n\nb,accepted\na,accepted\n", "line 4: a stands on line 1, too"),
            (b"\xFF\xFEa\0", "it is in UTF-16 or the like; save it in UTF-8 or Shift_JIS"),
            (b"a,rejected,\x80\xFD\n", "it is neither in UTF-8 nor in Shift_JIS"),
        ] {
            assert_eq!(Verdicts::read(bytes).unwrap_err().to_string(), en);
        }
    }
}

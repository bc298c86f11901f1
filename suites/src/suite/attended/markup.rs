//! The pages themselves, filled in. Knows words and markup; changes nothing.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use renkei_reports::{CaseKind, Lang, Outcome, OutcomeRecord, Pattern};
use renkei_validator::text::Message;
use sha2::{Digest, Sha256};

use super::ask::{Ask, Line, What};
use super::book::{Entry, Kept, Reply};
use super::desk::{Listed, Sight};
use super::filled::{Draft, fields_of, mark_all};
use super::pages::Site;
use crate::suite::compare::Named;
use crate::suite::forms::Purpose;
use crate::suite::sut::Operation;

const STYLE: Style = Style(include_str!("../../../templates/attended/attended.css"));

/// Text of this crate's own that goes between the tags of a style.
struct Style(&'static str);

impl std::fmt::Display for Style {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl HtmlSafe for Style {}

/// A page, with the policy that lets it load nothing and send forms to this machine only.
pub(crate) struct Page(String);

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let digest = STANDARD.encode(Sha256::digest(STYLE.0));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'"
        );
        ([(CONTENT_SECURITY_POLICY, policy), (CONTENT_TYPE, "text/html; charset=utf-8".to_owned())], self.0)
            .into_response()
    }
}

fn page(template: &impl Template) -> Page {
    Page(template.render().expect("the template writes strings to a string"))
}

/// What is around every page.
struct Frame {
    lang: Lang,
    key: String,
    path: String,
    title: String,
    notice: Option<String>,
    /// Seconds after which the page opens another one by itself, and which.
    onward: Option<(u8, String)>,
    style: Style,
    /// Whether whoever reads it may go elsewhere.
    inside: bool,
    done: usize,
    all: usize,
}

impl Frame {
    fn of(site: &Site, path: &str, ja: &str, en: &str) -> Frame {
        let lang = site.desk.lang();
        // What does not apply is nothing to be done.
        let outcomes = (0..site.desk.cases().len()).map(|at| site.desk.entry(at).outcome.map(|one| one.outcome));
        let outcomes: Vec<_> = outcomes.filter(|outcome| *outcome != Some(Outcome::Skip)).collect();
        Frame {
            lang,
            key: site.guard.key().to_owned(),
            path: path.to_owned(),
            title: pick(lang, ja, en).to_owned(),
            notice: site.desk.told().map(|told| said(lang, &told)),
            onward: None,
            style: STYLE,
            inside: true,
            done: outcomes.iter().flatten().count(),
            all: outcomes.len(),
        }
    }

    fn t<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        pick(self.lang, ja, en)
    }
}

fn pick<'a>(lang: Lang, ja: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

fn said(lang: Lang, message: &Message) -> String {
    pick(lang, &message.ja, &message.en).to_owned()
}

/// A case as the pages show it.
struct Shown {
    id: String,
    title: String,
    pattern: &'static str,
    direction: &'static str,
    /// The class of how it stands, and the word.
    standing: (&'static str, &'static str),
    why: String,
    /// Whether something of it is answered or filled in.
    begun: bool,
    /// Whether it begins anew each time.
    anew: bool,
}

impl Shown {
    fn of(lang: Lang, listed: &Listed, entry: &Entry, now: bool) -> Shown {
        let outcome = entry.outcome.as_ref();
        let why = outcome.and_then(|outcome| outcome.why.as_ref());
        let begun = entry.answered > 0 || entry.draft.is_some();
        Shown {
            id: listed.id.clone(),
            title: pick(lang, &listed.title.ja, &listed.title.en).to_owned(),
            pattern: listed.pattern.word(),
            direction: match listed.direction {
                CaseKind::Export => pick(lang, "出力", "export"),
                CaseKind::Import => pick(lang, "取込", "import"),
                CaseKind::Exchange => pick(lang, "送受信", "exchange"),
            },
            standing: match outcome.map(|outcome| outcome.outcome) {
                None if now => ("now", pick(lang, "回答待ち", "waits for you")),
                None if begun => ("now", pick(lang, "途中", "begun")),
                None => ("open", pick(lang, "未実施", "not begun")),
                Some(Outcome::Pass) => ("pass", pick(lang, "合格", "passed")),
                Some(Outcome::Fail) => ("fail", pick(lang, "不合格", "failed")),
                Some(Outcome::Skip) => ("skip", pick(lang, "対象外", "not applicable")),
                Some(Outcome::Blocked) if entry.skipped.is_some() => ("blocked", pick(lang, "見送り", "left out")),
                Some(Outcome::Blocked) => ("blocked", pick(lang, "判定保留", "blocked")),
            },
            why: why.map_or_else(String::new, |why| pick(lang, &why.ja, &why.en).to_owned()),
            begun,
            anew: listed.transport,
        }
    }
}

/// A pattern and its cases.
struct Group {
    name: &'static str,
    cases: Vec<Shown>,
    /// Those that do not apply.
    others: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "attended/home.html")]
struct Home {
    frame: Frame,
    groups: Vec<Group>,
    /// The case to go on with.
    next: Option<Shown>,
    folder: String,
}

/// All cases, and where to go on.
pub(crate) fn home(site: &Site) -> Page {
    let frame = Frame::of(site, "/", "ケースの一覧", "Cases");
    let now = now(site);
    let mut groups: Vec<(Pattern, Group)> = Vec::new();
    for (at, listed) in site.desk.cases().iter().enumerate() {
        let shown = Shown::of(frame.lang, listed, &site.desk.entry(at), now == Some(at));
        if groups.last().is_none_or(|(pattern, _)| *pattern != listed.pattern) {
            groups.push((listed.pattern, Group { name: listed.pattern.word(), cases: Vec::new(), others: Vec::new() }));
        }
        if let Some((_, group)) = groups.last_mut() {
            if shown.standing.0 == "skip" { group.others.push(shown) } else { group.cases.push(shown) }
        }
    }
    let next = now.or_else(|| next_open(site, 0)).map(|at| case_of(site, frame.lang, at));
    let groups = groups.into_iter().map(|(_, group)| group).collect();
    page(&Home { frame, groups, next, folder: site.desk.folder().display().to_string() })
}

/// The case whose question waits.
fn now(site: &Site) -> Option<usize> {
    match site.desk.sight() {
        Sight::Asking(at, _) | Sight::Busy(at) => Some(at),
        Sight::Idle | Sight::Ended => None,
    }
}

/// The first case from there on, round to it, that has not ended yet.
fn next_open(site: &Site, from: usize) -> Option<usize> {
    let all = site.desk.cases().len();
    (0..all).map(|step| (from + step) % all).find(|at| site.desk.entry(*at).outcome.is_none())
}

fn case_of(site: &Site, lang: Lang, at: usize) -> Shown {
    Shown::of(lang, &site.desk.cases()[at], &site.desk.entry(at), now(site) == Some(at))
}

fn frame_of(site: &Site, at: usize) -> Frame {
    let listed = &site.desk.cases()[at];
    Frame::of(site, &format!("/case/{}", listed.id), &listed.title.ja, &listed.title.en)
}

#[derive(Template)]
#[template(path = "attended/intro.html")]
struct Intro {
    frame: Frame,
    case: Shown,
}

/// A case that is not open.
pub(crate) fn intro(site: &Site, at: usize) -> Page {
    let frame = frame_of(site, at);
    let case = case_of(site, frame.lang, at);
    page(&Intro { frame, case })
}

#[derive(Template)]
#[template(path = "attended/busy.html")]
struct Busy {
    frame: Frame,
    case: Shown,
}

/// A case that is being judged.
pub(crate) fn busy(site: &Site, at: usize) -> Page {
    let mut frame = frame_of(site, at);
    frame.onward = Some((1, frame.path.clone()));
    let case = case_of(site, frame.lang, at);
    page(&Busy { frame, case })
}

#[derive(Template)]
#[template(path = "attended/result.html")]
struct Result {
    frame: Frame,
    case: Shown,
    evidence: Vec<(String, String)>,
    next: Option<Shown>,
}

/// How a case ended.
pub(crate) fn result(site: &Site, at: usize, outcome: &OutcomeRecord) -> Page {
    let frame = frame_of(site, at);
    let case = case_of(site, frame.lang, at);
    let evidence = outcome.evidence.iter().map(|one| {
        let what = pick(frame.lang, &one.what.ja, &one.what.en).to_owned();
        let path = one.file.as_deref().and_then(|file| site.desk.evidence(file));
        (what, path.map_or_else(String::new, |path| path.display().to_string()))
    });
    let evidence = evidence.collect();
    let next = next_open(site, at + 1).map(|at| case_of(site, frame.lang, at));
    page(&Result { frame, case, evidence, next })
}

/// A step of an open case.
struct Step {
    at: usize,
}

#[derive(Template)]
#[template(path = "attended/export.html")]
struct Export {
    frame: Frame,
    case: Shown,
    step: Step,
    operation: Operation,
    sheets: Vec<(usize, &'static str, usize)>,
    kinds: Vec<String>,
    before: Vec<Kept>,
    draft: Draft,
}

#[derive(Template)]
#[template(path = "attended/import.html")]
struct Import {
    frame: Frame,
    case: Shown,
    step: Step,
    /// Name, and the names of its fields.
    files: Vec<(String, String, String)>,
    folder: String,
    /// The number of the office that takes them in.
    office: Option<String>,
    /// Whether the answers of each file are in sight.
    one_by_one: bool,
    draft: Draft,
}

#[derive(Template)]
#[template(path = "attended/show.html")]
struct Show {
    frame: Frame,
    case: Shown,
    step: Step,
    groups: Vec<Lines>,
    gone: Vec<(usize, Line)>,
    /// Whether answers were sent that were not whole, and the place of the first line that has none.
    tried: bool,
    first_open: Option<String>,
    draft: Draft,
}

/// Lines of one form and person.
struct Lines {
    form: String,
    person: String,
    lines: Vec<(usize, Line)>,
}

#[derive(Template)]
#[template(path = "attended/exchange.html")]
struct Exchange {
    frame: Frame,
    case: Shown,
    step: Step,
    facts: Vec<(&'static str, String)>,
    draft: Draft,
}

/// The question of a case.
pub(crate) fn asked(site: &Site, at: usize, ask: &Ask) -> Page {
    let frame = frame_of(site, at);
    let case = case_of(site, frame.lang, at);
    let entry = site.desk.entry(at);
    let before = entry.replies.get(ask.step).filter(|given| given.ask == ask.digest).map(|given| &given.reply);
    let mut draft = site.desk.draft(at, ask.step);
    // How another exchange ended says nothing of this one.
    if draft.is_empty() && !matches!(ask.what, What::Exchange { .. }) {
        draft = before.map(|reply| fields_of(reply, &ask.what)).unwrap_or_default();
    }
    let step = Step { at: ask.step };
    let lang = frame.lang;
    match &ask.what {
        What::Export { operation, sheets, kinds } => {
            let before = match before {
                Some(Reply::Files(kept)) => kept.clone(),
                Some(Reply::Answers(_) | Reply::Screen(_) | Reply::Exchanged(_)) | None => Vec::new(),
            };
            let sheets =
                sheets.iter().enumerate().map(|(nth, (purpose, forms))| (nth, titled(*purpose, lang), forms.len()));
            let (sheets, kinds, operation) = (sheets.collect(), kinds.clone(), *operation);
            page(&Export { frame, case, step, operation, sheets, kinds, before, draft: Draft::of(draft) })
        }
        What::Import { files, folder, office } => {
            let fields = |(nth, (name, _)): (usize, &Named)| (name.clone(), format!("f{nth}"), format!("m{nth}"));
            let files: Vec<_> = files.iter().enumerate().map(fields).collect();
            let (folder, office, draft) = (folder.display().to_string(), office.clone(), Draft::of(draft));
            let said =
                files.iter().any(|(_, word, message)| !draft.get(word).is_empty() || !draft.get(message).is_empty());
            let one_by_one = files.len() == 1 || said;
            page(&Import { frame, case, step, files, folder, office, one_by_one, draft })
        }
        What::Show { lines, gone, .. } => {
            mark_all(&mut draft, lines);
            let mut groups: Vec<Lines> = Vec::new();
            for (nth, line) in lines.iter().enumerate() {
                match groups.last_mut() {
                    Some(group) if group.form == line.form && group.person == line.person => {
                        group.lines.push((nth, line.clone()));
                    }
                    _ => groups.push(Lines {
                        form: line.form.clone(),
                        person: line.person.clone(),
                        lines: vec![(nth, line.clone())],
                    }),
                }
            }
            let gone: Vec<_> = gone.iter().cloned().enumerate().collect();
            let draft = Draft::of(draft);
            let tried = !draft.get("step").is_empty();
            let open = |prefix: &str, nth: usize| draft.get(&format!("{prefix}{nth}")).is_empty();
            let of_lines = (0..lines.len()).find(|nth| open("l", *nth)).map(|nth| format!("t{nth}"));
            let of_gone = (0..gone.len()).find(|nth| open("g", *nth)).map(|nth| format!("u{nth}"));
            let first_open = of_lines.or(of_gone).filter(|_| tried);
            page(&Show { frame, case, step, groups, gone, tried, first_open, draft })
        }
        What::Exchange { facts } => {
            let facts = facts.iter().map(|(ja, en, value)| (pick(lang, ja, en), value.clone())).collect();
            page(&Exchange { frame, case, step, facts, draft: Draft::of(draft) })
        }
    }
}

fn titled(purpose: Purpose, lang: Lang) -> &'static str {
    match purpose {
        Purpose::Enter => pick(lang, "入力用シート", "What to enter"),
        Purpose::Delete => pick(lang, "削除用シート", "What to delete"),
        Purpose::Compare => pick(lang, "照合用シート", "What the screen is to show"),
        Purpose::Before => pick(lang, "訂正前のシート", "What was entered before"),
    }
}

#[derive(Template)]
#[template(path = "attended/finish.html")]
struct Finish {
    frame: Frame,
    open: Vec<Shown>,
}

/// Before the end.
pub(crate) fn finish(site: &Site) -> Page {
    let frame = Frame::of(site, "/finish", "終了", "Finish");
    let all = 0..site.desk.cases().len();
    let open = all.filter(|at| site.desk.entry(*at).outcome.is_none()).map(|at| case_of(site, frame.lang, at));
    let open = open.collect();
    page(&Finish { frame, open })
}

#[derive(Template)]
#[template(path = "attended/ended.html")]
struct EndedPage {
    frame: Frame,
    cases: Vec<Shown>,
}

/// After the end.
pub(crate) fn ended(site: &Site) -> Page {
    let mut frame = Frame::of(site, "/finish", "終了しました", "Finished");
    frame.inside = false;
    // What does not apply is nothing that anybody did.
    let cases = (0..site.desk.cases().len()).map(|at| case_of(site, frame.lang, at));
    let cases = cases.filter(|case| case.standing.0 != "skip").collect();
    page(&EndedPage { frame, cases })
}

#[derive(Template)]
#[template(path = "attended/plain.html")]
struct Plain {
    frame: Frame,
    text: String,
    link: bool,
}

/// To somebody who may not come in.
pub(crate) fn denied(site: &Site, why: &Message) -> Page {
    let mut frame = Frame::of(site, "/", "開けません", "Not open to you");
    frame.inside = false;
    frame.notice = None;
    frame.key = String::new();
    let text = said(frame.lang, why);
    page(&Plain { frame, text, link: false })
}

/// An address that is none.
pub(crate) fn nowhere(site: &Site) -> Page {
    let frame = Frame::of(site, "/", "ページがありません", "There is no such page");
    let text = frame.t(
        "このアドレスのページはありません。ケースが進むと、前のシートやファイルは開けなくなります。",
        "There is no page at this address. Sheets and files of a step are gone when the case has moved on.",
    );
    let text = text.to_owned();
    page(&Plain { frame, text, link: true })
}

/// The first page, which opens the list by itself.
pub(crate) fn entered(site: &Site) -> Page {
    let mut frame = Frame::of(site, "/", "renkei", "renkei");
    frame.onward = Some((0, "/".to_owned()));
    let text = frame.t("ケースの一覧を開きます。", "The list of cases opens.").to_owned();
    page(&Plain { frame, text, link: true })
}

//! Reads cases. Knows TOML, the embedded files and what must hold of a case by itself; draws no data.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use renkei_mock_platform::faults::Plan;
use renkei_validator::rules;
use renkei_validator::spec::{Version, units};
use renkei_validator::text::Message;

use super::super::requirement::requirement;
use super::super::sut::Operation;
use super::super::toml_error;
use super::{Case, Given, Step};

include!("embedded.rs");

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let mut cases: Vec<Case> = FILES.iter().filter_map(|(name, text)| parse(name, text).ok()).collect();
    cases.sort_by(|a, b| (a.pattern, &a.id).cmp(&(b.pattern, &b.id)));
    cases
});

/// All cases, in order of pattern and id. A test reads every file of them.
pub fn cases() -> &'static [Case] {
    &CASES
}

/// The case of that id.
pub fn find(id: &str) -> Option<&'static Case> {
    cases().iter().find(|case| case.id == id)
}

/// Reads a case and holds it to itself: every name leads somewhere.
///
/// # Errors
///
/// What is wrong, with the file's name and where possible the line.
pub fn parse(name: &str, text: &str) -> Result<Case, Message> {
    let case: Case = toml::from_str(text).map_err(|error| toml_error(name, text, &error))?;
    check(&case).map_err(|why| Message::pair(format!("{name}: {}", why.ja), format!("{name}: {}", why.en)))?;
    Ok(case)
}

fn check(case: &Case) -> Result<(), Message> {
    let wrong = |ja: String, en: String| Err(Message::pair(ja, en));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    if case.id.split('.').any(str::is_empty) || !case.id.chars().all(plain) {
        return wrong(
            format!("id {} は、小文字・数字・「-」を「.」でつないだものではありません", case.id),
            format!("the id {} is not made of small letters, digits and hyphens between dots", case.id),
        );
    }
    if case.requirements.is_empty() {
        return wrong("requirements が1つもありません".to_owned(), "it verifies no requirement".to_owned());
    }
    if let Some(id) = case.requirements.iter().find(|id| requirement(id).is_none()) {
        return wrong(format!("要件 {id} はありません"), format!("there is no requirement {id}"));
    }
    let mut known = BTreeSet::new();
    for given in &case.given {
        check_given(case, given, &known)?;
        if !known.insert(given.name.as_str()) {
            return wrong(
                format!("given {} が2つあります", given.name),
                format!("there are two givens {}", given.name),
            );
        }
    }
    if let Some(name) = named(case).into_iter().find(|name| !known.contains(name)) {
        return wrong(format!("given {name} はありません"), format!("there is no given {name}"));
    }
    for step in &case.step {
        let Step::Export { content, operation, before } = step else { continue };
        let fits = match operation {
            Operation::New | Operation::Delete => !content.is_empty() && before.is_empty(),
            Operation::Correct => !content.is_empty() && !before.is_empty(),
            Operation::Again => content.is_empty() && before.is_empty(),
        };
        if !fits {
            return wrong(
                "export の content と before が operation に合いません".to_owned(),
                "content and before of an export do not fit its operation".to_owned(),
            );
        }
    }
    if case.step.is_empty() {
        return wrong("step が1つもありません".to_owned(), "it has no step".to_owned());
    }
    if let Some(Err(flaws)) = case.platform.plan.as_ref().map(|plan| Plan::parse(plan.as_bytes())) {
        let why = flaws.text();
        return wrong(format!("platform.plan: {}", why.ja), format!("platform.plan: {}", why.en));
    }
    Ok(())
}

fn check_given(case: &Case, given: &Given, known: &BTreeSet<&str>) -> Result<(), Message> {
    let wrong = |ja: String, en: String| {
        Err(Message::pair(format!("given {}: {ja}", given.name), format!("given {}: {en}", given.name)))
    };
    let earlier = [&given.from, &given.deletes];
    let sources = usize::from(given.draw.is_some()) + earlier.iter().filter(|name| name.is_some()).count();
    if sources != 1 {
        return wrong(
            "draw・from・deletes のどれか1つが必要です".to_owned(),
            "exactly one of draw, from and deletes is needed".to_owned(),
        );
    }
    if let Some(name) = earlier.into_iter().flatten().find(|name| !known.contains(name.as_str())) {
        return wrong(format!("{name} が前にありません"), format!("there is no {name} before it"));
    }
    if let Some(draw) = &given.draw {
        let versions = || draw.version.into_iter().chain(case.versions.iter().copied());
        let exists = |version: Version| units(version).iter().any(|unit| unit.name == draw.unit);
        if !versions().any(exists) {
            return wrong(format!("送信単位 {} はありません", draw.unit), format!("there is no unit {}", draw.unit));
        }
    }
    if let Some(mutant) = given.mutant.as_ref().filter(|mutant| rules::find(&mutant.rule).is_none()) {
        return wrong(format!("ルール {} はありません", mutant.rule), format!("there is no rule {}", mutant.rule));
    }
    Ok(())
}

/// All names of givens that steps and expectations use.
fn named(case: &Case) -> Vec<&str> {
    let mut all: Vec<&str> = Vec::new();
    for step in &case.step {
        match step {
            Step::Export { content, before, .. } => {
                all.extend(content.iter().chain(before).map(String::as_str));
            }
            Step::Import { files, .. } | Step::Send { files } | Step::Fetch { files } => {
                all.extend(files.iter().map(String::as_str));
            }
            Step::Exchange {} | Step::Mend {} => {}
        }
    }
    let expect = &case.expect;
    let lists = [&expect.says, &expect.holds, &expect.delivered, &expect.received];
    all.extend(lists.into_iter().flatten().flatten().map(String::as_str));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
id = "d2.export.a"
title = { ja = "あ", en = "A" }
pattern = "D2"
kind = "export"
versions = ["202407"]
requirements = ["table6.one-row-per-visit"]

[[given]]
name = "plan"
draw = { unit = "USE_TABLE" }

[[given.change]]
kind = "UPPLAN"
set = { start_time = "0900", plan_manager_name = { repeat = "あ", times = 3 } }

[[step]]
do = "export"
content = ["plan"]

[expect]
says = ["plan"]
"#;

    fn refused(from: &str, to: &str) -> (String, String) {
        assert!(WHOLE.contains(from), "{from}");
        let why = parse("x.toml", &WHOLE.replacen(from, to, 1)).expect_err("it is refused");
        (why.ja, why.en)
    }

    #[test]
    fn a_whole_case_is_read() {
        let case = parse("x.toml", WHOLE).expect("the case is whole");
        assert_eq!((case.versions.as_slice(), case.step.len()), ([Version::V202407].as_slice(), 1));
        assert_eq!(case.given[0].change[0].set.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_in_both_languages() {
        let (ja, en) = refused("kind = \"export\"", "kindly = \"export\"");
        assert!(ja.starts_with("x.tomlの5行目: 読み取れません: 項目 kindly はありません（使える項目: id、"), "{ja}");
        assert!(en.starts_with("x.toml, line 5: unknown field `kindly`"), "{en}");
        let (ja, _) = refused("kind = \"export\"", "kind = \"send\"");
        assert!(ja.starts_with("x.tomlの5行目: 読み取れません: 値 send はありません（使える値: export、"), "{ja}");
        assert!(refused("do = \"export\"", "do = \"print\"").1.contains("unknown variant `print`"));
        assert!(refused("content = ", "contents = ").1.contains("unknown field `contents`"));
        assert!(refused("start_time", "begin_time").1.contains("there is no item begin_time"));
        assert!(refused("\"UPPLAN\"", "\"UPPLN\"").1.contains("there is no kind UPPLN"));
        assert!(refused("\"202407\"", "\"202410\"").1.contains("there is no version 202410"));
    }

    #[test]
    fn every_name_of_a_case_leads_somewhere() {
        let en = |from, to| refused(from, to).1;
        assert_eq!(en("says = [\"plan\"]", "says = [\"plans\"]"), "x.toml: there is no given plans");
        assert_eq!(en("table6.one-row-per-visit", "table6.none"), "x.toml: there is no requirement table6.none");
        assert_eq!(en("USE_TABLE", "USED_TABLE"), "x.toml: given plan: there is no unit USED_TABLE");
        assert_eq!(
            en("draw = { unit = \"USE_TABLE\" }", "from = \"plan\""),
            "x.toml: given plan: there is no plan before it"
        );
        assert_eq!(
            en("draw = { unit = \"USE_TABLE\" }", ""),
            "x.toml: given plan: exactly one of draw, from and deletes is needed"
        );
        assert_eq!(
            en("content = [\"plan\"]", "operation = \"correct\"\ncontent = [\"plan\"]"),
            "x.toml: content and before of an export do not fit its operation"
        );
    }
}

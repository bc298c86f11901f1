//! The sheet of a case: what to enter, or what the screen is to show, as forms on paper. Knows cases and
//! forms; asks nobody.

use renkei_reports::Lang;
use renkei_validator::spec::Version;
use renkei_validator::text::Message;

use super::case::{Case, Step};
use super::content::Content;
use super::forms::{self, Form, Head, Purpose};
use super::given::{self, Givens};
use super::sut::Operation;

/// The page of a case in a version. `None` where the case has nothing to enter and nothing to look at.
///
/// # Errors
///
/// Where the case cannot be made.
pub fn case_sheet(case: &Case, version: Version, lang: Lang) -> Result<Option<String>, Message> {
    let givens = given::make(case, version)?;
    let parts = parts(case, &givens);
    if parts.is_empty() {
        return Ok(None);
    }
    let title = Message::pair(case.title.ja.clone(), case.title.en.clone());
    Ok(Some(forms::page(&Head { case: case.id.clone(), title }, &parts, lang)))
}

/// The forms of a case, by what they are for.
fn parts(case: &Case, givens: &Givens) -> Vec<(Purpose, Vec<Form>)> {
    let mut parts: Vec<(Purpose, Content)> = Vec::new();
    let mut add = |purpose, names: &[String]| {
        let content = given::together(givens, names);
        let known = |(of, known): &(Purpose, Content)| *of == purpose && *known == content;
        if !content.documents.is_empty() && !parts.iter().any(known) {
            parts.push((purpose, content));
        }
    };
    for step in &case.step {
        if let Step::Export { content, operation, before } = step {
            add(Purpose::Before, before);
            match operation {
                Operation::New | Operation::Correct => add(Purpose::Enter, content),
                Operation::Delete => add(Purpose::Delete, content),
                Operation::Again => {}
            }
        }
    }
    if let Some(holds) = &case.expect.holds {
        add(Purpose::Compare, holds);
    }
    parts.iter().map(|(purpose, content)| (*purpose, forms::of(content))).collect()
}

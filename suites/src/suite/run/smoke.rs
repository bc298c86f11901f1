//! One plain exchange before the cases: whether the adapter reaches the software at all. Knows the simplest
//! of everything; judges nothing of what comes.

use renkei_validator::text::Message;

use super::steps::{files_of, own_office, role};
use crate::suite::case::{Case, Step};
use crate::suite::given::{self, together};
use crate::suite::sut::{ExportTask, ImportTask, Operation, Sut, Trouble};

/// The name of the smoke exchange among the tasks of an adapter.
const NAME: &str = "smoke";

/// Lets the software do once what the cases will ask for: export, and import. Whether it does so rightly is
/// the cases' to say. Cases of transport begin with a platform of their own.
///
/// # Errors
///
/// Why it could not: then nothing can be said about the software.
pub(super) fn smoke(sut: &mut dyn Sut, cases: &[&Case]) -> Result<(), Message> {
    let abilities = sut.abilities();
    let of = |wanted: fn(&Step) -> bool| {
        cases.iter().copied().find_map(|case| {
            let version = super::version(case, &abilities).ok()?;
            let fits = case.step.first().is_some_and(wanted) && super::lacking(case, &abilities).is_none();
            let givens = fits.then(|| given::make(case, version).ok()).flatten()?;
            let role = role(case, &givens).filter(|role| abilities.roles.contains(role))?;
            Some((case, version, givens, role))
        })
    };
    let plain_export = |step: &Step| matches!(step, Step::Export { operation: Operation::New, .. });
    let plain_import = |step: &Step| matches!(step, Step::Import { refused: false, .. });
    let why = |trouble: Trouble| match trouble {
        Trouble::Blocked(why) | Trouble::Failed(why) => why,
    };
    if let Some((case, version, givens, role)) = of(plain_export) {
        sut.reset(NAME).map_err(why)?;
        let Some(Step::Export { content, .. }) = case.step.first() else { return Ok(()) };
        let content = together(&givens, content);
        let task = ExportTask { case: NAME, role, version, content: &content, before: None, operation: Operation::New };
        let files = sut.export(&task).map_err(why)?;
        if files.is_empty() {
            return Err(Message::pair("出力したファイルがありません", "no file was written"));
        }
    }
    if let Some((case, _, givens, role)) = of(plain_import) {
        sut.reset(NAME).map_err(why)?;
        let Some(Step::Import { files, .. }) = case.step.first() else { return Ok(()) };
        let files = files_of(&givens, files);
        let task = ImportTask { case: NAME, role, office: own_office(case, &givens), files: &files };
        sut.import(&task).map_err(why)?;
    }
    Ok(())
}

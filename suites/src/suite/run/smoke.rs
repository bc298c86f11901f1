//! One plain exchange before the cases: whether the adapter reaches the software at all. Knows the simplest
//! of everything; judges nothing of what comes.

use renkei_validator::spec::Version;
use renkei_validator::text::Message;

use super::steps::{files_of, own_office};
use super::{Ended, Setting, stage};
use crate::suite::case::{Case, Platform, Step};
use crate::suite::given::{Givens, together};
use crate::suite::sut::{Abilities, ExportTask, ImportTask, Operation, Role, Sut, Trouble};

/// The name of the smoke exchange among the tasks of an adapter.
const NAME: &str = "smoke";

/// Whether the software can be made to do what the cases will ask for. Whether it does so rightly is the cases'
/// to say.
pub(super) struct Smoke {
    files: Result<(), Message>,
    platform: Result<(), Message>,
}

impl Smoke {
    /// Lets it export and import once, and come to the platform once, as far as these cases ask for it.
    pub(super) fn of(sut: &mut dyn Sut, cases: &[&Case]) -> Smoke {
        Smoke { files: files(sut, cases), platform: platform(sut, cases) }
    }

    /// Nothing is tried, and nothing stands in the way of any case.
    pub(super) fn spared() -> Smoke {
        Smoke { files: Ok(()), platform: Ok(()) }
    }

    /// # Errors
    ///
    /// Why nothing can be said about the software in this case.
    pub(super) fn of_case(&self, case: &Case) -> Result<(), &Message> {
        let tried = if case.is_transport() { &self.platform } else { &self.files };
        tried.as_ref().copied()
    }
}

/// The first of the cases that is for this software and begins with such a step.
fn first<'c>(
    cases: &[&'c Case],
    abilities: &Abilities,
    wanted: fn(&Step) -> bool,
) -> Option<(&'c Case, Version, Givens, Role)> {
    cases.iter().copied().filter(|case| case.step.first().is_some_and(wanted)).find_map(|case| {
        let (version, givens, role) = super::applies(case, abilities).ok()?;
        Some((case, version, givens, role))
    })
}

fn files(sut: &mut dyn Sut, cases: &[&Case]) -> Result<(), Message> {
    let abilities = sut.abilities();
    let plain_export = |step: &Step| matches!(step, Step::Export { operation: Operation::New, .. });
    let plain_import = |step: &Step| matches!(step, Step::Import { refused: false, .. });
    let why = |trouble: Trouble| match trouble {
        Trouble::Blocked(why) | Trouble::Failed(why) => why,
    };
    if let Some((case, version, givens, role)) = first(cases, &abilities, plain_export) {
        sut.reset(NAME).map_err(why)?;
        let Some(Step::Export { content, .. }) = case.step.first() else { return Ok(()) };
        let content = together(&givens, content);
        let task = ExportTask { case: NAME, role, version, content: &content, before: None, operation: Operation::New };
        let files = sut.export(&task).map_err(why)?;
        if files.is_empty() {
            return Err(Message::pair("出力したファイルがありません", "no file was written"));
        }
    }
    if let Some((case, _, givens, role)) = first(cases, &abilities, plain_import) {
        sut.reset(NAME).map_err(why)?;
        let Some(Step::Import { files, .. }) = case.step.first() else { return Ok(()) };
        let files = files_of(&givens, files);
        let task = ImportTask { case: NAME, role, office: own_office(case, &givens), files: &files };
        sut.import(&task).map_err(why)?;
    }
    Ok(())
}

/// The first exchange of a case, on a platform without faults.
fn platform(sut: &mut dyn Sut, cases: &[&Case]) -> Result<(), Message> {
    let abilities = sut.abilities();
    let plain_exchange = |step: &Step| matches!(step, Step::Send { .. } | Step::Fetch { .. } | Step::Exchange {});
    let Some((case, version, givens, role)) = first(cases, &abilities, plain_exchange) else { return Ok(()) };
    let case = Case {
        id: NAME.to_owned(),
        platform: Platform::default(),
        step: case.step.iter().take(1).cloned().collect(),
        ..case.clone()
    };
    let setting = Setting { case: &case, version, role, givens: &givens, abilities: &abilities, show_values: false };
    match stage::reach(&setting, sut) {
        Ok(()) | Err(Ended::Pass) => Ok(()),
        Err(Ended::Blocked(why) | Ended::Fail(why) | Ended::Skip(why)) => Err(why),
    }
}

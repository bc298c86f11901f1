//! Where the commands of `sut.toml` are given: folders made, places filled in, what came of it read. Shared by
//! all adapters that have commands. Knows no case and no verdict.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::answer::{self, Said};
use super::ground::{self, Guard, Place as Ground};
use super::process::{self, Task};
use super::settings::{KEEP, Operation, Settings};
use super::template::{Place, Values};
use super::told;
use crate::suite::compare::Named;
use crate::suite::content::Content;
use crate::suite::sut::{self, Abilities, Exchanged, ExportTask, ImportTask, Imported, Role, Trouble};

/// The settings, and where there is room to work.
pub(super) struct Desk {
    pub(super) settings: Settings,
    pub(super) work: PathBuf,
}

impl Desk {
    /// Starts the command of an operation and waits for its end. `Ok` is its exit code.
    pub(super) fn run(&self, operation: Operation, values: &Values, log: &Path) -> Result<i32, Trouble> {
        let command = self.settings.commands.of(operation).ok_or_else(|| told::no_command(operation))?;
        let argv = command.fill(values);
        let limit = self.settings.limits.of(operation);
        let ended = process::run(&self.task(&argv, limit, log)?);
        told::ended(operation, ended, &command.program, limit, log)
    }

    /// What is to be run, in the folder for commands.
    pub(super) fn task<'a>(
        &'a self,
        argv: &'a [OsString],
        limit: Duration,
        log: &'a Path,
    ) -> Result<Task<'a>, Trouble> {
        let folder = self.folder();
        // Otherwise the system would say that the program is not found.
        std::fs::read_dir(folder).map_err(|error| told::cannot_read(folder, &error))?;
        let environment = &self.settings.commands.environment;
        Ok(Task { argv, folder, environment, limit, log, keep: KEEP })
    }

    fn folder(&self) -> &Path {
        self.settings.commands.folder.as_ref().unwrap_or(&self.settings.home)
    }

    /// A folder for a task, with one for its log, and what stands in every command.
    pub(super) fn begin(&self, case: &str, what: &str) -> Result<(PathBuf, PathBuf, Values), Trouble> {
        let folder = ground::task(&self.work, case, what)?;
        let log = ground::sub(&folder, "log")?;
        Ok((folder, log, Values::from([(Place::Case, case.into())])))
    }

    /// What can be done by commands.
    pub(super) fn abilities(&self) -> Abilities {
        let Settings { roles, patterns, versions, commands, .. } = &self.settings;
        Abilities {
            roles: roles.iter().copied().map(Role::from).collect(),
            patterns: patterns.iter().copied().collect(),
            versions: versions.iter().copied().collect(),
            export: commands.export.is_some(),
            delete: commands.delete.is_some(),
            import: commands.import.is_some(),
            dump: commands.dump.is_some(),
            again: commands.again.is_some(),
            answers: self.answers_in_a_file(Operation::Import) || !commands.refused.is_empty(),
            exchange: commands.exchange.is_some(),
        }
    }

    /// Lets the software forget everything; without a command it holds nothing from case to case.
    pub(super) fn reset(&self, case: &str) -> Result<(), Trouble> {
        if self.settings.commands.reset.is_none() {
            return Ok(());
        }
        let (_, log, values) = self.begin(case, "reset")?;
        self.run(Operation::Reset, &values, &log).map(|_| ())
    }

    /// Lets the software write files, and reads them.
    pub(super) fn export(&self, task: &ExportTask<'_>) -> Result<Vec<Named>, Trouble> {
        let operation = match task.operation {
            sut::Operation::New | sut::Operation::Correct => Operation::Export,
            sut::Operation::Delete => Operation::Delete,
            sut::Operation::Again => Operation::Again,
        };
        let (folder, log, mut values) = self.begin(task.case, operation.word())?;
        let out = ground::sub(&folder, "out")?;
        let content = folder.join("content.json");
        ground::put(&content, task.content.json().as_bytes())?;
        let mut before = OsString::new();
        if let Some(content) = task.before {
            let path = folder.join("before.json");
            ground::put(&path, content.json().as_bytes())?;
            before = path.into();
        }
        values.extend([
            (Place::Content, content.into()),
            (Place::Before, before),
            (Place::Operation, word(task.operation).into()),
            (Place::Version, task.version.value().into()),
            (Place::Role, task.role.word().into()),
            (Place::Out, out.clone().into()),
        ]);
        let guard = self.guard(&folder, vec![out.clone(), log.clone()]);
        self.run(operation, &values, &log)?;
        undisturbed(&guard)?;
        let files = ground::collect(&out)?;
        // A software that holds nothing has nothing to write again.
        if files.is_empty() && operation != Operation::Again {
            return Err(told::nothing_written(&out));
        }
        Ok(files)
    }

    /// Gives the software files, and reads what it says of them.
    pub(super) fn import(&self, task: &ImportTask<'_>) -> Result<Imported, Trouble> {
        let (folder, log, mut values) = self.begin(task.case, Operation::Import.word())?;
        let inbox = ground::sub(&folder, "in")?;
        for (name, bytes) in task.files {
            ground::put(&inbox.join(name), bytes)?;
        }
        let result = folder.join("result.json");
        let office = task.office.as_ref().map_or("", |end| &end.office);
        values.extend([
            (Place::In, inbox.clone().into()),
            (Place::Result, result.clone().into()),
            (Place::Office, office.into()),
            (Place::Role, task.role.word().into()),
        ]);
        let guard = self.guard(&folder, vec![inbox, log.clone(), result.clone()]);
        let code = self.run(Operation::Import, &values, &log)?;
        undisturbed(&guard)?;
        let given: Vec<&str> = task.files.iter().map(|(name, _)| name.as_str()).collect();
        let refused = self.settings.commands.refused.contains(&code);
        if code != 0 && !refused {
            return Err(told::import_ended(code, &log));
        }
        if self.answers_in_a_file(Operation::Import) {
            match said(&result)? {
                Some(said) => return said.imported(&given).map_err(|why| told::unreadable_answer(&result, &why)),
                None if !refused => return Err(told::no_answer(&result)),
                None => {}
            }
        }
        match (refused, self.settings.commands.refused.is_empty()) {
            (true, _) => Ok(answer::all(&given, false, None)),
            (false, false) => Ok(answer::all(&given, true, None)),
            (false, true) => Ok(Imported::default()),
        }
    }

    /// Lets the software tell what it holds.
    pub(super) fn dump(&self, case: &str) -> Result<Content, Trouble> {
        let (folder, log, mut values) = self.begin(case, Operation::Dump.word())?;
        let dump = folder.join("dump.json");
        values.insert(Place::Dump, dump.clone().into());
        self.run(Operation::Dump, &values, &log)?;
        let json = ground::read(&dump)?.ok_or_else(|| told::no_answer(&dump))?;
        Content::parse(&json).map_err(|why| told::unreadable_answer(&dump, &why))
    }

    /// Lets the software talk to the platform by a command.
    pub(super) fn exchange(&self, task: &sut::ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
        let (folder, log, mut values) = self.begin(task.case, Operation::Exchange.word())?;
        let result = folder.join("result.json");
        values.extend(addresses(task));
        values.insert(Place::Result, result.clone().into());
        let code = self.run(Operation::Exchange, &values, &log)?;
        exchanged(Some(code), &result)
    }

    fn answers_in_a_file(&self, operation: Operation) -> bool {
        self.settings.commands.of(operation).is_some_and(|command| command.has(Place::Result))
    }

    /// What a command must leave alone: everything of its task that is not for it, the folders of other tasks
    /// and cases, and the folder it runs in, as far as exported files would lie there.
    fn guard(&self, task: &Path, but: Vec<PathBuf>) -> Guard {
        let mut places = vec![Ground::Tree { root: task.to_owned(), but }, Ground::Exports(self.folder().to_owned())];
        places.extend(task.ancestors().skip(1).take(2).map(|folder| Ground::Names(folder.to_owned())));
        Guard::over(places)
    }
}

/// What is said of an exchange: in the file, or by the code that the client ended with.
pub(super) fn exchanged(code: Option<i32>, result: &Path) -> Result<Exchanged, Trouble> {
    Ok(match said(result)? {
        Some(said) => said.exchanged(),
        None => Exchanged { done: code.map(|code| code == 0), message: None },
    })
}

/// What a program says in a file, if there is one.
pub(super) fn said(result: &Path) -> Result<Option<Said>, Trouble> {
    let said = ground::read(result)?.map(|json| Said::parse(&json)).transpose();
    said.map_err(|why| told::unreadable_answer(result, &why))
}

/// The word for an export in `{operation}`.
pub(super) fn word(operation: sut::Operation) -> &'static str {
    match operation {
        sut::Operation::New => "new",
        sut::Operation::Correct => "correct",
        sut::Operation::Delete => "delete",
        sut::Operation::Again => "again",
    }
}

/// What an exchange needs to be told.
pub(super) fn addresses(task: &sut::ExchangeTask<'_>) -> [(Place, OsString); 14] {
    [
        (Place::Url, task.platform.into()),
        (Place::Ca, task.ca.clone().into()),
        (Place::P12, task.p12.clone().into()),
        (Place::P12Password, task.p12_password.into()),
        (Place::Office, task.office.into()),
        (Place::PersonalUser, task.personal.0.into()),
        (Place::PersonalPassword, task.personal.1.into()),
        (Place::OfficeUser, task.office_user.0.into()),
        (Place::OfficePassword, task.office_user.1.into()),
        (Place::Profile, task.profile.clone().into()),
        (Place::Outbox, task.outbox.clone().into()),
        (Place::Inbox, task.inbox.clone().into()),
        (Place::Memory, task.memory.clone().into()),
        (Place::Role, task.role.word().into()),
    ]
}

fn undisturbed(guard: &Guard) -> Result<(), Trouble> {
    match guard.disturbed() {
        paths if paths.is_empty() => Ok(()),
        paths => Err(told::outside(&paths)),
    }
}

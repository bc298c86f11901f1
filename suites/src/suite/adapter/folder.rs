//! The adapter `folder`: a program watches folders, as care software and the client of the real platform do.
//! Knows which folder is for what, and when the program is done; knows no case.
//!
//! ```text
//! <path>/tasks/     renkei puts a task there
//! <path>/inbox/     renkei puts the files of an import there
//! <path>/outbox/    the program puts exported files there
//! <path>/refused/   the program moves files there that it refuses
//! <path>/answers/   the program answers a task there, under its name
//! ```

mod rest;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use self::rest::Rest;
use super::answer::{self, Said};
use super::desk::{self, Desk, word};
use super::ground::{self, Guard, Place as Ground};
use super::process::{self, Pauses, Running};
use super::settings::{Done, FolderSettings, Operation, Settings};
use super::{interrupt, told};
use crate::suite::compare::Named;
use crate::suite::content::Content;
use crate::suite::sut::{self, Abilities, ExchangeTask, Exchanged, ExportTask, ImportTask, Imported, Sut, Trouble};

/// Software that watches folders.
pub(super) struct ByFolder {
    desk: Desk,
    folder: FolderSettings,
    /// `None` until the first task.
    open: Option<Open>,
}

/// The folders, found empty, and the program that watches them where renkei has started it.
struct Open {
    tasks: PathBuf,
    inbox: PathBuf,
    outbox: PathBuf,
    refused: PathBuf,
    answers: PathBuf,
    watcher: Option<Running>,
    log: PathBuf,
    given: u32,
}

/// A task that was given.
struct Given {
    /// The file in `tasks/`.
    task: PathBuf,
    /// The file in `answers/`.
    answer: PathBuf,
    /// Where what is left of it goes.
    kept: PathBuf,
    guard: Guard,
}

impl ByFolder {
    pub(super) fn new(settings: Settings, folder: FolderSettings, work: PathBuf) -> ByFolder {
        ByFolder { desk: Desk { settings, work }, folder, open: None }
    }

    fn open(&mut self) -> Result<&mut Open, Trouble> {
        if self.open.is_none() {
            self.open = Some(self.begin()?);
        }
        self.open.as_mut().ok_or_else(told::interrupted)
    }

    /// Makes the folders and starts the program.
    fn begin(&self) -> Result<Open, Trouble> {
        let path = &self.folder.path;
        let sub = |name: &str| {
            let folder = ground::sub(path, name)?;
            let mut entries = fs::read_dir(&folder).map_err(|error| told::cannot_read(&folder, &error))?;
            // What somebody else has put there is neither taken for the program's nor removed.
            if entries.next().is_some() { Err(told::not_empty(&folder)) } else { Ok(folder) }
        };
        let (tasks, inbox, outbox) = (sub("tasks")?, sub("inbox")?, sub("outbox")?);
        let (refused, answers) = (sub("refused")?, sub("answers")?);
        let log = ground::sub(&self.desk.work, "watcher")?;
        let watcher = match &self.folder.start {
            Some(start) => {
                let argv = start.fill(&Default::default());
                let task = self.desk.task(&argv, Default::default(), &log)?;
                Some(process::start(&task).map_err(|why| told::not_started(&why, &start.program))?)
            }
            None => None,
        };
        Ok(Open { tasks, inbox, outbox, refused, answers, watcher, log, given: 0 })
    }

    /// Gives a task: files into the inbox, then the task itself.
    fn give(&mut self, case: &str, operation: Operation, rest: Value, files: &[Named]) -> Result<Given, Trouble> {
        let (kept, _, _) = self.desk.begin(case, operation.word())?;
        let (done, path) = (self.folder.done, self.folder.path.clone());
        let open = self.open()?;
        open.given += 1;
        let name = format!("{:04}-{}-{}.json", open.given, ground::file_name(case), operation.word());
        let (task, answer) = (open.tasks.join(&name), open.answers.join(&name));
        let ours = [&open.tasks, &open.answers, &open.inbox, &open.refused, &open.outbox];
        // An import writes no exports, and an export no imports.
        let ours = ours.into_iter().filter(|folder| match operation {
            Operation::Import => **folder != open.outbox,
            _ => **folder != open.inbox,
        });
        let guard = Guard::over(vec![Ground::Tree { root: path, but: ours.cloned().collect() }]);
        for (name, bytes) in files {
            whole(&open.inbox.join(name), bytes)?;
        }
        // A program that only watches its inbox is given no task for what is there.
        if operation != Operation::Import || done == Done::Answer {
            let mut json = json!({ "schema": "renkei-task/1", "task": operation.word(), "case": case });
            if let (Value::Object(all), Value::Object(rest)) = (&mut json, rest) {
                all.extend(rest);
            }
            whole(&task, (json.to_string() + "\n").as_bytes())?;
        }
        Ok(Given { task, answer, kept, guard })
    }

    /// Waits until the program is done. The answer is `None` where the rule asks for none.
    fn wait(&mut self, operation: Operation, given: &Given, files: &[Named]) -> Result<Option<Said>, Trouble> {
        let limit = self.desk.settings.limits.of(operation);
        let FolderSettings { done, quiet, .. } = self.folder;
        let start = self.folder.start.as_ref().map(|start| start.program.clone()).unwrap_or_default();
        let open = self.open()?;
        let mut pauses = Pauses::until(limit);
        let (mut answer, mut all) = (Rest::new(), Rest::new());
        loop {
            match done {
                Done::Answer => match desk::said(&given.answer) {
                    Ok(Some(said)) => return Ok(Some(said)),
                    // It may still be written.
                    Err(why) if answer.lasts(&[&given.answer]) >= quiet => return Err(why),
                    Ok(None) | Err(_) => {}
                },
                Done::Taken => {
                    let taken = match operation {
                        Operation::Import => !files.iter().any(|(name, _)| open.inbox.join(name).exists()),
                        _ => !given.task.exists(),
                    };
                    if taken {
                        return Ok(None);
                    }
                }
                Done::Quiet => {
                    let lasts = all.lasts(&[&open.outbox, &open.inbox, &open.refused]);
                    let begun = operation == Operation::Import || rest::holds_whole_files(&open.outbox);
                    if begun && lasts >= quiet {
                        return Ok(None);
                    }
                }
            }
            if let Some(watcher) = open.watcher.as_mut() {
                match watcher.look() {
                    Ok(None) => {}
                    Ok(Some(ended)) => return Err(told::watcher_ended(operation, ended, &start, &open.log)),
                    Err(error) => return Err(told::not_started(&process::Start::Lost(error), &start)),
                }
            }
            if interrupt::asked() {
                return Err(told::interrupted());
            }
            if !pauses.pause() {
                let unfinished = rest::unfinished(&open.outbox);
                return Err(told::not_done(operation, limit, unfinished.as_deref()));
            }
        }
    }

    /// Gives a task, waits for it, and hands over what the folders hold then; afterwards they are empty again.
    fn ask<T>(
        &mut self,
        case: &str,
        operation: Operation,
        rest: Value,
        files: &[Named],
        read: impl FnOnce(&Open, Option<Said>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let given = self.give(case, operation, rest, files)?;
        let answered = self.wait(operation, &given, files);
        let open = self.open()?;
        let result = answered.and_then(|said| match given.guard.disturbed() {
            paths if paths.is_empty() => read(open, said),
            paths => Err(told::outside(&paths)),
        });
        open.clear(&given.kept)?;
        result
    }
}

impl Open {
    /// Moves what is left in the folders to where the task keeps it.
    fn clear(&self, kept: &Path) -> Result<(), Trouble> {
        for folder in [&self.tasks, &self.inbox, &self.outbox, &self.refused, &self.answers] {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let entries = fs::read_dir(folder).map_err(|error| told::cannot_read(folder, &error))?;
            for entry in entries.flatten() {
                let kept = ground::sub(kept, &name)?;
                rest::shift(&entry.path(), &kept.join(entry.file_name()))
                    .map_err(|error| told::cannot_write(&entry.path(), &error))?;
            }
        }
        Ok(())
    }
}

/// Puts a file where a program watches: it never sees half of it.
fn whole(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".writing");
    let unfinished = path.with_file_name(name);
    ground::put(&unfinished, bytes)?;
    fs::rename(&unfinished, path).map_err(|error| told::cannot_write(path, &error))
}

impl Sut for ByFolder {
    fn abilities(&self) -> Abilities {
        let by_answer = self.folder.done == Done::Answer;
        let by_command = self.desk.abilities();
        Abilities {
            export: true,
            delete: true,
            import: true,
            again: by_answer,
            dump: by_answer || by_command.dump,
            answers: self.folder.done != Done::Quiet,
            ..by_command
        }
    }

    fn reset(&mut self, case: &str) -> Result<(), Trouble> {
        if self.desk.settings.commands.reset.is_some() || self.folder.done != Done::Answer {
            return self.desk.reset(case);
        }
        self.ask(case, Operation::Reset, json!({}), &[], |_, said| match said {
            Some(Said { done: Some(false), .. }) => Err(told::refused(Operation::Reset)),
            Some(_) | None => Ok(()),
        })
    }

    fn export(&mut self, task: &ExportTask<'_>) -> Result<Vec<Named>, Trouble> {
        let operation = match task.operation {
            sut::Operation::New | sut::Operation::Correct => Operation::Export,
            sut::Operation::Delete => Operation::Delete,
            sut::Operation::Again => Operation::Again,
        };
        let mut rest = Map::new();
        rest.insert("version".to_owned(), task.version.value().into());
        rest.insert("role".to_owned(), task.role.word().into());
        if operation != Operation::Again {
            rest.insert("content".to_owned(), json!(task.content));
        }
        if operation == Operation::Export {
            rest.insert("operation".to_owned(), word(task.operation).into());
        }
        if let Some(before) = task.before {
            rest.insert("before".to_owned(), json!(before));
        }
        self.ask(task.case, operation, Value::Object(rest), &[], |open, said| {
            let files = ground::collect(&open.outbox)?;
            match said {
                Some(Said { done: Some(false), .. }) => Err(told::refused(operation)),
                Some(_) | None if files.is_empty() && operation != Operation::Again => {
                    Err(told::nothing_written(&open.outbox))
                }
                Some(_) | None => Ok(files),
            }
        })
    }

    fn import(&mut self, task: &ImportTask<'_>) -> Result<Imported, Trouble> {
        let given: Vec<&str> = task.files.iter().map(|(name, _)| name.as_str()).collect();
        let office = task.office.as_ref().map_or("", |end| &end.office);
        let rest = json!({ "files": given, "role": task.role.word(), "office": office });
        self.ask(task.case, Operation::Import, rest, task.files, |open, said| match said {
            Some(said) => said.imported(&given).map_err(|why| told::unreadable_answer(&open.answers, &why)),
            None => {
                let refused: Vec<&str> =
                    given.iter().copied().filter(|name| open.refused.join(name).exists()).collect();
                let mut imported = answer::all(&given, true, None);
                imported
                    .answers
                    .iter_mut()
                    .for_each(|answer| answer.accepted = !refused.contains(&answer.file.as_str()));
                Ok(imported)
            }
        })
    }

    fn dump(&mut self, case: &str) -> Result<Content, Trouble> {
        if self.desk.settings.commands.dump.is_some() || self.folder.done != Done::Answer {
            return self.desk.dump(case);
        }
        self.ask(case, Operation::Dump, json!({}), &[], |open, said| {
            said.and_then(|said| said.content).ok_or_else(|| told::no_content(&open.answers))
        })
    }

    fn exchange(&mut self, task: &ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
        self.desk.exchange(task)
    }
}

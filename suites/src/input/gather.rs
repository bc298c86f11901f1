//! Puts together what the threads have judged: in the order selected, and folder by folder, so that
//! what only the rules about sets need is dropped as soon as a folder is complete.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use renkei_validator::facts::Facts;
use renkei_validator::{FileJudgement, Options, SetsJudgement, check_sets, folder};

use super::{Inputs, Task};

/// What the tasks have yielded so far.
pub(super) struct Gathered<'a> {
    tasks: &'a [Task],
    parts: Vec<Mutex<Inputs>>,
    /// For each folder, its tasks and how many of them are not done.
    folders: BTreeMap<&'a str, (Vec<usize>, Mutex<usize>)>,
    sets: Mutex<Vec<SetsJudgement>>,
}

impl<'a> Gathered<'a> {
    pub(super) fn new(tasks: &'a [Task]) -> Gathered<'a> {
        let mut folders: BTreeMap<&str, (Vec<usize>, Mutex<usize>)> = BTreeMap::new();
        for (index, task) in tasks.iter().enumerate() {
            let (indexes, left) = folders.entry(folder_of(task)).or_default();
            indexes.push(index);
            *left = Mutex::new(indexes.len());
        }
        let parts = tasks.iter().map(|_| Mutex::default()).collect();
        Gathered { tasks, parts, folders, sets: Mutex::default() }
    }

    /// Takes what a task has yielded. The last one of a folder judges its sets.
    pub(super) fn add(&self, index: usize, inputs: Inputs, options: &Options) {
        let (Some(task), Some(part)) = (self.tasks.get(index), self.parts.get(index)) else { return };
        *lock(part) = inputs;
        let Some((indexes, left)) = self.folders.get(folder_of(task)) else { return };
        let is_last = {
            let mut left = lock(left);
            *left -= 1;
            *left == 0
        };
        if !is_last || !options.sets {
            return;
        }
        let mut parts: Vec<MutexGuard<'_, Inputs>> = indexes.iter().map(|index| lock(&self.parts[*index])).collect();
        let files: Vec<&FileJudgement> =
            parts.iter().flat_map(|part| part.files.iter().map(|(file, _)| file)).collect();
        let sets = check_sets(&files, options);
        for (file, _) in parts.iter_mut().flat_map(|part| &mut part.files) {
            file.facts = Facts::default();
        }
        lock(&self.sets).push(sets);
    }

    /// All of it, and the sets where they were asked for.
    pub(super) fn finish(self, options: &Options) -> Inputs {
        let mut inputs = Inputs::default();
        for part in self.parts {
            let mut part = part.into_inner().unwrap_or_else(PoisonError::into_inner);
            inputs.files.append(&mut part.files);
            inputs.sources.append(&mut part.sources);
            inputs.missed.append(part.missed);
        }
        let sets = self.sets.into_inner().unwrap_or_else(PoisonError::into_inner);
        inputs.sets = options.sets.then(|| SetsJudgement::of(sets));
        inputs
    }
}

/// The folder whose sets the files of a task belong to. An archive is one of its own.
fn folder_of(task: &Task) -> &str {
    match task {
        Task::File { name, .. } | Task::Stdin { name } => folder(name),
        Task::Archive { name, .. } => name,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Puts together what the threads have judged: in the order selected, and folder by folder, so that
//! what only the rules about sets need is dropped as soon as a folder is complete.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use renkei_validator::facts::Facts;
use renkei_validator::{FileJudgement, Options, SetsJudgement, check_sets, folder};

use super::{Inputs, Task};

/// What the tasks have yielded so far.
pub(super) struct Gathered<'a> {
    tasks: &'a [Task],
    /// What has not been put together yet, by task.
    parts: Vec<Mutex<Option<Box<Inputs>>>>,
    folders: BTreeMap<&'a str, Folder>,
    sets: Mutex<Vec<SetsJudgement>>,
    together: Mutex<Together>,
}

/// The tasks of one folder.
#[derive(Default)]
struct Folder {
    tasks: Vec<usize>,
    /// How many of them are not done.
    left: AtomicUsize,
    /// Whether its sets have been judged, where they are to be.
    complete: AtomicBool,
}

/// What the first tasks have yielded, up to the first folder that is not complete.
struct Together {
    next: usize,
    inputs: Inputs,
}

impl<'a> Gathered<'a> {
    pub(super) fn new(tasks: &'a [Task]) -> Gathered<'a> {
        let mut folders: BTreeMap<&str, Folder> = BTreeMap::new();
        for (index, task) in tasks.iter().enumerate() {
            let folder = folders.entry(folder_of(task)).or_default();
            folder.tasks.push(index);
            *folder.left.get_mut() += 1;
        }
        let parts = tasks.iter().map(|_| Mutex::default()).collect();
        // Most tasks are one file each; what they yield is large, and never moved if there is room.
        let (files, sources) = (Vec::with_capacity(tasks.len()), Vec::with_capacity(tasks.len()));
        let inputs = Inputs { files, sources, ..Inputs::default() };
        Gathered { tasks, parts, folders, sets: Mutex::default(), together: Mutex::new(Together { next: 0, inputs }) }
    }

    /// Takes what a task has yielded. The last one of a folder judges its sets.
    pub(super) fn add(&self, index: usize, inputs: Inputs, options: &Options) {
        let (Some(task), Some(part)) = (self.tasks.get(index), self.parts.get(index)) else { return };
        *lock(part) = Some(Box::new(inputs));
        let Some(folder) = self.folders.get(folder_of(task)) else { return };
        if folder.left.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        if options.sets {
            self.judge_sets(folder, options);
        }
        folder.complete.store(true, Ordering::Release);
        self.put_together();
    }

    fn judge_sets(&self, folder: &Folder, options: &Options) {
        let mut parts: Vec<MutexGuard<'_, Option<Box<Inputs>>>> =
            folder.tasks.iter().map(|index| lock(&self.parts[*index])).collect();
        let files: Vec<&FileJudgement> = parts
            .iter()
            .flat_map(|part| part.iter().flat_map(|part| part.files.iter().map(|(file, _)| file)))
            .collect();
        let sets = check_sets(&files, options);
        for (file, _) in parts.iter_mut().flat_map(|part| part.iter_mut().flat_map(|part| &mut part.files)) {
            file.facts = Facts::default();
        }
        lock(&self.sets).push(sets);
    }

    /// Takes the tasks of complete folders, in order, up to the first one that is not.
    fn put_together(&self) {
        let mut together = lock(&self.together);
        while let Some((task, part)) = self.tasks.get(together.next).zip(self.parts.get(together.next)) {
            let is_complete =
                self.folders.get(folder_of(task)).is_none_or(|folder| folder.complete.load(Ordering::Acquire));
            if !is_complete {
                return;
            }
            if let Some(part) = lock(part).take() {
                together.inputs.append(*part);
            }
            together.next += 1;
        }
    }

    /// All of it, and the sets where they were asked for.
    pub(super) fn finish(self, options: &Options) -> Inputs {
        let Together { next, mut inputs } = self.together.into_inner().unwrap_or_else(PoisonError::into_inner);
        for part in self.parts.into_iter().skip(next) {
            if let Some(part) = part.into_inner().unwrap_or_else(PoisonError::into_inner) {
                inputs.append(*part);
            }
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

//! Puts together what the threads have judged: in the order found, and folder by folder, so that what
//! only the rules about sets need is dropped as soon as a folder is complete.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use renkei_validator::{FileJudgement, Options, SetsJudgement, check_sets};

use super::Inputs;
use crate::timings::Spent;

/// What has been found and judged so far.
#[derive(Debug, Default)]
pub(super) struct Gathered(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// What the first tasks have yielded.
    inputs: Inputs,
    /// How many these are.
    first: usize,
    /// What comes after them, by task.
    parts: VecDeque<Part>,
    /// The folders that are not complete.
    folders: BTreeMap<usize, Folder>,
    /// Those that something may still be found in, by name.
    open: HashMap<String, usize>,
    /// How many folders there were.
    count: usize,
    sets: Vec<SetsJudgement>,
    spent: Spent,
}

/// What a task has yielded.
#[derive(Debug)]
enum Part {
    /// Nothing so far.
    Awaited,
    /// What the sets of its folder need.
    Held(Box<Inputs>),
    /// All that is to be kept.
    Done(Box<Inputs>),
}

#[derive(Debug, Default)]
struct Folder {
    tasks: Vec<usize>,
    /// How many of them are not done.
    left: usize,
    /// Whether something may still be found in it.
    open: bool,
}

/// What a task is recognised by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    task: usize,
    /// The folder that it belongs to.
    pub(super) folder: usize,
}

impl Gathered {
    /// Expects what a task of a folder will yield. Tasks are told of in order.
    pub(super) fn expect(&self, folder: &str) -> Ticket {
        let mut state = self.lock();
        let state = &mut *state;
        let task = state.first + state.parts.len();
        state.parts.push_back(Part::Awaited);
        let folder = match state.open.get(folder) {
            Some(folder) => *folder,
            None => {
                state.open.insert(folder.to_owned(), state.count);
                state.count += 1;
                state.count - 1
            }
        };
        let own = state.folders.entry(folder).or_insert_with(|| Folder { open: true, ..Folder::default() });
        own.tasks.push(task);
        own.left += 1;
        Ticket { task, folder }
    }

    /// Nothing more is found in a folder.
    pub(super) fn close(&self, folder: &str, options: &Options) {
        let mut state = self.lock();
        if let Some(folder) = state.open.remove(folder) {
            self.close_one(state, folder, options);
        }
    }

    /// Nothing more is found in any folder.
    pub(super) fn close_all(&self, options: &Options) {
        let open = std::mem::take(&mut self.lock().open);
        for folder in open.into_values() {
            self.close_one(self.lock(), folder, options);
        }
    }

    fn close_one(&self, mut state: MutexGuard<'_, State>, folder: usize, options: &Options) {
        if let Some(own) = state.folders.get_mut(&folder) {
            own.open = false;
            self.complete(state, folder, options);
        }
    }

    /// Takes what a task has yielded. Whoever completes a folder judges its sets.
    pub(super) fn add(&self, ticket: Ticket, inputs: Inputs, options: &Options) {
        let inputs = Box::new(inputs);
        let mut state = self.lock();
        if !options.sets {
            state.put(ticket.task, Part::Done(inputs));
            return;
        }
        state.put(ticket.task, Part::Held(inputs));
        if let Some(folder) = state.folders.get_mut(&ticket.folder) {
            folder.left -= 1;
            self.complete(state, ticket.folder, options);
        }
    }

    /// Judges the sets of a folder that is complete. Nobody waits for that.
    fn complete(&self, mut state: MutexGuard<'_, State>, folder: usize, options: &Options) {
        if !options.sets || state.folders.get(&folder).is_none_or(|folder| folder.open || folder.left > 0) {
            return;
        }
        let Some(Folder { tasks, .. }) = state.folders.remove(&folder) else { return };
        let mut held: Vec<(usize, Box<Inputs>)> =
            tasks.into_iter().filter_map(|task| Some((task, state.take_held(task)?))).collect();
        drop(state);
        let files: Vec<&FileJudgement> =
            held.iter().flat_map(|(_, part)| part.files.iter().map(|(file, _)| file)).collect();
        let unread: Vec<&str> = held.iter().flat_map(|(_, part)| &part.missed.unread).map(|name| &**name).collect();
        let sets = check_sets(&files, &unread, options);
        for (file, _) in held.iter_mut().flat_map(|(_, part)| &mut part.files) {
            file.forget_facts();
        }
        let mut state = self.lock();
        state.sets.push(sets);
        for (task, part) in held {
            state.put(task, Part::Done(part));
        }
    }

    /// Adds what a thread has spent.
    pub(super) fn spend(&self, spent: &Spent) {
        self.lock().spent.add(spent);
    }

    /// All of it, and the sets where they were asked for.
    pub(super) fn finish(self, options: &Options) -> Inputs {
        let mut state = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        for part in std::mem::take(&mut state.parts) {
            match part {
                // A thread that broke has left nothing, which its end tells.
                Part::Awaited => {}
                Part::Held(part) | Part::Done(part) => state.inputs.append(*part),
            }
        }
        let sets = options.sets.then(|| SetsJudgement::of(state.sets));
        state.spent.add_times(sets.as_ref().and_then(|sets| sets.times.as_deref()));
        state.inputs.sets = sets;
        state.inputs.spent = state.spent;
        state.inputs
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps what a task has yielded, and puts together what can be.
    fn put(&mut self, task: usize, part: Part) {
        if let Some(own) = task.checked_sub(self.first).and_then(|at| self.parts.get_mut(at)) {
            *own = part;
        }
        while matches!(self.parts.front(), Some(Part::Done(_))) {
            if let Some(Part::Done(part)) = self.parts.pop_front() {
                self.inputs.append(*part);
                self.first += 1;
            }
        }
    }

    fn take_held(&mut self, task: usize) -> Option<Box<Inputs>> {
        let part = task.checked_sub(self.first).and_then(|at| self.parts.get_mut(at))?;
        match std::mem::replace(part, Part::Awaited) {
            Part::Held(inputs) => Some(inputs),
            other @ (Part::Awaited | Part::Done(_)) => {
                *part = other;
                None
            }
        }
    }
}

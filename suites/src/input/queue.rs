//! Hands what the walk finds to the threads that read, while the walk goes on. Knows no input.
//!
//! Things come in groups, such as the files of a folder. A thread is given those of one group as long as
//! others have something else to do: what it makes of them it can then put together and give back to the
//! memory that it took it from, where two threads would wait for each other.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Things that wait for a thread, in order.
#[derive(Debug)]
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    /// Each with its group.
    waiting: VecDeque<(usize, T)>,
    /// The groups that threads are at.
    begun: Vec<usize>,
    /// How many threads wait for something.
    idle: usize,
    ended: bool,
}

/// So many things are looked at for one of the right group: a folder may have any number of files.
const NEAR: usize = 16;

impl<T> Default for Queue<T> {
    fn default() -> Queue<T> {
        let state = State { waiting: VecDeque::new(), begun: Vec::new(), idle: 0, ended: false };
        Queue { state: Mutex::new(state), changed: Condvar::new() }
    }
}

impl<T> Queue<T> {
    pub(super) fn push(&self, group: usize, thing: T) {
        let mut state = self.lock();
        state.waiting.push_back((group, thing));
        // Waking is a call to the system, whether anybody sleeps or not.
        if state.idle > 0 {
            self.changed.notify_one();
        }
    }

    /// Nothing more comes.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// The next thing, as soon as there is one; `None` once nothing more comes. `last` is the group of the
    /// thing that this thread was given before.
    pub(super) fn take(&self, last: Option<usize>) -> Option<T> {
        let mut state = self.lock();
        while state.waiting.is_empty() && !state.ended {
            state.idle += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
        state.take(last)
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn take(&mut self, last: Option<usize>) -> Option<T> {
        if let Some(at) = self.begun.iter().position(|group| Some(*group) == last) {
            self.begun.swap_remove(at);
        }
        let near = || self.waiting.iter().take(NEAR);
        let own = near().position(|(group, _)| Some(*group) == last);
        let at = own.or_else(|| near().position(|(group, _)| !self.begun.contains(group))).unwrap_or(0);
        let (group, thing) = self.waiting.remove(at)?;
        self.begun.push(group);
        Some(thing)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn everything_is_taken_once_and_everybody_is_told_of_the_end() {
        let queue = Queue::default();
        let (sum, count) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut last = None;
                    while let Some((group, number)) = queue.take(last) {
                        sum.fetch_add(number, Ordering::Relaxed);
                        count.fetch_add(1, Ordering::Relaxed);
                        last = Some(group);
                    }
                });
            }
            for number in 1..=1000 {
                let group = usize::try_from(number / 7).unwrap();
                queue.push(group, (group, number));
            }
            queue.end();
        });
        assert_eq!((sum.into_inner(), count.into_inner()), (500_500, 1000));
        assert_eq!(queue.take(None), None);
    }

    #[test]
    fn one_thread_takes_things_in_order() {
        let queue = Queue::default();
        for (group, thing) in [(1, "a"), (1, "b"), (2, "c")] {
            queue.push(group, thing);
        }
        queue.end();
        assert_eq!((queue.take(None), queue.take(Some(1)), queue.take(Some(1))), (Some("a"), Some("b"), Some("c")));
    }

    #[test]
    fn a_group_that_a_thread_is_at_is_left_to_it_while_there_are_others() {
        let queue = Queue::default();
        for (group, thing) in [(1, "a"), (1, "b"), (1, "c"), (2, "d"), (2, "e")] {
            queue.push(group, thing);
        }
        queue.end();
        // One thread, another one, the first one again, a third one: for this there is nothing else.
        assert_eq!(queue.take(None), Some("a"));
        assert_eq!(queue.take(None), Some("d"));
        assert_eq!(queue.take(Some(1)), Some("b"));
        assert_eq!(queue.take(None), Some("c"));
        assert_eq!(queue.take(Some(2)), Some("e"));
        assert_eq!(queue.take(Some(1)), None);
    }
}

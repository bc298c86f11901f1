//! Hands what the walk finds to the threads that read, while the walk goes on. Knows no input.

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
    waiting: VecDeque<T>,
    /// How many threads wait for one.
    idle: usize,
    ended: bool,
}

impl<T> Default for Queue<T> {
    fn default() -> Queue<T> {
        let state = State { waiting: VecDeque::new(), idle: 0, ended: false };
        Queue { state: Mutex::new(state), changed: Condvar::new() }
    }
}

impl<T> Queue<T> {
    pub(super) fn push(&self, thing: T) {
        let mut state = self.lock();
        state.waiting.push_back(thing);
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

    /// The next thing, as soon as there is one; `None` once nothing more comes.
    pub(super) fn take(&self) -> Option<T> {
        let mut state = self.lock();
        while state.waiting.is_empty() && !state.ended {
            state.idle += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
        state.waiting.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
                    while let Some(number) = queue.take() {
                        sum.fetch_add(number, Ordering::Relaxed);
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            (1..=1000).for_each(|number| queue.push(number));
            queue.end();
        });
        assert_eq!((sum.into_inner(), count.into_inner()), (500_500, 1000));
        assert_eq!(queue.take(), None);
    }

    #[test]
    fn one_thread_takes_things_in_order() {
        let queue = Queue::default();
        (1..=3).for_each(|number| queue.push(number));
        queue.end();
        assert_eq!(std::iter::from_fn(|| queue.take()).collect::<Vec<_>>(), [1, 2, 3]);
    }
}

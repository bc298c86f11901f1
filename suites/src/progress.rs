//! Tells a person who waits how far the reading is. Knows bytes and the clock; knows no input.

use std::io::{IsTerminal, stderr};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Work shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar on standard error, drawn only where that is a terminal and the work takes its time.
#[derive(Debug)]
pub(crate) struct Progress {
    total: AtomicU64,
    done: AtomicU64,
    begun: Instant,
    watched: bool,
    template: &'static str,
    bar: OnceLock<ProgressBar>,
}

const BYTES: &str = "{wide_bar} {bytes} / {total_bytes}  {eta}";
const PARTS: &str = "{wide_bar} {percent}%  {eta}";

impl Progress {
    /// Starts on that many bytes; more may come.
    pub(crate) fn new(total: u64) -> Progress {
        Progress::with(total, BYTES)
    }

    /// Starts on that many parts that say nothing of bytes.
    pub(crate) fn of_parts(total: u64) -> Progress {
        Progress::with(total, PARTS)
    }

    /// One that nobody looks at.
    pub(crate) fn unseen() -> Progress {
        Progress { watched: false, ..Progress::new(0) }
    }

    fn with(total: u64, template: &'static str) -> Progress {
        Progress {
            total: AtomicU64::new(total),
            done: AtomicU64::new(0),
            begun: Instant::now(),
            watched: stderr().is_terminal(),
            template,
            bar: OnceLock::new(),
        }
    }

    /// Whether anybody may look at it; nobody else need know how much there is to do.
    pub(crate) fn is_watched(&self) -> bool {
        self.watched
    }

    /// So many bytes, or parts, more are to be done.
    pub(crate) fn expect(&self, more: u64) {
        self.total.fetch_add(more, Ordering::Relaxed);
    }

    /// So many bytes, or parts, more are done.
    pub(crate) fn advance(&self, more: u64) {
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        if self.watched {
            self.show(done);
        }
    }

    /// So many parts are done in all; what is told late counts no more.
    pub(crate) fn reach(&self, done: u64) {
        let before = self.done.fetch_max(done, Ordering::Relaxed);
        if self.watched && done > before {
            self.show(done);
        }
    }

    fn show(&self, done: u64) {
        if self.begun.elapsed() > PATIENCE {
            let total = self.total.load(Ordering::Relaxed);
            let bar = self.bar.get_or_init(|| bar(total, self.template));
            bar.set_length(total);
            bar.set_position(done);
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::new(total);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

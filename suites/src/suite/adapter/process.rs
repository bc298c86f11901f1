//! Runs a program with a time limit and ends it together with everything that it has started. Knows no case
//! and makes no verdict: it tells how the program ended.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use process_wrap::std::{ChildWrapper, CommandWrap};

use super::interrupt;

/// A program to be run.
#[derive(Debug)]
pub struct Task<'a> {
    /// The program and its arguments; no shell reads them.
    pub argv: &'a [OsString],
    /// Where it runs.
    pub folder: &'a Path,
    /// What its environment has beside renkei's own.
    pub environment: &'a [(String, OsString)],
    /// How long it may take.
    pub limit: Duration,
    /// Where what it says is kept.
    pub log: &'a Path,
    /// How many bytes of it, for each of its two streams.
    pub keep: u64,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with that number.
    Code(i32),
    /// By a signal, from itself or from elsewhere.
    Signal(i32),
    /// Not within its time: it was ended.
    Overrun,
    /// Renkei was told to stop: it was ended.
    Interrupted,
}

/// Why there was no program.
#[derive(Debug)]
pub enum Start {
    /// No program is named.
    Nothing,
    /// It cannot be started.
    Program(io::Error),
    /// What it says cannot be kept.
    Log(io::Error),
    /// It was started, and the system no longer tells of it.
    Lost(io::Error),
}

/// How long the streams of an ended program are waited for. Only a program that left its group holds them open.
const DRAIN: Duration = Duration::from_secs(2);

/// Runs it to its end. What it has started and left running is ended, too.
///
/// # Errors
///
/// Why there was no program.
pub fn run(task: &Task<'_>) -> Result<Ended, Start> {
    let mut running = start(task)?;
    let ended = running.wait(task.limit).map_err(Start::Lost)?;
    running.stop().map_err(Start::Log)?;
    Ok(ended)
}

/// Starts it. What it says goes to `stdout.txt` and `stderr.txt` of the log's folder.
///
/// # Errors
///
/// Why there is no program.
pub fn start(task: &Task<'_>) -> Result<Running, Start> {
    let (program, arguments) = task.argv.split_first().ok_or(Start::Nothing)?;
    let create = |name: &str| File::create(task.log.join(name)).map_err(Start::Log);
    let (out, err) = (create("stdout.txt")?, create("stderr.txt")?);
    let mut command = Command::new(program);
    command.args(arguments).current_dir(task.folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.envs(task.environment.iter().map(|(name, value)| (name, value)));
    let mut command = CommandWrap::from(command);
    #[cfg(unix)]
    command.wrap(process_wrap::std::ProcessGroup::leader());
    #[cfg(windows)]
    command.wrap(process_wrap::std::JobObject);
    let mut group = command.spawn().map_err(Start::Program)?;
    let streams = [
        group.stdout().take().map(|pipe| keep(pipe, out, task.keep)),
        group.stderr().take().map(|pipe| keep(pipe, err, task.keep)),
    ];
    Ok(Running { group, streams: streams.into_iter().flatten().collect() })
}

/// A program that runs, and what it has started; all of it is ended when this is dropped.
#[derive(Debug)]
pub struct Running {
    group: Box<dyn ChildWrapper>,
    streams: Vec<Receiver<io::Result<()>>>,
}

impl Running {
    /// How it ended, if it has.
    ///
    /// # Errors
    ///
    /// The system no longer tells of it.
    pub fn look(&mut self) -> io::Result<Option<Ended>> {
        Ok(self.group.try_wait()?.map(ended))
    }

    /// Waits for it, no longer than that and not after Ctrl-C.
    ///
    /// # Errors
    ///
    /// The system no longer tells of it.
    pub fn wait(&mut self, limit: Duration) -> io::Result<Ended> {
        let mut pauses = Pauses::until(limit);
        loop {
            if let Some(ended) = self.look()? {
                return Ok(ended);
            }
            if interrupt::asked() {
                return Ok(Ended::Interrupted);
            }
            if !pauses.pause() {
                return Ok(Ended::Overrun);
            }
        }
    }

    /// Ends what still runs of it, and waits for what it said to be kept.
    ///
    /// # Errors
    ///
    /// What it said could not be kept.
    pub fn stop(mut self) -> io::Result<()> {
        self.end();
        let until = Instant::now() + DRAIN;
        for stream in std::mem::take(&mut self.streams) {
            // A program outside its group may hold a stream for ever; what it said until now has been kept.
            if let Ok(kept) = stream.recv_timeout(until.saturating_duration_since(Instant::now())) {
                kept?;
            }
        }
        Ok(())
    }

    fn end(&mut self) {
        // Nothing is left to end where the whole group is gone already.
        if self.group.start_kill().is_ok() {
            self.group.wait().ok();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// The pauses between looks at something that takes its time: short at first, as most is done soon.
pub(super) struct Pauses {
    until: Instant,
    next: Duration,
}

impl Pauses {
    pub(super) fn until(limit: Duration) -> Pauses {
        Pauses { until: Instant::now() + limit, next: Duration::from_millis(1) }
    }

    /// Pauses. Says whether there is time left for another look.
    pub(super) fn pause(&mut self) -> bool {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        thread::sleep(self.next.min(left));
        self.next = (self.next * 2).min(Duration::from_millis(50));
        true
    }
}

#[cfg(unix)]
fn ended(status: ExitStatus) -> Ended {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Code(code),
        (None, Some(signal)) => Ended::Signal(signal),
        (None, None) => Ended::Signal(0),
    }
}

#[cfg(not(unix))]
fn ended(status: ExitStatus) -> Ended {
    match status.code() {
        // NTSTATUS: what ends a program by force or by a defect of its own has the two highest bits.
        Some(code) if code.cast_unsigned() >= 0xC000_0000 => Ended::Signal(code),
        Some(code) => Ended::Code(code),
        None => Ended::Signal(0),
    }
}

/// Reads a stream to its end, so that the program never waits for a reader, and keeps its beginning.
fn keep(mut pipe: impl Read + Send + 'static, mut file: File, limit: u64) -> Receiver<io::Result<()>> {
    let (done, kept) = mpsc::sync_channel(1);
    thread::spawn(move || {
        let mut written = Ok(());
        let (mut buffer, mut left) = (vec![0; 64 * 1024], limit);
        loop {
            match pipe.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(length) => {
                    let take = usize::try_from(left).map_or(length, |left| left.min(length));
                    if take > 0 && written.is_ok() {
                        written = file.write_all(&buffer[..take]);
                    }
                    left -= take as u64;
                }
            }
        }
        // Nobody waits any more where the program was given up.
        done.send(written).ok();
    });
    kept
}

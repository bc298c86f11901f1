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

/// Between two looks at a program that runs: short at first, as most are done soon.
const LOOKS: [u64; 6] = [1, 2, 5, 10, 20, 40];

/// How long the streams of an ended program are waited for. Only a program that left its group holds them open.
const DRAIN: Duration = Duration::from_secs(2);

/// Runs it. What it says goes to `stdout.txt` and `stderr.txt` of the log's folder. What it has started and left
/// running is ended, too.
pub fn run(task: &Task<'_>) -> Result<Ended, Start> {
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
    let mut group = Group(command.spawn().map_err(Start::Program)?);
    let kept = [
        group.0.stdout().take().map(|pipe| keep(pipe, out, task.keep)),
        group.0.stderr().take().map(|pipe| keep(pipe, err, task.keep)),
    ];
    let ended = group.wait(task.limit).map_err(Start::Lost)?;
    drop(group);
    let until = Instant::now() + DRAIN;
    for kept in kept.into_iter().flatten() {
        // A program outside its group may hold the stream for ever; what it said until now has been kept.
        if let Ok(Err(error)) = kept.recv_timeout(until.saturating_duration_since(Instant::now())) {
            return Err(Start::Log(error));
        }
    }
    Ok(ended)
}

/// A program and what it has started; gone when this is dropped.
struct Group(Box<dyn ChildWrapper>);

impl Group {
    fn wait(&mut self, limit: Duration) -> io::Result<Ended> {
        let until = Instant::now() + limit;
        let mut looks = LOOKS.into_iter();
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(ended(status));
            }
            if super::interrupt::asked() {
                return Ok(Ended::Interrupted);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Ended::Overrun);
            }
            pause = looks.next().map_or(pause, Duration::from_millis);
            thread::sleep(pause.min(left));
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Nothing is left to end where the whole group is gone already.
        if self.0.start_kill().is_ok() {
            self.0.wait().ok();
        }
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

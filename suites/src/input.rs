//! Finds, reads and re-reads what is to be judged. Knows paths, streams and digests; knows nothing of
//! what the bytes mean.

mod archive;
mod folder;
mod gather;
mod name;
mod place;
mod queue;
mod rows;
mod selection;
mod stream;
mod upload;
mod wildcard;

pub(crate) use self::archive::Damaged;
pub(crate) use self::folder::is_hidden;
pub(crate) use self::name::{name_of, shown};
pub(crate) use self::selection::Selection;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use renkei_validator::finding::Finding;
use renkei_validator::scan::RECORD_LIMIT;
use renkei_validator::text::Message;
use renkei_validator::{FileCheck, FileJudgement, NotChecked, Options, SetsJudgement, fill_excerpt};

use self::gather::Gathered;
use self::place::Place;
use self::queue::Queue;
use self::selection::{Found, Task};
use self::stream::{Kit, Meter, Spare};
use crate::lang;
use crate::progress::Progress;
use crate::timings::{Spent, timed};

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// What could not be read, and what a person at the terminal is told of it.
#[derive(Debug, Default)]
pub(crate) struct Missed {
    /// For the report.
    pub(crate) not_checked: Vec<NotChecked>,
    /// The names of those among it that are there and could not be read.
    unread: Vec<Arc<str>>,
    /// For standard error: what was named on the command line.
    pub(crate) complaints: Vec<Message>,
}

/// What is read, and how far.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Bytes that may come out of one archive.
    pub(crate) unpacked: u64,
    /// What that is set with.
    pub(crate) unpacked_by: &'static str,
    /// Entries that one archive may have.
    pub(crate) entries: usize,
    /// How many threads read and judge; `None` for as many as there are CPUs.
    pub(crate) threads: Option<NonZeroUsize>,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// Each with the SHA-256 of its bytes, in the order selected.
    pub(crate) files: Vec<(FileJudgement, String)>,
    /// Where each can be read again, in the same order.
    sources: Vec<Source>,
    /// What could not be read.
    pub(crate) missed: Missed,
    /// The sets that they form, where they are to form some.
    pub(crate) sets: Option<SetsJudgement>,
    /// Where the time went, where a clock was told.
    pub(crate) spent: Spent,
}

/// Where an input can be read again.
#[derive(Clone, Debug)]
enum Source {
    File(Place),
    Entry { archive: Place, index: usize },
    Nowhere,
}

/// Where one input comes from.
struct Origin<'a> {
    name: &'a str,
    named: bool,
    source: Source,
    /// Threads that may help, where they may.
    spare: Option<&'a Spare>,
    /// How long it is, where that is known: reading ends there. Else `u64::MAX`, or 0 for what is surely short.
    bytes: u64,
}

/// What all that is read has in common.
struct Run<'a> {
    options: &'a Options,
    limits: &'a Limits,
    progress: &'a Progress,
    /// Threads that may help.
    spare: &'a Spare,
}

impl Run<'_> {
    /// So much more was read.
    fn advance(&self, bytes: u64) -> Result<(), Stop> {
        self.progress.advance(bytes);
        Ok(())
    }
}

/// Why reading stopped.
enum Stop {
    Io(io::Error),
    Limit,
}

impl Missed {
    fn unreadable(&mut self, name: &str, error: &io::Error, named: bool) {
        let why = lang::io_reason(error);
        if named {
            self.complaints.push(Message::pair(
                format!("{name} を読み取れません: {}", why.ja),
                format!("cannot read {name}: {}", why.en),
            ));
        }
        let why = Message::pair(format!("読み取れません: {}", why.ja), format!("cannot be read: {}", why.en));
        self.blocking(name, why, false);
        if error.kind() != io::ErrorKind::NotFound {
            self.unread.push(name.into());
        }
    }

    /// Something that leaves the run incomplete.
    fn blocking(&mut self, name: &str, why: Message, named: bool) {
        if named {
            self.complaints.push(Message::pair(format!("{name}: {}", why.ja), format!("{name}: {}", why.en)));
        }
        self.not_checked.push(NotChecked { what: Message::same(name), why, blocks: true });
    }

    /// Something that nobody would want to be checked.
    fn hidden(&mut self, name: &str) {
        self.not_checked.push(NotChecked {
            what: Message::same(name),
            why: Message::pair("隠しファイルのため対象外です", "hidden, so not an input"),
            blocks: false,
        });
    }

    fn append(&mut self, mut other: Missed) {
        self.not_checked.append(&mut other.not_checked);
        self.unread.append(&mut other.unread);
        self.complaints.append(&mut other.complaints);
    }
}

/// Reads and judges everything selected, while the walk through it goes on. The order of the outcome is
/// the order of the selection, for any number of threads.
pub(crate) fn judge(selection: Selection, options: &Options, limits: &Limits, progress: &Progress) -> Inputs {
    let spare = Spare::new(limits.threads);
    let threads = spare.begin(selection.most());
    let run = Run { options, limits, progress, spare: &spare };
    let (queue, gathered) = (Queue::default(), Gathered::default());
    let work = || {
        let mut kit = Kit::new(options.clock);
        let mut folder = None;
        while let Some((ticket, task)) = queue.take(folder) {
            gathered.add(ticket, judge_task(&task, &run, &mut kit), options);
            folder = Some(ticket.folder);
        }
        gathered.spend(&kit.spent());
        run.spare.add();
    };
    let missed = std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        let mut spent = Spent::default();
        let missed = timed(options.clock, &mut spent.walking, || {
            selection.walk(progress.is_watched(), &mut |found| match found {
                Found::Task(task, bytes) => {
                    progress.expect(bytes);
                    let ticket = gathered.expect(task.folder());
                    queue.push(ticket.folder, (ticket, task));
                }
                Found::End(folder) => gathered.close(&folder, options),
            })
        });
        gathered.spend(&spent);
        queue.end();
        gathered.close_all(options);
        work();
        missed
    });
    let mut inputs = gathered.finish(options);
    // What was missed on the way comes first.
    let judged = std::mem::replace(&mut inputs.missed, missed);
    inputs.missed.append(judged);
    inputs
}

fn judge_task(task: &Task, run: &Run<'_>, kit: &mut Kit) -> Inputs {
    let mut inputs = Inputs::default();
    let (name, named) = (task.name(), task.is_named());
    let outcome = catch_unwind(AssertUnwindSafe(|| match task {
        Task::File { place, .. } => inputs.judge_file(place, name, named, run, kit),
        Task::Archive { place, .. } => archive::judge(&mut inputs, place, name, named, run, kit),
        Task::Stdin { .. } => {
            let check = kit.check(Arc::clone(name), run.options).as_data();
            let from = Origin { name, named, source: Source::Nowhere, spare: Some(run.spare), bytes: u64::MAX };
            inputs.judge(&mut io::stdin().lock(), check, from, &mut |bytes| run.advance(bytes), kit);
        }
    }));
    if outcome.is_err() {
        inputs.missed.blocking(name, broken(), named);
        inputs.missed.unread.push(Arc::clone(name));
    }
    inputs
}

fn broken() -> Message {
    Message::pair(
        "読み取りの途中で内部エラーが起きました（renkeiの不具合です）",
        "renkei broke while reading it (a defect of renkei)",
    )
}

impl Inputs {
    fn append(&mut self, mut other: Inputs) {
        self.files.append(&mut other.files);
        self.sources.append(&mut other.sources);
        self.missed.append(other.missed);
    }

    fn judge_file(&mut self, place: &Place, name: &Arc<str>, named: bool, run: &Run<'_>, kit: &mut Kit) {
        let (mut file, stamp) = match kit.reading(|| place.open()) {
            Ok(opened) => opened,
            Err(error) => return self.missed.unreadable(name, &error, named),
        };
        let check = kit.check(Arc::clone(name), run.options);
        let check = if named { check.as_data() } else { check };
        let (source, check) = match stamp {
            Some(stamp) => (Source::File(place.clone()), check.reading_again(place.again(stamp))),
            None => (Source::Nowhere, check),
        };
        // What is no file may go on for long.
        let bytes = stamp.map_or(u64::MAX, |stamp| stamp.length);
        let from = Origin { name, named, source, spare: Some(run.spare), bytes };
        self.judge(&mut file, check, from, &mut |bytes| run.advance(bytes), kit);
    }

    /// Judges one stream. What stops half-way is not judged at all: half a file has other faults
    /// than the whole.
    fn judge(
        &mut self,
        reader: &mut dyn Read,
        check: FileCheck,
        from: Origin<'_>,
        meter: Meter<'_>,
        kit: &mut Kit,
    ) -> Option<Stop> {
        let Origin { name, named, source, spare, bytes } = from;
        match stream::read(reader, check, meter, spare, bytes, kit) {
            Ok(file) => {
                if self.files.is_empty() {
                    // Most often the only one; an archive has more.
                    self.files.reserve_exact(1);
                    self.sources.reserve_exact(1);
                }
                self.files.push(file);
                self.sources.push(source);
                None
            }
            Err(Stop::Io(error)) => {
                self.missed.unreadable(name, &error, named);
                None
            }
            Err(Stop::Limit) => Some(Stop::Limit),
        }
    }

    /// Reads once more, to fill in the excerpts of what rules said only at the end of a file or of a
    /// set. Where that fails there is no excerpt.
    pub(crate) fn fill_excerpts(&mut self) {
        let lacks = |finding: &Finding| finding.excerpt.is_none() && finding.place.is_some();
        let own = self.files.iter().flat_map(|(file, _)| &file.findings.kept);
        if !own.chain(self.sets.iter().flat_map(|sets| &sets.findings.kept)).any(lacks) {
            return;
        }
        let indexes: BTreeMap<Arc<str>, usize> =
            self.files.iter().enumerate().map(|(i, (file, _))| (file.name.clone(), i)).collect();
        let own = self.files.iter_mut().flat_map(|(file, _)| &mut file.findings.kept);
        let of_sets = self.sets.iter_mut().flat_map(|sets| &mut sets.findings.kept);
        let mut files: BTreeMap<&Place, Vec<&mut Finding>> = BTreeMap::new();
        let mut archives: BTreeMap<&Place, BTreeMap<usize, Vec<&mut Finding>>> = BTreeMap::new();
        for finding in own.chain(of_sets).filter(|finding| lacks(finding)) {
            match indexes.get(&finding.at.file).and_then(|&i| self.sources.get(i)) {
                Some(Source::File(place)) => files.entry(place).or_default().push(finding),
                Some(Source::Entry { archive, index }) => {
                    archives.entry(archive).or_default().entry(*index).or_default().push(finding);
                }
                Some(Source::Nowhere) | None => {}
            }
        }
        for (place, findings) in files {
            if let Ok((file, _)) = place.open() {
                fill(&mut io::BufReader::with_capacity(CHUNK, file), findings);
            }
        }
        for (place, entries) in archives {
            archive::read_again(place, entries, &mut |reader, findings| fill(reader, findings));
        }
    }
}

/// Fills in the excerpts of one input, in one pass.
fn fill(mut reader: &mut dyn Read, mut findings: Vec<&mut Finding>) {
    findings.sort_by_key(|finding| finding.place);
    let mut at = 0;
    let mut record = Vec::new();
    let mut held = None;
    for finding in findings {
        let Some(place) = finding.place else { continue };
        if held != Some(place.record) {
            let Some(skip) = place.record.checked_sub(at) else { continue };
            if !io::copy(&mut (&mut reader).take(skip), &mut io::sink()).is_ok_and(|n| n == skip) {
                return;
            }
            let length = (place.record_length as usize).min(RECORD_LIMIT);
            record.resize(length, 0);
            if reader.read_exact(&mut record).is_err() {
                return;
            }
            held = Some(place.record);
            at = place.record + length as u64;
        }
        fill_excerpt(finding, &record);
    }
}

/// Whether a file of that name is an archive.
pub(crate) fn is_archive(name: &str) -> bool {
    archive::packing(name) != archive::Packing::None
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;
    use std::path::PathBuf;

    use super::*;

    const NAME: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
    /// Two rows lack an item; more lines than are read at once lie before them.
    const ROWS: &str = "202407,990010,0000000101,202610\r\n";

    const MOST_ENTRIES: usize = 10;

    fn bytes() -> Vec<u8> {
        let wrong = ROWS.replace(",202610", "");
        [ROWS.repeat(CHUNK / ROWS.len() + 1), wrong.clone(), ROWS.to_owned(), wrong].concat().into_bytes()
    }

    fn judge_path(path: PathBuf) -> Inputs {
        let selection = Selection::of(&[path], None);
        let limits = Limits { unpacked: 1 << 30, unpacked_by: "--max-unpacked", entries: MOST_ENTRIES, threads: None };
        judge(selection, &Options::default(), &limits, &Progress::unseen())
    }

    fn take_excerpts_away(inputs: &mut Inputs) {
        for finding in &mut inputs.files[0].0.findings.kept {
            finding.excerpt = None;
        }
    }

    fn findings(inputs: &Inputs) -> Vec<Finding> {
        let kept = &inputs.files[0].0.findings.kept;
        kept.iter().filter(|finding| finding.rule.id == "csv/too-few-items").cloned().collect()
    }

    /// Takes the excerpts away and expects them filled in again as they were.
    #[track_caller]
    fn refill(mut inputs: Inputs) {
        let before = findings(&inputs);
        assert_eq!(before.len(), 2);
        assert!(before.iter().all(|finding| finding.excerpt.is_some()));
        take_excerpts_away(&mut inputs);
        inputs.fill_excerpts();
        for (before, after) in before.iter().zip(findings(&inputs)) {
            assert_eq!(before.excerpt, after.excerpt);
        }
    }

    #[test]
    fn excerpts_are_filled_in_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        std::fs::write(&path, bytes()).unwrap();
        refill(judge_path(path));
    }

    #[test]
    fn excerpts_are_filled_in_from_an_archive() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in [("note.txt", b"x".to_vec()), (NAME, bytes())] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
        }
        zip.finish().unwrap();
        let mut inputs = judge_path(path);
        inputs.files.remove(0);
        inputs.sources.remove(0);
        refill(inputs);
    }

    #[test]
    fn an_archive_of_too_many_entries_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        for i in 0..=MOST_ENTRIES {
            zip.start_file(format!("{i}.CSV"), zip::write::SimpleFileOptions::default()).unwrap();
        }
        zip.finish().unwrap();
        let inputs = judge_path(path);
        assert!(inputs.files.is_empty());
        assert_eq!(inputs.missed.not_checked.len(), 1);
        let expected = "the archive has too many entries: 11, where 10 are the limit";
        assert_eq!(inputs.missed.not_checked[0].why.en, expected);
    }

    #[test]
    fn a_source_that_has_gone_leaves_the_excerpt_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        std::fs::write(&path, bytes()).unwrap();
        let mut inputs = judge_path(path.clone());
        take_excerpts_away(&mut inputs);
        std::fs::write(&path, ROWS).unwrap();
        inputs.fill_excerpts();
        assert_eq!(findings(&inputs).len(), 2);
        assert!(findings(&inputs).iter().all(|finding| finding.excerpt.is_none()));
    }
}

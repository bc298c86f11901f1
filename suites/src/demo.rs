//! A day of the exchange on this machine: two offices, a generated month, sets with errors, and faults
//! on the way. Knows the order of the day and what must be true at its end; everything that happens in
//! it is done by the parts that do so otherwise, the client and the platform.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use renkei_generators::delivery::Courier;
use renkei_generators::model::YearMonth;
use renkei_generators::mutate;
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_generators::write::{Job, Place, Shape, Written};
use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::faults::Plan;
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::server::{Data, Options, Running, start};
use renkei_mock_platform::world::Seed;
use renkei_validator::name::FileName;
use renkei_validator::rules;
use renkei_validator::spec::Segment;
use renkei_validator::text::Message;
use time::Date;
use walkdir::WalkDir;

use crate::client::{Client, Folders, Policy, Profile, Tally, Tools, Unwatched, Waits};
use crate::gate::Validation;
use crate::input::is_hidden;
use crate::parents;
use crate::proof::{self, Proof};

/// Users and offices of the month: enough for two offices that send to each other.
const USERS: u32 = 120;
const OFFICES: u32 = 8;
const SEED: u64 = 3;

/// One rule of each of these is broken in a set that is sent, too.
const BROKEN: [&str; 3] = ["bytes/gaiji", "cell/date-does-not-exist", "csv/too-few-items"];

/// What goes wrong on the way: a connection is cut, an acknowledgement is lost after the delivery was
/// accepted, the platform is busy, and a file arrives in half.
pub(crate) const PLAN: &str = r#"
[[step]]
on = "connect"
nth = 1
fault = "reset-on-connect"

[[step]]
on = "send"
nth = 1
fault = "acknowledgement-lost"

[[step]]
on = "send"
nth = 3
fault = "status-503"
retry_after_s = 1

[[step]]
on = "fetch-file"
nth = 1
fault = "truncated-body"
"#;

/// The two offices of the day.
pub(crate) struct Pair {
    pub(crate) manager: OfficeNumber,
    pub(crate) provider: OfficeNumber,
}

/// Makes the month.
pub(crate) fn generate(out: &Path, month: YearMonth) -> Result<Written, Message> {
    let request = Request { seed: SEED, users: USERS, offices: OFFICES, months: (month, month) };
    let population = Population::new(&request).map_err(|error| error.message())?;
    let courier = Courier { population: &population, versions: Versions::ByMonth };
    let job = Job::new(courier, Shape::Tree, 1).map_err(|error| Message::same(error.to_string()))?;
    let place = Place { out: out.to_owned(), force: false, resume: false };
    job.write(&place, &|_, _| {}).map_err(|error| Message::same(error.to_string()))
}

/// Chooses two offices that send to each other, and lays what they send into their outboxes.
pub(crate) fn lay_out(month: &Path, folder: &Path) -> Result<Pair, Message> {
    let sets = sets(month)?;
    let there: BTreeSet<(&str, &str)> = sets.iter().map(|set| (&*set.from, &*set.to)).collect();
    let size = |from: &str, to: &str| sets.iter().filter(|set| set.from == from && set.to == to).count();
    // The care manager is the one that sends plans: of two that exchange, the one with more sets.
    let pair = there
        .iter()
        .filter(|(from, to)| there.contains(&(*to, *from)))
        .max_by_key(|(from, to)| (size(from, to), *from))
        .copied();
    let missing = || Message::pair("データを交わす事業所がありません", "no two offices exchange anything");
    let (manager, provider) = pair.ok_or_else(missing)?;
    for set in sets
        .iter()
        .filter(|set| (&*set.from, &*set.to) == (manager, provider) || (&*set.from, &*set.to) == (provider, manager))
    {
        let name = set.path.file_name().unwrap_or(set.path.as_os_str());
        copy(&set.path, &place(folder, &set.from, "outbox").join(name))?;
    }
    let number = |text: &str| OfficeNumber::parse(text).ok_or_else(missing);
    Ok(Pair { manager: number(manager)?, provider: number(provider)? })
}

/// Puts sets with one error each into the outbox of the care manager, and returns their folders.
pub(crate) fn spoil(folder: &Path, pair: &Pair, as_of: Date) -> Result<Vec<PathBuf>, Message> {
    let outbox = place(folder, pair.manager.as_str(), "outbox");
    let rules = BROKEN.iter().filter_map(|id| rules::find(id)).collect();
    let request = mutate::Request { rules, seed: SEED, as_of: Some(as_of) };
    let mut parents =
        parents::Folders::walk(&outbox, mutate::options(Some(as_of))).map_err(|trouble| trouble.message())?;
    let mut spoilt: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    let made = mutate::mutate(&mut parents, &request, &mut |name, files| {
        // Of each rule its first mutant; a control has no error.
        if name.ends_with("/01") && !name.starts_with("control/") {
            let files = files.iter().map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
            spoilt.insert(name.replace('/', "-"), files);
        }
        Ok(())
    });
    made.map_err(|_| Message::pair("誤りのある組を作れません", "sets with errors cannot be made"))?;
    let mut folders = Vec::new();
    for (name, files) in spoilt {
        let path = outbox.join(&name);
        std::fs::create_dir_all(&path).map_err(|error| unwritable(&path, &error))?;
        for (name, bytes) in files {
            let path = path.join(name);
            std::fs::write(&path, bytes).map_err(|error| unwritable(&path, &error))?;
        }
        folders.push(path);
    }
    Ok(folders)
}

/// Starts the platform, with the offices of the month and the faults of the day.
pub(crate) async fn open(folder: &Path, month: &Path) -> Result<Running, Message> {
    let clock = Clock::of_machine();
    let mut names = BTreeSet::new();
    for set in sets(month)? {
        names.extend(set.files.iter().filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned())));
    }
    let seed = Seed::of_file_names(names.iter().map(String::as_str), clock.today());
    let options = Options {
        data: Data::Folder(folder.join("platform")),
        seed: Some(seed),
        clock,
        plan: Plan::parse(PLAN.as_bytes()).map_err(|flaws| flaws.text())?,
        gate: Some(Arc::new(Validation)),
        ..Options::for_tests()
    };
    start(options).await.map_err(|error| error.message())
}

/// Lets the client of an office send and fetch once.
pub(crate) async fn exchange(running: &Running, folder: &Path, office: &OfficeNumber) -> Result<Tally, Message> {
    let profile = Profile::load(&running.client(office).profile, &|name| std::env::var(name).ok())?;
    let [outbox, inbox] = ["outbox", "inbox"].map(|name| place(folder, office.as_str(), name));
    for path in [&outbox, &inbox] {
        std::fs::create_dir_all(path).map_err(|error| unwritable(path, &error))?;
    }
    let folders = Folders { outbox, inbox };
    let tools = Tools { policy: Policy::default(), pause: &Waits, watcher: &Unwatched, tell: &|_| {} };
    let mut client = Client::open(&profile, &folders, tools).map_err(|why| why.message())?;
    // The outbox is complete: nobody writes into it.
    Ok(client.once(Duration::ZERO).await)
}

/// Reads the journal.
pub(crate) fn proof(running: &Running) -> Result<Proof, Message> {
    proof::proof(&running.parts().journal)
}

/// How many files each of the two was sent by the other in the month, each of which lies in its inbox
/// with the same bytes and nothing else beside them.
pub(crate) fn arrived(month: &Path, folder: &Path, pair: &Pair) -> Result<usize, Message> {
    let (manager, provider) = (pair.manager.as_str(), pair.provider.as_str());
    let mut count = 0;
    for (from, to) in [(manager, provider), (provider, manager)] {
        let mut expected = BTreeMap::new();
        for set in sets(month)?.iter().filter(|set| (&*set.from, &*set.to) == (from, to)) {
            expected.extend(contents(&set.files)?);
        }
        let got = contents(&files(&inbox(folder, to))?)?;
        if got != expected {
            return Err(Message::pair(
                format!("事業所{to}が受信したファイルが、送信されたものと同じではありません"),
                format!("what office {to} received is not what was sent"),
            ));
        }
        count += got.len();
    }
    Ok(count)
}

/// 受信したものが入るフォルダー
pub(crate) fn inbox(folder: &Path, office: &str) -> PathBuf {
    place(folder, office, "inbox")
}

/// Where the client of an office puts what was refused.
pub(crate) fn refused(folder: &Path, office: &str) -> PathBuf {
    place(folder, office, "outbox").join("refused")
}

fn place(folder: &Path, office: &str, name: &str) -> PathBuf {
    folder.join("offices").join(office).join(name)
}

/// A set of files, as `generate` lays it: one folder.
struct Set {
    path: PathBuf,
    from: String,
    to: String,
    files: Vec<PathBuf>,
}

fn sets(month: &Path) -> Result<Vec<Set>, Message> {
    let mut folders: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for file in files(month)? {
        folders.entry(file.parent().unwrap_or(month).to_owned()).or_default().push(file);
    }
    let set = |(path, files): (PathBuf, Vec<PathBuf>)| {
        let name = FileName::parse(&files.first()?.file_name()?.to_string_lossy());
        let office = |segment| Some(name.part(segment)?.to_owned());
        Some(Set { path, from: office(Segment::SenderOffice)?, to: office(Segment::ReceiverOffice)?, files })
    };
    Ok(folders.into_iter().filter_map(set).collect())
}

/// The files below a folder, in the order of their paths; what begins with a dot is left out.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Message> {
    let walk = WalkDir::new(folder).sort_by_file_name().into_iter();
    let mut files = Vec::new();
    for entry in walk.filter_entry(|entry| !is_hidden(&entry.file_name().to_string_lossy())) {
        let entry = entry.map_err(|error| {
            let (folder, error) = (folder.to_owned(), error.into());
            parents::Trouble::Read(folder, error).message()
        })?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn contents(files: &[PathBuf]) -> Result<BTreeMap<String, Vec<u8>>, Message> {
    let read = |path: &PathBuf| {
        let bytes = std::fs::read(path).map_err(|error| parents::Trouble::Read(path.clone(), error).message())?;
        Ok((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes))
    };
    files.iter().map(read).collect()
}

fn copy(from: &Path, to: &Path) -> Result<(), Message> {
    std::fs::create_dir_all(to).map_err(|error| unwritable(to, &error))?;
    for (name, bytes) in contents(&files(from)?)? {
        let path = to.join(name);
        std::fs::write(&path, bytes).map_err(|error| unwritable(&path, &error))?;
    }
    Ok(())
}

fn unwritable(path: &Path, error: &std::io::Error) -> Message {
    parents::Trouble::Write(path.to_owned(), std::io::Error::from(error.kind())).message()
}

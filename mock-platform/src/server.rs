//! Starts a platform and stops it: its folder, its parts, its two listeners. Knows where everything
//! lies; judges nothing.

mod folder;
mod materials;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use renkei_validator::text::Message;
use thiserror::Error;
use time::{Date, OffsetDateTime};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::folder::Folder;
use crate::clients::{self, ClientFiles};
use crate::clock::Clock;
use crate::faults::{Engine, Plan};
use crate::inspect::Inspector;
use crate::journal::{Event, Journal, JournalError};
use crate::model::OfficeNumber;
use crate::platform::{AUTHORITY, Base, Platform};
use crate::post::Gate;
use crate::settings::Settings;
use crate::store::{Store, StoreError};
use crate::tls::{self, Faces};
use crate::told;
use crate::world::{Seed, World};
use crate::{api, manage};

/// How office numbers of the test range begin.
const TEST_RANGE: &str = "99";

/// Names of this machine that the server's certificate is for, beside the address where it listens.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Connections that wait to be accepted. A plain bind has the system queue 128, and whoever comes in a
/// larger crowd tries again after a second.
const QUEUE: u32 = 4_096;

/// Where a platform keeps what it must not lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// In a folder of its own that goes when it stops.
    Temporary,
    /// In this folder, which may be that of an earlier run.
    Folder(PathBuf),
}

/// How a platform is to be.
#[derive(Debug)]
pub struct Options {
    /// Where its data lies.
    pub data: Data,
    /// Where HTTPS is spoken; port 0 for any.
    pub listen: SocketAddr,
    /// Where the management listens; port 0 for any.
    pub manage: SocketAddr,
    /// The offices of a new folder; those of the demonstration where there are none. A folder that has
    /// its offices takes no others.
    pub seed: Option<Seed>,
    /// Whether office numbers outside the test range 99… are taken.
    pub real_numbers: bool,
    /// Limits and times.
    pub settings: Settings,
    /// All time.
    pub clock: Clock,
    /// What goes wrong.
    pub plan: Plan,
    /// The content check.
    pub gate: Option<Arc<dyn Gate>>,
    /// Who judges files that are put on the page for that; without, there is no such page.
    pub inspector: Option<Arc<dyn Inspector>>,
}

impl Options {
    /// On free ports of this machine, in a temporary folder, with the offices of the demonstration.
    pub fn for_tests() -> Options {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Options {
            data: Data::Temporary,
            listen: any,
            manage: any,
            seed: None,
            real_numbers: false,
            settings: Settings::default(),
            clock: Clock::of_machine(),
            plan: Plan::default(),
            gate: None,
            inspector: None,
        }
    }
}

/// Why a platform does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The offices asked for cannot be had.
    #[error("{}", .0.en)]
    Seed(Message),
    /// Another process has the folder.
    #[error("{} is in use by another platform", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder holds something else.
    #[error("the folder {} is not empty and holds no data of renkei serve; name a new or an empty one", folder.display())]
    NotOurs {
        /// The folder.
        folder: PathBuf,
    },
    /// A port cannot be had.
    #[error("cannot listen on {address}: {}", unheard(error).en)]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        error: io::Error,
    },
    /// Something in its folder cannot be made, read or written.
    #[error("cannot use {}: {}", path.display(), .why.en)]
    Folder {
        /// What.
        path: PathBuf,
        /// Why not.
        why: Message,
    },
}

impl StartError {
    /// What is wrong, in both languages.
    pub fn message(&self) -> Message {
        let ja = match self {
            StartError::Seed(message) => return message.clone(),
            StartError::InUse { folder } => {
                format!("{} は、ほかの模擬プラットフォームが使っています", folder.display())
            }
            StartError::NotOurs { folder } => format!(
                "フォルダー {} は空ではなく、renkei serve のデータもありません。新しいフォルダーか、空のフォルダーを指定してください",
                folder.display()
            ),
            StartError::Listen { address, error } => {
                format!("{address} で待ち受けできません: {}", unheard(error).ja)
            }
            StartError::Folder { path, why } => format!("{} を使えません: {}", path.display(), why.ja),
        };
        Message::pair(ja, self.to_string())
    }
}

/// Why there is no listening, with what helps where that is known.
fn unheard(error: &io::Error) -> Message {
    let (ja, en) = match error.kind() {
        io::ErrorKind::AddrInUse => (
            "このポートはすでに使われています。別のポートを指定してください（ポート0なら空いているものを使います）",
            "the port is in use; choose another port (port 0 takes any that is free)",
        ),
        io::ErrorKind::AddrNotAvailable => ("この端末にないアドレスです", "this machine has no such address"),
        io::ErrorKind::PermissionDenied => (
            "このポートは許可されていません。別のポートを指定してください（ポート0なら空いているものを使います）",
            "the port is not permitted; choose another port (port 0 takes any that is free)",
        ),
        _ => return Message::same(error.to_string()),
    };
    Message::pair(ja, en)
}

/// A platform that runs.
#[derive(Debug)]
pub struct Running {
    /// Where HTTPS is spoken.
    pub platform: SocketAddr,
    /// Where the management listens.
    pub manage: SocketAddr,
    parts: Arc<Platform>,
    folder: Folder,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// The URL of the API, by a name that is in the server's certificate.
    pub fn url(&self) -> String {
        url(self.platform)
    }

    /// The folder with everything.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Today, by the platform's clock.
    pub fn today(&self) -> Date {
        self.parts.clock.today()
    }

    /// The parts, for tests and for who builds on them.
    pub fn parts(&self) -> &Arc<Platform> {
        &self.parts
    }

    /// The files an office's client connects with.
    pub fn client(&self, office: &OfficeNumber) -> ClientFiles {
        ClientFiles::of(self.folder(), office)
    }

    /// Answers what is under way, then stops. Gives the steps of the fault plan that never fired.
    pub async fn stop(self) -> Vec<String> {
        self.stop.send_replace(true);
        let never_fired = never_fired(&self.parts.faults);
        for task in self.tasks {
            // A task that broke has nothing left to end.
            let _ = task.await;
        }
        // Where they stay behind, they are removed at the next start.
        let _ = clients::remove_variables(self.folder.path());
        // The store writes lines until it is closed; nothing follows the footer.
        self.parts.store.close().await;
        self.parts.note(&Event::Stopped { never_fired: never_fired.clone() });
        never_fired
    }
}

/// Starts a platform. When this returns it is ready.
///
/// # Errors
/// [`StartError`]; nothing is left running.
pub async fn start(options: Options) -> Result<Running, StartError> {
    files_end_where_they_must();
    // Before anything is written: a folder that is refused is left as it is.
    let seed = match (folder::kept(&options.data)?, options.seed) {
        (Some(_), Some(_)) => return Err(other_world(&options.data)),
        (Some(seed), None) => Begun::Kept(seed),
        (None, seed) => Begun::New(seed.unwrap_or_else(|| Seed::demo(options.clock.today()))),
    };
    if let Begun::New(seed) = &seed {
        in_test_range(seed, options.real_numbers)?;
    }
    let folder = Folder::of(options.data)?;
    let (listener, platform) = bind(options.listen).await?;
    let (manager, manage) = bind(options.manage).await?;
    let path = folder.path().to_owned();
    let failed = |name: &str, error: &(dyn std::error::Error + 'static)| StartError::Folder {
        path: path.join(name),
        why: told::of_disk(error),
    };

    let journal = Journal::open(&path.join(folder::JOURNAL), options.clock.clone()).map_err(|error| match error {
        JournalError::InUse { .. } => StartError::InUse { folder: path.clone() },
        other => failed("journal.jsonl", &other),
    })?;
    // The folder is ours alone from here on. Who waits for the variables must not find those of the last run.
    clients::remove_variables(&path).map_err(|error| failed(clients::VARIABLES, &error))?;
    let store = Store::open(&path.join(folder::STORE), journal.clone()).map_err(|error| match error {
        StoreError::InUse { .. } => StartError::InUse { folder: path.clone() },
        other => failed("store", &other),
    })?;
    // Clients judge the server by the machine's time, whatever the platform's clock shows.
    let machine = OffsetDateTime::now_utc();
    let authority = folder::authority(&path, machine).map_err(|error| failed(AUTHORITY, &error))?;
    let authority = Arc::new(authority);

    let world = World::open(store.clone()).await.map_err(|error| failed("store", &error))?;
    let now = options.clock.now();
    let seed = match seed {
        Begun::Kept(seed) => seed,
        Begun::New(seed) => {
            let seed =
                materials::equip(&seed, &authority, &path, now).map_err(|error| failed(clients::FOLDER, &error))?;
            folder::keep_seed(&path, &seed).map_err(|error| failed("seed.json", &error))?;
            seed
        }
    };
    if world.offices().is_empty() {
        world.replace(&seed, now).await.map_err(|error| failed("store", &error))?;
    }

    let mut parts = Platform::new(Base {
        clock: options.clock,
        settings: options.settings,
        store,
        journal,
        world,
        seed,
        authority,
        folder: path.clone(),
    });
    parts.gate = options.gate;
    parts.inspector = options.inspector;
    parts.url = Some(url(platform));
    parts.faults.replace(options.plan);
    let parts = Arc::new(parts);
    let faces = Faces::new(&parts.authority, &names(platform), machine).map_err(|error| failed("authority", &error))?;
    let config = tls::Config {
        authority: Arc::clone(&parts.authority),
        faces: Arc::new(faces),
        clock: parts.clock.clone(),
        settings: Arc::new(parts.settings.clone()),
        ledger: Arc::clone(&parts.ledger),
        greeter: Arc::new(parts.faults.clone()),
    };
    for office in parts.world.offices() {
        let written = ClientFiles::of(&path, &office.number).write_profile(&url(platform), &office);
        written.map_err(|error| failed(clients::FOLDER, &error))?;
    }
    let (stop, stopped) = watch::channel(false);
    let managed = manage::router(&parts, stopped.clone()).map_err(|error| failed("authority", &error))?;
    let serving = tls::serve(listener, config, api::served(&parts), until(stopped.clone()))
        .map_err(|error| failed("authority", &error))?;
    let managing =
        tls::serve_plain(manager, managed, Arc::new(parts.settings.clone()), Arc::clone(&parts.ledger), until(stopped));
    let tasks = vec![tokio::spawn(serving), tokio::spawn(managing)];
    clients::write_variables(&path, &url(platform), manage).map_err(|error| failed(clients::VARIABLES, &error))?;
    Ok(Running { platform, manage, parts, folder, stop, tasks })
}

/// A file over the size that the system allows is an error of that write, as a full disk is, and not the end of all.
fn files_end_where_they_must() {
    #[cfg(target_os = "linux")]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // Who has once listened to a signal is not ended by it. Where that fails, all is as it was.
        let _ = signal(SignalKind::from_raw(libc::SIGXFSZ));
    }
}

/// The offices of a folder.
enum Begun {
    /// It has them.
    Kept(Seed),
    /// It is to get them.
    New(Seed),
}

fn url(platform: SocketAddr) -> String {
    url_on(platform, cfg!(windows))
}

/// The address where the platform listens, where no name of [`NAMES`] leads there.
fn own_address(platform: SocketAddr) -> Option<IpAddr> {
    let address = platform.ip();
    let is_named = address.is_unspecified() || NAMES.iter().any(|name| name.parse() == Ok(address));
    (!is_named).then_some(address)
}

/// What the server's certificate is for.
fn names(platform: SocketAddr) -> Vec<String> {
    let own = own_address(platform).map(|address| address.to_string());
    NAMES.map(String::from).into_iter().chain(own).collect()
}

/// Windows takes `localhost` for `::1` first, and seconds to say that nobody listens there.
fn url_on(platform: SocketAddr, windows: bool) -> String {
    if own_address(platform).is_some() {
        return format!("https://{platform}");
    }
    let host = if windows && platform.is_ipv4() { "127.0.0.1" } else { "localhost" };
    format!("https://{host}:{}", platform.port())
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |error| StartError::Listen { address, error };
    let listener = listen(address).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A port that was just in use can be had again. On Windows that would let two processes share one.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // Where the sender is gone, the platform is, too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

fn other_world(data: &Data) -> StartError {
    let folder = match data {
        Data::Folder(path) => path.display().to_string(),
        Data::Temporary => String::new(),
    };
    StartError::Seed(Message::pair(
        format!(
            "{folder} には、すでに事業所が登録されています。ほかの事業所を使うには、新しいフォルダーを指定してください"
        ),
        format!("{folder} has its offices already; for others, name a new folder"),
    ))
}

fn in_test_range(seed: &Seed, real_numbers: bool) -> Result<(), StartError> {
    let outside = seed.offices().iter().find(|office| !office.number.as_str().starts_with(TEST_RANGE));
    match outside {
        Some(office) if !real_numbers => Err(StartError::Seed(Message::pair(
            format!("事業所番号 {} はテスト用（99…）ではありません（--real-numbers で使えます）", office.number),
            format!("office number {} is outside the test range 99… (--real-numbers takes it)", office.number),
        ))),
        Some(_) | None => Ok(()),
    }
}

/// What of a plan has not happened, in words of the plan.
pub(crate) fn never_fired(faults: &Engine) -> Vec<String> {
    let status = faults.status();
    let silent = status.steps.iter().filter(|step| step.fired == 0);
    silent.map(|step| format!("{}: on {}, nth {}, {}", step.step, step.on, step.nth, step.fault)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_cannot_be_had_is_told_in_japanese_alone() {
        for kind in [io::ErrorKind::AddrInUse, io::ErrorKind::AddrNotAvailable, io::ErrorKind::PermissionDenied] {
            let address = ([192, 0, 2, 7], 443).into();
            let told = StartError::Listen { address, error: kind.into() }.message();
            let (_, why) = told.ja.split_once("192.0.2.7:443 で待ち受けできません: ").unwrap();
            assert!(!why.chars().any(|c| c.is_ascii_alphabetic()), "{why}");
            assert_ne!(told.ja, told.en);
        }
    }

    #[test]
    fn clients_are_sent_where_the_platform_listens() {
        for (listens, unix, windows) in [
            ("127.0.0.1:8443", "https://localhost:8443", "https://127.0.0.1:8443"),
            ("0.0.0.0:1", "https://localhost:1", "https://127.0.0.1:1"),
            ("[::1]:8443", "https://localhost:8443", "https://localhost:8443"),
            ("[::]:8443", "https://localhost:8443", "https://localhost:8443"),
            ("192.0.2.7:8443", "https://192.0.2.7:8443", "https://192.0.2.7:8443"),
            ("[2001:db8::7]:8443", "https://[2001:db8::7]:8443", "https://[2001:db8::7]:8443"),
        ] {
            let listens: SocketAddr = listens.parse().unwrap();
            assert_eq!((url_on(listens, false), url_on(listens, true)), (unix.to_owned(), windows.to_owned()));
        }
    }
}

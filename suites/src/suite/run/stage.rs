//! The cases that talk to the platform: one of our own is started for each, with the offices of the case, and
//! its journal tells what the software did. Knows the platform and folders; what the journal proves is told
//! in [`journal`](super::journal).

mod identity;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::faults::Plan;
use renkei_mock_platform::model::{OfficeNumber, PasswordState};
use renkei_mock_platform::server::{Data, Options, Running, start};
use renkei_mock_platform::settings::Settings;
use renkei_mock_platform::world::Seed;
use renkei_validator::name::FileName;
use renkei_validator::spec::Segment;
use renkei_validator::text::{Message, Text};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use self::identity::Identity;
use super::evidence::{Evidence, unwritable};
use super::journal::{self, Seen};
use super::steps::own_office;
use super::{Ended, Setting, WORK};
use crate::client::{Client, Folders, Policy, Profile, Tools, Unwatched, Waits};
use crate::gate::Validation;
use crate::lang::io_reason;
use crate::suite::case::{Case, Licence, Password, Side, Step};
use crate::suite::compare::Named;
use crate::suite::given::{Givens, Made};
use crate::suite::sut::{ExchangeTask, Exchanged, Sut};

const JOURNAL: Text = Text { ja: "模擬プラットフォームの記録", en: "the journal of the mock platform" };
const SAID: Text =
    Text { ja: "送受信についてのソフトの報告", en: "what the software said of its exchanges" };
const RECEIVED: Text = Text { ja: "ソフトが受信したファイル", en: "a file that the software fetched" };

/// A platform with all that a case needs around it.
struct Stage<'a> {
    setting: &'a Setting<'a>,
    runtime: Runtime,
    running: Running,
    own: OfficeNumber,
    identity: Identity,
    folder: TempDir,
    plan: Plan,
    seen: Seen,
}

pub(super) fn run(setting: &Setting<'_>, sut: &mut dyn Sut, evidence: &mut Evidence<'_>) -> Result<Ended, Ended> {
    for (name, made) in setting.givens {
        evidence.keep_given(name, &made.files);
    }
    sut.reset(&setting.case.id)?;
    let mut stage = Stage::open(setting).map_err(Ended::Blocked)?;
    let ended = stage.steps(sut);
    let (lines, received) = stage.close(evidence)?;
    let seen = ended?;
    if !seen.said.is_empty() {
        evidence.keep(SAID, "said.txt", (seen.said.join("\n") + "\n").as_bytes());
    }
    journal::verdict(setting, &seen, &lines, &received, evidence)?;
    Ok(Ended::Pass)
}

/// Lets the software come to the platform. What it does there is not judged.
///
/// # Errors
///
/// It did not come, or why it could not be let.
pub(super) fn reach(setting: &Setting<'_>, sut: &mut dyn Sut) -> Result<(), Ended> {
    let case = &setting.case.id;
    sut.reset(case)?;
    let mut stage = Stage::open(setting).map_err(Ended::Blocked)?;
    let ended = stage.steps(sut);
    let mut nowhere = Evidence::of(None, case).map_err(Ended::Blocked)?;
    let (lines, _) = stage.close(&mut nowhere)?;
    if ended?.of_software(&lines).is_empty() {
        return Err(Ended::Blocked(Message::pair(
            format!(
                "プラットフォームへの接続が一度もありませんでした。送受信のコマンドと、その記録（--out のフォルダーの {WORK}/{case}）を確かめてください"
            ),
            format!(
                "it never came to the platform; see the command of the exchange and its log ({WORK}/{case} in the folder of --out)"
            ),
        )));
    }
    Ok(())
}

impl<'a> Stage<'a> {
    fn open(setting: &'a Setting<'a>) -> Result<Stage<'a>, Message> {
        let Setting { case, givens, .. } = *setting;
        let own = own_office(case, givens).and_then(|end| OfficeNumber::parse(&end.office));
        let own = own.ok_or_else(|| Message::pair("自事業所が分かりません", "nothing tells which office it is"))?;
        let plan = match &case.platform.plan {
            Some(plan) => Plan::parse(plan.as_bytes()).map_err(|flaws| flaws.text())?,
            None => Plan::default(),
        };
        let cannot = |error: std::io::Error| {
            let error = error.to_string();
            Message::pair(
                format!("模擬プラットフォームを開けません: {error}"),
                format!("cannot open the platform: {error}"),
            )
        };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(cannot)?;
        // A person may have to find it, where files whose names begin with a dot are not shown.
        let folder = tempfile::Builder::new().prefix("renkei-").tempdir().map_err(cannot)?;
        let clock = Clock::of_machine();
        let mut settings = Settings::default();
        settings.page.0 = case.platform.page.unwrap_or(settings.page.0);
        let options = Options {
            settings,
            data: Data::Folder(folder.path().join("platform")),
            seed: Some(seed(case, givens, &own, &clock)?),
            clock,
            gate: case.platform.gate.then(|| Arc::new(Validation) as Arc<_>),
            ..Options::for_tests()
        };
        let running = runtime.block_on(start(options)).map_err(|error| error.message())?;
        let certificate = case.platform.certificate.as_deref();
        let identity = Identity::of(&running, &own, certificate, &folder.path().join("identity"))?;
        for name in ["outbox", "inbox", "memory"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(&path).map_err(|error| unwritable(&path, &error))?;
        }
        Ok(Stage { setting, runtime, running, own, identity, folder, plan, seen: Seen::default() })
    }

    /// Does the steps. The plan begins with the first exchange, and anew when others have sent something:
    /// they meet no faults.
    fn steps(&mut self, sut: &mut dyn Sut) -> Result<Seen, Ended> {
        let Setting { case, givens, .. } = *self.setting;
        let others_first = case.step.iter().any(|step| matches!(step, Step::Fetch { .. }));
        if !others_first {
            self.strike(self.plan.clone());
        }
        for step in &case.step {
            match step {
                Step::Send { files } => {
                    for name in files {
                        let Some(made) = givens.get(name) else { continue };
                        lay(&self.folder.path().join("outbox"), name, made).map_err(Ended::Blocked)?;
                        self.seen.given.push(name.clone());
                    }
                    self.exchange(sut)?;
                }
                Step::Fetch { files } => {
                    self.strike(Plan::default());
                    for name in files {
                        let Some(made) = givens.get(name) else { continue };
                        self.deliver(name, made).map_err(Ended::Blocked)?;
                        self.seen.for_us.push(name.clone());
                    }
                    self.strike(self.plan.clone());
                    self.exchange(sut)?;
                }
                Step::Exchange {} => self.exchange(sut)?,
                Step::Mend {} => {
                    self.plan = Plan::default();
                    self.strike(Plan::default());
                }
                Step::Export { .. } | Step::Import { .. } => {
                    return Err(Ended::Blocked(Message::pair(
                        "送受信のケースでは、出力と取込の手順は使えません",
                        "export and import are no steps of a case that talks to the platform",
                    )));
                }
            }
        }
        Ok(std::mem::take(&mut self.seen))
    }

    fn strike(&self, plan: Plan) {
        self.running.parts().faults.replace(plan);
    }

    fn exchange(&mut self, sut: &mut dyn Sut) -> Result<(), Ended> {
        let from = self.last_line().map_err(Ended::Blocked)?;
        let path = |name: &str| self.folder.path().join(name);
        let Identity { profile, ca, p12, p12_password, personal, office } = &self.identity;
        let platform = self.running.url();
        let task = ExchangeTask {
            case: &self.setting.case.id,
            role: self.setting.role,
            office: self.own.as_str(),
            platform: &platform,
            ca: ca.clone(),
            p12: p12.clone(),
            p12_password,
            personal: (&personal.0, &personal.1),
            office_user: (&office.0, &office.1),
            profile: profile.clone(),
            outbox: path("outbox"),
            inbox: path("inbox"),
            memory: path("memory"),
            journal: self.running.folder().join("journal.jsonl"),
        };
        let exchanged: Exchanged = sut.exchange(&task)?;
        let until = self.last_line().map_err(Ended::Blocked)?;
        self.seen.exchanges.push((from, until, exchanged.done));
        self.seen.said.extend(exchanged.message);
        Ok(())
    }

    /// Sends a given in the name of its sender.
    fn deliver(&self, name: &str, made: &Made) -> Result<(), Message> {
        let missing = || Message::pair("送信元が分かりません", "nothing tells who sends it");
        let source =
            made.content.documents.first().and_then(|document| document.source.as_ref()).ok_or_else(missing)?;
        let sender = OfficeNumber::parse(&source.office).ok_or_else(missing)?;
        let profile = Profile::load(&self.running.client(&sender).profile, &|_| None)?;
        let others = self.folder.path().join("others").join(name);
        let folders = Folders { outbox: others.join("outbox"), inbox: others.join("inbox") };
        std::fs::create_dir_all(&folders.inbox).map_err(|error| unwritable(&folders.inbox, &error))?;
        lay(&folders.outbox, name, made)?;
        let tools = Tools { policy: Policy::default(), pause: &Waits, watcher: &Unwatched, tell: &|_| {} };
        let mut client = Client::open(&profile, &folders, tools).map_err(|why| why.message())?;
        let tally = self.runtime.block_on(client.once(Duration::ZERO));
        if tally.sent == 1 {
            return Ok(());
        }
        let told = tally.message();
        Err(Message::pair(
            format!("相手の事業所から{name}を送信できません: {}", told.ja),
            format!("the other office cannot send {name}: {}", told.en),
        ))
    }

    fn last_line(&self) -> Result<u64, Message> {
        Ok(journal::lines(&self.running)?.last().map_or(0, |line| line.seq))
    }

    /// Ends the platform; its journal and what was fetched stay as evidence.
    fn close(
        self,
        evidence: &mut Evidence<'_>,
    ) -> Result<(Vec<renkei_mock_platform::journal::Line>, Vec<Named>), Ended> {
        let lines = journal::lines(&self.running).map_err(Ended::Blocked)?;
        let received = fetched(&self.folder.path().join("inbox"));
        let path = self.running.folder().join("journal.jsonl");
        self.runtime.block_on(self.running.stop());
        if let Ok(bytes) = std::fs::read(path) {
            evidence.keep(JOURNAL, "journal.jsonl", &bytes);
        }
        let received = received?;
        evidence.keep_all(RECEIVED, "received", &received);
        Ok((lines, received))
    }
}

/// The offices that the files of a case tell of, as the case wants them.
fn seed(case: &Case, givens: &Givens, own: &OfficeNumber, clock: &Clock) -> Result<Seed, Message> {
    let today = clock.today();
    let names = givens.values().flat_map(|made| made.content.to_files().unwrap_or_default()).map(|(name, _)| name);
    let names: Vec<String> = names.collect();
    let seed = Seed::of_file_names(names.iter().map(String::as_str), today);
    let mut gone = BTreeSet::new();
    for name in &names {
        let name = FileName::parse(name);
        let part = |segment| name.part(segment).map(str::to_owned);
        for side in &case.platform.unregistered {
            gone.extend(match side {
                Side::Source => part(Segment::SenderOffice),
                Side::Destination => part(Segment::ReceiverOffice),
            });
        }
    }
    let mut offices = seed.offices().to_vec();
    offices.retain(|office| !gone.contains(office.number.as_str()));
    if case.platform.licence == Licence::Expired {
        for licence in
            offices.iter_mut().filter(|office| office.number == *own).filter_map(|office| office.licence.as_mut())
        {
            licence.renews = false;
            licence.until = today.previous_day().unwrap_or(today);
            licence.from = licence.from.min(licence.until);
            licence.applied_on = licence.applied_on.min(licence.from);
        }
    }
    for office in offices.iter_mut().filter(|office| office.number == *own) {
        office.office_user.state = match case.platform.password {
            Password::Regular => PasswordState::Regular,
            Password::Temporary => PasswordState::Temporary,
            Password::Expired => PasswordState::Expired,
        };
    }
    Seed::of_offices(offices).map_err(|error| Message::same(error.to_string()))
}

/// Puts the files of a given into a folder of its own.
fn lay(outbox: &Path, name: &str, made: &Made) -> Result<(), Message> {
    let folder = outbox.join(name);
    std::fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
    for (name, bytes) in &made.files {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(|error| unwritable(&path, &error))?;
    }
    Ok(())
}

/// What an inbox may hold: far more than any case delivers.
const MOST_FETCHED: (usize, u64) = (10_000, 256 << 20);

/// Every file in the inbox, in folders of any names; what begins with a dot is the client's own.
fn fetched(inbox: &Path) -> Result<Vec<Named>, Ended> {
    let (mut files, mut bytes) = (Vec::new(), 0);
    let walk = walkdir::WalkDir::new(inbox).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|entry| !entry.file_name().to_string_lossy().starts_with('.')) {
        let entry = entry.map_err(|error| unreadable(inbox, &error.into()))?;
        if entry.file_type().is_file() {
            bytes += entry.metadata().map_err(|error| unreadable(entry.path(), &error.into()))?.len();
            if files.len() >= MOST_FETCHED.0 || bytes > MOST_FETCHED.1 {
                let count = files.len() + 1;
                return Err(Ended::Fail(Message::pair(
                    format!("受信フォルダーにあるものが多すぎます（{count}ファイル、{bytes}バイトまで数えました）"),
                    format!(
                        "there is too much in the inbox ({count} files and {bytes} bytes were counted before the end)"
                    ),
                )));
            }
            let path: PathBuf = entry.into_path();
            let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            files.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes));
        }
    }
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Ended {
    let (path, why) = (path.display(), io_reason(error));
    Ended::Blocked(Message::pair(
        format!("{path} を読み取れません: {}", why.ja),
        format!("cannot read {path}: {}", why.en),
    ))
}

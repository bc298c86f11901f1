//! The adapter `command` with programs that behave badly: each is *blocked* or *failed* as the table of
//! `docs/TESTING.md` says, with the reason, and nothing of it goes on running. The programs are this test
//! itself: see `play`.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio, exit};
use std::time::Duration;

use common::folder;
use renkei_suites::suite::adapter::settings::Settings;
use renkei_suites::suite::adapter::{Adapter, open};
use renkei_suites::suite::content::Content;
use renkei_suites::suite::sut::{Answer, ExportTask, ImportTask, Operation, Role, Sut, Trouble};
use renkei_validator::spec::Version;
use tempfile::TempDir;

const NAME: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20261001090000.CSV";
const ROWS: &[u8] = b"202407,990010,0000000001,202610\r\n202407,990010,0000000002,202610\r\n";

/// A program that behaves as the variable `PLAY` says. As a test it does nothing.
#[test]
fn play() {
    let Ok(part) = std::env::var("PLAY") else { return };
    // Of `program --exact play --nocapture PATH`, the path.
    let path = PathBuf::from(std::env::args().next_back().unwrap());
    let good = |folder: &Path| fs::write(folder.join(NAME), ROWS).unwrap();
    match part.as_str() {
        "well" => good(&path),
        "hang" => {
            cling();
            forever()
        }
        "leave" => {
            cling();
            good(&path);
        }
        "cling" => {
            let mut stream = TcpStream::connect(std::env::var("PLAY_AT").unwrap()).unwrap();
            std::io::stdout().write_all(b"ready\n").unwrap();
            stream.read_exact(&mut [0]).ok();
            forever()
        }
        "garbage" | "garbage-and-file" => {
            let noise: Vec<u8> = (0_u8..=255).cycle().take(1 << 20).collect();
            for _ in 0..3 {
                std::io::stdout().write_all(&noise).unwrap();
                std::io::stderr().write_all(&noise).unwrap();
            }
            if part == "garbage-and-file" {
                good(&path);
            }
        }
        "nothing" => {}
        "beside" => {
            good(&path);
            good(path.parent().unwrap());
        }
        "above" => {
            good(&path);
            fs::create_dir(path.parent().unwrap().with_file_name("export")).unwrap();
        }
        "here" => good(Path::new("")),
        "content" => {
            good(&path);
            fs::write(path.with_file_name("content.json"), b"{}").unwrap();
        }
        #[cfg(unix)]
        "link" => {
            fs::write("elsewhere", ROWS).unwrap();
            std::os::unix::fs::symlink(std::env::current_dir().unwrap().join("elsewhere"), path.join(NAME)).unwrap();
        }
        "unfinished" => fs::write(path.join(format!("{NAME}.part")), ROWS).unwrap(),
        "empty" => fs::write(path.join(NAME), b"").unwrap(),
        "half" => fs::write(path.join(NAME), &ROWS[..ROWS.len() - 10]).unwrap(),
        "crash" => std::process::abort(),
        "no-json" => fs::write(&path, "Traceback: 見本 花子").unwrap(),
        "said" => fs::write(
            &path,
            format!(
                r#"{{"schema": "renkei-result/1", "files": [{{"file": "{NAME}", "accepted": false, "message": "月が違う"}}]}}"#
            ),
        )
        .unwrap(),
        code => exit(code.parse().unwrap()),
    }
    exit(0)
}

/// Starts a grandchild that holds a connection and the error stream, and waits until it does.
fn cling() {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "play", "--nocapture"]).env("PLAY", "cling").stdout(Stdio::piped());
    #[allow(clippy::zombie_processes, reason = "that it is left behind is what is tried")]
    let child = child.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.unwrap()).lines();
    lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("ready"))).unwrap().unwrap();
}

fn forever() -> ! {
    loop {
        std::thread::park();
    }
}

/// Where the software is, and the settings that lead to it.
struct Stage {
    folder: TempDir,
    program: String,
}

impl Stage {
    fn new() -> Stage {
        let program = std::env::current_exe().unwrap().to_str().unwrap().replace('\\', "\\\\");
        Stage { folder: folder(), program }
    }

    fn sut(&self, commands: &str, environment: &[(&str, &str)]) -> Box<dyn Sut> {
        let variables: String = environment.iter().map(|(name, value)| format!("{name} = \"{value}\"\n")).collect();
        let text = format!(
            "product = \"p\"\ncompany = \"c\"\nroles = [\"care-manager\"]\npatterns = [\"D2\"]\n\
             versions = [\"202407\"]\nadapter = \"command\"\n\
             [limits]\nreset = 4\nexport = 4\nimport = 4\ndump = 4\n\
             [command]\n{commands}\n[command.environment]\n{variables}"
        );
        let settings = Settings::parse("sut.toml", &text, self.folder.path()).unwrap();
        match open(settings, &self.folder.path().join("work")).unwrap() {
            Adapter::Ready(sut) => sut,
            Adapter::Attended | Adapter::InProcess => panic!("this is a command"),
        }
    }

    /// Software that plays a part in each operation.
    fn playing(&self, part: &str, at: &str) -> Box<dyn Sut> {
        let line = |name: &str, place: &str| {
            format!("{name} = [\"{}\", \"--exact\", \"play\", \"--nocapture\", {place}]\n", self.program)
        };
        let commands = line("reset", "\"\"")
            + &line("export", "\"{content}\", \"{out}\"")
            + &line("import", "\"{in}\"")
            + &line("dump", "\"{dump}\"")
            + "refused = [10]";
        self.sut(&commands, &[("PLAY", part), ("PLAY_AT", at)])
    }

    /// The message without the path of this stage.
    fn told(&self, message: &str) -> String {
        let root = self.folder.path().canonicalize().unwrap();
        let short = message.replace(root.to_str().unwrap(), "~");
        short.replace(self.folder.path().to_str().unwrap(), "~").replace('\\', "/")
    }

    fn blocked(&self, trouble: Trouble) -> String {
        match trouble {
            Trouble::Blocked(why) => self.told(&why.en),
            Trouble::Failed(why) => panic!("failed: {}", why.en),
        }
    }

    fn failed(&self, trouble: Trouble) -> String {
        match trouble {
            Trouble::Failed(why) => self.told(&why.en),
            Trouble::Blocked(why) => panic!("blocked: {}", why.en),
        }
    }
}

fn export(sut: &mut dyn Sut) -> Result<Vec<(String, Vec<u8>)>, Trouble> {
    let content = Content::from_files(&[(NAME.to_owned(), ROWS.to_vec())]).unwrap();
    sut.export(&ExportTask {
        case: "d2.delete.sample",
        role: Role::CareManager,
        version: Version::V202407,
        content: &content,
        before: None,
        operation: Operation::New,
    })
}

fn import(sut: &mut dyn Sut) -> Result<Vec<Answer>, Trouble> {
    let files = [(NAME.to_owned(), ROWS.to_vec())];
    let task = ImportTask { case: "d2.import.sample", role: Role::Provider, office: None, files: &files };
    Ok(sut.import(&task)?.answers)
}

/// A grandchild connects here, and is heard of again only when it ends.
struct Ear(TcpListener);

impl Ear {
    fn new() -> (Ear, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap().to_string();
        (Ear(listener), at)
    }

    /// The grandchild was there, and is gone: its connection is closed, which nothing else does.
    fn hears_the_end(self) {
        let (mut stream, _) = self.0.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        match stream.read(&mut [0]) {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("the grandchild still runs: {other:?}"),
        }
    }
}

#[test]
fn a_program_that_does_well_is_read() {
    let stage = Stage::new();
    let mut sut = stage.playing("well", "");
    let abilities = sut.abilities();
    assert!(abilities.export && abilities.import && abilities.dump && abilities.answers);
    assert!(!abilities.delete && !abilities.again && !abilities.exchange);
    assert_eq!(export(&mut *sut).unwrap(), [(NAME.to_owned(), ROWS.to_vec())]);
}

#[test]
fn a_hanging_program_fails_and_is_ended_with_its_children() {
    let stage = Stage::new();
    for operation in ["export", "import"] {
        let (ear, at) = Ear::new();
        let mut sut = stage.playing("hang", &at);
        let trouble = match operation {
            "export" => export(&mut *sut).unwrap_err(),
            _ => import(&mut *sut).unwrap_err(),
        };
        let told = stage.failed(trouble);
        assert!(
            told.starts_with(&format!(
                "the {operation} was not over within 4 s and was ended (limit: limits.{operation}, log: ~/work/"
            )),
            "{told}"
        );
        ear.hears_the_end();
    }
}

#[test]
fn a_reset_or_dump_that_hangs_is_blocked_and_ended_with_its_children() {
    let stage = Stage::new();
    let (ear, at) = Ear::new();
    let mut sut = stage.playing("hang", &at);
    let told = stage.blocked(sut.dump("d2.import.sample").unwrap_err());
    assert_eq!(
        told,
        "the dump was not over within 4 s and was ended (limit: limits.dump, log: ~/work/d2.import.sample/1-dump/log)"
    );
    ear.hears_the_end();
    let (ear, at) = Ear::new();
    let mut sut = stage.playing("hang", &at);
    let told = stage.blocked(sut.reset("d2.import.sample").unwrap_err());
    assert_eq!(
        told,
        "the reset was not over within 4 s and was ended (limit: limits.reset, log: ~/work/d2.import.sample/1-reset/log)"
    );
    ear.hears_the_end();
}

#[test]
fn what_a_program_leaves_running_is_ended_and_spoils_nothing() {
    let stage = Stage::new();
    let (ear, at) = Ear::new();
    let mut sut = stage.playing("leave", &at);
    assert_eq!(export(&mut *sut).unwrap(), [(NAME.to_owned(), ROWS.to_vec())]);
    ear.hears_the_end();
}

#[test]
fn garbage_on_the_streams_is_kept_up_to_a_limit_and_decides_nothing() {
    let stage = Stage::new();
    let mut sut = stage.playing("garbage-and-file", "");
    assert_eq!(export(&mut *sut).unwrap(), [(NAME.to_owned(), ROWS.to_vec())]);
    for stream in ["stdout.txt", "stderr.txt"] {
        let log = stage.folder.path().join("work/d2.delete.sample/1-export/log").join(stream);
        assert_eq!(fs::metadata(&log).unwrap().len(), 1 << 20, "{stream}");
    }
    let told = stage.failed(export(&mut *stage.playing("garbage", "")).unwrap_err());
    assert_eq!(told, "it ended well, but wrote no file (to ~/work/d2.delete.sample/2-export/out)");
}

#[test]
fn an_export_that_writes_nothing_elsewhere_or_half_has_failed() {
    let file = "DLTPLAN_202610_9970100013_43_9970100021_11_20261001090000.CSV";
    let mut rows = vec![
        ("nothing", "it ended well, but wrote no file (to ~/work/d2.delete.sample/1-export/out)".to_owned()),
        ("beside", format!("it wrote outside its folder: ~/work/d2.delete.sample/1-export/{file}")),
        ("above", "it wrote outside its folder: ~/work/d2.delete.sample/export".to_owned()),
        ("here", format!("it wrote outside its folder: ~/{file}")),
        ("content", "it wrote outside its folder: ~/work/d2.delete.sample/1-export/content.json".to_owned()),
        (
            "unfinished",
            format!("a file was left half-written: {file}.part (it has the name of a file that is being written)"),
        ),
        ("empty", format!("a file was left half-written: {file} (it is empty)")),
        ("half", format!("a file was left half-written: {file} (it stops within a row)")),
        ("3", "the export ended with 3 (log: ~/work/d2.delete.sample/1-export/log)".to_owned()),
    ];
    if cfg!(unix) {
        rows.push(("link", format!("{file} is no plain file, but a link or the like")));
        rows.push((
            "crash",
            "the program was ended by signal 6 in the export (log: ~/work/d2.delete.sample/1-export/log)".to_owned(),
        ));
    }
    for (part, expected) in rows {
        let stage = Stage::new();
        assert_eq!(stage.failed(export(&mut *stage.playing(part, "")).unwrap_err()), expected, "{part}");
    }
}

#[test]
fn an_import_is_refused_by_its_codes_only() {
    let stage = Stage::new();
    let answer = |accepted| Answer { file: NAME.to_owned(), accepted, message: None };
    assert_eq!(import(&mut *stage.playing("0", "")).unwrap(), [answer(true)]);
    assert_eq!(import(&mut *stage.playing("10", "")).unwrap(), [answer(false)]);
    let told = stage.failed(import(&mut *stage.playing("1", "")).unwrap_err());
    assert_eq!(
        told,
        "the import ended with 1, which is no refusal by command.refused (log: ~/work/d2.import.sample/3-import/log)"
    );
    if cfg!(unix) {
        let told = stage.failed(import(&mut *stage.playing("crash", "")).unwrap_err());
        assert!(told.starts_with("the program was ended by signal 6 in the import"), "{told}");
    }
}

#[test]
fn an_import_answers_in_a_file_where_the_command_has_one() {
    let stage = Stage::new();
    let line =
        format!("import = [\"{}\", \"--exact\", \"play\", \"--nocapture\", \"{{in}}\", \"{{result}}\"]", stage.program);
    let mut sut = stage.sut(&line, &[("PLAY", "said")]);
    let refused = Answer { file: NAME.to_owned(), accepted: false, message: Some("月が違う".to_owned()) };
    assert_eq!(import(&mut *sut).unwrap(), [refused]);
    let told = stage.blocked(import(&mut *stage.sut(&line, &[("PLAY", "nothing")])).unwrap_err());
    assert_eq!(told, "it ended well, but there is no ~/work/d2.import.sample/2-import/result.json");
    // What it says instead may hold values, and is not repeated.
    let told = stage.blocked(import(&mut *stage.sut(&line, &[("PLAY", "no-json")])).unwrap_err());
    assert_eq!(told, "~/work/d2.import.sample/3-import/result.json is not readable: line 1, byte 1: this is not JSON");
}

#[test]
fn a_dump_that_cannot_be_read_is_blocked() {
    let stage = Stage::new();
    let dump = |part: &str| stage.blocked(stage.playing(part, "").dump("d2.import.sample").unwrap_err());
    assert_eq!(dump("nothing"), "it ended well, but there is no ~/work/d2.import.sample/1-dump/dump.json");
    let told = dump("no-json");
    assert!(told.starts_with("~/work/d2.import.sample/2-dump/dump.json is not readable: line 1"), "{told}");
    assert!(!told.contains("見本"), "{told}");
    assert_eq!(dump("1"), "the dump ended with 1 (log: ~/work/d2.import.sample/3-dump/log)");
}

#[test]
fn a_program_that_cannot_be_started_is_blocked() {
    let stage = Stage::new();
    let start = |program: &str| {
        let line = format!("export = [\"{program}\", \"{{content}}\", \"{{out}}\"]");
        stage.blocked(export(&mut *stage.sut(&line, &[])).unwrap_err())
    };
    let told = start("renkei-no-such-program");
    assert!(told.starts_with("cannot start renkei-no-such-program: "), "{told}");
    let told = start("./missing/care");
    assert!(told.starts_with("cannot start ~/./missing/care: "), "{told}");
    let told = stage.blocked(export(&mut *stage.playing("127", "")).unwrap_err());
    assert!(told.starts_with("the command of the export ended with 127, as it does where a program is not"), "{told}");
    fs::write(stage.folder.path().join("care"), "not a program").unwrap();
    if cfg!(unix) {
        assert_eq!(start("./care"), "cannot start ~/./care: it is not executable");
    } else {
        assert!(start("./care").starts_with("cannot start ~/./care: "));
    }
    let mut sut = stage.sut("folder = \"nowhere\"\nexport = [\"care\", \"{content}\", \"{out}\"]", &[]);
    let told = stage.blocked(export(&mut *sut).unwrap_err());
    assert!(told.starts_with("cannot read ~/nowhere: "), "{told}");
}

#[cfg(unix)]
#[test]
fn a_script_whose_interpreter_is_missing_is_blocked() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::new();
    let path = stage.folder.path().join("care");
    fs::write(&path, "#!/renkei-no-such-interpreter\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let mut sut = stage.sut("export = [\"./care\", \"{content}\", \"{out}\"]", &[]);
    let told = stage.blocked(export(&mut *sut).unwrap_err());
    assert_eq!(told, "cannot start ~/./care: the program of its first line (#!) is not found");
}

#[test]
fn what_has_no_command_is_blocked() {
    let stage = Stage::new();
    let mut sut = stage.sut("import = [\"care\", \"{in}\"]", &[]);
    assert_eq!(
        stage.blocked(export(&mut *sut).unwrap_err()),
        "sut.toml has no command for the export (command.export)"
    );
    assert_eq!(stage.blocked(sut.dump("a").unwrap_err()), "sut.toml has no command for the dump (command.dump)");
    // Software that holds nothing from case to case has no need of a reset.
    assert_eq!(sut.reset("a"), Ok(()));
}

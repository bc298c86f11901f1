//! `sut.toml`: what may stand in it, and how what is wrong is told.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::path::Path;
use std::time::Duration;

use renkei_reports::Pattern;
use renkei_suites::client::Policy;
use renkei_suites::suite::adapter::settings::{AttendedSettings, Done, Settings, Way};
use renkei_validator::spec::{Party, Version};

const HEAD: &str = "product = \"見本ケアソフト\"
company = \"見本システム株式会社\"
roles = [\"care-manager\", \"provider\"]
patterns = [\"D1\", \"予定(6,7表)\"]
versions = [\"202407\", \"202208\"]
";

fn read(rest: &str) -> Result<Settings, (String, String)> {
    Settings::parse("sut.toml", &format!("{HEAD}{rest}"), Path::new("/home/qa")).map_err(|why| (why.ja, why.en))
}

fn wrong(rest: &str) -> String {
    read(rest).unwrap_err().1
}

#[test]
fn a_person_may_say_that_they_can_exchange_too() {
    let way = |rest: &str| read(&format!("adapter = \"attended\"\n{rest}")).map(|settings| settings.way);
    assert_eq!(way("").unwrap(), Way::Attended(AttendedSettings { exchange: false }));
    assert_eq!(way("[attended]\nexchange = true\n").unwrap(), Way::Attended(AttendedSettings { exchange: true }));
    let told = "sut.toml, line 8: attended.exchange: expected true or false";
    assert_eq!(way("[attended]\nexchange = \"yes\"\n").unwrap_err().1, told);
}

#[test]
fn a_pattern_is_of_a_version_that_is_claimed() {
    let text = HEAD.replace(", \"202208\"", "") + "adapter = \"in-process\"\n";
    let why = Settings::parse("sut.toml", &text, Path::new("")).unwrap_err();
    assert_eq!(
        why.en,
        "sut.toml, line 4: patterns: the cases of 予定(6,7表) are of 202208: add it to versions, or leave 予定(6,7表) out"
    );
    assert!(Settings::parse("sut.toml", &text.replace(", \"予定(6,7表)\"", ""), Path::new("")).is_ok());
}

#[test]
fn a_file_with_commands_is_read_whole() {
    let settings = read(
        "product_version = \"5.2\"
contact = \"qa@example.invalid\"
adapter = \"command\"
[command]
reset = [\"care\", \"reset\"]
export = [\"bin/care\", \"export\", \"{content}\", \"--out={out}\"]
import = [\"care\", \"import\", \"{in}\"]
folder = \"work\"
refused = [10]
[command.environment]
CARE_HOME = \"store\"
[limits]
export = 1.5
",
    )
    .unwrap();
    assert_eq!(settings.product, "見本ケアソフト");
    assert_eq!(settings.product_version.as_deref(), Some("5.2"));
    assert_eq!(settings.company, "見本システム株式会社");
    assert_eq!(settings.contact.as_deref(), Some("qa@example.invalid"));
    assert_eq!(settings.roles, [Party::CareManager, Party::Provider]);
    assert_eq!(settings.patterns, [Pattern::D1, Pattern::Schedule]);
    assert_eq!(settings.versions, [Version::V202407, Version::V202208]);
    assert_eq!(settings.way, Way::Command);
    // A bare name is looked for by the system, a path starts at the folder of the file.
    assert_eq!(settings.commands.reset.unwrap().program, Path::new("care"));
    assert_eq!(settings.commands.export.unwrap().program, Path::new("/home/qa/bin/care"));
    assert_eq!(settings.commands.folder.as_deref(), Some(Path::new("/home/qa/work")));
    assert_eq!(settings.commands.refused, [10]);
    assert_eq!(settings.commands.environment, [("CARE_HOME".to_owned(), "store".into())]);
    assert_eq!((settings.commands.delete, settings.commands.dump), (None, None));
    assert_eq!(settings.limits.export, Duration::from_millis(1500));
    assert_eq!(settings.limits.import, Duration::from_secs(120));
}

#[test]
fn a_folder_has_a_rule_by_which_the_program_is_done() {
    let settings =
        read("adapter = \"folder\"\n[folder]\npath = \"exchange\"\ndone = \"taken\"\nquiet = 0.5\n").unwrap();
    let Way::Folder(folder) = settings.way else { panic!("{:?}", settings.way) };
    assert_eq!(folder.path, Path::new("/home/qa/exchange"));
    assert_eq!((folder.done, folder.quiet, folder.start), (Done::Taken, Duration::from_millis(500), None));
}

#[test]
fn a_client_may_be_silent_for_longer_than_ours_waits() {
    let settings = read("adapter = \"http\"\n[http]\nstart = [\"client\", \"{profile}\"]\n").unwrap();
    let Way::Http(http) = settings.way else { panic!("{:?}", settings.way) };
    assert!(http.quiet > Policy::default().longest_wait, "{:?}", http.quiet);
}

#[test]
fn a_list_names_at_least_one() {
    for key in ["roles", "patterns", "versions"] {
        let line = HEAD.lines().find(|line| line.starts_with(key)).unwrap();
        let text = HEAD.replace(line, &format!("{key} = []")) + "adapter = \"in-process\"\n";
        let told = Settings::parse("sut.toml", &text, Path::new("/home/qa")).unwrap_err();
        assert!(told.ja.ends_with(&format!("{key}: 1つ以上書きます")), "{}", told.ja);
        assert!(told.en.ends_with(&format!("{key}: at least one is needed")), "{}", told.en);
    }
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_the_nearest() {
    assert_eq!(
        wrong("adaptor = \"command\"\n"),
        "sut.toml, line 6: adaptor: no such setting; did you mean adapter? The settings are product, \
         product_version, company, contact, roles, patterns, versions, adapter, command, folder, http, limits, \
         attended"
    );
    assert_eq!(
        wrong("adapter = \"command\"\n[command]\nexprot = [\"a\"]\n"),
        "sut.toml, line 8: command.exprot: no such setting; did you mean export? The settings are reset, export, \
         delete, again, import, dump, exchange, folder, refused, environment"
    );
    assert_eq!(
        read("adapter = \"command\"\n[limits]\nzzz = 1\n[command]\nimport = [\"a\", \"{in}\"]\n").unwrap_err().0,
        "sut.tomlの8行目: limits.zzz: この名前の設定はありません。使える名前: reset, export, import, dump, exchange"
    );
}

#[test]
fn an_unknown_word_is_told_with_the_nearest() {
    assert_eq!(
        wrong("adapter = \"comand\"\n"),
        "sut.toml, line 6: adapter: comand is no value of it; did you mean command? There are command, folder, http, \
         attended, in-process"
    );
    let text = HEAD.replace("\"D1\", \"予定(6,7表)\"", "\"D8\"") + "adapter = \"in-process\"\n";
    let why = Settings::parse("sut.toml", &text, Path::new("")).unwrap_err();
    assert!(why.en.starts_with("sut.toml, line 4: patterns: D8 is no value of it; did you mean D1?"), "{}", why.en);
    let text =
        HEAD.replace("\"care-manager\", \"provider\"", "\"provider\", \"provider\"") + "adapter = \"in-process\"\n";
    let why = Settings::parse("sut.toml", &text, Path::new("")).unwrap_err();
    assert_eq!(why.en, "sut.toml, line 3: roles: provider is there twice");
}

#[test]
fn commands_are_held_to_their_places() {
    let command = |line: &str| wrong(&format!("adapter = \"command\"\n[command]\n{line}\n"));
    assert_eq!(
        command("export = [\"care\", \"{content}\"]"),
        "sut.toml, line 8: command.export: there is no {out}, the folder for the exported files, empty at first"
    );
    assert_eq!(
        command("import = [\"care\", \"{inn}\"]"),
        "sut.toml, line 8: command.import: {inn} is not known here; did you mean {in}? There are {in}, {result}, \
         {office}, {role}, {case}"
    );
    assert_eq!(command("import = []"), "sut.toml, line 8: command.import: at least one is needed");
    assert_eq!(command("import = \"care {in}\""), "sut.toml, line 8: command.import: expected a list of strings");
    assert_eq!(command("import = [\" \", \"{in}\"]"), "sut.toml, line 8: command.import: the program comes first");
    assert_eq!(command("dump = [\"care\", \"{dump}\"]"), "sut.toml, line 7: command.export: it is required");
    assert_eq!(
        command("import = [\"care\", \"{in}\"]\nrefused = [1, 0]"),
        "sut.toml, line 9: command.refused: 0 says that all was taken"
    );
}

#[test]
fn sections_of_another_adapter_are_refused() {
    assert_eq!(
        wrong("adapter = \"http\"\n[folder]\npath = \"a\"\ndone = \"quiet\"\n"),
        "sut.toml, line 7: folder: it is not used where adapter is http"
    );
    assert_eq!(
        wrong(
            "adapter = \"folder\"\n[folder]\npath = \"a\"\ndone = \"quiet\"\n[command]\nimport = [\"a\", \"{in}\"]\n"
        ),
        "sut.toml, line 11: command.import: with the adapter folder, this is done by its folders"
    );
    assert_eq!(wrong("adapter = \"folder\"\n"), "sut.toml, line 1: folder: it is required");
    assert_eq!(
        wrong("adapter = \"folder\"\n[folder]\npath = \"a\"\ndone = \"quite\"\n"),
        "sut.toml, line 9: folder.done: quite is no value of it; did you mean quiet? There are answer, taken, quiet"
    );
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    assert!(wrong("adapter = \n").starts_with("sut.toml, line 6: not readable as TOML: "), "{}", wrong("adapter = \n"));
    let missing = Settings::load(Path::new("/nowhere/sut.toml")).unwrap_err();
    assert!(missing.en.starts_with("cannot read /nowhere/sut.toml: "), "{}", missing.en);
    assert!(missing.en.ends_with("; renkei test init writes one"), "{}", missing.en);
}

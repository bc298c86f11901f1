//! A run with three cases: a judge that compares what the person handed over or saw with a sample.

use std::fs;
use std::path::{Path, PathBuf};

use renkei_reports::{EvidenceRecord, Lang, Outcome, OutcomeRecord, Pair, Pattern};
use renkei_suites::suite::attended::{Judge, Settings};
use renkei_suites::suite::case::{self, Case, Step};
use renkei_suites::suite::compare::{Difference, Manner, Named, OWN, compare};
use renkei_suites::suite::content::Content;
use renkei_suites::suite::sut::{Abilities, ExportTask, ImportTask, Operation, Role, Sut, Trouble};
use renkei_validator::spec::{Key, Version};
use renkei_validator::text::Message;

/// What all cases are about: a month of two people.
pub(crate) fn sample() -> Vec<Named> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/clean/202407-table"))
}

/// The files of a folder.
pub(crate) fn files(folder: &Path) -> Vec<Named> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} has files", folder.display());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

/// The cases: two exports, an import, and one more export.
pub(crate) fn cases() -> Vec<Case> {
    let export = |id: &str, ja: &str, en: &str| {
        let text = format!(
            r#"
id = "{id}"
title = {{ ja = "{ja}", en = "{en}" }}
pattern = "D2"
kind = "export"
versions = ["202407"]
requirements = ["table6.one-row-per-visit"]
[[given]]
name = "plan"
draw = {{ unit = "USE_TABLE" }}
[[step]]
do = "export"
content = ["plan"]
[expect]
says = ["plan"]
"#
        );
        case::parse("test", &text).unwrap()
    };
    let import = r#"
id = "d2.import.plan"
title = { ja = "予定を取り込みます", en = "A plan is imported" }
pattern = "D2"
kind = "import"
versions = ["202407"]
requirements = ["table6.one-row-per-visit"]
[[given]]
name = "plan"
draw = { unit = "USE_TABLE" }
[[step]]
do = "import"
files = ["plan"]
[expect]
holds = ["plan"]
"#;
    vec![
        export("d2.export.plan", "予定を出力します", "A plan is exported"),
        export("d2.export.other", "別の人の予定を出力します", "The plan of somebody else is exported"),
        case::parse("test", import).unwrap(),
        export("d2.export.left-out", "見送るケースです", "A case to be left out"),
    ]
}

/// What the person says that they operate.
pub(crate) fn settings(folder: &Path, identity: &str) -> Settings {
    let abilities = Abilities {
        roles: [Role::CareManager].into(),
        patterns: [Pattern::D2].into(),
        versions: [Version::V202407].into(),
        export: true,
        delete: true,
        import: true,
        dump: true,
        again: false,
        answers: true,
        exchange: false,
    };
    let (evidence, identity) = (folder.join("evidence"), identity.to_owned());
    Settings { folder: folder.to_owned(), evidence, abilities, lang: Lang::Ja, identity }
}

/// Compares with the sample.
pub(crate) struct Sample;

impl Judge for Sample {
    fn judge(&mut self, case: &Case, sut: &mut dyn Sut) -> OutcomeRecord {
        let content = Content::from_files(&sample()).unwrap();
        let result = match &case.step[0] {
            Step::Export { .. } => exported(case, sut, &content),
            _ => imported(case, sut, &content),
        };
        let (outcome, why) = match result {
            Ok(differences) if differences.is_empty() => (Outcome::Pass, None),
            Ok(differences) => (Outcome::Fail, Some(differences[0].message(false))),
            Err(Trouble::Failed(why)) => (Outcome::Fail, Some(why)),
            Err(Trouble::Blocked(why)) => (Outcome::Blocked, Some(why)),
        };
        OutcomeRecord {
            case: case.id.clone(),
            title: case.title.clone(),
            pattern: case.pattern,
            kind: case.direction(),
            outcome,
            why: why.map(|Message { ja, en }| Pair { ja, en }),
            requirements: case.requirements.clone(),
            evidence: vec![EvidenceRecord {
                what: Pair { ja: "比べたファイル".to_owned(), en: "what was compared".to_owned() },
                file: Some("UPPLAN".to_owned()),
                sha256: None,
                journal_sequence: None,
            }],
        }
    }

    fn holds(&self, _case: &Case) -> Option<Content> {
        Content::from_files(&sample()).ok()
    }
}

fn manner() -> Manner {
    Manner { ignored: OWN.iter().filter_map(|name| Key::parse(name)).collect() }
}

fn exported(case: &Case, sut: &mut dyn Sut, content: &Content) -> Result<Vec<Difference>, Trouble> {
    sut.reset(&case.id)?;
    let task = ExportTask {
        case: &case.id,
        role: Role::CareManager,
        version: Version::V202407,
        content,
        before: None,
        operation: Operation::New,
    };
    Ok(compare(&sample(), &sut.export(&task)?, &manner()))
}

fn imported(case: &Case, sut: &mut dyn Sut, content: &Content) -> Result<Vec<Difference>, Trouble> {
    sut.reset(&case.id)?;
    let files = sample();
    let imported = sut.import(&ImportTask { case: &case.id, role: Role::CareManager, office: None, files: &files })?;
    if let Some(refused) = imported.answers.iter().find(|answer| !answer.accepted) {
        let message = format!("{}: 拒否されました", refused.file);
        return Err(Trouble::Failed(Message::pair(message, format!("{}: was refused", refused.file))));
    }
    let held = sut.dump(&case.id)?;
    Ok(compare(&content.to_files().unwrap(), &held.to_files().unwrap(), &manner()))
}

/// Runs all cases in a thread of their own while `page` goes through them at the address it is given.
pub(crate) fn run<T>(folder: &Path, page: impl FnOnce(&str) -> T) -> (T, Vec<OutcomeRecord>) {
    run_as(folder, "test", page)
}

/// The same as a run of something that has a name.
pub(crate) fn run_as<T>(folder: &Path, identity: &str, page: impl FnOnce(&str) -> T) -> (T, Vec<OutcomeRecord>) {
    use renkei_suites::suite::attended::Attended;
    let settings = settings(folder, identity);
    let (tell, told) = std::sync::mpsc::channel();
    // Not of a scope, which would wait for its end, and that never comes where the page panics.
    let leading = std::thread::spawn(move || {
        let cases = cases();
        let all: Vec<&Case> = cases.iter().collect();
        let attended = Attended::open(&settings, &all).unwrap();
        attended.prepare(&all, &mut Sample);
        tell.send(attended.address().to_owned()).unwrap();
        attended.lead(&all, &mut Sample)
    });
    let seen = page(&told.recv().unwrap());
    (seen, leading.join().unwrap())
}

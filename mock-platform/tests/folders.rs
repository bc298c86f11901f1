//! Which folders a platform takes for its data, what it leaves of those that it refuses, and what a shell finds.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use renkei_mock_platform::model::{CertificateKind, OfficeNumber};
use renkei_mock_platform::pki::Authority;
use renkei_mock_platform::server::{Data, Options, Running, StartError, start};
use renkei_mock_platform::world::Seed;
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const WORLD: &str = "[[offices]]\nnumber = \"9970100013\"\nname = \"見本\"\nservice_types = [\"43\"]\nlicence = {}\n";

fn world() -> Seed {
    Seed::from_toml(WORLD, OffsetDateTime::now_utc().date()).unwrap()
}

async fn run(folder: &Path, seed: Option<Seed>) -> Result<Running, StartError> {
    start(Options { data: Data::Folder(folder.to_owned()), seed, ..Options::for_tests() }).await
}

/// All files below a folder with what is in them; folders end in `/`.
fn all(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                found.insert(name + "/", Vec::new());
                folders.push(path);
            } else {
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// A folder with these files.
fn with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

#[tokio::test]
async fn a_folder_of_something_else_is_refused_and_left_as_it_is() {
    let sqlite = [&b"SQLite format 3\0"[..], &[1; 84]].concat();
    let cases: [&[(&str, &[u8])]; 9] = [
        &[("env.sh", b"export A=1\n"), ("clients/list.txt", b"a")],
        &[("notes.txt", b"")],
        &[("journal.jsonl", b"{\"time\":1}\n")],
        &[("journal.jsonl", b""), ("env.sh", b"export A=1\n")],
        &[("seed.json", b"{\"seed\":42}")],
        &[("authority/ca.pem", b"nothing")],
        &[("store", b"a file")],
        &[("store/platform.sqlite", &sqlite)],
        &[("store/notes.txt", b"a")],
    ];
    for files in cases {
        let folder = with(files);
        let before = all(folder.path());
        let error = run(folder.path(), None).await.unwrap_err();
        let message = error.message();
        assert!(message.ja.contains(&*folder.path().to_string_lossy()), "{}", message.ja);
        if !files[0].0.starts_with("authority") {
            assert!(matches!(error, StartError::NotOurs { .. }), "{files:?}: {error}");
            assert!(message.ja.contains("renkei serve のデータもありません"), "{}", message.ja);
            assert!(message.en.contains("holds no data of renkei serve"), "{}", message.en);
        }
        assert_eq!(all(folder.path()), before, "{files:?}");
    }
}

#[tokio::test]
async fn offices_that_cannot_be_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("data");
    let real = WORLD.replace("9970100013", "1370100013");
    let real = Seed::from_toml(&real, OffsetDateTime::now_utc().date()).unwrap();
    assert!(matches!(run(&place, Some(real)).await, Err(StartError::Seed(_))));
    assert!(!place.exists());
    run(&place, None).await.unwrap().stop().await;
    let before = all(&place);
    assert!(matches!(run(&place, Some(world())).await, Err(StartError::Seed(_))));
    assert_eq!(all(&place), before);
}

#[tokio::test]
async fn a_folder_of_a_first_start_that_was_cut_short_is_taken() {
    let whole = tempfile::tempdir().unwrap();
    run(whole.path(), Some(world())).await.unwrap().stop().await;
    let journal = fs::read(whole.path().join("journal.jsonl")).unwrap();
    let line = journal.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    let key = fs::read(whole.path().join("authority/ca.key")).unwrap();
    let cases: [&[(&str, &[u8])]; 6] = [
        &[],
        &[("journal.jsonl.lock", b"")],
        &[("journal.jsonl", b""), ("journal.jsonl.lock", b"")],
        &[("journal.jsonl", &line[..5]), ("journal.jsonl.lock", b"")],
        &[("journal.jsonl", line), ("store/lock", b""), ("store/platform.sqlite", b"")],
        &[("journal.jsonl", line), (".authority/ca.key", &key), ("clients/9970100013/client.key", b"a")],
    ];
    for files in cases {
        let folder = with(files);
        let running = run(folder.path(), Some(world())).await.unwrap_or_else(|error| panic!("{files:?}: {error}"));
        assert_eq!(running.parts().world.offices().len(), 1);
        running.stop().await;
        run(folder.path(), None).await.unwrap().stop().await;
    }
}

#[tokio::test]
async fn the_authority_of_a_set_of_certificates_that_was_put_there_is_taken() {
    let (set, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let now = OffsetDateTime::now_utc();
    let authority = Authority::new(now).unwrap();
    let office = (OfficeNumber::parse("9970100013").unwrap(), CertificateKind::KaigoJigyousho);
    renkei_mock_platform::pki::set::write(set.path(), &authority, &[office], now, "Passw0rdAb").unwrap();
    let manifest = fs::read(set.path().join("certificates.json")).unwrap();
    let manifest: Vec<serde_json::Value> = serde_json::from_slice(&manifest).unwrap();
    let revoked = manifest.iter().find(|entry| entry["member"] == "revoked").unwrap()["serial"].as_str().unwrap();
    fs::create_dir(folder.path().join("authority")).unwrap();
    for name in ["ca.pem", "ca.key", "revoked.json"] {
        fs::copy(set.path().join("ca").join(name), folder.path().join("authority").join(name)).unwrap();
    }
    let running = run(folder.path(), Some(world())).await.unwrap();
    assert_eq!(running.parts().authority.cert_der(), authority.cert_der());
    assert!(running.parts().authority.revoked_since(revoked).is_some());
    running.stop().await;
}

#[tokio::test]
async fn variables_stand_there_only_while_the_platform_runs() {
    let folder = tempfile::tempdir().unwrap();
    let variables = folder.path().join("env.sh");
    let running = run(folder.path(), Some(world())).await.unwrap();
    let first = fs::read_to_string(&variables).unwrap();
    // A folder in use keeps those of who uses it.
    assert!(matches!(run(folder.path(), None).await, Err(StartError::InUse { .. })));
    assert_eq!(fs::read_to_string(&variables).unwrap(), first);
    running.stop().await;
    assert!(!variables.exists());
    // What was killed leaves them; who fails to start removes them all the same.
    fs::write(&variables, &first).unwrap();
    let index = folder.path().join("store/platform.sqlite");
    let mut bytes = fs::read(&index).unwrap();
    bytes[100..].fill(0);
    fs::write(index, bytes).unwrap();
    assert!(matches!(run(folder.path(), None).await, Err(StartError::Folder { .. })));
    assert!(!variables.exists());
}

#[tokio::test]
async fn a_port_that_is_another_programs_is_told_with_what_helps() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap();
    let error = start(Options { listen, seed: Some(world()), ..Options::for_tests() }).await.unwrap_err();
    let told = error.message();
    assert_eq!(
        told.en,
        format!("cannot listen on {listen}: the port is in use; choose another port (port 0 takes any that is free)")
    );
    assert_eq!(
        told.ja,
        format!(
            "{listen} で待ち受けできません: このポートはすでに使われています。別のポートを指定してください（ポート0なら空いているものを使います）"
        )
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_is_told_in_japanese() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("file"), "").unwrap();
    let error = run(&place.path().join("file/data"), None).await.unwrap_err();
    assert!(matches!(error, StartError::Folder { .. }), "{error}");
    let told = error.message().ja;
    // What stands in the way is told in other words on Windows.
    assert!(told.contains(" を使えません: ") && told.ends_with("ん"), "{told}");
}

/// What the system sends who writes a file over the size that it allows.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_over_the_limit_of_the_system_does_not_end_it() {
    let running = start(Options::for_tests()).await.unwrap();
    let sent = std::process::Command::new("sh").args(["-c", "kill -s XFSZ $PPID"]).status().unwrap();
    assert!(sent.success());
    running.parts().store.all("office").await.unwrap();
    running.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_stored_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let given = tempfile::tempdir().unwrap();
    fs::set_permissions(given.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let made = given.path().join("made");
    for folder in [given.path(), &made] {
        let running = run(folder, None).await.unwrap();
        let mut asked = TcpStream::connect(running.manage).await.unwrap();
        let request = b"PUT /manage/snapshots/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        asked.write_all(request).await.unwrap();
        let mut answer = String::new();
        asked.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert_eq!([mode(&folder.join("store")), mode(&folder.join("snapshots"))], [0o700; 2]);
        running.stop().await;
    }
    assert_eq!(mode(&made), 0o700);
    // Whoever made it knows why.
    assert_eq!(mode(given.path()), 0o755);
}

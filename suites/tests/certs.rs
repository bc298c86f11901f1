//! `renkei certs`: the set it writes, and what it refuses.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::path::Path;

use common::{Outcome, folder, run};
use renkei_mock_platform::pki::{Authority, Fingerprint, p12, password};
use serde_json::Value;

fn certs(folder: &Path, args: &[&str]) -> Outcome {
    run(folder, ["certs", "--lang", "en"].iter().chain(args))
}

fn manifest(folder: &Path) -> Vec<Value> {
    serde_json::from_slice(&fs::read(folder.join("certificates.json")).unwrap()).unwrap()
}

/// The names of what stands in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_set_of_an_office_is_written_with_its_password() {
    let folder = folder();
    let args = ["--office", "9970100047", "--password", "Secret12", "--out", "certs"];
    let outcome = certs(folder.path(), &args).code_is(0);
    assert_eq!(outcome.err, "");
    assert!(!outcome.out.contains("Secret12"), "{}", outcome.out);
    let out = folder.path().join("certs");
    assert_eq!(names(&out), ["README.ja.md", "README.md", "ca", "certificates.json", "good", "refused"]);
    assert_eq!(names(&out.join("ca")), ["ca.crl", "ca.key", "ca.pem", "revoked.json"]);
    let told: Vec<(String, String)> = manifest(&out)
        .iter()
        .map(|entry| (entry["name"].as_str().unwrap().to_owned(), entry["subject"].as_str().unwrap().to_owned()))
        .collect();
    let pair = |name: &str, subject: &str| (name.to_owned(), subject.to_owned());
    assert_eq!(
        told,
        [
            pair("good/9970100047-KaigoJigyousho", "KaigoJigyousho9970100047"),
            pair("good/9970100047-CarePlanJigyousho", "CarePlanJigyousho9970100047"),
            pair("refused/agent", "Dairinin9970100047"),
            pair("refused/disability", "ShougaiJigyousho9970100047"),
            pair("refused/expired", "KaigoJigyousho9970100047"),
            pair("refused/not-yet-valid", "KaigoJigyousho9970100047"),
            pair("refused/other-authority", "KaigoJigyousho9970100047"),
            pair("refused/wrong-usage", "KaigoJigyousho9970100047"),
            pair("refused/revoked", "KaigoJigyousho9970100047"),
            pair("refused/wrong-office", "KaigoJigyousho9990000003"),
        ]
    );
    let root = fs::read_to_string(out.join("ca/ca.pem")).unwrap();
    for (name, _) in &told {
        for ending in [".p12", "-legacy.p12"] {
            let bytes = fs::read(out.join(format!("{name}{ending}"))).unwrap();
            let opened = p12::open(&bytes, "Secret12").unwrap();
            assert_eq!(opened.cert_chain_pem, fs::read_to_string(out.join(format!("{name}.pem"))).unwrap());
            assert_eq!(opened.key_pem, fs::read_to_string(out.join(format!("{name}.key"))).unwrap());
            assert_eq!(opened.ca_pems == [root.clone()], name != "refused/other-authority", "{name}");
            assert!(matches!(p12::open(&bytes, "secret12"), Err(p12::P12Error::Password)), "{name}");
        }
    }
    let authority = Authority::load(&out.join("ca")).unwrap();
    let fingerprint = Fingerprint::of(authority.cert_der());
    let expected = format!(
        "wrote certs: files 47\nthumbprint of the root\n  SHA-1:   {}\n  SHA-256: {}\n",
        fingerprint.windows_warning(),
        fingerprint.sha256_grouped()
    );
    assert_eq!(outcome.out, expected);
    assert_eq!(names(folder.path()), ["certs"], "nothing is left beside it");
}

#[cfg(unix)]
#[test]
fn keys_and_p12_files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    certs(folder.path(), &["--out", "."]).code_is(0);
    let mut secret = 0;
    for part in ["ca", "good", "refused"] {
        for name in names(&folder.path().join(part)) {
            let mode = folder.path().join(part).join(&name).metadata().unwrap().permissions().mode() & 0o777;
            let is_secret = name.ends_with(".key") || name.ends_with(".p12");
            assert_eq!(mode == 0o600, is_secret, "{part}/{name} {mode:o}");
            secret += usize::from(is_secret);
        }
    }
    // Two kinds for each of the two usual offices, eight refused ones, and the authority's key.
    assert_eq!(secret, 3 * (4 + 8) + 1);
}

#[test]
fn a_password_that_is_not_given_is_made_and_told() {
    let folder = folder();
    let outcome = certs(folder.path(), &["--out", "a"]).code_is(0);
    let made = outcome.out.lines().find_map(|line| line.strip_prefix("password of the p12 files: ")).unwrap();
    assert_eq!(password::check(made), Ok(()));
    let bytes = fs::read(folder.path().join("a/good/9970100021-CarePlanJigyousho.p12")).unwrap();
    p12::open(&bytes, made).unwrap();
    let japanese = run(folder.path(), ["certs", "--out", "b", "--lang", "ja"]).code_is(0);
    assert!(
        japanese.out.contains("認証局証明書の拇印") && japanese.out.contains("p12のパスワード: "),
        "{}",
        japanese.out
    );
}

#[test]
fn wrong_requests_are_usage_errors_and_leave_nothing() {
    let folder = folder();
    for (args, told) in [
        (vec![], "--out"),
        (vec!["--out", "out", "--office", "997010001"], "an office number is ten digits"),
        (vec!["--out", "out", "--password", "Short1"], "8 to 16 characters"),
        (vec!["--out", "out", "--password", "Passw0rdPassw0rdX"], "8 to 16 characters"),
        (vec!["--out", "out", "--password", "Passw0rd!"], "letters and digits of ASCII"),
        (vec!["--out", "out", "--password", "Password"], "a digit, too"),
        (vec!["--out", "out", "--password", "12345678"], "a letter, too"),
    ] {
        let refused = certs(folder.path(), &args).code_is(2);
        assert_eq!(refused.out, "");
        assert!(refused.err.contains(told), "{args:?}: {}", refused.err);
    }
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn a_folder_that_is_not_empty_is_written_with_force_only_and_keeps_what_is_not_ours() {
    let folder = folder();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("mine.txt"), "mine").unwrap();
    let refused = certs(folder.path(), &["--out", "out"]).code_is(2);
    assert_eq!(refused.err, "error: the folder out is not empty; --force replaces earlier certificates in it\n");
    assert_eq!(names(&out), ["mine.txt"]);
    certs(folder.path(), &["--out", "out", "--force", "--office", "9970100047"]).code_is(0);
    let first = fs::read(out.join("ca/ca.pem")).unwrap();
    certs(folder.path(), &["--out", "out", "--force"]).code_is(0);
    assert_ne!(fs::read(out.join("ca/ca.pem")).unwrap(), first);
    assert!(!out.join("good/9970100047-KaigoJigyousho.p12").exists(), "the earlier set is gone");
    assert_eq!(fs::read_to_string(out.join("mine.txt")).unwrap(), "mine");
    assert_eq!(names(&out), ["README.ja.md", "README.md", "ca", "certificates.json", "good", "mine.txt", "refused"]);
    fs::write(folder.path().join("file"), "").unwrap();
    let refused = certs(folder.path(), &["--out", "file"]).code_is(2);
    assert_eq!(refused.err, "error: file is no folder\n");
    assert_eq!(names(folder.path()), ["file", "out"], "nothing is left beside them");
}

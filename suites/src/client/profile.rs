//! Reads `client.toml`: where the platform is, whom to trust, who we are. Knows its keys and says which
//! line is wrong; connects to nothing.
//!
//! ```toml
//! url = "https://localhost:8443"
//! ca = "ca.pem"                      # paths start at the folder of this file
//!
//! [identity]
//! p12 = "office.p12"                 # or: certificate = "office.pem" and key = "office.key"
//! password_file = "p12.password"
//!
//! [personal]                         # 個人ユーザ
//! user = "c9970100013"
//! password_env = "RENKEI_PERSONAL"
//!
//! [office]                           # 事業所ユーザ
//! user = "KJ999970100013"
//! password = "…"
//!
//! [timeouts]                         # seconds; may be left out
//! connect = 10
//! read = 30
//! total = 600
//! ```
//!
//! A password is in the file itself, in another file (its last line end is no part of it), or in a
//! variable of the environment; never among the arguments, where every user of the machine sees it.

use std::path::Path;
use std::time::Duration;

use renkei_validator::text::Message;
use reqwest::Url;

use crate::lang::io_reason;
use crate::section::{self, Section, Wrong};

/// All that is needed to reach the platform as an office.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    /// Where the platform is: `https://…`.
    pub url: Url,
    /// The certificates trusted, and no others, in PEM.
    pub ca: Vec<u8>,
    /// Our own certificate and key.
    pub identity: Identity,
    /// 個人ユーザ
    pub personal: Account,
    /// 事業所ユーザ
    pub office: Account,
    /// How long is waited for the server.
    pub timeouts: Timeouts,
}

/// A certificate with its key.
#[derive(Clone, PartialEq, Eq)]
pub enum Identity {
    /// Two PEM texts.
    Pem {
        /// The certificate, and those that lead to the authority.
        certificate: Vec<u8>,
        /// Its key.
        key: Vec<u8>,
    },
    /// PKCS#12, as the certificate office hands it out.
    P12 {
        /// The file.
        bytes: Vec<u8>,
        /// 証明書発行用パスワード
        password: String,
    },
}

/// A user with the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// ユーザID
    pub user: String,
    /// パスワード
    pub password: String,
}

/// How long is waited for the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the beginning of an answer, and for each next piece of it.
    pub read: Duration,
    /// For a request and its answer in all.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts { connect: Duration::from_secs(10), read: Duration::from_secs(30), total: Duration::from_secs(600) }
    }
}

// Passwords and keys are shown by no `{:?}`.
impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Profile { url, ca: _, identity: _, personal, office, timeouts } = self;
        f.debug_struct("Profile")
            .field("url", &url.as_str())
            .field("personal", &personal.user)
            .field("office", &office.user)
            .field("timeouts", timeouts)
            .finish_non_exhaustive()
    }
}

/// Where variables of the environment come from.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Profile {
    /// Reads a profile and the files it names.
    ///
    /// # Errors
    ///
    /// What is wrong, with the line where it stands in the file.
    pub fn load(path: &Path, environment: Environment<'_>) -> Result<Profile, Message> {
        let name = path.display().to_string();
        let text = crate::text_file::read(path).map_err(|error| {
            let why = io_reason(&error);
            Message::pair(
                format!("プロファイル {name} を読み取れません: {}", why.ja),
                format!("cannot read the profile {name}: {}", why.en),
            )
        })?;
        Profile::parse(&name, &text, path.parent().unwrap_or(Path::new("")), environment)
    }

    fn parse(name: &str, text: &str, folder: &Path, environment: Environment<'_>) -> Result<Profile, Message> {
        section::parse(name, text, |root| Reading { folder, environment }.profile(root))
    }
}

/// What is at hand while a profile is read.
#[derive(Clone, Copy)]
struct Reading<'a> {
    /// Where its paths start.
    folder: &'a Path,
    environment: Environment<'a>,
}

impl Reading<'_> {
    fn profile(self, root: &Section<'_>) -> Result<Profile, Wrong> {
        root.only(&["url", "ca", "identity", "personal", "office", "timeouts"])?;
        let needed = |key| root.section(key)?.ok_or_else(|| root.missing(key));
        let url = base(root.required("url")?).ok_or_else(|| {
            root.wrong(
                "url",
                "https://ホスト名:ポート の形で書きます",
                "expected https://HOST:PORT without query or password",
            )
        })?;
        Ok(Profile {
            url,
            ca: self.file(root, "ca")?,
            identity: self.identity(&needed("identity")?)?,
            personal: self.account(&needed("personal")?)?,
            office: self.account(&needed("office")?)?,
            timeouts: root.section("timeouts")?.map_or_else(|| Ok(Timeouts::default()), |own| timeouts(&own))?,
        })
    }

    fn identity(self, own: &Section<'_>) -> Result<Identity, Wrong> {
        own.only(&["certificate", "key", "p12", "password", "password_file", "password_env"])?;
        if own.has("p12") {
            if let Some(other) = ["certificate", "key"].into_iter().find(|key| own.has(key)) {
                return Err(own.wrong(other, "p12 と一緒には使えません", "p12 stands in its place already"));
            }
            return Ok(Identity::P12 { bytes: self.file(own, "p12")?, password: self.password(own)? });
        }
        if let Some(other) = PASSWORDS.into_iter().find(|key| own.has(key)) {
            return Err(own.wrong(other, "p12 だけのためのものです", "it is for p12 only"));
        }
        Ok(Identity::Pem { certificate: self.file(own, "certificate")?, key: self.file(own, "key")? })
    }

    fn account(self, own: &Section<'_>) -> Result<Account, Wrong> {
        own.only(&["user", "password", "password_file", "password_env"])?;
        Ok(Account { user: own.required("user")?.to_owned(), password: self.password(own)? })
    }

    fn password(self, own: &Section<'_>) -> Result<String, Wrong> {
        let named: Vec<&str> = PASSWORDS.into_iter().filter(|key| own.has(key)).collect();
        match named[..] {
            [] => Err(own.missing("password_file")),
            ["password"] => Ok(own.required("password")?.to_owned()),
            ["password_env"] => {
                let variable = own.required("password_env")?;
                (self.environment)(variable).ok_or_else(|| {
                    own.wrong(
                        "password_env",
                        &format!("環境変数 {variable} がありません"),
                        &format!("there is no variable {variable}"),
                    )
                })
            }
            ["password_file"] => {
                let not_text = |_| own.wrong("password_file", "UTF-8のテキストではありません", "it is not UTF-8 text");
                let text = String::from_utf8(self.file(own, "password_file")?).map_err(not_text)?;
                let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
                let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
                Ok(text.to_owned())
            }
            [first, ..] => {
                let one = PASSWORDS.join(", ");
                Err(own.wrong(
                    first,
                    &format!("パスワードは1か所だけに書きます（{one}）"),
                    &format!("a password stands in one place only ({one})"),
                ))
            }
        }
    }

    /// The bytes of a file that a key names.
    fn file(self, own: &Section<'_>, key: &str) -> Result<Vec<u8>, Wrong> {
        let path = self.folder.join(own.required(key)?);
        std::fs::read(&path).map_err(|error| {
            let (path, why) = (path.display(), io_reason(&error));
            own.wrong(key, &format!("{path} を読み取れません: {}", why.ja), &format!("cannot read {path}: {}", why.en))
        })
    }
}

fn timeouts(own: &Section<'_>) -> Result<Timeouts, Wrong> {
    own.only(&["connect", "read", "total"])?;
    let usual = Timeouts::default();
    Ok(Timeouts {
        connect: own.seconds("connect")?.unwrap_or(usual.connect),
        read: own.seconds("read")?.unwrap_or(usual.read),
        total: own.seconds("total")?.unwrap_or(usual.total),
    })
}

/// Where a password may stand.
const PASSWORDS: [&str; 3] = ["password", "password_file", "password_env"];

/// The address of a platform; others than HTTPS would tell the passwords to everybody on the way.
fn base(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    let plain = url.scheme() == "https"
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    plain.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "url = \"https://localhost:8443\"\nca = \"ca.pem\"\n\
        [identity]\ncertificate = \"me.pem\"\nkey = \"me.key\"\n\
        [personal]\nuser = \"c1\"\npassword = \"p1\"\n\
        [office]\nuser = \"KJ1\"\npassword_env = \"OFFICE\"\n";

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in
            [("ca.pem", "CA"), ("me.pem", "ME"), ("me.key", "KEY"), ("pw", "secret \r\n"), ("me.p12", "P12")]
        {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn parse(text: &str) -> Result<Profile, Message> {
        let environment = |name: &str| (name == "OFFICE").then(|| "p2".to_owned());
        Profile::parse("client.toml", text, folder().path(), &environment)
    }

    #[test]
    fn a_profile_is_read_with_the_files_it_names() {
        let expected = Profile {
            url: Url::parse("https://localhost:8443/").unwrap(),
            ca: b"CA".to_vec(),
            identity: Identity::Pem { certificate: b"ME".to_vec(), key: b"KEY".to_vec() },
            personal: Account { user: "c1".to_owned(), password: "p1".to_owned() },
            office: Account { user: "KJ1".to_owned(), password: "p2".to_owned() },
            timeouts: Timeouts::default(),
        };
        assert_eq!(parse(GOOD), Ok(expected));
    }

    #[test]
    fn a_p12_and_passwords_of_files_are_read_and_timeouts_too() {
        let text =
            GOOD.replace("certificate = \"me.pem\"\nkey = \"me.key\"", "p12 = \"me.p12\"\npassword_file = \"pw\"");
        let profile = parse(&format!("{text}[timeouts]\nread = 0.5\ntotal = 60\n")).unwrap();
        assert!(profile.identity == Identity::P12 { bytes: b"P12".to_vec(), password: "secret ".to_owned() });
        assert_eq!(profile.timeouts.read, Duration::from_millis(500));
        assert_eq!(profile.timeouts.total, Duration::from_secs(60));
        assert_eq!(profile.timeouts.connect, Duration::from_secs(10));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (from, to, en, ja) in [
            (
                "ca = ",
                "cacert = ",
                "line 2: cacert: no such setting; the settings are url, ca",
                "2行目: cacert: この名前の設定は",
            ),
            ("key = ", "kee = ", "line 5: identity.kee: no such setting; did you mean key?", "5行目: identity.kee: "),
            ("https://", "http://", "line 1: url: expected https://HOST:PORT", "1行目: url: https://"),
            ("\"ca.pem\"", "\"no.pem\"", "line 2: ca: cannot read ", "2行目: ca: "),
            ("\"ca.pem\"", "1", "line 2: ca: expected a string", "2行目: ca: 空でない文字列"),
            ("user = \"c1\"\n", "", "line 6: personal.user: it is required", "6行目: personal.user: 必要な設定"),
            (
                "password = \"p1\"\n",
                "",
                "line 6: personal.password_file: it is required",
                "6行目: personal.password_file: 必要な設定",
            ),
            (
                "\"OFFICE\"",
                "\"OTHER\"",
                "line 11: office.password_env: there is no variable OTHER",
                "環境変数 OTHER が",
            ),
            (
                "password = \"p1\"",
                "password = \"p1\"\npassword_env = \"OFFICE\"",
                "line 8: personal.password: a password stands in one place only",
                "8行目: personal.password: パスワードは1か所",
            ),
            ("key = \"me.key\"", "p12 = \"me.p12\"", "line 4: identity.certificate: p12 stands", "p12 と一緒には"),
            (
                "key = \"me.key\"",
                "key = \"me.key\"\npassword = \"x\"",
                "line 6: identity.password: it is for p12",
                "p12 だけ",
            ),
            ("[identity]", "[identity", "line 3: not readable as TOML: ", "3行目: TOMLとして読み取れません"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let error = parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert!(error.en.starts_with("client.toml, ") && error.en.contains(en), "{}", error.en);
            assert!(error.ja.starts_with("client.tomlの") && error.ja.contains(ja), "{}", error.ja);
        }
        let without = parse(GOOD.split("[office]").next().unwrap()).unwrap_err();
        assert_eq!(without.en, "client.toml, line 1: office: it is required");
        for seconds in ["0", "-1", "90000", "\"5\"", "true"] {
            let error = parse(&format!("{GOOD}[timeouts]\nread = {seconds}\n")).unwrap_err();
            assert_eq!(error.en, "client.toml, line 13: timeouts.read: expected seconds, from 0.01 to 86400");
        }
    }

    #[test]
    fn no_password_is_shown() {
        let shown = format!("{:?}", parse(GOOD).unwrap());
        assert!(shown.contains("KJ1") && !shown.contains("p1") && !shown.contains("KEY"), "{shown}");
    }

    #[test]
    fn a_profile_that_is_not_there_is_named() {
        let error = Profile::load(Path::new("no-such/client.toml"), &|_| None).unwrap_err();
        assert!(error.en.starts_with("cannot read the profile no-such/client.toml: "), "{}", error.en);
        assert!(error.ja.contains("見つかりません"), "{}", error.ja);
    }
}

//! A browser's side of the page that checks files, by hand: requests as bytes, to a `renkei serve` that has
//! a folder for temporary files of its own.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::common::renkei;

/// A part of a form.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// What stands behind `form-data; `.
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Part {
    pub(crate) fn raw(head: &[u8], body: &[u8]) -> Part {
        Part { head: head.to_vec(), body: body.to_vec() }
    }

    pub(crate) fn field(name: &str, value: &str) -> Part {
        Part::raw(format!("name=\"{name}\"").as_bytes(), value.as_bytes())
    }
}

/// A file of the form, its name written as browsers do.
pub(crate) fn file(name: &str, bytes: &[u8]) -> Part {
    let name = name.replace('"', "%22");
    Part::raw(format!("name=\"file\"; filename=\"{name}\"").as_bytes(), bytes)
}

/// A platform, and a browser that has loaded the page.
pub(crate) struct Desk {
    child: Child,
    address: String,
    folder: TempDir,
    cookie: String,
    pub(crate) token: String,
    english: bool,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header, which is there once.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let all: Vec<&str> =
            self.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect();
        let [only] = all[..] else { panic!("{name}: {all:?}") };
        only
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

impl Desk {
    /// Starts a platform with settings, on a fixed day, and loads the page.
    pub(crate) fn open(settings: &str) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("settings.toml"), settings).unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        let mut command = renkei(folder.path());
        command.args(["serve", "--data", "data", "--listen", "127.0.0.1:0", "--manage", "127.0.0.1:0"]);
        command.args(["--settings", "settings.toml", "--now", "2026-10-10T09:00:00+09:00", "--stop-clock"]);
        command.env("TMPDIR", folder.path().join("tmp"));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let address = ready["manage"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        let mut desk = Desk { child, address, folder, cookie: String::new(), token: String::new(), english: false };
        (desk.cookie, desk.token) = desk.load();
        desk
    }

    fn load(&self) -> (String, String) {
        let page = self.request_with("GET", "/check", "");
        assert_eq!(page.status, 200);
        let cookie = page.header("set-cookie").split(';').next().unwrap().to_owned();
        let text = page.text();
        let token = text.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(token.len(), 64);
        (cookie, token)
    }

    /// The cookie and the token of another browser at the same platform.
    pub(crate) fn another(&self) -> Other {
        let (_, token) = self.load();
        assert_ne!(token, self.token);
        Other { token }
    }

    pub(crate) fn in_english(mut self) -> Desk {
        self.english = true;
        self
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sends the form with its own token.
    pub(crate) fn check(&self, parts: &[Part]) -> Answer {
        self.post("multipart/form-data; boundary=xx", &[], &self.body(parts))
    }

    pub(crate) fn body(&self, parts: &[Part]) -> Vec<u8> {
        self.body_with(&self.token, parts)
    }

    pub(crate) fn body_with(&self, token: &str, parts: &[Part]) -> Vec<u8> {
        let mut body = Vec::new();
        let token = Part::field("token", token);
        for part in [&token].into_iter().chain(parts) {
            body.extend_from_slice(b"--xx\r\nContent-Disposition: form-data; ");
            body.extend_from_slice(&part.head);
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(&part.body);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--xx--\r\n");
        body
    }

    pub(crate) fn post(&self, media_type: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.post_to(&self.address, media_type, headers, body)
    }

    pub(crate) fn post_to(&self, host: &str, media_type: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = self.begin_at(host, media_type, body.len() as u64, headers);
        // Who is answered before everything is sent may find the connection closed.
        let _ = stream.write_all(body);
        answer(&mut stream)
    }

    /// Tells of a body of that length, and sends none.
    pub(crate) fn announce(&self, length: u64) -> Answer {
        answer(&mut self.begin_at(&self.address, "multipart/form-data; boundary=xx", length, &[]))
    }

    /// The head of a post.
    pub(crate) fn begin(&self, media_type: &str, length: usize, headers: &[(&str, &str)]) -> TcpStream {
        self.begin_at(&self.address, media_type, length as u64, headers)
    }

    fn begin_at(&self, host: &str, media_type: &str, length: u64, headers: &[(&str, &str)]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let mut head = format!(
            "POST /check/report HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {media_type}\r\n\
             Content-Length: {length}\r\nCookie: {}\r\n",
            self.cookies()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }

    fn cookies(&self) -> String {
        let language = if self.english { "en" } else { "ja" };
        format!("{}; renkei-language={language}", self.cookie)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path)
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> Answer {
        self.request_with(method, path, &format!("Cookie: {}\r\n", self.cookies()))
    }

    fn request_with(&self, method: &str, path: &str, headers: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n", self.address);
        stream.write_all(head.as_bytes()).unwrap();
        answer(&mut stream)
    }

    /// All files of the platform, and the temporary ones, with what is in them.
    pub(crate) fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let entries = walkdir::WalkDir::new(self.folder.path()).into_iter().map(|entry| entry.unwrap());
        let files = entries.filter(|entry| entry.file_type().is_file());
        files.map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap())).collect()
    }
}

/// Another browser.
pub(crate) struct Other {
    pub(crate) token: String,
}

impl Drop for Desk {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads an answer to its end.
pub(crate) fn answer(stream: &mut TcpStream) -> Answer {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {line:?}")).parse().unwrap();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map(|(_, value)| value.parse().unwrap());
    let mut body = vec![0; length.expect("answers tell their length")];
    reader.read_exact(&mut body).unwrap();
    Answer { status, headers, body }
}

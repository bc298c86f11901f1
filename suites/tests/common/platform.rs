//! `renkei serve` as a child process, and clients of its offices.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use serde_json::Value;

use super::{Outcome, renkei, run};

/// A platform that runs until it is dropped.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) url: String,
    pub(crate) manage: String,
    pub(crate) folder: PathBuf,
}

impl Served {
    /// Starts one in a folder, with its data in `data`, on free ports; returns when it is ready.
    pub(crate) fn start(folder: &Path, args: &[&str]) -> Served {
        Served::on(folder, "127.0.0.1:0", args)
    }

    /// The same, on a certain address.
    pub(crate) fn on(folder: &Path, listen: &str, args: &[&str]) -> Served {
        let mut command = renkei(folder);
        command.args(["serve", "--lang", "en", "--data", "data", "--listen", listen, "--manage", "127.0.0.1:0"]);
        let child = command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("the binary starts");
        let mut line = String::new();
        let out = child.stdout.as_mut().expect("standard output is piped");
        BufReader::new(out).read_line(&mut line).expect("standard output can be read");
        let Ok(ready) = serde_json::from_str::<Value>(&line) else {
            let output = child.wait_with_output().expect("the binary ends");
            panic!("it did not start: {}", String::from_utf8_lossy(&output.stderr));
        };
        let text = |key: &str| ready[key].as_str().expect("the line tells it").to_owned();
        Served { child, url: text("platform"), manage: text("manage"), folder: folder.join("data") }
    }

    /// The number of the port of the platform.
    pub(crate) fn address(&self) -> String {
        self.url.replace("https://localhost", "127.0.0.1").replace("https://", "")
    }

    /// Runs `renkei client` once for an office, with `outbox` and `inbox` of `<office>/` in a folder.
    pub(crate) fn client(&self, folder: &Path, office: &str) -> Outcome {
        let place = |name: &str| folder.join(office).join(name);
        for name in ["outbox", "inbox"] {
            fs::create_dir_all(place(name)).expect("a folder can be made");
        }
        let profile = self.folder.join("clients").join(office).join("client.toml");
        let (outbox, inbox) = (place("outbox"), place("inbox"));
        let [profile, outbox, inbox] = [&profile, &outbox, &inbox].map(|path| path.to_str().expect("it is Unicode"));
        run(folder, ["client", "--lang", "en", "--profile", profile, "--outbox", outbox, "--inbox", inbox, "--once"])
    }

    /// The lines of the journal.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.join("journal.jsonl")).expect("the journal can be read");
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    /// Kills it, as a loss of power would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a killed child ends");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have been killed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

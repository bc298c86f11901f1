//! What tests in a browser need: Chromium, Node, and the packages of `package.json` beside. Knows how to
//! get them where that is allowed, and what is lacking where it is not; knows no page.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Where Debian's package puts it.
pub(crate) const CHROMIUM: &str = "/usr/bin/chromium";

/// Why no page can be looked at here. The packages are installed into the folder; Chromium and Node as
/// packages of the system, where this runs as root.
pub(crate) fn lacking(folder: &Path) -> Option<String> {
    let there = || Path::new(CHROMIUM).exists();
    if !(there() || install("chromium") && there()) {
        return Some(format!("there is no {CHROMIUM}"));
    }
    for program in ["node", "npm"] {
        let there = || runs(program, &["--version"]);
        if !(there() || install("npm") && there()) {
            return Some(format!("{program} does not run"));
        }
    }
    fs::create_dir_all(folder).expect("the folder of a test can be made");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/tests/browser");
    let lock = fs::read(sources.join("package-lock.json")).expect("the list of packages is there");
    let installed = fs::read(folder.join("package-lock.json")).is_ok_and(|installed| installed == lock);
    if installed && folder.join("node_modules/axe-core/axe.min.js").exists() {
        return None;
    }
    for name in ["package.json", "package-lock.json"] {
        fs::copy(sources.join(name), folder.join(name)).expect("the list of packages can be copied");
    }
    let npm = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder).output();
    let npm = npm.expect("npm runs");
    (!npm.status.success()).then(|| format!("npm ci: {}", String::from_utf8_lossy(&npm.stderr)))
}

/// Installs a package of Debian, where this runs as root. Whether that went well.
fn install(package: &str) -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    root && runs("apt-get", &["update", "-q"]) && runs("apt-get", &["install", "-yq", package])
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

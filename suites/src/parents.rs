//! Finds the clean sets of a folder: every folder in it that holds CSV files is one. Knows paths;
//! knows no rule and no mutant.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use renkei_generators::mutate::{Parent, Parents, Refused};
use renkei_validator::Options;
use renkei_validator::name::{FileName, Nature};
use renkei_validator::text::Message;
use walkdir::WalkDir;

use crate::input::{is_hidden, name_of};
use crate::lang;

/// Bytes of parents that are held at once.
const HELD: u64 = 256 << 20;

/// The clean sets of a folder, read when they are asked for.
pub(crate) struct Folders {
    folders: Vec<Folder>,
    options: Options,
    held: Vec<Option<Rc<Parent>>>,
    bytes: u64,
}

struct Folder {
    /// Relative to the folder of all, `.` for that itself.
    name: String,
    paths: Vec<PathBuf>,
}

/// Why parents cannot be had, or what is made of them cannot be kept.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Something cannot be read.
    Read(PathBuf, io::Error),
    /// Something cannot be written.
    Write(PathBuf, io::Error),
    /// A parent has a fault of its own.
    NotClean(String, Refused),
}

/// Findings of a parent that are told one by one.
const TOLD: usize = 3;

impl Trouble {
    /// What a person is told.
    pub(crate) fn message(&self) -> Message {
        match self {
            Trouble::Read(path, error) => {
                let (path, why) = (name_of(path), lang::io_reason(error));
                Message::pair(format!("{path} を読み取れません: {}", why.ja), format!("cannot read {path}: {}", why.en))
            }
            Trouble::Write(path, error) => {
                let (path, why) = (name_of(path), lang::io_reason(error));
                Message::pair(
                    format!("{path} に書き込めません: {}", why.ja),
                    format!("cannot write {path}: {}", why.en),
                )
            }
            Trouble::NotClean(name, refused) => {
                let told = refused.findings.iter().take(TOLD);
                let (mut ja, mut en) = (String::new(), String::new());
                for finding in told {
                    ja.push_str(&format!("\n  {}", finding.ja));
                    en.push_str(&format!("\n  {}", finding.en));
                }
                let rest = refused.findings.len().saturating_sub(TOLD);
                if rest > 0 {
                    ja.push_str(&format!("\n  ほか{rest}件"));
                    en.push_str(&format!("\n  and {rest} more"));
                }
                Message::pair(
                    format!("元になる組 {name} に誤りがあります。誤りのない組を使ってください:{ja}"),
                    format!("the set {name} is not clean; mutants are made of clean sets only:{en}"),
                )
            }
        }
    }
}

impl Folders {
    /// Walks a folder, links followed, hidden files left out.
    pub(crate) fn walk(from: &Path, options: Options) -> Result<Folders, Trouble> {
        let walk = WalkDir::new(from).follow_links(true).sort_by_file_name().into_iter();
        let mut folders: BTreeMap<PathBuf, (Vec<PathBuf>, bool)> = BTreeMap::new();
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || !is_hidden(&entry.file_name().to_string_lossy())) {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(from).to_path_buf();
                Trouble::Read(path, error.into())
            })?;
            let nature = FileName::parse(&entry.file_name().to_string_lossy()).nature();
            if !entry.file_type().is_file() || nature == Nature::Attachment {
                continue;
            }
            let path = entry.into_path();
            let (paths, has_data) = folders.entry(path.parent().unwrap_or(from).to_path_buf()).or_default();
            paths.push(path);
            *has_data |= nature == Nature::Data;
        }
        let folders: Vec<Folder> = folders
            .into_iter()
            .filter(|(_, (_, has_data))| *has_data)
            .map(|(folder, (paths, _))| Folder { name: relative(&folder, from), paths })
            .collect();
        let held = vec![None; folders.len()];
        Ok(Folders { folders, options, held, bytes: 0 })
    }

    /// Whether there is no set at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.folders.is_empty()
    }
}

fn relative(folder: &Path, from: &Path) -> String {
    match folder.strip_prefix(from).unwrap_or(folder) {
        name if name.as_os_str().is_empty() => ".".to_owned(),
        name => name_of(name),
    }
}

impl Parents for Folders {
    type Error = Trouble;

    fn names(&self) -> Vec<String> {
        self.folders.iter().map(|folder| folder.name.clone()).collect()
    }

    fn get(&mut self, index: usize) -> Result<Rc<Parent>, Trouble> {
        if let Some(parent) = &self.held[index] {
            return Ok(Rc::clone(parent));
        }
        let folder = &self.folders[index];
        let mut files = Vec::new();
        let mut bytes = 0;
        for path in &folder.paths {
            let content = std::fs::read(path).map_err(|error| Trouble::Read(path.clone(), error))?;
            bytes += content.len() as u64;
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            files.push((name, content));
        }
        let parent = Parent::new(&folder.name, files, &self.options)
            .map_err(|refused| Trouble::NotClean(folder.name.clone(), refused))?;
        if self.bytes + bytes > HELD {
            self.held.fill(None);
            self.bytes = 0;
        }
        self.bytes += bytes;
        let parent = Rc::new(parent);
        self.held[index] = Some(Rc::clone(&parent));
        Ok(parent)
    }
}

//! What a command line selects, and the walk that finds it. Knows paths and folders; reads no input.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use renkei_validator::folder as folder_of_name;

use super::place::Place;
use super::{Missed, archive, folder, name_of, shown, wildcard};

/// What a command line selects.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(super) roots: Vec<Root>,
    pub(super) missed: Missed,
    pub(super) grouped: bool,
}

/// Something that was named.
#[derive(Debug)]
pub(super) enum Root {
    /// A file, or a folder with all that is in it, as it looked at first sight.
    Path(PathBuf, io::Result<Metadata>),
    /// Something that need not be looked for.
    Task(Task),
}

/// One thing to read.
#[derive(Debug)]
pub(super) enum Task {
    File { place: Place, name: Arc<str>, named: bool },
    Archive { place: Place, name: Arc<str>, named: bool },
    Stdin { name: Arc<str> },
}

/// What a walk comes by.
#[derive(Debug)]
pub(super) enum Found {
    /// Something to read, and how many bytes it has, as far as that is known.
    Task(Task, u64),
    /// The end of a folder of that name: nothing more comes of it.
    End(String),
}

impl Root {
    /// What a path stands for. Where shells do so, patterns were expanded before.
    fn all(path: &Path, patterns: bool) -> Vec<Root> {
        let look = |path: PathBuf| {
            let metadata = std::fs::metadata(&path);
            Root::Path(path, metadata)
        };
        match patterns.then(|| wildcard::expand(path)).flatten() {
            Some(Ok(paths)) => paths.into_iter().map(look).collect(),
            Some(Err(error)) => vec![Root::Path(path.to_path_buf(), Err(error))],
            None => vec![look(path.to_path_buf())],
        }
    }

    fn is_folder(&self) -> bool {
        matches!(self, Root::Path(_, Ok(metadata)) if metadata.is_dir())
    }

    fn is_zip(&self) -> bool {
        matches!(self, Root::Path(path, _) if archive::is_zip(&name_of(path)))
    }
}

impl Task {
    pub(super) fn name(&self) -> &Arc<str> {
        match self {
            Task::File { name, .. } | Task::Archive { name, .. } | Task::Stdin { name } => name,
        }
    }

    /// The folder whose sets its files belong to. An archive is one of its own.
    pub(super) fn folder(&self) -> &str {
        match self {
            Task::File { name, .. } | Task::Stdin { name } => folder_of_name(name),
            Task::Archive { name, .. } => name,
        }
    }

    /// Whether somebody named it.
    pub(super) fn is_named(&self) -> bool {
        match self {
            Task::File { named, .. } | Task::Archive { named, .. } => *named,
            Task::Stdin { .. } => true,
        }
    }
}

impl Selection {
    /// Takes the paths of a command line; `-` is standard input, which has that name.
    pub(crate) fn of(paths: &[PathBuf], stdin_name: Option<&str>) -> Selection {
        let roots = |path: &PathBuf| match stdin_name {
            Some(name) if path.as_os_str() == "-" => {
                vec![Root::Task(Task::Stdin { name: shown(name.as_bytes()).into() })]
            }
            Some(_) | None => Root::all(path, cfg!(windows)),
        };
        let mut roots: Vec<Root> = paths.iter().flat_map(roots).collect();
        // One file that is given twice is still a single one.
        let mut seen = BTreeSet::new();
        roots.retain(|root| match root {
            Root::Path(path, _) => seen.insert(absolute(path)),
            Root::Task(_) => true,
        });
        let grouped = roots.len() > 1 || roots.iter().any(|root| root.is_folder() || root.is_zip());
        Selection { roots, grouped, missed: Missed::default() }
    }

    /// Whether sets are to be formed: not for a single file.
    pub(crate) fn forms_sets(&self) -> bool {
        self.grouped
    }

    /// At most so many things will be found; `None` where nobody knows before looking.
    pub(super) fn most(&self) -> Option<usize> {
        (!self.roots.iter().any(Root::is_folder)).then_some(self.roots.len())
    }

    /// Goes through all of it, in order, and gives what cannot be read. Lengths are looked up only where
    /// somebody wants to know them.
    pub(super) fn walk(self, lengths: bool, take: &mut dyn FnMut(Found)) -> Missed {
        let Selection { roots, missed, .. } = self;
        // What comes later may lie in a folder of what came before.
        let is_alone = roots.len() == 1;
        let mut walk = Walk { missed, seen: (!is_alone).then(BTreeSet::new), ends: is_alone, lengths, take };
        for root in roots {
            match root {
                Root::Path(path, metadata) => walk.add(path, metadata),
                Root::Task(task) => (walk.take)(Found::Task(task, 0)),
            }
        }
        walk.missed
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// A walk under way.
pub(super) struct Walk<'a> {
    pub(super) missed: Missed,
    /// What came by before, where anything may come by twice.
    seen: Option<BTreeSet<PathBuf>>,
    /// Whether a folder that was left is at its end.
    ends: bool,
    /// Whether the lengths of files are to be looked up.
    pub(super) lengths: bool,
    take: &'a mut dyn FnMut(Found),
}

impl Walk<'_> {
    fn add(&mut self, path: PathBuf, metadata: io::Result<Metadata>) {
        match metadata {
            Ok(metadata) if metadata.is_dir() => folder::walk(&path, self),
            Ok(metadata) => self.add_file(path, metadata.len(), true),
            Err(error) => self.missed.unreadable(&name_of(&path), &error, true),
        }
    }

    pub(super) fn add_file(&mut self, path: PathBuf, bytes: u64, named: bool) {
        // A file that is given twice is judged once.
        if let Some(seen) = &mut self.seen
            && !seen.insert(absolute(&path))
        {
            return;
        }
        let name: Arc<str> = name_of(&path).into();
        let packing = archive::packing(&name);
        if packing == archive::Packing::Other {
            return self.missed.blocking(&name, archive::other_packing(), named);
        }
        let place = Place::of(path, &name);
        let task = match packing {
            archive::Packing::None | archive::Packing::Other => Task::File { place, name, named },
            archive::Packing::Zip => Task::Archive { place, name, named },
        };
        (self.take)(Found::Task(task, bytes));
    }

    pub(super) fn leave(&mut self, folder: &Path) {
        if self.ends {
            (self.take)(Found::End(name_of(folder)));
        }
    }
}

//! Clean samples, and edits of them: what the examples of rules and their mutants are made of.
//! Knows rows and cells as bytes, and where each stands; runs no rule.
//!
//! Places are computed here from the draft's own parts, not by the scanner, so that an example
//! holds the scanner to account, too.

use std::ops::Range;

use crate::name::FileName;
use crate::scan::{Piece, scan};
use crate::spec::{ItemType, Key, Kind, Segment, Table, Version, tables};

include!("samples.rs");

/// A set of files that can be edited.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The files.
    pub files: Vec<DraftFile>,
}

/// A file that can be edited.
#[derive(Clone, Debug)]
pub struct DraftFile {
    /// Its name.
    pub name: String,
    /// Bytes before the first row.
    pub prefix: Vec<u8>,
    /// Its rows; empty for an image.
    pub rows: Vec<DraftRow>,
    /// Bytes after the last row; the whole of an image.
    pub suffix: Vec<u8>,
}

/// A row that can be edited.
#[derive(Clone, Debug)]
pub struct DraftRow {
    /// Cells as they stand in the file, quotes included.
    pub cells: Vec<Vec<u8>>,
    /// What stands between the cells.
    pub separator: &'static [u8],
    /// The line end.
    pub end: Vec<u8>,
}

/// Where an edit left its mark. Indices are those of the draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// The whole file.
    File(usize),
    /// The content of a cell: file, row, column.
    Cell(usize, usize, usize),
    /// A part of a cell, counted from the cell's first byte, quote included.
    InCell(usize, usize, usize, Range<usize>),
    /// A row without its line end.
    Row(usize, usize),
    /// From a cell to the end of its row.
    FromCell(usize, usize, usize),
    /// The end of a row, before its line end.
    RowEnd(usize, usize),
    /// The line end of a row.
    LineEnd(usize, usize),
    /// Bytes of the file that belong to no row, with the line they are on.
    Bytes(usize, u64, Range<u64>),
    /// The end of the file.
    End(usize),
}

/// A [`Site`] as a finding would give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The file's name.
    pub file: String,
    /// 1-based physical line.
    pub line: Option<u64>,
    /// Range in the file.
    pub bytes: Option<Range<u64>>,
}

impl DraftFile {
    /// Takes a file apart.
    pub fn parse(name: &str, bytes: &[u8]) -> DraftFile {
        let mut file = DraftFile { name: name.to_owned(), prefix: Vec::new(), rows: Vec::new(), suffix: Vec::new() };
        if file.kind() == Some(Kind::UpkihonImage) {
            file.suffix = bytes.to_vec();
            return file;
        }
        scan(bytes, &mut |piece| match piece {
            Piece::Bom(bytes) => file.prefix = bytes.to_vec(),
            Piece::Record(record) => file.rows.push(DraftRow {
                cells: record.cells.iter().map(|cell| record.bytes[cell.span()].to_vec()).collect(),
                separator: b",",
                end: record.end.bytes().to_vec(),
            }),
            Piece::Skipped { bytes, .. } => file.suffix.extend_from_slice(bytes),
        });
        file
    }

    /// The file as bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.prefix.clone();
        for row in &self.rows {
            bytes.extend_from_slice(&row.bytes());
            bytes.extend_from_slice(&row.end);
        }
        bytes.extend_from_slice(&self.suffix);
        bytes
    }

    /// The kind that its name means.
    pub fn kind(&self) -> Option<Kind> {
        FileName::parse(&self.name).meant_kind()
    }

    /// The version that its first row states.
    pub fn version(&self) -> Option<Version> {
        Version::parse(content(self.rows.first()?.cells.first()?))
    }

    /// The table that a row of so many cells belongs to.
    pub fn table(&self, cells: usize) -> Option<&'static Table> {
        tables(self.version()?, self.kind()?).iter().find(|table| table.items.len() == cells)
    }

    /// The column of an item, by the table of the first row.
    pub fn column(&self, key: Key) -> Option<usize> {
        self.table(self.rows.first()?.cells.len())?.column(key)
    }

    /// The content of an item in a row; nothing where there is none.
    pub fn get(&self, row: usize, key: Key) -> &[u8] {
        let cell = self.column(key).and_then(|column| self.rows.get(row)?.cells.get(column));
        cell.map_or(&[], |cell| content(cell))
    }

    /// Replaces the content of an item in a row. Free text is put in quotes.
    pub fn put(&mut self, row: usize, key: Key, value: &[u8]) -> Option<usize> {
        let table = self.table(self.rows.first()?.cells.len())?;
        let column = table.column(key)?;
        let quoted = table.items[column].form == ItemType::Text && !value.is_empty();
        let cell = self.rows.get_mut(row)?.cells.get_mut(column)?;
        *cell = if quoted { [b"\"", value, b"\""].concat() } else { value.to_vec() };
        Some(column)
    }
}

impl DraftRow {
    /// The row without its line end.
    pub fn bytes(&self) -> Vec<u8> {
        self.cells.join(self.separator)
    }

    /// Where a cell begins in the row.
    fn start(&self, column: usize) -> usize {
        self.cells[..column].iter().map(|cell| cell.len() + self.separator.len()).sum()
    }
}

/// A cell without its quotes.
fn content(cell: &[u8]) -> &[u8] {
    match cell {
        [b'"', inner @ .., b'"'] => inner,
        _ => cell,
    }
}

impl Draft {
    /// A sample set of `examples/clean/`.
    pub fn sample(name: &str) -> Option<Draft> {
        let (_, files) = SAMPLES.iter().find(|(sample, _)| *sample == name)?;
        Some(Draft { files: files.iter().map(|(name, bytes)| DraftFile::parse(name, bytes)).collect() })
    }

    /// The names of all sample sets.
    pub fn sample_names() -> impl Iterator<Item = &'static str> {
        SAMPLES.iter().map(|(name, _)| *name)
    }

    /// The files as named bytes.
    pub fn to_files(&self) -> Vec<(String, Vec<u8>)> {
        self.files.iter().map(|file| (file.name.clone(), file.bytes())).collect()
    }

    /// The index of the first file of a kind.
    pub fn index(&self, kind: Kind) -> Option<usize> {
        self.files.iter().position(|file| file.kind() == Some(kind))
    }

    /// The first row of a kind that `picks` accepts: index of the file and of the row.
    pub fn find(&self, kind: Kind, picks: impl Fn(&DraftFile, usize) -> bool) -> Option<(usize, usize)> {
        self.files
            .iter()
            .enumerate()
            .filter(|(_, file)| file.kind() == Some(kind))
            .find_map(|(index, file)| (0..file.rows.len()).find(|&row| picks(file, row)).map(|row| (index, row)))
    }

    /// Replaces the content of an item in a row of the first file of a kind.
    pub fn set(&mut self, kind: Kind, row: usize, key: Key, value: &[u8]) -> Option<Site> {
        let file = self.index(kind)?;
        let column = self.files[file].put(row, key, value)?;
        Some(Site::Cell(file, row, column))
    }

    /// Replaces the content of an item in the first row that `picks` accepts.
    pub fn set_where(
        &mut self,
        kind: Kind,
        picks: impl Fn(&DraftFile, usize) -> bool,
        key: Key,
        value: &[u8],
    ) -> Option<Site> {
        let (file, row) = self.find(kind, picks)?;
        let column = self.files[file].put(row, key, value)?;
        Some(Site::Cell(file, row, column))
    }

    /// Replaces a cell as it stands in the file, quotes included.
    pub fn set_raw(&mut self, kind: Kind, row: usize, key: Key, cell: &[u8]) -> Option<Site> {
        let file = self.index(kind)?;
        let column = self.files[file].column(key)?;
        *self.files[file].rows.get_mut(row)?.cells.get_mut(column)? = cell.to_vec();
        Some(Site::Cell(file, row, column))
    }

    /// A part of the content of a cell that was just set.
    pub fn within(&self, site: Site, part: Range<usize>) -> Option<Site> {
        let Site::Cell(file, row, column) = site else { return None };
        let cell = self.files.get(file)?.rows.get(row)?.cells.get(column)?;
        let quote = usize::from(content(cell).len() < cell.len());
        Some(Site::InCell(file, row, column, part.start + quote..part.end + quote))
    }

    /// Replaces a part of the name of the first file of a kind.
    pub fn rename(&mut self, kind: Kind, segment: Segment, part: &str) -> Option<Site> {
        let file = self.index(kind)?;
        self.rename_file(file, segment, part)
    }

    /// Replaces a part of a file's name.
    pub fn rename_file(&mut self, file: usize, segment: Segment, part: &str) -> Option<Site> {
        let name = FileName::parse(&self.files[file].name);
        let kind = name.meant_kind()?;
        let mut parts = vec![kind.name().to_owned()];
        let mut replaced = false;
        for (role, text) in &name.parts {
            replaced |= *role == segment;
            parts.push(if *role == segment { part.to_owned() } else { text.clone() });
        }
        let extension = name.extension.as_deref().unwrap_or_default();
        self.files[file].name = format!("{}.{extension}", parts.join("_"));
        replaced.then_some(Site::File(file))
    }

    /// Replaces a piece of the name of the first file of a kind, as text.
    pub fn rename_text(&mut self, kind: Kind, from: &str, to: &str) -> Option<Site> {
        let file = self.index(kind)?;
        let name = &mut self.files[file].name;
        if !name.contains(from) {
            return None;
        }
        *name = name.replacen(from, to, 1);
        Some(Site::File(file))
    }

    /// The site as a finding would give it.
    pub fn resolve(&self, site: &Site) -> Expected {
        let (index, line, bytes) = match site {
            Site::File(file) => return Expected { file: self.files[*file].name.clone(), line: None, bytes: None },
            Site::Bytes(file, line, bytes) => (*file, *line, bytes.clone()),
            Site::End(file) => {
                let file_bytes = self.files[*file].bytes();
                let end = file_bytes.len() as u64;
                if end == 0 {
                    // No bytes, no line.
                    return Expected { file: self.files[*file].name.clone(), line: None, bytes: Some(0..0) };
                }
                let line = match self.files[*file].rows.len() {
                    0 => 1,
                    rows => self.line(*file, rows - 1) + breaks(&self.files[*file].rows[rows - 1].bytes()),
                };
                (*file, line, end..end)
            }
            Site::Row(file, row) => {
                let at = self.offset(*file, *row);
                (*file, self.line(*file, *row), at..at + self.row(*file, *row).bytes().len() as u64)
            }
            Site::RowEnd(file, row) => {
                let end = self.offset(*file, *row) + self.row(*file, *row).bytes().len() as u64;
                (*file, self.line(*file, *row), end..end)
            }
            Site::LineEnd(file, row) => {
                let bytes = self.row(*file, *row).bytes();
                let end = self.offset(*file, *row) + bytes.len() as u64;
                let length = self.row(*file, *row).end.len() as u64;
                (*file, self.line(*file, *row) + breaks(&bytes), end..end + length)
            }
            Site::FromCell(file, row, column) => {
                let at = self.offset(*file, *row);
                let start = at + self.row(*file, *row).start(*column) as u64;
                (*file, self.line(*file, *row), start..at + self.row(*file, *row).bytes().len() as u64)
            }
            Site::Cell(file, row, column) => {
                let cell = &self.row(*file, *row).cells[*column];
                let quote = u64::from(content(cell).len() < cell.len());
                let start = self.offset(*file, *row) + self.row(*file, *row).start(*column) as u64 + quote;
                (*file, self.line(*file, *row), start..start + content(cell).len() as u64)
            }
            Site::InCell(file, row, column, range) => {
                let start = self.offset(*file, *row) + self.row(*file, *row).start(*column) as u64;
                (*file, self.line(*file, *row), start + range.start as u64..start + range.end as u64)
            }
        };
        Expected { file: self.files[index].name.clone(), line: Some(line), bytes: Some(bytes) }
    }

    fn row(&self, file: usize, row: usize) -> &DraftRow {
        &self.files[file].rows[row]
    }

    fn offset(&self, file: usize, row: usize) -> u64 {
        let file = &self.files[file];
        let rows = file.rows[..row].iter().map(|row| row.bytes().len() + row.end.len());
        (file.prefix.len() + rows.sum::<usize>()) as u64
    }

    fn line(&self, file: usize, row: usize) -> u64 {
        let rows = &self.files[file].rows[..row];
        1 + rows.iter().map(|row| breaks(&row.bytes()) + breaks(&row.end)).sum::<u64>()
    }
}

/// Line breaks, CR LF counted once.
fn breaks(bytes: &[u8]) -> u64 {
    let pairs = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    let single = bytes.iter().filter(|b| matches!(b, b'\r' | b'\n')).count();
    (single - pairs) as u64
}

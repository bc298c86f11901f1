//! What a form is made of: lines of fields, tables, notes. Knows no item and no form.

/// One form, filled in.
#[derive(Clone, Debug)]
pub struct Form {
    /// `第1表`; empty where it has no number.
    pub number: String,
    /// Its official name.
    pub title: String,
    /// Of whom it is: the insured number.
    pub person: String,
    /// Whether its paper lies on its long side.
    pub landscape: bool,
    /// The rows shown on it: `d0.r1 d0.r2`, places of the file and of the row.
    pub rows: String,
    pub(crate) blocks: Vec<Block>,
}

/// A part of a form, from top to bottom.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    /// Fields side by side.
    Line(Vec<Field>),
    /// A heading within the form.
    Heading(String),
    /// A table.
    Grid(Grid),
    /// A picture: base64 of a JPEG image.
    Picture(String),
    /// What the form has no place for.
    Rest(Vec<Field>),
}

/// A label and what stands beside it.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) label: String,
    /// Its part of the line's width.
    pub(crate) weight: u8,
    /// Whether room is left for much text, and the label stands above it.
    pub(crate) tall: bool,
    /// The rows that it speaks of, where these are not all of the form.
    pub(crate) rows: String,
    pub(crate) parts: Vec<Part>,
}

/// A table.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    pub(crate) class: &'static str,
    /// What it is, for those who do not see it.
    pub(crate) caption: String,
    /// The classes of its columns, which have their widths; empty where these are those of the first line.
    pub(crate) columns: &'static [&'static str],
    pub(crate) head: Vec<Vec<Cell>>,
    pub(crate) body: Vec<Tr>,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub(crate) struct Tr {
    pub(crate) class: &'static str,
    pub(crate) rows: String,
    pub(crate) cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) head: bool,
    pub(crate) columns: usize,
    pub(crate) lines: usize,
    pub(crate) class: &'static str,
    pub(crate) rows: String,
    pub(crate) parts: Vec<Part>,
}

impl Cell {
    /// A heading.
    pub(crate) fn head(text: impl Into<String>, class: &'static str) -> Cell {
        Cell { head: true, columns: 1, lines: 1, class, parts: vec![Part::Text(text.into())], ..Cell::default() }
    }

    /// A cell of values.
    pub(crate) fn of(parts: Vec<Part>, class: &'static str) -> Cell {
        Cell { columns: 1, lines: 1, class, parts, ..Cell::default() }
    }

    /// The same over some columns and lines.
    pub(crate) fn over(self, columns: usize, lines: usize) -> Cell {
        Cell { columns, lines, ..self }
    }
}

/// Something within a field or a cell.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// Words of the form.
    Text(String),
    /// A smaller label before a value.
    Label(String),
    /// A value.
    Value(Shown),
    /// All words of a code list, with the one that is meant.
    Choice(Choice),
    /// What follows stands on a line of its own.
    Break,
    /// Parts of a row of their own.
    Box { rows: String, parts: Vec<Part> },
}

/// A value as a reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its item: the glossary's name.
    pub item: &'static str,
    /// The value in the form that people write it.
    pub text: String,
    /// What it means, where that is not the same.
    pub note: String,
}

/// A code list as a form prints it.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) item: &'static str,
    /// Code, meaning, and whether it is meant.
    pub(crate) options: Vec<(String, String, bool)>,
}

//! The elements of JUnit, written one after the other. Knows attributes, escapes and indents; knows no
//! rule and no finding.

use std::borrow::Cow;
use std::io;

/// A suite whose cases are known; what they say is told while it is written.
pub(super) struct Suite<'a> {
    pub(super) name: String,
    pub(super) properties: Vec<(&'static str, String)>,
    pub(super) cases: Vec<Case<'a>>,
    pub(super) out: Option<String>,
}

/// A case.
pub(super) struct Case<'a> {
    pub(super) name: String,
    pub(super) class: String,
    pub(super) file: Option<String>,
    pub(super) properties: Vec<(&'static str, String)>,
    pub(super) end: End,
    pub(super) says: Says<'a>,
}

/// How a case ended. What did not pass has a message and a type.
#[derive(PartialEq, Eq)]
pub(super) enum End {
    Passed,
    Failed { message: String, kind: String },
    Broken { message: String, kind: &'static str },
    Skipped { message: String },
}

/// Hands over the lines of a text, one by one. A text without lines is none.
pub(super) type Says<'a> = Box<dyn Fn(&mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()> + 'a>;

/// How many cases there are, and how many of them did not pass.
#[derive(Default)]
pub(super) struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    pub(super) fn add(&mut self, suite: &Suite<'_>) {
        self.tests += suite.cases.len();
        for case in &suite.cases {
            match case.end {
                End::Passed => {}
                End::Failed { .. } => self.failures += 1,
                End::Broken { .. } => self.errors += 1,
                End::Skipped { .. } => self.skipped += 1,
            }
        }
    }
}

/// Before all suites.
pub(super) fn begin(out: &mut dyn io::Write, all: &Counts) -> io::Result<()> {
    let Counts { tests, failures, errors, skipped: _ } = all;
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"renkei\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">")
}

/// Behind all suites.
pub(super) fn end(out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "</testsuites>")
}

/// Writes a suite.
pub(super) fn suite(out: &mut dyn io::Write, suite: &Suite<'_>) -> io::Result<()> {
    let mut counts = Counts::default();
    counts.add(suite);
    let Counts { tests, failures, errors, skipped } = counts;
    writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">",
        escaped(&suite.name)
    )?;
    properties(out, "    ", &suite.properties)?;
    for one in &suite.cases {
        case(out, one)?;
    }
    if let Some(text) = &suite.out {
        writeln!(out, "    <system-out>{}</system-out>", escaped(text))?;
    }
    writeln!(out, "  </testsuite>")
}

fn properties(out: &mut dyn io::Write, indent: &str, all: &[(&'static str, String)]) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "{indent}<properties>")?;
    for (name, value) in all {
        writeln!(out, "{indent}  <property name=\"{name}\" value=\"{}\"/>", escaped(value))?;
    }
    writeln!(out, "{indent}</properties>")
}

fn case(out: &mut dyn io::Write, case: &Case<'_>) -> io::Result<()> {
    write!(out, "    <testcase name=\"{}\" classname=\"{}\"", escaped(&case.name), escaped(&case.class))?;
    if let Some(file) = &case.file {
        write!(out, " file=\"{}\"", escaped(file))?;
    }
    writeln!(out, ">")?;
    properties(out, "      ", &case.properties)?;
    match &case.end {
        End::Passed => told(out, "system-out", "", &case.says)?,
        End::Failed { message, kind } => ended(out, "failure", message, kind, &case.says)?,
        End::Broken { message, kind } => ended(out, "error", message, kind, &case.says)?,
        End::Skipped { message } => writeln!(out, "      <skipped message=\"{}\"/>", escaped(message))?,
    }
    writeln!(out, "    </testcase>")
}

fn ended(out: &mut dyn io::Write, tag: &str, message: &str, kind: &str, says: &Says<'_>) -> io::Result<()> {
    let attributes = format!(" message=\"{}\" type=\"{}\"", escaped(message), escaped(kind));
    told(out, tag, &attributes, says)
}

/// An element with a text, without the blank lines at its end. Without either attributes or a text there
/// is no element.
fn told(out: &mut dyn io::Write, tag: &str, attributes: &str, says: &Says<'_>) -> io::Result<()> {
    let (mut has_begun, mut ends) = (!attributes.is_empty(), 0);
    if has_begun {
        write!(out, "      <{tag}{attributes}>")?;
    }
    says(&mut |line| {
        let line = line.trim_end();
        if line.is_empty() {
            ends += 1;
            return Ok(());
        }
        if !has_begun {
            write!(out, "      <{tag}>")?;
            (has_begun, ends) = (true, 0);
        }
        write!(out, "{}{}", "\n".repeat(ends), escaped(line))?;
        ends = 1;
        Ok(())
    })?;
    if has_begun { writeln!(out, "</{tag}>") } else { Ok(()) }
}

/// Text of an element or an attribute. Controls are pictures before they come here.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

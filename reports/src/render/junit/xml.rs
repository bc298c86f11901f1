//! The elements of JUnit, written one after the other. Knows their names and order; knows no rule and no
//! finding.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

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

/// What the elements are written to.
pub(super) struct Xml<'o>(Writer<&'o mut dyn io::Write>);

impl<'o> Xml<'o> {
    /// Begins, before all suites.
    pub(super) fn begin(out: &'o mut dyn io::Write, all: &Counts) -> io::Result<Xml<'o>> {
        let mut xml = Xml(Writer::new_with_indent(out, b' ', 2));
        xml.0.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let Counts { tests, failures, errors, skipped: _ } = all;
        let counts = [("tests", tests), ("failures", failures), ("errors", errors)];
        let suites = BytesStart::new("testsuites").with_attributes([("name", "renkei")]);
        xml.0.write_event(Event::Start(counted(suites, &counts)))?;
        Ok(xml)
    }

    /// Writes a suite.
    pub(super) fn suite(&mut self, suite: &Suite<'_>) -> io::Result<()> {
        let mut counts = Counts::default();
        counts.add(suite);
        let Counts { tests, failures, errors, skipped } = &counts;
        let counts = [("tests", tests), ("failures", failures), ("errors", errors), ("skipped", skipped)];
        let start = BytesStart::new("testsuite").with_attributes([("name", &*suite.name)]);
        self.0.write_event(Event::Start(counted(start, &counts)))?;
        self.properties(&suite.properties)?;
        suite.cases.iter().try_for_each(|case| self.case(case))?;
        if let Some(text) = &suite.out {
            self.0.create_element("system-out").write_text_content(BytesText::new(text))?;
        }
        self.close("testsuite")
    }

    /// Ends, behind all suites.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.close("testsuites")?;
        self.0.into_inner().write_all(b"\n")
    }

    fn properties(&mut self, all: &[(&'static str, String)]) -> io::Result<()> {
        if all.is_empty() {
            return Ok(());
        }
        self.0.write_event(Event::Start(BytesStart::new("properties")))?;
        for (name, value) in all {
            self.0.create_element("property").with_attributes([("name", *name), ("value", value)]).write_empty()?;
        }
        self.close("properties")
    }

    fn case(&mut self, case: &Case<'_>) -> io::Result<()> {
        let names = [("name", &*case.name), ("classname", &*case.class)];
        let mut start = BytesStart::new("testcase").with_attributes(names);
        start.extend_attributes(case.file.iter().map(|file| ("file", &**file)));
        self.0.write_event(Event::Start(start))?;
        self.properties(&case.properties)?;
        let ended = |tag, message: &str, kind: &str| {
            BytesStart::new(tag).with_attributes([("message", message), ("type", kind)])
        };
        match &case.end {
            End::Passed => self.told(BytesStart::new("system-out"), &case.says)?,
            End::Failed { message, kind } => self.told(ended("failure", message, kind), &case.says)?,
            End::Broken { message, kind } => self.told(ended("error", message, kind), &case.says)?,
            End::Skipped { message } => {
                self.0.create_element("skipped").with_attribute(("message", &**message)).write_empty()?;
            }
        }
        self.close("testcase")
    }

    /// An element with a text, without the blank lines at its end. Without either attributes or a text there
    /// is no element.
    fn told(&mut self, start: BytesStart<'static>, says: &Says<'_>) -> io::Result<()> {
        let (mut has_begun, mut ends) = (start.attributes().next().is_some(), 0);
        if has_begun {
            self.0.write_event(Event::Start(start.borrow()))?;
        }
        says(&mut |line| {
            let line = line.trim_end();
            if line.is_empty() {
                ends += 1;
                return Ok(());
            }
            if !has_begun {
                self.0.write_event(Event::Start(start.borrow()))?;
                (has_begun, ends) = (true, 0);
            }
            let blank = "\n".repeat(ends);
            ends = 1;
            self.0.write_event(Event::Text(BytesText::new(&(blank + line))))
        })?;
        if has_begun { self.0.write_event(Event::End(start.to_end())) } else { Ok(()) }
    }

    fn close(&mut self, tag: &str) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(tag)))
    }
}

/// An element with numbers.
fn counted<'e>(mut start: BytesStart<'e>, counts: &[(&str, &usize)]) -> BytesStart<'e> {
    for (name, count) in counts {
        start.push_attribute((*name, &*count.to_string()));
    }
    start
}

//! One thread that reads a file and judges it in one of several ways, so that whole processes can be
//! measured by the processor time that they took: `judge HOW FILE`, where HOW is
//!
//! - `rules`: all rules about one file, as `renkei check` has them, without digest and report
//! - `every-rule`: the same, with each rule asked for each row
//! - `csv-checks`: the csv crate and a check of each item
//! - `csv-alone`: the csv crate, and no check
//!
//! It fails where something is wrong. The table is that of the kind in the file's name and of the
//! version in its first bytes.

#![allow(clippy::print_stdout, reason = "it says what it counted")]

use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::process::ExitCode;

use renkei_benches::peer;
use renkei_validator::name::FileName;
use renkei_validator::spec::{self, Table, Version};
use renkei_validator::{FileCheck, Options};

/// How much is read at once.
const CHUNK: usize = 64 << 10;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [how, path] = args.as_slice() else {
        return Err("usage: judge rules|every-rule|csv-checks|csv-alone FILE".into());
    };
    let mut file = File::open(path)?;
    let (rows, wrong) = match how.as_str() {
        "rules" => rules(path, file, true)?,
        "every-rule" => rules(path, file, false)?,
        "csv-checks" => {
            let table = table(path, &mut file)?;
            let count = peer::count(table, file)?;
            (count.rows, count.wrong)
        }
        "csv-alone" => (peer::split(file)?.0, 0),
        _ => return Err(format!("there is no way `{how}` to judge").into()),
    };
    println!("{rows} rows, {wrong} wrong");
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Rows and findings.
fn rules(path: &str, mut file: File, fast: bool) -> Result<(u64, u64), Box<dyn Error>> {
    let options = Options { as_of: spec::parse_date(b"20261120"), sets: false, fast, ..Options::default() };
    let mut other = File::open(path)?;
    let again = Box::new(move |range: Range<u64>| read(&mut other, range).ok());
    let mut check = FileCheck::new(path, &options).reading_again(again);
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = file.read(&mut chunk)?;
        if length == 0 {
            break;
        }
        check.push(&chunk[..length]);
    }
    let judged = check.finish();
    Ok((judged.records, judged.findings.totals.values().sum()))
}

fn read(file: &mut File, range: Range<u64>) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(range.start))?;
    let mut bytes = vec![0; (range.end - range.start) as usize];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn table(path: &str, file: &mut File) -> Result<&'static Table, Box<dyn Error>> {
    let mut version = [0; 6];
    file.read_exact(&mut version)?;
    file.rewind()?;
    let version = Version::parse(&version).ok_or("the file begins with no version")?;
    let kind = FileName::parse(path).meant_kind().ok_or("the file's name has no kind")?;
    spec::table(version, kind).ok_or_else(|| "that version has no such kind".into())
}

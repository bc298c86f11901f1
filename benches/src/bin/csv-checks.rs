//! The baseline as a whole process: `csv-checks FILE` counts the rows of a file and the values that
//! are not as its table says; `csv-checks --split FILE` counts rows and items and checks none. The
//! table is that of the kind in the file's name and the version in its first bytes.

#![allow(clippy::print_stdout, reason = "it says what it counted")]

use std::error::Error;
use std::fs::File;
use std::io::{Read, Seek};
use std::process::ExitCode;

use renkei_benches::peer;
use renkei_validator::name::FileName;
use renkei_validator::spec::{self, Version};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (path, split) = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [path] => (path, false),
        ["--split", path] => (path, true),
        _ => return Err("usage: csv-checks [--split] FILE".into()),
    };
    let mut file = File::open(path)?;
    if split {
        let (rows, items) = peer::split(file)?;
        println!("{rows} rows, {items} items");
        return Ok(ExitCode::SUCCESS);
    }
    let mut version = [0; 6];
    file.read_exact(&mut version)?;
    file.rewind()?;
    let version = Version::parse(&version).ok_or("the file begins with no version")?;
    let kind = FileName::parse(path).meant_kind().ok_or("the file's name has no kind")?;
    let table = spec::table(version, kind).ok_or("that version has no such kind")?;
    let counted = peer::count(table, file)?;
    println!("{} rows, {} wrong", counted.rows, counted.wrong);
    Ok(if counted.wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

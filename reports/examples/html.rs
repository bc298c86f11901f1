//! Writes the HTML of a record, for looking at: `html REPORT.json PAGE.html [ja|en]`.
use std::fs;

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let report: renkei_reports::Report = serde_json::from_str(&fs::read_to_string(&args[1])?)?;
    let lang =
        if args.get(3).is_some_and(|lang| lang == "en") { renkei_reports::Lang::En } else { renkei_reports::Lang::Ja };
    renkei_reports::html(&report, lang, &mut fs::File::create(&args[2])?)
}

//! What to mend first: the commonest of the most severe defects, in the words of its rule.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Setup, report, sample, small};
use renkei_reports::{Lang, Report, html, html_with_next_step};
use scraper::{Html, Selector};

const NAME: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";

fn page(report: &Report) -> String {
    let mut out = Vec::new();
    html_with_next_step(report, Lang::Ja, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What the page says there in Japanese, without its spaces, and where it leads to.
fn said(report: &Report) -> Option<(String, String)> {
    let page = Html::parse_document(&page(report));
    let select = |selector: &str| Selector::parse(selector).unwrap();
    let next = page.select(&select(".next")).next()?;
    let whole = |selector: &str| next.select(&select(selector)).flat_map(|element| element.text()).collect::<String>();
    let text = format!("{} {} {} {}", whole("h2 .ja"), whole("a .ja"), whole(".n .ja, code"), whole("li > span .ja"));
    let href = next.select(&select("a")).next().unwrap().attr("href").unwrap().to_owned();
    assert!(page.select(&select(&href)).next().is_some(), "{href} leads nowhere");
    Some((text, href))
}

fn rows(rows: &[&str]) -> Report {
    report(&small(NAME, rows.concat().as_bytes()), &Setup { alone: true, ..Setup::default() })
}

const GOOD: &str = "202407,990010,0000000101,202610\r\n";
const SHORT: &str = "202407,990010,0000000102\r\n";
const NO_MONTH: &str = "202407,990010,0000000103,202613\r\n";
const NO_MONTH_EITHER: &str = "202407,990010,0000000104,202614\r\n";

#[test]
fn the_commonest_error_comes_first_with_the_fix_of_its_rule() {
    let expected = "まず直すところ 年月がYYYYMMの形式ではないか、実在しない月です 2件cell/not-a-month \
                    西暦の年と01～12の月を、6桁の数字にしてください。000000は、計画書と一緒に送る利用者補足情報でだけ使います。";
    let (text, href) = said(&rows(&[GOOD, SHORT, NO_MONTH, NO_MONTH_EITHER])).unwrap();
    assert_eq!(text, expected);
    assert!(href.starts_with("#f1r"), "{href}");
}

#[test]
fn where_nothing_is_rejected_nothing_is_to_be_mended_first() {
    assert_eq!(said(&rows(&[GOOD])), None);
    let lenient = Setup { fail_on: None, alone: true, ..Setup::default() };
    assert_eq!(said(&report(&small(NAME, NO_MONTH.as_bytes()), &lenient)), None);
    assert_eq!(said(&sample("valid")), None);
}

#[test]
fn the_rest_of_the_page_is_the_report() {
    let report = rows(&[SHORT, GOOD]);
    let whole = page(&report);
    let start = whole.find("\n<div class=\"blocks next\">").unwrap();
    let end = start + whole[start..].find("\n</div>").unwrap() + "\n</div>".len();
    let mut plain = Vec::new();
    html(&report, Lang::Ja, &mut plain).unwrap();
    assert_eq!(format!("{}{}", &whole[..start], &whole[end..]), String::from_utf8(plain).unwrap());
}

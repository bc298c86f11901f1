//! What is said of entries that have become stale or have expired. In the shape of findings, so that every
//! format shows them; they are about the baseline, and its owner is the one to act.

use renkei_validator::text::Text;

use super::{Baseline, Entry, Judged};
use crate::Lang;
use crate::model::{FindingRecord, Pair};

/// What there is to say of an entry.
struct Notice {
    id: &'static str,
    title: Text,
    because: Text,
    fix: Text,
}

static STALE: Notice = Notice {
    id: RULES[0],
    title: Text {
        ja: "ベースラインの登録に当たる指摘がありません", en: "an entry of the baseline matches nothing"
    },
    because: Text {
        ja: "使われない登録を残すと、同じ不備がもう一度起きたときに見逃します。",
        en: "An entry that is no longer needed lets the same defect pass when it comes back.",
    },
    fix: Text {
        ja: "登録を削除するか件数を減らしてください。--write-baseline で書き直すこともできます。",
        en: "Remove the entry or lower its count; --write-baseline does so.",
    },
};

static EXPIRED: Notice = Notice {
    id: RULES[1],
    title: Text {
        ja: "ベースラインの登録の期限が過ぎています", en: "an entry of the baseline has expired"
    },
    because: Text {
        ja: "期限の過ぎた登録に当たる指摘は、判定に数えます。",
        en: "Findings that it matches count for the verdict again.",
    },
    fix: Text {
        ja: "不備を直して登録を削除するか、理由を見直して新しい期限を書いてください。",
        en: "Mend the defect and remove the entry, or think its reason over and set a new day.",
    },
};

/// The ids of all that may be said.
pub(crate) const RULES: [&str; 2] = ["baseline/stale-entry", "baseline/expired-entry"];

/// What the entries of a baseline give to say, in order of line. `is_judged` tells whether the run says
/// anything of an entry.
pub(crate) fn notices(baseline: &Baseline, judged: &Judged, is_judged: impl Fn(&Entry) -> bool) -> Vec<FindingRecord> {
    let mut notices = Vec::new();
    for (i, entry) in baseline.entries.iter().enumerate() {
        let (used, count) = (judged.used[i], entry.count);
        if judged.expired[i] && used > 0 {
            let message = Pair {
                ja: format!("ベースラインの登録の期限（{}）が過ぎています", entry.expires),
                en: format!("an entry of the baseline has expired on {}", entry.expires),
            };
            let got = Pair { ja: format!("当たる指摘 {used}件"), en: format!("it matches {used}") };
            notices.push(record(&EXPIRED, baseline, entry, message, got));
        } else if used < count && is_judged(entry) {
            let message = match used {
                0 => Pair::from(STALE.title),
                _ => Pair {
                    ja: "ベースラインの登録の件数より、当たる指摘が少なくなっています".to_owned(),
                    en: "an entry of the baseline matches fewer findings than it counts".to_owned(),
                },
            };
            let got = Pair {
                ja: format!("当たる指摘 {used}件（登録は {count}件）"),
                en: format!("it matches {used} of {count}"),
            };
            notices.push(record(&STALE, baseline, entry, message, got));
        }
    }
    notices.sort_by_key(|notice| notice.line);
    notices
}

fn record(notice: &Notice, baseline: &Baseline, entry: &Entry, message: Pair, got: Pair) -> FindingRecord {
    FindingRecord {
        rule: notice.id.to_owned(),
        severity: "warning".to_owned(),
        capped: None,
        authority: "practice".to_owned(),
        file: baseline.file.clone(),
        line: (entry.line > 0).then_some(entry.line),
        column: None,
        item: None,
        bytes: None,
        message,
        expected: Some(subject(entry)),
        got: Some(got),
        fix: Pair::from(notice.fix),
        cites: Vec::new(),
        because: Some(Pair::from(notice.because)),
        reading: None,
        related: Vec::new(),
        excerpt: None,
        row: entry.what.row.clone(),
        baselined: None,
    }
}

/// What the entry is about.
fn subject(entry: &Entry) -> Pair {
    let what = &entry.what;
    let parts: Vec<&str> =
        [Some(what.rule.as_str()), what.role.as_deref(), what.item.as_deref()].into_iter().flatten().collect();
    Pair {
        ja: format!("{} の指摘（理由: {}）", parts.join("、"), entry.reason),
        en: format!("findings of {} (reason: {})", parts.join(", "), entry.reason),
    }
}

/// What such a notice means, by its id.
pub fn explain(id: &str, lang: Lang) -> Option<String> {
    let notice = find(id)?;
    let text = |text: Text| Pair::from(text).get(lang).to_owned();
    let (because, fix) = match lang {
        Lang::Ja => ("理由", "対処"),
        Lang::En => ("why", "fix"),
    };
    Some(format!(
        "{}: {}\n\n{because}: {}\n{fix}: {}\n",
        notice.id,
        text(notice.title),
        text(notice.because),
        text(notice.fix)
    ))
}

/// What such a notice says, by its id.
pub(crate) fn title(id: &str) -> Option<Text> {
    find(id).map(|notice| notice.title)
}

fn find(id: &str) -> Option<&'static Notice> {
    [&STALE, &EXPIRED].into_iter().find(|notice| notice.id == id)
}

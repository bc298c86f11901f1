//! Clients that have something else written than they were asked for. Knows contents; knows no bytes.

use renkei_validator::spec::{Kind, keys};
use renkei_validator::text::Text;

use super::{Deviation, How, with_texts};
use crate::suite::compare::Named;
use crate::suite::content::{Content, Row};
use crate::suite::sut::{ExportTask, Operation, Sut, Trouble};

/// All that ask.
pub(super) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "drops-other-offices",
        title: Text {
            ja: "予定に、送信先のサービスの行だけを出力します",
            en: "writes only the planned services of the receiver",
        },
        caught_by: &["d2.export.services-of-all-offices"],
        how: How::Asks(|task| {
            kept(task, |_, row, to| {
                row.get(keys::upplan::SERVICE_CODE).is_empty() || row.get(keys::upplan::SERVICE_OFFICE_NUMBER) == to
            })
        }),
    },
    Deviation {
        name: "joins-visits",
        title: Text {
            ja: "同じ日の2回の訪問を、はじめの開始から最後の終了までの1行にまとめます",
            en: "joins two visits of a day into one, from the first start to the last end",
        },
        caught_by: &["d2.export.two-visits-a-day", "d3.export.two-visits-a-day", "d3.export.three-visits-back-to-back"],
        how: How::Asks(|task| joined(task.content)),
    },
    Deviation {
        name: "no-total-row",
        title: Text {
            ja: "第7表の合計の行を出力しません", en: "does not write the total row of table 7"
        },
        caught_by: &["d2.export.one-person", "d6.export.one-person"],
        how: How::Asks(|task| kept(task, |_, row, _| row.get(keys::upsikyu::SERVICE_CODE) != "999999")),
    },
    Deviation {
        name: "corrects-changed-rows-only",
        title: Text { ja: "直した行だけを出力し直します", en: "sends only the rows that were corrected" },
        caught_by: &["d3.export.correction", "v3.result.export.correction"],
        how: How::Asks(|task| {
            let before = |kind, row: &Row| {
                task.before.is_some_and(|content| {
                    content.documents.iter().any(|one| one.kind == kind && one.rows.contains(row))
                })
            };
            kept(task, |kind, row, _| kind != Kind::Upjsk || !before(kind, row))
        }),
    },
    Deviation {
        name: "never-writes-deletions",
        title: Text {
            ja: "削除の代わりに、登録をもう一度出力します", en: "registers again instead of deleting"
        },
        caught_by: &["d1.export.deletion", "d2.export.deletion", "d3.export.deletion", "v3.result.export.deletion"],
        how: How::SendsAgain,
    },
    Deviation {
        name: "short-names",
        title: Text { ja: "名称を20文字で切ります", en: "cuts names at 20 characters" },
        caught_by: &["d2.export.long-names"],
        how: How::Asks(|task| {
            let mut content = task.content.clone();
            for row in content.documents.iter_mut().flat_map(|document| &mut document.rows) {
                for key in [keys::upplan::SERVICE_OFFICE_NAME, keys::upplan::PLAN_MANAGER_NAME] {
                    let short: String = row.get(key).chars().take(20).collect();
                    row.set(key, short);
                }
            }
            content
        }),
    },
    Deviation {
        name: "trims-what-it-writes",
        title: Text {
            ja: "文章の前後から空白を除いて出力します",
            en: "takes the spaces off both ends of the texts that it writes",
        },
        caught_by: &["d1.export.spaces-around-text", "d5.export.spaces-around-text"],
        how: How::Asks(|task| with_texts(task.content.clone(), |text| text.trim().to_owned())),
    },
];

/// The answer of somebody who cannot delete.
pub(super) fn sent_again(good: &mut dyn Sut, task: &ExportTask<'_>) -> Result<Vec<Named>, Trouble> {
    match task.operation {
        Operation::Delete => good.export(&ExportTask { operation: Operation::New, ..task.clone() }),
        Operation::New | Operation::Correct | Operation::Again => good.export(task),
    }
}

/// The content with the rows that are to stay; `stays` is told the office of the receiver.
fn kept(task: &ExportTask<'_>, stays: impl Fn(Kind, &Row, &str) -> bool) -> Content {
    let mut content = task.content.clone();
    for document in &mut content.documents {
        let (kind, to) =
            (document.kind, document.destination.as_ref().map(|end| end.office.clone()).unwrap_or_default());
        document.rows.retain(|row| stays(kind, row, &to));
    }
    content.documents.retain(|document| document.kind == Kind::UpkihonImage || !document.rows.is_empty());
    content
}

fn joined(content: &Content) -> Content {
    let mut content = content.clone();
    for document in content.documents.iter_mut().filter(|one| matches!(one.kind, Kind::Upplan | Kind::Upjsk)) {
        let visit = |row: &Row| {
            [
                keys::upplan::INSURED_NUMBER,
                keys::upplan::SERVICE_DATE,
                keys::upplan::SERVICE_OFFICE_NUMBER,
                keys::upplan::SERVICE_CODE,
                keys::upplan::DETAIL_NO,
            ]
            .map(|key| row.get(key).to_owned())
        };
        let mut rows: Vec<Row> = Vec::new();
        for row in std::mem::take(&mut document.rows) {
            match rows.iter_mut().find(|other| visit(other) == visit(&row)) {
                Some(other) => {
                    let (start, end) = (keys::upplan::START_TIME, keys::upplan::END_TIME);
                    let first = other.get(start).min(row.get(start)).to_owned();
                    let last = other.get(end).max(row.get(end)).to_owned();
                    other.set(start, first);
                    other.set(end, last);
                }
                None => rows.push(row),
            }
        }
        document.rows = rows;
    }
    content
}

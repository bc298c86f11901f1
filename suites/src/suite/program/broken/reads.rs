//! Clients that read files wrongly, or do not hold what they have read. Knows contents; a good client keeps
//! the store.

use std::collections::BTreeMap;

use renkei_validator::name::FileName;
use renkei_validator::spec::{Kind, Segment, keys};
use renkei_validator::text::Text;

use super::{Deviation, How, with_texts};
use crate::suite::compare::Named;
use crate::suite::content::{Content, Document, Row};
use crate::suite::sut::{Answer, ImportTask, Imported, Sut, Trouble};

/// What a faulty client has seen of a case.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    /// What it was given, delivery by delivery.
    pub(super) deliveries: Vec<Vec<Named>>,
    /// What it holds beside what the good client holds.
    pub(super) beside: Content,
    /// How many sets it has read.
    sets: u32,
}

/// All that read.
pub(super) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "never-deletes",
        title: Text { ja: "削除のファイルを読み飛ばします", en: "skips deletions" },
        caught_by: &["d1.import.deletion", "d2.import.deletion", "d3.import.deletion", "v3.result.import.deletion"],
        how: How::Reads(|good, task, _| {
            let files: Vec<Named> = task.files.iter().filter(|(name, _)| !name.starts_with("DLT")).cloned().collect();
            if files.is_empty() {
                Ok(Imported::default())
            } else {
                good.import(&ImportTask { files: &files, ..task.clone() })
            }
        }),
    },
    Deviation {
        name: "deletes-everything",
        title: Text {
            ja: "削除が届くと、取り込んだものをすべて消します", en: "removes all it holds on any deletion"
        },
        caught_by: &[
            "d1.import.deletion-of-another-day",
            "d2.import.deletion-of-another-month",
            "d3.import.deletion-of-one-office",
            "d4.import.deletion-of-another-day",
        ],
        how: How::Reads(|good, task, _| {
            if task.files.iter().any(|(name, _)| name.starts_with("DLT")) {
                good.reset(task.case)?;
            }
            good.import(task)
        }),
    },
    Deviation {
        name: "imports-out-of-order",
        title: Text {
            ja: "連番ではなく、ファイル名の順に取り込みます",
            en: "imports by names, whatever their timestamps",
        },
        caught_by: &[
            "d1.import.deletion-in-one-delivery",
            "d1.import.older-after-newer",
            "d3.import.older-after-newer",
            "d4.import.older-after-newer",
            "d5.import.older-after-newer",
            "d6.import.older-after-newer",
            "d7.import.older-after-newer",
        ],
        how: How::Reads(out_of_order),
    },
    Deviation {
        name: "adds-to-what-is-held",
        title: Text { ja: "置き換えずに、行を加えます", en: "adds rows instead of replacing them" },
        caught_by: &[
            "d1.import.corrected-plan",
            "d2.import.corrected-tables",
            "d3.import.same-file-twice",
            "d4.import.same-files-twice",
            "d5.import.same-files-twice",
            "d6.import.same-files-twice",
            "d7.import.same-files-twice",
        ],
        how: How::Holds(|held, memory| {
            let all = memory.deliveries.iter().flat_map(|files| Content::from_files(files));
            let all = all.fold(Content::default(), |all, one| all.and(&one));
            let deletes = |document: &Document| document.kind.name().starts_with("DLT");
            if all.documents.iter().any(deletes) { held } else { all }
        }),
    },
    Deviation {
        name: "forgets-what-it-held",
        title: Text {
            ja: "取り込むたびに、前の内容をすべて消します", en: "removes all it holds before each import"
        },
        caught_by: &["d1.import.plan-of-another-day", "d2.import.next-month", "d3.import.two-offices"],
        how: How::Reads(|good, task, _| {
            good.reset(task.case)?;
            good.import(task)
        }),
    },
    Deviation {
        name: "drops-unknown-codes",
        title: Text {
            ja: "知らないサービスコードの行を捨てます", en: "drops rows of unknown service codes"
        },
        caught_by: &["d2.import.unknown-service-code", "d3.import.unknown-service-code"],
        how: How::Holds(|held, _| without(held, |row| row.get(keys::upplan::SERVICE_CODE) == "119899")),
    },
    Deviation {
        name: "takes-anything",
        title: Text {
            ja: "どのファイルも、取り込めたと答えます", en: "says of every file that it was imported"
        },
        caught_by: &[
            "robustness.reject.header-row",
            "robustness.reject.missing-table7",
            "d1.import.plan-for-another-office",
        ],
        how: How::Reads(|good, task, memory| {
            let said = good.import(task)?;
            let refused = said.answers.iter().any(|answer| !answer.accepted);
            if refused && let Ok(content) = Content::from_files(task.files) {
                memory.beside = std::mem::take(&mut memory.beside).and(&content);
            }
            Ok(all(task, true))
        }),
    },
    Deviation {
        name: "drops-silently",
        title: Text {
            ja: "取り込めないファイルを、知らせずに捨てます",
            en: "drops what it cannot import without a word",
        },
        caught_by: &["robustness.reject.utf-8", "robustness.reject.too-few-items", "d2.import.plan-for-another-office"],
        how: How::Reads(|good, task, _| good.import(task).map(|_| all(task, true))),
    },
    Deviation {
        name: "holds-part-of-a-refused-set",
        title: Text {
            ja: "拒否した組の、読めたファイルを残します",
            en: "keeps the files it could read of a set that it refused",
        },
        caught_by: &["robustness.reject.plan-with-wrong-code", "robustness.reject.missing-table7"],
        how: How::Reads(|good, task, memory| {
            let said = good.import(task)?;
            if said.answers.iter().any(|answer| !answer.accepted) {
                for file in task.files {
                    if let Ok(content) = Content::from_files(std::slice::from_ref(file)) {
                        memory.beside = std::mem::take(&mut memory.beside).and(&content);
                    }
                }
            }
            Ok(said)
        }),
    },
    Deviation {
        name: "refuses-wrong-check-digits",
        title: Text {
            ja: "チェックディジットの合わないファイルを拒否します",
            en: "refuses numbers whose check digit is wrong",
        },
        caught_by: &["d2.import.wrong-check-digits"],
        how: How::Reads(|good, task, _| {
            let wrong = Content::from_files(task.files).is_ok_and(|content| rows(&content).any(has_wrong_check_digit));
            if wrong { Ok(all(task, false)) } else { good.import(task) }
        }),
    },
    Deviation {
        name: "digits-only-offices",
        title: Text {
            ja: "英字を含む事業所番号のファイルを拒否します", en: "refuses office numbers with a letter"
        },
        caught_by: &["d6.import.municipal-office-number", "d7.import.municipal-office-number"],
        how: How::Reads(|good, task, _| {
            let letter =
                |row: &Row| row.get(keys::upplan::SERVICE_OFFICE_NUMBER).bytes().any(|byte| byte.is_ascii_alphabetic());
            let strange = Content::from_files(task.files).is_ok_and(|content| rows(&content).any(letter));
            if strange { Ok(all(task, false)) } else { good.import(task) }
        }),
    },
    Deviation {
        name: "reads-one-code-of-two",
        title: Text {
            ja: "2とおりの符号を持つ文字の、一方しか読みません",
            en: "reads one code of characters that have two",
        },
        caught_by: &["d1.import.other-codes-of-characters", "d3.import.other-codes-of-characters"],
        how: How::Reads(|good, task, _| {
            let other = |bytes: &[u8]| bytes.windows(2).any(|pair| matches!(pair, [0xEE, 0xE0] | [0xED, 0x95]));
            if task.files.iter().any(|(_, bytes)| other(bytes)) { Ok(all(task, false)) } else { good.import(task) }
        }),
    },
    Deviation {
        name: "loses-line-breaks",
        title: Text { ja: "取り込んだ文章の改行を失います", en: "loses line breaks of what it reads" },
        caught_by: &["d1.import.text-with-breaks"],
        how: How::Holds(|held, _| with_texts(held, |text| text.replace('\n', ""))),
    },
    Deviation {
        name: "trims-lines",
        title: Text {
            ja: "取り込んだ文章の各行の前後から空白を除きます",
            en: "takes the spaces off the ends of each line that it reads",
        },
        caught_by: &["d1.import.text-with-breaks"],
        how: How::Holds(|held, _| with_texts(held, |text| text.lines().map(str::trim).collect::<Vec<_>>().join("\n"))),
    },
    Deviation {
        name: "trims-texts",
        title: Text {
            ja: "取り込んだ文章の前後から空白を除きます",
            en: "takes the spaces off both ends of the texts that it reads",
        },
        caught_by: &["d1.import.spaces-around-text", "d5.import.spaces-around-text"],
        how: How::Holds(|held, _| with_texts(held, |text| text.trim().to_owned())),
    },
    Deviation {
        name: "drops-backslashes",
        title: Text { ja: "取り込んだ文章の「\\」を失います", en: "loses backslashes of what it reads" },
        caught_by: &["d1.import.every-kind-of-character"],
        how: How::Holds(|held, _| with_texts(held, |text| text.replace('\\', ""))),
    },
    Deviation {
        name: "holds-short-text",
        title: Text {
            ja: "取り込んだ文章を100文字で切ります", en: "cuts what it reads at 100 characters"
        },
        caught_by: &["d1.import.long-text"],
        how: How::Holds(|held, _| with_texts(held, |text| text.chars().take(100).collect())),
    },
    Deviation {
        name: "ignores-table3",
        title: Text { ja: "第3表を取り込みません", en: "does not import table 3" },
        caught_by: &["d1.import.one-person"],
        how: How::Holds(|mut held, _| {
            held.documents.retain(|document| document.kind != Kind::Up3kyo);
            held
        }),
    },
    Deviation {
        name: "one-visit-a-day",
        title: Text {
            ja: "同じ日・同じコードの訪問を、1回として取り込みます",
            en: "imports visits of one code and day as one",
        },
        caught_by: &["d2.import.two-visits-a-day", "d3.import.two-visits-a-day"],
        how: How::Holds(|mut held, _| {
            for document in held.documents.iter_mut().filter(|one| matches!(one.kind, Kind::Upplan | Kind::Upjsk)) {
                let mut seen: Vec<[String; 5]> = Vec::new();
                document.rows.retain(|row| {
                    let visit = VISIT.map(|key| row.get(key).to_owned());
                    let new = !seen.contains(&visit);
                    seen.push(visit);
                    new
                });
            }
            held
        }),
    },
    Deviation {
        name: "holds-rounded-times",
        title: Text {
            ja: "取り込んだ時刻を5分単位に丸めます", en: "rounds times that it reads to five minutes"
        },
        caught_by: &["d2.import.times-to-the-minute", "d3.import.times-to-the-minute"],
        how: How::Holds(|held, _| {
            with_times(held, |time| match time.split_at_checked(3) {
                Some((head, last)) if last != "0" && time != "9999" => {
                    format!("{head}{}", if last < "5" { "0" } else { "5" })
                }
                _ => time.to_owned(),
            })
        }),
    },
    Deviation {
        name: "holds-no-midnight",
        title: Text {
            ja: "取り込んだ0時を、時刻なしとします", en: "takes a service from 0:00 for one without a time"
        },
        caught_by: &["d2.import.times-to-the-minute", "d3.import.times-to-the-minute"],
        how: How::Holds(|held, _| {
            with_times(held, |time| if time == "0000" { "9999".to_owned() } else { time.to_owned() })
        }),
    },
    Deviation {
        name: "knows-people-by-number",
        title: Text {
            ja: "保険者を見ずに、被保険者番号だけで利用者を見分けます",
            en: "tells people apart by their insured number, whoever the insurer is",
        },
        caught_by: &["d2.import.same-number-of-two-insurers", "d3.import.same-number-of-two-insurers"],
        how: How::Holds(|mut held, _| {
            for document in &mut held.documents {
                let last: BTreeMap<String, String> = document.rows.iter().map(insured).collect();
                document.rows.retain(|row| last.get(&insured(row).0) == Some(&insured(row).1));
            }
            held
        }),
    },
    Deviation {
        name: "deletes-all-types",
        title: Text {
            ja: "実績の削除で、同じ事業所のすべてのサービス種類を消します",
            en: "removes all service types of an office on the deletion of one",
        },
        caught_by: &["d3.import.deletion-of-one-type"],
        how: How::Holds(|mut held, memory| {
            let names = memory.deliveries.iter().flatten().map(|(name, _)| FileName::parse(name));
            let gone: Vec<Option<String>> = names
                .filter(|name| name.meant_kind() == Some(Kind::Dltjsk))
                .map(|name| name.part(Segment::SenderOffice).map(str::to_owned))
                .collect();
            held.documents.retain(|document| {
                let office = document.source.as_ref().map(|end| end.office.clone());
                document.kind != Kind::Upjsk || !gone.contains(&office)
            });
            held
        }),
    },
    Deviation {
        name: "own-lines-only",
        title: Text {
            ja: "取り込んだ予定から、ほかの事業所の行を捨てます",
            en: "drops the rows of other offices that it reads",
        },
        caught_by: &["d2.import.services-of-other-offices"],
        how: How::Holds(|mut held, _| {
            for document in held.documents.iter_mut().filter(|one| one.kind == Kind::Upplan) {
                let own = document.destination.as_ref().map(|end| end.office.clone()).unwrap_or_default();
                document.rows.retain(|row| row.get(keys::upplan::SERVICE_OFFICE_NUMBER) == own);
            }
            held
        }),
    },
];

const VISIT: [renkei_validator::spec::Key; 5] = [
    keys::upplan::INSURED_NUMBER,
    keys::upplan::SERVICE_DATE,
    keys::upplan::SERVICE_OFFICE_NUMBER,
    keys::upplan::SERVICE_CODE,
    keys::upplan::DETAIL_NO,
];

/// One answer for all files.
fn all(task: &ImportTask<'_>, accepted: bool) -> Imported {
    let answer = |(name, _): &Named| Answer { file: name.clone(), accepted, message: None };
    Imported { answers: task.files.iter().map(answer).collect() }
}

fn rows(content: &Content) -> impl Iterator<Item = &Row> {
    content.documents.iter().flat_map(|document| &document.rows)
}

fn without(mut held: Content, goes: impl Fn(&Row) -> bool) -> Content {
    for document in &mut held.documents {
        document.rows.retain(|row| !goes(row));
    }
    held
}

fn with_times(mut held: Content, change: impl Fn(&str) -> String) -> Content {
    for row in held.documents.iter_mut().flat_map(|document| &mut document.rows) {
        for key in [keys::upplan::START_TIME, keys::upplan::END_TIME] {
            let time = change(row.get(key));
            row.set(key, time);
        }
    }
    held
}

/// Whose a row is: the number, and the insurer.
fn insured(row: &Row) -> (String, String) {
    let of = |key| row.get(key).to_owned();
    (of(keys::upplan::INSURED_NUMBER), of(keys::upplan::INSURER_NUMBER))
}

fn has_wrong_check_digit(row: &Row) -> bool {
    let number = row.get(keys::upplan::SERVICE_OFFICE_NUMBER);
    let Some((body, last)) = number.len().checked_sub(1).and_then(|at| number.split_at_checked(at)) else {
        return false;
    };
    let digit = renkei_validator::numbers::check_digit(body.as_bytes());
    number != "9999999999" && digit.is_some_and(|digit| digit.to_string() != last)
}

/// Reads sets by their first names, each as if it were the newest.
fn out_of_order(good: &mut dyn Sut, task: &ImportTask<'_>, memory: &mut Memory) -> Result<Imported, Trouble> {
    let mut sets: BTreeMap<&str, Vec<&Named>> = BTreeMap::new();
    let at = |name: &str| FileName::parse(name).part(Segment::Timestamp).map(str::to_owned).unwrap_or_default();
    let times: Vec<String> = task.files.iter().map(|(name, _)| at(name)).collect();
    for (file, time) in task.files.iter().zip(&times) {
        sets.entry(time).or_default().push(file);
    }
    let mut by_name: Vec<_> = sets.into_iter().collect();
    by_name.sort_by_key(|(_, files)| files.iter().map(|file| &file.0).min().cloned());
    let mut said = Imported::default();
    for (time, files) in by_name {
        memory.sets += 1;
        let newer = format!("{}", 20_300_101_000_000_u64 + u64::from(memory.sets));
        let renamed: Vec<Named> = files
            .iter()
            .map(|(name, bytes)| {
                if time.is_empty() {
                    (name.clone(), bytes.clone())
                } else {
                    (name.replace(time, &newer), bytes.clone())
                }
            })
            .collect();
        let mut one = good.import(&ImportTask { files: &renamed, ..task.clone() })?;
        for answer in &mut one.answers {
            answer.file = answer.file.replace(&newer, time);
        }
        said.answers.append(&mut one.answers);
    }
    Ok(said)
}

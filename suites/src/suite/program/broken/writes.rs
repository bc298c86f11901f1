//! Clients whose files are not what they should be. Knows files as rows of cells; knows no store.

mod cells;

use renkei_validator::draft::{Draft, DraftFile};
use renkei_validator::name::FileName;
use renkei_validator::spec::{ItemType, Kind, Segment, Version, keys};
use renkei_validator::text::Text;

use self::cells::{each, quoted, recoded, without_quotes};
use super::{Deviation, How};
use crate::suite::compare::Named;
use crate::suite::sut::Operation;

/// All that write.
pub(super) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "writes-utf-8",
        title: Text { ja: "UTF-8（BOM付き）で出力します", en: "writes UTF-8 with a byte-order mark" },
        caught_by: &["d1.export.one-person", "d2.export.one-person", "d3.export.one-person"],
        how: How::Writes(|_, draft| each_file(draft, utf8)),
    },
    Deviation {
        name: "states-202410",
        title: Text {
            ja: "CSVバージョンに、標準仕様書の年月（202410）を書きます",
            en: "states the month of the document, 202410, as the version",
        },
        caught_by: &["d1.export.one-person", "d2.export.one-person", "d3.export.one-person"],
        how: How::Writes(|_, draft| each_row(draft, |cells| replace(cells.first_mut(), b"202407", b"202410"))),
    },
    Deviation {
        name: "quotes-only-when-needed",
        title: Text {
            ja: "カンマや改行を含むときだけ「\"」で囲みます",
            en: "puts text into quotes only when it holds a comma or a line break",
        },
        caught_by: &["d1.export.one-person", "d2.export.one-person", "d4.export.one-person"],
        how: How::Writes(|_, draft| {
            each_row(draft, |cells| cells.iter_mut().for_each(without_quotes));
        }),
    },
    Deviation {
        name: "nine-digit-offices",
        title: Text { ja: "事業所番号を9桁で出力します", en: "writes office numbers of nine digits" },
        caught_by: &["d1.export.one-person", "d2.export.one-person", "d3.export.one-person"],
        how: How::Writes(|_, draft| {
            each(draft, |item, cell| {
                if item.form == ItemType::Office {
                    cell.truncate(9)
                }
            })
        }),
    },
    Deviation {
        name: "does-not-double-quotes",
        title: Text { ja: "文章の中の「\"」を重ねません", en: "does not double quotes within text" },
        caught_by: &["d1.export.quotes-within", "d2.export.equipment-name-with-quotes", "d5.export.text-with-breaks"],
        how: How::Writes(|_, draft| {
            each(draft, |_, cell| {
                if let Some(inner) = quoted(cell) {
                    let single = cells::replaced(inner, b"\"\"", b"\"");
                    *cell = [b"\"", single.as_slice(), b"\""].concat();
                }
            });
        }),
    },
    Deviation {
        name: "header-row",
        title: Text { ja: "1行目に見出しを出力します", en: "begins files with a heading" },
        caught_by: &["d1.export.one-person", "d2.export.one-person", "d3.export.one-person"],
        how: How::Writes(|_, draft| each_file(draft, heading)),
    },
    Deviation {
        name: "loses-table3",
        title: Text { ja: "第3表を出力しません", en: "does not write table 3" },
        caught_by: &["d1.export.one-person", "d1.export.whole-week"],
        how: How::Writes(|_, draft| draft.files.retain(|file| file.kind() != Some(Kind::Up3kyo))),
    },
    Deviation {
        name: "strips-leading-zeros",
        title: Text { ja: "番号の先頭の0を落とします", en: "strips leading zeros of numbers" },
        caught_by: &["d1.export.leading-zeros", "d2.export.leading-zeros", "d3.export.leading-zeros"],
        how: How::Writes(|_, draft| {
            each(draft, |item, cell| {
                if item.form == ItemType::Insured {
                    cell.drain(..cell.iter().take_while(|byte| **byte == b'0').count());
                }
            });
        }),
    },
    Deviation {
        name: "spaces-for-line-breaks",
        title: Text {
            ja: "文章の中の改行を空白に変えます", en: "writes spaces for line breaks within text"
        },
        caught_by: &["d1.export.line-breaks", "d4.export.daily-life-with-breaks", "d5.export.text-with-breaks"],
        how: How::Writes(|_, draft| {
            each(draft, |_, cell| {
                let one = cells::replaced(cell, b"\r\n", b"\n");
                *cell = cells::replaced(&one, b"\n", b" ");
            });
        }),
    },
    Deviation {
        name: "plain-kanji",
        title: Text { ja: "髙と﨑を、高と崎に置き換えます", en: "writes 高 for 髙 and 崎 for 﨑" },
        caught_by: &[
            "d1.export.extended-kanji",
            "d2.export.characters-of-names",
            "d3.export.names-with-special-characters",
        ],
        how: How::Writes(|_, draft| each(draft, |_, cell| recoded(cell, &[("髙", "高"), ("﨑", "崎")]))),
    },
    Deviation {
        name: "symbols-as-question-marks",
        title: Text {
            ja: "丸数字などを「?」に置き換えます",
            en: "writes question marks for circled numerals and the like",
        },
        caught_by: &["d1.export.special-symbols", "d3.export.names-with-special-characters"],
        how: How::Writes(|_, draft| {
            each(draft, |_, cell| {
                recoded(cell, &[("①", "?"), ("②", "?"), ("Ⅰ", "?"), ("Ⅱ", "?"), ("㈱", "?"), ("№", "?")])
            });
        }),
    },
    Deviation {
        name: "cuts-text",
        title: Text { ja: "文章を256バイトで切ります", en: "cuts text at 256 bytes" },
        caught_by: &["d1.export.long-text"],
        how: How::Writes(|_, draft| each(draft, |_, cell| cells::cut(cell, 256))),
    },
    Deviation {
        name: "timestamp-of-each-file",
        title: Text {
            ja: "組のファイルに、それぞれ別の連番を付けます",
            en: "gives each file of a set a timestamp of its own",
        },
        caught_by: &["d1.export.one-person", "d2.export.one-person", "d4.export.one-person"],
        how: How::Writes(|_, draft| {
            for file in 1..draft.files.len() {
                let name = FileName::parse(&draft.files[file].name);
                let at = name.part(Segment::Timestamp).and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
                // Minutes, so that no second overflows.
                draft.rename_file(file, Segment::Timestamp, &format!("{}{file:02}00", at / 10_000));
            }
        }),
    },
    Deviation {
        name: "no-supplement",
        title: Text { ja: "利用者補足情報を出力しません", en: "does not write the supplement" },
        caught_by: &["d1.export.one-person", "d2.export.one-person", "d6.export.one-person"],
        how: How::Writes(|_, draft| draft.files.retain(|file| file.kind() != Some(Kind::Uphosoku))),
    },
    Deviation {
        name: "always-the-newest-version",
        title: Text {
            ja: "前の月の分も、最新の版で出力します",
            en: "writes earlier months in the newest version, too",
        },
        caught_by: &["v3.schedule.export.last-month-of-version", "v3.result.export.last-month-of-version"],
        how: How::Writes(|_, draft| each_row(draft, |cells| replace(cells.first_mut(), b"202208", b"202407"))),
    },
    Deviation {
        name: "drops-unused-items",
        title: Text {
            ja: "行の最後の、使わない項目を出力しません",
            en: "leaves out the unused item at the end of rows",
        },
        caught_by: &["d1.export.one-person", "d2.export.one-person", "d3.export.one-person"],
        how: How::Writes(|_, draft| {
            each_row(draft, |cells| {
                if cells.last().is_some_and(Vec::is_empty) {
                    cells.pop();
                }
            });
        }),
    },
    Deviation {
        name: "full-width-hyphen",
        title: Text {
            ja: "TAISコードのハイフンを全角で出力します",
            en: "writes the hyphen of TAIS codes in full width",
        },
        caught_by: &["d2.export.rented-equipment", "d3.export.rented-equipment", "d6.export.preventive-equipment"],
        how: How::Writes(|_, draft| {
            each(draft, |item, cell| {
                if item.form == ItemType::Tais {
                    *cell = cells::replaced(cell, b"-", b"\x81\x7C")
                }
            });
        }),
    },
    Deviation {
        name: "zeros-for-nothing",
        title: Text { ja: "空の項目を0で埋めます", en: "fills empty items with zeros" },
        caught_by: &["d1.export.certification-pending", "d2.export.one-person"],
        how: How::Writes(|_, draft| {
            each(draft, |item, cell| {
                if cell.is_empty() && matches!(item.form, ItemType::Integer | ItemType::Date) {
                    cell.extend_from_slice(if item.form == ItemType::Date { b"00000000" } else { b"0" });
                }
            });
        }),
    },
    Deviation {
        name: "unswapped-types",
        title: Text {
            ja: "実績のファイル名で、サービス種類を送信元と送信先で入れ替えずに書きます",
            en: "leaves the service types of planned services in the names of results",
        },
        caught_by: &["d3.export.one-person", "d7.export.one-person"],
        how: How::Writes(|_, draft| {
            for file in 0..draft.files.len() {
                let name = FileName::parse(&draft.files[file].name);
                let part = |segment| name.part(segment).unwrap_or_default().to_owned();
                if name.meant_kind() == Some(Kind::Upjsk) {
                    let (from, to) = (part(Segment::SenderServiceType), part(Segment::ReceiverServiceType));
                    draft.rename_file(file, Segment::SenderServiceType, &to);
                    draft.rename_file(file, Segment::ReceiverServiceType, &from);
                }
            }
        }),
    },
    Deviation {
        name: "sends-everybody",
        title: Text {
            ja: "送信先を利用していない利用者や、連携の対象ではないサービスも出力します",
            en: "writes users whom the receiver does not serve and services that are not exchanged",
        },
        caught_by: &[
            "d2.export.user-of-other-offices",
            "d2.export.unlinked-service",
            "d2.export.only-unlinked-services",
        ],
        how: How::Writes(|task, draft| {
            if let (Operation::New, Ok(files)) = (task.operation, task.content.to_files()) {
                *draft = self::draft(&files);
            }
        }),
    },
    Deviation {
        name: "months-in-one-file",
        title: Text { ja: "2か月分を1つのファイルに出力します", en: "writes two months into one file" },
        caught_by: &["d2.export.two-months"],
        how: How::Writes(|_, draft| {
            let mut first: Vec<DraftFile> = Vec::new();
            for file in std::mem::take(&mut draft.files) {
                match first
                    .iter_mut()
                    .find(|other| other.kind() == file.kind() && file.kind() != Some(Kind::UpkihonImage))
                {
                    Some(other) => other.rows.extend(file.rows),
                    None => first.push(file),
                }
            }
            draft.files = first;
        }),
    },
    Deviation {
        name: "keeps-what-is-gone",
        title: Text {
            ja: "訂正でなくなった利用者の削除を出力しません",
            en: "does not delete what a correction has taken out",
        },
        caught_by: &[
            "d1.export.correction-drops-a-plan",
            "d2.export.correction-drops-a-person",
            "d3.export.correction-drops-a-person",
        ],
        how: How::Writes(|task, draft| {
            if task.operation == Operation::Correct {
                draft.files.retain(|file| !file.name.starts_with("DLT"));
            }
        }),
    },
    Deviation {
        name: "rounds-times",
        title: Text {
            ja: "時刻を5分単位に丸めて出力します", en: "writes times rounded to five minutes"
        },
        caught_by: &["d2.export.first-minute-of-day", "d3.export.times-to-the-minute"],
        how: How::Writes(|_, draft| {
            each(draft, |item, cell| {
                if let (ItemType::VisitTime, Some(last)) = (item.form, cell.last_mut())
                    && *last != b'0'
                {
                    *last = if *last < b'5' { b'0' } else { b'5' };
                }
            });
        }),
    },
    Deviation {
        name: "states-202701",
        title: Text {
            ja: "2027年1月の分から、CSVバージョンに202701を書きます",
            en: "states 202701 as the version from that month on",
        },
        caught_by: &["d2.export.month-after-version-3", "d3.export.month-after-version-3"],
        how: How::Writes(|_, draft| {
            for file in &mut draft.files {
                if FileName::parse(&file.name).part(Segment::TargetMonth) >= Some("202701") {
                    file.rows.iter_mut().for_each(|row| replace(row.cells.first_mut(), b"202407", b"202701"));
                }
            }
        }),
    },
    Deviation {
        name: "one-timestamp-for-all",
        title: Text {
            ja: "1回の出力のすべての組に、同じ連番を付けます",
            en: "gives all sets of an export one timestamp",
        },
        caught_by: &[
            "d2.export.two-months",
            "d1.export.correction-newer",
            "d2.export.correction-newer",
            "d3.export.correction-newer",
            "d5.export.correction-newer",
            "d7.export.correction-newer",
            "v3.plan.export.correction",
            "v3.result.export.correction",
        ],
        how: How::Writes(|_, draft| {
            for file in 0..draft.files.len() {
                draft.rename_file(file, Segment::Timestamp, "20261020180000");
            }
        }),
    },
    Deviation {
        name: "midnight-for-no-time",
        title: Text {
            ja: "時間の決まりのないサービスを、0000で出力します",
            en: "writes 0000 for services without a time",
        },
        caught_by: &["d2.export.service-without-time"],
        how: How::Writes(|_, draft| {
            each(draft, |item, cell| {
                if item.form == ItemType::VisitTime {
                    replace(Some(cell), b"9999", b"0000")
                }
            });
        }),
    },
    Deviation {
        name: "repeats-issues",
        title: Text {
            ja: "支援計画書サブのすべての行に、課題の内容を書きます",
            en: "repeats the text of an issue on every row of the details",
        },
        caught_by: &["d5.export.text-once-for-each-issue"],
        how: How::Writes(|_, draft| draft.files.iter_mut().for_each(repeat_issue)),
    },
];

/// Files as a draft.
pub(super) fn draft(files: &[Named]) -> Draft {
    Draft { files: files.iter().map(|(name, bytes)| DraftFile::parse(name, bytes)).collect() }
}

fn each_file(draft: &mut Draft, change: fn(&mut DraftFile)) {
    draft.files.iter_mut().filter(|file| file.kind() != Some(Kind::UpkihonImage)).for_each(change);
}

fn each_row(draft: &mut Draft, change: fn(&mut Vec<Vec<u8>>)) {
    draft.files.iter_mut().flat_map(|file| &mut file.rows).for_each(|row| change(&mut row.cells));
}

fn replace(cell: Option<&mut Vec<u8>>, from: &[u8], to: &[u8]) {
    if let Some(cell) = cell.filter(|cell| cell.as_slice() == from) {
        *cell = to.to_vec();
    }
}

fn utf8(file: &mut DraftFile) {
    for cell in file.rows.iter_mut().flat_map(|row| &mut row.cells) {
        *cell = encoding_rs::SHIFT_JIS.decode_without_bom_handling(cell).0.into_owned().into_bytes();
    }
    file.prefix = b"\xEF\xBB\xBF".to_vec();
}

fn heading(file: &mut DraftFile) {
    let table = file.rows.first().and_then(|row| file.table(row.cells.len()));
    if let (Some(table), Some(first)) = (table, file.rows.first()) {
        let mut row = first.clone();
        row.cells = table.items.iter().map(|item| item.key.name().as_bytes().to_vec()).collect();
        file.rows.insert(0, row);
    }
}

fn repeat_issue(file: &mut DraftFile) {
    let is = file.kind() == Some(Kind::UpyoboSub) && file.version() == Some(Version::V202407);
    for row in 1..if is { file.rows.len() } else { 0 } {
        for key in [keys::upyobo_sub::OVERALL_ISSUE, keys::upyobo_sub::GOAL_PROPOSAL, keys::upyobo_sub::GOAL] {
            let same = |key| file.get(row, key) == file.get(row - 1, key);
            if same(keys::upyobo_sub::INSURED_NUMBER)
                && same(keys::upyobo_sub::ISSUE_NO)
                && file.get(row, key).is_empty()
            {
                let above = file.get(row - 1, key).to_vec();
                file.put(row, key, &above);
            }
        }
    }
}

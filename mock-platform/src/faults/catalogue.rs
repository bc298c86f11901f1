//! What is said of faults as a whole: `docs/FAULTS.md`, the JSON of `renkei faults`, the example
//! plans. All of it comes from the cards.

use renkei_validator::text::Text;
use serde::Serialize;

use super::card::{Card, Layer, card};
use super::fault::Kind;
use crate::refusal::Words;

/// `renkei faults --format json`: all faults, or one.
pub fn json(kinds: &[Kind]) -> String {
    let records: Vec<Record> = kinds.iter().map(|kind| Record::of(card(*kind))).collect();
    serde_json::to_string_pretty(&records).expect("a card is strings and lists of them") + "\n"
}

#[derive(Serialize)]
struct Record {
    fault: &'static str,
    layer: &'static str,
    executed: &'static str,
    on: Vec<&'static str>,
    parameter: Option<ParameterRecord>,
    title: Words,
    does: Words,
    good_client: Words,
    sample: &'static str,
}

#[derive(Serialize)]
struct ParameterRecord {
    key: &'static str,
    least: u32,
    most: u32,
    means: Words,
}

impl Record {
    fn of(card: &Card) -> Record {
        Record {
            fault: card.kind.word(),
            layer: card.layer.word(),
            executed: card.executed.word(),
            on: card.places.words(),
            parameter: card.kind.parameter().map(|parameter| {
                let (least, most) = parameter.bounds();
                ParameterRecord { key: parameter.key(), least, most, means: parameter.means().into() }
            }),
            title: card.title.into(),
            does: card.does.into(),
            good_client: card.good_client.into(),
            sample: card.sample,
        }
    }
}

/// `examples/faults/<name>.toml`: the sample with what it is.
pub fn example(kind: Kind) -> String {
    let card = card(kind);
    let mut text = String::new();
    for line in [card.title.ja, card.does.ja, card.title.en, card.does.en] {
        text.push_str(&format!("# {line}\n"));
    }
    text + card.sample
}

/// `docs/FAULTS.md`
pub fn faults_md() -> String {
    let mut text = String::from(INTRODUCTION);
    for layer in Layer::ALL {
        let cards: Vec<&Card> = Kind::ALL.iter().map(|kind| card(*kind)).filter(|card| card.layer == *layer).collect();
        text.push_str(&format!("\n## {}\n\n{}\n\n{}\n\n", layer.word(), layer.text().ja, layer.text().en));
        text.push_str("| 障害 / fault | 実行 / executed | |\n|---|---|---|\n");
        for card in &cards {
            let (word, executed, Text { ja, en }) = (card.kind.word(), card.executed.word(), card.title);
            text.push_str(&format!("| [`{word}`](#{word}) | {executed} | {ja} / {en} |\n"));
        }
        for card in &cards {
            section(&mut text, card);
        }
    }
    text
}

fn section(text: &mut String, card: &Card) {
    text.push_str(&format!("\n### {}\n\n", card.kind.word()));
    text.push_str(&format!("**{}** — {}\n\n", card.title.ja, card.title.en));
    text.push_str(&format!("- 起きること: {}\n", card.does.ja));
    text.push_str(&format!("- 良いクライアント: {}\n", card.good_client.ja));
    text.push_str(&format!("- What it does: {}\n", card.does.en));
    text.push_str(&format!("- A good client: {}\n", card.good_client.en));
    text.push_str(&format!("- 実行 / executed: {}\n", card.executed.word()));
    text.push_str(&format!("- `on`: {}\n", card.places.words().join(", ")));
    if let Some(parameter) = card.kind.parameter() {
        let (key, (least, most), means) = (parameter.key(), parameter.bounds(), parameter.means());
        text.push_str(&format!("- `{key}` ({least}..{most}): {} / {}\n", means.ja, means.en));
    }
    text.push_str(&format!("\n```toml\n{}```\n", card.sample));
}

const INTRODUCTION: &str = r#"# 障害 / Faults

模擬プラットフォームで起こせる障害の一覧です。このファイルは `renkei faults` と同じカードから生成します。障害はこのツールが用意した試験用のものであり、実際のシステムの動作を示すものではありません。

The faults that the mock platform can be told to make. This file is generated from the cards that `renkei faults` shows. They are means of testing, made by us; none is a statement about the real system.

## 障害計画 / A plan

障害計画はTOMLファイルです。`[[step]]` ごとに、どの操作の何回目に、どの障害を起こすかを書きます。同じ計画と同じ操作の順序なら、同じ障害が起きます。

A plan is a TOML file. Each `[[step]]` says which fault strikes which event. The same plan and the same order of events give the same faults.

```toml
[[step]]
on = "send"
nth = 2
times = 3
office = "9970100013"
fault = "status-503"
retry_after_s = 1
```

| 項目 / key | 必須 / required | 意味 | meaning |
|---|---|---|---|
| `on` | yes | 操作のID、`any`（すべてのリクエスト）、または `connect`（新しいTCP接続） | the id of an operation, `any` for every request, or `connect` for a new TCP connection |
| `nth` | yes | 計画が有効になってから何回目か（1から）。`"every"` なら毎回 | which of these events since the plan is in force, from 1; `"every"` for each |
| `times` | no | そこから続けて何回起こすか。省略すると1回 | how many in a row from there; one if left out |
| `office` | no | この事業所の証明書による接続だけ。`connect` では使えません | only connections with a certificate of this office; not with `connect` |
| `fault` | yes | 障害の名前。引数のあるものは、その項目も必須 | the name of the fault; its parameter, if it has one, is required, too |

1つの操作に複数のstepが当てはまるときは、先に書いたものが起き、ほかのstepは回数だけを数えます。一度も起きなかったstepは、計画の差し替え時と終了時に報告します。

Where several steps would strike one event, the first in the file does; the others count it. Steps that never fired are reported when the plan is replaced and when the platform stops.

「実行」は、障害が起きたリクエストの処理が行われるか（yes）、行われないか（no）を示します。

"executed" says whether the request that is struck is executed.
"#;

//! Writes a `sut.toml` to begin with. Knows its keys and what a reader needs to be told; asks nobody.

use renkei_reports::{Lang, Pattern};
use renkei_validator::spec::{Party, Version};

use super::{PATTERNS, ROLES};
use crate::lang::pick;

/// What is known of the software.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// 介護ソフト名
    pub product: String,
    /// 提供会社名
    pub company: String,
    /// Whose software it is.
    pub roles: Vec<Party>,
    /// The patterns it claims.
    pub patterns: Vec<Pattern>,
    /// The versions it claims.
    pub versions: Vec<Version>,
    /// One of [`ADAPTERS`](super::ADAPTERS).
    pub adapter: &'static str,
}

/// The text of the file, with the commands still to be filled in.
pub fn written(start: &Start, lang: Lang) -> String {
    let roles = words(ROLES.iter().filter(|(_, role)| start.roles.contains(role)).map(|(word, _)| *word));
    let patterns = words(PATTERNS.iter().filter(|(_, one)| start.patterns.contains(one)).map(|(word, _)| *word));
    let versions = words(start.versions.iter().map(|version| version.value()));
    let say = |ja, en| pick(lang, ja, en);
    let head = say(
        "# renkei test の設定です。書き方: docs/TESTING.ja.md",
        "# The software that renkei test tries. How it is written: docs/TESTING.md",
    );
    let claimed = say("# 申告する区分", "# the patterns claimed");
    format!(
        "{head}\n\nproduct = {}\ncompany = {}\nroles = [{roles}]\npatterns = [{patterns}]  {claimed}\nversions = \
         [{versions}]\nadapter = \"{}\"\n{}",
        quoted(&start.product),
        quoted(&start.company),
        start.adapter,
        section(start.adapter, lang)
    )
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(quoted).collect::<Vec<_>>().join(", ")
}

/// A string of JSON is one of TOML, too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn section(adapter: &str, lang: Lang) -> String {
    let say = |ja, en| pick(lang, ja, en);
    let mine = say("# ソフトのコマンドに書き換えてください", "# put the commands of the software here");
    let more = say("# できるものだけ、# を外します", "# take the # away from what the software can do");
    match adapter {
        "command" => format!(
            "\n[command]\n{mine}\nexport = [\"./care\", \"export\", \"{{content}}\", \"{{out}}\"]\nimport = \
             [\"./care\", \"import\", \"{{in}}\"]\n{more}\n# reset = [\"./care\", \"reset\"]\n# delete = [\"./care\", \
             \"delete\", \"{{content}}\", \"{{out}}\"]\n# again = [\"./care\", \"again\", \"{{out}}\"]\n# dump = \
             [\"./care\", \"dump\", \"{{dump}}\"]\n# exchange = [\"./care\", \"exchange\", \"{{profile}}\", \
             \"{{outbox}}\", \"{{inbox}}\"]\n# refused = [10]\n"
        ),
        "folder" => format!(
            "\n[folder]\npath = \"exchange\"\ndone = \"answer\"\n{more}\n# start = [\"./care\", \"watch\", \"exchange\"]\n"
        ),
        "http" => format!(
            "\n[http]\n{mine}\nstart = [\"./client\", \"{{profile}}\", \"{{outbox}}\", \"{{inbox}}\"]\n{more}\n# tell = \
             \"platform.json\"\n# quiet = 40\n{}\n",
            say(
                "# tell で伝えるクライアントや、終了しないクライアントは、送受信の終わりに {result} へ次を書きます。\n\
                 # 書かないと、「できなかったことを知らせる」ケースは判定保留になります:\n\
                 # {\"schema\": \"renkei-result/1\", \"done\": true}",
                "# A client that is told by `tell`, or that never ends, writes this to {result} when an exchange is over.\n\
                 # Without it, cases about telling what was not done are blocked:\n\
                 # {\"schema\": \"renkei-result/1\", \"done\": true}"
            )
        ),
        "attended" => format!(
            "\n[attended]\n{}\nexchange = false\n",
            say(
                "# ソフトを模擬プラットフォームに接続できるときは true にします",
                "# true where the software can be connected to the mock platform"
            )
        ),
        _ => String::new(),
    }
}

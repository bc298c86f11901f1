//! Clients that talk to the platform wrongly. Knows habits; how the careless client works is in `careless`.

mod careless;

use renkei_validator::text::Text;

use self::careless::Careless;
use super::{Deviation, How};
use crate::suite::sut::{ExchangeTask, Exchanged, Trouble};

/// A habit of the careless client; in all else it does what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Each try is a delivery of its own.
    NewKeyForEachTry,
    /// What was sent is sent again by the next exchange.
    SendsAgain,
    /// Any server is good enough.
    TrustsAnyServer,
    /// Sends again to where a redirect leads.
    FollowsRedirects,
    /// What came is taken for the whole.
    TakesWhatCame,
    /// An entry is noted as fetched before its bytes are there.
    MarksEarly,
    /// What the platform marks as not fetched is fetched, whatever was.
    BelievesTheMark,
    /// It tries again at once.
    DoesNotWait,
    /// HTTP 200 is a success, whatever the body says.
    Takes200ForSuccess,
    /// What failed is dropped, and all is said to be done.
    ForgetsWhatFailed,
    /// It tries once.
    TriesOnce,
    /// What was refused is tried again and again.
    RepeatsRefused,
    /// A refusal of one delivery ends the work.
    StopsAtRefusal,
    /// It logs in once and never again.
    LogsInOnce,
    /// It reads the first page of a list.
    ReadsOnePage,
}

impl Habit {
    pub(super) fn exchange(self, task: &ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
        Careless { habit: self }.exchange(task)
    }
}

/// All that talk.
pub(super) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "resends-blindly",
        title: Text {
            ja: "応答がなければ、別の送信として送り直します",
            en: "sends again as another delivery when no answer comes",
        },
        caught_by: &["transport.send.acknowledgement-lost", "transport.send.acknowledgement-lost-twice"],
        how: How::Talks(Habit::NewKeyForEachTry),
    },
    Deviation {
        name: "sends-all-again",
        title: Text {
            ja: "送り終えたものを、次の通信でまた送ります",
            en: "sends what was sent again by the next exchange",
        },
        caught_by: &["transport.send.nothing-twice"],
        how: How::Talks(Habit::SendsAgain),
    },
    Deviation {
        name: "ignores-certificate-errors",
        title: Text {
            ja: "サーバーの証明書の誤りを無視します", en: "ignores errors of the server's certificate"
        },
        caught_by: &[
            "transport.send.server-certificate-expired",
            "transport.send.server-certificate-other-authority",
            "transport.send.server-certificate-wrong-name",
            "transport.fetch.untrusted-server",
        ],
        how: How::Talks(Habit::TrustsAnyServer),
    },
    Deviation {
        name: "follows-redirects",
        title: Text { ja: "転送に従います", en: "follows redirects" },
        caught_by: &["transport.send.redirect"],
        how: How::Talks(Habit::FollowsRedirects),
    },
    Deviation {
        name: "trusts-content-length",
        title: Text {
            ja: "宣言された長さの内容が届けば、確かめずに使います",
            en: "uses what came when it has the length that was declared",
        },
        caught_by: &["transport.fetch.body-corrupted"],
        how: How::Talks(Habit::TakesWhatCame),
    },
    Deviation {
        name: "marks-fetched-early",
        title: Text {
            ja: "届き終わる前に、取得済みと記録します",
            en: "notes entries as fetched before they are there",
        },
        caught_by: &["transport.fetch.down-then-up"],
        how: How::Talks(Habit::MarksEarly),
    },
    Deviation {
        name: "believes-the-mark",
        title: Text {
            ja: "手元の記録と照らさず、「未」のものをすべて受信します",
            en: "fetches whatever is marked as not fetched, with no record of its own",
        },
        caught_by: &["transport.fetch.marked-as-not-fetched"],
        how: How::Talks(Habit::BelievesTheMark),
    },
    Deviation {
        name: "does-not-wait",
        title: Text {
            ja: "Retry-Afterを待たずに、すぐやり直します",
            en: "tries again at once, whatever Retry-After says",
        },
        caught_by: &["transport.send.busy-503", "transport.send.too-many-requests-429", "transport.fetch.busy-503"],
        how: How::Talks(Habit::DoesNotWait),
    },
    Deviation {
        name: "takes-200-for-success",
        title: Text {
            ja: "HTTP 200なら、業務エラーでも成功とみなします",
            en: "takes HTTP 200 for a success, whatever it says",
        },
        caught_by: &[
            "transport.send.no-licence",
            "transport.send.unregistered-destination",
            "transport.send.incomplete-set",
        ],
        how: How::Talks(Habit::Takes200ForSuccess),
    },
    Deviation {
        name: "forgets-what-failed",
        title: Text {
            ja: "失敗したものを捨て、終わったと知らせます",
            en: "drops what failed and says that all is done",
        },
        caught_by: &["transport.send.down-then-up", "transport.send.maintenance"],
        how: How::Talks(Habit::ForgetsWhatFailed),
    },
    Deviation {
        name: "tries-once",
        title: Text { ja: "一度しか試しません", en: "tries once" },
        caught_by: &[
            "transport.send.reset-before-answer",
            "transport.send.server-error-once",
            "transport.fetch.body-cut",
        ],
        how: How::Talks(Habit::TriesOnce),
    },
    Deviation {
        name: "repeats-what-is-refused",
        title: Text {
            ja: "業務上の理由で拒否されたものを、繰り返し送ります",
            en: "sends again and again what is refused",
        },
        caught_by: &[
            "transport.send.no-licence",
            "transport.send.incomplete-set",
            "transport.send.version-refused",
            "transport.send.temporary-password",
            "transport.send.expired-password",
        ],
        how: How::Talks(Habit::RepeatsRefused),
    },
    Deviation {
        name: "stops-at-a-refusal",
        title: Text {
            ja: "1つの送信先で拒否されると、残りを送りません", en: "sends nothing more after a refusal"
        },
        caught_by: &["transport.send.refused-beside-good"],
        how: How::Talks(Habit::StopsAtRefusal),
    },
    Deviation {
        name: "logs-in-once",
        title: Text {
            ja: "トークンの期限が切れても、ログインし直しません",
            en: "does not log in again when its token ends",
        },
        caught_by: &["transport.send.token-ends", "transport.fetch.token-ends"],
        how: How::Talks(Habit::LogsInOnce),
    },
    Deviation {
        name: "reads-one-page",
        title: Text {
            ja: "受信一覧の最初のページしか読みません", en: "reads the first page of the list only"
        },
        caught_by: &["transport.fetch.second-page"],
        how: How::Talks(Habit::ReadsOnePage),
    },
];

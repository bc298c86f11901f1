//! Cards of the faults of status and headers.

use renkei_validator::text::Text;

use super::super::fault::Kind;
use super::super::operation::Operation;
use super::{Card, Executed, Layer, Places};

pub(super) static STATUS_500: Card = Card {
    kind: Kind::Status500,
    layer: Layer::Http,
    executed: Executed::No,
    places: Places::Requests,
    title: Text { ja: "500 システムエラー", en: "500, internal error" },
    does: Text {
        ja: "実行せずに、500とシステムエラーのボディを返します。",
        en: "Nothing is executed; the answer is 500 with the body of a system error.",
    },
    good_client: Text {
        ja: "間隔をあけて、決まった回数まで、同じ冪等キーで送り直します。",
        en: "It repeats with the same idempotency key, after a pause and a limited number of times.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"status-500\"\n",
};

pub(super) static STATUS_503: Card = Card {
    kind: Kind::Status503,
    layer: Layer::Http,
    executed: Executed::No,
    places: Places::Requests,
    title: Text { ja: "503とRetry-After（秒）", en: "503 with Retry-After in seconds" },
    does: Text {
        ja: "実行せずに、503と、待つ秒数を示すRetry-Afterを返します。",
        en: "Nothing is executed; the answer is 503 with a Retry-After that says how many seconds to wait.",
    },
    good_client: Text {
        ja: "示された秒数が過ぎてから、同じ冪等キーで送り直します。",
        en: "It repeats with the same idempotency key when these seconds are over, not earlier.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\ntimes = 2\nfault = \"status-503\"\nretry_after_s = 1\n",
};

pub(super) static RETRY_AFTER_AS_DATE: Card = Card {
    kind: Kind::RetryAfterAsDate,
    layer: Layer::Http,
    executed: Executed::No,
    places: Places::Requests,
    title: Text { ja: "503とRetry-After（日時）", en: "503 with Retry-After as a date" },
    does: Text {
        ja: "実行せずに、503と、過去の日時を示すRetry-Afterを返します。日時もHTTPの正しい形式です。",
        en: "Nothing is executed; the answer is 503 with a Retry-After that is a date of the past. Dates are a legal form of this header.",
    },
    good_client: Text {
        ja: "日時の形式も読み取り、過去ならすぐに、または通常の間隔で送り直します。",
        en: "It reads the form with a date, too; for one of the past it repeats at once or after its usual pause.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"retry-after-as-date\"\n",
};

pub(super) static STATUS_429: Card = Card {
    kind: Kind::Status429,
    layer: Layer::Http,
    executed: Executed::No,
    places: Places::Requests,
    title: Text { ja: "429とRetry-After", en: "429 with Retry-After" },
    does: Text {
        ja: "実行せずに、429（リクエスト過多）とRetry-Afterを返します。",
        en: "Nothing is executed; the answer is 429, too many requests, with Retry-After.",
    },
    good_client: Text {
        ja: "示された秒数はこの接続だけでなくすべての送信を控え、その後に続けます。",
        en: "It holds back all its requests for these seconds, not this one alone, and then goes on.",
    },
    sample: "[[step]]\non = \"received-list\"\nnth = 1\nfault = \"status-429\"\nretry_after_s = 1\n",
};

pub(super) static REQUEST_TIMEOUT_408: Card = Card {
    kind: Kind::RequestTimeout408,
    layer: Layer::Http,
    executed: Executed::No,
    places: Places::Requests,
    title: Text { ja: "408と接続の終了", en: "408 and the end of the connection" },
    does: Text {
        ja: "実行せずに、408とConnection: closeを返し、接続を閉じます。",
        en: "Nothing is executed; the answer is 408 with Connection: close, and the connection ends.",
    },
    good_client: Text {
        ja: "新しい接続で、同じ冪等キーで送り直します。",
        en: "It repeats on a new connection with the same idempotency key.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"request-timeout-408\"\n",
};

pub(super) static GATEWAY_TIMEOUT_504: Card = Card {
    kind: Kind::GatewayTimeout504,
    layer: Layer::Http,
    executed: Executed::Yes,
    places: Places::Requests,
    title: Text { ja: "実行後の504", en: "504 after execution" },
    does: Text {
        ja: "実行したうえで、中継装置が応答を待ちきれなかったように504を返します。",
        en: "The request is executed; the answer is 504, as from a gateway that did not wait for it.",
    },
    good_client: Text {
        ja: "504を失敗と決めつけず、同じ冪等キーで送り直すか、送信一覧で結果を確かめます。",
        en: "It does not take 504 for a failure: it repeats with the same idempotency key or looks into the sent list.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"gateway-timeout-504\"\n",
};

pub(super) static UNKNOWN_STATUS_599: Card = Card {
    kind: Kind::UnknownStatus599,
    layer: Layer::Http,
    executed: Executed::No,
    places: Places::Requests,
    title: Text { ja: "未知のステータス599", en: "unknown status 599" },
    does: Text {
        ja: "実行せずに、どの一覧にもないステータス599と空のボディを返します。",
        en: "Nothing is executed; the answer is 599, a status that no list has, with an empty body.",
    },
    good_client: Text {
        ja: "知らない5xxを500と同じに扱い、異常終了しません。",
        en: "It takes an unknown 5xx like 500 and does not break over it.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"unknown-status-599\"\n",
};

pub(super) static HTML_ERROR_PAGE: Card = Card {
    kind: Kind::HtmlErrorPage,
    layer: Layer::Http,
    executed: Executed::No,
    places: Places::Requests,
    title: Text { ja: "HTMLのエラーページ", en: "error page in HTML" },
    does: Text {
        ja: "実行せずに、中継装置のような502とHTMLのページを返します。",
        en: "Nothing is executed; the answer is 502 with a page of HTML, as a gateway makes it.",
    },
    good_client: Text {
        ja: "JSONとして読めなくてもステータスで判断し、500と同じように送り直します。",
        en: "It goes by the status where the body is no JSON, and repeats as after 500.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"html-error-page\"\n",
};

pub(super) static REDIRECT: Card = Card {
    kind: Kind::Redirect,
    layer: Layer::Http,
    executed: Executed::No,
    places: Places::Requests,
    title: Text { ja: "別ホストへの転送", en: "redirect to another host" },
    does: Text {
        ja: "実行せずに、307を返します。Locationは、この端末の別のホスト名（localhostに来た要求には127.0.0.1、ほかにはlocalhost）の /elsewhere 以下です。転送に従った要求は、経路が unknown の行としてジャーナルに残ります。",
        en: "Nothing is executed; the answer is 307 with a Location below /elsewhere on the other name of this machine (127.0.0.1 where localhost was asked, localhost otherwise). Who follows stands in the journal, with the route unknown.",
    },
    good_client: Text {
        ja: "転送に従わず、トークンもデータも別ホストに送りません。元の宛先に送り直します。",
        en: "It does not follow, sends neither token nor data to another host, and repeats at the address it knows.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"redirect\"\n",
};

pub(super) static TOKEN_DIES_EARLY: Card = Card {
    kind: Kind::TokenDiesEarly,
    layer: Layer::Http,
    executed: Executed::No,
    places: Places::Only(&[
        Operation::TokenRefresh,
        Operation::Logout,
        Operation::Home,
        Operation::Notices,
        Operation::Offices,
        Operation::Recognise,
        Operation::Send,
        Operation::SendBulk,
        Operation::ReceivedList,
        Operation::ReceivedDetail,
        Operation::FetchFile,
        Operation::FetchBulk,
        Operation::SentList,
        Operation::SentDetail,
    ]),
    title: Text { ja: "トークンの早い失効", en: "token dies early" },
    does: Text {
        ja: "有効期間内のトークンでも、実行せずに401を返します。",
        en: "Nothing is executed; the answer is 401, though the token should still live.",
    },
    good_client: Text {
        ja: "トークンを1回だけ更新するかログインし直し、同じ冪等キーで送り直します。401を繰り返しません。",
        en: "It refreshes its token once or logs in again, and repeats with the same idempotency key. It does not loop on 401.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"token-dies-early\"\n",
};

//! Cards of the faults of the connection.

use renkei_validator::text::Text;

use super::super::fault::Kind;
use super::{Card, Executed, Layer, Places, SENDING};

pub(super) static RESET_ON_CONNECT: Card = Card {
    kind: Kind::ResetOnConnect,
    layer: Layer::Tcp,
    executed: Executed::No,
    places: Places::Connect,
    title: Text { ja: "接続直後のリセット", en: "reset on connect" },
    does: Text {
        ja: "TCP接続を受け付けた直後に、TLSを始めずRSTで切断します。",
        en: "The TCP connection is accepted and reset at once, before TLS begins.",
    },
    good_client: Text {
        ja: "リクエストは届いていないので、間隔をあけて接続し直し、同じ送信を続けます。",
        en: "No request has arrived, so it connects again after a pause and goes on with the same delivery.",
    },
    sample: "[[step]]\non = \"connect\"\nnth = 1\nfault = \"reset-on-connect\"\n",
};

pub(super) static CLOSE_ON_CONNECT: Card = Card {
    kind: Kind::CloseOnConnect,
    layer: Layer::Tcp,
    executed: Executed::No,
    places: Places::Connect,
    title: Text { ja: "接続直後の切断", en: "close on connect" },
    does: Text {
        ja: "TCP接続を受け付けた直後に、TLSを始めずFINで閉じます。",
        en: "The TCP connection is accepted and closed with FIN at once, before TLS begins.",
    },
    good_client: Text {
        ja: "ハンドシェイク中の終端を接続エラーとして扱い、間隔をあけて接続し直します。",
        en: "It takes the end of the stream during the handshake as a failed connection and connects again after a pause.",
    },
    sample: "[[step]]\non = \"connect\"\nnth = 1\nfault = \"close-on-connect\"\n",
};

pub(super) static STALL_ON_CONNECT: Card = Card {
    kind: Kind::StallOnConnect,
    layer: Layer::Tcp,
    executed: Executed::No,
    places: Places::Connect,
    title: Text { ja: "接続後の無応答", en: "stall on connect" },
    does: Text {
        ja: "TCP接続を受け付けたまま、ハンドシェイクに何も答えません。",
        en: "The TCP connection is accepted; the handshake is never answered.",
    },
    good_client: Text {
        ja: "接続のタイムアウトを設けて打ち切り、接続し直します。",
        en: "It has a time limit for connecting, gives the connection up and opens another one.",
    },
    sample: "[[step]]\non = \"connect\"\nnth = 1\nfault = \"stall-on-connect\"\n",
};

pub(super) static RESET_BEFORE_RESPONSE: Card = Card {
    kind: Kind::ResetBeforeResponse,
    layer: Layer::Tcp,
    executed: Executed::No,
    places: Places::Requests,
    title: Text { ja: "応答前のリセット（未実行）", en: "reset before the response, not executed" },
    does: Text {
        ja: "リクエストを最後まで読み、実行せずにRSTで切断します。クライアントからは acknowledgement-lost と区別できません。",
        en: "The whole request is read, not executed, and the connection is reset. A client cannot tell this from acknowledgement-lost.",
    },
    good_client: Text {
        ja: "実行されたかどうかは不明なので、同じ冪等キーで送り直します。新しいキーは使いません。",
        en: "It does not know whether the request was executed, so it repeats it with the same idempotency key, never with a new one.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"reset-before-response\"\n",
};

pub(super) static RESET_WHILE_READING_REQUEST: Card = Card {
    kind: Kind::ResetWhileReadingRequest,
    layer: Layer::Tcp,
    executed: Executed::No,
    places: SENDING,
    title: Text { ja: "送信途中のリセット", en: "reset while the request is sent" },
    does: Text {
        ja: "リクエストのボディを途中まで読んだところで、実行せずにRSTで切断します。",
        en: "The connection is reset when a part of the request's body has been read; nothing is executed.",
    },
    good_client: Text {
        ja: "書き込みの失敗を送信の失敗として扱い、ボディを最初から、同じ冪等キーで送り直します。",
        en: "It takes a failed write as a failed delivery and sends the body again from its start, with the same idempotency key.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"reset-while-reading-request\"\nafter_bytes = 256\n",
};

pub(super) static RESET_MID_RESPONSE: Card = Card {
    kind: Kind::ResetMidResponse,
    layer: Layer::Tcp,
    executed: Executed::Yes,
    places: Places::Requests,
    title: Text { ja: "応答途中のリセット", en: "reset in the middle of the response" },
    does: Text {
        ja: "実行し、応答のヘッダーとボディの半分を送ってからRSTで切断します。",
        en: "The request is executed; the head and half of the body of the response are sent, then the connection is reset.",
    },
    good_client: Text {
        ja: "途中までのボディを使わず破棄し、送信なら同じ冪等キーで、取得なら最初からやり直します。",
        en: "It throws the partial body away and repeats: a delivery with the same idempotency key, a fetch from the start.",
    },
    sample: "[[step]]\non = \"fetch-file\"\nnth = 1\nfault = \"reset-mid-response\"\n",
};

pub(super) static CLOSE_AFTER_RESPONSE: Card = Card {
    kind: Kind::CloseAfterResponse,
    layer: Layer::Tcp,
    executed: Executed::Yes,
    places: Places::Requests,
    title: Text { ja: "応答後の予告なしの切断", en: "close after a good response" },
    does: Text {
        ja: "正常な応答を送りきったあと、Connection: close を示さずに接続を閉じます。",
        en: "After a complete, good response the connection is closed, though no Connection: close announced it.",
    },
    good_client: Text {
        ja: "この応答は成功として扱い、次のリクエストでは切断に気づいて新しい接続を使います。",
        en: "It takes this response as a success, notices with the next request that the connection is gone, and uses a new one.",
    },
    sample: "[[step]]\non = \"any\"\nnth = 2\ntimes = 2\nfault = \"close-after-response\"\n",
};

pub(super) static SLOW_RESPONSE: Card = Card {
    kind: Kind::SlowResponse,
    layer: Layer::Tcp,
    executed: Executed::Yes,
    places: Places::Requests,
    title: Text { ja: "遅い応答", en: "slow response" },
    does: Text {
        ja: "実行し、正しい応答を指定した速さで少しずつ送ります。次の応答は通常の速さに戻ります。",
        en: "The request is executed and its good response trickles at the given speed. The next one is as fast as ever.",
    },
    good_client: Text {
        ja: "データが届き続ける間は待ち、全体の時間だけで早く打ち切りません。",
        en: "It goes on reading while bytes arrive, and does not give up on the total time too early.",
    },
    sample: "[[step]]\non = \"received-list\"\nnth = 1\nfault = \"slow-response\"\nbytes_per_second = 2000\n",
};

pub(super) static STALL_BEFORE_RESPONSE: Card = Card {
    kind: Kind::StallBeforeResponse,
    layer: Layer::Tcp,
    executed: Executed::No,
    places: Places::Requests,
    title: Text { ja: "応答前の無応答", en: "stall before the response" },
    does: Text {
        ja: "リクエストを最後まで読み、実行せず、指定した時間は何も送らず、その後リセットします。",
        en: "The whole request is read and not executed; nothing is sent for the given time, then the connection is reset.",
    },
    good_client: Text {
        ja: "応答のタイムアウトを設けて打ち切り、同じ冪等キーで送り直します。",
        en: "It has a time limit for responses, gives up, and repeats with the same idempotency key.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"stall-before-response\"\nduration_ms = 2000\n",
};

pub(super) static STALL_MID_RESPONSE: Card = Card {
    kind: Kind::StallMidResponse,
    layer: Layer::Tcp,
    executed: Executed::Yes,
    places: Places::Requests,
    title: Text { ja: "応答途中の無応答", en: "stall in the middle of the response" },
    does: Text {
        ja: "実行し、応答のボディの半分を送ったあと、指定した時間は何も送らず、その後リセットします。",
        en: "The request is executed; half of the body is sent, nothing for the given time, then the connection is reset.",
    },
    good_client: Text {
        ja: "読み取りにもタイムアウトを設け、途中までのボディを破棄してやり直します。",
        en: "It has a time limit for reading, too, throws the partial body away and repeats.",
    },
    sample: "[[step]]\non = \"fetch-file\"\nnth = 1\nfault = \"stall-mid-response\"\nduration_ms = 2000\n",
};

//! Cards of the faults of TLS.

use renkei_validator::text::Text;

use super::super::fault::Kind;
use super::{Card, Executed, Layer, Places};

pub(super) static ABORT_HANDSHAKE: Card = Card {
    kind: Kind::AbortHandshake,
    layer: Layer::Tls,
    executed: Executed::No,
    places: Places::Connect,
    title: Text { ja: "ハンドシェイクの中断", en: "handshake aborted" },
    does: Text {
        ja: "ClientHelloに致命的なアラートを返し、接続を閉じます。",
        en: "The ClientHello is answered with a fatal alert, and the connection is closed.",
    },
    good_client: Text {
        ja: "アラートを記録して接続し直します。古いTLSの版や検証なしの接続には切り替えません。",
        en: "It logs the alert and connects again. It falls back neither to an older TLS nor to unverified connections.",
    },
    sample: "[[step]]\non = \"connect\"\nnth = 1\nfault = \"abort-handshake\"\n",
};

pub(super) static SERVER_CERTIFICATE_EXPIRED: Card = Card {
    kind: Kind::ServerCertificateExpired,
    layer: Layer::Tls,
    executed: Executed::No,
    places: Places::Connect,
    title: Text { ja: "サーバー証明書の期限切れ", en: "server certificate expired" },
    does: Text {
        ja: "有効期限の過ぎたサーバー証明書を示します。",
        en: "The server shows a certificate whose validity is over.",
    },
    good_client: Text {
        ja: "接続を拒み、期限切れであることを担当者に示します。IDもデータも送りません。",
        en: "It refuses the connection and tells its user that the certificate has expired. It sends neither ID nor data.",
    },
    sample: "[[step]]\non = \"connect\"\nnth = 1\nfault = \"server-certificate-expired\"\n",
};

pub(super) static SERVER_CERTIFICATE_NOT_YET_VALID: Card = Card {
    kind: Kind::ServerCertificateNotYetValid,
    layer: Layer::Tls,
    executed: Executed::No,
    places: Places::Connect,
    title: Text { ja: "サーバー証明書の有効期間前", en: "server certificate not yet valid" },
    does: Text {
        ja: "有効期間がまだ始まっていないサーバー証明書を示します。",
        en: "The server shows a certificate whose validity has not begun.",
    },
    good_client: Text {
        ja: "接続を拒み、端末の時計を確かめるよう担当者に案内します。",
        en: "It refuses the connection and asks its user to look at the clock of the machine.",
    },
    sample: "[[step]]\non = \"connect\"\nnth = 1\nfault = \"server-certificate-not-yet-valid\"\n",
};

pub(super) static SERVER_CERTIFICATE_WRONG_NAME: Card = Card {
    kind: Kind::ServerCertificateWrongName,
    layer: Layer::Tls,
    executed: Executed::No,
    places: Places::Connect,
    title: Text { ja: "サーバー証明書の名前の不一致", en: "server certificate for another name" },
    does: Text {
        ja: "正しい認証局が発行した、別のホスト名のサーバー証明書を示します。",
        en: "The server shows a certificate of the right authority for another host name.",
    },
    good_client: Text {
        ja: "認証局だけでなくホスト名も検証し、接続を拒みます。",
        en: "It verifies the host name as well as the authority, and refuses the connection.",
    },
    sample: "[[step]]\non = \"connect\"\nnth = 1\nfault = \"server-certificate-wrong-name\"\n",
};

pub(super) static SERVER_CERTIFICATE_OTHER_AUTHORITY: Card = Card {
    kind: Kind::ServerCertificateOtherAuthority,
    layer: Layer::Tls,
    executed: Executed::No,
    places: Places::Connect,
    title: Text { ja: "別の認証局のサーバー証明書", en: "server certificate of another authority" },
    does: Text {
        ja: "信頼されていない認証局が発行した、同じホスト名のサーバー証明書を示します。",
        en: "The server shows a certificate for the right name from an authority that is not trusted.",
    },
    good_client: Text {
        ja: "指定された認証局だけを信頼し、担当者に続行を選ばせることなく接続を拒みます。",
        en: "It trusts the given authority only, and refuses the connection without offering its user to go on.",
    },
    sample: "[[step]]\non = \"connect\"\nnth = 1\nfault = \"server-certificate-other-authority\"\n",
};

pub(super) static REFUSE_CLIENT_CERTIFICATE: Card = Card {
    kind: Kind::RefuseClientCertificate,
    layer: Layer::Tls,
    executed: Executed::No,
    places: Places::Connect,
    title: Text { ja: "クライアント証明書の拒否", en: "client certificate refused" },
    does: Text {
        ja: "正しいクライアント証明書でも拒否します。TLS 1.3では、クライアントのハンドシェイクが終わったあとの最初の読み取りでアラートが届きます。",
        en: "The client's certificate is refused, though it is good. With TLS 1.3 the alert comes with the first read, after the client has finished its handshake.",
    },
    good_client: Text {
        ja: "書き込みの成功を実行とみなさず、読み取りで届くアラートを証明書の問題として担当者に示します。",
        en: "It does not take a successful write for execution, and tells its user of the alert as a matter of the certificate.",
    },
    sample: "[[step]]\non = \"connect\"\nnth = 1\nfault = \"refuse-client-certificate\"\n",
};

pub(super) static ONLY_TLS13: Card = Card {
    kind: Kind::OnlyTls13,
    layer: Layer::Tls,
    executed: Executed::No,
    places: Places::Connect,
    title: Text { ja: "TLS 1.3のみ", en: "TLS 1.3 only" },
    does: Text {
        ja: "この接続ではTLS 1.3だけを受け付けます。TLS 1.2までのクライアントはprotocol_versionアラートを受け取ります。",
        en: "This connection takes TLS 1.3 only. A client that ends at TLS 1.2 gets the alert protocol_version.",
    },
    good_client: Text {
        ja: "TLS 1.3で接続します。この障害には気づきません。",
        en: "It speaks TLS 1.3 and notices nothing.",
    },
    sample: "[[step]]\non = \"connect\"\nnth = 1\nfault = \"only-tls13\"\n",
};

pub(super) static CLOSE_WITHOUT_NOTIFY: Card = Card {
    kind: Kind::CloseWithoutNotify,
    layer: Layer::Tls,
    executed: Executed::Yes,
    places: Places::Requests,
    title: Text { ja: "close_notifyのない切断", en: "end without close_notify" },
    does: Text {
        ja: "実行し、長さを示さない応答（接続の終わりがボディの終わり）の半分を送り、close_notifyなしでFINを送ります。切り詰め攻撃と同じ形です。",
        en: "The request is executed; half of a response without any length, which ends with the connection, is sent, then FIN without close_notify: a truncation attack.",
    },
    good_client: Text {
        ja: "close_notifyのない終端を途中での切断として扱い、届いた分を使わずにやり直します。",
        en: "It takes an end without close_notify as a broken connection, uses nothing of what came, and repeats.",
    },
    sample: "[[step]]\non = \"fetch-file\"\nnth = 1\nfault = \"close-without-notify\"\n",
};

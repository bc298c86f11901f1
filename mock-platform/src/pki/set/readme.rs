//! The README of a set, in two languages. Knows its sentences; knows no file but by name.

use std::fmt::Write as _;

use super::{Made, RefusedAt};
use crate::pki::{Authority, Fingerprint};

pub(super) fn en(set: &[Made], authority: &Authority) -> String {
    let mut text = String::from(
        "# Test certificates of renkei\n\n\
         These are not certificates of the real system (ケアプランデータ連携システム): an authority marked TEST \
         issued them, and keys, names of offices and numbers are fictional. Do not install the root on a machine \
         that is used for anything else.\n\n\
         | ending | what it is |\n|---|---|\n\
         | `.pem` | the certificate |\n\
         | `.key` | its key, not encrypted |\n\
         | `.p12` | both with the root, under the password, AES-256 |\n\
         | `-legacy.p12` | the same in triple DES and SHA-1, for old Windows |\n\n\
         The password was printed when the set was made; upper and lower case are told apart.\n\n\
         | name | what it is | refused |\n|---|---|---|\n",
    );
    for made in set {
        let refused = match made.member.refused_at() {
            RefusedAt::Nowhere => "no".to_owned(),
            RefusedAt::Tls(alert) => format!("in the handshake: `{alert}`"),
            RefusedAt::Login => "at login".to_owned(),
        };
        let _ = writeln!(text, "| `{}` | {} | {refused} |", made.path, made.member.text().en);
    }
    let root = Fingerprint::of(authority.cert_der());
    let _ = write!(
        text,
        "\nA client without any certificate is refused, too: `certificate_required`.\n\n\
         `ca/` holds the authority: its certificate, its key, what it has revoked, and the revocation list.\n\
         `certificates.json` tells programs what this table tells people.\n\n\
         ## With renkei serve\n\n\
         A platform of `renkei serve` has an authority of its own and refuses these certificates (`unknown_ca`), \
         unless its folder is given this one before its first start, from this folder:\n\n\
         ```sh\n\
         mkdir -p DIR/authority\n\
         cp ca/ca.pem ca/ca.key ca/revoked.json DIR/authority/\n\
         renkei serve --data DIR\n\
         ```\n\n\
         ## Thumbprint of the root\n\n\
         Before the root of an authority is installed for the first time, Windows shows its thumbprint. In the \
         real procedure it is compared by hand with the one that is published; here, with this one.\n\n\
         - SHA-1: `{}`\n- SHA-256: `{}`\n\n\
         ## What is assumed\n\n\
         Known of the real system: the issuer's name `e-seikyuu CA`, the beginnings `KaigoJigyousho` and \
         `CarePlanJigyousho`, that 代理人証明書 and 障害総合支援証明書 are refused, and that a validity of three \
         years ends at 23:59:59. Everything else is an assumption of renkei: the office number in the name, the \
         names of the kinds that are refused (`Dairinin`, `ShougaiJigyousho`), the type of the keys, the first day \
         of the validity, the ciphers of the p12 files, that they carry the root, and the alert that each kind is refused with.\n",
        root.windows_warning(),
        root.sha256_grouped(),
    );
    text
}

pub(super) fn ja(set: &[Made], authority: &Authority) -> String {
    let mut text = String::from(
        "# renkeiのテスト用証明書\n\n\
         ケアプランデータ連携システムの本物の証明書ではありません。TESTと記した認証局が発行したもので、鍵も事業所番号も架空です。\
         ほかの用途に使うパソコンには、ルート証明書をインストールしないでください。\n\n\
         | 拡張子など | 内容 |\n|---|---|\n\
         | `.pem` | 証明書 |\n\
         | `.key` | 秘密鍵（暗号化していません） |\n\
         | `.p12` | 証明書・秘密鍵・ルート証明書（パスワード付き、AES-256） |\n\
         | `-legacy.p12` | 同じ内容の古い形式（3DESとSHA-1）。古いWindows用です |\n\n\
         パスワードは作成時に画面に表示したものです。大文字と小文字を区別します。\n\n\
         | 名前 | 内容 | 拒否される場所 |\n|---|---|---|\n",
    );
    for made in set {
        let refused = match made.member.refused_at() {
            RefusedAt::Nowhere => "なし".to_owned(),
            RefusedAt::Tls(alert) => format!("TLSハンドシェイク: `{alert}`"),
            RefusedAt::Login => "ログイン".to_owned(),
        };
        let _ = writeln!(text, "| `{}` | {} | {refused} |", made.path, made.member.text().ja);
    }
    let root = Fingerprint::of(authority.cert_der());
    let _ = write!(
        text,
        "\n証明書を提示しないクライアントも拒否されます（`certificate_required`）。\n\n\
         `ca/` には認証局の証明書・秘密鍵・失効の記録・失効リストがあります。\
         `certificates.json` は、上の表をプログラムから読める形にしたものです。\n\n\
         ## renkei serve で使う\n\n\
         `renkei serve` は自身の認証局を持つため、そのままではこの証明書を拒否します（`unknown_ca`）。\
         最初に起動する前に、このフォルダーで次のように認証局をコピーしておくと、使えるようになります。\n\n\
         ```sh\n\
         mkdir -p DIR/authority\n\
         cp ca/ca.pem ca/ca.key ca/revoked.json DIR/authority/\n\
         renkei serve --data DIR\n\
         ```\n\n\
         ## ルート証明書の拇印\n\n\
         認証局のルート証明書を初めてインストールするとき、Windowsは拇印を表示します。\
         実際の手順では公開されている値と目で照合します。ここでは次の値と照合してください。\n\n\
         - SHA-1: `{}`\n- SHA-256: `{}`\n\n\
         ## 仮定していること\n\n\
         実際のシステムについて分かっているのは、発行者名 `e-seikyuu CA`、名前が `KaigoJigyousho` または `CarePlanJigyousho` で始まること、\
         代理人証明書と障害総合支援証明書が使えないこと、3年の有効期間が23時59分59秒に終わることだけです。\
         名前に続く事業所番号、使えない種類の名前（`Dairinin`、`ShougaiJigyousho`）、鍵の種類、有効期間の初日、p12ファイルの暗号方式、\
         p12ファイルにルート証明書が入っていること、種類ごとのアラートは、renkeiの仮定です。\n",
        root.windows_warning(),
        root.sha256_grouped(),
    );
    text
}

//! Who may speak to the page: a browser on this machine that opened the address with the word that works
//! once, and no page of anybody else. Knows headers; knows no case.

use std::sync::{Mutex, PoisonError};

use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use renkei_validator::text::Message;

/// The guard of one run.
#[derive(Debug)]
pub(crate) struct Guard {
    port: u16,
    /// What the address holds, until it was used.
    word: Mutex<Option<String>>,
    /// What the browser's cookie holds.
    session: String,
    /// What every form sends back.
    key: String,
}

/// Why somebody is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Not this machine's name.
    Host,
    /// A page of another origin.
    Origin,
    /// Without the cookie.
    Stranger,
    /// A form without its key.
    Key,
}

impl Guard {
    /// A guard with words nobody can guess. `None` where the machine gives no randomness.
    pub(crate) fn new(port: u16) -> Option<Guard> {
        let (word, session, key) = (random()?, random()?, random()?);
        Some(Guard { port, word: Mutex::new(Some(word)), session, key })
    }

    /// The address to open.
    pub(crate) fn address(&self) -> String {
        let word = self.word.lock().unwrap_or_else(PoisonError::into_inner);
        format!("http://127.0.0.1:{}/enter/{}", self.port, word.as_deref().unwrap_or_default())
    }

    /// What every form sends back.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Whether a form has its key.
    pub(crate) fn knows(&self, key: &str) -> Result<(), Refused> {
        if same(key, &self.key) { Ok(()) } else { Err(Refused::Key) }
    }

    /// Lets a browser in that has the word: the cookie it gets. The word works once.
    pub(crate) fn enter(&self, word: &str) -> Option<String> {
        let mut known = self.word.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = known.as_ref().is_some_and(|known| same(word, known));
        fits.then(|| {
            *known = None;
            format!("{}={}; HttpOnly; SameSite=Strict; Path=/", self.cookie(), self.session)
        })
    }

    /// Whether a request is about this machine, under a name that no other site can take (DNS rebinding), and
    /// comes from no page of another origin.
    pub(crate) fn is_ours(&self, method: &Method, headers: &HeaderMap) -> Result<(), Refused> {
        let one = |name| {
            let mut values = headers.get_all(name).iter();
            (values.next().and_then(|value| value.to_str().ok()), values.next().is_none())
        };
        let names = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{}", self.port));
        let (Some(host), true) = one(HOST) else { return Err(Refused::Host) };
        if !names.iter().any(|name| name == host) {
            return Err(Refused::Host);
        }
        if matches!(*method, Method::GET | Method::HEAD) {
            return Ok(());
        }
        // Browsers say where from with each form. What says nothing is no browser, and has no cookie of one.
        match one(ORIGIN) {
            (Some(origin), true) if origin == format!("http://{host}") => Ok(()),
            (Some(_) | None, _) => Err(Refused::Origin),
        }
    }

    /// Whether a request has the cookie.
    pub(crate) fn knows_browser(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let prefix = format!("{}=", self.cookie());
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut sessions = cookies.flat_map(|text| text.split(';')).filter_map(|one| one.trim().strip_prefix(&prefix));
        if sessions.any(|session| same(session, &self.session)) { Ok(()) } else { Err(Refused::Stranger) }
    }

    /// Cookies are told apart by host only: the port is a part of the name.
    fn cookie(&self) -> String {
        format!("renkei-attended-{}", self.port)
    }
}

impl Refused {
    /// What is told.
    pub(crate) fn message(self) -> Message {
        match self {
            Refused::Host => Message::pair(
                "この端末自身を指すアドレス（127.0.0.1）で開いてください。",
                "Open the page by an address of this machine itself: 127.0.0.1.",
            ),
            Refused::Origin => {
                Message::pair("ほかのサイトのページからは操作できません。", "Pages of other sites cannot do that.")
            }
            Refused::Stranger => Message::pair(
                "renkeiが表示したアドレスから開いてください。アドレスは一度だけ使えます。別のブラウザーで開くときは、renkeiを終了してもう一度実行してください。続きから始まります。",
                "Open the address that renkei has printed. It works once. To use another browser, end renkei and run it \
                 again: it goes on from where you are.",
            ),
            Refused::Key => Message::pair(
                "ページが古くなっています。開き直してから、もう一度送信してください。",
                "The page is out of date. Open it again, then send the form once more.",
            ),
        }
    }
}

fn random() -> Option<String> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Compares in a time that does not tell where two texts differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(axum::http::HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_names_of_this_machine_with_its_port_are_ours() {
        let guard = Guard::new(7000).unwrap();
        let get = |hosts: &[&str]| {
            let pairs: Vec<_> = hosts.iter().map(|host| (HOST, *host)).collect();
            guard.is_ours(&Method::GET, &headers(&pairs))
        };
        assert_eq!(get(&["127.0.0.1:7000"]), Ok(()));
        assert_eq!(get(&["localhost:7000"]), Ok(()));
        for hosts in [
            &[][..],
            &["127.0.0.1"],
            &["127.0.0.1:7001"],
            &["rebound.example.com:7000"],
            &["127.0.0.1.example.com:7000"],
            &["a@localhost:7000"],
            &["127.0.0.1:7000", "127.0.0.1:7000"],
        ] {
            assert_eq!(get(hosts), Err(Refused::Host), "{hosts:?}");
        }
    }

    #[test]
    fn forms_come_from_our_own_pages_only() {
        let guard = Guard::new(7000).unwrap();
        let post = |origins: &[&str]| {
            let mut pairs = vec![(HOST, "127.0.0.1:7000")];
            pairs.extend(origins.iter().map(|origin| (ORIGIN, *origin)));
            guard.is_ours(&Method::POST, &headers(&pairs))
        };
        assert_eq!(post(&["http://127.0.0.1:7000"]), Ok(()));
        for origins in [
            &[][..],
            &["null"],
            &["http://localhost:7000"],
            &["https://127.0.0.1:7000"],
            &["http://127.0.0.1:7001"],
            &["http://evil.example.com"],
        ] {
            assert_eq!(post(origins), Err(Refused::Origin), "{origins:?}");
        }
    }

    #[test]
    fn the_word_of_the_address_works_once() {
        let guard = Guard::new(7000).unwrap();
        let address = guard.address();
        let word = address.strip_prefix("http://127.0.0.1:7000/enter/").unwrap();
        assert!(word.len() >= 32, "{word}");
        assert_eq!(guard.enter("0"), None);
        let cookie = guard.enter(word).unwrap();
        assert_eq!(guard.enter(word), None);
        let cookie = cookie.split(';').next().unwrap();
        assert_eq!(guard.knows_browser(&headers(&[(COOKIE, cookie)])), Ok(()));
        assert_eq!(guard.knows_browser(&headers(&[(COOKIE, &format!("x=y; {cookie}"))])), Ok(()));
        assert_eq!(guard.knows_browser(&headers(&[])), Err(Refused::Stranger));
        assert_eq!(guard.knows_browser(&headers(&[(COOKIE, "renkei-attended-7000=")])), Err(Refused::Stranger));
    }
}

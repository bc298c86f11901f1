//! Where a fault can strike: the operations of the API, by the ids that OpenAPI has, and the
//! connection. Knows methods and matched paths; knows no handler.

use axum::http::Method;

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $method:ident $path:literal;)*) => {
        /// An operation of the API on the platform listener.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation { $($(#[$doc])* $name,)* }

        impl Operation {
            /// All of them.
            pub const ALL: &'static [Operation] = &[$(Operation::$name,)*];

            /// Its id.
            pub fn word(self) -> &'static str {
                match self { $(Operation::$name => $word,)* }
            }

            /// Its method and its path, with parameters in braces.
            pub fn route(self) -> (Method, &'static str) {
                match self { $(Operation::$name => (Method::$method, $path),)* }
            }
        }
    };
}

operations! {
    /// The first step of logging in.
    LoginPersonal = "login-personal", POST "/v1/login/personal";
    /// The second step.
    LoginOffice = "login-office", POST "/v1/login/office";
    /// New tokens for the refresh token.
    TokenRefresh = "token-refresh", POST "/v1/token/refresh";
    /// The end of a session.
    Logout = "logout", POST "/v1/logout";
    /// ホーム
    Home = "home", GET "/v1/home";
    /// お知らせ
    Notices = "notices", GET "/v1/notices";
    /// Who takes part.
    Offices = "offices", GET "/v1/offices";
    /// One of them.
    Office = "office", GET "/v1/offices/{number}";
    /// What file names tell.
    Recognise = "recognise", POST "/v1/deliveries/recognise";
    /// 送信
    Send = "send", POST "/v1/deliveries";
    /// 一括送信
    SendBulk = "send-bulk", POST "/v1/deliveries/bulk";
    /// 受信一覧
    ReceivedList = "received-list", GET "/v1/received";
    /// One of them.
    ReceivedDetail = "received-detail", GET "/v1/received/{id}";
    /// データ取得
    FetchFile = "fetch-file", GET "/v1/received/{id}/files/{position}";
    /// 一括取得
    FetchBulk = "fetch-bulk", POST "/v1/received/fetch";
    /// 送信一覧
    SentList = "sent-list", GET "/v1/sent";
    /// One of them.
    SentDetail = "sent-detail", GET "/v1/sent/{id}";
}

impl Operation {
    /// The operation of a request, by its method and the path of the route it was matched with.
    /// Parameters may have any names.
    pub fn of(method: &Method, matched_path: &str) -> Option<Operation> {
        Operation::ALL.iter().copied().find(|operation| {
            let (known, path) = operation.route();
            known == *method && same_route(path, matched_path)
        })
    }
}

fn same_route(left: &str, right: &str) -> bool {
    let same = |(left, right): (&str, &str)| left == right || (left.starts_with('{') && right.starts_with('{'));
    left.split('/').count() == right.split('/').count() && left.split('/').zip(right.split('/')).all(same)
}

/// What a step of a plan waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// A TCP connection has been accepted.
    Connect,
    /// A request to any operation.
    Any,
    /// A request to this one.
    Operation(Operation),
}

impl On {
    /// The one of this name.
    pub fn parse(word: &str) -> Option<On> {
        On::all().find(|on| on.word() == word)
    }

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            On::Connect => "connect",
            On::Any => "any",
            On::Operation(operation) => operation.word(),
        }
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = On> {
        [On::Connect, On::Any].into_iter().chain(Operation::ALL.iter().copied().map(On::Operation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_found_by_method_and_matched_path_whatever_its_parameters_are_called() {
        assert_eq!(Operation::of(&Method::POST, "/v1/deliveries"), Some(Operation::Send));
        assert_eq!(Operation::of(&Method::GET, "/v1/received/{entry}/files/{n}"), Some(Operation::FetchFile));
        assert_eq!(Operation::of(&Method::GET, "/v1/received/{entry}"), Some(Operation::ReceivedDetail));
        assert_eq!(Operation::of(&Method::POST, "/v1/received/fetch"), Some(Operation::FetchBulk));
        assert_eq!(Operation::of(&Method::GET, "/v1/deliveries"), None);
        assert_eq!(Operation::of(&Method::GET, "/v1/received/"), None);
    }

    #[test]
    fn every_operation_is_found_by_its_own_route_and_name() {
        for operation in Operation::ALL {
            let (method, path) = operation.route();
            assert_eq!(Operation::of(&method, path), Some(*operation));
            assert_eq!(On::parse(operation.word()), Some(On::Operation(*operation)));
        }
        assert_eq!(On::parse("connect"), Some(On::Connect));
        assert_eq!(On::parse("any"), Some(On::Any));
    }
}

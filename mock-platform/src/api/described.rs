//! What the OpenAPI document says beside the routes. Who may ask: a client certificate on the platform listener, a
//! token after the login, nothing at the management. Answers that are bytes: a string of their media type, or an error
//! in JSON. Knows paths and operations; admits nobody.

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Content, OpenApi, Ref, RefOr};

/// The client certificate of an office.
const CERTIFICATE: &str = "certificate";
/// The access token of a session on the platform listener.
const TOKEN: &str = "token";
/// The token of 利用状況Webサイト and the certificate office.
const SITE_TOKEN: &str = "site-token";

/// Operations that hand tokens out.
const WITHOUT_TOKEN: [&str; 4] = ["login-personal", "login-office", "token-refresh", "site-login"];

/// Completes a document.
pub(super) fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    let certificate = SecurityScheme::MutualTls {
        description: Some("The client certificate of an office (`clients/<number>/client.pem`).".to_owned()),
        deprecated: None,
        extensions: None,
    };
    components.add_security_scheme(CERTIFICATE, certificate);
    components.add_security_scheme(TOKEN, bearer("`access_token` of login-office or token-refresh."));
    components.add_security_scheme(SITE_TOKEN, bearer("`token` of site-login."));
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            operation.security = Some(vec![needed(path, operation)]);
            bytes(operation);
        }
    }
}

fn bearer(what: &str) -> SecurityScheme {
    SecurityScheme::Http(Http::builder().scheme(HttpAuthScheme::Bearer).description(Some(what)).build())
}

/// What an operation needs, all at once; nothing is written as an empty requirement.
fn needed(path: &str, operation: &Operation) -> SecurityRequirement {
    const NO_SCOPES: [&str; 0] = [];
    let open = operation.operation_id.as_deref().is_some_and(|id| WITHOUT_TOKEN.contains(&id));
    let (listener, token) = if path.starts_with("/v1/") {
        (Some(CERTIFICATE), Some(TOKEN))
    } else if path.starts_with("/site/") {
        (None, Some(SITE_TOKEN))
    } else {
        (None, None)
    };
    let names = listener.into_iter().chain(token.filter(|_| !open));
    names.fold(SecurityRequirement::default(), |all, name| all.add(name, NO_SCOPES))
}

/// Where bytes are answered, they are no list of numbers.
fn bytes(operation: &mut Operation) {
    let contents = operation.responses.responses.values_mut().filter_map(|response| match response {
        RefOr::T(response) => Some(&mut response.content),
        RefOr::Ref(_) => None,
    });
    for content in contents {
        let Some((media, body)) = content.iter_mut().find(|(media, _)| is_binary(media)) else { continue };
        let object = ObjectBuilder::new().schema_type(Type::String).content_media_type(media.as_str());
        *body = RefOr::T(Content::new(Some(Schema::Object(object.build()))));
        let error = Content::new(Some(Ref::from_schema_name("Answer_Nothing")));
        content.insert("application/json".to_owned(), RefOr::T(error));
    }
}

fn is_binary(media: &str) -> bool {
    media.starts_with("application/") && media != "application/json"
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten()
}

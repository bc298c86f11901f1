//! What the OpenAPI document says beside the routes. Who may ask: a client certificate on the platform listener, a
//! token after the login, nothing at the management. Answers that are bytes: a string of their media type, or an error
//! in JSON. Knows paths and operations; admits nobody.

use utoipa::openapi::link::Link;
use utoipa::openapi::path::{Operation, Parameter, PathItem};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Content, OpenApi, Ref, RefOr, Server};

use crate::settings::Settings;

/// The client certificate of an office.
const CERTIFICATE: &str = "certificate";
/// The access token of a session on the platform listener.
const TOKEN: &str = "token";
/// The token of 利用状況Webサイト and the certificate office.
const SITE_TOKEN: &str = "site-token";

/// Operations that hand tokens out.
const WITHOUT_TOKEN: [&str; 4] = ["login-personal", "login-office", "token-refresh", "site-login"];

/// Completes a document.
pub(super) fn complete(document: &mut OpenApi, settings: &Settings, url: Option<&str>) {
    let components = document.components.get_or_insert_with(Components::new);
    let certificate = SecurityScheme::MutualTls {
        description: Some("The client certificate of an office (`clients/<number>/client.pem`).".to_owned()),
        deprecated: None,
        extensions: None,
    };
    components.add_security_scheme(CERTIFICATE, certificate);
    components.add_security_scheme(TOKEN, bearer("`access_token` of login-office or token-refresh."));
    components.add_security_scheme(SITE_TOKEN, bearer("`token` of site-login."));
    if let Some(RefOr::T(setting)) = components.schemas.get_mut("ClockSetting") {
        one_alone(setting);
    }
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            // The rest is served where the document is.
            operation.servers = url.filter(|_| path.starts_with("/v1/")).map(|url| vec![Server::new(url)]);
            operation.security = Some(vec![needed(path, operation)]);
            bytes(operation);
            if path.starts_with("/v1/") {
                limits(operation, settings);
            }
            links(operation);
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

/// An object of one key has no other.
fn one_alone(schema: &mut Schema) {
    let Schema::OneOf(ways) = schema else { return };
    for way in &mut ways.items {
        if let RefOr::T(Schema::Object(way)) = way {
            let closed = AdditionalProperties::FreeForm(false);
            for inner in way.properties.values_mut() {
                if let RefOr::T(Schema::Object(inner)) = inner
                    && inner.properties.is_empty()
                {
                    inner.additional_properties = Some(Box::new(closed.clone()));
                }
            }
            way.additional_properties = Some(Box::new(closed));
        }
    }
}

/// How many entries a page has, and may have, are settings.
fn limits(operation: &mut Operation, settings: &Settings) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(Parameter { name, schema: Some(RefOr::T(Schema::Object(number))), .. }) = parameter
            && name == "limit"
        {
            number.default = Some(settings.page.0.into());
            number.maximum = Some(settings.page.1.into());
        }
    }
}

/// What leads from an answer to what can be asked next: the operation, the next one, and where its parameters stand.
type Lead = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const LINKS: [Lead; 5] = [
    ("send", "sent-detail", &[("id", "$response.body#/data/id")]),
    ("sent-list", "sent-detail", &[("id", "$response.body#/data/items/0/id")]),
    ("received-list", "received-detail", &[("id", "$response.body#/data/items/0/id")]),
    ("received-list", "fetch-file", &[("id", "$response.body#/data/items/0/id"), ("position", "0")]),
    ("manage-snapshot", "manage-snapshot-restore", &[("name", "$request.path.name")]),
];

fn links(operation: &mut Operation) {
    let id = operation.operation_id.clone().unwrap_or_default();
    let Some(RefOr::T(done)) = operation.responses.responses.get_mut("200") else { return };
    for (_, next, places) in LINKS.iter().filter(|(from, ..)| *from == id) {
        let link = places
            .iter()
            .fold(Link::builder().operation_id(*next), |link, (name, place)| link.parameter(*name, *place));
        done.links.insert((*next).to_owned(), RefOr::T(link.build()));
    }
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

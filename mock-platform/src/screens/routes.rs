//! Routes of the pages, put together so that every form is known by its path: nothing takes a POST but
//! what is listed. Knows paths and methods; knows no page.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{get, post};

use super::{Screens, trouble};

/// Pages and forms.
#[derive(Default)]
pub(super) struct Routes {
    router: Router<Arc<Screens>>,
    pages: Vec<String>,
    forms: Vec<String>,
}

impl Routes {
    /// The page of a path.
    pub(super) fn page<T: 'static>(mut self, path: &str, handler: impl Handler<T, Arc<Screens>>) -> Routes {
        self.pages.push(path.to_owned());
        self.other(path, handler)
    }

    /// What a path is answered with that is no page: a file, a stream, the way to another page.
    pub(super) fn other<T: 'static>(self, path: &str, handler: impl Handler<T, Arc<Screens>>) -> Routes {
        Routes { router: self.router.route(path, get(handler)), ..self }
    }

    /// With what a form that is sent to a path is answered.
    pub(super) fn form<T: 'static>(mut self, path: &str, handler: impl Handler<T, Arc<Screens>>) -> Routes {
        self.forms.push(path.to_owned());
        Routes { router: self.router.route(path, post(handler)), ..self }
    }

    /// The same of a form with files, whose body is limited where it is read.
    pub(super) fn upload<T: 'static>(mut self, path: &str, handler: impl Handler<T, Arc<Screens>>) -> Routes {
        self.forms.push(path.to_owned());
        let method = post(handler).layer(DefaultBodyLimit::disable());
        Routes { router: self.router.route(path, method), ..self }
    }

    /// The routes of an area below a path, with the page that says where nothing is.
    pub(super) fn area(mut self, path: &str, inner: Routes) -> Routes {
        let below = |form: &String| match form.as_str() {
            "/" => path.to_owned(),
            form => format!("{path}{form}"),
        };
        self.pages.extend(inner.pages.iter().map(below));
        self.forms.extend(inner.forms.iter().map(below));
        Routes { router: self.router.nest(path, inner.router.fallback(trouble::no_such_page)), ..self }
    }

    /// The paths of all pages, with placeholders.
    pub(super) fn pages(&self) -> Vec<String> {
        self.pages.clone()
    }

    /// The paths of all forms, with placeholders.
    pub(super) fn forms(&self) -> Vec<String> {
        self.forms.clone()
    }

    /// The router of all of it.
    pub(super) fn router(self) -> Router<Arc<Screens>> {
        self.router.method_not_allowed_fallback(trouble::no_such_method)
    }
}

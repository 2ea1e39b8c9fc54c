//! The API. One table lists its operations; the router and the `OpenAPI` document are made
//! from it, so that neither knows what the other does not.

mod findings;
mod openapi;
mod people;
mod plan;
mod projects;
mod rollback;
mod runs;
mod session;
mod threads;

use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Router, handler::Handler};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::app::App;
use super::stream;

pub(super) use runs::known_run;

/// Where the API is.
const BASE: &str = "/api/v1";

/// What one address and method does.
struct Operation {
    method: Method,
    path: &'static str,
    summary: &'static str,
    /// The least role in the project, or who else may.
    role: &'static str,
    takes: Option<fn(&mut SchemaGenerator) -> Schema>,
    asks: Option<fn(&mut SchemaGenerator) -> Schema>,
    answers: fn(&mut SchemaGenerator) -> Schema,
    status: u16,
    route: MethodRouter<App>,
}

impl Operation {
    fn new<H, T>(
        method: Method,
        path: &'static str,
        (summary, role): (&'static str, &'static str),
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        Self {
            method,
            path,
            summary,
            role,
            takes: None,
            asks: None,
            answers: |_| Schema::default(),
            status: 200,
            route: on(filter, handler),
        }
    }

    /// The body of the request.
    fn takes<T: JsonSchema>(mut self) -> Self {
        self.takes = Some(SchemaGenerator::subschema_for::<T>);
        self
    }

    /// The query of the request.
    fn asks<T: JsonSchema>(mut self) -> Self {
        self.asks = Some(SchemaGenerator::subschema_for::<T>);
        self
    }

    /// The body of the answer and its status.
    fn answers<T: JsonSchema>(mut self, status: u16) -> Self {
        self.answers = SchemaGenerator::subschema_for::<T>;
        self.status = status;
        self
    }
}

/// Every operation, in the order in which the document lists them.
fn operations() -> Vec<Operation> {
    let mut all = session::operations();
    all.extend(people::operations());
    all.extend(projects::operations());
    all.extend(findings::operations());
    all.extend(plan::operations());
    all.extend(runs::operations());
    all.extend(threads::operations());
    all
}

/// The routes of the API, the streams and the document.
pub(super) fn router() -> Router<App> {
    let mut router = Router::new()
        .route(&format!("{BASE}/stream"), axum::routing::get(stream::upgrade))
        .route(
            &format!("{BASE}/projects/{{project}}/streams/{{stream}}/events"),
            axum::routing::get(stream::events),
        )
        .route(&format!("{BASE}/openapi.json"), axum::routing::get(openapi::serve));
    for operation in operations() {
        router = router.route(&format!("{BASE}{}", operation.path), operation.route);
    }
    router
}

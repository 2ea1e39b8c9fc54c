//! The pages.

use axum::Router;

use super::app::App;

/// The pages and what they load.
pub(super) fn router() -> Router<App> {
    Router::new()
}

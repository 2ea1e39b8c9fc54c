//! Plain data to HTML: the report of a scan, audits, plans, and the pages of the dashboard.
//!
//! Every function here is pure: it gets values and gives text. Nothing reads a file, asks a
//! clock or knows HTTP.

mod assets;
pub mod dashboard;
pub mod markup;
pub mod plan;
pub mod report;
#[cfg(any(test, feature = "sample"))]
pub mod sample;
mod sources;
pub mod summary;
pub mod words;

pub use assets::{ASSETS, Asset, asset};

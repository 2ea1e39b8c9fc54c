//! What went wrong, and the way on.

use askama::Template;

use super::rendered;
use super::shell::Shell;

/// A page that is not there, not allowed, or broke.
#[derive(Debug, Clone)]
pub struct ErrorView {
    /// What stands around it.
    pub shell: Shell,
    /// The status of the answer.
    pub status: u16,
    /// What happened.
    pub message: String,
    /// What can be done; empty when nothing can.
    pub hint: String,
}

impl ErrorView {
    fn title(&self) -> &'static str {
        match self.status {
            401 => "Sign in first",
            403 => "Not yours to do",
            404 => "There is nothing here",
            409 => "Somebody was faster",
            429 => "Too fast",
            500.. => "This went wrong here",
            _ => "That did not work",
        }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a ErrorView,
}

impl Page<'_> {
    /// The part of the project in which it lies.
    const SECTION: &'static str = "";
}

/// The page.
pub fn error(view: &ErrorView) -> String {
    rendered(&Page { shell: &view.shell, view })
}

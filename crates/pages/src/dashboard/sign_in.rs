//! The way in.

use askama::Template;

use super::rendered;
use super::shell::Shell;

/// The page on which somebody signs in. A link with the one-time code behind `#` signs in by
/// itself; without scripts the code is pasted.
#[derive(Debug, Clone, Default)]
pub struct SignInView {
    /// What stands around it.
    pub shell: Shell,
    /// Why the last attempt did not work; empty before it.
    pub error: String,
    /// Where the sign-in of the organisation begins; none without one.
    pub provider: Option<(String, String)>,
    /// Where the session there is ended; none without one.
    pub provider_out: Option<String>,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a SignInView,
}

impl Page<'_> {
    /// The part of the project in which it lies.
    const SECTION: &'static str = "";
}

/// The page. [`SignInView::provider`] is its name and its address.
pub fn sign_in(view: &SignInView) -> String {
    rendered(&Page { shell: &view.shell, view })
}

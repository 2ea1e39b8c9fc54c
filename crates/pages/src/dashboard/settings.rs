//! Tokens of one's own, and for administrators the users.

use askama::Template;
use ssot_model::Timestamp;

use super::rendered;
use super::shell::Shell;
use super::since;

/// The settings.
#[derive(Debug, Clone)]
pub struct SettingsView {
    /// What stands around it.
    pub shell: Shell,
    /// The user's own tokens.
    pub tokens: Vec<TokenRow>,
    /// A token that was just made. It is shown this once.
    pub new_token: Option<NewToken>,
    /// All users; none for who may not see them.
    pub users: Option<Vec<UserRow>>,
    /// The members of each project that the user administers.
    pub projects: Vec<ProjectMembers>,
    /// The words for roles in a project, the weakest first.
    pub project_roles: Vec<String>,
    /// The words for roles, the weakest first.
    pub roles: Vec<String>,
    /// The time of the page.
    pub now: Timestamp,
}

/// A token that was just made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// The token itself.
    pub secret: String,
}

/// A token.
#[derive(Debug, Clone)]
pub struct TokenRow {
    /// The identity.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub made: Timestamp,
    /// When it was used last.
    pub used: Option<Timestamp>,
    /// When it ends.
    pub expires: Option<Timestamp>,
}

/// A user.
#[derive(Debug, Clone)]
pub struct UserRow {
    /// The identity.
    pub id: String,
    /// The name.
    pub name: String,
    /// The word for the role.
    pub role: String,
    /// When the user was last here.
    pub seen: Option<Timestamp>,
}

/// To whom a project is open.
#[derive(Debug, Clone)]
pub struct ProjectMembers {
    /// The identity.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its members: identity, name, and role.
    pub members: Vec<(String, String, String)>,
    /// Identity and name of those that could become one; empty for who may not see all users.
    pub others: Vec<(String, String)>,
}

impl ProjectMembers {
    fn api(&self) -> String {
        format!("/api/v1/projects/{}/members", super::shell::segment(&self.id))
    }

    fn api_of(&self, user: &str) -> String {
        format!("{}/{}", self.api(), super::shell::segment(user))
    }
}

fn told(at: Option<Timestamp>, now: Timestamp, never: &str) -> String {
    at.map_or_else(|| never.to_owned(), |at| since::ago(at, now))
}

impl TokenRow {
    fn made(&self, now: Timestamp) -> String {
        since::ago(self.made, now)
    }

    fn used(&self, now: Timestamp) -> String {
        told(self.used, now, "never")
    }

    fn expires(&self) -> String {
        self.expires.map_or_else(|| "never".to_owned(), crate::words::date)
    }
}

impl UserRow {
    fn seen(&self, now: Timestamp) -> String {
        told(self.seen, now, "never")
    }
}

#[derive(Template)]
#[template(path = "settings.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a SettingsView,
}

impl Page<'_> {
    /// The part of the project in which it lies.
    const SECTION: &'static str = "";
}

/// The page.
pub fn settings(view: &SettingsView) -> String {
    rendered(&Page { shell: &view.shell, view })
}

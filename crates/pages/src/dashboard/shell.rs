//! What stands around every page.

use ssot_model::Subject;

use crate::markup::{encoded, escaped};

/// What every page has to know besides its own view.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    /// Who looks; nobody before the sign-in.
    pub user: Option<User>,
    /// The project that the page is about.
    pub project: Option<ProjectLink>,
    /// The projects that the user may see, for moving between them.
    pub projects: Vec<ProjectLink>,
    /// The secret against forged forms, in every form as `csrf` and in the header
    /// `x-csrf-token` of what scripts send; empty where only the origin is checked.
    pub csrf: String,
    /// A text that no page had before; the forms of the page make their `command_id` of it.
    pub unique: String,
}

/// Who looks at a page, and what the role allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: String,
    /// The word for the role.
    pub role: String,
    /// Whether it may scan, accept, plan and run.
    pub may_operate: bool,
    /// Whether it may approve.
    pub may_approve: bool,
    /// Whether it may add projects and users.
    pub may_administer: bool,
}

/// A project and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectLink {
    /// The identity, as in addresses.
    pub id: String,
    /// The name for people.
    pub name: String,
}

impl Shell {
    /// The beginning of every address of the project.
    pub(super) fn base(&self) -> String {
        let id = self.project.as_ref().map_or("", |project| &project.id);
        format!("/p/{}", segment(id))
    }

    /// The beginning of every address of the project in the API.
    pub(super) fn api(&self) -> String {
        let id = self.project.as_ref().map_or("", |project| &project.id);
        format!("/api/v1/projects/{}", segment(id))
    }

    pub(super) fn name(&self) -> &str {
        self.project.as_ref().map_or("", |project| &project.name)
    }

    pub(super) fn may_operate(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.may_operate)
    }

    pub(super) fn may_approve(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.may_approve)
    }

    pub(super) fn may_administer(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.may_administer)
    }

    pub(super) fn project_id(&self) -> &str {
        self.project.as_ref().map_or("", |project| &project.id)
    }

    /// What every form has besides its own fields, as markup.
    pub(super) fn fields(&self, form: impl AsRef<str>) -> String {
        let command = escaped(&format!("{}-{}", self.unique, form.as_ref()));
        let csrf = escaped(&self.csrf);
        format!(
            "<input type=\"hidden\" name=\"command_id\" value=\"{command}\">\
             <input type=\"hidden\" name=\"csrf\" value=\"{csrf}\">"
        )
    }
}

/// One part of an address.
pub(super) fn segment(text: &str) -> String {
    encoded(text).replace('/', "%2F")
}

/// The address on this server at which what an answer rests on is shown.
pub fn address(project: &str, subject: &Subject) -> String {
    let base = format!("/p/{}", segment(project));
    match subject {
        Subject::Findings { text } if text.is_empty() => format!("{base}/findings"),
        Subject::Findings { text } => format!("{base}/findings?text={}&show=all", encoded(text)),
        Subject::Group { group } => format!("{base}/concepts/{}", segment(group.as_str())),
        Subject::Plan => format!("{base}/plan"),
        Subject::Run { run } => format!("{base}/runs/{}", segment(run.as_str())),
        Subject::Package { run, package } => {
            let (run, package) = (segment(run.as_str()), segment(package.as_str()));
            format!("{base}/runs/{run}#package-{package}")
        }
        Subject::Rule { rule } => format!("{base}/findings?rule={}&show=all", encoded(rule)),
    }
}

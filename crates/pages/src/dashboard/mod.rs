//! The pages of the dashboard. Each is a function from a plain view to a whole page.
//!
//! Whoever serves them fills the views and adds the headers; the pages hold the strict
//! content security policy: no script, no style and no style attribute stands in them.
//!
//! Every form works as a plain POST to the address of its page: its fields are those of the
//! command in the API, `action` names the command, `command_id` is unique for each form of
//! each page that was made, and `csrf` is [`Shell::csrf`]. With scripts the same form is sent
//! to the address in its `data-api` as JSON.

mod chat;
mod concept;
mod error;
mod findings;
mod health;
mod overview;
mod plan;
mod projects;
mod run;
mod runs;
mod settings;
mod shell;
mod sign_in;
mod since;

pub use chat::{ChatEntry, ChatView, Evidence, Happened, ThreadCard, ThreadView, chat};
pub use concept::{ConceptView, concept};
pub use error::{ErrorView, error};
pub use findings::{FindingsView, Query, findings};
pub use health::{Health, Part};
pub use overview::{OverviewView, overview};
pub use plan::{PlanView, plan};
pub use projects::{ProjectCard, ProjectsView, projects};
pub use run::{RunView, run};
pub use runs::{RunCard, RunsView, runs};
pub use settings::{NewToken, ProjectMembers, SettingsView, TokenRow, UserRow, settings};
pub use shell::{ProjectLink, Shell, User, address};
pub use sign_in::{SignInView, sign_in};
pub use ssot_engine::Belonging;

/// Where lines can be opened: the service that hosts the repository, and the commit that was
/// read.
pub type Hosted<'a> = Option<(&'a ssot_engine::Forge, &'a ssot_model::CommitId)>;

/// Definitions of a finding whose places are linked.
const LINKED: usize = 12;

/// The places of a finding: what stands there, and where it can be opened.
fn places(finding: &ssot_model::Finding, hosted: Hosted<'_>) -> Vec<(String, String)> {
    let Some((forge, commit)) = hosted else { return Vec::new() };
    let link = |member: &ssot_model::Member| {
        let said = format!("{}:{}", member.path, member.span.start);
        (said, forge.lines(commit, &member.path, member.span))
    };
    finding.members.iter().take(LINKED).map(link).collect()
}

/// The text of a template.
fn rendered(template: &impl askama::Template) -> String {
    template.render().expect("writing to a text cannot fail")
}

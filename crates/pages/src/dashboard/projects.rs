//! The projects and how they are.

use askama::Template;
use ssot_model::Timestamp;

use super::shell::{Shell, segment};
use super::{health, rendered, since};
use crate::words::{count, thousands};

/// The first page: every project that the user may see.
#[derive(Debug, Clone)]
pub struct ProjectsView {
    /// What stands around it.
    pub shell: Shell,
    /// The projects, in the order in which they are shown.
    pub projects: Vec<ProjectCard>,
    /// The time of the page.
    pub now: Timestamp,
}

/// One project at a glance.
#[derive(Debug, Clone)]
pub struct ProjectCard {
    /// The identity, as in addresses.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// Where the repository is.
    pub place: String,
    /// [`super::Health::score`] and its word; none before the first scan.
    pub health: Option<(u8, &'static str)>,
    /// Concepts with several sources of truth.
    pub concepts: u32,
    /// Lines that would go.
    pub removable: u64,
    /// Lines of the code base.
    pub lines: u64,
    /// Concepts by commit, the oldest first.
    pub trend: Vec<u32>,
    /// When it was scanned.
    pub scanned: Option<Timestamp>,
    /// Runs that go on.
    pub running: u32,
    /// Approvals that a run waits for.
    pub waiting: u32,
}

impl ProjectCard {
    fn href(&self) -> String {
        format!("/p/{}", segment(&self.id))
    }

    fn ring(&self) -> String {
        self.health.map_or_else(String::new, |(score, word)| health::ring(score, word))
    }

    fn said(&self) -> String {
        let lines = thousands(self.lines);
        match self.concepts {
            0 => format!("every concept has one source of truth in {lines} lines"),
            1 => format!("1 concept with several sources of truth in {lines} lines"),
            many => format!(
                "{} concepts with several sources of truth in {lines} lines",
                thousands(u64::from(many))
            ),
        }
    }

    fn would_go(&self) -> String {
        format!("{} would go", count(self.removable as usize, "line"))
    }

    fn scanned(&self, now: Timestamp) -> String {
        self.scanned.map_or_else(|| "not scanned yet".to_owned(), |at| since::ago(at, now))
    }

    /// The line of the trend; none of it without two points.
    fn spark(&self) -> String {
        let (Some(most), true) = (self.trend.iter().max(), self.trend.len() > 1) else {
            return String::new();
        };
        let last = (self.trend.len() - 1) as f64;
        let point = |(at, value): (usize, &u32)| {
            let (x, y) = (at as f64 * 120.0 / last, f64::from(*value) / f64::from((*most).max(1)));
            format!("{x:.1},{:.1}", 30.0 - y * 28.0)
        };
        let points: Vec<String> = self.trend.iter().enumerate().map(point).collect();
        format!(
            "<svg class=\"spark\" viewBox=\"0 0 120 32\" preserveAspectRatio=\"none\" \
             aria-hidden=\"true\"><polyline points=\"{}\"/></svg>",
            points.join(" ")
        )
    }
}

#[derive(Template)]
#[template(path = "projects.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a ProjectsView,
}

impl Page<'_> {
    /// The part of the project in which it lies.
    const SECTION: &'static str = "";
}

/// The page.
pub fn projects(view: &ProjectsView) -> String {
    rendered(&Page { shell: &view.shell, view })
}

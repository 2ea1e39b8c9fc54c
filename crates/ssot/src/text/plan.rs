//! What `ssot plan` says.

use std::path::Path;

use ssot_model::{Package, Plan, Strategy};

use super::figures::{add, count, short, some_of};
use super::scan::commands;
use super::style;

/// Files shown with a package.
const FILES: usize = 6;

/// The whole text; `file` is where the plan was written to.
pub(crate) fn plan(plan: &Plan, argument: &str, file: Option<&Path>) -> String {
    let groups: usize = plan.packages.iter().map(|package| package.groups.len()).sum();
    let mut text = String::new();
    let headline = if plan.packages.is_empty() {
        "Nothing can be consolidated without a decision".to_owned()
    } else {
        let packages = count(plan.packages.len(), "package");
        format!("{packages} would consolidate {}", count(groups, "group"))
    };
    add(&mut text, format!("{}\n", style::strong(&headline)));
    let imports = if plan.rewrite_imports { "rewritten" } else { "kept, old paths keep working" };
    let facts = format!(
        "planned for commit {}; imports are {imports}; {} left alone",
        short(plan.base.as_str()),
        count(plan.left_alone.len(), "group"),
    );
    add(&mut text, format!("{}\n", style::faint(&facts)));
    for package in &plan.packages {
        text.push_str(&entry(package));
    }
    if !plan.packages.is_empty() {
        add(&mut text, format!("\n{}\n", style::strong("Order")));
        text.push_str(&order(plan));
        text.push_str(&next(argument, file));
    }
    text
}

fn entry(package: &Package) -> String {
    let id = style::strong(package.id.as_str());
    let off = if package.enabled { "" } else { "  (switched off)" };
    let mut text = format!("\n{id}  {:?}  {}{off}\n", package.priority, package.title);
    for group in &package.groups {
        let strategy = group.strategy.as_str();
        let copies = group.copies.join(", ");
        let onto = match group.strategy {
            Strategy::Delete => String::new(),
            _ => format!(" -> {}", group.canonical),
        };
        add(&mut text, format!("    {strategy}  {copies}{onto}\n"));
    }
    let files: Vec<&str> = package.write_set.iter().map(ssot_model::RepoPath::as_str).collect();
    let writes = format!("    writes {}", some_of(&files, FILES));
    add(&mut text, format!("{}\n", style::faint(&writes)));
    text
}

/// Which packages start at once and which wait for others.
fn order(plan: &Plan) -> String {
    let (free, waiting): (Vec<&Package>, Vec<&Package>) = plan
        .packages
        .iter()
        .filter(|package| package.enabled)
        .partition(|package| package.depends_on.is_empty());
    let mut text =
        format!("  {} can run at once: no two write the same file\n", count(free.len(), "package"));
    for package in waiting {
        let before: Vec<&str> =
            package.depends_on.iter().map(ssot_model::PackageId::as_str).collect();
        add(&mut text, format!("  {} waits for {}\n", package.id, before.join(", ")));
    }
    text
}

fn next(argument: &str, file: Option<&Path>) -> String {
    let rows = match file {
        Some(file) => vec![(
            format!("ssot run{argument} --plan{}", crate::cli::argument(file)),
            "run the plan as you left it",
        )],
        None => vec![
            (format!("ssot plan{argument} --output plan.toml"), "write it down and edit it"),
            (format!("ssot run{argument}"), "do it, on a branch of its own"),
        ],
    };
    format!("\n{}\n{}", style::strong("Next"), commands(&rows))
}

//! What `ssot plan --dry-run` says.

use similar::TextDiff;
use ssot_engine::{FileDiff, PackageDiff};
use ssot_model::{Hands, LeftAlone, Plan};

use crate::formats::visible;
use crate::text::figures::{add, count, some_of};
use crate::text::style;

/// Equal lines shown around a difference.
const AROUND: usize = 3;
/// Places named of what is handed on.
const PLACES: usize = 3;

/// Every difference, in a form that `git apply` takes, and what is handed on.
pub(crate) fn preview(plan: &Plan, diffs: &[PackageDiff]) -> String {
    let mut text = String::new();
    for diff in diffs {
        let package = plan.packages.iter().find(|package| package.id == diff.package);
        let title = package.map_or("", |package| &package.title);
        add(&mut text, format!("{}  {}\n", style::strong(diff.package.as_str()), visible(title)));
        text.push_str(&changes(&diff.files));
        text.push('\n');
    }
    let lines =
        |sign: char| diffs.iter().flat_map(|it| &it.files).map(|it| changed(it, sign)).sum();
    let (gone, come): (usize, usize) = (lines('-'), lines('+'));
    let said = format!(
        "{} would remove {} and add {}",
        count(diffs.len(), "package"),
        count(gone, "line"),
        count(come, "line")
    );
    add(&mut text, format!("{}\n", style::strong(&said)));
    for (hands, who) in [(Hands::Agent, "For an agent"), (Hands::Person, "For a person to decide")]
    {
        text.push_str(&handed_on(plan, hands, who));
    }
    text
}

/// The differences of some files, for people.
pub(crate) fn changes(files: &[FileDiff]) -> String {
    let mut text = String::new();
    for line in files.iter().map(unified).collect::<String>().lines() {
        // What would control a terminal is shown, not obeyed; a tab is only a tab.
        let line: Vec<String> = line.split('\t').map(visible).collect();
        add(&mut text, format!("{}\n", painted(&line.join("\t"))));
    }
    text
}

/// The differences of one file; empty where there is none.
pub(crate) fn unified(file: &FileDiff) -> String {
    let name = |side: &str, text: &Option<String>| match text {
        Some(_) => format!("{side}/{}", file.path),
        None => "/dev/null".to_owned(),
    };
    let (before, after) =
        (file.before.as_deref().unwrap_or_default(), file.after.as_deref().unwrap_or_default());
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(AROUND)
        .header(&name("a", &file.before), &name("b", &file.after))
        .to_string()
}

fn changed(file: &FileDiff, sign: char) -> usize {
    let (head, body) = (2, unified(file));
    body.lines().skip(head).filter(|line| line.starts_with(sign)).count()
}

fn painted(line: &str) -> String {
    match line.chars().next() {
        _ if line.starts_with("---") || line.starts_with("+++") => style::strong(line),
        Some('+') => style::good(line),
        Some('-') => style::bad(line),
        Some('@') => style::command(line),
        _ => line.to_owned(),
    }
}

fn handed_on(plan: &Plan, hands: Hands, who: &str) -> String {
    let groups: Vec<&LeftAlone> =
        plan.left_alone.iter().filter(|it| it.hands == Some(hands)).collect();
    let rules: Vec<_> = plan.unplanned.iter().filter(|it| it.hands == hands).collect();
    if groups.is_empty() && rules.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", style::strong(who));
    for group in groups {
        let places: Vec<&str> = group.places.iter().map(String::as_str).collect();
        let (verdict, name) = (group.verdict.as_str(), visible(&group.name));
        let places = visible(&some_of(&places, PLACES));
        add(
            &mut text,
            format!("  {verdict} `{name}` ({})  {}\n", group.group, style::faint(&places)),
        );
        add(&mut text, format!("    {}\n", visible(&group.reason)));
    }
    for it in rules {
        let found = count(it.findings.len(), "finding");
        add(&mut text, format!("  {found} of {}: {}\n", it.rule, visible(&it.reason)));
    }
    text
}

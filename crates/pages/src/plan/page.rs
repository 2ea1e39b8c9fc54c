//! A plan as one page that needs nothing else: no script, no request.

use std::fmt::Write;

use ssot_model::{Package, PackageId, Plan, PlannedPackage, Priority, Schedule};

use super::svg;
use crate::markup::{code, escaped, prose};
use crate::report::STYLE as REPORT;
use crate::words::{count, each, short, span};

/// What the page has besides the styles of the report.
const STYLE: &str = "\
.lanes svg { display: block; min-width: 760px; width: 100%; height: auto; }
.lanes + ul { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 0.84rem; color: var(--soft); }
.packages .critical > th { border-left: 3px solid var(--identical); }
.packages th b { font-weight: 620; color: var(--ink); }
@media (max-width: 720px) {
  .packages table, .packages tbody, .packages tr, .packages th, .packages td { display: block; }
  .packages thead { display: none; }
  .packages td { border: 0 !important; padding-top: 0; }
  .packages td:empty { display: none; }
  .packages td[data-of]::before { content: attr(data-of) ' '; color: var(--soft); font-size: 0.82rem; }
}
";

/// The whole page.
pub fn page(name: &str, plan: &Plan, schedule: &Schedule) -> String {
    let name = escaped(name);
    let groups: usize =
        plan.packages.iter().map(|package| package.groups.len() + package.places.len()).sum();
    let headline =
        format!("{} for {}", count(plan.packages.len(), "package"), count(groups, "group"));
    let (drawing, commit) = (svg(plan, schedule), escaped(short(plan.base.as_str())));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{name}: {headline}</title>\n<style>\n{REPORT}{STYLE}</style>\n</head>\n<body>\n\
         <header class=\"top\">\n<p class=\"brand\" aria-hidden=\"true\">ssot</p>\n<h1>{name}</h1>\n\
         <p class=\"state\">planned for commit <code>{commit}</code></p>\n</header>\n<main>\n\
         <section class=\"hero\"><p class=\"headline\">{headline}</p>\n<p class=\"read\">{}</p>\n{}</section>\n\
         <section><h2>Time</h2>\n\
         <div class=\"scroll lanes\" tabindex=\"0\" role=\"region\" aria-label=\"The packages over time\">{drawing}</div>\n\
         <ul><li>light: work and gates</li><li>dark: landing</li><li>framed: the critical path</li></ul>\n\
         {}</section>\n{}<section><h2>Packages</h2>\n\
         <div class=\"packages\">{}</div></section>\n{}</main>\n</body>\n</html>\n",
        times(schedule),
        tiles(plan, schedule),
        makespans(schedule),
        checkpoints(schedule),
        packages(plan, schedule),
        left(plan),
    )
}

fn tiles(plan: &Plan, schedule: &Schedule) -> String {
    let of = |priority| plan.packages.iter().filter(|it| it.priority == priority).count();
    let priorities = [Priority::P0, Priority::P1, Priority::P2].map(of);
    let [first, second, third] = priorities;
    let tiles = [
        (span(schedule.makespan), "in all"),
        (span(schedule.critical), "the longest chain"),
        (format!("{first} / {second} / {third}"), "packages of P0 / P1 / P2"),
        (plan.left_alone.len().to_string(), "groups stay as they are, each with its reason"),
    ];
    let tile =
        |(figure, what): &(String, &str)| format!("<div><dt>{what}</dt><dd>{figure}</dd></div>\n");
    format!("<dl class=\"tiles\">\n{}</dl>\n", tiles.iter().map(tile).collect::<String>())
}

fn times(schedule: &Schedule) -> String {
    match schedule.basis.runs {
        0 => "times are defaults, no run has ended here yet".to_owned(),
        runs => format!("times are medians of {}", count(runs as usize, "earlier run")),
    }
}

/// How long it takes so many workers, up to where more of them change nothing.
fn makespans(schedule: &Schedule) -> String {
    let best = schedule.makespans.last().map_or(0, |it| it.millis);
    let enough = schedule.makespans.iter().position(|it| it.millis == best).unwrap_or(0);
    let shown = &schedule.makespans[..schedule.makespans.len().min(enough + 1)];
    let head = each(shown, |it| format!("<th scope=\"col\">{}</th>", it.workers));
    let times = each(shown, |it| format!("<td>{}</td>", span(it.millis)));
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Times by workers\">\
         <table class=\"table\"><thead><tr><th scope=\"col\">workers</th>{head}</tr></thead>\
         <tbody><tr><th scope=\"row\">in all</th>{times}</tr></tbody></table></div>\n"
    )
}

fn checkpoints(schedule: &Schedule) -> String {
    if schedule.checkpoints.is_empty() {
        return String::new();
    }
    let mut text = "<section><h2>Checkpoints</h2>\n<ul>\n".to_owned();
    for it in &schedule.checkpoints {
        let what = it.priority.map_or_else(|| "all".to_owned(), |it| format!("{it:?}"));
        let word = if it.holds() { "holds" } else { "missed" };
        let (by, percent) = (span(it.by), it.percent);
        let _ = writeln!(
            text,
            "<li>{what} {percent} % after {by}: {word}, {} % expected</li>",
            it.expected_percent
        );
    }
    text.push_str("</ul></section>\n");
    text
}

fn packages(plan: &Plan, schedule: &Schedule) -> String {
    let mut text = "<table class=\"grid\"><thead><tr><th scope=\"col\">package</th>\
                    <th scope=\"col\">priority</th><th scope=\"col\">team, waits for</th>\
                    <th scope=\"col\">time</th><th scope=\"col\">slack</th><th scope=\"col\">writes</th>\
                    </tr></thead>\n<tbody>\n"
        .to_owned();
    for package in &plan.packages {
        let planned = schedule.packages.iter().find(|it| it.id == package.id);
        text.push_str(&row(package, planned));
    }
    text.push_str("</tbody></table>\n");
    text
}

fn row(package: &Package, planned: Option<&PlannedPackage>) -> String {
    let critical = if planned.is_some_and(|it| it.critical) { " class=\"critical\"" } else { "" };
    let (time, slack) = match planned {
        Some(it) => (format!("{} to {}", span(it.start), span(it.end)), span(it.slack)),
        None => ("switched off".to_owned(), String::new()),
    };
    let waits = package.depends_on.iter().map(PackageId::as_str);
    let waits: Vec<&str> = package.team.as_deref().into_iter().chain(waits).collect();
    let files: Vec<String> = package.write_set.iter().map(|path| code(path.as_str())).collect();
    let mut answers = String::new();
    for it in package.groups.iter().flat_map(|group| &group.answered) {
        let said = prose(&format!("{}: {}", it.atom, it.answer()));
        let _ = write!(answers, "<br><small>{said}</small>");
    }
    format!(
        "<tr{critical}><th scope=\"row\"><b>{}</b><br>{}{answers}</th><td data-of=\"priority\">{:?}</td>\
         <td>{}</td><td data-of=\"time\">{time}</td><td data-of=\"slack\">{slack}</td>\
         <td data-of=\"writes\">{}</td></tr>\n",
        escaped(package.id.as_str()),
        prose(&package.title),
        package.priority,
        escaped(&waits.join(", ")),
        files.join("<br>"),
    )
}

/// What no package closes, by rule and reason.
fn left(plan: &Plan) -> String {
    if plan.left_alone.is_empty() && plan.unplanned.is_empty() && plan.left_out.is_empty() {
        return String::new();
    }
    let mut text = "<section><h2>No package</h2>\n\
                    <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"No package\">\
                    <table class=\"grid\"><thead><tr><th scope=\"col\">what</th><th scope=\"col\">who</th>\
                    <th scope=\"col\">why</th></tr></thead>\n<tbody>\n"
        .to_owned();
    for it in &plan.left_alone {
        let hands = it.hands.map_or("", ssot_model::Hands::as_str);
        let (name, why) = (code(&it.name), prose(&it.reason));
        let verdict = it.verdict.as_str();
        let _ = writeln!(text, "<tr><td>{verdict} {name}</td><td>{hands}</td><td>{why}</td></tr>");
    }
    for it in &plan.unplanned {
        let (rule, why, hands) = (code(&it.rule), prose(&it.reason), it.hands.as_str());
        let places = count(it.findings.len(), "finding");
        let _ =
            writeln!(text, "<tr><td>{places} of {rule}</td><td>{hands}</td><td>{why}</td></tr>");
    }
    for it in &plan.left_out {
        let (group, why) = (code(it.group.as_str()), prose(&it.reason));
        let _ = writeln!(text, "<tr><td>left out {group}</td><td>person</td><td>{why}</td></tr>");
    }
    text.push_str("</tbody></table></div></section>\n");
    text
}

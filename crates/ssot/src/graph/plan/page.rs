//! A plan as one page that needs nothing else: no script, no request.

use std::fmt::Write;

use ssot_model::{Package, Plan, PlannedPackage, Schedule};

use super::svg;
use crate::formats::escaped;
use crate::text::{count, short, span};

/// The styles; the colours are light first, dark second.
const STYLE: &str = "\
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 1128px; padding: 24px; background: light-dark(#fbfaf8, #14161a);
  color: light-dark(#1d2026, #e8e6e1); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.soft { color: light-dark(#5d636e, #a3a9b4); }
svg { width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 4px 12px 4px 0; border-bottom: 1px solid light-dark(#e1ddd6, #31363f); }
.critical { font-weight: 650; }
code { font-size: 0.86em; overflow-wrap: anywhere; }
";

/// The whole page.
pub(crate) fn page(name: &str, plan: &Plan, schedule: &Schedule) -> String {
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
         <title>{name}: {headline}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>{name}: {headline}</h1>\n<p class=\"soft\">planned for commit <code>{commit}</code>; \
         {}</p>\n<h2>Time</h2>\n<div class=\"wide\">{drawing}</div>\n{}{}<h2>Packages</h2>\n\
         <div class=\"wide\">{}</div>\n{}</body>\n</html>\n",
        times(schedule),
        makespans(schedule),
        checkpoints(schedule),
        packages(plan, schedule),
        left(plan),
    )
}

fn times(schedule: &Schedule) -> String {
    let basis = match schedule.basis.runs {
        0 => "times are defaults, no run has ended here yet".to_owned(),
        runs => format!("times are medians of {}", count(runs as usize, "earlier run")),
    };
    let (all, critical) = (span(schedule.makespan), span(schedule.critical));
    format!("{all} in all, critical path {critical}; {basis}")
}

fn makespans(schedule: &Schedule) -> String {
    let mut text = "<h2>By workers</h2>\n<table><tr><th>workers</th>".to_owned();
    // Writing to a string cannot fail.
    schedule.makespans.iter().for_each(|it| _ = write!(text, "<td>{}</td>", it.workers));
    text.push_str("</tr><tr><th>in all</th>");
    schedule.makespans.iter().for_each(|it| _ = write!(text, "<td>{}</td>", span(it.millis)));
    text.push_str("</tr></table>\n");
    text
}

fn checkpoints(schedule: &Schedule) -> String {
    if schedule.checkpoints.is_empty() {
        return String::new();
    }
    let mut text = "<h2>Checkpoints</h2>\n<ul>\n".to_owned();
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
    text.push_str("</ul>\n");
    text
}

fn packages(plan: &Plan, schedule: &Schedule) -> String {
    let mut text = "<table>\n<tr><th>package</th><th>priority</th><th>team</th><th>waits for</th>\
                    <th>time</th><th>slack</th><th>writes</th></tr>\n"
        .to_owned();
    for package in &plan.packages {
        let planned = schedule.packages.iter().find(|it| it.id == package.id);
        text.push_str(&row(package, planned));
    }
    text.push_str("</table>\n");
    text
}

fn row(package: &Package, planned: Option<&PlannedPackage>) -> String {
    let critical = if planned.is_some_and(|it| it.critical) { " class=\"critical\"" } else { "" };
    let (time, slack) = match planned {
        Some(it) => (format!("{} to {}", span(it.start), span(it.end)), span(it.slack)),
        None => ("switched off".to_owned(), String::new()),
    };
    let waits: Vec<&str> = package.depends_on.iter().map(ssot_model::PackageId::as_str).collect();
    let files: Vec<String> = package
        .write_set
        .iter()
        .map(|path| format!("<code>{}</code>", escaped(path.as_str())))
        .collect();
    let mut answers = String::new();
    for it in package.groups.iter().flat_map(|group| &group.answered) {
        let said = escaped(&format!("{}: {}", it.atom, it.answer()));
        let _ = write!(answers, "<br><span class=\"soft\">{said}</span>");
    }
    format!(
        "<tr><td{critical}>{}<br><span class=\"soft\">{}</span>{answers}</td><td>{:?}</td><td>{}</td>\
         <td>{}</td><td>{time}</td><td>{slack}</td><td>{}</td></tr>\n",
        escaped(package.id.as_str()),
        escaped(&package.title),
        package.priority,
        escaped(package.team.as_deref().unwrap_or_default()),
        escaped(&waits.join(", ")),
        files.join("<br>"),
    )
}

/// What no package closes, by rule and reason.
fn left(plan: &Plan) -> String {
    if plan.left_alone.is_empty() && plan.unplanned.is_empty() {
        return String::new();
    }
    let mut text = "<h2>No package</h2>\n<table>\n\
                    <tr><th>what</th><th>who</th><th>why</th></tr>\n"
        .to_owned();
    for it in &plan.left_alone {
        let hands = it.hands.map_or("", ssot_model::Hands::as_str);
        let (name, why) = (escaped(&it.name), escaped(&it.reason));
        let verdict = it.verdict.as_str();
        let _ = writeln!(
            text,
            "<tr><td>{verdict} <code>{name}</code></td><td>{hands}</td><td>{why}</td></tr>"
        );
    }
    for it in &plan.unplanned {
        let (rule, why, hands) = (escaped(&it.rule), escaped(&it.reason), it.hands.as_str());
        let places = count(it.findings.len(), "finding");
        let _ = writeln!(
            text,
            "<tr><td>{places} of <code>{rule}</code></td><td>{hands}</td><td>{why}</td></tr>"
        );
    }
    text.push_str("</table>\n");
    text
}

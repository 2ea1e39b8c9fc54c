//! Lanes of workers over time, and the order of packages.

use std::collections::BTreeMap;

use ssot_model::{Plan, PlannedPackage, Schedule};

use crate::text::figures::{add, some_of, span};
use crate::text::style;

/// Narrowest and widest part of a line that stands for time.
const NARROWEST: usize = 24;
const WIDEST: usize = 160;
/// Packages that are named when others wait for them or they for others.
const NAMED: usize = 4;

/// The number of a package: `p07` of `p07-slugify`.
fn number(id: &str) -> &str {
    id.split('-').next().unwrap_or(id)
}

/// One line for each worker. Work is a block of `=`, the landing one of `#`; what lies
/// on the critical path is set off.
pub(super) fn lanes(schedule: &Schedule, columns: usize) -> String {
    let end = schedule.packages.iter().map(|it| it.end).max().unwrap_or(0).max(1);
    let longest = schedule.lanes.iter().map(|it| it.name.chars().count()).max().unwrap_or(0);
    let width = columns.saturating_sub(longest + 4).clamp(NARROWEST, WIDEST);
    let at = |millis: u64| (millis as usize).saturating_mul(width) / end as usize;
    let mut text = String::new();
    for (lane, row) in schedule.lanes.iter().enumerate() {
        let mut line = String::new();
        let mut column = 0;
        let mut packages: Vec<&PlannedPackage> =
            schedule.packages.iter().filter(|it| it.lane == lane).collect();
        packages.sort_by_key(|package| package.start);
        for package in packages {
            let from = at(package.start).max(column);
            let to = at(package.end).max(from + 1);
            line.push_str(&" ".repeat(from - column));
            let block = block(package, to - from);
            line.push_str(&if package.critical { style::strong(&block) } else { block });
            column = to;
        }
        add(&mut text, format!("  {:<longest$}  {}\n", row.name, line.trim_end()));
    }
    let ruler = ruler(end, width);
    add(&mut text, format!("  {:<longest$}  {}\n", "", style::faint(&ruler)));
    text
}

/// `[p01====##]`, as far as it fits.
fn block(package: &PlannedPackage, width: usize) -> String {
    let time = (package.end - package.start).max(1);
    let landing = (package.stages.landing as usize).saturating_mul(width) / time as usize;
    let landing = landing.min(width);
    let mut letters: Vec<char> = "=".repeat(width - landing).chars().collect();
    letters.extend("#".repeat(landing).chars());
    let name = number(package.id.as_str());
    match width {
        0 => {}
        1 => letters[0] = '|',
        _ => {
            (letters[0], letters[width - 1]) = ('[', ']');
            if name.len() + 2 <= width {
                for (at, letter) in name.chars().enumerate() {
                    letters[at + 1] = letter;
                }
            }
        }
    }
    letters.into_iter().collect()
}

/// The beginning, the middle and the end.
fn ruler(end: u64, width: usize) -> String {
    let (middle, last) = (span(end / 2), span(end));
    let mut line = "0".to_owned();
    let half = width / 2;
    if half > middle.len() {
        line.push_str(&" ".repeat(half - 1));
        line.push_str(&middle);
    }
    let left = width.saturating_sub(line.len() + last.len());
    format!("{line}{}{last}", " ".repeat(left))
}

/// Who waits for whom, as a tree: each package stands below the last one it waits for.
pub(super) fn order(plan: &Plan, schedule: &Schedule) -> String {
    let mut below: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    let place = |id: &ssot_model::PackageId| schedule.packages.iter().position(|it| it.id == *id);
    let waits: Vec<Vec<usize>> = schedule
        .packages
        .iter()
        .map(|it| plan.packages.iter().find(|package| package.id == it.id))
        .map(|package| package.map_or(&[][..], |it| &it.depends_on))
        .map(|before| before.iter().filter_map(place).collect())
        .collect();
    for (at, before) in waits.iter().enumerate() {
        below.entry(before.iter().max().copied()).or_default().push(at);
    }
    let alone = |at: &&usize| !below.contains_key(&Some(**at));
    let roots: Vec<usize> = below.get(&None).cloned().unwrap_or_default();
    let singles: Vec<&str> =
        roots.iter().filter(alone).map(|at| number(schedule.packages[*at].id.as_str())).collect();
    let mut text = String::new();
    if !singles.is_empty() {
        let also = if singles.len() == roots.len() { "" } else { " and nobody waits for them" };
        let shown = some_of(&singles, 12);
        add(&mut text, format!("  at once{also}: {shown}\n"));
    }
    // Depth first, without recursion: a chain may be as long as the plan.
    let mut open: Vec<(usize, usize)> =
        roots.iter().rev().filter(|at| !alone(at)).map(|at| (*at, 0)).collect();
    while let Some((at, depth)) = open.pop() {
        let package = &schedule.packages[at];
        let id = package.id.as_str();
        let id = if package.critical { style::strong(id) } else { id.to_owned() };
        let others: Vec<&str> = waits[at]
            .iter()
            .filter(|before| Some(**before) != waits[at].iter().max().copied())
            .map(|before| number(schedule.packages[*before].id.as_str()))
            .collect();
        let also = match others.len() {
            0 => String::new(),
            _ => style::faint(&format!("  and after {}", some_of(&others, NAMED))),
        };
        let arrow =
            if depth == 0 { String::new() } else { format!("{}`-> ", "   ".repeat(depth - 1)) };
        add(&mut text, format!("  {arrow}{id}{also}\n"));
        let next = below.get(&Some(at)).into_iter().flatten().rev();
        open.extend(next.map(|it| (*it, depth + 1)));
    }
    text
}

//! How attributes of the classes of a group are found.

use ssot_engine::audit::{CallChange, ClassOrder, MroReport};

use crate::markdown::{cell, code};
use crate::text::add;

pub(super) fn mro(report: &MroReport) -> String {
    let mut page = "\n## Order of classes\n\n".to_owned();
    report.classes.iter().for_each(|class| page.push_str(&order(class)));
    if !report.overrides.is_empty() {
        page.push_str("\n| member | provided by, the first one first |\n|---|---|\n");
    }
    for row in &report.overrides {
        let found = row.providers.iter().filter(|found| !found.is_empty());
        let found: Vec<String> = found.map(|it| code(&it.join(" > "))).collect();
        add(&mut page, format!("| {} | {} |\n", code(&row.member), found.join("<br>")));
    }
    if report.canonical.is_empty() {
        return page;
    }
    let held = if report.chosen { "" } else { ", the best candidate" };
    let kept = code(&report.canonical);
    add(&mut page, format!("\nWith {kept}{held} in the place of the others:\n\n"));
    report.after.iter().for_each(|class| page.push_str(&order(class)));
    let told: Vec<_> = report.calls.iter().filter(|it| it.change != CallChange::Same).collect();
    let same = report.calls.len() - told.len();
    add(&mut page, format!("- {same} calls lead where they lead today\n"));
    if !told.is_empty() {
        page.push_str("\n| | call | place | today | then |\n|---|---|---|---|---|\n");
    }
    for call in told {
        let name = |name: &Option<String>| {
            name.as_ref().map_or_else(|| "nothing known".to_owned(), |it| code(it))
        };
        add(
            &mut page,
            format!(
                "| {} | {} | {} | {} | {} |\n",
                call.change.as_str(),
                code(&call.call),
                code(&call.place),
                name(&call.today),
                name(&call.after),
            ),
        );
    }
    page
}

fn order(class: &ClassOrder) -> String {
    let open = if class.open { ", and what is not known" } else { "" };
    match &class.conflict {
        None => format!("- {}: {}{open}\n", code(&class.class), code(&class.order.join(" > "))),
        Some(conflict) => format!("- {}: no order: {}\n", code(&class.class), cell(conflict)),
    }
}

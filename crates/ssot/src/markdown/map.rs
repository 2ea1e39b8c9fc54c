//! Maps as pages.

use ssot_model::{ConceptEntry, ImportMap, MapPlace, MapView, TextEntry, Verdict};

use super::{cell, code};
use crate::graph;
use crate::text::add;

/// The whole page.
pub(crate) fn map(view: &MapView) -> String {
    match view {
        MapView::Concepts(entries) => concepts(entries),
        MapView::Literals(entries) => texts("String literals", entries),
        MapView::NamedValues(entries) => texts("Named values", entries),
        MapView::Imports(map) => imports(view, map),
        MapView::Capabilities(entries) => {
            let mut page =
                "# Capabilities\n\n| capability | owner | besides |\n|---|---|---|\n".to_owned();
            for entry in entries {
                let (owner, besides) = (codes(&entry.owner), codes(&entry.besides));
                add(&mut page, format!("| {} | {owner} | {besides} |\n", cell(&entry.name)));
            }
            page
        }
    }
}

fn codes(names: &[String]) -> String {
    names.iter().map(|name| code(name)).collect::<Vec<_>>().join("<br>")
}

fn place(place: &MapPlace) -> String {
    let boundary = place.boundary.as_ref().map(|it| format!(" [{}]", cell(it))).unwrap_or_default();
    format!("{} {}{boundary}", code(&place.name), cell(&place.place))
}

fn concepts(entries: &[ConceptEntry]) -> String {
    let mut page =
        "# Concepts\n\n| concept | kind | verdict | canonical | others |\n|---|---|---|---|---|\n"
            .to_owned();
    for entry in entries {
        let others: Vec<String> = entry.others.iter().map(place).collect();
        add(
            &mut page,
            format!(
                "| {} | {} | {} | {} | {} |\n",
                code(&entry.name),
                entry.kind.as_str(),
                entry.verdict.map_or("declared", Verdict::as_str),
                entry.canonical.as_ref().map(place).unwrap_or_default(),
                others.join("<br>")
            ),
        );
    }
    page
}

fn texts(title: &str, entries: &[TextEntry]) -> String {
    let mut page = format!(
        "# {title}\n\n| text | times | modules | constant | nearly |\n|---|--:|--:|---|---|\n"
    );
    for entry in entries {
        let constant = entry.constant.as_ref().map(|it| code(it)).unwrap_or_default();
        add(
            &mut page,
            format!(
                "| {} | {} | {} | {constant} | {} |\n",
                code(&entry.text),
                entry.count,
                entry.modules.len(),
                codes(&entry.near)
            ),
        );
    }
    page
}

fn imports(view: &MapView, map: &ImportMap) -> String {
    let mut page = "# Imports between packages\n\n".to_owned();
    for cycle in &map.cycles {
        add(
            &mut page,
            format!(
                "- cycle: {}\n",
                cycle.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ")
            ),
        );
    }
    add(&mut page, format!("\n```mermaid\n{}```\n", graph::mermaid(view)));
    page
}

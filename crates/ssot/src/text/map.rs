//! Maps at the terminal.

use ssot_model::{CapabilityEntry, ConceptEntry, ImportMap, MapPlace, MapView, TextEntry, Verdict};

use super::{add, count, style};

/// Texts and modules shown; JSON has all.
const TEXTS: usize = 100;
const MODULES: usize = 6;

/// The whole map.
pub(crate) fn map(view: &MapView) -> String {
    match view {
        MapView::Concepts(entries) => concepts(entries),
        MapView::Literals(entries) | MapView::NamedValues(entries) => texts(entries),
        MapView::Imports(map) => imports(map),
        MapView::Capabilities(entries) => capabilities(entries),
    }
}

fn place(place: &MapPlace) -> String {
    let boundary = place.boundary.as_ref().map(|it| format!(" [{it}]")).unwrap_or_default();
    format!("{}  {}{boundary}", place.name, style::faint(&place.place))
}

fn concepts(entries: &[ConceptEntry]) -> String {
    let mut text = format!("{}\n", style::strong(&count(entries.len(), "concept")));
    for entry in entries {
        let verdict = entry.verdict.map_or("declared", Verdict::as_str);
        add(
            &mut text,
            format!("\n{}  {} {verdict}\n", style::strong(&entry.name), entry.kind.as_str()),
        );
        if let Some(canonical) = &entry.canonical {
            add(&mut text, format!("  {} {}\n", style::good("canonical"), place(canonical)));
        }
        for other in &entry.others {
            add(&mut text, format!("  other     {}\n", place(other)));
        }
    }
    text
}

fn texts(entries: &[TextEntry]) -> String {
    let mut text = format!("{}\n", style::strong(&count(entries.len(), "text")));
    for entry in entries.iter().take(TEXTS) {
        let (times, modules) = (count(entry.count as usize, "time"), entry.modules.len());
        let group = entry.group.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
        let name = style::strong(&entry.text);
        add(&mut text, format!("\n{name}{group}  {times} in {}\n", count(modules, "module")));
        match &entry.constant {
            Some(constant) => add(&mut text, format!("  {} {constant}\n", style::good("constant"))),
            None => add(&mut text, "  no constant\n"),
        }
        if !entry.near.is_empty() {
            add(&mut text, format!("  {} {}\n", style::open("nearly"), entry.near.join(", ")));
        }
        let shown: Vec<&str> = entry.modules.iter().take(MODULES).map(String::as_str).collect();
        if !shown.is_empty() {
            let more = if modules > MODULES { ", ..." } else { "" };
            add(&mut text, format!("  {}\n", style::faint(&format!("{}{more}", shown.join(", ")))));
        }
    }
    if entries.len() > TEXTS {
        let hidden = count(entries.len() - TEXTS, "text");
        add(&mut text, format!("\nand {hidden} more; --format json has all\n"));
    }
    text
}

fn imports(map: &ImportMap) -> String {
    let (packages, cycles) = (map.packages.len(), map.cycles.len());
    let head = format!("{}, {}", count(packages, "package"), count(cycles, "cycle"));
    let mut text = format!("{}\n", style::strong(&head));
    for cycle in &map.cycles {
        add(&mut text, format!("  {} {}\n", style::bad("cycle"), cycle.join(", ")));
    }
    for (name, modules) in &map.packages {
        let modules = count(*modules as usize, "module");
        add(&mut text, format!("\n{}  {modules}\n", style::strong(name)));
        for edge in map.edges.iter().filter(|edge| edge.from == *name) {
            let mark = if edge.in_cycle { style::bad("  in a cycle") } else { String::new() };
            add(&mut text, format!("  -> {}  {}{mark}\n", edge.to, edge.modules));
        }
    }
    text
}

fn capabilities(entries: &[CapabilityEntry]) -> String {
    let mut text = format!("{}\n", style::strong(&count(entries.len(), "capability")));
    for entry in entries {
        let owner =
            if entry.owner.is_empty() { "nobody".to_owned() } else { entry.owner.join(", ") };
        add(&mut text, format!("\n{}  owner: {owner}\n", style::strong(&entry.name)));
        for place in &entry.besides {
            add(&mut text, format!("  besides  {place}\n"));
        }
    }
    text
}

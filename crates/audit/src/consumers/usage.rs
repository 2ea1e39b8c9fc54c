//! What each module uses of a member.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use ssot_facts::{DefinitionId, FileFacts, Index, ModuleId, Role, SiteKind};
use ssot_model::DefinitionKind;
use ssot_model::audit::{Usage, Use};

use super::{is_meant, modules_of};
use crate::readings::Library;

/// Modules that are looked through for one member.
const MODULES: usize = 400;

/// What each module uses of each member.
pub(crate) fn of_members(library: Library<'_>, ids: &[DefinitionId]) -> Vec<Vec<Usage>> {
    ids.iter().map(|id| of_member(library, *id)).collect()
}

fn of_member(library: Library<'_>, id: DefinitionId) -> Vec<Usage> {
    let index = library.index;
    let definition = index.definition(id);
    // A method is called on objects of its class.
    let top = definition.owner.map_or(id, |owner| DefinitionId { index: owner, ..id });
    let mut modules = modules_of(index, top);
    modules.insert(id.module);
    let mut found = Vec::new();
    for module in modules.into_iter().take(MODULES) {
        let mut uses: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        let mut add = |what: String, line: u32| {
            uses.entry(what).or_default().insert(line);
        };
        if top == id {
            named(index, module, id, &mut add);
        }
        if definition.kind == DefinitionKind::Class || top != id {
            on_objects(library, module, top, &mut |method, line, is_own| {
                let is_told = method != "__init__"
                    && if top == id { !is_own } else { definition.name == method };
                if is_told {
                    add(format!(".{method}()"), line);
                }
            });
        }
        let mut uses: Vec<Use> = uses
            .into_iter()
            .map(|(what, lines)| Use { what, lines: lines.into_iter().collect() })
            .collect();
        uses.sort_by(|a, b| (a.lines.first(), &a.what).cmp(&(b.lines.first(), &b.what)));
        if !uses.is_empty() {
            let module = index.module(module);
            found.push(Usage { path: module.path.clone(), test: module.role == Role::Test, uses });
        }
    }
    found
}

/// Where a module names a definition, and what it does with it.
fn named(index: &Index, module: ModuleId, id: DefinitionId, add: &mut impl FnMut(String, u32)) {
    let facts = &index.module(module).facts;
    let is_class = index.definition(id).kind == DefinitionKind::Class;
    let names = names_of(index, module, id);
    for import in facts.imports.iter().filter(|it| names.contains(&it.bound)) {
        add("imports".to_owned(), import.line);
    }
    let name = Name {
        index,
        module,
        id,
        names: &names,
        dotted: &format!(".{}", index.definition(id).name),
    };
    let rests: Vec<Option<&str>> = facts.paths.iter().map(|path| name.rest(path)).collect();
    for site in &facts.sites {
        let Some(rest) = rests[site.path as usize] else { continue };
        // Its own recursion is nobody's use of it.
        if module == id.module && is_inside(facts, site.definition(), id) {
            continue;
        }
        let what = match (rest, site.kind) {
            ("", SiteKind::Call) if is_class => "creates".to_owned(),
            ("", SiteKind::Call) => "calls".to_owned(),
            ("", SiteKind::Read | SiteKind::ItemRead) => "reads".to_owned(),
            ("", _) => "writes".to_owned(),
            (rest, SiteKind::Call) => format!("{rest}()"),
            (rest, SiteKind::Write | SiteKind::ItemWrite | SiteKind::Delete) => {
                format!("writes {rest}")
            }
            (rest, _) => rest.to_owned(),
        };
        add(what, site.line);
    }
    let is_it = |path: &CompactString| {
        let path = path.trim_end_matches("()");
        name.rest(path) == Some("")
    };
    for definition in &facts.definitions {
        if definition.bases.iter().any(is_it) {
            add("inherits".to_owned(), definition.span.start);
        }
        if definition.decorators.iter().any(is_it) {
            add("decorates".to_owned(), definition.span.start);
        }
    }
}

/// The names by which a module has a definition.
fn names_of(index: &Index, module: ModuleId, id: DefinitionId) -> BTreeSet<CompactString> {
    let own = &index.definition(id).name;
    // What comes from outside of the repository is nothing of it.
    let imported = index.imports(module).filter(|(it, from)| {
        it.name.is_some() && !it.bound.is_empty() && (from.module.is_some() || from.below.is_some())
    });
    let mut names: BTreeSet<CompactString> = imported
        .filter(|(it, _)| is_meant(index, module, &it.bound, id))
        .map(|(it, _)| it.bound.clone())
        .collect();
    if module == id.module {
        names.insert(own.clone());
    }
    names
}

/// The names of a definition in a module.
struct Name<'a> {
    index: &'a Index,
    module: ModuleId,
    id: DefinitionId,
    names: &'a BTreeSet<CompactString>,
    /// Its own name with a dot in front.
    dotted: &'a str,
}

impl Name<'_> {
    /// What follows the name in a path that begins with it; nothing when it does not.
    /// `module.Name.attr` gives `.attr`.
    fn rest<'p>(&self, path: &'p str) -> Option<&'p str> {
        let first = path.split(['.', '(', '[']).next().unwrap_or(path);
        let from = if self.names.contains(first) {
            first.len()
        } else {
            let at = path.find(self.dotted)? + self.dotted.len();
            if !is_meant(self.index, self.module, &path[..at], self.id) {
                return None;
            }
            at
        };
        let rest = &path[from..];
        // What is done with its result is no use of it; an object of a class is.
        let rest = rest.strip_prefix("()").unwrap_or(rest);
        let attribute = rest.strip_prefix('.').unwrap_or("").split(['.', '(', '[']).next();
        match attribute {
            Some("") | None => rest.is_empty().then_some(""),
            Some(attribute) => Some(&rest[..=attribute.len()]),
        }
    }
}

fn is_inside(facts: &FileFacts, definition: Option<u32>, id: DefinitionId) -> bool {
    let Some(at) = definition else { return false };
    at == id.index
        || facts.definitions.get(at as usize).is_some_and(|it| it.owner == Some(id.index))
}

/// Methods that are called on objects of a class, as far as their class can be told, and
/// whether in the class itself.
fn on_objects(
    library: Library<'_>,
    module: ModuleId,
    class: DefinitionId,
    add: &mut impl FnMut(&str, u32, bool),
) {
    let facts = &library.index.module(module).facts;
    let calls = library.calls(module);
    for call in calls.iter().filter(|it| it.class == class) {
        add(&call.method, facts.sites[call.site].line, call.around == Some(class));
    }
}

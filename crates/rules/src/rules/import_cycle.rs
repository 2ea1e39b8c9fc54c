//! Modules that import each other while they are loaded.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ssot_facts::{LoadEdge, LoadFailure, Loading, ModuleId, Role, import_cycles};
use ssot_model::{Evidence, Finding, Level, Severity};

use crate::place::{Place, Remark};
use crate::suggestion::{counted, listed};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "import-cycle",
    summary: "Modules import each other while they are loaded.",
    page: include_str!("import_cycle.md"),
    level: Level::Warning,
    check,
};

/// Modules of one cycle from which loading is tried.
const ENTRIES: usize = 200;
/// Names shown in one piece of evidence.
const SHOWN: usize = 4;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let loading = Loading::new(scene.index);
    let edges: Vec<Vec<LoadEdge>> =
        scene.index.modules().map(|(id, _)| loading.edges(id)).collect();
    let is_own = |id: &ModuleId| scene.index.module(*id).role == Role::Production;
    import_cycles(&edges)
        .into_iter()
        .filter(|members| members.iter().any(is_own))
        .map(|members| Cycle { scene, edges: &edges, members }.finding(&loading))
        .collect()
}

/// Modules each of which leads to every other.
struct Cycle<'a> {
    scene: &'a Scene<'a>,
    edges: &'a [Vec<LoadEdge>],
    members: Vec<ModuleId>,
}

impl Cycle<'_> {
    fn finding(&self, loading: &Loading<'_>) -> Finding {
        let shortest = self.shortest();
        let tried: Vec<(ModuleId, Option<LoadFailure>)> =
            self.members.iter().take(ENTRIES).map(|id| (*id, loading.load(*id))).collect();
        let inside = |failure: &LoadFailure| {
            self.members.contains(&failure.importer) && self.members.contains(&failure.partial)
        };
        let failure = tried.iter().find_map(|(entry, failure)| {
            failure.as_ref().filter(|it| inside(it)).map(|it| (*entry, it))
        });
        let mut evidence = vec![Evidence::supporting("cycle", self.told(&shortest))];
        if let Some((entry, failure)) = failure {
            evidence.push(Evidence::supporting("breaks", self.broken(entry, failure)));
            let works = tried.iter().filter(|(_, failure)| failure.is_none()).count();
            let text =
                format!("{works} of {} can be imported first", counted(tried.len(), "module"));
            evidence.push(Evidence::supporting("order", text));
        }
        evidence.push(Evidence::supporting("cut", self.cheapest(&shortest)));
        let names: Vec<String> = self.members.iter().map(|id| self.name(*id)).collect();
        let summary = match failure {
            Some(_) => format!(
                "{} import each other, and loading them fails in some order: {}",
                counted(names.len(), "module"),
                listed(&names, SHOWN)
            ),
            None => format!(
                "{} import each other while they are loaded: {}",
                counted(names.len(), "module"),
                listed(&names, SHOWN)
            ),
        };
        let places = self.members.iter().map(|id| self.place(*id)).collect();
        let cost = self.members.len() as u32;
        let name = names.first().cloned().unwrap_or_default();
        let finding = Remark { name, summary, evidence, places, cost }.finding(self.scene, &RULE);
        let severity = if failure.is_some() { Severity::Warning } else { Severity::Note };
        Finding { severity, ..finding }
    }

    fn name(&self, id: ModuleId) -> String {
        self.scene.index.module(id).name.to_string()
    }

    fn within(&self, id: ModuleId) -> impl Iterator<Item = &LoadEdge> {
        let edges = self.edges[id.0 as usize].iter();
        edges.filter(|edge| self.members.binary_search(&edge.to).is_ok())
    }

    fn line(&self, id: ModuleId, edge: LoadEdge) -> u32 {
        self.scene.index.module(id).facts.imports[edge.import as usize].line
    }

    /// The first import of a module that leads into the cycle.
    fn place(&self, id: ModuleId) -> Place {
        let line = self.within(id).map(|edge| self.line(id, *edge)).min().unwrap_or(1);
        Place { module: id, line, inside: None, what: "import in a cycle".to_owned() }
    }

    /// The shortest way from a module back to itself.
    fn shortest(&self) -> Vec<(ModuleId, LoadEdge)> {
        let starts = self.members.iter().take(ENTRIES);
        let ways = starts.filter_map(|start| self.way_back(*start));
        ways.min_by_key(Vec::len).unwrap_or_default()
    }

    fn way_back(&self, start: ModuleId) -> Option<Vec<(ModuleId, LoadEdge)>> {
        let mut came: BTreeMap<ModuleId, (ModuleId, LoadEdge)> = BTreeMap::new();
        let mut open = VecDeque::from([start]);
        while let Some(at) = open.pop_front() {
            for edge in self.within(at) {
                if came.contains_key(&edge.to) {
                    continue;
                }
                came.insert(edge.to, (at, *edge));
                if edge.to == start {
                    let mut way = vec![(at, *edge)];
                    while way[0].0 != start {
                        way.insert(0, *came.get(&way[0].0)?);
                    }
                    return Some(way);
                }
                open.push_back(edge.to);
            }
        }
        None
    }

    fn told(&self, way: &[(ModuleId, LoadEdge)]) -> String {
        let steps = way.iter().map(|(id, edge)| {
            format!(
                "{} (line {}) imports {}",
                self.name(*id),
                self.line(*id, *edge),
                self.name(edge.to)
            )
        });
        steps.collect::<Vec<_>>().join(", ")
    }

    fn broken(&self, entry: ModuleId, failure: &LoadFailure) -> String {
        let facts = &self.scene.index.module(failure.importer).facts;
        let import = &facts.imports[failure.import as usize];
        let name = import.name.as_deref().unwrap_or_default();
        let partial = &self.scene.index.module(failure.partial).facts;
        let bound = partial.bindings_of(name).map(|bound| bound.line).min().unwrap_or_default();
        format!(
            "`import {}` in a fresh interpreter: {} line {} asks {} for `{name}`, which has come to \
             line {} and binds it on line {bound}",
            self.name(entry),
            self.name(failure.importer),
            import.line,
            self.name(failure.partial),
            failure.reached,
        )
    }

    /// Which import of the way costs least to take out.
    fn cheapest(&self, way: &[(ModuleId, LoadEdge)]) -> String {
        let priced = way.iter().map(|(id, edge)| {
            let names = self.names(*id, edge.to);
            let early = names.iter().filter(|name| self.is_needed_early(*id, name)).count();
            ((early, names.len()), *id, *edge)
        });
        let Some(((early, count), id, edge)) = priced.min_by_key(|(price, ..)| *price) else {
            return String::new();
        };
        let reason = if early == 0 {
            "nothing of it is used while the module is loaded: it can move into the functions that \
             use it"
        } else {
            "it needs the fewest names while the module is loaded"
        };
        let rest = if self.is_acyclic_without(id, edge.to) {
            "; without it there is no cycle left"
        } else {
            "; other cycles remain"
        };
        format!(
            "{} line {}: {} from {}; {reason}{rest}",
            self.name(id),
            self.line(id, edge),
            counted(count, "name"),
            self.name(edge.to)
        )
    }

    /// The names that one module binds by imports that load another.
    fn names(&self, id: ModuleId, to: ModuleId) -> BTreeSet<&str> {
        let index = self.scene.index;
        let module = index.module(id);
        let target = &index.module(to).name;
        let is_around =
            module.name.strip_prefix(target.as_str()).is_some_and(|it| it.starts_with('.'));
        let imports = module.facts.imports.iter().filter(|import| {
            let Some(from) = index.import_target(module, import) else { return false };
            let full = match &import.name {
                Some(name) => format!("{from}.{name}"),
                None => from.to_string(),
            };
            let is_submodule = import.name.is_some() && index.module_named(&full).is_some();
            let below = full.strip_prefix(target.as_str());
            // The package around a module is loaded anyway; only its own names are asked for.
            if is_around {
                from == *target && !is_submodule
            } else {
                below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
        });
        imports.map(|import| import.bound.as_str()).collect()
    }

    /// Whether a name is used by what runs while the module is loaded.
    fn is_needed_early(&self, id: ModuleId, name: &str) -> bool {
        let facts = &self.scene.index.module(id).facts;
        let first = |path: &str| path.split(['.', '(', '[']).next() == Some(name);
        name.is_empty()
            || facts.module_reads.iter().any(|it| it == name)
            || facts.all.as_ref().is_some_and(|all| all.iter().any(|it| it == name))
            || facts.sites.iter().any(|it| it.at_import && first(facts.path_of(it)))
            || facts
                .definitions
                .iter()
                .any(|it| it.bases.iter().chain(&it.decorators).any(|path| first(path)))
            || facts.bindings.iter().any(|bound| match &bound.binding {
                ssot_facts::Binding::Value(_, _, reads) => reads.iter().any(|it| it == name),
                _ => false,
            })
            || !self.scene.index.consumers(id, name).is_empty()
    }

    fn is_acyclic_without(&self, from: ModuleId, to: ModuleId) -> bool {
        let mut edges: Vec<Vec<LoadEdge>> = vec![Vec::new(); self.edges.len()];
        for id in &self.members {
            let kept = self.within(*id).filter(|edge| *id != from || edge.to != to);
            edges[id.0 as usize] = kept.copied().collect();
        }
        import_cycles(&edges).is_empty()
    }
}

//! Attributes that nothing gives to a class or module.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use ssot_facts::{
    Binding, DefinitionId, ImportScope, Module, ModuleId, NameSearch, Resolution, Role, Site,
    SiteKind, ValueKind,
};
use ssot_model::{DefinitionKind, Evidence, Finding, Level};

use crate::place::{Place, Remark};
use crate::suggestion::{closest, listed};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "missing-attribute",
    summary: "Code uses an attribute that nothing gives to the class or module.",
    page: include_str!("missing_attribute.md"),
    level: Level::Error,
    check,
};

/// Classes shown in one piece of evidence.
const SHOWN: usize = 6;

/// Decorators of classes that add no attribute but special ones.
const PLAIN_DECORATORS: [&str; 6] =
    ["dataclass", "final", "total_ordering", "runtime_checkable", "unique", "override"];

/// Words in names of classes that are written to be inherited from.
const UNFINISHED: [&str; 5] = ["mixin", "base", "abstract", "interface", "protocol"];

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let search = Search::new(scene);
    let mut found: BTreeMap<(Owner, &str), Vec<Place>> = BTreeMap::new();
    for (id, module) in scene.index.modules() {
        if module.role != Role::Production || !module.facts.errors.is_empty() {
            continue;
        }
        search.own_uses(id, module, &mut found);
        search.sites(id, module, &mut found);
        search.instances(id, module, &mut found);
    }
    found.into_iter().map(|((owner, name), places)| search.finding(owner, name, places)).collect()
}

/// Who lacks an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Class(DefinitionId),
    Module(ModuleId),
}

type Found<'a> = BTreeMap<(Owner, &'a str), Vec<Place>>;

/// What a name at the beginning of a path stands for.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    Module(ModuleId),
    Class(DefinitionId),
    Instance(DefinitionId),
}

struct Search<'a> {
    scene: &'a Scene<'a>,
    names: NameSearch<'a>,
    /// Attributes that are written to anything anywhere.
    written: FxHashSet<&'a str>,
    /// Whether modules have names, as far as it was asked.
    known: RefCell<FxHashMap<(ModuleId, &'a str), bool>>,
}

impl<'a> Search<'a> {
    fn new(scene: &'a Scene<'a>) -> Self {
        let mut written = FxHashSet::default();
        for (_, module) in scene.index.modules() {
            let facts = &module.facts;
            written.extend(facts.writes.iter().map(|it| it.name.as_str()));
            let writes = facts.sites.iter().filter(|it| it.kind == SiteKind::Write);
            written.extend(writes.filter_map(|it| facts.path_of(it).rsplit('.').next()));
        }
        let known = RefCell::default();
        Self { scene, names: NameSearch::new(scene.index), written, known }
    }

    fn has(&self, importer: ModuleId, module: ModuleId, name: &'a str) -> bool {
        let mut known = self.known.borrow_mut();
        *known.entry((module, name)).or_insert_with(|| self.names.has(importer, module, name))
    }

    /// Whether a class certainly has no attribute of the name.
    fn lacks(&self, class: DefinitionId, name: &str) -> bool {
        let (index, hierarchy) = (self.scene.index, self.scene.hierarchy());
        let is_ordinary = name.len() > 1 && !name.starts_with("__") && name != "mro";
        if !is_ordinary || self.written.contains(name) || !hierarchy.is_closed(class) {
            return false;
        }
        let Ok(order) = hierarchy.linearisation(class) else { return false };
        let mut classes = order.iter().filter_map(ssot_facts::ClassRef::internal);
        classes.all(|id| {
            let facts = &index.module(id.module).facts;
            let definition = index.definition(id);
            let has = |member: &str| definition.members.iter().any(|it| it == member);
            let plain = definition.decorators.iter().all(|decorator| {
                let text = decorator.trim_end_matches("()");
                PLAIN_DECORATORS.contains(&text.rsplit('.').next().unwrap_or(text))
            });
            let keyword = |base: &str| base.contains('=') && !base.ends_with("ABCMeta");
            let computed = |module: ModuleId| index.module(module).facts.flags.computed_attributes;
            !has(name)
                && !["__getattr__", "__getattribute__", "__setattr__", "__new__", "__slots__"]
                    .into_iter()
                    .any(has)
                && plain
                && !definition.bases.iter().any(|base| keyword(base))
                && !definition.flags.conditional
                && facts.errors.is_empty()
                && facts.bindings_of(&definition.name).count() == 1
                && !computed(id.module)
                && !index.consumers_of(id).iter().any(|it| computed(it.module))
                && !says(facts, name)
        })
    }

    /// `self.name` in methods. What a class does not have, a class below it may.
    fn own_uses(&self, id: ModuleId, module: &'a Module, found: &mut Found<'a>) {
        let hierarchy = self.scene.hierarchy();
        for own in &module.facts.own_uses {
            let class = DefinitionId { module: id, index: own.class };
            let name = own.name.as_str();
            if !self.lacks(class, name) {
                continue;
            }
            let below = hierarchy.descendants(class);
            let is_lost = if below.is_empty() {
                !self.is_unfinished(class)
            } else {
                below.iter().all(|id| self.lacks(*id, name))
            };
            if is_lost {
                let place = Place {
                    module: id,
                    line: own.line,
                    inside: Some(own.method),
                    what: format!("self.{name}"),
                };
                found.entry((Owner::Class(class), name)).or_default().push(place);
            }
        }
    }

    /// Whether a class waits for somebody to inherit from it.
    fn is_unfinished(&self, class: DefinitionId) -> bool {
        let definition = self.scene.index.definition(class);
        let name = definition.name.to_ascii_lowercase();
        let methods = self.scene.index.module(class.module).facts.definitions.iter();
        let mut methods = methods.filter(|it| it.owner == Some(class.index));
        UNFINISHED.iter().any(|word| name.contains(word))
            || methods.any(|it| {
                it.flags.stub || it.decorators.iter().any(|it| it.ends_with("abstractmethod"))
            })
    }

    /// Uses of classes, modules and objects of the module level.
    fn sites(&self, id: ModuleId, module: &'a Module, found: &mut Found<'a>) {
        let facts = &module.facts;
        let mut roots: FxHashMap<&str, Option<Meaning>> = FxHashMap::default();
        for site in facts.sites.iter().filter(|site| is_use(site) && !site.local) {
            let path = facts.path_of(site);
            let Some((root, rest)) = path.split_once('.') else { continue };
            let name = root.trim_end_matches("()");
            let known = roots.entry(name).or_insert_with(|| self.meaning(id, module, name));
            let meaning = match (*known, root.len() - name.len()) {
                (Some(meaning), 0) => meaning,
                (Some(Meaning::Class(class)), 2) => Meaning::Instance(class),
                _ => continue,
            };
            if let Some((owner, name)) = self.follow(id, meaning, rest)
                && !says(facts, name)
            {
                found.entry((owner, name)).or_default().push(place(id, site, name));
            }
        }
    }

    /// The one thing that a module-level name stands for, when that is certain.
    fn meaning(&self, id: ModuleId, module: &Module, name: &str) -> Option<Meaning> {
        let mut bindings = module.facts.bindings_of(name);
        let (Some(only), None) = (bindings.next(), bindings.next()) else { return None };
        if let Binding::Import(at) = only.binding {
            let import = &module.facts.imports[at as usize];
            let target = self.scene.index.import_target(module, import)?;
            let eager = matches!(import.scope, ImportScope::Module | ImportScope::Conditional);
            let shared = import.level == 0 && self.names.namesakes(&target).count() > 1;
            if !eager || import.guarded || shared {
                return None;
            }
        }
        self.understood(&self.scene.index.resolve(id, name))
    }

    fn understood(&self, meanings: &[Resolution]) -> Option<Meaning> {
        let [only] = meanings else { return None };
        let index = self.scene.index;
        match only {
            Resolution::Module(id) => Some(Meaning::Module(*id)),
            Resolution::Definition(id) if index.definition(*id).kind == DefinitionKind::Class => {
                Some(Meaning::Class(*id))
            }
            Resolution::Value { module, name } => {
                let facts = &index.module(*module).facts;
                let mut bindings = facts.bindings_of(name);
                let (Some(only), None) = (bindings.next(), bindings.next()) else { return None };
                let Binding::Value(_, ValueKind::Call(class), _) = &only.binding else {
                    return None;
                };
                if facts.mutated.contains(name) || class.contains('.') {
                    return None;
                }
                match &*index.resolve(*module, class) {
                    [Resolution::Definition(id)]
                        if index.definition(*id).kind == DefinitionKind::Class =>
                    {
                        Some(Meaning::Instance(*id))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Follows a path to the first attribute that is not there.
    fn follow(&self, importer: ModuleId, from: Meaning, rest: &'a str) -> Option<(Owner, &'a str)> {
        let index = self.scene.index;
        let mut meaning = from;
        for part in rest.split('.') {
            let name = part.split(['(', '[']).next().unwrap_or(part);
            match meaning {
                Meaning::Class(class) | Meaning::Instance(class) => {
                    return self.lacks(class, name).then_some((Owner::Class(class), name));
                }
                Meaning::Module(module) => {
                    let special = name.starts_with("__") || name == "?" || name.is_empty();
                    if special {
                        return None;
                    }
                    if !self.has(importer, module, name) {
                        return Some((Owner::Module(module), name));
                    }
                    meaning = self.understood(&index.resolve(module, name))?;
                    match (part.len() - name.len(), meaning) {
                        (0, _) => {}
                        (2, Meaning::Class(class)) => meaning = Meaning::Instance(class),
                        _ => return None,
                    }
                }
            }
        }
        None
    }

    /// Calls on objects that a function creates.
    fn instances(&self, id: ModuleId, module: &'a Module, found: &mut Found<'a>) {
        let facts = &module.facts;
        let mut created: FxHashMap<u32, Vec<(&str, u32, DefinitionId)>> = FxHashMap::default();
        for instance in &facts.instances {
            let (root, rest) = instance.class.split_once('.').unwrap_or((&instance.class, ""));
            let meaning = match (self.meaning(id, module, root), rest) {
                (Some(Meaning::Module(target)), name) if !name.contains('.') => {
                    self.understood(&self.scene.index.resolve(target, name))
                }
                (meaning, "") => meaning,
                _ => None,
            };
            if let Some(Meaning::Class(class)) = meaning {
                let objects = created.entry(instance.inside).or_default();
                objects.push((&instance.name, instance.line, class));
            }
        }
        if created.is_empty() {
            return;
        }
        for site in facts.sites.iter().filter(|site| is_use(site)) {
            let objects = site.definition().and_then(|inside| created.get(&inside));
            let Some((root, rest)) = facts.path_of(site).split_once('.') else { continue };
            let object = objects.and_then(|objects| objects.iter().find(|it| it.0 == root));
            if let Some((_, line, class)) = object
                && site.line > *line
                && let Some((owner, name)) = self.follow(id, Meaning::Instance(*class), rest)
                && !says(facts, name)
            {
                found.entry((owner, name)).or_default().push(place(id, site, name));
            }
        }
    }

    fn finding(&self, owner: Owner, name: &str, mut places: Vec<Place>) -> Finding {
        let index = self.scene.index;
        places.sort();
        places.dedup_by_key(|place| (place.module, place.line));
        let (dotted, evidence) = match owner {
            Owner::Class(class) => (index.dotted(class), self.looked_at(class, name)),
            Owner::Module(id) => {
                let module = index.module(id);
                let text =
                    format!("nothing in {} binds it, and nobody sets it from outside", module.path);
                let bound = module.facts.bindings.iter().map(|bound| bound.name.as_str());
                let mut evidence = vec![Evidence::supporting("looked-at", text)];
                evidence.extend(meant(name, bound));
                (module.name.to_string(), evidence)
            }
        };
        let summary = format!("`{dotted}` has no `{name}`");
        let cost = places.len() as u32;
        Remark { name: format!("{dotted}.{name}"), summary, evidence, places, cost }
            .finding(self.scene, &RULE)
    }

    fn looked_at(&self, class: DefinitionId, name: &str) -> Vec<Evidence> {
        let (index, hierarchy) = (self.scene.index, self.scene.hierarchy());
        let providers = hierarchy.providers(index, class);
        let order = hierarchy.linearisation(class).map_or_else(|_| Vec::new(), |it| it.to_vec());
        let order: Vec<String> = order.iter().map(|it| it.dotted(index)).collect();
        let below = hierarchy.descendants(class).len();
        let order = listed(&order, SHOWN);
        let deeper = match below {
            0 => String::new(),
            below => format!(", nor any of the {below} classes below"),
        };
        let text = format!(
            "none of {order} sets it{deeper}; nobody sets it from outside, by name or computed"
        );
        let mut evidence = vec![Evidence::supporting("looked-at", text)];
        evidence.extend(meant(name, providers.keys().copied()));
        evidence
    }
}

fn meant<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<Evidence> {
    let near = closest(name, known)?;
    Some(Evidence::supporting("meant", format!("the nearest name there is `{near}`")))
}

/// Whether a file has the name as a text: it may be set or asked for by it.
fn says(facts: &ssot_facts::FileFacts, name: &str) -> bool {
    facts.texts.iter().any(|text| text == name)
}

fn is_use(site: &Site) -> bool {
    matches!(site.kind, SiteKind::Call | SiteKind::Read) && !site.guarded
}

fn place(module: ModuleId, site: &Site, name: &str) -> Place {
    let what = format!(".{name}");
    Place { module, line: site.line, inside: site.definition(), what }
}

//! Copies that nobody uses while another of their kind is used.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use ssot_facts::{Definition, DefinitionId, Module, ModuleId, Role};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Verdict};

use crate::families::{self, Family};
use crate::suggestion::counted;
use crate::{Rule, Scene, place, relation};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "unreferenced-duplicate",
    summary: "A copy or variant of a definition that is used is used by nobody.",
    page: include_str!("unreferenced_duplicate.md"),
    level: Level::Note,
    check,
};

/// Largest group in which every pair is compared.
const LARGEST: usize = 12;

/// Share of a package's public definitions that its own repository must use before one
/// that it does not use says something: less is a library, used from elsewhere.
const USED_SHARE: f64 = 0.6;

/// Decorators that register nothing.
const INERT_DECORATORS: [&str; 8] = [
    "dataclass",
    "final",
    "total_ordering",
    "runtime_checkable",
    "lru_cache",
    "cache",
    "contextmanager",
    "asynccontextmanager",
];

/// Bases that know nothing of what inherits from them.
const INERT_BASES: [&str; 12] = [
    "object",
    "ABC",
    "Enum",
    "IntEnum",
    "StrEnum",
    "BaseModel",
    "NamedTuple",
    "TypedDict",
    "Protocol",
    "Generic",
    "Exception",
    "str",
];

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let groups = groups(scene);
    if groups.is_empty() {
        return Vec::new();
    }
    let names: FxHashSet<&str> =
        groups.iter().flatten().map(|id| scene.index.definition(*id).name.as_str()).collect();
    let uses = Uses::new(scene, &names);
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for group in &groups {
        let (used, unused): (Vec<DefinitionId>, Vec<DefinitionId>) =
            group.iter().partition(|id| uses.is_used(**id));
        let owners: Vec<DefinitionId> =
            used.into_iter().filter(|id| uses.is_imported(*id)).collect();
        for id in unused {
            if let Some(owner) = owners.iter().find(|owner| uses.is_same(id, **owner))
                && seen.insert(id)
            {
                findings.push(uses.finding(id, *owner));
            }
        }
    }
    findings
}

/// Definitions of one name or of equal bodies in several production files.
fn groups(scene: &Scene<'_>) -> Vec<Family> {
    let is_production = |id: &DefinitionId| scene.index.module(id.module).role == Role::Production;
    let counts = |id: &DefinitionId| {
        let definition = scene.index.definition(*id);
        definition.owner.is_none()
            && matches!(definition.kind, DefinitionKind::Class | DefinitionKind::Function)
            && is_production(id)
    };
    let named = families::by_name(scene).into_values();
    let ids = families::candidates(scene).map(|(id, _, _)| id).filter(counts);
    let equal = families::by_structure(scene.index, ids);
    named
        .chain(equal)
        .map(|family| family.into_iter().filter(counts).collect::<Family>())
        .filter(|family| family.len() <= LARGEST && families::spans_files(family))
        .collect()
}

/// Who uses what.
struct Uses<'a> {
    scene: &'a Scene<'a>,
    /// Names that texts anywhere say, alone or at the end of a path.
    said: FxHashSet<&'a str>,
    /// Packages that load modules by computed names.
    loaders: BTreeSet<&'a str>,
    /// Top-level packages and how much of what they offer is used here.
    shares: BTreeMap<&'a str, f64>,
    /// How often each module is imported.
    imported: FxHashMap<ModuleId, u32>,
    /// Names that each module reads itself, once it was asked.
    inside: Vec<OnceCell<FxHashSet<&'a str>>>,
}

impl<'a> Uses<'a> {
    fn new(scene: &'a Scene<'a>, names: &FxHashSet<&str>) -> Self {
        let mut said = FxHashSet::default();
        let mut loaders = BTreeSet::new();
        let mut imported: FxHashMap<ModuleId, u32> = FxHashMap::default();
        for (id, module) in scene.index.modules() {
            for text in &module.facts.texts {
                let last = text.rsplit(['.', ':', ' ', '/']).next().unwrap_or(text);
                if names.contains(last) {
                    said.insert(last);
                }
            }
            if module.facts.flags.loads_by_name {
                loaders.insert(module.package());
            }
            for (_, named) in scene.index.imports(id) {
                if let Some(id) = named.below.or(named.module) {
                    *imported.entry(id).or_default() += 1;
                }
            }
        }
        let mut uses =
            Self { scene, said, loaders, shares: BTreeMap::new(), imported, inside: Vec::new() };
        uses.inside = scene.index.modules().map(|_| OnceCell::new()).collect();
        uses.shares = uses.shares();
        uses
    }

    /// How much of what each top-level package offers is used in this repository.
    fn shares(&self) -> BTreeMap<&'a str, f64> {
        let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for (id, module, definition) in self.scene.index.definitions() {
            let offers = module.role == Role::Production
                && definition.owner.is_none()
                && definition.kind != DefinitionKind::Constant
                && !definition.name.starts_with('_');
            if offers {
                let (used, all) = counts.entry(top(module)).or_default();
                *used += u32::from(self.is_imported(id) || self.is_used_inside(id));
                *all += 1;
            }
        }
        counts
            .into_iter()
            .map(|(top, (used, all))| (top, f64::from(used) / f64::from(all.max(1))))
            .collect()
    }

    /// Whether another module names the definition.
    fn is_imported(&self, id: DefinitionId) -> bool {
        !self.scene.index.consumers_of(id).is_empty()
    }

    fn is_used_inside(&self, id: DefinitionId) -> bool {
        let name = self.scene.index.definition(id).name.as_str();
        let inside = &self.inside[id.module.0 as usize];
        inside.get_or_init(|| read_inside(self.scene.index.module(id.module))).contains(name)
    }

    /// Whether anything at all may reach the definition.
    fn is_used(&self, id: DefinitionId) -> bool {
        let index = self.scene.index;
        let module = index.module(id.module);
        let definition = index.definition(id);
        let name = definition.name.as_str();
        let exported = module.facts.all.as_ref().is_some_and(|all| all.iter().any(|it| it == name));
        let registered = definition.decorators.iter().any(|decorator| {
            let text = decorator.trim_end_matches("()");
            !INERT_DECORATORS.contains(&text.rsplit('.').next().unwrap_or(text))
        });
        self.is_imported(id)
            || self.is_used_inside(id)
            || exported
            || registered
            || definition.flags.hooks_subclassing
            || definition.flags.conditional
            || definition.flags.reflective
            || is_announced(definition)
            || !index.star_importers(id.module).is_empty()
            || self.said.contains(name)
            || self.is_loaded_by_name(module)
            || module.facts.flags.main_guard
            || module.facts.flags.deprecated
            || matches!(name, "main" | "run" | "setup" | "handler" | "app")
    }

    fn is_loaded_by_name(&self, module: &Module) -> bool {
        let package = module.package();
        self.loaders.iter().any(|loader| {
            package
                .strip_prefix(loader)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Whether one is a copy or a variant of the other, inside one boundary of a
    /// package that is used where it stands.
    fn is_same(&self, unused: DefinitionId, used: DefinitionId) -> bool {
        let (index, territories) = (self.scene.index, &self.scene.territories);
        let [one, other] = [unused, used].map(|id| index.definition(id));
        let module = index.module(unused.module);
        let boundary = |id: DefinitionId| territories.boundary(&index.module(id.module).path);
        let equal = one.hash == other.hash && one.statements == other.statements;
        unused.module != used.module
            && one.kind == other.kind
            && boundary(unused) == boundary(used)
            && (one.name.starts_with('_')
                || self.shares.get(top(module)).is_some_and(|share| *share >= USED_SHARE))
            && (equal || relation::relate(self.scene, unused, used).verdict == Verdict::Variant)
    }

    fn finding(&self, unused: DefinitionId, used: DefinitionId) -> Finding {
        let index = self.scene.index;
        let [one, other] = [unused, used].map(|id| index.definition(id));
        let equal = one.hash == other.hash;
        let likeness = if equal { "the same body" } else { "a variant of it" };
        let users = index.consumers_of(used).len();
        let module = index.module(unused.module);
        let mut evidence = vec![
            Evidence::supporting(
                "used",
                format!(
                    "{} is {likeness} and has {} in other modules",
                    index.dotted(used),
                    counted(users, "use")
                ),
            ),
            Evidence::supporting(
                "looked-for",
                "no import, attribute, string, star import, `__all__`, decorator, subclass or use \
                 in its own module; nothing in its package loads modules by name",
            ),
        ];
        let imports = self.imported.get(&unused.module).copied().unwrap_or_default();
        let text = match imports {
            0 => format!("{} itself is imported by nobody", module.path),
            count => format!(
                "{} is imported {}, for other names",
                module.path,
                counted(count as usize, "time")
            ),
        };
        evidence.push(Evidence::supporting("module", text));
        let summary = format!(
            "nobody uses {} `{}`; {} is used instead",
            one.kind.as_str(),
            index.qualified_name(unused),
            index.dotted(used)
        );
        place::about(self.scene, &RULE, &[unused], summary, evidence)
    }
}

fn top(module: &Module) -> &str {
    module.name.split('.').next().unwrap_or_default()
}

/// The names that a module reads; a definition that names itself does not count.
fn read_inside(module: &Module) -> FxHashSet<&str> {
    let facts = &module.facts;
    let mut read: FxHashSet<&str> =
        facts.module_reads.iter().map(compact_str::CompactString::as_str).collect();
    for bound in &facts.bindings {
        if let ssot_facts::Binding::Value(_, _, reads) = &bound.binding {
            read.extend(reads.iter().map(compact_str::CompactString::as_str));
        }
    }
    for definition in &facts.definitions {
        let own = match definition.owner {
            Some(owner) => &facts.definitions[owner as usize].name,
            None => &definition.name,
        };
        read.extend(
            definition.free.iter().filter(|it| *it != own).map(compact_str::CompactString::as_str),
        );
    }
    read
}

/// Whether a base may find the class by itself.
fn is_announced(definition: &Definition) -> bool {
    definition.bases.iter().any(|base| {
        let last = base.rsplit('.').next().unwrap_or(base);
        !INERT_BASES.contains(&last) && !last.ends_with("Error")
    })
}

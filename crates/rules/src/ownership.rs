//! Who exercises which capability, and who wraps it for the others.

use compact_str::CompactString;
use ssot_facts::{DefinitionId, Index, Module, ModuleId, Site, SiteKind};

use crate::Scene;
use crate::capability::Capabilities;
use crate::place::Place;
use crate::uses::{AbsolutePaths, first_name, is_shipped};

mod owner;

pub(crate) use owner::{Owner, Wrapper, is_named_for, owner_of, wrappers};

/// One use of one capability.
pub(crate) struct Use {
    /// Position of the capability.
    pub(crate) capability: usize,
    /// The absolute name that was used.
    pub(crate) name: CompactString,
    /// The key, for the environment and other stores.
    pub(crate) key: Option<String>,
    /// The line, counted from one.
    pub(crate) line: u32,
    /// The definition around it.
    pub(crate) inside: Option<u32>,
}

impl Use {
    /// The library it belongs to: what wraps one library does not wrap another.
    pub(crate) fn library(&self) -> &str {
        first_name(&self.name)
    }

    pub(crate) fn place(&self, module: ModuleId) -> Place {
        let key = self.key.as_deref().unwrap_or_default();
        let what = format!("{} {key}", self.name);
        Place { module, line: self.line, inside: self.inside, what }
    }
}

/// What one module does with one capability.
pub(crate) struct Exercise {
    pub(crate) module: ModuleId,
    pub(crate) uses: Vec<Use>,
}

impl Exercise {
    /// The dotted name of the place of a use.
    pub(crate) fn dotted(&self, index: &Index, at: &Use) -> String {
        match at.inside {
            Some(inside) => index.dotted(DefinitionId { module: self.module, index: inside }),
            None => index.module(self.module).name.to_string(),
        }
    }
}

/// Every use of every capability in production code, by capability and module.
pub(crate) fn exercises(scene: &Scene<'_>, capabilities: &Capabilities<'_>) -> Vec<Vec<Exercise>> {
    let mut found: Vec<Vec<Exercise>> = capabilities.all.iter().map(|_| Vec::new()).collect();
    for (id, module) in scene.index.modules() {
        if !is_shipped(module) {
            continue;
        }
        for at in uses_of(scene.index, id, module, capabilities) {
            let of = &mut found[at.capability];
            match of.last_mut() {
                Some(last) if last.module == id => last.uses.push(at),
                _ => of.push(Exercise { module: id, uses: vec![at] }),
            }
        }
    }
    found
}

fn uses_of(
    index: &Index,
    id: ModuleId,
    module: &Module,
    capabilities: &Capabilities<'_>,
) -> Vec<Use> {
    let facts = &module.facts;
    let mut paths = AbsolutePaths::new(index, id);
    let absolute: Vec<Option<CompactString>> = facts
        .paths
        .iter()
        .map(|path| paths.of(path).filter(|name| capabilities.may_match(first_name(name))))
        .collect();
    if absolute.iter().all(Option::is_none) {
        return Vec::new();
    }
    let environment = capabilities.all.iter().position(|it| it.name == "environment");
    let starts_children = starts_processes(module, &absolute);
    let mut uses = Vec::new();
    for site in &facts.sites {
        let Some(name) = &absolute[site.path as usize] else { continue };
        let logging = || root_handler(module, site, name);
        let Some(capability) = capabilities.exercised(name, site.kind).or_else(|| {
            let setup = capabilities.all.iter().position(|it| it.name == "logging-setup");
            setup.filter(|_| logging())
        }) else {
            continue;
        };
        let passes_on = Some(capability) == environment && starts_children && is_whole(name, site);
        let is_secret = name.starts_with("secrets.token_") && !makes_id(module, site);
        if !passes_on && !is_secret && paths.is_seen(site) && !is_bootstrap(module, site) {
            let key = facts.text_of(site).map(str::to_owned);
            let (line, inside) = (site.line, site.definition());
            uses.push(Use { capability, name: name.clone(), key, line, inside });
        }
    }
    uses
}

/// `logging.getLogger().addHandler(...)`, the inner call without a name.
fn root_handler(module: &Module, site: &Site, name: &str) -> bool {
    name == "logging.getLogger().addHandler"
        && module.facts.sites.iter().any(|inner| {
            inner.line == site.line
                && inner.kind == SiteKind::Call
                && inner.arguments + inner.keywords == 0
                && module.facts.path_of(inner).ends_with("getLogger")
        })
}

/// Whether something named like an id is made on the line. A token is as often a
/// password or a nonce.
fn makes_id(module: &Module, site: &Site) -> bool {
    module.facts.mints.iter().any(|mint| mint.line == site.line)
}

/// Whether the module starts other processes, which want an environment.
fn starts_processes(module: &Module, absolute: &[Option<CompactString>]) -> bool {
    module.facts.imports.iter().any(|import| {
        matches!(first_name(&import.module), "subprocess" | "pexpect" | "multiprocessing" | "pty")
    }) || module.facts.paths.iter().any(|path| path.contains("create_subprocess_"))
        || absolute.iter().flatten().any(|name| {
            ["os.exec", "os.spawn", "os.posix_spawn"].iter().any(|start| name.starts_with(start))
        })
}

/// Whether the environment is taken as a whole, as it is handed to a child.
fn is_whole(name: &str, site: &Site) -> bool {
    (name == "os.environ" && site.kind == SiteKind::Read) || name == "os.environ.copy"
}

/// Modules that bring the process up: what they do happens once and first.
const BOOTSTRAP: [&str; 7] =
    ["setup", "manage", "wsgi", "asgi", "__main__", "sitecustomize", "conftest"];

/// Functions that a file is started with.
const ENTRY_POINTS: [&str; 5] = ["main", "_main", "async_main", "cli", "parse_args"];

fn is_bootstrap(module: &Module, site: &Site) -> bool {
    if BOOTSTRAP.contains(&module.path.file_stem()) {
        return true;
    }
    module.facts.flags.main_guard
        && site.definition().is_none_or(|index| {
            let name = module.facts.definitions[index as usize].name.as_str();
            ENTRY_POINTS.contains(&name)
        })
}

//! From findings about places to the codemods that would close them.

mod api;
mod environment;
mod guarded;
mod ids;
mod literals;
mod plan;
mod rename;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ssot_audit::Examiner;
use ssot_facts::{ImportScope, ModuleId, Role};
use ssot_model::{Finding, RepoPath};
use ssot_rewrite::{Codemod, Decision, Fix, Left, Substitution, Wanted};
use ssot_rules::{Constants, Patches};

use crate::triage::Survey;

pub(crate) use plan::{freed, of_plan, try_all};

/// Rules about places that have a codemod.
pub(crate) const FIXABLE: [&str; 8] = [
    "capability-owner",
    "declared-codemod",
    "declared-rename",
    "expired-shim",
    "guarded-write",
    "relative-import",
    "repeated-literal",
    "scattered-id-generation",
];

/// How the places of one finding change.
#[derive(Debug)]
pub(crate) struct Remedy {
    /// One a file.
    pub(crate) fixes: Vec<Fix>,
    /// What changes several files at once, or none of them.
    pub(crate) whole: Vec<Decision>,
    /// Places that stay whatever the codemod says.
    pub(crate) left: Vec<Left>,
    /// Why they change in this way.
    pub(crate) why: String,
    /// What the changed places rely on: the owner's module, a pattern's name.
    pub(crate) owner: String,
    /// Files of what they rely on.
    pub(crate) rests_on: Vec<RepoPath>,
}

impl Remedy {
    /// Everything that is to be done.
    pub(crate) fn decisions(&self) -> Vec<Decision> {
        // What the places need comes first.
        let fixes = self.fixes.iter().cloned().map(Decision::Fix);
        self.whole.iter().cloned().chain(fixes).collect()
    }
}

/// A codemod that several findings share.
struct Shared {
    codemod: Arc<Codemod>,
    why: String,
    owner: String,
    /// What it may import.
    wanted: BTreeSet<Wanted>,
}

type Made = Result<Shared, String>;

/// The codemods of a tree, each made once.
pub(crate) struct Remedies<'a> {
    survey: &'a Survey,
    examiner: Examiner<'a>,
    capabilities: Made,
    tests: Made,
    guards: Made,
    declared: BTreeMap<&'a str, Made>,
    /// The constants of texts, once somebody asks.
    constants: OnceCell<Constants<'a>>,
    /// Who replaces what, once somebody asks.
    patches: OnceCell<Patches>,
}

impl<'a> Remedies<'a> {
    pub(crate) fn new(survey: &'a Survey) -> Self {
        let declared = survey.config.codemod.iter();
        Self {
            examiner: Examiner::new(&survey.index, &survey.config),
            capabilities: capabilities(survey),
            tests: tests(survey),
            guards: guards(survey),
            declared: declared.map(|it| (it.name.as_str(), declared_codemod(it))).collect(),
            constants: OnceCell::new(),
            patches: OnceCell::new(),
            survey,
        }
    }

    fn patches(&self) -> &Patches {
        self.patches.get_or_init(|| Patches::new(&self.survey.index))
    }

    /// How the places of a finding change, or why they cannot; none for a finding of a
    /// rule without codemod.
    pub(crate) fn of(&self, finding: &Finding) -> Option<Result<Remedy, String>> {
        let made = match finding.rule.as_str() {
            "capability-owner" => &self.capabilities,
            "guarded-write" => &self.guards,
            "declared-codemod" => self.declared.get(finding.name.as_str())?,
            "relative-import" => {
                let why = "the absolute name means the same module";
                return Some(Ok(self.of_file(finding, Codemod::AbsoluteImports, why)));
            }
            "declared-rename" => return Some(rename::remedy(self.survey, finding)),
            "scattered-id-generation" => return Some(ids::remedy(self, finding)),
            "repeated-literal" => return Some(literals::remedy(self, finding)),
            "expired-shim" => {
                let why = "its last day has passed and nothing here asks for it";
                return Some(Ok(self.of_file(finding, Codemod::DropShims, why)));
            }
            _ => return None,
        };
        Some(made.as_ref().map(|shared| self.remedy(finding, shared)).map_err(Clone::clone))
    }

    /// A codemod that needs nothing but the file.
    fn of_file(&self, finding: &Finding, codemod: Codemod, why: &str) -> Remedy {
        let codemod = Arc::new(codemod);
        Remedy {
            fixes: self.by_file(finding).map(|it| fix(it, &codemod)).collect(),
            whole: Vec::new(),
            left: Vec::new(),
            why: why.to_owned(),
            owner: String::new(),
            rests_on: Vec::new(),
        }
    }

    /// What tests need when the accesses of production code have moved.
    pub(crate) fn of_tests(&self) -> Vec<Fix> {
        let Ok(shared) = &self.tests else { return Vec::new() };
        let tests = self.survey.index.modules().filter(|(_, module)| module.role == Role::Test);
        let reaches = |path: &str| {
            path.ends_with(".setenv") || path.ends_with(".delenv") || path.ends_with("patch.dict")
        };
        tests
            .filter(|(_, module)| module.facts.paths.iter().any(|path| reaches(path)))
            .map(|(module, _)| Fix { module, lines: None, codemod: Arc::clone(&shared.codemod) })
            .collect()
    }

    /// The declared codemods whose places no finding tells, tried wherever their name is used.
    pub(crate) fn untold(&self) -> Vec<Fix> {
        let index = &self.survey.index;
        let roles = [Role::Production, Role::Test, Role::Script];
        let mut fixes = Vec::new();
        for declared in &self.survey.config.codemod {
            let shared = self.declared.get(declared.name.as_str()).and_then(|it| it.as_ref().ok());
            let anchor = ssot_rules::codemod_anchor(&declared.pattern);
            let (Some(shared), Some(anchor)) = (shared, anchor) else { continue };
            if ssot_rules::is_exact_codemod(&declared.pattern) {
                continue;
            }
            let last = anchor.rsplit('.').next().unwrap_or(anchor);
            let named = |text: &str| text == last || text.contains(&format!(".{last}"));
            for (module, it) in index.modules().filter(|(_, it)| roles.contains(&it.role)) {
                let below = |path: &String| it.path.is_below(path.trim_end_matches('/'));
                let in_scope = declared.paths.is_empty() || declared.paths.iter().any(below);
                let is_used = it.facts.paths.iter().any(|path| named(path))
                    || it.facts.imports.iter().any(|import| import.name.as_deref() == Some(last));
                if in_scope && is_used && self.obstacle(module, shared).is_none() {
                    let codemod = Arc::clone(&shared.codemod);
                    fixes.push(Fix { module, lines: None, codemod });
                }
            }
        }
        fixes
    }

    /// The files of a finding with their lines.
    fn by_file(
        &self,
        finding: &Finding,
    ) -> impl Iterator<Item = (ModuleId, BTreeSet<u32>)> + use<> {
        let mut files: BTreeMap<ModuleId, BTreeSet<u32>> = BTreeMap::new();
        for member in &finding.members {
            if let Some(module) = self.survey.index.module_at(&member.path) {
                files.entry(module).or_default().insert(member.span.start);
            }
        }
        files.into_iter()
    }

    fn remedy(&self, finding: &Finding, shared: &Shared) -> Remedy {
        let (mut fixes, mut left) = (Vec::new(), Vec::new());
        for (module, lines) in self.by_file(finding) {
            match self.obstacle(module, shared) {
                None => fixes.push(fix((module, lines), &shared.codemod)),
                Some(reason) => {
                    let path = self.survey.index.module(module).path.clone();
                    let stays = |line| Left { path: path.clone(), line, reason: reason.clone() };
                    left.extend(lines.into_iter().map(stays));
                }
            }
        }
        let index = &self.survey.index;
        let homes = shared.wanted.iter().filter_map(|it| index.module_named(&it.module));
        let homes: BTreeSet<RepoPath> = homes.map(|id| index.module(id).path.clone()).collect();
        let (why, owner) = (shared.why.clone(), shared.owner.clone());
        Remedy { fixes, whole: Vec::new(), left, why, owner, rests_on: homes.into_iter().collect() }
    }

    /// Why a module must not import what a codemod needs, unless it does already.
    fn obstacle(&self, module: ModuleId, shared: &Shared) -> Option<String> {
        shared.wanted.iter().find_map(|wanted| {
            let needed = self.survey.index.module_named(&wanted.module)?;
            self.obstacle_to(module, needed)
        })
    }

    /// Why a module must not import another one, unless it does already.
    fn obstacle_to(&self, module: ModuleId, needed: ModuleId) -> Option<String> {
        let index = &self.survey.index;
        if index.module(module).role == Role::Test {
            return None;
        }
        if needed == module {
            return Some("the replacement is from this module".to_owned());
        }
        let executed = index.imports(module).any(|(import, imported)| {
            import.scope == ImportScope::Module
                && [imported.module, imported.below].contains(&Some(needed))
        });
        if executed { None } else { self.examiner.obstacle(module, needed) }
    }
}

fn fix((module, lines): (ModuleId, BTreeSet<u32>), codemod: &Arc<Codemod>) -> Fix {
    Fix { module, lines: Some(lines), codemod: Arc::clone(codemod) }
}

fn shared(substitutions: Vec<Substitution>, why: String, owner: String) -> Shared {
    let wanted = substitutions.iter().flat_map(Substitution::wanted).cloned().collect();
    Shared { codemod: Arc::new(Codemod::Substitute(substitutions)), why, owner, wanted }
}

/// The capabilities whose owner has functions that are known.
fn capabilities(survey: &Survey) -> Made {
    let environment = survey.config.capability.iter().find(|it| it.name == "environment");
    let none = "no codemod is known for this capability; a [[codemod]] can say one";
    let capability = environment.ok_or(none)?;
    let (substitutions, why) = environment::substitutions(&survey.index, capability)?;
    Ok(shared(substitutions, why, capability.owner.join(", ")))
}

fn tests(survey: &Survey) -> Made {
    let environment = survey.config.capability.iter().find(|it| it.name == "environment");
    let capability = environment.ok_or("no owner of the environment is declared")?;
    let substitutions = environment::for_tests(&survey.index, capability)?;
    if substitutions.is_empty() {
        return Err("nothing is declared for tests".to_owned());
    }
    Ok(shared(substitutions, "the api is declared in ssot.toml".to_owned(), String::new()))
}

fn guards(survey: &Survey) -> Made {
    let mut all = Vec::new();
    for guard in &survey.config.guarded_write {
        all.extend(guarded::substitutions(guard)?);
    }
    let why = "the methods are declared in ssot.toml".to_owned();
    Ok(shared(all, why, String::new()))
}

fn declared_codemod(declared: &ssot_model::DeclaredCodemod) -> Made {
    let wanted = declared.import.iter().map(|import| Wanted::parse(import));
    let wanted = wanted.collect::<Result<Vec<_>, String>>()?;
    let made = Substitution::new(&declared.pattern, &declared.replacement, wanted)?;
    let why = match declared.reason.as_str() {
        "" => format!("codemod `{}` of ssot.toml", declared.name),
        reason => reason.to_owned(),
    };
    Ok(shared(vec![made], why, declared.name.clone()))
}

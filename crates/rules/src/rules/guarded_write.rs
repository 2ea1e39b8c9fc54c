//! State written past the methods that guard it.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use ssot_facts::{
    Change, DefinitionId, FileFacts, Index, LocalAlias, ModuleId, Role, Site, SiteKind, change_of,
};
use ssot_model::{DefinitionKind, Evidence, Finding, GuardedWrite, Level};

use crate::place::{Place, Remark};
use crate::uses::{covers, first_name, last_name};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "guarded-write",
    summary: "State that is written through methods is written past them.",
    page: include_str!("guarded_write.md"),
    level: Level::Warning,
    check,
};

/// How the state is written, which tells the method to use instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Single,
    Batch,
    Append,
    Increment,
    Remove,
    Replace,
}

impl Form {
    fn as_str(self) -> &'static str {
        match self {
            Self::Single => "one key is set",
            Self::Batch => "many keys are set",
            Self::Append => "something is appended",
            Self::Increment => "a value is changed in place",
            Self::Remove => "keys are removed",
            Self::Replace => "the whole is replaced",
        }
    }

    /// Words in the names of methods that do this.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Single => &["set", "put", "store", "write", "assign", "single"],
            Self::Batch => &["update", "batch", "bulk", "many", "merge", "all", "multiple"],
            Self::Append => &["append", "push", "extend", "add", "list"],
            Self::Increment => &["increment", "incr", "inc", "count", "counter", "add"],
            Self::Remove => &["remove", "delete", "del", "pop", "clear", "unset", "discard"],
            Self::Replace => &["replace", "reset", "load", "init", "clear"],
        }
    }
}

/// One guard with the classes whose methods may write.
struct Guard<'a> {
    config: &'a GuardedWrite,
    classes: FxHashSet<DefinitionId>,
}

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let guards = scene.config.guarded_write.iter();
    guards
        .flat_map(|config| {
            let guard = Guard { config, classes: classes(scene.index, config) };
            let modules = scene.index.modules().filter(|(_, it)| it.role == Role::Production);
            modules.flat_map(|(id, _)| guard.findings(scene, id)).collect::<Vec<_>>()
        })
        .collect()
}

/// Classes that define one of the methods.
fn classes(index: &Index, config: &GuardedWrite) -> FxHashSet<DefinitionId> {
    let methods = index.definitions().filter(|(_, _, definition)| {
        definition.kind == DefinitionKind::Method
            && config.methods.iter().any(|method| last_name(method) == definition.name)
    });
    methods
        .filter_map(|(id, _, definition)| {
            Some(DefinitionId { module: id.module, index: definition.owner? })
        })
        .collect()
}

impl Guard<'_> {
    /// One finding per definition that writes past the methods.
    fn findings(&self, scene: &Scene<'_>, id: ModuleId) -> Vec<Finding> {
        let module = scene.index.module(id);
        let facts = &module.facts;
        let mut found: BTreeMap<Option<u32>, Vec<(Form, &Site)>> = BTreeMap::new();
        for site in &facts.sites {
            let Some(form) = self.written(facts, site) else { continue };
            let inside = site.definition();
            if !self.may_write(scene.index, id, inside) {
                found.entry(inside).or_default().push((form, site));
            }
        }
        found.into_iter().map(|(inside, at)| self.finding(scene, id, inside, &at)).collect()
    }

    /// The form in which a site writes the state, if it does.
    fn written(&self, facts: &FileFacts, site: &Site) -> Option<Form> {
        let path = facts.path_of(site);
        let (object, form) = match site.kind {
            SiteKind::ItemWrite | SiteKind::Write if site.augmented => (path, Form::Increment),
            SiteKind::ItemWrite => (path, Form::Single),
            SiteKind::Write => (path, Form::Replace),
            SiteKind::Delete => (path, Form::Remove),
            SiteKind::Call => {
                let (object, method) = path.rsplit_once('.')?;
                (object, form_of(method)?)
            }
            SiteKind::Read | SiteKind::ItemRead => return None,
        };
        // Deep inside the state: `context.metadata["a"]["b"] = 1`.
        let whole = object.trim_end_matches("[]");
        let holder = match self.holder(whole) {
            Some(holder) => holder.to_owned(),
            None => self.holder(&alias(facts, site, whole)?.path)?.to_owned(),
        };
        self.is_carried_by(&holder).then_some(form)
    }

    /// The object that carries the attribute: `context` of `context.metadata`.
    fn holder<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_suffix(self.config.attribute.as_str())?.strip_suffix('.')
    }

    fn is_carried_by(&self, holder: &str) -> bool {
        let objects = &self.config.objects;
        let below = |object: &String| {
            holder
                .strip_suffix(object.as_str())
                .is_some_and(|front| front.is_empty() || front.ends_with('.') && !object.is_empty())
        };
        // What a class calls by this name may be a thing of its own.
        if objects.is_empty() {
            return !matches!(holder, "self" | "cls");
        }
        objects.iter().any(below)
    }

    fn may_write(&self, index: &Index, id: ModuleId, inside: Option<u32>) -> bool {
        let module = index.module(id);
        let dotted = match inside {
            Some(at) => index.dotted(DefinitionId { module: id, index: at }),
            None => module.name.to_string(),
        };
        if self.config.owner.iter().any(|entry| covers(entry, &module.path, &dotted)) {
            return true;
        }
        inside.is_some_and(|at| {
            let class = module.facts.definitions[at as usize].owner.unwrap_or(at);
            self.classes.contains(&DefinitionId { module: id, index: class })
        })
    }

    /// Which method does what was done by hand.
    fn proposal(&self, form: Form) -> Option<&str> {
        let methods = &self.config.methods;
        let fits = |method: &&String| {
            last_name(method).split('_').any(|word| form.words().contains(&word))
        };
        // The most telling word first: `append_metadata` before `add_metadata`.
        let ranked = methods.iter().filter(fits).min_by_key(|method| {
            let mut words = last_name(method).split('_');
            words.find_map(|word| form.words().iter().position(|it| *it == word))
        });
        ranked.map(String::as_str)
    }

    fn finding(
        &self,
        scene: &Scene<'_>,
        id: ModuleId,
        inside: Option<u32>,
        at: &[(Form, &Site)],
    ) -> Finding {
        let module = scene.index.module(id);
        let attribute = &self.config.attribute;
        let name = match inside {
            Some(index) => scene.index.dotted(DefinitionId { module: id, index }),
            None => module.name.to_string(),
        };
        let mut forms: BTreeMap<Form, Vec<u32>> = BTreeMap::new();
        for (form, site) in at {
            forms.entry(*form).or_default().push(site.line);
        }
        let evidence = forms.iter().map(|(form, lines)| {
            let lines: Vec<String> = lines.iter().map(u32::to_string).collect();
            let instead = match self.proposal(*form) {
                Some(method) => format!("use `{method}`"),
                None if self.config.methods.is_empty() => "no method is declared".to_owned(),
                None => format!("use one of `{}`", self.config.methods.join("`, `")),
            };
            let text = format!("line {}: {}; {instead}", lines.join(", "), form.as_str());
            Evidence::supporting("form", text)
        });
        let places = at.iter().map(|(form, site)| Place {
            module: id,
            line: site.line,
            inside,
            what: format!("{attribute} {form:?} {}", module.facts.text_of(site).unwrap_or("")),
        });
        let remark = Remark {
            summary: format!("`{name}` writes `{attribute}` past its methods"),
            name,
            evidence: evidence.collect(),
            places: places.collect(),
            cost: at.len() as u32,
        };
        remark.finding(scene, &RULE)
    }
}

/// What a call of a method of a list, set or dictionary does to it.
fn form_of(method: &str) -> Option<Form> {
    Some(match change_of(method)? {
        Change::Merge => Form::Batch,
        Change::Put => Form::Single,
        Change::Add => Form::Append,
        Change::Remove => Form::Remove,
        Change::Reorder => Form::Increment,
    })
}

/// The local name that a path begins and ends with, when it certainly stands for
/// something else where the site is.
fn alias<'a>(facts: &'a FileFacts, site: &Site, path: &str) -> Option<&'a LocalAlias> {
    // Binding the name anew does not write what it stood for.
    let is_inner = site.kind != SiteKind::Write;
    let mut aliases = facts.aliases.iter().filter(|it| it.inside == site.inside);
    aliases
        .find(|it| it.name == path && it.line < site.line)
        .filter(|_| is_inner && first_name(path) == path)
}

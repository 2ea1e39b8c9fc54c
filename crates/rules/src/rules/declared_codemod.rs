//! Places that a codemod of this repository would change.

use compact_str::CompactString;
use ssot_facts::{FileFacts, Module, ModuleId, Role, Site, SiteKind};
use ssot_model::{DeclaredCodemod, Evidence, Finding, Level};

use crate::place::{Place, Remark};
use crate::suggestion::counted;
use crate::uses::AbsolutePaths;
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "declared-codemod",
    summary: "Code is written in a form that a codemod of this repository replaces.",
    page: include_str!("declared_codemod.md"),
    level: Level::Warning,
    check,
};

/// What a place must be so that the pattern can fit.
struct Anchor<'a> {
    declared: &'a DeclaredCodemod,
    /// The first absolute name of the pattern, as its own module says it.
    name: CompactString,
    use_of: UseOf,
}

/// How the pattern uses that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UseOf {
    /// Called with so many positional arguments; with any arguments when missing.
    Call(Option<u8>),
    Item,
    Alone,
}

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let declared = scene.config.codemod.iter();
    let anchors: Vec<Anchor<'_>> = declared.filter_map(|it| anchor(scene, it)).collect();
    if anchors.is_empty() {
        return Vec::new();
    }
    let roles = [Role::Production, Role::Test, Role::Script];
    let modules = scene.index.modules().filter(|(_, module)| roles.contains(&module.role));
    modules.flat_map(|(id, module)| in_module(scene, &anchors, id, module)).collect()
}

fn in_module(
    scene: &Scene<'_>,
    anchors: &[Anchor<'_>],
    id: ModuleId,
    module: &Module,
) -> Vec<Finding> {
    let facts = &module.facts;
    let mut paths = AbsolutePaths::new(scene.index, id);
    let absolute: Vec<Option<CompactString>> =
        facts.paths.iter().map(|path| paths.of(path)).collect();
    let in_scope = |anchor: &&Anchor<'_>| {
        let paths = &anchor.declared.paths;
        paths.is_empty() || paths.iter().any(|it| module.path.is_below(it.trim_end_matches('/')))
    };
    let mut findings = Vec::new();
    for anchor in anchors.iter().filter(in_scope) {
        let fits = |site: &&Site| {
            let name = absolute[site.path as usize].as_ref();
            name.is_some_and(|name| anchor.fits(name, site)) && paths.is_seen(site)
        };
        let places: Vec<Place> =
            facts.sites.iter().filter(fits).map(|site| place(anchor, id, facts, site)).collect();
        if !places.is_empty() {
            findings.push(finding(scene, anchor.declared, module, places));
        }
    }
    findings
}

fn place(anchor: &Anchor<'_>, module: ModuleId, facts: &FileFacts, site: &Site) -> Place {
    let text = facts.text_of(site).unwrap_or_default();
    let what = format!("{} {text}", anchor.declared.name);
    Place { module, line: site.line, inside: site.definition(), what }
}

fn finding(
    scene: &Scene<'_>,
    declared: &DeclaredCodemod,
    module: &Module,
    places: Vec<Place>,
) -> Finding {
    let DeclaredCodemod { name, pattern, replacement, reason, .. } = declared;
    let count = places.len();
    let mut evidence =
        vec![Evidence::supporting("codemod", format!("`{pattern}` becomes `{replacement}`"))];
    if !reason.is_empty() {
        evidence.push(Evidence::supporting("reason", reason));
    }
    let remark = Remark {
        name: name.clone(),
        summary: format!("{} has {} for codemod `{name}`", module.path, counted(count, "place")),
        evidence,
        places,
        cost: count as u32,
    };
    remark.finding(scene, &RULE)
}

fn anchor<'a>(scene: &Scene<'_>, declared: &'a DeclaredCodemod) -> Option<Anchor<'a>> {
    let (name, use_of) = exact(&declared.pattern)?;
    Some(Anchor { declared, name: scene.index.canonical(name), use_of })
}

impl Anchor<'_> {
    fn fits(&self, name: &str, site: &Site) -> bool {
        let fits = match self.use_of {
            UseOf::Call(None) => site.kind == SiteKind::Call,
            UseOf::Call(Some(arguments)) => {
                site.kind == SiteKind::Call && (site.arguments, site.keywords) == (arguments, 0)
            }
            UseOf::Item => site.kind == SiteKind::ItemRead,
            UseOf::Alone => site.kind == SiteKind::Read,
        };
        fits && name == self.name
    }
}

/// Whether facts alone tell which places fit the pattern: it is one absolute name, alone,
/// subscripted, or called with holes for positional arguments or for all of them. What
/// stands around it, keywords and values are in no fact.
pub fn is_exact_codemod(pattern: &str) -> bool {
    exact(pattern).is_some()
}

fn exact(pattern: &str) -> Option<(&str, UseOf)> {
    let pattern = pattern.trim();
    let (name, rest) = first_name(pattern).filter(|(name, _)| pattern.starts_with(name))?;
    let is_hole = |text: &&str| {
        let name = text.trim().strip_prefix('$').unwrap_or_default();
        !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
    };
    let within = |open: char, close: char| rest.strip_prefix(open)?.strip_suffix(close);
    if rest.is_empty() {
        return Some((name, UseOf::Alone));
    }
    if let Some(inner) = within('[', ']') {
        return is_hole(&inner).then_some((name, UseOf::Item));
    }
    let inner = within('(', ')')?.trim();
    let use_of = match inner.strip_prefix("$$$") {
        Some(rest) if is_hole(&format!("${rest}").as_str()) => UseOf::Call(None),
        Some(_) => return None,
        None if inner.is_empty() => UseOf::Call(Some(0)),
        None => {
            let holes: Vec<&str> = inner.split(',').collect();
            let all = holes.iter().all(is_hole);
            let mut names: Vec<&str> = holes.iter().map(|hole| hole.trim()).collect();
            names.sort_unstable();
            names.dedup();
            (all && names.len() == holes.len()).then_some(UseOf::Call(Some(holes.len() as u8)))?
        }
    };
    Some((name, use_of))
}

/// The absolute name by which the places of a pattern are found.
pub fn codemod_anchor(pattern: &str) -> Option<&str> {
    first_name(pattern).map(|(name, _)| name)
}

/// The first dotted name of a pattern that is no hole, and what follows it.
fn first_name(pattern: &str) -> Option<(&str, &str)> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
    let mut at = 0;
    while at < pattern.len() {
        let rest = &pattern[at..];
        let length = rest.find(|letter: char| !is_part(letter)).unwrap_or(rest.len());
        let word = &rest[..length];
        let follows = pattern[..at].chars().next_back();
        let is_free = !follows.is_some_and(|letter| matches!(letter, '$' | '.' | ')' | ']'));
        if is_free && word.contains('.') && !word.starts_with('.') {
            return Some((word, &rest[length..]));
        }
        let next = rest[length..].chars().next().map_or(1, char::len_utf8);
        at += length + next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{UseOf, exact, first_name};

    #[test]
    fn a_pattern_is_found_by_its_first_absolute_name() {
        for (pattern, expected) in [
            ("old.module.func($A)", Some(("old.module.func", "($A)"))),
            ("str(uuid.uuid4())", Some(("uuid.uuid4", "())"))),
            ("$X.metadata[$K]", None),
            ("$A in os.environ", Some(("os.environ", ""))),
            ("print($A)", None),
        ] {
            assert_eq!(first_name(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn only_what_facts_can_tell_is_found() {
        for (pattern, expected) in [
            ("old.f()", Some(UseOf::Call(Some(0)))),
            ("old.f($A, $B)", Some(UseOf::Call(Some(2)))),
            ("old.f($$$ARGS)", Some(UseOf::Call(None))),
            ("old.NAME", Some(UseOf::Alone)),
            ("old.table[$KEY]", Some(UseOf::Item)),
            ("old.f($A, $A)", None),
            ("old.f($A, key=$B)", None),
            ("old.f(1)", None),
            ("old.f($A).g()", None),
            ("str(old.f())", None),
            ("old.table[$KEY] = $V", None),
        ] {
            assert_eq!(exact(pattern).map(|it| it.1), expected, "{pattern}");
        }
    }
}

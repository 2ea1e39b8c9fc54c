//! One definition calls, constructs or names the other.

use ssot_facts::{Definition, DefinitionId, Index, Resolution, Site, SiteKind};
use ssot_model::{DefinitionKind, Span, Verdict};

use super::Relation;
use crate::{Scene, words};

/// Whether two names have a word in common. A function that uses another one for what it
/// does is no layer over it, as long as nothing says that they are about one thing.
fn are_about_one(index: &Index, a: DefinitionId, b: DefinitionId) -> bool {
    let (left, right) = (&index.definition(a).name, &index.definition(b).name);
    let says_nothing = |name: &str| words::core(name).is_empty();
    says_nothing(left) || says_nothing(right) || words::have_common_word(left, right)
}

pub(super) fn relation(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let index = scene.index;
    if !are_about_one(index, a, b) {
        return None;
    }
    [(a, b), (b, a)].into_iter().find_map(|(this, other)| {
        let line = line_of_use(index, this, other)?;
        let text = format!(
            "{} calls or wraps {} at {}:{line}",
            index.dotted(this),
            index.dotted(other),
            index.module(this.module).path
        );
        Some(Relation::stated(Verdict::Layer, "uses", text))
    })
}

/// The line on which the body of one uses the other, under whatever alias.
fn line_of_use(index: &Index, this: DefinitionId, other: DefinitionId) -> Option<u32> {
    let facts = &index.module(this.module).facts;
    let spans = spans(index, this, other);
    let inside = |line: u32| spans.iter().any(|it| (it.start..=it.end).contains(&line));
    let target = &index.definition(other).name;
    let is_given = this.module != other.module && is_given(index, other);
    let site = facts.sites.iter().find(|site| {
        inside(site.line)
            && matches!(site.kind, SiteKind::Call | SiteKind::Read)
            && (means(index, this, facts.path_of(site), other)
                || is_given && gives(index, this, facts.path_of(site), other))
    });
    let string = || {
        facts.strings.iter().find(|string| {
            inside(string.line)
                && index
                    .names(&string.text)
                    .is_some_and(|(module, name)| module == other.module && name == *target)
        })
    };
    site.map(|site| site.line).or_else(|| string().map(|string| string.line))
}

/// Where a definition says what it does: its own lines, and those of the functions of its
/// module that it calls. Through those it reaches what has its own name elsewhere.
fn spans(index: &Index, this: DefinitionId, other: DefinitionId) -> Vec<Span> {
    let definition = index.definition(this);
    let mut spans = vec![definition.span];
    if this.module == other.module || definition.name != index.definition(other).name {
        return spans;
    }
    let facts = &index.module(this.module).facts;
    let is_inside =
        |site: &Site| (definition.span.start..=definition.span.end).contains(&site.line);
    for site in facts.sites.iter().filter(|it| it.kind == SiteKind::Call && is_inside(it)) {
        let path = facts.path_of(site);
        let helpers = facts.definitions.iter().filter(|it| it.owner.is_none() && it.name == path);
        spans.extend(helpers.filter(|it| it.kind == DefinitionKind::Function).map(|it| it.span));
    }
    spans
}

/// Whether a path in the body of one stands for the other.
fn means(index: &Index, this: DefinitionId, path: &str, other: DefinitionId) -> bool {
    let definition = index.definition(other);
    let last = path.rsplit('.').next().unwrap_or(path);
    if last != definition.name && !renames(index, this, last) {
        return false;
    }
    let own_class = index.definition(this).owner.filter(|_| this.module == other.module);
    if let Some(rest) = path.strip_prefix("self.").or_else(|| path.strip_prefix("cls.")) {
        return rest == last && own_class.is_some() && own_class == definition.owner;
    }
    definition.owner.is_none()
        && index.follow(this.module, path).contains(&Resolution::Definition(other))
}

/// Whether a function beside a class says by its annotation that it returns the class.
fn is_given(index: &Index, class: DefinitionId) -> bool {
    let beside = &index.module(class.module).facts.definitions;
    index.definition(class).kind == DefinitionKind::Class
        && beside.iter().any(|it| returns(it, &index.definition(class).name))
}

fn returns(definition: &Definition, class: &str) -> bool {
    definition.returns.trim_matches(['"', '\'']) == class
}

/// Whether a path stands for a function beside the other whose annotation says that
/// it returns the other: the accessor of a shared instance.
fn gives(index: &Index, this: DefinitionId, path: &str, other: DefinitionId) -> bool {
    let target = &index.definition(other).name;
    index.follow(this.module, path).iter().any(|meaning| match meaning {
        Resolution::Definition(id) => {
            id.module == other.module && returns(index.definition(*id), target)
        }
        _ => false,
    })
}

/// Whether a name is an alias that an import gives.
fn renames(index: &Index, this: DefinitionId, name: &str) -> bool {
    let imports = index.module(this.module).facts.imports.iter();
    imports.filter(|import| import.aliased).any(|import| import.bound == name)
}

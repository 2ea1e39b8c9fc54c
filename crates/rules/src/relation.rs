//! What two definitions are to each other when they are not equal.
//!
//! What the code says outright comes first: one is hidden, one uses or extends the
//! other, one is no production code. Only then do likenesses speak, and where they
//! do not agree the answer is `unsure`.

mod accessor;
mod facades;
mod hooks;
pub(crate) mod kinship;
pub(crate) mod plug_ins;
pub(crate) mod score;
pub(crate) mod subject;
mod twins;
mod uses;

use ssot_facts::{Definition, DefinitionId, Module, ModuleId, Role, is_standard_library};
use ssot_model::{DefinitionKind, Evidence, RepoPath, Verdict};

use crate::{Scene, words};
use kinship::COPIED_SIBLING;
use subject::Apart;

/// A relation between two definitions, with the facts it rests on.
pub(crate) struct Relation {
    pub(crate) verdict: Verdict,
    pub(crate) confidence: u8,
    pub(crate) evidence: Vec<Evidence>,
}

/// How sure a relation is that the code states outright, in percent.
const STATED: u8 = 97;
/// How sure an answer is that leaves the question open, in percent.
const EVEN: u8 = 50;
/// Statements up to which there is nothing in a class.
const EMPTY: u32 = 1;

impl Relation {
    /// Leaves open whether two functions have diverged that the code keeps apart.
    fn unless_apart(
        mut self,
        scene: &Scene<'_>,
        a: DefinitionId,
        b: DefinitionId,
        likeness: &crate::Likeness,
    ) -> Self {
        let (left, right) = (scene.index.definition(a), scene.index.definition(b));
        let against = if self.verdict != Verdict::Variant {
            None
        } else if words::are_opposite_faces(&left.name, &right.name) {
            Some("the names say that one waits and the other does not".to_owned())
        } else if are_both_offered(scene, a, b) {
            Some("each module exports its own, under names that say different things".to_owned())
        } else if likeness.statements < COPIED_OVERRIDE {
            kinship::overridden(scene, a, b)
        } else {
            None
        };
        if let Some(text) = against {
            self.verdict = Verdict::Unsure;
            self.evidence.push(Evidence::opposing("apart", text));
        }
        self
    }

    /// Leaves open whether two things are one when likeness says that they are not and cannot
    /// know it: their names differ only in words such as `unified` or `v2`, and whoever chose
    /// them said that one is an edition of the other; or classes of one name hold nothing.
    fn unless_open(mut self, scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Self {
        let (left, right) = (scene.index.definition(a), scene.index.definition(b));
        let is_empty = |it: &Definition| it.kind == DefinitionKind::Class && it.statements <= EMPTY;
        let why = if !matches!(self.verdict, Verdict::Homonym | Verdict::Unsure) {
            None
        } else if left.name != right.name && is_named_alike(scene, a, b) {
            let text = "are named as editions of one thing";
            Some(("edition-names", format!("`{}` and `{}` {text}", left.name, right.name)))
        } else if left.name == right.name && is_empty(left) && is_empty(right) {
            Some(("empty", format!("neither `{}` holds anything to compare", left.name)))
        } else {
            None
        };
        if let Some((signal, text)) = why {
            self.verdict = Verdict::Unsure;
            self.confidence = EVEN;
            self.evidence.insert(0, Evidence::opposing(signal, text));
        }
        self
    }

    fn stated(verdict: Verdict, signal: &str, text: String) -> Self {
        let evidence = vec![Evidence::supporting(signal, text)];
        Self { verdict, confidence: STATED, evidence }
    }
}

/// Compares two definitions.
pub(crate) fn relate(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Relation {
    let stated = hidden(scene, a, b)
        .or_else(|| kinship::relation(scene, a, b))
        .or_else(|| uses::relation(scene, a, b))
        .or_else(|| hooks::relation(scene, a, b))
        .or_else(|| facades::relation(scene, a, b));
    if let Some(stated) = stated {
        return stated;
    }
    let likeness = scene.likeness(a, b);
    let scored = score::relation(scene, a, b, &likeness);
    let is_stranger = scored.verdict == Verdict::Homonym;
    let may_be_one = !is_stranger || likeness.statements >= EDITED.0;
    let apart = if may_be_one { Apart::of(scene, a, b) } else { None };
    let copied = most_alike(scene, a, apart.as_ref());
    twins::relation(scene, a, b, &likeness)
        .or_else(|| {
            kinship::siblings(scene, a, b, is_stranger).filter(|_| likeness.statements < copied)
        })
        .or_else(|| adapters(scene, a, b, &likeness))
        .or_else(|| {
            plug_ins::relation(scene, a, b).filter(|_| likeness.statements < COPIED_ADAPTER)
        })
        .or_else(|| kept(scene, a, b).filter(|_| !is_stranger || is_namesake(scene, a, b)))
        .or_else(|| samples(scene, a, b))
        .or_else(|| {
            by_role(scene, a, b, &likeness)
                .filter(|_| !is_stranger || is_frozen(scene, a, b))
                .filter(|it| !may_be_strangers(it, &scored, &likeness))
        })
        .or_else(|| by_boundary(scene, a, b).filter(|_| !is_stranger))
        .or_else(|| accessor::relation(scene, a, b))
        .or_else(|| apart.map(|it| it.relation(scene, a, b, &likeness)))
        .or_else(|| editions(scene, a, b))
        .or_else(|| edited(scene, a, b, &likeness))
        .unwrap_or(scored)
        .unless_open(scene, a, b)
        .unless_apart(scene, a, b, &likeness)
}

/// Share of equal statements up to which children of one base are its specialisations.
/// Those that each speak of what they adapt it to may share most of the frame.
fn most_alike(scene: &Scene<'_>, id: DefinitionId, apart: Option<&Apart>) -> f64 {
    match (apart, scene.index.definition(id).kind) {
        (None, _) => COPIED_SIBLING,
        (Some(_), DefinitionKind::Class) => COPIED_ADAPTER,
        (Some(_), _) => subject::STRANGERS,
    }
}

/// One of them is in a module that cannot be imported, the other in the package that
/// is imported instead.
pub(crate) fn hidden(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let index = scene.index;
    let in_package = |id: DefinitionId, package: ModuleId| {
        index.module(id.module).path.is_below(index.module(package).path.directory())
    };
    let (file, package) = index.shadowed().iter().find(|(file, package)| {
        a.module == *file && in_package(b, *package) || b.module == *file && in_package(a, *package)
    })?;
    let same_kind_of_thing = kinship::is_error(index, a) == kinship::is_error(index, b);
    if !is_named_alike(scene, a, b) || !same_kind_of_thing {
        return None;
    }
    let (hidden, taker) = (index.module(*file), index.module(*package));
    let text = format!("`import {}` gives {}, never {}", hidden.name, taker.path, hidden.path);
    Some(Relation::stated(Verdict::Shadowed, "import-order", text))
}

/// Share of equal statements from which what two adapters have is a copy all the same.
const COPIED_ADAPTER: f64 = 0.9;

/// Modules side by side, each named after the library from outside that it imports:
/// what they have in common is the interface they adapt to.
fn adapters(
    scene: &Scene<'_>,
    a: DefinitionId,
    b: DefinitionId,
    likeness: &crate::Likeness,
) -> Option<Relation> {
    let (left, right) = (scene.index.module(a.module), scene.index.module(b.module));
    let adapted = |module: &Module| {
        let stem = module.path.file_stem().trim_matches('_').to_owned();
        let imports = module.facts.imports.iter().filter(|import| import.level == 0);
        let mut names = imports.map(|it| it.module.split('.').next().unwrap_or_default());
        let is_named = names.any(|name| name == stem) && !is_standard_library(&stem);
        is_named.then_some(stem)
    };
    if left.path.directory() != right.path.directory() || likeness.statements >= COPIED_ADAPTER {
        return None;
    }
    let (one, two) = (adapted(left)?, adapted(right)?);
    (one != two).then(|| {
        let text = format!("{} adapts {one}, {} adapts {two}", left.path, right.path);
        Relation::stated(Verdict::Specialisation, "adapters", text)
    })
}

/// Whether two functions have one name.
fn is_namesake(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> bool {
    let (left, right) = (scene.index.definition(a), scene.index.definition(b));
    left.name == right.name && left.kind == DefinitionKind::Function
}

/// Whether two functions are offered side by side: each module exports its own under
/// another name, and the names tell them apart by more than a qualifier.
pub(crate) fn are_both_offered(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> bool {
    let is_exported = |id: DefinitionId| {
        let definition = scene.index.definition(id);
        let all = scene.index.module(id.module).facts.all.as_ref();
        definition.kind == DefinitionKind::Function
            && all.is_some_and(|all| all.contains(&definition.name))
    };
    !is_named_alike(scene, a, b) && is_exported(a) && is_exported(b)
}

/// Whether the names say the same once qualifiers are left out.
fn is_named_alike(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> bool {
    let (left, right) = (scene.index.definition(a), scene.index.definition(b));
    let core = words::core(&left.name);
    left.name == right.name || !core.is_empty() && core == words::core(&right.name)
}

/// Statements up to which a definition in a module whose docstring speaks of
/// compatibility is taken for what is kept: the rest is what the module does itself.
const KEPT: u32 = 3;

/// One of them is kept for those who still use it.
fn kept(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    [a, b].into_iter().find_map(|id| {
        let module = scene.index.module(id.module);
        let definition = scene.index.definition(id);
        let summary = if definition.statements <= KEPT { &*module.facts.summary } else { "" };
        let is_deprecated = || {
            definition.decorators.iter().any(|it| it.contains("deprecated"))
                || module.facts.flags.deprecated
        };
        let because = match words::kept_for_others(&module.path, summary) {
            Some(reason) => {
                format!("{} is kept for those who still use it: {reason}", module.path)
            }
            None if is_deprecated() => format!("{} is deprecated", scene.index.dotted(id)),
            None => return None,
        };
        Some(Relation::stated(Verdict::Convention, "role", because))
    })
}

/// Share of equal statements from which what scripts have in common was copied from one to
/// the other; below it they share a name.
const COPIED_SCRIPT: f64 = 0.3;

/// One of them is code of another kind. Copies there are a habit; what only shares a name
/// with a script is no copy.
fn by_role(
    scene: &Scene<'_>,
    a: DefinitionId,
    b: DefinitionId,
    likeness: &crate::Likeness,
) -> Option<Relation> {
    [a, b].into_iter().find_map(|id| {
        let module = scene.index.module(id.module);
        let because = if module.role != Role::Production {
            format!("{} is {} code", module.path, module.role.as_str())
        } else if let Some(habit) = scene.territories.stands_alone(scene.index, module) {
            format!(
                "{} works as a single file, as {} modules of its package do",
                module.path, habit.guarded
            )
        } else {
            return None;
        };
        let is_own = module.role == Role::Script && likeness.statements < COPIED_SCRIPT;
        let verdict = if is_own { Verdict::Homonym } else { Verdict::Convention };
        Some(Relation::stated(verdict, "role", because))
    })
}

/// Whether what lies beside the production code is only held for a copy because of its place:
/// the names speak of two things, and likeness does not decide. A script is left out, for it
/// is a stranger unless it was copied.
fn may_be_strangers(by_role: &Relation, scored: &Relation, likeness: &crate::Likeness) -> bool {
    by_role.verdict == Verdict::Convention
        && scored.verdict == Verdict::Unsure
        && likeness.apart > 0.0
}

/// Folders of samples, each of which is read and copied on its own.
const SAMPLES: [&str; 5] = ["examples", "example", "samples", "demos", "tutorials"];

/// Two samples of one name: each has to be complete without the other.
fn samples(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let index = scene.index;
    let (left, right) = (&index.module(a.module).path, &index.module(b.module).path);
    let is_sample =
        |path: &RepoPath| path.components().next().is_some_and(|it| SAMPLES.contains(&it));
    let is_pair = is_sample(left)
        && is_sample(right)
        && left.directory() != right.directory()
        && index.definition(a).name == index.definition(b).name;
    is_pair.then(|| {
        let text = format!("{left} and {right} are samples, each complete in itself");
        Relation::stated(Verdict::Convention, "samples", text)
    })
}

/// Whether one of them is the picture of the other that a migration keeps.
fn is_frozen(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> bool {
    let is_migration = |id: DefinitionId| scene.index.module(id.module).role == Role::Migration;
    scene.index.definition(a).name == scene.index.definition(b).name
        && is_migration(a) != is_migration(b)
}

fn by_boundary(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let (left, right) = (scene.index.module(a.module), scene.index.module(b.module));
    let one = scene.territories.boundary(&left.path)?;
    let two = scene.territories.boundary(&right.path)?;
    (one != two).then(|| {
        let text = format!("{} belongs to {one}, {} to {two}", left.path, right.path);
        Relation::stated(Verdict::Boundary, "boundary", text)
    })
}

/// Share of equal statements from which two methods that override one are copies all the
/// same.
const COPIED_OVERRIDE: f64 = 0.75;

/// Share of equal statements from which two definitions of one name are copies that
/// were edited, and how sure that is, in percent.
const EDITED: (f64, u8) = (0.5, 90);
/// Share of statements that are equal but for variables and literals from which two
/// functions are copies, and the fewest statements that say so.
const RETOLD: (f64, u32) = (0.6, 5);

/// Share of equal statements from which two classes of one name that agree in every member
/// and in their constructor are copies that were edited, and the fewest statements that say so.
const SAME_FACE: (f64, u32) = (0.33, 8);

/// One name outside classes and mostly the same statements, or classes of one name with the
/// same members whose bodies have moved apart, or functions that do the same in the same
/// steps and whose names do not contradict that.
fn edited(
    scene: &Scene<'_>,
    a: DefinitionId,
    b: DefinitionId,
    likeness: &crate::Likeness,
) -> Option<Relation> {
    let (left, right) = (scene.index.definition(a), scene.index.definition(b));
    let is_namesake = left.name == right.name && left.owner.is_none() && right.owner.is_none();
    let is_function = |kind| matches!(kind, DefinitionKind::Function | DefinitionKind::Method);
    let (least, confidence) = EDITED;
    let (retold, enough) = RETOLD;
    let (shared, many) = SAME_FACE;
    let has_one_face = left.kind == DefinitionKind::Class
        && right.kind == DefinitionKind::Class
        && left.statements.min(right.statements) >= many
        && likeness.members >= 1.0
        && likeness.constructor >= 1.0
        && likeness.statements >= shared;
    let is_edited = is_namesake && (likeness.statements >= least || has_one_face);
    let is_retold = is_function(left.kind)
        && is_function(right.kind)
        && left.statements.min(right.statements) >= enough
        && likeness.apart == 0.0
        && likeness.shape >= retold
        && have_close_owners(scene, a, b);
    if !is_edited && !is_retold {
        return None;
    }
    let share = if is_edited { likeness.statements } else { likeness.shape };
    let text = format!(
        "{} and {} share {:.0} % of their statements{}",
        scene.index.dotted(a),
        scene.index.dotted(b),
        share * 100.0,
        if is_edited { "" } else { " but for variables and literals" }
    );
    let evidence = vec![Evidence::supporting("edited", text)];
    Some(Relation { verdict: Verdict::Variant, confidence, evidence })
}

/// Whether neither is a method of a class that another word tells apart: short methods
/// of one name, such as `start` and `stop`, are how classes with a life look.
pub(crate) fn have_close_owners(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> bool {
    let owner = |id: DefinitionId| {
        let owner = scene.index.definition(id).owner;
        owner.map(|owner| scene.index.definition(DefinitionId { index: owner, ..id }))
    };
    match (owner(a), owner(b)) {
        (Some(left), Some(right)) => words::are_close(&left.name, &right.name),
        _ => true,
    }
}

/// Two numbered editions of one interface, kept side by side in one file.
fn editions(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let index = scene.index;
    let (left, right) = (index.qualified_name(a), index.qualified_name(b));
    let (one, two) = (words::numbers(&left), words::numbers(&right));
    let numbered = !one.is_empty() && !two.is_empty() && one != two;
    (a.module == b.module && numbered).then(|| {
        let text = format!("`{left}` and `{right}` are editions that stand side by side");
        Relation::stated(Verdict::Boundary, "editions", text)
    })
}

//! What two definitions are to each other when they are not equal.
//!
//! What the code says outright comes first: one is hidden, one uses or extends the
//! other, one is no production code. Only then do likenesses speak, and where they
//! do not agree the answer is `unsure`.

pub(crate) mod kinship;
mod score;
mod uses;

use ssot_facts::{DefinitionId, Role};
use ssot_model::{DefinitionKind, Evidence, Verdict};

use crate::{Scene, words};

/// A relation between two definitions, with the facts it rests on.
pub(crate) struct Relation {
    pub(crate) verdict: Verdict,
    pub(crate) confidence: u8,
    pub(crate) evidence: Vec<Evidence>,
}

/// How sure a relation is that the code states outright, in percent.
const STATED: u8 = 97;

impl Relation {
    fn stated(verdict: Verdict, signal: &str, text: String) -> Self {
        let evidence = vec![Evidence::supporting(signal, text)];
        Self { verdict, confidence: STATED, evidence }
    }
}

/// Compares two definitions.
pub(crate) fn relate(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Relation {
    let stated = hidden(scene, a, b)
        .or_else(|| kinship::relation(scene, a, b))
        .or_else(|| uses::relation(scene, a, b));
    if let Some(stated) = stated {
        return stated;
    }
    let named_alike = is_named_alike(scene, a, b);
    let likeness = scene.likeness(a, b);
    let scored = score::relation(scene, a, b, &likeness);
    let is_stranger = scored.verdict == Verdict::Homonym;
    let apart = by_role(scene, a, b)
        .filter(|_| named_alike || !is_stranger)
        .or_else(|| by_boundary(scene, a, b).filter(|_| !is_stranger));
    if let Some(apart) = apart {
        return apart;
    }
    twin(scene, a, b, &likeness)
        .or_else(|| editions(scene, a, b))
        .or_else(|| kinship::siblings(scene, a, b, &likeness))
        .or_else(|| edited(scene, a, b, &likeness))
        .unwrap_or(scored)
}

/// Whether the names say the same once qualifiers are left out.
pub(crate) fn is_named_alike(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> bool {
    let (left, right) = (scene.index.definition(a), scene.index.definition(b));
    let core = words::core(&left.name);
    left.name == right.name || !core.is_empty() && core == words::core(&right.name)
}

/// One of them is in a module that cannot be imported.
fn hidden(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let index = scene.index;
    let (file, package) =
        index.shadowed().iter().find(|(file, _)| [a.module, b.module].contains(file))?;
    let (hidden, taker) = (index.module(*file), index.module(*package));
    let text = format!("`import {}` gives {}, never {}", hidden.name, taker.path, hidden.path);
    Some(Relation::stated(Verdict::Shadowed, "import-order", text))
}

/// One of them is code of another kind, or frozen.
fn by_role(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    [a, b].into_iter().find_map(|id| {
        let module = scene.index.module(id.module);
        let definition = scene.index.definition(id);
        let because = if module.role != Role::Production {
            format!("{} is {} code", module.path, module.role.as_str())
        } else if let Some(reason) = words::kept_for_others(&module.path, &module.facts.summary) {
            format!("{} is kept for those who still use it: {reason}", module.path)
        } else if definition.decorators.iter().any(|it| it.contains("deprecated"))
            || module.facts.flags.deprecated
        {
            format!("{} is deprecated", scene.index.dotted(id))
        } else if let Some(habit) = scene.territories.stands_alone(scene.index, module) {
            format!(
                "{} works as a single file, as {} modules of its package do",
                module.path, habit.guarded
            )
        } else {
            return None;
        };
        Some(Relation::stated(Verdict::Convention, "role", because))
    })
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

/// Share of equal statements from which two definitions of one name are copies that
/// were edited, and how sure that is, in percent.
const EDITED: (f64, u8) = (0.5, 90);

/// One name outside classes, and mostly the same statements.
fn edited(
    scene: &Scene<'_>,
    a: DefinitionId,
    b: DefinitionId,
    likeness: &crate::Likeness,
) -> Option<Relation> {
    let (left, right) = (scene.index.definition(a), scene.index.definition(b));
    let is_namesake = left.name == right.name && left.owner.is_none() && right.owner.is_none();
    let (least, confidence) = EDITED;
    (is_namesake && likeness.statements >= least).then(|| {
        let text = format!(
            "{} and {} share {:.0} % of their statements",
            scene.index.dotted(a),
            scene.index.dotted(b),
            likeness.statements * 100.0
        );
        let evidence = vec![Evidence::supporting("overlap", text)];
        Relation { verdict: Verdict::Variant, confidence, evidence }
    })
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

/// Least share of members of a synchronous and an asynchronous class that are twins.
const TWIN_MEMBERS: f64 = 0.15;

/// A synchronous and an asynchronous face: the names differ in nothing but that.
fn twin(
    scene: &Scene<'_>,
    a: DefinitionId,
    b: DefinitionId,
    likeness: &crate::Likeness,
) -> Option<Relation> {
    let index = scene.index;
    let (left, right) = (index.definition(a), index.definition(b));
    if left.kind == DefinitionKind::Constant || !words::are_twins(&left.name, &right.name) {
        return None;
    }
    let is_async = |id: DefinitionId| match index.definition(id).kind {
        DefinitionKind::Class => {
            let methods = index.module(id.module).facts.definitions.iter();
            methods.filter(|it| it.owner == Some(id.index)).any(|it| it.flags.asynchronous)
        }
        _ => index.definition(id).flags.asynchronous,
    };
    let faces = is_async(a) != is_async(b);
    let side_by_side = a.module == b.module;
    let alike =
        left.kind != DefinitionKind::Class || side_by_side || likeness.members >= TWIN_MEMBERS;
    let text = format!(
        "`{}` and `{}` differ in `async` and share {:.0} % of their {}",
        left.name,
        right.name,
        likeness.members * 100.0,
        if left.kind == DefinitionKind::Class { "members" } else { "parameters" }
    );
    (faces && alike).then(|| Relation::stated(Verdict::Twin, "twin-names", text))
}

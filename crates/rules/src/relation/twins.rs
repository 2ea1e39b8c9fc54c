//! A synchronous and an asynchronous face of one thing.

use ssot_facts::{DefinitionId, Index};
use ssot_model::{DefinitionKind, Evidence, Verdict};

use super::Relation;
use crate::{Likeness, Scene, words};

/// Least share of members of a synchronous and an asynchronous class that are twins.
const MEMBERS: f64 = 0.15;
/// Least share of parameters of functions whose names differ in an underscore.
const PARAMETERS: f64 = 0.5;
/// Share of statements equal but for variables and literals from which functions of one
/// file are faces of one thing when their names say so and `async` stands further inside.
const INSIDE: f64 = 0.4;
/// Statements up to which one face may hand everything to the other, and by how many
/// times the other is longer then.
const HANDS_OVER: (u32, u32) = (2, 3);
/// How sure an answer is that leaves the question open, in percent.
const EVEN: u8 = 50;

/// The names differ in nothing but the face, or the places do.
pub(super) fn relation(
    scene: &Scene<'_>,
    a: DefinitionId,
    b: DefinitionId,
    likeness: &Likeness,
) -> Option<Relation> {
    by_name(scene, a, b, likeness).or_else(|| by_place(scene, a, b))
}

fn by_name(
    scene: &Scene<'_>,
    a: DefinitionId,
    b: DefinitionId,
    likeness: &Likeness,
) -> Option<Relation> {
    let index = scene.index;
    let (left, right) = (index.definition(a), index.definition(b));
    if left.kind == DefinitionKind::Constant || !words::are_twins(&left.name, &right.name) {
        return None;
    }
    let is_class = left.kind == DefinitionKind::Class;
    let side_by_side = a.module == b.module;
    let faces = is_async(index, a) != is_async(index, b)
        || side_by_side && !is_class && likeness.shape >= INSIDE
        || side_by_side && is_class && have_twin_bases(index, a, b)
        || is_one_interface(index, a, b, likeness);
    // Names that tell no face apart are told by what both take.
    let least = if words::have_face(&left.name, &right.name) { 0.0 } else { PARAMETERS };
    let least = if is_class { MEMBERS } else { least };
    let alike = side_by_side || likeness.members >= least;
    if !faces || !alike {
        return None;
    }
    let text = format!(
        "`{}` and `{}` differ in `async` and share {:.0} % of their {}",
        left.name,
        right.name,
        likeness.members * 100.0,
        if is_class { "members" } else { "parameters" }
    );
    if hands_over(index, a, b, likeness) {
        let against = "one of them is too short to say what the other says".to_owned();
        let evidence =
            vec![Evidence::supporting("twin-names", text), Evidence::opposing("short", against)];
        return Some(Relation { verdict: Verdict::Unsure, confidence: EVEN, evidence });
    }
    Some(Relation::stated(Verdict::Twin, "twin-names", text))
}

/// One name in two packages that differ in a folder or file for the other face.
fn by_place(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let index = scene.index;
    if a.module == b.module || index.qualified_name(a) != index.qualified_name(b) {
        return None;
    }
    let (left, right) = (&index.module(a.module).path, &index.module(b.module).path);
    let ((one, one_has), (two, two_has)) =
        (words::faceless_path(left), words::faceless_path(right));
    let faces = is_async(index, a) != is_async(index, b)
        || give_own_face(index, a, b)
        || give_own_face(index, b, a);
    (one == two && (one_has || two_has) && faces).then(|| {
        let text =
            format!("{left} and {right} are one module for two faces, and one of them waits");
        Relation::stated(Verdict::Twin, "twin-places", text)
    })
}

/// Whether two functions take one name from two modules of which the second is the
/// asynchronous face of the first, inside their bodies or above: each gives its own face.
fn give_own_face(index: &Index, a: DefinitionId, b: DefinitionId) -> bool {
    let (left, right) = (index.definition(a), index.definition(b));
    let taken = |id: DefinitionId| {
        let span = index.definition(id).span;
        let inside = move |line: u32| (span.start..=span.end).contains(&line);
        let free = &index.definition(id).free;
        index.imports(id.module).filter_map(move |(import, imported)| {
            let is_read = inside(import.line) || free.contains(&import.bound);
            let name = import.name.as_ref().filter(|_| is_read)?;
            Some((name, &index.module(imported.module?).path))
        })
    };
    left.kind == DefinitionKind::Function
        && right.kind == DefinitionKind::Function
        && taken(a).any(|(name, plain)| {
            taken(b).any(|(same, face)| {
                let ((one, one_has), (two, two_has)) =
                    (words::faceless_path(plain), words::faceless_path(face));
                name == same && plain != face && one == two && !one_has && two_has
            })
        })
}

/// Whether a function is asynchronous, or a method of the class.
fn is_async(index: &Index, id: DefinitionId) -> bool {
    match index.definition(id).kind {
        DefinitionKind::Class => {
            let methods = index.module(id.module).facts.definitions.iter();
            methods.filter(|it| it.owner == Some(id.index)).any(|it| it.flags.asynchronous)
        }
        _ => index.definition(id).flags.asynchronous,
    }
}

/// Whether two methods of one class take the same, and the name of one says that it does
/// not wait for the end: what it returns is waited for later.
fn is_one_interface(index: &Index, a: DefinitionId, b: DefinitionId, likeness: &Likeness) -> bool {
    let (left, right) = (index.definition(a), index.definition(b));
    let says_so = |name: &str| words::of_name(name).iter().any(|word| word == "async");
    a.module == b.module
        && left.owner.is_some()
        && left.owner == right.owner
        && likeness.members >= 1.0
        && says_so(&left.name) != says_so(&right.name)
}

/// Whether two classes are put together from classes that are twins, one by one.
fn have_twin_bases(index: &Index, a: DefinitionId, b: DefinitionId) -> bool {
    let (left, right) = (&index.definition(a).bases, &index.definition(b).bases);
    left.len() == right.len()
        && !left.is_empty()
        && left.iter().zip(right).all(|(one, two)| words::are_twins(one, two))
}

/// Whether a very short face stands beside a long one: it does not say the same again,
/// it starts the other in a way that is not seen here.
fn hands_over(index: &Index, a: DefinitionId, b: DefinitionId, likeness: &Likeness) -> bool {
    let (short, times) = HANDS_OVER;
    let (left, right) = (index.definition(a), index.definition(b));
    let (one, two) = (left.statements, right.statements);
    let is_stub = left.flags.stub || right.flags.stub;
    !is_stub
        && left.kind != DefinitionKind::Class
        && likeness.shape == 0.0
        && one.min(two) <= short
        && one.max(two) >= times * one.min(two)
}

//! Bodies that differ in names and nothing else.

use ssot_facts::{
    Binding, Definition, DefinitionId, Index, ModuleId, Resolution, SiteKind, ValueKind,
};
use ssot_model::{DefinitionKind, Evidence, Verdict};

use crate::Scene;
use crate::judge::Opinion;

/// How sure it is that texts which differ in names alone are copies, in percent.
const RENAMED: u8 = 95;
/// Names of helpers that may be called otherwise, and how far helpers of helpers are followed.
const HELPERS: usize = 2;

/// The same statements, the same literals, and every name from outside means the same: in
/// two functions, or in a method and in a function that is handed the object. Or two
/// functions that do the same and that somebody else offers, such as another router.
pub(crate) fn renamed(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Opinion> {
    let index = scene.index;
    let (left, right) = (index.definition(a), index.definition(b));
    let what = if left.kind != right.kind {
        let is_pair = is_told_of_its_object(index, a, b) || is_told_of_its_object(index, b, a);
        is_pair.then_some("the object that they are about")?
    } else if left.kind == DefinitionKind::Constant || left.statements != right.statements {
        return None;
    } else if is_same(index, a, b, HELPERS) {
        "the names of variables"
    } else {
        differ_in_head(index, a, b).then_some("who offers them")?
    };
    let text = format!("{} and {} differ in {what} alone", index.dotted(a), index.dotted(b));
    let is_namesake = left.name == right.name && left.kind == right.kind;
    Some(Opinion {
        verdict: if is_namesake { Verdict::Identical } else { Verdict::Clone },
        confidence: RENAMED,
        evidence: vec![Evidence::supporting("renamed", text)],
        question: None,
    })
}

/// Whether two definitions say the same, helpers that are copies themselves included.
fn is_same(index: &Index, a: DefinitionId, b: DefinitionId, depth: usize) -> bool {
    let (left, right) = (index.definition(a), index.definition(b));
    if left.kind != right.kind
        || left.statements != right.statements
        || left.literal_hash != right.literal_hash
    {
        return false;
    }
    let (mine, theirs) = own_meanings(index, a, b);
    if mine.len() != theirs.len() || mine.len() > depth {
        return false;
    }
    let are_helpers = mine.iter().all(|(name, meaning)| {
        theirs.iter().any(|(other, there)| {
            // A module's own value is only looked through where a helper reads it.
            let is_value = depth < HELPERS && name == other;
            is_value && is_same_value(index, meaning, there)
                || name == other && is_one_alias(index, meaning, there)
                || is_same_helper(index, meaning, there, depth)
        })
    });
    // Where a helper is called otherwise the statement is another one; no other may be.
    let differ = left.shape.iter().zip(&right.shape).filter(|(one, two)| one != two).count();
    let calls = |id, names: &[(&str, Vec<Resolution>)]| {
        names.iter().map(|(name, _)| calls(index, id, name)).sum::<usize>()
    };
    let is_alike = left.blind == right.blind
        || left.shape.len() == right.shape.len()
            && differ <= calls(a, &mine)
            && calls(a, &mine) == calls(b, &theirs);
    are_helpers && is_alike
}

/// Whether two functions differ in their heads alone: decorators of one name stand on
/// what each module has for itself, or the annotation of what is returned differs.
fn differ_in_head(index: &Index, a: DefinitionId, b: DefinitionId) -> bool {
    let (left, right) = (index.definition(a), index.definition(b));
    let done = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let (one, two) = (&left.decorators, &right.decorators);
    let are_offered = !one.is_empty()
        && one.len() == two.len()
        && one.iter().zip(two).all(|(one, two)| done(one) == done(two));
    // What the heads name is named by one of them alone: the rest of the text is equal.
    let is_of_head = |definition: &Definition, name: &str| {
        let mut roots = definition.decorators.iter().filter_map(|it| it.split('.').next());
        roots.any(|root| root == name) || definition.returns.contains(name)
    };
    let (mine, theirs) = own_meanings(index, a, b);
    left.kind == DefinitionKind::Function
        && are_offered
        && left.signature == right.signature
        && left.flags.asynchronous == right.flags.asynchronous
        && differ_in_one_statement(left, right)
        && mine
            .iter()
            .all(|(name, _)| is_of_head(left, name) && !right.free.iter().any(|it| it == name))
        && theirs
            .iter()
            .all(|(name, _)| is_of_head(right, name) && !left.free.iter().any(|it| it == name))
}

/// Whether each has one statement, or head of one, that the other has not.
pub(crate) fn differ_in_one_statement(left: &Definition, right: &Definition) -> bool {
    let missing = |here: &Definition, there: &Definition| {
        here.leaves.iter().filter(|leaf| there.leaves.binary_search(leaf).is_err()).count()
    };
    missing(left, right) == 1 && missing(right, left) == 1
}

/// Whether a function says of its only parameter what a method says of its own object.
fn is_told_of_its_object(index: &Index, method: DefinitionId, function: DefinitionId) -> bool {
    let (left, right) = (index.definition(method), index.definition(function));
    let Some(owner) = left.owner.filter(|_| left.kind == DefinitionKind::Method) else {
        return false;
    };
    let class = Resolution::Definition(DefinitionId { index: owner, ..method });
    let (mine, theirs) = own_meanings(index, method, function);
    // The first entry is the head.
    let (one, two) = (left.shape.get(1..), right.shape.get(1..));
    right.kind == DefinitionKind::Function
        && left.members.len() == 1
        && right.members.len() == 1
        && left.statements == right.statements
        && one.is_some_and(|it| it.len() > 1)
        && one == two
        && left.literal_hash == right.literal_hash
        && mine.is_empty()
        && theirs.iter().all(|(_, meaning)| meaning.as_slice() == [class.clone()])
}

/// The names from outside that mean something in the one that nothing means in the other.
#[expect(clippy::type_complexity, reason = "both sides of one comparison")]
fn own_meanings(
    index: &Index,
    a: DefinitionId,
    b: DefinitionId,
) -> (Vec<(&str, Vec<Resolution>)>, Vec<(&str, Vec<Resolution>)>) {
    let meanings = |id: DefinitionId| -> Vec<(&str, Vec<Resolution>)> {
        let free = index.definition(id).free.iter();
        free.map(|name| (name.as_str(), index.resolve(id.module, name))).collect()
    };
    let (mut mine, mut theirs) = (meanings(a), meanings(b));
    // What each calls itself or its own class says the same: `super(Own, self)`.
    let of_own = |id: DefinitionId, names: &[(&str, Vec<Resolution>)]| {
        let own = index.definition(id).owner.unwrap_or(id.index);
        let own = [Resolution::Definition(DefinitionId { index: own, ..id })];
        names.iter().position(|(_, meaning)| *meaning == own)
    };
    if let (Some(one), Some(two)) = (of_own(a, &mine), of_own(b, &theirs)) {
        mine.remove(one);
        theirs.remove(two);
    }
    mine.retain(|(_, meaning)| {
        let same = theirs.iter().position(|(_, there)| there == meaning);
        same.map(|at| theirs.remove(at)).is_none()
    });
    (mine, theirs)
}

/// Whether two names stand for functions that say the same.
fn is_same_helper(index: &Index, left: &[Resolution], right: &[Resolution], depth: usize) -> bool {
    match (left, right) {
        ([Resolution::Definition(left)], [Resolution::Definition(right)]) => {
            index.definition(*left).kind == DefinitionKind::Function
                && depth > 0
                && is_same(index, *left, *right, depth - 1)
        }
        _ => false,
    }
}

/// Whether two names stand for equal values that each module has for itself.
fn is_same_value(index: &Index, left: &[Resolution], right: &[Resolution]) -> bool {
    let value = |module: ModuleId, name: &str| {
        let mut bindings = index.module(module).facts.bindings_of(name);
        match (bindings.next().map(|it| &it.binding), bindings.next()) {
            (Some(Binding::Value(hash, ..)), None) => Some(*hash),
            _ => None,
        }
    };
    match (left, right) {
        (
            [Resolution::Value { module: a, name: one }],
            [Resolution::Value { module: b, name: two }],
        ) => value(*a, one).is_some_and(|hash| value(*b, two) == Some(hash)),
        _ => false,
    }
}

/// Whether two names each stand in their module for one thing from elsewhere.
fn is_one_alias(index: &Index, left: &[Resolution], right: &[Resolution]) -> bool {
    let aliased = |meaning: &[Resolution]| {
        let [Resolution::Value { module, name }] = meaning else { return None };
        let mut bindings = index.module(*module).facts.bindings_of(name);
        match (bindings.next().map(|it| &it.binding), bindings.next()) {
            (Some(Binding::Value(_, ValueKind::Alias(path), _)), None) => {
                Some(index.follow(*module, path)).filter(|it| is_known(it))
            }
            _ => None,
        }
    };
    aliased(left).is_some_and(|it| aliased(right) == Some(it))
}

/// Whether it is known what a name stands for.
fn is_known(meanings: &[Resolution]) -> bool {
    !meanings.is_empty() && !meanings.iter().any(|it| matches!(it, Resolution::Unknown(_)))
}

fn calls(index: &Index, id: DefinitionId, name: &str) -> usize {
    let facts = &index.module(id.module).facts;
    let sites = facts.sites.iter().filter(|site| site.definition() == Some(id.index));
    sites.filter(|site| site.kind == SiteKind::Call && facts.path_of(site) == name).count()
}

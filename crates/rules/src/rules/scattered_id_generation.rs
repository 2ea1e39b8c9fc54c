//! Several formats for one kind of id.

use std::collections::BTreeMap;

use ssot_facts::{Mint, ModuleId};
use ssot_model::{Evidence, Finding, Level, Severity};

use crate::place::{Place, Remark};
use crate::uses::{ground, is_shipped};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "scattered-id-generation",
    summary: "One kind of id is made in several formats.",
    page: include_str!("scattered_id_generation.md"),
    level: Level::Warning,
    check,
};

/// Places from which formats are one kind of id's and no two things of one name.
const ENOUGH_PLACES: usize = 5;

/// Formats shown in evidence.
const MOST_FORMATS: usize = 8;

/// Calls that make something new, by their absolute names.
const MINTS: [&str; 23] = [
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid.uuid6",
    "uuid.uuid7",
    "secrets.token_hex",
    "secrets.token_urlsafe",
    "nanoid.generate",
    "shortuuid.uuid",
    "ulid.new",
    "ulid.ULID",
    "bson.ObjectId",
    "bson.objectid.ObjectId",
    "time.time",
    "time.time_ns",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "random.randint",
    "uuid_utils.uuid4",
    "uuid_utils.uuid7",
    "uuid6.uuid7",
    "pendulum.now",
    "arrow.utcnow",
    "django.utils.timezone.now",
];

/// One place where an id of a kind is made.
struct Minting<'a> {
    module: ModuleId,
    mint: &'a Mint,
}

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut kinds: BTreeMap<(&str, String), Vec<Minting<'_>>> = BTreeMap::new();
    for (id, module) in scene.index.modules() {
        if !is_shipped(module) {
            continue;
        }
        for mint in &module.facts.mints {
            if let Some(kind) = kind(&mint.name)
                && is_mint(scene, id, mint)
            {
                let minting = Minting { module: id, mint };
                kinds.entry((ground(scene, module), kind)).or_default().push(minting);
            }
        }
    }
    kinds
        .into_iter()
        .filter_map(|((on, kind), mintings)| finding(scene, on, &kind, &mintings))
        .collect()
}

fn is_mint(scene: &Scene<'_>, module: ModuleId, mint: &Mint) -> bool {
    let inside = mint.inside.checked_sub(1);
    let root = crate::uses::first_name(&mint.callee);
    scene.index.sees(module, inside, root)
        && scene
            .index
            .absolute(module, &mint.callee)
            .is_some_and(|absolute| MINTS.contains(&absolute.as_str()))
}

/// The kind of id that a name is for: `run_id` for `runId`, `_run_id`, `new_run_id` and
/// `generate_run_id`. None for names that say no kind, such as `_id`.
pub fn kind(name: &str) -> Option<String> {
    const MAKING: [&str; 10] =
        ["new", "generate", "create", "make", "gen", "get", "build", "mint", "next", "generated"];
    let words = words(name);
    let (last, rest) = words.split_last()?;
    let rest: Vec<&str> = rest
        .iter()
        .map(String::as_str)
        .skip_while(|word| MAKING.contains(word) || matches!(*word, "the" | "unique" | "or"))
        .collect();
    let is_id = matches!(last.as_str(), "id" | "uuid" | "uid" | "guid");
    (is_id && !rest.is_empty()).then(|| format!("{}_id", rest.join("_")))
}

/// The words of a name in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in name.split('_').filter(|part| !part.is_empty()) {
        let mut was_small = false;
        let mut word = String::new();
        for letter in part.chars() {
            if letter.is_uppercase() && was_small {
                words.push(std::mem::take(&mut word));
            }
            was_small = letter.is_lowercase();
            word.extend(letter.to_lowercase());
        }
        words.push(word);
    }
    words
}

/// What two formats must share to be one: the calls that mint and what is cut out of
/// them, and whether something stands before them. Which prefix it is, is the
/// business of each place: it may name the sort of thing.
fn shape(format: &str) -> String {
    let mut shape = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('{') {
        if at > 0 && shape.is_empty() {
            shape.push('_');
        }
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end);
        match &rest[at + 1..end] {
            "" if shape.is_empty() => shape.push('_'),
            "" => {}
            inner => shape.extend(["{", inner, "}"]),
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    match shape.as_str() {
        "" => format!("{{{format}}}"),
        _ => shape,
    }
}

fn finding(scene: &Scene<'_>, on: &str, kind: &str, mintings: &[Minting<'_>]) -> Option<Finding> {
    let mut shapes: BTreeMap<String, Vec<&Minting<'_>>> = BTreeMap::new();
    for minting in mintings {
        shapes.entry(shape(&minting.mint.format)).or_default().push(minting);
    }
    if shapes.len() < 2 {
        return None;
    }
    let mut formats: Vec<Vec<&Minting<'_>>> = shapes.into_values().collect();
    formats.sort_by_key(|of| (std::cmp::Reverse(of.len()), of[0].mint.format.clone()));
    let count = formats.len();
    let evidence = formats.iter().take(MOST_FORMATS).map(|of| evidence(scene, of)).collect();
    let places: Vec<Place> = mintings
        .iter()
        .map(|minting| Place {
            module: minting.module,
            line: minting.mint.line,
            inside: minting.mint.inside.checked_sub(1),
            what: format!("{} {}", kind, minting.mint.format),
        })
        .collect();
    let on = if on.is_empty() { "shared code" } else { on };
    let remark = Remark {
        name: format!("{kind} in {on}"),
        summary: format!(
            "`{kind}` is made in {count} formats at {} places of `{on}`",
            places.len()
        ),
        evidence,
        cost: places.len() as u32,
        places,
    };
    let mut finding = remark.finding(scene, &RULE);
    if mintings.len() < ENOUGH_PLACES && !is_declared(scene, kind) {
        finding.severity = Severity::Note;
    }
    Some(finding)
}

/// Whether somebody has said which function mints ids of this kind: then all of the name are
/// one thing.
fn is_declared(scene: &Scene<'_>, kind: &str) -> bool {
    scene.config.capability.iter().any(|it| it.api.contains_key(kind))
}

/// One format with its count and its first place.
fn evidence(scene: &Scene<'_>, of: &[&Minting<'_>]) -> Evidence {
    let first = of[0];
    let path = &scene.index.module(first.module).path;
    let times = match of.len() {
        1 => "once, at".to_owned(),
        count => format!("{count} times, first at"),
    };
    let text = format!("`{}` {times} {path}:{}", first.mint.format, first.mint.line);
    Evidence::supporting("format", text)
}

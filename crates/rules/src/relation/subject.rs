//! What a module is about, by its path, and whether a definition speaks of it.
//!
//! Copies of one thing speak of one thing. Where each of two definitions names what its
//! own module is about, and the other does not, they are about two things however alike
//! they look.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use compact_str::CompactString;
use rustc_hash::FxHashMap;
use ssot_facts::python::word_hash;
use ssot_facts::{DefinitionId, Index, Module};
use ssot_model::{DefinitionKind, Evidence, Verdict};
use xxhash_rust::xxh3::xxh3_64;

use super::Relation;
use crate::{Likeness, Scene, words};

/// Words for the place that a file has in any project: they say nothing about what it is
/// about, and the folder above is asked instead.
const GENERAL: [&str; 38] = [
    "init",
    "api",
    "app",
    "base",
    "class",
    "classes",
    "common",
    "config",
    "constants",
    "core",
    "enums",
    "errors",
    "exceptions",
    "helper",
    "helpers",
    "interface",
    "interfaces",
    "lib",
    "main",
    "model",
    "models",
    "module",
    "modules",
    "prompt",
    "prompts",
    "schema",
    "schemas",
    "src",
    "tool",
    "tools",
    "type",
    "types",
    "util",
    "utils",
    "utilities",
    "view",
    "views",
    "manager",
];
/// Likeness of statements up to which definitions that speak of two things are strangers.
/// Above it somebody copied, and whether both must change is for people to say.
pub(super) const STRANGERS: f64 = 0.5;
/// How sure it is that definitions are strangers when each speaks of its own, in percent.
const SURE: u8 = 90;

/// A word for each of two definitions that says what its module is about, that its text
/// holds, and that neither the other's module nor the other's text has.
pub(super) struct Apart {
    left: String,
    right: String,
}

impl Apart {
    /// Looks for such words; none in one file.
    pub(super) fn of(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Self> {
        let index = scene.index;
        if a.module == b.module {
            return None;
        }
        let (one, two) = (about(index.module(a.module)), about(index.module(b.module)));
        if one.is_subset(&two) || two.is_subset(&one) {
            return None;
        }
        let (left, right) = (scene.sayings.of(index, a), scene.sayings.of(index, b));
        Some(Self { left: own(&one, &two, &left, &right)?, right: own(&two, &one, &right, &left)? })
    }

    fn told(&self, index: &Index, a: DefinitionId, b: DefinitionId) -> String {
        format!(
            "{} speaks of `{}` and {} of `{}`, as their modules are named",
            index.dotted(a),
            self.left,
            index.dotted(b),
            self.right
        )
    }

    /// What they are to each other when likeness alone does not call them strangers.
    pub(super) fn relation(
        &self,
        scene: &Scene<'_>,
        a: DefinitionId,
        b: DefinitionId,
        likeness: &Likeness,
    ) -> Relation {
        let text = self.told(scene.index, a, b);
        let copied = likeness.statements.max(likeness.shape);
        let (verdict, confidence) = match scene.index.definition(a).kind {
            DefinitionKind::Constant => (Verdict::Boundary, SURE),
            _ if copied < STRANGERS => (Verdict::Homonym, SURE),
            _ => (Verdict::Unsure, UNDECIDED),
        };
        let evidence = vec![Evidence::supporting("own-subject", text)];
        Relation { verdict, confidence, evidence }
    }
}

/// Whether classes of two modules are each named after what their own module is about:
/// the classes of two vendors, for instance, that happen to have equal bodies today.
pub(crate) fn are_named_after_own(index: &Index, a: DefinitionId, b: DefinitionId) -> bool {
    let plain = |id: DefinitionId| words::of_name(&index.definition(id).name).concat();
    let (left, right) = (plain(a), plain(b));
    let named = |id: DefinitionId, own: &str, other: &str| {
        let about = about(index.module(id.module));
        about.iter().any(|word| own.contains(word.as_str()) && !other.contains(word.as_str()))
    };
    named(a, &left, &right) && named(b, &right, &left)
}

/// How sure an answer is that leaves the question open, in percent.
const UNDECIDED: u8 = 50;

/// The telling words of a file's name, or of the nearest folder that has any.
fn about(module: &Module) -> BTreeSet<String> {
    let path = &module.path;
    let parts = std::iter::once(path.file_stem()).chain(path.directory().rsplit('/'));
    let telling = |part: &str| -> BTreeSet<String> {
        let core = words::core(part).into_iter();
        core.filter(|word| !GENERAL.contains(&word.as_str()) && !words::is_role(word)).collect()
    };
    parts.map(telling).find(|words| !words.is_empty()).unwrap_or_default()
}

/// A word that is about the one alone, and that its text holds and the other's does not.
fn own(
    about: &BTreeSet<String>,
    other: &BTreeSet<String>,
    said: &Said,
    unsaid: &Said,
) -> Option<String> {
    about.difference(other).find(|word| said.holds(word) && !unsaid.holds(word)).cloned()
}

/// Definitions whose words are remembered before they are forgotten and read again:
/// families come one after the other.
const MOST_REMEMBERED: usize = 1024;

/// What definitions speak of, as far as somebody asked lately.
#[derive(Default)]
pub(crate) struct Sayings(RefCell<FxHashMap<DefinitionId, Rc<Said>>>);

impl Sayings {
    fn of(&self, index: &Index, id: DefinitionId) -> Rc<Said> {
        let mut known = self.0.borrow_mut();
        if known.len() >= MOST_REMEMBERED {
            known.clear();
        }
        known.entry(id).or_insert_with(|| Rc::new(Said::of(index, id))).clone()
    }
}

/// What a definition speaks of.
struct Said {
    /// Hashes of the words of every name and short string that it and its methods hold,
    /// sorted.
    words: Vec<u64>,
    /// Hashes of the words in the value of a constant, sorted.
    value: Vec<u32>,
}

impl Said {
    fn of(index: &Index, id: DefinitionId) -> Self {
        let definition = index.definition(id);
        let is_constant = definition.kind == DefinitionKind::Constant;
        let value = if is_constant { definition.leaves.clone() } else { Vec::new() };
        Self { words: words_of(index, id), value }
    }

    fn holds(&self, word: &str) -> bool {
        self.words.binary_search(&xxh3_64(word.as_bytes())).is_ok()
            || self.value.binary_search(&word_hash(word)).is_ok()
    }
}

fn words_of(index: &Index, id: DefinitionId) -> Vec<u64> {
    let facts = &index.module(id.module).facts;
    let definition = index.definition(id);
    let belongs = |inside: u32| {
        inside.checked_sub(1).is_some_and(|at| {
            at == id.index || facts.definitions[at as usize].owner == Some(id.index)
        })
    };
    let sites = facts.sites.iter().filter(|site| belongs(site.inside));
    let literals = facts.literals.iter().filter(|literal| belongs(literal.inside));
    let methods = facts.definitions.iter().filter(|it| it.owner == Some(id.index));
    let free = methods.flat_map(|it| &it.free).chain(&definition.free);
    let names = std::iter::once(&definition.name)
        .chain(&definition.members)
        .chain(&definition.bases)
        .chain(free)
        .map(CompactString::as_str);
    let texts = sites
        .map(|site| facts.path_of(site))
        .chain(literals.map(|literal| facts.texts[literal.text as usize].as_str()));
    let mut hashes = Vec::new();
    for text in names.chain(texts) {
        words::each_of_name(text, |word| hashes.push(xxh3_64(word.as_bytes())));
    }
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

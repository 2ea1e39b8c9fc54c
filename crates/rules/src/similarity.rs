//! How alike two definitions are, sign by sign.
//!
//! A name that every file uses says nothing when two definitions share it; one that
//! three files use says much. So names and strings count by how rare they are.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::FxHashMap;
use ssot_facts::{Definition, DefinitionId, Index};
use ssot_model::DefinitionKind;
use xxhash_rust::xxh3::xxh3_64;

use crate::words;

/// In how many files a name or string occurs.
#[derive(Default)]
struct Rarity {
    tokens: FxHashMap<u64, Occurrence>,
    /// How many files there are.
    total: u32,
}

/// Where a name or string occurs.
#[derive(Clone, Copy, Default)]
struct Occurrence {
    files: u32,
    /// The last file that has it, counted from one.
    last: u32,
}

impl Rarity {
    /// Counts the names and strings of all files.
    fn new(index: &Index) -> Self {
        let mut rarity = Self::default();
        // About as many as there will be: growing would move millions of them.
        let tokens = index.modules().map(|(_, it)| it.facts.paths.len() + it.facts.texts.len());
        rarity.tokens.reserve(tokens.sum::<usize>() / 3);
        for (_, module) in index.modules() {
            rarity.total += 1;
            let facts = &module.facts;
            rarity.count(facts.paths.iter().map(|path| key(last_name(path))));
            rarity.count(facts.texts.iter().map(|text| key(text)));
            rarity.count(facts.definitions.iter().flat_map(|it| &it.members).map(|it| key(it)));
            for named in facts.definitions.iter().filter(|it| it.owner.is_none()) {
                words::each_of_name(&named.name, |word| rarity.count_one(subject(word)));
            }
            rarity.count(facts.definitions.iter().map(|it| defined(&it.name)));
            rarity.count(std::iter::once(directory(module.path.directory())));
        }
        rarity
    }

    /// Counts tokens of the file that is being read, each once.
    fn count(&mut self, tokens: impl Iterator<Item = u64>) {
        tokens.for_each(|token| self.count_one(token));
    }

    fn count_one(&mut self, token: u64) {
        let seen = self.tokens.entry(token).or_default();
        if seen.last != self.total {
            *seen = Occurrence { files: seen.files + 1, last: self.total };
        }
    }

    /// What it says that two definitions share this: the logarithm of how rare it is.
    fn weight(&self, token: u64) -> f64 {
        let files = self.tokens.get(&token).map_or(1, |seen| seen.files);
        (f64::from(self.total + 1) / f64::from(files)).ln()
    }

    /// Whether most files lie elsewhere: that two lie in the directory says something.
    fn is_apart(&self, path: &str) -> bool {
        self.tokens.get(&directory(path)).is_some_and(|seen| seen.files * 2 <= self.total)
    }

    /// How much it says that two definitions have this name: one when nobody else has it,
    /// nothing when every file defines it.
    fn telling(&self, name: &str) -> f64 {
        let all = f64::from(self.total + 1).ln();
        // Two files define it anyhow.
        let most = (all - 2.0_f64.ln()).max(f64::EPSILON);
        (self.weight(defined(name)) / most).clamp(0.0, 1.0)
    }

    /// Weight of what both sets have, by the weight of what either has.
    fn share(&self, left: &Tokens, right: &Tokens) -> f64 {
        let (mut common, mut all) = (0.0, 0.0);
        left.merge(right, |token, is_common| {
            let weight = self.weight(token);
            all += weight;
            common += if is_common { weight } else { 0.0 };
        });
        if all == 0.0 { 0.0 } else { common / all }
    }
}

/// A set of hashed names or strings, in order.
#[derive(PartialEq, Eq)]
struct Tokens(Vec<u64>);

impl FromIterator<u64> for Tokens {
    fn from_iter<I: IntoIterator<Item = u64>>(tokens: I) -> Self {
        let mut tokens = Vec::from_iter(tokens);
        tokens.sort_unstable();
        tokens.dedup();
        Self(tokens)
    }
}

impl Tokens {
    /// Calls with every token of either, in order, and whether both have it.
    fn merge(&self, other: &Self, mut each: impl FnMut(u64, bool)) {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let Some(token) = match (left.peek(), right.peek()) {
            (Some(one), Some(two)) => Some(**one.min(two)),
            (one, two) => one.or(two).map(|token| **token),
        } {
            let is_here = left.next_if(|it| **it == token).is_some();
            let is_there = right.next_if(|it| **it == token).is_some();
            each(token, is_here && is_there);
        }
    }

    fn is_subset(&self, other: &Self) -> bool {
        self.0.iter().all(|token| other.0.binary_search(token).is_ok())
    }
}

fn key(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// A word of a name, told from the name of the same letters.
fn subject(word: &str) -> u64 {
    key(word).rotate_left(7)
}

/// A name that is defined, told from the same name in use.
fn defined(name: &str) -> u64 {
    key(name).rotate_left(13)
}

/// A directory, told from a name.
fn directory(path: &str) -> u64 {
    key(path).rotate_left(19)
}

/// The name at the right end of a path.
fn last_name(path: &str) -> &str {
    // Names are short: a search made for long texts takes longer to begin.
    let dot = path.bytes().rposition(|byte| byte == b'.');
    dot.map_or(path, |at| &path[at + 1..])
}

/// The signs of one definition that are compared as sets.
struct Signs {
    /// Methods and attributes of a class, parameters of a function.
    members: Tokens,
    /// Public methods of a class.
    methods: Tokens,
    /// Last names of what is called.
    calls: Tokens,
    /// Short strings.
    literals: Tokens,
    /// Fields of a class with annotation and value.
    fields: Tokens,
    /// Parameters of the constructor.
    constructor: Tokens,
    /// Words of the own name, without qualifiers.
    name: Tokens,
    /// Words of the own name and of the members' names, without qualifiers.
    subject: Tokens,
    /// Words of the module's name and of the directory above it.
    place: Tokens,
    /// What is used from outside the repository.
    foreign: Tokens,
    /// Words of the docstring's first line.
    summary: Tokens,
    /// Words of the module docstring's first line.
    module_summary: Tokens,
}

impl Signs {
    fn new(index: &Index, id: DefinitionId) -> Self {
        let facts = &index.module(id.module).facts;
        let definition = index.definition(id);
        let belongs = |inside: u32| {
            inside.checked_sub(1).is_some_and(|at| {
                at == id.index || facts.definitions[at as usize].owner == Some(id.index)
            })
        };
        let is_member = |member: &&Definition| member.owner == Some(id.index);
        let methods = || facts.definitions.iter().filter(is_member);
        let constructor = methods().find(|method| method.name == "__init__");
        let calls = facts.sites.iter().filter(|site| belongs(site.inside));
        let literals = facts.literals.iter().filter(|literal| belongs(literal.inside));
        let spoken = |text: &str| words::of_text(text).iter().map(|word| key(word)).collect();
        Self {
            members: definition.members.iter().map(|member| key(member)).collect(),
            methods: methods()
                .filter(|method| !method.name.starts_with('_'))
                .map(|method| key(&method.name))
                .collect(),
            calls: calls.map(|site| key(last_name(facts.path_of(site)))).collect(),
            literals: literals.map(|it| key(&facts.texts[it.text as usize])).collect(),
            fields: definition
                .fields
                .iter()
                .map(|it| key(&format!("{}:{}:{}", it.name, it.annotation, it.value)))
                .collect(),
            constructor: constructor
                .into_iter()
                .flat_map(|it| it.members.iter().filter(|name| *name != "self"))
                .map(|member| key(member))
                .collect(),
            name: words::core(&definition.name).iter().map(|word| key(word)).collect(),
            subject: std::iter::once(&definition.name)
                .chain(definition.members.iter().filter(|name| !name.starts_with("__")))
                .flat_map(|name| words::core(name))
                .map(|word| subject(&word))
                .collect(),
            place: place_words(index, id),
            foreign: foreign(index, id),
            summary: spoken(&definition.summary),
            module_summary: spoken(&facts.summary),
        }
    }
}

/// Words of the file's name and of its directory's.
fn place_words(index: &Index, id: DefinitionId) -> Tokens {
    let path = &index.module(id.module).path;
    let directory = path.directory().rsplit('/').next().unwrap_or_default();
    let words = words::core(path.file_stem()).into_iter().chain(words::core(directory));
    words.map(|word| subject(&word)).collect()
}

/// Top-level names of foreign packages that the body reads.
fn foreign(index: &Index, id: DefinitionId) -> Tokens {
    let imports = &index.module(id.module).facts.imports;
    let free = index.definition(id).free.iter();
    free.filter_map(|name| imports.iter().find(|import| import.bound == *name))
        .filter(|import| import.level == 0 && !index.is_internal(&import.module))
        .filter_map(|import| import.module.split('.').next())
        .filter(|top| !ssot_facts::is_standard_library(top))
        .map(key)
        .collect()
}

/// How alike two definitions are; every figure is a share between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Likeness {
    /// Equal statements.
    pub statements: f64,
    /// Equal statements, of the smaller body.
    pub contained: f64,
    /// Statements equal but for variables and literals.
    pub shape: f64,
    /// Members by rarity.
    pub members: f64,
    /// Public methods by rarity.
    pub methods: f64,
    /// Called names by rarity.
    pub calls: f64,
    /// Strings by rarity.
    pub literals: f64,
    /// Fields with annotation and value.
    pub fields: f64,
    /// Parameters of the constructors by rarity.
    pub constructor: f64,
    /// Words of the names and of the members' names, by rarity.
    pub subject: f64,
    /// Words of the files' and directories' names, by rarity.
    pub place: f64,
    /// Foreign packages that are used, by rarity.
    pub foreign: f64,
    /// Words of the docstrings' first lines.
    pub summary: f64,
    /// Words of the module docstrings' first lines.
    pub module_summary: f64,
    /// One when they stand in two files of one directory that most files are not in.
    pub package: f64,
    /// Words of the names without qualifiers.
    pub name: f64,
    /// How rare their name is when it is one.
    pub namesake: f64,
    /// One when each name has a word that the other lacks.
    pub apart: f64,
    /// Smaller body by larger body.
    pub size: f64,
}

/// Definitions whose signs are remembered before they are forgotten and read again:
/// families come one after the other.
const MOST_REMEMBERED: usize = 4096;

/// Compares definitions; what rarity needs is counted when it is first asked for.
pub(crate) struct Similarity<'a> {
    index: &'a Index,
    rarity: OnceCell<Rarity>,
    signs: RefCell<FxHashMap<DefinitionId, Rc<Signs>>>,
}

impl<'a> Similarity<'a> {
    pub(crate) fn new(index: &'a Index) -> Self {
        Self { index, rarity: OnceCell::new(), signs: RefCell::default() }
    }

    fn signs(&self, id: DefinitionId) -> Rc<Signs> {
        let mut signs = self.signs.borrow_mut();
        if signs.len() >= MOST_REMEMBERED {
            signs.clear();
        }
        signs.entry(id).or_insert_with(|| Rc::new(Signs::new(self.index, id))).clone()
    }

    pub(crate) fn likeness(&self, a: DefinitionId, b: DefinitionId) -> Likeness {
        let index = self.index;
        let rarity = self.rarity.get_or_init(|| Rarity::new(index));
        let (left, right) = (index.definition(a), index.definition(b));
        let (one, two) = (self.signs(a), self.signs(b));
        let statements = overlap(&left.leaves, &right.leaves);
        let above = |id: DefinitionId| index.module(id.module).path.directory();
        // Two things in one file share its name and docstring whatever they are.
        let same_file = a.module == b.module;
        let is_package = !same_file && above(a) == above(b) && rarity.is_apart(above(a));
        Likeness {
            statements,
            contained: contained(statements, left.leaves.len(), right.leaves.len()),
            shape: overlap(&sorted(&left.shape), &sorted(&right.shape)),
            members: rarity.share(&one.members, &two.members),
            methods: rarity.share(&one.methods, &two.methods),
            calls: rarity.share(&one.calls, &two.calls),
            literals: rarity.share(&one.literals, &two.literals),
            fields: rarity.share(&one.fields, &two.fields),
            constructor: rarity.share(&one.constructor, &two.constructor),
            subject: rarity.share(&one.subject, &two.subject),
            place: if same_file { 0.0 } else { rarity.share(&one.place, &two.place) },
            foreign: rarity.share(&one.foreign, &two.foreign),
            summary: plain_share(&one.summary, &two.summary),
            module_summary: if same_file {
                0.0
            } else {
                plain_share(&one.module_summary, &two.module_summary)
            },
            package: share_of(is_package),
            name: plain_share(&one.name, &two.name),
            namesake: if left.name == right.name { rarity.telling(&left.name) } else { 0.0 },
            apart: share_of(!one.name.is_subset(&two.name) && !two.name.is_subset(&one.name)),
            size: ratio(left, right),
        }
    }
}

fn share_of(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

fn ratio(left: &Definition, right: &Definition) -> f64 {
    let measure = |it: &Definition| match it.kind {
        DefinitionKind::Constant => 1,
        _ => it.code_lines.max(1),
    };
    let (one, two) = (measure(left), measure(right));
    f64::from(one.min(two)) / f64::from(one.max(two))
}

fn plain_share(left: &Tokens, right: &Tokens) -> f64 {
    let (mut common, mut all) = (0_u32, 0_u32);
    left.merge(right, |_, is_common| {
        all += 1;
        common += u32::from(is_common);
    });
    if all == 0 { 0.0 } else { f64::from(common) / f64::from(all) }
}

fn sorted(shape: &[u32]) -> Vec<u32> {
    let mut shape = shape.to_vec();
    shape.sort_unstable();
    shape
}

/// Share of the smaller list that the larger one has, from their overlap.
pub(crate) fn contained(overlap: f64, left: usize, right: usize) -> f64 {
    let common = overlap * (left + right) as f64 / (1.0 + overlap);
    common / left.min(right).max(1) as f64
}

/// Share of common elements among all, counted with repetition, of two sorted lists.
pub(crate) fn overlap<T: Ord>(left: &[T], right: &[T]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < left.len() && j < right.len() {
        match left[i].cmp(&right[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    let all = left.len() + right.len() - common;
    if all == 0 { 0.0 } else { f64::from(common as u32) / all as f64 }
}

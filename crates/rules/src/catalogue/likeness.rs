//! How alike a definition is to what is wanted, and why.

use ssot_model::DefinitionKind;

use super::Rarity;
use super::entry::Entry;
use super::wanted::{Form, Name, Wanted};

/// Likeness below which nothing is an answer, in percent.
const LEAST: f64 = 50.0;

const VERY_NAME: f64 = 100.0;
const SAME_WORDS: f64 = 95.0;
const SAME_CORE: f64 = 88.0;
/// Of names that share all their weight in words.
const SHARED_WORDS: f64 = 84.0;
/// Of a docstring that speaks of everything that was asked for.
const DOCSTRING: f64 = 72.0;
/// Share of the words of a question that a docstring has to have.
const LEAST_TOLD: f64 = 0.7;

const SAME_BODY: f64 = 100.0;
const RENAMED_BODY: f64 = 96.0;
/// Statements from which an equal body is no accident.
const TELLING_BODY: u32 = 2;
/// Statements from which a body that is equal but for names is no accident.
const TELLING_SHAPE: u32 = 4;
/// Statements from which a share of them says something.
const TELLING_SHARE: usize = 3;
/// Smallest share of equal statements that is worth a word, and of statements alike but
/// for names.
const LEAST_SHARE: f64 = 0.5;
const LEAST_BLIND_SHARE: f64 = 0.7;
/// How much an equal name says of two different bodies.
const NAME_OF_CODE: f64 = 0.8;

/// How alike in percent, and why; none when it is not worth a word.
pub(super) fn of(wanted: &Wanted, entry: &Entry, rarity: &Rarity) -> Option<(u8, Vec<String>)> {
    let mut view = View::default();
    match &wanted.form {
        Form::Name(name) => view.name(name, entry, rarity),
        Form::Signature(asked) => view.signature(asked, entry, rarity),
        Form::Code(asked) => {
            for it in asked {
                view.code(it, entry, rarity);
            }
        }
        Form::Statements(asked) => view.statements(asked, entry),
    }
    #[expect(clippy::cast_sign_loss, reason = "a likeness is never negative")]
    let percent = view.likeness.min(100.0).round() as u8;
    (view.likeness >= LEAST).then_some((percent, view.reasons))
}

/// The best likeness so far, with everything that speaks for it.
#[derive(Default)]
struct View {
    likeness: f64,
    reasons: Vec<String>,
}

impl View {
    fn add(&mut self, likeness: f64, reason: impl FnOnce() -> String) {
        if likeness < LEAST {
            return;
        }
        let reason = reason();
        if self.reasons.contains(&reason) {
            return;
        }
        if likeness > self.likeness {
            self.likeness = likeness;
            self.reasons.insert(0, reason);
        } else {
            self.reasons.push(reason);
        }
    }

    fn name(&mut self, asked: &Name, entry: &Entry, rarity: &Rarity) {
        let (own, owner) = (entry.own_name(), entry.name.rsplit_once('.').map(|it| it.0));
        if asked.owner.as_deref().is_some_and(|it| Some(it) == owner) && asked.text == own {
            self.add(VERY_NAME, || format!("it is called `{}`", entry.name));
            return;
        }
        if asked.text == own {
            self.add(VERY_NAME, || format!("it is called `{own}`"));
            return;
        }
        let (likeness, reason) = by_words(&asked.words, asked.core, entry, rarity);
        self.add(likeness, reason);
        if asked.words.len() > 1 {
            let told = told(&asked.words, entry, rarity);
            if told >= LEAST_TOLD {
                self.add(DOCSTRING * told, || format!("its docstring says: {}", entry.summary));
            }
        }
    }

    fn signature(&mut self, asked: &Entry, entry: &Entry, rarity: &Rarity) {
        if (asked.kind == DefinitionKind::Class) != (entry.kind == DefinitionKind::Class) {
            return;
        }
        let mut named = Self::default();
        let name = name_of(asked);
        named.name(&name, entry, rarity);
        if asked.kind == DefinitionKind::Class {
            *self = named;
            return;
        }
        let same = shared(&asked.members, &entry.members);
        let most = asked.members.len().max(entry.members.len());
        let parameters = if most == 0 { 1.0 } else { same as f64 / most as f64 };
        let returns = !asked.returns.is_empty() && asked.returns == entry.returns;
        let fits = 20.0 * parameters + if returns { 10.0 } else { 0.0 };
        self.add(named.likeness * 0.7 + fits, || {
            named.reasons.first().cloned().unwrap_or_else(|| "its signature fits".to_owned())
        });
        if self.likeness >= LEAST || same >= 3 && parameters >= 0.75 {
            let lone = if same >= 3 && parameters >= 0.75 { 40.0 + fits } else { LEAST };
            self.add(lone, || format!("{same} of {most} parameters are the same"));
            if returns {
                self.add(LEAST, || format!("it returns {} as well", entry.returns));
            }
        }
    }

    fn code(&mut self, asked: &Entry, entry: &Entry, rarity: &Rarity) {
        if asked.kind == DefinitionKind::Constant || entry.kind == DefinitionKind::Constant {
            return;
        }
        self.body(asked, entry);
        // A method of the fragment's class is not asked for on its own name.
        if asked.kind != DefinitionKind::Method {
            let mut named = Self::default();
            named.name(&name_of(asked), entry, rarity);
            self.add(named.likeness * NAME_OF_CODE, || named.reasons.swap_remove(0));
        }
    }

    fn body(&mut self, asked: &Entry, entry: &Entry) {
        let both = asked.statements.min(entry.statements);
        if asked.hash == entry.hash && both >= TELLING_BODY {
            self.add(SAME_BODY, || "its body is the same".to_owned());
            return;
        }
        if asked.blind == entry.blind
            && asked.statements == entry.statements
            && both >= TELLING_SHAPE
        {
            self.add(RENAMED_BODY, || "its body differs in names and literals alone".to_owned());
            return;
        }
        let share = share(&asked.leaves, &entry.leaves);
        if share >= LEAST_SHARE {
            self.add(40.0 + 55.0 * share, || {
                format!("{:.0} % of the statements are the same", share * 100.0)
            });
            return;
        }
        let share = self::share(&asked.shape, &entry.shape);
        if share >= LEAST_BLIND_SHARE && both >= 2 * TELLING_SHAPE {
            self.add(25.0 + 55.0 * share, || {
                format!("{:.0} % of the statements are alike but for names", share * 100.0)
            });
        }
    }

    /// A definition that has the statements, wherever in it.
    fn statements(&mut self, asked: &Entry, entry: &Entry) {
        if entry.kind == DefinitionKind::Constant || entry.kind == DefinitionKind::Class {
            return;
        }
        self.body(asked, entry);
        let all = asked.leaves.len();
        if all < TELLING_SHARE || entry.leaves.len() < all {
            return;
        }
        let part = shared(&asked.leaves, &entry.leaves) as f64 / all as f64;
        if part >= LEAST_BLIND_SHARE {
            self.add(90.0 * part, || format!("it has {:.0} % of these statements", part * 100.0));
        }
    }
}

fn name_of(asked: &Entry) -> Name {
    Name {
        text: asked.own_name().to_owned(),
        owner: None,
        words: asked.words.clone(),
        core: asked.core,
    }
}

/// How alike names are by their words.
fn by_words<'a>(
    words: &'a [u32],
    core: u32,
    entry: &'a Entry,
    rarity: &'a Rarity,
) -> (f64, impl FnOnce() -> String + 'a) {
    let name = entry.own_name();
    let likeness = if words == &*entry.words {
        SAME_WORDS
    } else if core != 0 && core == entry.core {
        SAME_CORE
    } else {
        SHARED_WORDS * weighed(words, &entry.words, rarity)
    };
    (likeness, move || {
        if likeness >= SAME_WORDS {
            format!("`{name}` has the same words")
        } else if likeness >= SAME_CORE {
            format!("`{name}` differs in words that only qualify")
        } else {
            format!("`{name}` shares most words")
        }
    })
}

/// Weight of the words that both have, by the weight of what either has.
fn weighed(asked: &[u32], words: &[u32], rarity: &Rarity) -> f64 {
    let common: f64 =
        asked.iter().filter(|word| words.contains(word)).map(|word| rarity.weight(*word)).sum();
    if common == 0.0 {
        return 0.0;
    }
    let all: f64 = asked.iter().map(|word| rarity.weight(*word)).sum();
    let others = words.iter().filter(|word| !asked.contains(word)).count();
    common / (all + others as f64 * rarity.ordinary)
}

/// Weight of the words that a name or docstring has, by the weight of all that were asked for.
fn told(asked: &[u32], entry: &Entry, rarity: &Rarity) -> f64 {
    if entry.told.is_empty() {
        return 0.0;
    }
    let is_told = |word: &u32| entry.told.binary_search(word).is_ok() || entry.words.contains(word);
    let weight = |word: &u32| rarity.weight(*word);
    let all: f64 = asked.iter().map(weight).sum();
    asked.iter().filter(|word| is_told(word)).map(weight).sum::<f64>() / all
}

/// Share of the longer list that both have; zero when they are too short to tell.
fn share(one: &[u32], other: &[u32]) -> f64 {
    let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
    if short < TELLING_SHARE || short * 2 < long {
        return 0.0;
    }
    shared(one, other) as f64 / long as f64
}

/// How many values both sorted lists have.
fn shared(one: &[u32], other: &[u32]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while let (Some(a), Some(b)) = (one.get(i), other.get(j)) {
        count += usize::from(a == b);
        i += usize::from(a <= b);
        j += usize::from(b <= a);
    }
    count
}

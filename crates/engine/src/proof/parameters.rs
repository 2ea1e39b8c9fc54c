//! A function that has become a call of another one with values of its own, and the one
//! that has got parameters for such values: with the values in the place of the
//! parameters, the body must read as the old one did.

use std::collections::BTreeMap;

use compact_str::CompactString;
use ssot_facts::python::{Kind, OutlineLine, Word};
use ssot_facts::{DefinitionId, ModuleId, Resolution};

use super::Prover;
use super::code::Part;
use super::folding::reached;
use super::items::Item;

/// What a parameter holds, by its name.
pub(super) type Values = BTreeMap<CompactString, Vec<Word>>;

/// The body of a function, with the names that it reads of its surroundings.
struct Body<'t> {
    module: ModuleId,
    lines: &'t [OutlineLine],
    free: Vec<CompactString>,
}

/// One parameter of a function or argument of a call: its name, if any, and the words
/// of its value.
type Argument = (Option<CompactString>, Vec<Word>);

impl Prover<'_> {
    /// Whether a function that is written otherwise does what it did, with values where
    /// parameters are now.
    pub(super) fn is_parameterised(
        &mut self,
        sides: (ModuleId, ModuleId),
        left: Item<'_>,
        right: Item<'_>,
    ) -> bool {
        let Some(name) = left.name else { return false };
        let id = |index: &ssot_facts::Index, module: ModuleId| {
            index.definition_named(&format!("{}.{name}", index.module(module).name))
        };
        let (Some(before), Some(after)) =
            (id(self.before.index, sides.0), id(self.after.index, sides.1))
        else {
            return false;
        };
        let old = Body {
            module: sides.0,
            lines: &left.lines[left.head..],
            free: self.before.index.definition(before).free.clone(),
        };
        let (heads, parameters) = (
            (&left.lines[..left.head], &right.lines[..right.head]),
            parameters(&left.lines[left.head.saturating_sub(1)].words),
        );
        let part = |module, lines| Part { module, own: name, lines };
        if self.same_lines(part(sides.0, heads.0), part(sides.1, heads.1), true).is_ok() {
            return self.is_face(&old, &parameters, (sides.1, right));
        }
        let now = self::parameters(&right.lines[right.head.saturating_sub(1)].words);
        let Some(values) = widened(&parameters, &now) else { return false };
        let new = Body {
            module: sides.1,
            lines: &right.lines[right.head..],
            free: self.after.index.definition(after).free.clone(),
        };
        self.reads_as(&old, &new, &values, BTreeMap::new())
    }

    /// Whether a body of one call does what the old body did.
    fn is_face(
        &mut self,
        old: &Body<'_>,
        parameters: &[Argument],
        (module, right): (ModuleId, Item<'_>),
    ) -> bool {
        let [line] = &right.lines[right.head..] else { return false };
        let Some((called, mut arguments)) = call(&line.words) else { return false };
        let head = &right.lines[right.head.saturating_sub(1)].words;
        let target = if let Some((receiver, annotation, method)) = receiver(head, &called) {
            arguments.insert(0, (None, vec![Word::Chain(receiver)]));
            self.method_of(module, &annotation, &method)
        } else {
            match *self.after.index.follow(module, &called) {
                [Resolution::Definition(target)] => Some(target),
                _ => None,
            }
        };
        let Some(target) = target else { return false };
        let definition = self.after.index.definition(target);
        let (free, own) = (definition.free.clone(), definition.name.to_string());
        let class = definition.owner.map(|index| DefinitionId { index, ..target });
        let class = class.map(|class| self.after.index.definition(class).name.to_string());
        let line_of = definition.span.start;
        let path = self.after.index.module(target.module).path.clone();
        let text = self.after.text(&path);
        let Some(item) = text.find(class.as_deref(), &own, Some(line_of)) else { return false };
        let theirs = self::parameters(&item.lines[item.head.saturating_sub(1)].words);
        let Some((values, renamed)) = bound(&theirs, &arguments, parameters) else { return false };
        let new = Body { module: target.module, lines: &item.lines[item.head..], free };
        self.is_awaited(target, &line.words) && self.reads_as(old, &new, &values, renamed)
    }

    /// The method that a call on an object of the class finds, whatever class below it the
    /// object has; none where that is not certain.
    fn method_of(
        &mut self,
        module: ModuleId,
        annotation: &str,
        method: &str,
    ) -> Option<DefinitionId> {
        let index = self.after.index;
        let [Resolution::Definition(class)] = *index.follow(module, annotation) else {
            return None;
        };
        let own = |class: DefinitionId| {
            index.definition_named(&format!("{}.{method}", index.dotted(class)))
        };
        let found = own(class)?;
        let is_plain = index.definition(found).decorators.is_empty();
        let hierarchy = self.inheritance.get_or_insert_with(|| ssot_facts::Hierarchy::new(index));
        let below = hierarchy.descendants(class);
        (is_plain && below.into_iter().all(|it| own(it).is_none())).then_some(found)
    }

    fn is_awaited(&self, target: DefinitionId, words: &[Word]) -> bool {
        let awaits = words.iter().any(|word| *word == Word::Other("await".into()));
        self.after.index.definition(target).flags.asynchronous == awaits
    }

    /// Whether the new body reads as the old one with values in the place of parameters
    /// and, for local names, one name for one name.
    fn reads_as(
        &mut self,
        old: &Body<'_>,
        new: &Body<'_>,
        values: &Values,
        mut renamed: BTreeMap<CompactString, CompactString>,
    ) -> bool {
        let depth = |lines: &[OutlineLine]| lines.first().map_or(0, |line| line.depth);
        let (mine, theirs) = (depth(old.lines), depth(new.lines));
        let mut rest = reached(new.lines, values).into_iter().peekable();
        for line in old.lines {
            let fits = rest.peek().is_some_and(|next| {
                line.depth - mine == next.depth - theirs
                    && self.line_reads_as((old, line), (new, next), values, &mut renamed)
            });
            if fits {
                rest.next();
            } else if !became_parameter(line, values, &mut renamed) {
                return false;
            }
        }
        rest.next().is_none()
    }

    fn line_reads_as(
        &mut self,
        (old, line): (&Body<'_>, &OutlineLine),
        (new, next): (&Body<'_>, &OutlineLine),
        values: &Values,
        renamed: &mut BTreeMap<CompactString, CompactString>,
    ) -> bool {
        let mut names = renamed.clone();
        let mut at = 0;
        for (place, word) in next.words.iter().enumerate() {
            let Some(mine) = line.words.get(at) else { return false };
            let keyword = place > 0 && next.words.get(place + 1) == Some(&other("="));
            if keyword {
                at += 1;
                if mine != word {
                    return false;
                }
                continue;
            }
            if let Word::Chain(chain) = word {
                let root = CompactString::from(chain.split('.').next().unwrap_or_default());
                let stands =
                    names.iter().find(|(_, right)| **right == root).map(|(left, _)| left.clone());
                if let (Some(value), None) = (values.get(&root), &stands)
                    && let Some(taken) = takes(value, chain, &root, &line.words[at..])
                {
                    at += taken;
                    continue;
                }
            }
            at += 1;
            let same = match (mine, word) {
                (Word::Chain(one), Word::Chain(two)) => {
                    self.same_in((old, one), (new, two), &mut names)
                }
                (one, two) => one == two,
            };
            if !same {
                return false;
            }
        }
        if at != line.words.len() {
            return false;
        }
        *renamed = names;
        true
    }

    fn same_in(
        &mut self,
        (old, one): (&Body<'_>, &str),
        (new, two): (&Body<'_>, &str),
        renamed: &mut BTreeMap<CompactString, CompactString>,
    ) -> bool {
        let split = |chain: &str| {
            let (root, rest) = chain.split_once('.').unwrap_or((chain, ""));
            (CompactString::from(root), rest.to_owned())
        };
        let ((first, rest), (second, other)) = (split(one), split(two));
        let local = |body: &Body<'_>, name: &CompactString| !body.free.contains(name);
        match (local(old, &first), local(new, &second)) {
            (true, true) => {
                let known = renamed.get(&first).cloned();
                let taken = renamed.iter().any(|(left, right)| *right == second && *left != first);
                let fits = known.is_none_or(|known| known == second) && !taken;
                renamed.insert(first, second);
                fits && rest == other
            }
            (false, false) if one == two => {
                self.same_name((old.module, &first), (new.module, &second))
            }
            (false, false) => self.same_path((old.module, one), (new.module, two)),
            _ => false,
        }
    }
}

fn other(text: &str) -> Word {
    Word::Other(text.into())
}

/// Whether a statement only gave a name to the value that a parameter brings now.
fn became_parameter(
    line: &OutlineLine,
    values: &Values,
    renamed: &mut BTreeMap<CompactString, CompactString>,
) -> bool {
    let Kind::Value(name) = &line.kind else { return false };
    let Some(equals) = line.words.iter().position(|it| *it == Word::Other("=".into())) else {
        return false;
    };
    let value = bare(&line.words[equals + 1..]);
    let known = renamed.get(name).cloned();
    let free = |parameter: &CompactString| !renamed.values().any(|taken| taken == parameter);
    let found = values
        .iter()
        .find(|(parameter, held)| {
            bare(held) == value
                && known.as_ref().map_or_else(|| free(parameter), |it| it == *parameter)
        })
        .map(|(parameter, _)| parameter.clone());
    found.is_some_and(|parameter| {
        renamed.insert(name.clone(), parameter).is_none() || known.is_some()
    })
}

/// How many words the value of a parameter takes where the parameter is read.
fn takes(value: &[Word], chain: &str, root: &str, words: &[Word]) -> Option<usize> {
    let rest = &chain[root.len()..];
    let value = bare(value);
    if rest.is_empty() {
        return [value, bare(words)]
            .into_iter()
            .find(|_| words.starts_with(value))
            .map(<[Word]>::len);
    }
    let [Word::Chain(held)] = value else { return None };
    (words.first() == Some(&Word::Chain(format!("{held}{rest}").into()))).then_some(1)
}

/// Words without brackets around all of them.
fn bare(words: &[Word]) -> &[Word] {
    let is = |word: Option<&Word>, text: &str| word == Some(&Word::Other(text.into()));
    if !is(words.first(), "(") || !is(words.last(), ")") {
        return words;
    }
    let inner = &words[1..words.len() - 1];
    let whole = !inner.is_empty() && split(inner).len() == 1 && balanced(inner);
    if whole { bare(inner) } else { words }
}

fn balanced(words: &[Word]) -> bool {
    let mut depth = 0_i32;
    words.iter().all(|word| {
        depth += step(word);
        depth >= 0
    }) && depth == 0
}

fn step(word: &Word) -> i32 {
    match word {
        Word::Other(text) if matches!(text.as_str(), "(" | "[" | "{") => 1,
        Word::Other(text) if matches!(text.as_str(), ")" | "]" | "}") => -1,
        _ => 0,
    }
}

/// Words between the commas of the outermost level.
fn split(words: &[Word]) -> Vec<&[Word]> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, word) in words.iter().enumerate() {
        depth += step(word);
        if depth == 0 && *word == Word::Other(",".into()) {
            parts.push(&words[start..at]);
            start = at + 1;
        }
    }
    parts.push(&words[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// The words between the first bracket and the one that closes it.
fn bracketed(words: &[Word]) -> Option<&[Word]> {
    let open = words.iter().position(|word| *word == Word::Other("(".into()))?;
    let mut depth = 0;
    for (at, word) in words.iter().enumerate().skip(open) {
        depth += step(word);
        if depth == 0 {
            return Some(&words[open + 1..at]);
        }
    }
    None
}

fn argument(words: &[Word]) -> Argument {
    if let [Word::Chain(name), rest @ ..] = words {
        let mut depth = 0;
        for (at, word) in rest.iter().enumerate() {
            depth += step(word);
            if depth == 0 && *word == Word::Other("=".into()) {
                return (Some(name.clone()), rest[at + 1..].to_vec());
            }
        }
    }
    (None, words.to_vec())
}

/// The parameters in a head: the name as it is called, stars left on, and the default.
fn parameters(head: &[Word]) -> Vec<Argument> {
    let inside = bracketed(head).unwrap_or_default();
    let parameter = |words: &[Word]| {
        let (named, default) = argument(words);
        let stars: String = words
            .iter()
            .map_while(|word| match word {
                Word::Other(text) if matches!(text.as_str(), "*" | "**" | "/") => {
                    Some(text.as_str())
                }
                _ => None,
            })
            .collect();
        let name = words.iter().find_map(|word| match word {
            Word::Chain(name) => Some(name.clone()),
            _ => None,
        });
        let name = format!("{stars}{}", name.unwrap_or_default());
        let has_default = named.is_some();
        (Some(CompactString::from(name)), if has_default { default } else { Vec::new() })
    };
    split(inside).into_iter().map(parameter).collect()
}

/// The defaults of the parameters that a function has got; none when the others are not
/// what they were.
fn widened(before: &[Argument], after: &[Argument]) -> Option<Values> {
    let ours = |it: &&Argument| before.contains(it) || it.0.as_deref() == Some("*");
    let stars = |it: &&Argument| it.0.as_deref() != Some("*") || before.contains(it);
    let kept: Vec<&Argument> = after.iter().filter(|it| ours(it) && stars(it)).collect();
    if kept != before.iter().collect::<Vec<_>>() {
        return None;
    }
    let new = after.iter().filter(|it| !before.contains(it) && it.0.as_deref() != Some("*"));
    new.map(|(name, default)| {
        let name = name.clone().filter(|_| !default.is_empty())?;
        Some((name, default.clone()))
    })
    .collect()
}

/// What a statement calls and with what, when the call is all there is.
fn call(words: &[Word]) -> Option<(String, Vec<Argument>)> {
    let said = |text: &str| Word::Other(text.into());
    let words = words.strip_prefix(&[said("return")]).unwrap_or(words);
    let words = words.strip_prefix(&[said("await")]).unwrap_or(words);
    let [Word::Chain(called), rest @ ..] = words else { return None };
    let inside = bracketed(rest)?;
    if inside.len() + 2 != rest.len() {
        return None;
    }
    Some((called.to_string(), split(inside).into_iter().map(argument).collect()))
}

/// The parameter on which a method is called, the class that its annotation names, and the
/// method.
fn receiver(head: &[Word], called: &str) -> Option<(CompactString, CompactString, CompactString)> {
    let (object, method) = called.split_once('.').filter(|(_, method)| !method.contains('.'))?;
    let inside = bracketed(head)?;
    split(inside).into_iter().find_map(|words| match words {
        [Word::Chain(name), colon, Word::Chain(class), ..]
            if name == object && *colon == other(":") =>
        {
            Some((name.clone(), class.clone(), method.into()))
        }
        _ => None,
    })
}

/// What each parameter of the called function holds, and which of them are parameters of
/// the caller handed on.
fn bound(
    theirs: &[Argument],
    arguments: &[Argument],
    ours: &[Argument],
) -> Option<(Values, BTreeMap<CompactString, CompactString>)> {
    let (mut values, mut renamed) = (Values::new(), BTreeMap::new());
    let plain = |name: &CompactString| CompactString::from(name.trim_start_matches('*'));
    let names: Vec<CompactString> = theirs.iter().filter_map(|it| it.0.clone()).collect();
    let mut left: Vec<&CompactString> =
        names.iter().filter(|it| !matches!(it.as_str(), "*" | "/")).collect();
    let own = |words: &[Word]| {
        let chain = words.iter().find_map(|word| match word {
            Word::Chain(name) => Some(name.clone()),
            _ => None,
        })?;
        ours.iter().filter_map(|it| it.0.as_ref()).any(|it| plain(it) == chain).then_some(chain)
    };
    for (name, words) in arguments {
        let target = match name {
            Some(name) => left.iter().position(|it| **it == *name)?,
            None => 0,
        };
        if target >= left.len() {
            return None;
        }
        let parameter = plain(left.remove(target));
        let handed = own(words).filter(|_| words.len() <= 2);
        match handed {
            Some(ours) => drop(renamed.insert(ours, parameter)),
            None => drop(values.insert(parameter, words.clone())),
        }
    }
    for parameter in left {
        let default = theirs.iter().find(|it| it.0.as_ref() == Some(parameter))?.1.clone();
        if default.is_empty() {
            return None;
        }
        values.insert(parameter.clone(), default);
    }
    Some((values, renamed))
}

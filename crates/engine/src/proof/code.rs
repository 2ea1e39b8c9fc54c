//! Whether two definitions are the same code, word by word.

use ssot_facts::python::{OutlineLine, Word};
use ssot_facts::{DefinitionId, Index, ModuleId};
use ssot_model::RepoPath;

use super::items::Item;
use super::{Piece, Prover};

/// Most lines that may stand in the place of one that is changed on purpose.
const LINES_FOR_ONE: usize = 4;

/// Lines of one tree and where they stand.
#[derive(Clone, Copy)]
pub(super) struct Part<'t> {
    pub(super) module: ModuleId,
    /// The name of the definition that they are part of.
    pub(super) own: &'t str,
    pub(super) lines: &'t [OutlineLine],
}

/// Why two definitions are not the same; the words that differ.
pub(super) type Same = Result<(), String>;

impl Prover<'_> {
    /// Whether a definition after the package may stand for one before it.
    pub(super) fn same_definition(&mut self, left: DefinitionId, right: DefinitionId) -> Same {
        let piece = |index: &Index, id: DefinitionId| {
            let definition = index.definition(id);
            let owner = definition.owner.map(|index| DefinitionId { module: id.module, index });
            Piece {
                path: index.module(id.module).path.clone(),
                class: owner.map(|owner| index.definition(owner).name.to_string()),
                name: definition.name.to_string(),
            }
        };
        let (one, two) = (piece(self.before.index, left), piece(self.after.index, right));
        // One place: compared with its file when that is written, untouched otherwise.
        if one == two || !self.assumed.insert((left, right)) {
            return Ok(());
        }
        self.same_piece(&one, &two)
    }

    /// The same for definitions and values by their places.
    pub(super) fn same_piece(&mut self, left: &Piece, right: &Piece) -> Same {
        let (mine, theirs) = (self.before.text(&left.path), self.after.text(&right.path));
        let sides = (self.module(true, &left.path)?, self.module(false, &right.path)?);
        let gone = |piece: &Piece| format!("`{}` is not found", piece.name);
        let one = mine.find(left.class.as_deref(), &left.name, None).ok_or_else(|| gone(left))?;
        let two =
            theirs.find(right.class.as_deref(), &right.name, None).ok_or_else(|| gone(right))?;
        let same = self.same_item(sides, one, two);
        let names = (left.dotted(self.before.index), right.dotted(self.after.index));
        match same {
            Err(_) if self.is_called(&names.0, &names.1) => {
                self.proof.called.insert(format!("{} by {}", names.0, names.1));
                Ok(())
            }
            Ok(()) => {
                self.proof.replaced.insert(names.0);
                Ok(())
            }
            Err(why) => Err(why),
        }
    }

    pub(super) fn module(&self, before: bool, path: &RepoPath) -> Result<ModuleId, String> {
        let reader = if before { &self.before } else { &self.after };
        reader.index.module_at(path).ok_or_else(|| format!("`{path}` is no module"))
    }

    pub(super) fn is_called(&self, left: &str, right: &str) -> bool {
        self.claim.pairs.iter().any(|it| it.left.dotted() == left && it.right.dotted() == right)
    }

    /// Whether one item may stand for another: a class may have more members.
    fn same_item(&mut self, sides: (ModuleId, ModuleId), left: Item<'_>, right: Item<'_>) -> Same {
        let named = |item: &Item<'_>| item.name.unwrap_or_default().to_owned();
        let (mine, theirs) = (named(&left), named(&right));
        if !left.class || !right.class {
            let (one, two) = (left.without_annotation(), right.without_annotation());
            let left = Part { module: sides.0, own: &mine, lines: &one };
            let right = Part { module: sides.1, own: &theirs, lines: &two };
            return self.same_lines(left, right, true);
        }
        let head = Part { module: sides.0, own: &mine, lines: &left.lines[..left.head] };
        let other = Part { module: sides.1, own: &theirs, lines: &right.lines[..right.head] };
        self.same_lines(head, other, true)?;
        let members = right.members();
        let mut behind = 0;
        for member in left.members() {
            let alike = |this: &mut Self, other: &Item<'_>| {
                let left = Part { module: sides.0, own: &mine, lines: member.lines };
                let right = Part { module: sides.1, own: &theirs, lines: other.lines };
                this.same_lines(left, right, false)
            };
            if let Some(name) = member.name {
                let Some(at) = members.iter().rposition(|it| it.name == member.name) else {
                    return Err(format!("`{theirs}` has no `{name}`"));
                };
                if let Err(why) = alike(self, &members[at]) {
                    let dotted = |index: &Index, module, class: &str| {
                        format!("{}.{class}.{name}", index.module(module).name)
                    };
                    let one = dotted(self.before.index, sides.0, &mine);
                    let two = dotted(self.after.index, sides.1, &theirs);
                    if !self.is_called(&one, &two) {
                        return Err(why);
                    }
                    self.proof.called.insert(format!("{one} by {two}"));
                }
                let is_value = !member.function && !member.class;
                if is_value && at < behind && !left.is_enumeration() {
                    return Err(format!("`{name}` stands in another order"));
                }
                behind = if is_value { at } else { behind };
            } else {
                let found = (behind..members.len())
                    .find(|at| members[*at].name.is_none() && alike(self, &members[*at]).is_ok());
                behind = found.ok_or_else(|| {
                    format!("`{theirs}` lacks `{}`", spelled(&member.lines[0].words))
                })?;
            }
        }
        Ok(())
    }

    /// Whether lines say the same; `named` when they begin with the name of the part.
    pub(super) fn same_lines(&mut self, left: Part<'_>, right: Part<'_>, named: bool) -> Same {
        let depth = |lines: &[OutlineLine]| lines.first().map_or(0, |line| line.depth);
        let (mine, theirs) = (depth(left.lines), depth(right.lines));
        let (mut at, mut other) = (0, 0);
        while let Some(line) = left.lines.get(at) {
            at += 1;
            if self.is_place(left.module, line) {
                other = self.after_place(left, at, right, other);
                continue;
            }
            let Some(next) = right.lines.get(other) else {
                return Err(format!("`{}` is gone", spelled(&line.words)));
            };
            other += 1;
            if line.depth - mine != next.depth - theirs {
                return Err(format!("`{}` stands elsewhere", spelled(&next.words)));
            }
            self.same_words((left, line), (right, next), named)?;
        }
        match right.lines.get(other) {
            Some(more) => Err(format!("`{}` is new", spelled(&more.words))),
            None => Ok(()),
        }
    }

    fn is_place(&self, module: ModuleId, line: &OutlineLine) -> bool {
        let places = self.claim.places;
        if places.is_empty() {
            return false;
        }
        let path = &self.before.index.module(module).path;
        (line.span.start..=line.span.end).any(|at| places.contains(&(path.clone(), at)))
    }

    /// Where the lines after a changed one go on.
    fn after_place(&mut self, left: Part<'_>, at: usize, right: Part<'_>, other: usize) -> usize {
        let Some(next) = left.lines.get(at) else {
            return right.lines.len().min(other + LINES_FOR_ONE);
        };
        if self.is_place(left.module, next) {
            return other + 1;
        }
        let fits = |this: &mut Self, at: usize| {
            right
                .lines
                .get(at)
                .is_some_and(|line| this.same_words((left, next), (right, line), false).is_ok())
        };
        (other..=other + LINES_FOR_ONE).find(|at| fits(self, *at)).unwrap_or(other + 1)
    }

    fn same_words(
        &mut self,
        (left, line): (Part<'_>, &OutlineLine),
        (right, other): (Part<'_>, &OutlineLine),
        named: bool,
    ) -> Same {
        let differ = || {
            let (here, there) = (spelled(&line.words), spelled(&other.words));
            Err(format!("`{here}` became `{there}`"))
        };
        if line.words.len() != other.words.len() {
            return differ();
        }
        for (one, two) in line.words.iter().zip(&other.words) {
            let same = match (one, two) {
                (Word::Chain(one), Word::Chain(two)) => {
                    let own = named && **one == *left.own && **two == *right.own;
                    own || self.same_chain((left, one), (right, two))
                }
                (Word::Quoted(one), Word::Chain(two)) => self.holds_text(right.module, two, one),
                (Word::Quoted(one), Word::Quoted(two)) => one == two || self.same_text(one, two),
                (one, two) => one == two,
            };
            if !same {
                return differ();
            }
        }
        Ok(())
    }

    /// Strings that name a definition, as `mock.patch` takes them.
    fn same_text(&mut self, one: &str, two: &str) -> bool {
        let (Some(left), Some(right)) = (self.before.index.names(one), self.after.index.names(two))
        else {
            return false;
        };
        self.same_name((left.0, &left.1), (right.0, &right.1))
    }

    fn same_chain(
        &mut self,
        (left, one): (Part<'_>, &str),
        (right, two): (Part<'_>, &str),
    ) -> bool {
        let root = |chain: &str| chain.split('.').next().unwrap_or_default().to_owned();
        let (first, second) = (root(one), root(two));
        let own = first == left.own && second == right.own;
        if own && one[first.len()..] == two[second.len()..] {
            return true;
        }
        if one != two {
            return self.same_ends((left.module, one), (right.module, two));
        }
        let imported = Self::is_local_import(self.before.index, left.module, &first)
            || Self::is_local_import(self.after.index, right.module, &first);
        if imported {
            return self.same_path((left.module, &first), (right.module, &second));
        }
        let moved = self.before.index.module(left.module).path
            != self.after.index.module(right.module).path;
        let bound = |index: &Index, module: ModuleId| {
            let facts = &index.module(module).facts;
            facts.bindings_of(&first).next().is_some()
        };
        let of_module = moved
            && (bound(self.before.index, left.module) || bound(self.after.index, right.module));
        !of_module || self.same_name((left.module, &first), (right.module, &second))
    }

    /// Chains that end alike and begin with names of one meaning.
    fn same_ends(&mut self, (left, one): (ModuleId, &str), (right, two): (ModuleId, &str)) -> bool {
        let (mut one, mut two) = (one, two);
        loop {
            if self.same_path((left, one), (right, two)) {
                return true;
            }
            let (Some((front, last)), Some((other, end))) =
                (one.rsplit_once('.'), two.rsplit_once('.'))
            else {
                return false;
            };
            if last != end {
                return false;
            }
            (one, two) = (front, other);
        }
    }
}

/// Words as evidence shows them.
pub(super) fn spelled(words: &[Word]) -> String {
    const SHOWN: usize = 90;
    let word = |word: &Word| match word {
        Word::Chain(text) | Word::Other(text) => text.to_string(),
        Word::Quoted(text) => format!("'{text}'"),
    };
    let text = words.iter().map(word).collect::<Vec<_>>().join(" ");
    if text.chars().count() <= SHOWN {
        return text;
    }
    let cut: String = text.chars().take(SHOWN).collect();
    format!("{cut} ...")
}

//! What a package adds that nobody had before, and texts that a constant stands for.

use ssot_facts::python::Word;
use ssot_facts::{Index, ModuleId, Resolution};

use super::{Piece, Prover};

impl Prover<'_> {
    /// Whether a new piece changes nothing by being there: a function, or a constant that is
    /// a text or a compiled pattern, of a name that meant nothing in a module that nobody
    /// imports as a whole.
    pub(super) fn is_addition(&mut self, piece: &Piece) -> bool {
        if !self.claim.adds || piece.class.is_some() {
            return false;
        }
        let text = self.after.text(&piece.path);
        let Some(item) = text.find(None, &piece.name, None) else { return false };
        let words = item.lines.first().map_or(&[][..], |line| &line.words[..]);
        let is_inert = if item.function {
            let calls = words.iter().filter(|word| matches!(word, Word::Other(it) if &**it == "("));
            item.head == 1 && calls.count() == 1
        } else {
            !item.class && text_of(words).is_some()
        };
        let (before, after) = (self.before.index, self.after.index);
        let is_free = before
            .module_at(&piece.path)
            .is_none_or(|module| means_nothing(before, module, &piece.name));
        let is_alone =
            after.module_at(&piece.path).is_some_and(|it| after.star_importers(it).is_empty());
        is_inert && is_free && is_alone
    }

    /// Whether a name after stands for a text before.
    pub(super) fn holds_text(&mut self, module: ModuleId, chain: &str, text: &str) -> bool {
        let index = self.after.index;
        let piece = |module: ModuleId, class: Option<String>, name: &str| Piece {
            path: index.module(module).path.clone(),
            class,
            name: name.to_owned(),
        };
        let whole = index.follow(module, chain);
        let found = match (&whole[..], chain.rsplit_once('.')) {
            ([Resolution::Value { module, name }], _) => piece(*module, None, name),
            // A constant that is long enough to be a definition.
            ([Resolution::Definition(id)], _) => {
                piece(id.module, None, &index.definition(*id).name)
            }
            (_, Some((front, last))) => match &index.follow(module, front)[..] {
                [Resolution::Definition(class)] => {
                    piece(class.module, Some(index.definition(*class).name.to_string()), last)
                }
                _ => return false,
            },
            _ => return false,
        };
        let source = self.after.text(&found.path);
        let item = source.find(found.class.as_deref(), &found.name, None);
        item.is_some_and(|item| {
            let lines = item.without_annotation();
            let words = lines.first().map_or(&[][..], |line| &line.words[..]);
            let is_text = matches!(words, [_, _, Word::Quoted(held)] if **held == *text);
            is_text && lines.len() == 1
        })
    }
}

fn means_nothing(index: &Index, module: ModuleId, name: &str) -> bool {
    index.resolve(module, name).iter().all(|it| matches!(it, Resolution::Unknown(_)))
}

/// The text in `NAME = "text"` and in `NAME = re.compile("text")`.
fn text_of(words: &[Word]) -> Option<&str> {
    let is = |word: &Word, text: &str| matches!(word, Word::Other(it) if &**it == text);
    match words {
        [Word::Chain(_), equals, Word::Quoted(text)] if is(equals, "=") => Some(text),
        [Word::Chain(_), equals, Word::Chain(call), open, rest @ ..]
            if is(equals, "=") && &**call == "re.compile" && is(open, "(") =>
        {
            let (close, texts) = rest.split_last()?;
            let [Word::Quoted(first), others @ ..] = texts else { return None };
            let all = others.iter().all(|it| matches!(it, Word::Quoted(_)) || is(it, ","));
            (is(close, ")") && all).then_some(first)
        }
        _ => None,
    }
}

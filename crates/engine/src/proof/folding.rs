//! What is executed of a body when parameters have known values.

use compact_str::CompactString;
use ssot_facts::python::{OutlineLine, Word};

use super::parameters::Values;

/// The lines of a body without what the values leave out: of a choice by a parameter that
/// holds `True`, `False` or nothing, what is chosen stands in the place of the choice.
pub(super) fn reached(lines: &[OutlineLine], values: &Values) -> Vec<OutlineLine> {
    let mut found = Vec::new();
    fold(lines, values, 0, &mut found);
    found
}

fn fold(lines: &[OutlineLine], values: &Values, shift: u32, found: &mut Vec<OutlineLine>) {
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let Some(holds) = decided(&line.words, values) else {
            found.push(OutlineLine { depth: line.depth - shift, ..line.clone() });
            continue;
        };
        let block = |from: usize| {
            let deeper = lines[from..].iter().take_while(|it| it.depth > line.depth).count();
            from..from + deeper
        };
        let mine = block(at);
        at = mine.end;
        let is_else = lines
            .get(at)
            .is_some_and(|it| it.depth == line.depth && it.words == [other("else"), other(":")]);
        let theirs = if is_else { block(at + 1) } else { at..at };
        at = theirs.end;
        let chosen = if holds { mine } else { theirs };
        fold(&lines[chosen], values, shift + 1, found);
    }
}

/// What a choice by a parameter comes to: `if name:`, `if not name:`,
/// `if name is not None:`.
fn decided(words: &[Word], values: &Values) -> Option<bool> {
    let [first, rest @ ..] = words else { return None };
    if *first != other("if") {
        return None;
    }
    let held = |name: &CompactString| values.get(name).and_then(|value| truth(value));
    match rest {
        [Word::Chain(name), colon] if *colon == other(":") => held(name),
        [not, Word::Chain(name), colon] if *not == other("not") && *colon == other(":") => {
            held(name).map(|it| !it)
        }
        [Word::Chain(name), rest @ ..]
            if rest == [other("is"), other("not"), other("None"), other(":")] =>
        {
            let is_nothing = |value: &Vec<Word>| value[..] == [other("None")];
            values.get(name).filter(|it| is_nothing(it)).map(|_| false)
        }
        _ => None,
    }
}

fn truth(value: &[Word]) -> Option<bool> {
    match value {
        [Word::Other(word)] if &**word == "True" => Some(true),
        [Word::Other(word)] if matches!(&**word, "False" | "None") => Some(false),
        _ => None,
    }
}

fn other(text: &str) -> Word {
    Word::Other(text.into())
}

//! The Python pairs of `GPTCloneBench`: functions and what a model made of them. They
//! mean the same and are mostly written differently, so that few are near copies.

use std::path::Path;

use anyhow::{Context, Result};
use ssot_facts::{Definition, python};
use ssot_model::DefinitionKind;
use ssot_rules::near_copies::{Form, Kinship, NearCopies};

/// Operators that the data set tears apart.
const TORN: [&str; 10] = ["> =", "< =", "! =", "= =", "+ =", "- =", "* =", "/ =", "- >", "| ="];

/// Measures the pairs whose two sides are one function each.
pub(super) fn measure(directory: &Path) -> Result<String> {
    let path = directory.join("py_validate_clone.txt");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let blocks: Vec<&str> = text
        .split("$$$$$$$$$$")
        .filter(|block| !block.trim_matches('$').trim().is_empty())
        .collect();
    let pairs: Vec<(Definition, Definition)> = blocks.iter().filter_map(|it| pair(it)).collect();
    let (mut renamed, mut edited) = (0, 0);
    for (one, other) in &pairs {
        match kinship(one, other) {
            Some(Kinship::Renamed) => renamed += 1,
            Some(Kinship::Edited(_)) => edited += 1,
            None => {}
        }
    }
    // Several blocks in a row may be about one function; half the list further they are not.
    let further = pairs.iter().skip(pairs.len() / 2);
    let strangers = pairs.iter().zip(further).filter(|(here, there)| here.0.name != there.1.name);
    let asked = strangers.clone().count();
    let wrong = strangers.filter(|(here, there)| kinship(&here.0, &there.1).is_some()).count();
    Ok(format!(
        "GPTCloneBench, Python: {} pairs, {} of them one function on each side that parses. {renamed} \
         are taken for renamed and {edited} for edited copies. Of {asked} pairs of functions \
         from distant pairs, with different names, {wrong} are.\n",
        blocks.len(),
        pairs.len(),
    ))
}

fn kinship(one: &Definition, other: &Definition) -> Option<Kinship> {
    NearCopies::find(&[Form::from(one), Form::from(other)]).kinship(0, 1)
}

/// The two functions of one block: a head, then both texts, between lines of dashes.
fn pair(block: &str) -> Option<(Definition, Definition)> {
    let mut parts = block.split("----------------------------------------").skip(1);
    Some((function(parts.next()?)?, function(parts.next()?)?))
}

fn function(text: &str) -> Option<Definition> {
    let mut text = text.trim_matches('\n').to_owned();
    for torn in TORN {
        text = text.replace(torn, &torn.replace(' ', ""));
    }
    text.push('\n');
    let facts = python::extract(text.as_bytes());
    if !facts.errors.is_empty() {
        return None;
    }
    let mut functions =
        facts.definitions.into_iter().filter(|it| it.kind == DefinitionKind::Function);
    let first = functions.next()?;
    functions.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::pair;

    #[test]
    fn a_block_is_two_functions() {
        let dashes = "-".repeat(40);
        let side = "def f(a) :\n\treturn a > = 1\n";
        let block = format!("0\n0\nx.py 1 2\n\n{dashes}\n\n{side}{dashes}\n\n{side}");
        let (one, other) = pair(&block).expect("both sides parse");
        assert_eq!(one.hash, other.hash);
        assert!(pair(&format!("{dashes}\n{side}{dashes}\nx\n")).is_none());
    }
}

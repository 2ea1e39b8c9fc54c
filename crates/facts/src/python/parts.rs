//! The parts of a value: what two constants that differ still have in common.

use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor};
use ruff_python_ast::{Expr, Number};
use xxhash_rust::xxh3::xxh3_64;

/// The hash of a word in a value, whatever its case.
pub fn word_hash(word: &str) -> u32 {
    xxh3_64(word.to_lowercase().as_bytes()) as u32
}

/// Hashes of the words of the strings in a value, of its numbers and of the names it
/// reads, sorted.
pub(super) fn parts(value: &Expr) -> Vec<u32> {
    let mut parts = Parts::default();
    parts.visit_expr(value);
    parts.0.sort_unstable();
    parts.0
}

#[derive(Default)]
struct Parts(Vec<u32>);

impl Parts {
    fn push(&mut self, bytes: &[u8]) {
        self.0.push(xxh3_64(bytes) as u32);
    }

    fn words(&mut self, text: &str) {
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        self.0.extend(words.filter(|word| !word.is_empty()).map(word_hash));
    }
}

impl<'a> SourceOrderVisitor<'a> for Parts {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::StringLiteral(literal) => self.words(literal.value.to_str()),
            Expr::Name(name) => self.push(name.id.as_bytes()),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(int) => self.push(int.to_string().as_bytes()),
                Number::Float(float) => self.push(float.to_string().as_bytes()),
                Number::Complex { .. } => {}
            },
            other => source_order::walk_expr(self, other),
        }
    }
}

//! How much stack the walk over a file needs. The parser takes what it needs itself; a
//! list of lists, twenty thousand deep, would end the process in the walk.

use ruff_python_ast::token::{Token, TokenKind, Tokens};

/// Tokens of one logical line that fit on any thread's stack, however they nest.
const SHALLOW: usize = 2_000;
/// Tokens of which two pieces, one after the other, are still shallow.
const PIECE: usize = SHALLOW / 2;
/// Bytes of stack for one level; a tree is never deeper than its line has tokens.
const LEVEL: usize = 4 * 1024;
/// Most bytes that are asked for. They are reserved, not touched, unless a line nests.
const MOST: usize = 1 << 30;

/// The bytes of stack that the longest logical line may need; none when any stack does.
pub(super) fn stack(tokens: &Tokens) -> Option<usize> {
    // Where every piece has the end of a line, no line is longer than two of them.
    let ends = |piece: &[Token]| piece.iter().any(|token| token.kind() == TokenKind::Newline);
    if tokens.chunks_exact(PIECE).all(ends) {
        return None;
    }
    let (mut longest, mut tokens_here) = (0, 0);
    for token in tokens {
        match token.kind() {
            TokenKind::Newline => {
                longest = longest.max(tokens_here);
                tokens_here = 0;
            }
            // What separates or ends nests nothing.
            TokenKind::Comma | TokenKind::NonLogicalNewline | TokenKind::Comment => {}
            _ => tokens_here += 1,
        }
    }
    let longest = longest.max(tokens_here);
    (longest > SHALLOW).then(|| longest.saturating_mul(LEVEL).min(MOST))
}

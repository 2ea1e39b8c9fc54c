//! Java: source text to facts. Definitions and their bodies only; names are not
//! resolved, so [`FileFacts::imports`] and [`FileFacts::bindings`] stay empty.

mod kinds;
mod walk;

use std::borrow::Cow;

use tree_sitter::{Parser, Tree};

use crate::file::FileFacts;

/// Extracts the classes and methods of one file. Never fails: what does not parse
/// is listed in [`FileFacts::errors`], and what could be read around it is still there.
pub fn extract(source: &[u8]) -> FileFacts {
    // Old Java is often Latin-1: the letters are lost, the structure is not.
    let source: Cow<'_, str> = String::from_utf8_lossy(source);
    parse(&source).map_or_else(FileFacts::default, |tree| walk::collect(&source, &tree))
}

/// None only for a grammar that the parser cannot read, or a deadline; neither is there.
fn parse(source: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_java::LANGUAGE.into()).ok()?;
    parser.parse(source, None)
}

//! Codemods: sources, facts and a decision to edits that leave every other byte alone.

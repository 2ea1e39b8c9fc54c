//! Source text to neutral facts, one folder per language, and the index that joins them.

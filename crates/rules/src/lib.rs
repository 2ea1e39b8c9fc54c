//! Facts to findings: one rule is one source file and one page of documentation.

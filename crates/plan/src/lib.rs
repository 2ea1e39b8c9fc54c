//! Audits and dry runs to packages with disjoint write sets in a dependency graph.

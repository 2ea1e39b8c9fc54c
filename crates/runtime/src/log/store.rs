//! The file: its identity and its tables.

use crate::sqlite::Form;

/// `runs` carries the head of each chain, so that a missing end is noticed too. The letters
/// `ssot` mark the file.
pub(super) const FORM: Form =
    Form { application: 0x7373_6f74, version: 1, schema: &SCHEMA, upgrades: &[] };

const SCHEMA: [&str; 3] = [
    "CREATE TABLE runs (
        run TEXT NOT NULL PRIMARY KEY,
        epoch INTEGER NOT NULL,
        started INTEGER NOT NULL,
        head_seq INTEGER NOT NULL,
        head_hash BLOB NOT NULL
    ) STRICT",
    "CREATE TABLE events (
        run TEXT NOT NULL,
        seq INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        step TEXT NOT NULL,
        kind TEXT NOT NULL,
        json TEXT NOT NULL,
        hash BLOB NOT NULL,
        PRIMARY KEY (run, seq),
        UNIQUE (run, step, kind)
    ) STRICT",
    "CREATE INDEX events_by_kind ON events (run, kind, seq)",
];

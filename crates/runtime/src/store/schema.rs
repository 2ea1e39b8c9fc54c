//! The file: its identity and its tables.

use crate::sqlite::Form;

/// The letters `ssoS` mark the file.
pub(super) const FORM: Form =
    Form { application: 0x7373_6f53, version: 2, schema: &SCHEMA, upgrades: &[SECOND] };

/// Who a provider says somebody is, when somebody was here, and sign-ins that have begun.
const SECOND: &[&str] = &[
    "ALTER TABLE users ADD COLUMN identity TEXT",
    "ALTER TABLE users ADD COLUMN seen INTEGER",
    "CREATE UNIQUE INDEX users_identity ON users (identity)",
    "ALTER TABLE secrets ADD COLUMN used INTEGER",
    "CREATE TABLE sign_ins (
        state BLOB NOT NULL PRIMARY KEY,
        browser BLOB NOT NULL,
        nonce TEXT NOT NULL,
        verifier TEXT NOT NULL,
        expires INTEGER NOT NULL
    ) STRICT",
];

const SCHEMA: [&str; 7] = [
    "CREATE TABLE users (
        user TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        is_admin INTEGER NOT NULL,
        is_closed INTEGER NOT NULL DEFAULT 0,
        created INTEGER NOT NULL
    ) STRICT",
    "CREATE TABLE secrets (
        digest BLOB NOT NULL PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        user TEXT NOT NULL REFERENCES users,
        label TEXT NOT NULL,
        created INTEGER NOT NULL,
        expires INTEGER NOT NULL
    ) STRICT",
    "CREATE TABLE projects (
        project TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        root TEXT NOT NULL UNIQUE,
        created INTEGER NOT NULL
    ) STRICT",
    "CREATE TABLE members (
        project TEXT NOT NULL REFERENCES projects,
        user TEXT NOT NULL REFERENCES users,
        role TEXT NOT NULL,
        PRIMARY KEY (project, user)
    ) STRICT",
    "CREATE TABLE threads (
        thread TEXT NOT NULL PRIMARY KEY,
        project TEXT NOT NULL REFERENCES projects,
        user TEXT NOT NULL REFERENCES users,
        title TEXT NOT NULL,
        created INTEGER NOT NULL
    ) STRICT",
    "CREATE TABLE commands (
        user TEXT NOT NULL,
        command TEXT NOT NULL,
        digest BLOB NOT NULL,
        status INTEGER,
        answer TEXT,
        at INTEGER NOT NULL,
        PRIMARY KEY (user, command)
    ) STRICT",
    "CREATE TABLE deeds (
        number INTEGER NOT NULL PRIMARY KEY,
        at INTEGER NOT NULL,
        user TEXT NOT NULL,
        project TEXT,
        what TEXT NOT NULL,
        detail TEXT NOT NULL
    ) STRICT",
];

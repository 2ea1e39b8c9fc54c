//! What a file is for, read from its path and from what it says about itself.

use ssot_model::RepoPath;

use crate::file::FileFlags;

/// What a file is for. Only production code is consolidated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The code that the project ships.
    Production,
    /// Tests and what supports them.
    Test,
    /// Run by hand: scripts, examples, documentation, packaging.
    Script,
    /// Written by a program.
    Generated,
    /// Somebody else's code, kept in the tree.
    Vendored,
    /// Database migrations: each must stay as it was when it ran.
    Migration,
    /// Copied out to become the start of another project.
    Template,
    /// Put aside: backups and archives that nobody imports.
    Archive,
}

impl Role {
    /// The word used in evidence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Test => "test",
            Self::Script => "script",
            Self::Generated => "generated",
            Self::Vendored => "vendored",
            Self::Migration => "migration",
            Self::Template => "template",
            Self::Archive => "archived",
        }
    }

    /// Reads the role off a path and the file's own flags.
    pub fn of(path: &RepoPath, flags: FileFlags) -> Self {
        // `Tests` and `Scripts` are what `tests` and `scripts` are elsewhere.
        let plain = path.as_str().to_ascii_lowercase();
        let directories: Vec<&str> = plain.rsplit('/').skip(1).collect();
        let any = |names: &[&str]| directories.iter().any(|part| names.contains(part));
        let stem = path.file_stem();
        if any(&[
            "vendor",
            "vendored",
            "_vendor",
            "_vendored",
            "third_party",
            "thirdparty",
            "extern",
            "externals",
        ]) {
            Self::Vendored
        } else if any(&[
            "templates",
            "template",
            "cookiecutter",
            "skeleton",
            "scaffold",
            "boilerplate",
        ]) || path.as_str().contains("{{")
        {
            Self::Template
        } else if directories.iter().any(|part| is_of_tests(part))
            || directories.last().is_some_and(|top| *top == "testing")
            || has_mark_of_tests(stem)
            || matches!(stem, "conftest" | "tests")
        {
            Self::Test
        } else if flags.generated {
            Self::Generated
        } else if directories.iter().any(|part| is_of_migrations(part)) {
            Self::Migration
        } else if any(&["scripts", "script", "examples", "example", "docs", "doc", "benchmarks"])
            && !any(&["src", "lib"])
            && directories.len() <= SCRIPT_DEPTH
            || directories.last().is_some_and(|top| BENCH.contains(top))
            || matches!(stem, "setup" | "noxfile" | "tasks" | "fabfile" | "manage")
                && directories.is_empty()
        {
            Self::Script
        } else {
            Self::Production
        }
    }
}

/// Whether the name of a folder says that what is below it are database migrations.
fn is_of_migrations(name: &str) -> bool {
    matches!(name, "migrations" | "alembic") || name.ends_with("_migrations")
}

/// Whether the name of a folder says that what is below it are tests or what supports them. `testing`
/// does not: libraries ship it for the tests of their users.
fn is_of_tests(name: &str) -> bool {
    matches!(name, "tests" | "test" | "e2e" | "t" | "testutils" | "testsuite" | "mock_servers")
        || has_mark_of_tests(name)
}

/// Whether a name is marked as those are that test runners collect.
fn has_mark_of_tests(name: &str) -> bool {
    name.starts_with("test_") || name.ends_with("_test") || name.ends_with("_tests")
}

/// Directories of a project's own bench; inside a package they are parts of it.
const BENCH: [&str; 7] = ["bin", "tools", "contrib", "demo", "demos", "build_backend", "dev-tools"];

/// The stem of the live file whose left-over copy a file's name says it is:
/// `store` for `store_old.py`, `store.bak.py` and `store.backup_20250908_1345.py`. Whether
/// the live file exists is for the caller to see.
pub(crate) fn live_stem(stem: &str) -> Option<&str> {
    const LEFT_OVER: [&str; 15] = [
        "_old",
        "_backup",
        "_bak",
        "_copy",
        "_orig",
        "_original",
        "_temp",
        "_tmp",
        "_incomplete",
        "_obsolete",
        "_unused",
        ".backup",
        ".bak",
        ".old",
        ".orig",
    ];
    let undated = stem.trim_end_matches(|it: char| it.is_ascii_digit() || "_-".contains(it));
    let live = LEFT_OVER
        .iter()
        .find_map(|suffix| stem.strip_suffix(suffix).or_else(|| undated.strip_suffix(suffix)))?;
    (!live.is_empty()).then_some(live)
}

/// Deeper down, `tools` and the like are parts of a package, not of the project's bench.
const SCRIPT_DEPTH: usize = 2;

#[cfg(test)]
mod tests {
    use ssot_model::RepoPath;

    use super::{Role, live_stem};
    use crate::file::FileFlags;

    #[test]
    fn left_over_copies_name_their_live_file() {
        for (stem, live) in [
            ("store_old", Some("store")),
            ("store.bak", Some("store")),
            ("store.backup_20250908_134514", Some("store")),
            ("store_backup_2", Some("store")),
            ("store_2", None),
            ("store", None),
            ("_old", None),
        ] {
            assert_eq!(live_stem(stem), live, "{stem}");
        }
    }

    #[test]
    fn roles_are_read_off_paths() {
        for (path, role) in [
            ("pkg/core.py", Role::Production),
            ("pkg/tests/helpers.py", Role::Test),
            ("Tests/helpers.py", Role::Test),
            ("t/unit/app.py", Role::Test),
            ("test_framework/ssot/base.py", Role::Test),
            ("shop/orders_test/cases.py", Role::Test),
            ("e2e_tests/pages.py", Role::Test),
            ("shop/e2e/pages.py", Role::Test),
            ("shop/orders_tests.py", Role::Test),
            ("testing/test_app.py", Role::Test),
            ("testing/plugins.py", Role::Test),
            ("numpy/testing/overrides.py", Role::Production),
            ("shop/testing.py", Role::Production),
            ("shop/t.py", Role::Production),
            ("shop/contest/rules.py", Role::Production),
            ("shop/fixtures/lamps.py", Role::Production),
            ("pkg/test_core.py", Role::Test),
            ("conftest.py", Role::Test),
            ("pkg/_vendor/six.py", Role::Vendored),
            ("pkg/cli/templates/crew/tool.py", Role::Template),
            ("shop/migrations/0001_initial.py", Role::Migration),
            ("store/db_migrations/versions/0a1b_users.py", Role::Migration),
            ("store/migrations.py", Role::Production),
            ("examples/hello.py", Role::Script),
            ("tools/release.py", Role::Script),
            ("pkg/bin/multi.py", Role::Production),
            ("setup.py", Role::Script),
            ("pkg/sub/tools/hammer.py", Role::Production),
            ("pkg/tools.py", Role::Production),
        ] {
            let path = RepoPath::new(path).expect("plain");
            assert_eq!(Role::of(&path, FileFlags::default()), role, "{path}");
        }
    }
}

//! Folders into which code was put aside.

use rustc_hash::{FxHashMap, FxHashSet};
use ssot_model::RepoPath;

use crate::index::{Index, ModuleId};
use crate::role::{Role, live_stem};

/// Names that say it outright.
const OUTRIGHT: [&str; 7] =
    ["archived", "_archive", "_archived", "attic", "graveyard", "_attic", "_old"];

/// Names that a package with work to do may have too: a driver for backups.
const PERHAPS: [&str; 6] = ["archive", "archives", "backup", "backups", "old", "deprecated"];

/// Fewest digits in a row that are a date or a ticket.
const DIGITS: usize = 4;

/// The folder of a path into which code was put aside, and whether its name is
/// enough to say so.
fn folder(path: &RepoPath) -> Option<(&str, bool)> {
    let text = path.directory();
    let mut start = 0;
    for part in text.split('/') {
        let end = start + part.len();
        if OUTRIGHT.contains(&part) || is_dated(part) {
            return Some((&text[..end], true));
        }
        let begins = ["archive_", "archived_", "backup_"].iter().any(|it| part.starts_with(it));
        if PERHAPS.contains(&part) || begins {
            return Some((&text[..end], false));
        }
        if matches!(part, "tests" | "test" | "t") {
            // What follows is named for what it tests.
            return None;
        }
        start = end + 1;
    }
    None
}

/// `backup_20250910`, `legacy_2024_11`, `backup_untracked_1`.
fn is_dated(part: &str) -> bool {
    let begins =
        ["archive", "backup", "legacy", "old", "bak"].iter().any(|it| part.starts_with(it));
    let digits = part.split(|it: char| !it.is_ascii_digit()).any(|run| run.len() >= DIGITS);
    begins && (digits || part.contains("_untracked"))
}

/// Gives the files of such folders their role. A folder out of which others import
/// is in use, whatever it is called.
pub(crate) fn mark(index: &mut Index) {
    let left_over = left_over(index);
    index.set_roles(|module| {
        let is_meant = left_over.contains(&module.path) && module.role == Role::Production;
        is_meant.then_some(Role::Archive)
    });
    let mut folders: FxHashMap<String, bool> = FxHashMap::default();
    for (_, module) in index.modules() {
        if let Some((folder, outright)) = folder(&module.path) {
            folders.insert(folder.to_owned(), outright);
        }
    }
    folders.retain(|folder, outright| {
        let package = RepoPath::new(&format!("{folder}/__init__.py"));
        *outright || package.is_ok_and(|path| index.module_at(&path).is_none())
    });
    if folders.is_empty() {
        return;
    }
    for (id, module) in index.modules() {
        for target in index.imported_modules(id) {
            let target = &index.module(target).path;
            let used = folders.keys().find(|it| target.is_below(it));
            let used = used.filter(|it| !module.path.is_below(it)).cloned();
            used.map(|it| folders.remove(&it));
        }
    }
    index.set_roles(|module| {
        let aside = folders.keys().any(|folder| module.path.is_below(folder));
        let own = matches!(module.role, Role::Production | Role::Test | Role::Script);
        (aside && own).then_some(Role::Archive)
    });
}

/// Files that their names call left-over copies of a live one beside them, and that
/// nobody imports.
fn left_over(index: &Index) -> FxHashSet<RepoPath> {
    let mut found: FxHashMap<ModuleId, RepoPath> = FxHashMap::default();
    for (id, module) in index.modules() {
        let directory = module.path.directory();
        let slash = if directory.is_empty() { "" } else { "/" };
        let live = live_stem(module.path.file_stem())
            .and_then(|stem| RepoPath::new(&format!("{directory}{slash}{stem}.py")).ok());
        if live.is_some_and(|live| index.module_at(&live).is_some()) {
            found.insert(id, module.path.clone());
        }
    }
    if found.is_empty() {
        return FxHashSet::default();
    }
    for (id, _) in index.modules() {
        for target in index.imported_modules(id) {
            found.remove(&target);
        }
    }
    found.into_values().collect()
}

#[cfg(test)]
mod tests {
    use ssot_model::RepoPath;

    use super::folder;

    #[test]
    fn folders_are_recognised_by_name() {
        for (path, expected) in [
            ("backup/shop/a.py", Some(("backup", false))),
            ("shop/archive/old/a.py", Some(("shop/archive", false))),
            ("shop/archived/a.py", Some(("shop/archived", true))),
            ("backup_untracked_20250910/a.py", Some(("backup_untracked_20250910", true))),
            ("legacy_2024/a.py", Some(("legacy_2024", true))),
            ("archive_orders/a.py", Some(("archive_orders", false))),
            ("tests/backup/a.py", None),
            ("legacy/a.py", None),
            ("a.py", None),
        ] {
            let path = RepoPath::new(path).expect("plain");
            assert_eq!(folder(&path), expected, "{path}");
        }
    }
}

//! Whether a tree is still the same, without reading it.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use ignore::{DirEntry, WalkBuilder, WalkState};
use ssot_model::Timestamp;

use super::stamp::Stamp;
use super::walk::is_foreign_directory;

/// What git leaves out besides what `.gitignore` files say.
const EXCLUDED: &str = ".git/info/exclude";

/// A digest of the names and stamps of everything below `root` but git's and ssot's own
/// directories, virtual environments and installed packages. Unlike in a walk nothing is
/// left out because it is ignored or hidden: it may be a baseline, a coverage file, a
/// configuration.
///
/// None when something cannot be looked at, or was changed so shortly before `at` that it
/// may change again without another stamp: then nobody can tell whether two readings saw
/// the same.
pub fn fingerprint(root: &Path, at: Timestamp) -> Option<[u8; 32]> {
    let root = root.canonicalize().ok()?;
    let (sender, receiver) = mpsc::channel();
    let mut builder = WalkBuilder::new(&root);
    builder.standard_filters(false).follow_links(false);
    builder.filter_entry(|entry| !is_foreign_directory(entry));
    builder.build_parallel().run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            let seen = entry.ok().and_then(|entry| look_at(&entry));
            let go_on = if seen.is_some() { WalkState::Continue } else { WalkState::Quit };
            // The receiver outlives the walk.
            _ = sender.send(seen);
            go_on
        })
    });
    drop(sender);
    let mut seen: Vec<Seen> = receiver.into_iter().collect::<Option<_>>()?;
    seen.push((PathBuf::from(EXCLUDED), stamps(&root.join(EXCLUDED))));
    seen.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    for (path, stamps) in &seen {
        if !stamps.iter().all(|stamp| stamp.is_settled(at)) {
            return None;
        }
        let path = path.as_os_str().as_bytes();
        hasher.update(&(path.len() as u64).to_le_bytes()).update(path);
        hasher.update(format!("{stamps:?}").as_bytes());
    }
    Some(hasher.finalize().into())
}

/// A place, with its stamp and that of what it links to.
type Seen = (PathBuf, Vec<Stamp>);

/// None when it cannot be looked at.
fn look_at(entry: &DirEntry) -> Option<Seen> {
    let path = entry.path().to_owned();
    // What is in a directory speaks for itself, and its own stamp changes with ours.
    let is_directory = entry.file_type()?.is_dir();
    Some(if is_directory { (path, Vec::new()) } else { (path.clone(), stamps(&path)) })
}

/// The stamps of a file and of what it links to; none of one that is not there.
pub fn stamps(path: &Path) -> Vec<Stamp> {
    let (own, behind) = (path.symlink_metadata(), path.metadata());
    [own, behind].into_iter().flatten().map(|it| Stamp::of(&it)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ssot_model::Timestamp;

    use super::fingerprint;

    /// Long after the tests were run.
    const LATER: Timestamp = Timestamp(i64::MAX / 2);

    #[test]
    fn whatever_is_changed_is_noticed() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path();
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            std::fs::write(path, text).expect("written");
        };
        write("shop/a.py", "x = 1\n");
        write(".gitignore", "*.xml\n");
        write(".ssot/facts.redb", "1");
        std::os::unix::fs::symlink("/nowhere", root.join("broken")).expect("a link");
        let mut last = fingerprint(root, LATER).expect("a digest");
        assert_eq!(fingerprint(root, LATER), Some(last));
        let steps: [(&str, &dyn Fn()); 8] = [
            ("content", &|| write("shop/a.py", "x = 22\n")),
            ("a new file", &|| write("shop/b.py", "")),
            ("an ignored one", &|| write("coverage.xml", "<coverage/>")),
            ("a hidden one", &|| write(".coverage", "1")),
            ("excludes", &|| write(".git/info/exclude", "b.py\n")),
            ("a name", &|| std::fs::rename(root.join("shop"), root.join("store")).expect("moved")),
            ("an empty directory", &|| std::fs::create_dir(root.join("new")).expect("made")),
            ("a file less", &|| std::fs::remove_file(root.join("store/b.py")).expect("gone")),
        ];
        for (what, change) in steps {
            change();
            let now = fingerprint(root, LATER).expect("a digest");
            assert_ne!(now, last, "{what}");
            last = now;
        }
        write(".ssot/facts.redb", "22");
        write("node_modules/x/y.py", "");
        assert_eq!(fingerprint(root, LATER), Some(last));
    }

    #[test]
    fn what_may_still_change_has_no_digest() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("a.py"), "").expect("written");
        assert_eq!(fingerprint(directory.path(), Timestamp(0)), None);
        assert_eq!(fingerprint(Path::new("/nowhere/at/all"), LATER), None);
    }
}

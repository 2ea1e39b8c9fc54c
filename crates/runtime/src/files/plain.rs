//! Files that the user names, and the directory in which ssot keeps its state.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The directory below a repository's root in which everything of ssot's is kept.
pub const STATE_DIRECTORY: &str = ".ssot";

/// Whether something of the name is there.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// The name of an existing file or directory, also of `.`; none when it is not UTF-8.
pub fn name(path: &Path) -> Option<String> {
    fs::canonicalize(path).ok()?.file_name()?.to_str().map(str::to_owned)
}

/// The whole path of an existing file or directory, links resolved.
pub fn real(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}

/// Reads a text file of at most `limit` bytes.
pub fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(limit.saturating_add(1)).read_to_string(&mut text)?;
    if text.len() as u64 > limit {
        return Err(io::Error::other(format!("it is larger than {limit} bytes")));
    }
    Ok(text)
}

/// The way from one directory to another below it, links resolved; empty when they are one.
pub fn below(root: &Path, directory: &Path) -> io::Result<PathBuf> {
    let (root, directory) = (root.canonicalize()?, directory.canonicalize()?);
    let below = directory.strip_prefix(&root).map_err(io::Error::other)?;
    Ok(below.to_path_buf())
}

/// The names in a directory, sorted; none when it is not there.
pub fn names_in(directory: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Removes a file that the user knows to be ours, and its directory when that is empty.
pub fn remove_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path)?;
    if let Some(directory) = path.parent() {
        // A directory with other content stays.
        let _ = fs::remove_dir(directory);
    }
    Ok(())
}

/// Writes a text file as a whole or not at all, making the directories above it.
pub fn write_text(path: &Path, text: &str) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    super::write_atomic(path, text.as_bytes())
}

/// Makes the state directory, which hides itself from git.
pub fn prepare_state_dir(root: &Path) -> io::Result<PathBuf> {
    let directory = root.join(STATE_DIRECTORY);
    match fs::symlink_metadata(&directory) {
        Ok(found) if !found.is_dir() => {
            return Err(io::Error::other("something else is in its place; move it away"));
        }
        _ => fs::create_dir_all(&directory)?,
    }
    let ignore = directory.join(".gitignore");
    if !ignore.exists() {
        fs::write(&ignore, "*\n")?;
    }
    Ok(directory)
}

/// Makes a directory that nobody but its owner looks into.
pub fn prepare_private_dir(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    // One that was there before may be open to others.
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
}

#[cfg(test)]
mod tests {
    use super::{name, prepare_state_dir, read_text, write_text};

    #[test]
    fn the_state_directory_ignores_itself_and_refuses_a_file_in_its_place() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let state = prepare_state_dir(root.path()).expect("made");
        assert_eq!(read_text(&state.join(".gitignore"), 10).expect("written"), "*\n");
        let other = tempfile::tempdir().expect("a temporary directory");
        write_text(&other.path().join(".ssot"), "mine").expect("written");
        assert!(prepare_state_dir(other.path()).is_err());
    }

    #[test]
    fn a_folder_has_a_name_however_it_is_written() {
        // Tests run in the directory of their crate.
        assert_eq!(name("src/files/..".as_ref()).as_deref(), Some("src"));
        assert_eq!(name("/".as_ref()), None);
    }

    #[test]
    fn a_text_beyond_the_limit_is_refused() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let path = root.path().join("deep/er/text");
        write_text(&path, "12345").expect("written");
        assert_eq!(read_text(&path, 5).expect("small enough"), "12345");
        assert!(read_text(&path, 4).is_err());
    }
}

//! Replacing a file of ssot's own as a whole.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::beneath::{TEMPORARY_ATTEMPTS, temporary_name};

/// Writes `bytes` to `path` so that a reader, and a machine that lost power, sees
/// the old content or the new and nothing between. The directory must exist.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let no_name = || io::Error::new(io::ErrorKind::InvalidInput, "the path names no file");
    let name = path.file_name().ok_or_else(no_name)?.to_string_lossy().into_owned();
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (temporary, mut file) = create_beside(directory, &name)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&temporary, path));
    if let Err(error) = written {
        // The first error is the one to report; a leftover is only untidy.
        _ = std::fs::remove_file(&temporary);
        return Err(error);
    }
    // The rename itself survives a power cut only when the directory is synced.
    std::fs::File::open(directory)?.sync_all()
}

fn create_beside(directory: &Path, name: &str) -> io::Result<(PathBuf, std::fs::File)> {
    let mut attempt = 0;
    loop {
        let path = directory.join(temporary_name(name));
        match std::fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error)
                if error.kind() == io::ErrorKind::AlreadyExists && attempt < TEMPORARY_ATTEMPTS =>
            {
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::write_atomic;

    #[test]
    fn the_file_is_replaced_and_nothing_is_left_beside_it() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("plan.toml");
        for content in ["one", "two"] {
            write_atomic(&path, content.as_bytes()).expect("written");
            assert_eq!(std::fs::read_to_string(&path).expect("readable"), content);
        }
        assert_eq!(std::fs::read_dir(directory.path()).expect("listing").count(), 1);
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let occupied = directory.path().join("occupied");
        std::fs::create_dir_all(occupied.join("child")).expect("directory");
        write_atomic(&occupied, b"x").expect_err("a directory is not replaced");
        assert_eq!(std::fs::read_dir(directory.path()).expect("listing").count(), 1);
        write_atomic(&directory.path().join("none/x"), b"x").expect_err("no directory");
    }
}

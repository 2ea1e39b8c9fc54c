//! Reading and writing beneath a directory handle.

use std::ffi::OsStr;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::buffer::spare_capacity;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;
use ssot_model::RepoPath;

/// How often another name is tried for a temporary file.
pub(super) const TEMPORARY_ATTEMPTS: u32 = 16;
/// Bytes asked for when a file turns out larger than it said.
const READ_CHUNK: usize = 64 * 1024;

/// A name beside `name` that nobody else uses.
pub(super) fn temporary_name(name: &str) -> String {
    // The keys of a `RandomState` come from the system.
    format!(".{name}.{:016x}.tmp", RandomState::new().build_hasher().finish())
}

/// A directory of which every path is beneath: no link, no `..` and no rename
/// leads out of it. Share it between threads; each call needs no lock.
#[derive(Debug)]
pub struct Root {
    handle: OwnedFd,
}

/// Reads one file; [`Root::read`] saves opening the root for each of many.
pub fn read(root: &Path, path: &RepoPath, limit: u64) -> io::Result<Vec<u8>> {
    Root::open(root)?.read(path, limit)
}

/// Writes one file, see [`Root::write`].
pub fn write_beneath(root: &Path, path: &RepoPath, bytes: &[u8]) -> io::Result<()> {
    Root::open(root)?.write(path, bytes)
}

/// Removes one file, see [`Root::remove`].
pub fn remove_beneath(root: &Path, path: &RepoPath) -> io::Result<()> {
    Root::open(root)?.remove(path)
}

impl Root {
    /// Opens the directory itself; links on the way to it are followed.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        Ok(Self { handle: rustix::fs::openat(CWD, path, flags, Mode::empty())? })
    }

    /// The content of a regular file of at most `limit` bytes. Anything else is an
    /// error: a link anywhere on the way, a directory, a pipe, a larger file
    /// ([`ErrorKind::FileTooLarge`]).
    pub fn read(&self, path: &RepoPath, limit: u64) -> io::Result<Vec<u8>> {
        // Without `NONBLOCK`, opening a pipe would wait for its writer.
        let file = open_file(&self.handle, path, OFlags::RDONLY | OFlags::NONBLOCK)?;
        let stat = regular(rustix::fs::fstat(&file)?)?;
        read_all(&file, u64::try_from(stat.st_size).unwrap_or(0), limit)
    }

    /// Gives the file exactly this content, by renaming a complete new file into
    /// place. Directories are made where they are missing. An existing file keeps
    /// its permission bits, so that a script stays executable; an existing link,
    /// directory or special file is an error. The content is not synced to disk:
    /// what must survive a power cut is committed by git.
    pub fn write(&self, path: &RepoPath, bytes: &[u8]) -> io::Result<()> {
        let directory = self.directory(path.directory(), true)?;
        let mode = match stat_at(directory.as_fd(), path.file_name()) {
            Ok(stat) => Some(Mode::from_raw_mode(regular(stat)?.st_mode & 0o777)),
            Err(Errno::NOENT) => None,
            Err(error) => return Err(error.into()),
        };
        let (temporary, file) = create_temporary(directory.as_fd(), path.file_name())?;
        let written = fill(file, bytes, mode).and_then(|()| {
            Ok(rustix::fs::renameat(&directory, &temporary, &directory, path.file_name())?)
        });
        if written.is_err() {
            // The first error is the one to report; a leftover is only untidy.
            _ = rustix::fs::unlinkat(&directory, &temporary, AtFlags::empty());
        }
        written
    }

    /// Removes a regular file, and the directories that are empty after it, as a
    /// fresh checkout would not have them.
    pub fn remove(&self, path: &RepoPath) -> io::Result<()> {
        let directory = self.directory(path.directory(), false)?;
        regular(stat_at(directory.as_fd(), path.file_name())?)?;
        rustix::fs::unlinkat(&directory, path.file_name(), AtFlags::empty())?;
        let mut emptied = path.directory();
        while !emptied.is_empty() {
            let (parent, name) = emptied.rsplit_once('/').unwrap_or(("", emptied));
            let parent_handle = self.directory(parent, false)?;
            match rustix::fs::unlinkat(&parent_handle, name, AtFlags::REMOVEDIR) {
                Ok(()) => emptied = parent,
                // Not empty, or somebody else was faster.
                Err(_) => break,
            }
        }
        Ok(())
    }

    fn directory(&self, path: &str, create: bool) -> io::Result<OwnedFd> {
        let mut handle = self.handle.try_clone()?;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            if create {
                match rustix::fs::mkdirat(&handle, name, Mode::from_raw_mode(0o777)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            handle = open_component(handle.as_fd(), name, OFlags::DIRECTORY | OFlags::RDONLY)?;
        }
        Ok(handle)
    }
}

fn open_file(root: &OwnedFd, path: &RepoPath, flags: OFlags) -> io::Result<OwnedFd> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let flags = flags | OFlags::CLOEXEC;
    match rustix::fs::openat2(root, path.as_str(), flags, Mode::empty(), resolve) {
        // An old kernel, or a sandbox that knows only the older call.
        Err(Errno::NOSYS | Errno::PERM) => open_by_component(root, path, flags),
        other => Ok(other?),
    }
}

fn open_by_component(root: &OwnedFd, path: &RepoPath, flags: OFlags) -> io::Result<OwnedFd> {
    let mut handle = root.try_clone()?;
    for name in path.directory().split('/').filter(|name| !name.is_empty()) {
        handle = open_component(handle.as_fd(), name, OFlags::DIRECTORY | OFlags::RDONLY)?;
    }
    open_component(handle.as_fd(), path.file_name(), flags)
}

fn open_component(at: BorrowedFd<'_>, name: &str, flags: OFlags) -> io::Result<OwnedFd> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(at, name, flags, Mode::empty())?)
}

fn stat_at(at: BorrowedFd<'_>, name: &str) -> rustix::io::Result<Stat> {
    rustix::fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW)
}

fn regular(stat: Stat) -> io::Result<Stat> {
    if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
        Ok(stat)
    } else {
        Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file"))
    }
}

fn read_all(file: &OwnedFd, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    let too_large = || {
        let message = format!("larger than the limit of {limit} bytes");
        io::Error::new(ErrorKind::FileTooLarge, message)
    };
    if size > limit {
        return Err(too_large());
    }
    // One byte more than expected, so that the read after the last sees the end.
    let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    loop {
        match rustix::io::read(file, spare_capacity(&mut content)) {
            Ok(0) => return Ok(content),
            Ok(_) if content.len() as u64 > limit => return Err(too_large()),
            Ok(_) if content.len() == content.capacity() => content.reserve(READ_CHUNK),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn create_temporary(at: BorrowedFd<'_>, name: &str) -> io::Result<(String, std::fs::File)> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut attempt = 0;
    loop {
        let temporary = temporary_name(shortened(name));
        match rustix::fs::openat(at, OsStr::new(&temporary), flags, Mode::from_raw_mode(0o666)) {
            Ok(file) => return Ok((temporary, std::fs::File::from(file))),
            Err(Errno::EXIST) if attempt < TEMPORARY_ATTEMPTS => attempt += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// A name of 255 bytes is legal, and the temporary one is longer than its model.
fn shortened(name: &str) -> &str {
    &name[..name.floor_char_boundary(200)]
}

fn fill(mut file: std::fs::File, bytes: &[u8], mode: Option<Mode>) -> io::Result<()> {
    file.write_all(bytes)?;
    match mode {
        Some(mode) => Ok(rustix::fs::fchmod(&file, mode)?),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use rustix::fs::OFlags;
    use ssot_model::RepoPath;

    use super::{Root, open_by_component, open_file, read, remove_beneath, write_beneath};

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a plain path")
    }

    fn tree() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("temporary directory");
        let at = |name: &str| root.path().join(name);
        std::fs::create_dir_all(at("d/e")).expect("directory");
        std::fs::write(at("d/e/a.py"), "content").expect("file");
        std::fs::write(at("run.sh"), "old").expect("file");
        std::fs::set_permissions(at("run.sh"), PermissionsExt::from_mode(0o755)).expect("mode");
        symlink("e/a.py", at("d/link.py")).expect("link");
        symlink("d", at("linked")).expect("link");
        symlink("/etc", at("out")).expect("link");
        root
    }

    #[test]
    fn only_regular_files_beneath_the_root_are_read_by_either_way() {
        let tree = tree();
        let root = Root::open(tree.path()).expect("root");
        for (name, opens) in [
            ("d/e/a.py", true),
            ("run.sh", true),
            ("d/link.py", false),
            ("linked/e/a.py", false),
            ("out/passwd", false),
            ("none.py", false),
            ("run.sh/x", false),
        ] {
            let way = [open_file, open_by_component]
                .map(|open| open(&root.handle, &path(name), OFlags::RDONLY).is_ok());
            assert_eq!(way, [opens, opens], "{name}");
            assert_eq!(root.read(&path(name), 100).is_ok(), opens, "{name}");
        }
        let error = root.read(&path("d"), 100).expect_err("a directory");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn the_limit_is_inclusive_and_growing_files_are_cut_off() {
        let tree = tree();
        assert_eq!(read(tree.path(), &path("d/e/a.py"), 7).expect("fits"), b"content");
        let error = read(tree.path(), &path("d/e/a.py"), 6).expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        // Says that it is empty and is not.
        let error = read(Path::new("/proc/self"), &path("status"), 10).expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        assert!(read(Path::new("/proc/self"), &path("status"), 1 << 20).expect("fits").len() > 10);
    }

    #[test]
    fn a_pipe_is_refused_without_waiting() {
        let tree = tree();
        let fifo = tree.path().join("pipe.py");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &fifo,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .expect("fifo");
        let error = read(tree.path(), &path("pipe.py"), 10).expect_err("a pipe");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn writing_keeps_the_executable_bit_and_makes_directories() {
        let tree = tree();
        let content = |name: &str| std::fs::read_to_string(tree.path().join(name)).expect("file");
        let mode = |name: &str| {
            let metadata = std::fs::metadata(tree.path().join(name)).expect("file");
            metadata.permissions().mode() & 0o111
        };
        let long = format!("{}.py", "n".repeat(252));
        for (name, executable) in [("run.sh", 0o111), ("new/dir/x.py", 0), (long.as_str(), 0)] {
            write_beneath(tree.path(), &path(name), b"new").expect("written");
            assert_eq!((content(name).as_str(), mode(name)), ("new", executable), "{name}");
        }
        let leftovers = std::fs::read_dir(tree.path().join("new/dir")).expect("listing").count();
        assert_eq!(leftovers, 1);
    }

    #[test]
    fn nothing_is_written_or_removed_through_a_link() {
        let tree = tree();
        for name in ["linked/e/a.py", "d/link.py", "out/ssot-test.py", "d", "run.sh/x"] {
            write_beneath(tree.path(), &path(name), b"new").expect_err(name);
            remove_beneath(tree.path(), &path(name)).expect_err(name);
        }
        assert_eq!(std::fs::read(tree.path().join("d/e/a.py")).expect("file"), b"content");
    }

    #[test]
    fn removing_takes_emptied_directories_along() {
        let tree = tree();
        std::fs::create_dir_all(tree.path().join("x/y/z")).expect("directory");
        for name in ["x/y/z/a.py", "x/b.py"] {
            write_beneath(tree.path(), &path(name), b"").expect("written");
        }
        remove_beneath(tree.path(), &path("x/y/z/a.py")).expect("removed");
        assert!(!tree.path().join("x/y").exists() && tree.path().join("x/b.py").exists());
        remove_beneath(tree.path(), &path("x/b.py")).expect("removed");
        assert!(!tree.path().join("x").exists() && tree.path().exists());
        let error = remove_beneath(tree.path(), &path("x/b.py")).expect_err("gone");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

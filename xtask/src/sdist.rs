//! Source distributions: downloaded by pip, verified by hash, unpacked with care.

use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::python::Venv;

/// Largest archive entry that is unpacked, in bytes.
const ENTRY_BYTES: u64 = 64 * 1024 * 1024;
/// Most entries of one archive.
const ENTRIES: usize = 100_000;

/// One release, pinned to the byte.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    /// The name on PyPI.
    pub(crate) package: String,
    /// The version.
    pub(crate) version: String,
    /// SHA-256 of the source distribution, in hexadecimal digits.
    pub(crate) sha256: String,
}

impl Release {
    /// The archive in `directory`, downloaded unless it is already there.
    ///
    /// Only this package is built from source, so that the build requirements which
    /// pip needs to read the metadata arrive as wheels.
    pub(crate) fn archive(&self, directory: &Path, tools: &Venv) -> Result<PathBuf> {
        let target = directory.join(format!("{}-{}.tar.gz", self.package, self.version));
        if target.is_file() && sha256(&target)? == self.sha256 {
            return Ok(target);
        }
        let fresh = directory.join(format!("{}.part", self.package));
        remove(&fresh)?;
        fs::create_dir_all(&fresh).with_context(|| format!("creating {}", fresh.display()))?;
        eprintln!("downloading {} {}", self.package, self.version);
        tools
            .pip(directory)
            .args(["download", "--quiet", "--no-deps", "--no-binary", &self.package, "--dest"])
            .arg(&fresh)
            .arg(format!("{}=={}", self.package, self.version))
            .output()?;
        let downloaded = only_file(&fresh)?;
        let found = sha256(&downloaded)?;
        if found != self.sha256 {
            bail!(
                "{} {} has sha256 {found}, expected {}: nothing of it is used",
                self.package,
                self.version,
                self.sha256
            );
        }
        fs::rename(&downloaded, &target)
            .with_context(|| format!("moving the archive to {}", target.display()))?;
        remove(&fresh)?;
        Ok(target)
    }
}

/// Removes a directory with all that is in it, when there is one.
pub(crate) fn remove(directory: &Path) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)
            .with_context(|| format!("removing {}", directory.display()))?;
    }
    Ok(())
}

fn only_file(directory: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(directory)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .with_context(|| format!("reading {}", directory.display()))?;
    match entries.as_slice() {
        [entry] => Ok(entry.path()),
        _ => bail!("expected one archive in {}, found {}", directory.display(), entries.len()),
    }
}

/// SHA-256 of a file, in hexadecimal digits.
pub(crate) fn sha256(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(hex(&Sha256::digest(&bytes)))
}

/// Hexadecimal digits, two a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('?');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Unpacks a `.tar.gz` into `target`, without its first directory, keeping the files
/// that `wanted` accepts. Anything but plain files and directories is an error.
pub(crate) fn unpack(
    archive: &Path,
    target: &Path,
    wanted: impl Fn(&Path) -> bool,
) -> Result<usize> {
    let file = fs::File::open(archive).with_context(|| format!("opening {}", archive.display()))?;
    unpack_stream(GzDecoder::new(file), target, wanted)
        .with_context(|| format!("unpacking {}", archive.display()))
}

fn unpack_stream(
    stream: impl Read,
    target: &Path,
    wanted: impl Fn(&Path) -> bool,
) -> Result<usize> {
    let mut archive = tar::Archive::new(stream);
    let mut written = 0;
    for (count, entry) in archive.entries()?.enumerate() {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind == tar::EntryType::XGlobalHeader {
            continue;
        }
        let name = entry.path()?.into_owned();
        if !kind.is_file() {
            bail!("`{}` is neither a file nor a directory", name.display());
        }
        let inner = inner_path(&name)?;
        if entry.size() > ENTRY_BYTES || count > ENTRIES {
            bail!("`{}` is beyond the limits of what is unpacked", name.display());
        }
        if !wanted(&inner) {
            continue;
        }
        let path = target.join(&inner);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let executable = entry.header().mode()? & 0o100 != 0;
        let mut file =
            fs::File::create_new(&path).with_context(|| format!("creating {}", path.display()))?;
        std::io::copy(&mut entry, &mut file)?;
        if executable {
            make_executable(&path)?;
        }
        written += 1;
    }
    Ok(written)
}

/// The path below the archive's first directory; an error when it could leave the target.
fn inner_path(name: &Path) -> Result<PathBuf> {
    let plain = name.components().all(|part| matches!(part, Component::Normal(_)));
    let inner: PathBuf = name.components().skip(1).collect();
    if !plain || inner.as_os_str().is_empty() {
        bail!("`{}` is not a plain path below the archive's directory", name.display());
    }
    Ok(inner)
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{inner_path, remove, unpack_stream};

    fn archive(entries: &[(&str, tar::EntryType)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, kind) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_size(if kind.is_file() { 2 } else { 0 });
            header.set_mode(0o644);
            // Written by hand, because the builder refuses hostile names itself.
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            if !kind.is_file() {
                header.set_link_name("elsewhere").expect("a short name");
            }
            header.set_cksum();
            let body: &[u8] = if kind.is_file() { b"x\n" } else { b"" };
            builder.append(&header, body).expect("memory takes it");
        }
        builder.into_inner().expect("memory takes it")
    }

    fn unpacked(
        entries: &[(&str, tar::EntryType)],
        name: &str,
    ) -> (anyhow::Result<usize>, PathBuf) {
        let target =
            std::env::temp_dir().join(format!("xtask-sdist-{name}-{}", std::process::id()));
        remove(&target).expect("it is ours");
        let result = unpack_stream(archive(entries).as_slice(), &target, |path| {
            path.extension().is_some_and(|extension| extension == "py")
        });
        (result, target)
    }

    #[test]
    fn wanted_files_arrive_without_the_first_directory() {
        let regular = tar::EntryType::Regular;
        let (result, target) = unpacked(&[("p-1/a/b.py", regular), ("p-1/c.txt", regular)], "good");
        assert_eq!(result.expect("it is harmless"), 1);
        assert!(target.join("a/b.py").is_file() && !target.join("c.txt").exists());
        remove(&target).expect("it is ours");
    }

    #[test]
    fn hostile_entries_are_refused() {
        let regular = tar::EntryType::Regular;
        for (at, entries) in [
            vec![("p-1/../../b.py", regular)],
            vec![("/p-1/b.py", regular)],
            vec![("b.py", regular)],
            vec![("p-1/b.py", tar::EntryType::Symlink)],
            vec![("p-1/b.py", tar::EntryType::Link)],
            vec![("p-1/b.py", regular), ("p-1/b.py", regular)],
        ]
        .iter()
        .enumerate()
        {
            let (result, target) = unpacked(entries, &format!("bad{at}"));
            assert!(result.is_err(), "{entries:?}");
            remove(&target).expect("it is ours");
        }
    }

    #[test]
    fn paths_lose_exactly_one_component() {
        assert_eq!(inner_path(Path::new("p/a/b")).expect("plain"), PathBuf::from("a/b"));
        assert!(inner_path(Path::new("p")).is_err());
    }
}

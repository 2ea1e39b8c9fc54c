//! Names the form of the facts after everything that decides it: these sources, the types
//! of `model` that facts hold, and the versions of the parsers.

#![expect(clippy::disallowed_methods, reason = "a build script looks at the sources")]

use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    for directory in ["src", "../model/src"] {
        collect(Path::new(directory), &mut files)?;
        println!("cargo::rerun-if-changed={directory}");
    }
    // It is missing where the crate is built outside its workspace.
    let lock = PathBuf::from("../../Cargo.lock");
    if lock.exists() {
        println!("cargo::rerun-if-changed={}", lock.display());
        files.push(lock);
    }
    files.sort();
    let mut digest = OFFSET;
    for file in files {
        digest = fold(digest, file.to_string_lossy().as_bytes());
        digest = fold(digest, &std::fs::read(&file)?);
    }
    println!("cargo::rustc-env=SSOT_FACTS_DIGEST={digest:08x}");
    Ok(())
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The basis and the prime of FNV-1a, which needs no dependency and no secret: nobody
/// gains by two versions with one digest.
const OFFSET: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

fn fold(digest: u32, bytes: &[u8]) -> u32 {
    let step = |digest: u32, byte: &u8| (digest ^ u32::from(*byte)).wrapping_mul(PRIME);
    bytes.iter().fold(digest, step)
}

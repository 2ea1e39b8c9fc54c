//! The files of a repository: finding, reading and writing them.
//!
//! Nothing here follows a symbolic link below the root, and nothing but regular
//! files is read or replaced. Containment is the kernel's work (`openat2` beneath
//! a directory handle), never a comparison of path prefixes.

mod atomic;
mod beneath;
mod documents;
mod fingerprint;
mod owners;
mod plain;
mod stamp;
mod surroundings;
mod walk;

pub use atomic::write_atomic;
pub use beneath::{Root, read, remove_beneath, write_beneath};
pub use documents::{documents, is_document};
pub use fingerprint::{fingerprint, stamps};
pub use owners::{OWNERS_FILES, Owners};
pub use plain::{
    STATE_DIRECTORY, below, exists, name, names_in, prepare_private_dir, prepare_state_dir,
    read_text, real, remove_file, write_text,
};
pub use stamp::Stamp;
pub use surroundings::{Surroundings, Witness};
pub use walk::{FileEntry, Walk, WalkError, check_glob, walk};

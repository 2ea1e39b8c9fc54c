//! The files of a repository: finding, reading and writing them.
//!
//! Nothing here follows a symbolic link below the root, and nothing but regular
//! files is read or replaced. Containment is the kernel's work (`openat2` beneath
//! a directory handle), never a comparison of path prefixes.

mod atomic;
mod beneath;
mod walk;

pub use atomic::write_atomic;
pub use beneath::{Root, read, remove_beneath, write_beneath};
pub use walk::{FileEntry, Walk, WalkError, walk};

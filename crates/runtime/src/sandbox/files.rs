//! Which files may be read and written: Landlock, every right named.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetError, Scope,
};

use super::Policy;

/// The newest interface whose rights are enumerated below.
const NEWEST: ABI = ABI::V6;

/// What every command may read: the system, never a home directory.
const SYSTEM: [&str; 13] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc",
    "/opt",
    "/proc",
    "/sys",
    "/dev",
    "/nix/store",
];

/// Devices that every command may write: they keep nothing.
const DEVICES: [&str; 6] =
    ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];

/// Where semaphores between processes live.
const SHARED_MEMORY: &str = "/dev/shm";

fn read() -> BitFlags<AccessFs> {
    AccessFs::Execute | AccessFs::ReadFile | AccessFs::ReadDir
}

fn write() -> BitFlags<AccessFs> {
    AccessFs::WriteFile
        | AccessFs::RemoveDir
        | AccessFs::RemoveFile
        | AccessFs::MakeDir
        | AccessFs::MakeReg
        | AccessFs::MakeSock
        | AccessFs::MakeFifo
        | AccessFs::MakeSym
        | AccessFs::Refer
        | AccessFs::Truncate
}

/// Handled and granted nowhere: device nodes and device control.
fn never() -> BitFlags<AccessFs> {
    AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev
}

/// Restricts this thread, and with it the command that it becomes.
pub(super) fn restrict(policy: &Policy) -> Result<(), RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(read() | write() | never())?
        .scope(Scope::AbstractUnixSocket | Scope::Signal)?
        .create()?;
    let grants = SYSTEM
        .iter()
        .map(|path| (PathBuf::from(path), read()))
        .chain(policy.readable.iter().map(|path| (path.clone(), read())))
        .chain(DEVICES.iter().map(|path| (PathBuf::from(path), device())))
        .chain([(PathBuf::from(SHARED_MEMORY), read() | write())])
        .chain(policy.writable.iter().map(|path| (path.clone(), read() | write())));
    for (path, rights) in grants {
        // What does not exist needs no rule.
        let Ok(handle) = PathFd::new(&path) else {
            continue;
        };
        rules = rules.add_rule(PathBeneath::new(handle, fitting(&path, rights)))?;
    }
    // The status is not consulted: `probe_layers` reports what the kernel lacks.
    rules.restrict_self()?;
    Ok(())
}

fn device() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate
}

/// Rights about directory entries are refused for anything but a directory.
fn fitting(path: &Path, rights: BitFlags<AccessFs>) -> BitFlags<AccessFs> {
    if path.is_dir() { rights } else { rights & AccessFs::from_file(NEWEST) }
}

/// The newest Landlock interface of this kernel of which everything used here
/// is offered; 0 when there is none.
pub(super) fn interface() -> u8 {
    let offers = |abi: ABI| {
        let rules = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
        let rules = rules.handle_access(AccessFs::from_all(abi));
        if abi == ABI::V6 {
            rules.and_then(|rules| rules.scope(Scope::from_all(abi))).and_then(Ruleset::create)
        } else {
            rules.and_then(Ruleset::create)
        }
        .is_ok()
    };
    [(6, ABI::V6), (5, ABI::V5), (3, ABI::V3), (2, ABI::V2), (1, ABI::V1)]
        .into_iter()
        .find_map(|(number, abi)| offers(abi).then_some(number))
        .unwrap_or(0)
}

//! Which layers this machine offers.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::{Policy, files, syscalls};

/// The newest Landlock interface that is made use of.
const LANDLOCK_WANTED: u8 = 6;
/// Where bubblewrap is looked for; a repository cannot put one there.
const BUBBLEWRAP: [&str; 2] = ["/usr/bin/bwrap", "/usr/local/bin/bwrap"];

/// The layers that this machine offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layers {
    /// The usable interface of Landlock, 0 without any.
    pub landlock_abi: u8,
    /// System call filters.
    pub seccomp: bool,
    /// Limits on memory, files and processes.
    pub rlimits: bool,
    /// Own network, own process table, read-only file system.
    pub bubblewrap: Option<PathBuf>,
}

impl Layers {
    /// Whether a command is alone in its network.
    pub fn confines_network(&self) -> bool {
        self.bubblewrap.is_some()
    }

    /// Whether every process of a command ends with it, whatever it does to be forgotten.
    pub fn ends_processes(&self) -> bool {
        self.bubblewrap.is_some()
    }

    /// What this machine lacks, one line each, for the report.
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if self.landlock_abi == 0 {
            missing.push("landlock: tests can read and write every file of the user".to_owned());
        } else if self.landlock_abi < LANDLOCK_WANTED {
            let abi = self.landlock_abi;
            let lack = "signals, abstract sockets or devices are not confined";
            missing.push(format!("landlock interface {abi} of {LANDLOCK_WANTED}: {lack}"));
        }
        if !self.seccomp {
            missing.push("seccomp: dangerous system calls are not refused".to_owned());
        }
        if !self.rlimits {
            missing.push("rlimits: memory and file sizes are not bounded".to_owned());
        }
        if self.bubblewrap.is_none() {
            missing.push(
                "bubblewrap: tests share the network, the process table and file modes outside \
                 their tree, and a process that forgets its environment may outlive them"
                    .to_owned(),
            );
        }
        missing
    }
}

/// Looks once a process.
pub fn probe_layers() -> &'static Layers {
    static LAYERS: OnceLock<Layers> = OnceLock::new();
    LAYERS.get_or_init(|| Layers {
        landlock_abi: files::interface(),
        seccomp: syscalls::available(),
        rlimits: true,
        bubblewrap: BUBBLEWRAP.iter().map(PathBuf::from).find(|path| works(path)),
    })
}

/// Installed is not enough: the kernel may forbid the namespaces.
fn works(bubblewrap: &Path) -> bool {
    let words = bubblewrap_words(bubblewrap, &Policy::default());
    bubblewrap.exists()
        && Command::new(&words[0])
            .args(&words[1..])
            .arg("/bin/true")
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
}

/// The command line up to the program that runs inside.
pub(super) fn bubblewrap_words(bubblewrap: &Path, policy: &Policy) -> Vec<OsString> {
    // Without a network only the name `localhost` can be looked up.
    let fixed = "--unshare-pid --unshare-ipc --unshare-uts --hostname localhost \
                 --die-with-parent \
                 --ro-bind / / --dev /dev --proc /proc";
    let mut words = vec![bubblewrap.as_os_str().to_owned()];
    words.extend(fixed.split_whitespace().map(OsString::from));
    if !policy.network {
        words.push("--unshare-net".into());
    }
    for path in &policy.writable {
        words.extend(["--bind".into(), path.into(), path.into()]);
    }
    words.push("--".into());
    words
}

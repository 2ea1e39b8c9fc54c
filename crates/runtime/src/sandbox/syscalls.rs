//! Which system calls are refused: a list of what no test suite needs and what
//! reaches the machine, other processes or the kernel. Refused calls fail with
//! `EPERM`, as they would for a lesser user.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

const DENIED: &[c_long] = &[
    // The file system's shape.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_quotactl,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // Namespaces.
    libc::SYS_setns,
    libc::SYS_unshare,
    // The kernel.
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_lookup_dcookie,
    libc::SYS_syslog,
    libc::SYS_acct,
    libc::SYS_reboot,
    libc::SYS_vhangup,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    // The kernel's keyrings.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
];

/// Flags of `clone` that make a new namespace.
const NAMESPACES: &[libc::c_int] = &[
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];

/// Requests that push characters into a terminal, where a shell would read them.
const TERMINAL_INPUT: &[u64] = &[libc::TIOCSTI, libc::TIOCLINUX];

/// On `x86_64` every call has a second number with this bit set.
#[cfg(target_arch = "x86_64")]
const SECOND_ABI: Option<c_long> = Some(0x4000_0000);
#[cfg(not(target_arch = "x86_64"))]
const SECOND_ABI: Option<c_long> = None;

/// Restricts this thread, and with it the command that it becomes.
pub(super) fn restrict() -> Result<(), seccompiler::Error> {
    for program in programs()? {
        seccompiler::apply_filter(&program)?;
    }
    Ok(())
}

fn programs() -> Result<[BpfProgram; 2], seccompiler::Error> {
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> =
        DENIED.iter().map(|number| (*number, Vec::new())).collect();
    let namespaces = NAMESPACES.iter().map(|flag| u64::from(flag.cast_unsigned()));
    rules.insert(libc::SYS_clone, matching(0, namespaces, SeccompCmpOp::MaskedEq)?);
    let requests = TERMINAL_INPUT.iter().copied();
    rules.insert(libc::SYS_ioctl, matching(1, requests, |_| SeccompCmpOp::Eq)?);
    if let Some(bit) = SECOND_ABI {
        let twins: Vec<_> =
            rules.iter().map(|(number, rule)| (number | bit, rule.clone())).collect();
        rules.extend(twins);
    }
    // The flags of `clone3` are out of a filter's sight. "Not there" makes the
    // C library fall back to `clone`, whose flags are checked above.
    let unseen = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    Ok([compile(rules, libc::EPERM)?, compile(unseen, libc::ENOSYS)?])
}

fn matching(
    argument: u8,
    values: impl Iterator<Item = u64>,
    operator: impl Fn(u64) -> SeccompCmpOp,
) -> Result<Vec<SeccompRule>, seccompiler::Error> {
    let rule = |value| {
        let length = SeccompCmpArgLen::Dword;
        let condition = SeccompCondition::new(argument, length, operator(value), value)?;
        SeccompRule::new(vec![condition])
    };
    Ok(values.map(rule).collect::<Result<_, _>>()?)
}

fn compile(
    rules: BTreeMap<c_long, Vec<SeccompRule>>,
    errno: libc::c_int,
) -> Result<BpfProgram, seccompiler::Error> {
    let machine = TargetArch::try_from(std::env::consts::ARCH)?;
    let refuse = SeccompAction::Errno(errno.cast_unsigned());
    Ok(SeccompFilter::new(rules, SeccompAction::Allow, refuse, machine)?.try_into()?)
}

/// Whether this kernel takes filters and this program can write them for the machine.
pub(super) fn available() -> bool {
    std::path::Path::new("/proc/sys/kernel/seccomp/actions_avail").exists() && programs().is_ok()
}

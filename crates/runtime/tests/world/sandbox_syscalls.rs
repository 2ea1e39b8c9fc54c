use crate::sandbox_files::shell;

/// Calls by their numbers, because neither privileges nor arguments are to
/// decide: the filter refuses before the kernel looks at either.
const SCRIPT: &str = r#"
import ctypes, errno, os, platform, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
numbers = {"mount": 165, "umount2": 166, "pivot_root": 155, "ptrace": 101, "unshare": 272,
           "setns": 308, "bpf": 321, "perf_event_open": 298, "keyctl": 250, "reboot": 169,
           "open_by_handle_at": 304, "userfaultfd": 323, "kexec_load": 246, "chroot": 161}
if platform.machine() == "x86_64":
    for name, number in numbers.items():
        ctypes.set_errno(0)
        result = libc.syscall(number, -1, -1, -1, -1, -1)
        assert (result, ctypes.get_errno()) == (-1, errno.EPERM), (name, result, ctypes.get_errno())
    CLONE_NEWUSER = 0x10000000
    assert libc.syscall(56, CLONE_NEWUSER | 17, 0, 0, 0, 0) == -1 and ctypes.get_errno() == errno.EPERM
    assert libc.syscall(435, 0, 0) == -1 and ctypes.get_errno() == errno.ENOSYS
# What suites do need: threads, children, loopback, semaphores.
import threading, subprocess, multiprocessing
thread = threading.Thread(target=print); thread.start(); thread.join()
assert subprocess.run(["true"]).returncode == 0
multiprocessing.Lock()
server = socket.socket(); server.bind(("127.0.0.1", 0)); server.listen()
client = socket.create_connection(server.getsockname()); client.close()
caps = dict(l.split(":\t") for l in open("/proc/self/status").read().splitlines() if ":\t" in l)
assert caps["NoNewPrivs"] == "1"
CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_SYS_PTRACE = 21, 12, 19
for cap in (CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_SYS_PTRACE):
    assert not int(caps["CapEff"], 16) >> cap & 1, cap
try:
    os.kill(int(sys.argv[1]), 0)
    print("signals are not confined")
except (PermissionError, ProcessLookupError):
    pass
print("all refused")
"#;

#[tokio::test]
async fn dangerous_calls_are_refused_and_ordinary_ones_work() {
    let tree = tempfile::tempdir().unwrap();
    std::fs::write(tree.path().join("calls.py"), SCRIPT).unwrap();
    let script = format!("python3 calls.py {}", std::process::id());
    let finished = shell(tree.path(), 4096, &script).await;
    let (out, err) = (finished.stdout.text(), finished.stderr.text());
    assert!(out.contains("all refused"), "{:?} {out}{err}", finished.ending);
}

#[tokio::test]
async fn memory_is_bounded() {
    let tree = tempfile::tempdir().unwrap();
    let script = "python3 -c 'bytearray(600 * 1024 * 1024)'; echo ended $?";
    let finished = shell(tree.path(), 512, script).await;
    assert!(finished.stderr.text().contains("MemoryError"), "{}", finished.stderr.text());
    let finished = shell(tree.path(), 2048, script).await;
    assert!(finished.stdout.text().contains("ended 0"));
}

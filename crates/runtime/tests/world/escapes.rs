//! A repository that means harm. Each suite tries one way out and says so; what it did
//! must not be there afterwards, and its run must not count as anything it is not.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::time::{Duration, Instant};

use ssot_runtime::git::Repository;
use ssot_runtime::runner::{EXIT_CODE_TEST, SuiteRun, TestOutcome, prove_imports};
use ssot_runtime::sandbox::probe_layers;

use crate::fixture::{config, git, modules, repository, runner, suite, worktree};

/// Runs a script as the suite of a repository and gives what it printed.
async fn attack(script: &str) -> (SuiteRun, tempfile::TempDir, Repository) {
    attack_with(&[("attack.py", script)], "python3 -m attack", 60).await
}

async fn attack_with(
    files: &[(&str, &str)],
    command: &str,
    seconds: u64,
) -> (SuiteRun, tempfile::TempDir, Repository) {
    let (directory, repository) = repository(files);
    let tree = worktree(&repository);
    let mut config = config(command);
    config.timeout_seconds = seconds;
    config.memory_mib = 1024;
    let run = suite(&repository, &tree, &config, &modules("", &["attack"]), &[""]).await;
    (run, directory, repository)
}

/// What every script has at hand: `refused(what, call)` ends the suite when `call` works.
const TOOLS: &str = "
import os, socket, subprocess, sys, time

def refused(what, call):
    try:
        call()
    except (OSError, subprocess.SubprocessError) as error:
        print('refused', what, type(error).__name__)
        return
    sys.exit('it worked: ' + what)

def write(path, text='planted'):
    with open(path, 'w') as file:
        file.write(text)
";

fn script(body: &str) -> String {
    format!("{TOOLS}{body}\nprint('the end')\n")
}

fn assert_refused(run: &SuiteRun) {
    assert!(run.success && run.tail.contains("the end"), "{}: {}", run.ending, run.tail);
}

#[tokio::test]
async fn nothing_outside_of_the_worktree_is_written_or_linked() {
    let outside = tempfile::tempdir().unwrap();
    let kept = outside.path().join("kept");
    std::fs::write(&kept, "mine").unwrap();
    let body = format!(
        "outside, kept = {:?}, {:?}
refused('write', lambda: write(outside + '/new'))
refused('overwrite', lambda: write(kept))
refused('remove', lambda: os.remove(kept))
refused('rename', lambda: os.rename(kept, kept + '2'))
refused('hard link', lambda: os.link(kept, 'linked'))
refused('rename in', lambda: os.rename(kept, 'stolen'))
os.symlink(outside, 'way')
refused('through a link', lambda: write('way/new'))
refused('read through a link', lambda: open('way/kept').read())
refused('truncate', lambda: os.truncate(kept, 0))
",
        outside.path(),
        kept
    );
    let (run, ..) = attack(&script(&body)).await;
    assert_refused(&run);
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn the_state_of_ssot_and_the_repository_are_out_of_reach() {
    let body = "
here = os.getcwd()
root = here.split('/.ssot/')[0]
assert root != here
for path in ['.ssot/state.db', '.ssot/cache.redb', '.ssot/runs/r/log', '.git/hooks/pre-commit',
             '.git/config', '.git/info/attributes', '.git/refs/heads/main', 'attack.py', 'new.py']:
    refused(path, lambda: write(os.path.join(root, path)))
refused('a folder of worktrees', lambda: os.mkdir(os.path.join(here, '..', 'other')))
refused('the configuration', lambda: open(os.path.join(root, '.git', 'config')).read())
";
    let (run, directory, repository) = attack(&script(body)).await;
    assert_refused(&run);
    assert_eq!(git(directory.path(), &["status", "--porcelain", "--", ":!.ssot"]), "");
    assert!(!repository.root().join(".git/hooks/pre-commit").exists());
}

#[tokio::test]
async fn a_planted_repository_is_not_asked_for_what_git_runs() {
    let planted = std::env::temp_dir().join(format!("ssot-planted-{}", std::process::id()));
    let body = format!(
        "planted = {planted:?}
os.remove('.git')
os.makedirs('.git/hooks'); os.makedirs('.git/objects'); os.makedirs('.git/refs/heads')
write('.git/HEAD', 'ref: refs/heads/main')
command = 'touch ' + planted
write('.git/config', '[core]\\n\\tfsmonitor = ' + command + '\\n\\tpager = ' + command
      + '\\n[filter \"x\"]\\n\\tclean = ' + command + '\\n\\tsmudge = ' + command
      + '\\n[diff]\\n\\texternal = ' + command)
for hook in ['post-checkout', 'pre-commit', 'post-index-change', 'reference-transaction']:
    write('.git/hooks/' + hook, '#!/bin/sh\\n' + command)
    os.chmod('.git/hooks/' + hook, 0o755)
write('.gitattributes', '* filter=x diff=x')
write('attack2.py', 'x')
"
    );
    let (run, _directory, repository) = attack(&script(&body)).await;
    assert_refused(&run);
    let tree = repository.worktrees_dir().join("r/base");
    assert!(tree.join(".git").is_file() && !tree.join("attack2.py").exists());
    assert!(run.litter > 0);
    assert!(!planted.exists(), "git ran what the suite planted");
}

#[tokio::test]
async fn secrets_of_the_user_are_not_read() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".ssh")).unwrap();
    let key = home.path().join(".ssh/id_ed25519");
    std::fs::write(&key, "PRIVATE").unwrap();
    let body = format!(
        "refused('key', lambda: open({key:?}).read())
refused('home', lambda: os.listdir({:?}))
refused('parent', lambda: open('/proc/{}/environ', 'rb').read())
assert os.environ['HOME'] != {:?}
names = [name for name in os.environ if 'TOKEN' in name or 'SECRET' in name or name.startswith('CARGO')]
assert not names, names
",
        home.path(),
        std::process::id(),
        home.path()
    );
    let (run, ..) = attack(&script(&body)).await;
    assert_refused(&run);
}

#[tokio::test]
async fn no_other_process_is_signalled_traced_or_written_to() {
    let mut victim = std::process::Command::new("sleep").arg("3334.1").spawn().unwrap();
    let body = format!(
        "import ctypes, signal
libc = ctypes.CDLL(None, use_errno=True)
for process in [{}, {}]:
    for number in [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM]:
        refused('signal', lambda: os.kill(process, number))
    refused('group', lambda: os.killpg(process, signal.SIGKILL))
    refused('memory', lambda: open('/proc/%d/mem' % process, 'r+b').read(1))
    assert libc.ptrace(16, process, 0, 0) == -1
print('parent', os.getppid())
refused('parent', lambda: os.kill(os.getppid(), signal.SIGKILL) if os.getppid() > 1 else 1 / 0
        if False else os.kill({}, signal.SIGKILL))
",
        victim.id(),
        std::process::id(),
        std::process::id()
    );
    let (run, ..) = attack(&script(&body)).await;
    assert_refused(&run);
    assert!(victim.try_wait().unwrap().is_none(), "the victim is gone");
    victim.kill().unwrap();
    victim.wait().unwrap();
}

/// Sockets with a path are not among these: no layer here has a right for them.
#[tokio::test]
async fn no_socket_leads_out() {
    let outer = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = outer.local_addr().unwrap();
    let body = format!(
        "def tcp(address):
    with socket.create_connection(address, timeout=3):
        pass
refused('tcp', lambda: tcp(('127.0.0.1', {})))
refused('tcp outside', lambda: tcp(('192.0.2.1', 80)))
def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as it:
        it.sendto(b'x', ('192.0.2.1', 53))
refused('udp', udp)
def unix(path):
    with socket.socket(socket.AF_UNIX) as it:
        it.settimeout(3)
        it.connect(path)
refused('abstract', lambda: unix('\\0ssot-escape-{}'))
def packet():
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
refused('packet', packet)
# What suites need: a server of their own.
server = socket.socket(); server.bind(('127.0.0.1', 0)); server.listen()
socket.create_connection(server.getsockname(), timeout=3).close()
",
        address.port(),
        std::process::id()
    );
    let name = format!("ssot-escape-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(name.as_bytes()).unwrap();
    let _abstract = UnixListener::bind_addr(&address).unwrap();
    let (run, ..) = attack(&script(&body)).await;
    if probe_layers().confines_network() {
        assert_refused(&run);
    } else {
        // Nothing here is silently weaker: what is open is named.
        assert!(probe_layers().missing().iter().any(|it| it.contains("network")));
    }
}

#[tokio::test]
async fn memory_and_disk_are_bounded() {
    let body = "
try:
    bytearray(3 * 1024 * 1024 * 1024)
    sys.exit('three gigabytes are there')
except MemoryError:
    print('refused', 'memory')
import resource
assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] <= 8 * 1024 ** 3
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
def raise_limit():
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
try:
    raise_limit()
    sys.exit('the limit was raised')
except (ValueError, OSError):
    print('refused', 'raised limit')
def fill():
    with open('large', 'wb') as file:
        file.truncate(9 * 1024 ** 3)
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
refused('a file of nine gigabytes', fill)
";
    let (run, ..) = attack(&script(body)).await;
    assert_refused(&run);
}

#[tokio::test]
async fn floods_of_output_and_lines_without_end_are_cut() {
    let body = "
block = b'x' * (1 << 20)
for number in range(200):
    os.write(1, block)
for number in range(20000):
    os.write(2, b'line %d\\n' % number)
";
    let (run, ..) = attack(&script(body)).await;
    assert!(run.success, "{}", run.ending);
    assert!(run.tail.len() < 512 * 1024, "{}", run.tail.len());
}

/// How many processes mention `word` in their command line.
fn alive(word: &str) -> usize {
    let table = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = table.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(word)).count()
}

#[tokio::test]
async fn no_process_outlives_the_run() {
    let body = "
def daemon(command, env):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            null = os.open('/dev/null', os.O_RDWR)
            for handle in (0, 1, 2):
                os.dup2(null, handle)
            os.execve(command[0], command, env)
        os._exit(0)
    os.wait()
sleep = '/bin/sleep' if os.path.exists('/bin/sleep') else '/usr/bin/sleep'
daemon([sleep, '3334.2'], dict(os.environ))
# One that has cleared its environment carries no mark.
daemon([sleep, '3334.3'], {})
for number in range(40):
    daemon([sleep, '3334.4'], {'NUMBER': str(number)})
time.sleep(0.3)
";
    let (run, ..) = attack(&script(body)).await;
    assert_refused(&run);
    assert_eq!(alive("3334.2"), 0);
    if probe_layers().ends_processes() {
        assert_eq!((alive("3334.3"), alive("3334.4")), (0, 0));
    } else {
        assert!(probe_layers().missing().iter().any(|it| it.contains("may outlive")));
    }
}

#[tokio::test]
async fn a_bomb_that_goes_off_after_the_end_finds_nothing() {
    let body = "
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execve(sys.executable, [sys.executable, '-c',
            'import time; time.sleep(1.5); open(\"attack.py\", \"w\").write(\"bomb\")'], os.environ)
    os._exit(0)
os.wait()
";
    let (run, _directory, repository) = attack(&script(body)).await;
    assert_refused(&run);
    let file = repository.worktrees_dir().join("r/base/attack.py");
    let text = std::fs::read_to_string(&file).unwrap();
    let until = Instant::now() + Duration::from_millis(2500);
    while Instant::now() < until {
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "the bomb went off");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_fork_bomb_ends_with_the_run() {
    let body = "
def bomb(depth):
    for number in range(3):
        if os.fork() == 0:
            if depth:
                bomb(depth - 1)
            os.setsid()
            os.execve('/bin/sleep', ['/bin/sleep', '3334.5'], os.environ)
bomb(3)
time.sleep(1000)
";
    let begun = Instant::now();
    let files = [("attack.py", script(body))];
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (run, ..) = attack_with(&files, "python3 -m attack", 4).await;
    assert!(run.timed_out, "{}: {}", run.ending, run.tail);
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert_eq!(alive("3334.5"), 0);
}

#[tokio::test]
async fn a_suite_that_removes_the_records_proves_nothing() {
    let body = "
import atexit, glob, shutil, ssot_probe
records = os.environ['SSOT_PROBE_RECORDS']
def forget():
    shutil.rmtree(records)
atexit.register(forget)
forget()
";
    let (run, _directory, repository) = attack(&script(body)).await;
    let proof = prove_imports(&run, &modules("", &["attack"]), &repository.worktrees_dir());
    assert!(proof.is_err(), "{:?}", run.imported);
    assert!(run.tests.keys().all(|test| test == EXIT_CODE_TEST));
}

#[tokio::test]
async fn configuration_and_start_files_of_the_tree_do_not_replace_the_probe() {
    let files = [
        (
            "attack.py",
            "import unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n        self.fail('broken')\n",
        ),
        ("sitecustomize.py", "import sys\nsys.exit(0)\n"),
        ("usercustomize.py", "import os\nos._exit(0)\n"),
        ("ssot_probe.py", "def start(records): pass\n"),
        ("ssot_load.py", "raise SystemExit(0)\n"),
        ("evil.pth", "import os; os._exit(0)\n"),
    ];
    let (run, ..) = attack_with(&files, "python3 -m unittest -q attack", 60).await;
    let failed = run.tests.values().any(|outcome| *outcome == TestOutcome::Failed);
    assert!(!run.success || failed || !run.probed, "{run:?}");
    assert!(
        run.tests.values().all(|outcome| *outcome != TestOutcome::Passed) || !run.probed,
        "{run:?}"
    );
}

#[tokio::test]
async fn what_the_machine_lacks_is_named() {
    let (_directory, repository) = repository(&[("a.py", "")]);
    let runner = runner(&repository, &config("true"));
    // Results of a weaker sandbox are not taken for those of a stronger one.
    assert!(runner.fingerprint().contains("landlock_abi"));
    let layers = probe_layers();
    let named = layers.missing().join("\n");
    assert_eq!(layers.confines_network(), !named.contains("network"), "{named}");
    assert!(Path::new("/proc/self").exists());
}

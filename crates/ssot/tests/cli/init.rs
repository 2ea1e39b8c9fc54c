//! `ssot init`: what it writes works for real.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::normal::normal;
use crate::project::{self, SLUGIFY};
use crate::support::{Repo, git};

/// What the tests take from PyPI.
const REQUIREMENTS: [&str; 2] = ["pre-commit==4.2.0", "jsonschema==4.23.0"];

/// The programs of a virtual environment with the requirements, made once.
fn tools() -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("init-tools");
    fs::create_dir_all(&place).unwrap();
    let lock = File::create(place.join("lock")).unwrap();
    lock.lock().unwrap();
    let (venv, done) = (place.join("venv"), place.join("installed"));
    let wanted = REQUIREMENTS.join("\n");
    if fs::read_to_string(&done).unwrap_or_default() != wanted {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv));
        run(Command::new(venv.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(REQUIREMENTS));
        fs::write(&done, wanted).unwrap();
    }
    venv.join("bin")
}

#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}\n{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// `PATH` with the program under test and the tools in front.
fn search_path() -> std::ffi::OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_ssot")).parent().unwrap().to_owned();
    let usual = std::env::var_os("PATH").unwrap();
    let all = [program, tools()].into_iter().chain(std::env::split_paths(&usual));
    std::env::join_paths(all).unwrap()
}

#[test]
fn a_repository_is_set_up_once() {
    let repo = project::untested();
    repo.write("services/a/pyproject.toml", "");
    repo.write("services/a/app.py", "A = 1\n");
    repo.write("services/b/setup.py", "");
    repo.write(".gitlab-ci.yml", "stages: [test]\n");
    let answer = repo.ssot(&["init"]).expect(0);
    insta::assert_snapshot!("init", normal(&answer.stdout, repo.path()));
    let config = fs::read_to_string(repo.path().join("ssot.toml")).unwrap();
    insta::assert_snapshot!("init_config", config);
    repo.ssot(&["check", "--strict"]).expect(1);
    repo.ssot(&["check"]).expect(0);
    let again = repo.ssot(&["init"]).expect(0).stdout;
    assert_eq!(again.matches("kept").count(), 4, "{again}");
    repo.write("ssot.toml", "[scan]\n");
    repo.ssot(&["init", "--force"]).expect(0);
    assert_eq!(fs::read_to_string(repo.path().join("ssot.toml")).unwrap(), config);
}

#[test]
fn a_configuration_of_hooks_is_added_to_or_left_alone() {
    let repo = project::untested();
    let mine = "repos:\n- repo: local\n  hooks: []\n";
    repo.write(".pre-commit-config.yaml", mine);
    repo.ssot(&["init"]).expect(0);
    let merged = fs::read_to_string(repo.path().join(".pre-commit-config.yaml")).unwrap();
    assert!(merged.starts_with(mine) && merged.contains("ssot check"), "{merged}");
    let repo = project::untested();
    repo.write(".pre-commit-config.yaml", "repos: []\n");
    let answer = repo.ssot(&["init"]).expect(0);
    assert!(answer.stdout.contains("Add this to .pre-commit-config.yaml:"), "{}", answer.stdout);
    let left = fs::read_to_string(repo.path().join(".pre-commit-config.yaml")).unwrap();
    assert_eq!(left, "repos: []\n");
}

#[test]
fn the_hook_stops_a_commit_that_adds_a_copy() {
    let repo = project::untested();
    repo.ssot(&["init"]).expect(0);
    repo.commit(&[]);
    let path = search_path();
    let home = tempfile::tempdir().unwrap();
    let ready = |command: &mut Command| {
        command
            .current_dir(repo.path())
            .env("PATH", &path)
            .env("PRE_COMMIT_HOME", home.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
    };
    let mut install = Command::new(tools().join("pre-commit"));
    ready(install.arg("install"));
    run(&mut install);
    let commit =
        || {
            git(repo.path(), &["add", "--all"]);
            let mut commit = Command::new("git");
            ready(
                commit
                    .args(["-c", "user.name=Ines", "-c", "user.email=ines@harbor.example"])
                    .args(["commit", "--message", "Change"]),
            );
            let output = commit.output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            (output.status.success(), String::from_utf8_lossy(&said).into_owned())
        };
    repo.write("shop/tax.py", SLUGIFY);
    let (passed, said) = commit();
    assert!(!passed && said.contains("shop/tax.py:4"), "{said}");
    repo.write("shop/tax.py", "from shop.text import slugify\n\nRATE = slugify('a')\n");
    let (passed, said) = commit();
    assert!(passed && said.contains("Passed"), "{said}");
    // What this repository offers to others is a hook that pre-commit accepts.
    let offered = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.pre-commit-hooks.yaml");
    run(Command::new(tools().join("pre-commit")).arg("validate-manifest").arg(offered));
}

#[test]
fn the_workflow_stops_a_branch_that_adds_a_copy() {
    let repo = project::untested();
    repo.ssot(&["init"]).expect(0);
    let script = "import sys, yaml\n\
                  job = yaml.safe_load(open('.github/workflows/ssot.yml'))['jobs']['check']\n\
                  print('\\n'.join(step['run'] for step in job['steps'] if 'run' in step))";
    let python = tools().join("python");
    let steps = run(Command::new(python).args(["-c", script]).current_dir(repo.path()));
    assert_eq!(steps.lines().count(), 2, "{steps}");
    let passes = || {
        let mut shell = Command::new("bash");
        shell.args(["-e", "-o", "pipefail", "-c", &steps]);
        let output = shell.current_dir(repo.path()).env("PATH", search_path()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, said) = passes();
    assert_eq!(code, Some(0), "{said}");
    repo.write("shop/tax.py", SLUGIFY);
    let (code, said) = passes();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("shop/tax.py"), "{said}");
}

#[test]
fn the_schema_is_a_schema_and_allows_what_is_allowed() {
    let script = "import json, sys, jsonschema\n\
                  schema = json.load(open(sys.argv[1]))\n\
                  jsonschema.Draft202012Validator.check_schema(schema)\n\
                  validator = jsonschema.Draft202012Validator(schema)\n\
                  good = {'scan': {'exclude': ['a']}, 'severity': {'exact-clone': 'off'},\n\
                  'keep': [{'group': 'a.B', 'reason': 'r', 'verdict': 'homonym'}],\n\
                  'boundary': [{'name': 'a', 'paths': ['a']}]}\n\
                  validator.validate(good)\n\
                  for bad in [{'scann': {}}, {'scan': {'exclude': 'a'}}, {'severity': {'x': 'off'}},\n\
                  {'severity': {'exact-clone': 'loud'}}, {'decision': [{'group': 'a.B'}]},\n\
                  {'decision': [{'group': 'a.B', 'reason': ''}]}, {'boundary': [{'name': 'a', 'paths': []}]}]:\n\
                  \x20   assert not validator.is_valid(bad), bad\n";
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ssot.schema.json");
    run(Command::new(tools().join("python")).args(["-c", script]).arg(schema));
}

#[test]
fn a_folder_without_git_gets_the_same() {
    let folder = Repo::empty();
    folder.write("a.py", "A = 1\n");
    let answer = folder.ssot(&["init"]).expect(0);
    assert!(answer.stdout.contains("0 findings in the baseline"), "{}", answer.stdout);
    folder.ssot(&["init", "nowhere"]).expect(2).says(&["nowhere"]);
}

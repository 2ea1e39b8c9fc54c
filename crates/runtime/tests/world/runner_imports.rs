use ssot_runtime::runner::{ImportProof, prove_imports};

use crate::fixture::{config, modules, repository, suite, worktree, write};

const TEST: &str = "import unittest, app.core\nclass T(unittest.TestCase):\n    def test_x(self):\n        self.assertEqual(app.core.WHERE, 'tree')\n";

#[tokio::test]
async fn the_tree_under_test_wins_over_an_installed_copy() {
    let (directory, repository) = repository(&[
        ("src/app/__init__.py", ""),
        ("src/app/core.py", "WHERE = 'tree'\n"),
        ("tests/test_x.py", TEST),
    ]);
    // What an editable installation does: a search path to the original checkout.
    write(directory.path(), &[("src/app/core.py", "WHERE = 'checkout'\n")]);
    let tree = worktree(&repository);
    let modules = modules("src/", &["app.core"]);
    let mut config = config("python3 -m unittest discover -s tests");
    config.env.insert("PYTHONPATH".to_owned(), format!("{}/src", repository.root().display()));
    config.readable = vec![repository.root().display().to_string()];
    let run = suite(&repository, &tree, &config, &modules, &["src"]).await;
    assert!(run.success, "{}", run.tail);
    assert_eq!(prove_imports(&run, &modules, tree.path()).unwrap(), 1);
    // Without the import root the copy is found, and that is noticed.
    let run = suite(&repository, &tree, &config, &modules, &[]).await;
    let why = prove_imports(&run, &modules, tree.path()).unwrap_err();
    assert!(matches!(&why, ImportProof::Elsewhere(list) if list[0].contains("app.core")), "{why}");
}

#[tokio::test]
async fn the_original_checkout_is_out_of_reach() {
    let (_directory, repository) = repository(&[("app.py", "")]);
    let tree = worktree(&repository);
    let script = format!("import app; open({:?}).read()", repository.root().join("app.py"));
    let command = format!("python3 -c '{script}'");
    let run = suite(&repository, &tree, &config(&command), &modules("", &["app"]), &[""]).await;
    assert!(run.tail.contains("PermissionError"), "{}", run.tail);
}

#[tokio::test]
async fn an_interpreter_without_its_environment_proves_nothing() {
    let (_directory, repository) = repository(&[("app.py", "")]);
    let tree = worktree(&repository);
    let modules = modules("", &["app"]);
    let run = suite(&repository, &tree, &config("python3 -I -c 'pass'"), &modules, &[""]).await;
    assert_eq!(prove_imports(&run, &modules, tree.path()), Err(ImportProof::NoRecord));
    let run = suite(&repository, &tree, &config("python3 -c pass"), &modules, &[""]).await;
    assert_eq!(prove_imports(&run, &modules, tree.path()), Err(ImportProof::NothingImported));
}

#[tokio::test]
async fn the_environment_is_fixed_and_nothing_is_inherited() {
    let (_directory, repository) = repository(&[("app.py", "")]);
    let tree = worktree(&repository);
    let command = "python3 -c 'import os, sys; print(sorted(os.environ)); print(sys.path); \
                   print(\"probe\", [m for m in sys.modules if \"custom\" in m])'";
    let run = suite(&repository, &tree, &config(command), &modules("", &["app"]), &[""]).await;
    for absent in ["CARGO", "'CI'", "'USER'", "/probe'"] {
        assert!(!run.tail.contains(absent), "{absent} in {}", run.tail);
    }
    assert!(run.tail.contains("'HOME'") && run.tail.contains("'TMPDIR'"), "{}", run.tail);
}

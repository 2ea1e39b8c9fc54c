use crate::fixture::{config, modules, repository, suite, worktree};

#[tokio::test]
async fn what_the_tests_leave_behind_is_removed() {
    let script = "import os\nopen('a.txt', 'w').write('changed')\nopen('new.txt', 'w')\n\
                  os.makedirs('build/x')\nopen('build/x/y', 'w')\nos.remove('b.txt')\nos.chmod('c.txt', 0o755)\n";
    let files = [
        ("a.txt", "a"),
        ("b.txt", "b"),
        ("c.txt", "c"),
        ("litter.py", script),
        (".gitignore", "build\n"),
    ];
    let (_directory, repository) = repository(&files);
    let tree = worktree(&repository);
    let run =
        suite(&repository, &tree, &config("python3 -m litter"), &modules("", &["litter"]), &[""])
            .await;
    assert!(run.success && run.litter == 5, "{} {}", run.litter, run.tail);
    assert_eq!(tree.litter().unwrap(), []);
    assert_eq!(std::fs::read_to_string(tree.path().join("a.txt")).unwrap(), "a");
    assert!(tree.path().join("b.txt").exists() && !tree.path().join("build").exists());
}

use ssot_runtime::runner::Sources;

use crate::fixture::{config, modules, repository, runner, worktree};

#[tokio::test]
async fn each_module_is_the_first_one_of_its_interpreter() {
    let (_directory, repository) = repository(&[
        // Importing `a` first works, importing `b` first meets the cycle.
        ("a.py", "import b\nNAME = 1\n"),
        ("b.py", "from a import NAME\n"),
        ("good.py", "import os\n"),
        ("script.py", "raise SystemExit(3)\n"),
        ("dies.py", "import os\nos._exit(0)\n"),
        ("litter.py", "open('left', 'w')\n"),
    ]);
    let tree = worktree(&repository);
    let modules = modules("", &["a", "b", "good"]);
    let roots = [String::new()];
    let sources = Sources { modules: &modules, import_roots: &roots };
    let asked =
        ["a", "b", "good", "script", "dies", "missing", "litter", "json"].map(str::to_owned);
    let loaded =
        runner(&repository, &config("true")).load_modules(&tree, sources, &asked).await.unwrap();
    let reason = |name: &str| loaded[name].clone().err().unwrap_or_default();
    assert_eq!(loaded["good"], Ok(()));
    assert!(reason("a").contains("ImportError"), "{loaded:#?}");
    assert_eq!(loaded["b"], Ok(()), "{loaded:#?}");
    assert!(reason("script").contains("SystemExit: 3"));
    assert!(reason("dies").contains("died"));
    assert!(reason("missing").contains("ModuleNotFoundError"));
    assert!(reason("json").contains("not in the tree"));
    assert_eq!((loaded["litter"].clone(), tree.litter().unwrap()), (Ok(()), Vec::new()));
}

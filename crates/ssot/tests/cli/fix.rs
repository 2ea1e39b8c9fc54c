//! `ssot fix`.

use std::fs;

use crate::normal::normal;
use crate::support::{Repo, git};

const CONFIG: &str = r#"
[[capability]]
name = "environment"
owner = ["shop.env"]
api = { get = "shop.env.get", require = "shop.env.require" }

[[codemod]]
name = "client"
pattern = "shop.old.connect($HOST, $T)"
replacement = "client.connect($HOST, timeout=$T)"
import = ["from shop import client"]

[[guarded-write]]
attribute = "metadata"
objects = ["context"]
owner = ["shop.context"]
methods = ["store"]
forms = { single = "store", batch = "update" }

[severity]
relative-import = "warning"
"#;

const FILES: &[(&str, &str)] = &[
    ("ssot.toml", CONFIG),
    ("shop/__init__.py", ""),
    (
        "shop/env.py",
        "import os\n\n\ndef get(name, default=None):\n    return os.environ.get(name, default)\n\n\n\
         def require(name):\n    return os.environ[name]\n",
    ),
    ("shop/client.py", "def connect(host, timeout):\n    return host, timeout\n"),
    ("shop/old.py", "def connect(host, timeout=None):\n    return host, timeout\n"),
    (
        "shop/cart.py",
        "\"\"\"Carts.\"\"\"\n\nimport json\nimport os\n\nfrom . import old\n\nLIMIT = int(os.getenv(\n    \
         \"LIMIT\",  # per cart\n    \"5\",\n))\n\n\ndef pay(context):\n    os.environ[\"PAID\"] = \"1\"\n    \
         context.metadata[\"paid\"] = True\n    return json.dumps(\n        \
         old.connect(os.environ[\"HOST\"], LIMIT))\n\n\n\
         def undo(context):\n    context.metadata.pop(\"open\")\n",
    ),
];

#[test]
fn a_dry_run_shows_every_line_and_writes_nothing() {
    let repo = Repo::of(FILES);
    let answer = repo.ssot(&["fix", "--dry-run", "--no-cache"]).expect(1);
    insta::assert_snapshot!("fix-dry-run", normal(&answer.stdout, repo.path()));
    assert_eq!(git(repo.path(), &["status", "--porcelain"]), "");
    let diff = repo.ssot(&["fix", "--dry-run", "--format", "diff", "--no-cache"]).expect(1);
    repo.write("../fix.patch", &diff.stdout);
    git(repo.path(), &["apply", "--check", "../fix.patch"]);
    fs::remove_file(repo.path().join("../fix.patch")).unwrap();
}

#[test]
fn files_are_changed_in_place_and_a_second_time_there_is_nothing_to_do() {
    let repo = Repo::of(FILES);
    repo.write("shop/cart.py", format!("{}\n# more\n", FILES[5].1));
    let answer = repo.ssot(&["fix"]).expect(1);
    insta::assert_snapshot!("fix", normal(&answer.stdout, repo.path()));
    insta::assert_snapshot!(
        "fixed-file",
        fs::read_to_string(repo.path().join("shop/cart.py")).unwrap()
    );
    let again = repo.ssot(&["fix", "--format", "json"]).expect(1).json();
    assert_eq!(again["schema"], "ssot.fix/1");
    assert_eq!((&again["written"], again["files"].as_array().unwrap().len()), (&false.into(), 0));
    assert_eq!(again["left"].as_array().unwrap().len(), 2, "{again}");
    repo.ssot(&["fix", "relative-import"]).expect(0);
}

/// The places land as packages: one a rule and owner, in turn where they share a file.
#[test]
fn places_become_packages_that_land_through_the_gates() {
    let repo = Repo::of(FILES);
    let plan = repo.ssot(&["plan", "--format", "json"]).expect(0).json();
    let packages = plan["package"].as_array().unwrap();
    let rules: Vec<&str> =
        packages.iter().map(|it| it["places"][0]["rule"].as_str().unwrap()).collect();
    assert_eq!(
        rules,
        ["capability-owner", "declared-codemod", "guarded-write", "relative-import"],
        "{plan}"
    );
    let report = repo.ssot(&["run", "--allow-untested", "--format", "json"]).json();
    for package in report["packages"].as_array().unwrap() {
        assert_eq!(package["state"], "done", "{report}");
    }
    let target = report["target"].as_str().unwrap();
    let landed = git(repo.path(), &["show", &format!("{target}:shop/cart.py")]);
    repo.ssot(&["fix", "--quiet"]).expect(1);
    let fixed = fs::read_to_string(repo.path().join("shop/cart.py")).unwrap();
    assert_eq!(landed, fixed.trim_end());
    repo.ssot(&["rollback", "--full"]).expect(0);
}

#[test]
fn what_cannot_be_fixed_is_refused_with_a_reason() {
    let repo = Repo::of(FILES);
    repo.ssot(&["fix", "exact-clone"]).expect(2).says(&["no codemod of places closes"]);
    repo.ssot(&["fix", "nonsense"]).expect(2).says(&["no rule is called `nonsense`"]);
    for (pattern, replacement, said) in [
        ("$A", "$A", "fits everything"),
        ("old.f($A)", "new.f($A)", "`new` of `new.f($A)` is neither imported nor a builtin"),
        ("old.f($A)", "print($B)", "`$B` of `print($B)` is not in the pattern"),
        ("old.f($A", "print($A)", "is no Python"),
        ("$X.metadata[$K]", "$X.get($K)", "has no absolute name"),
    ] {
        let toml = format!(
            "[[codemod]]\nname = \"x\"\npattern = '{pattern}'\nreplacement = '{replacement}'\n"
        );
        repo.write("ssot.toml", toml);
        repo.ssot(&["fix"]).expect(2).says(&["ssot.toml:1", said]);
    }
}

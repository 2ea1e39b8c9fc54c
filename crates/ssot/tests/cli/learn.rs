//! `ssot fix --learn`, and codemods of places that need more than one file.

use std::fs;

use crate::support::Repo;

const OLD: &str = "def connect(host, timeout=None):\n    return host, timeout\n";

fn repo() -> Repo {
    let user = |name: &str, host: &str| {
        format!(
            "from shop import old\n\n\ndef {name}(limit):\n    link = old.connect(\"{host}\", limit)\n    \
             return link\n"
        )
    };
    let files = [
        ("shop/__init__.py", String::new()),
        ("shop/old.py", OLD.to_owned()),
        ("shop/client.py", OLD.to_owned()),
        ("shop/a.py", user("a", "one")),
        ("shop/b.py", user("b", "two")),
        ("shop/c.py", user("c", "three")),
        ("shop/d.py", user("d", "four").replace(", limit)", ", timeout=limit)")),
    ];
    let repo = Repo::empty();
    for (path, text) in &files {
        repo.write(path, text);
    }
    repo.commit(&[]);
    repo
}

/// Fixes a file as somebody would.
fn by_hand(repo: &Repo, path: &str) {
    let text = fs::read_to_string(repo.path().join(path)).unwrap();
    let text = text
        .replace("from shop import old", "from shop import client")
        .replace("old.connect(", "client.connect(")
        .replace(", limit)", ", timeout=limit)");
    repo.write(path, text);
}

#[test]
fn one_fixed_place_teaches_the_others() {
    let repo = repo();
    by_hand(&repo, "shop/a.py");
    let learned = repo.ssot(&["fix", "--learn", "--format", "json"]).expect(0).json();
    assert_eq!(learned["schema"], "ssot.learn/1");
    let codemod = &learned["codemods"][0];
    assert_eq!(
        codemod["toml"],
        "[[codemod]]\nname = \"shop-old-connect\"\npattern = \"shop.old.connect($A, $B)\"\n\
         replacement = \"client.connect($A, timeout=$B)\"\nimport = [\"from shop import client\"]\n\
         reason = \"learned from places that were fixed by hand\"\n"
    );
    assert_eq!(codemod["sites"], serde_json::json!(["shop/a.py:5"]));
    assert_eq!(codemod["reproduced"], 1);
    let elsewhere: Vec<&str> = codemod["elsewhere"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["path"].as_str().unwrap())
        .collect();
    assert_eq!(elsewhere, ["shop/b.py", "shop/c.py"]);

    // What was learned is taken as it is, and does what was shown.
    repo.write("ssot.toml", codemod["toml"].as_str().unwrap());
    repo.ssot(&["fix", "declared-codemod"]).expect(0);
    let text = fs::read_to_string(repo.path().join("shop/b.py")).unwrap();
    assert!(text.contains("client.connect(\"two\", timeout=limit)"), "{text}");
    assert!(text.contains("from shop import client"), "{text}");
}

#[test]
fn commits_teach_too_and_what_is_no_pattern_is_said() {
    let repo = repo();
    by_hand(&repo, "shop/a.py");
    by_hand(&repo, "shop/b.py");
    let text = fs::read_to_string(repo.path().join("shop/c.py")).unwrap();
    repo.write("shop/c.py", text.replace("return link", "return host"));
    repo.commit(&[]);
    let said = repo.ssot(&["fix", "--learn"]).expect(1).stdout;
    assert!(said.contains("no codemod was learned"), "{said}");
    let said = repo.ssot(&["fix", "--learn=HEAD~1..HEAD"]).expect(0).stdout;
    assert!(said.starts_with("[[codemod]]\nname = \"shop-old-connect\"\npattern = "), "{said}");
    assert!(said.contains("2 of 2 sites fixed by hand come out the same"), "{said}");
    assert!(said.contains("1 place elsewhere would change"), "{said}");
    assert!(said.contains("shop/c.py:6  no pattern: `link` is local and does not stay"), "{said}");
    repo.ssot(&["fix", "--learn=nonsense"]).expect(2).says(&["`nonsense` names no commit"]);
}

const IDS: &[(&str, &str)] = &[
    (
        "ssot.toml",
        "[[capability]]\nname = \"ids\"\nowner = [\"shop.ids\"]\napi = { run_id = \
         \"shop.ids.new_run_id\" }\n\n[severity]\ncapability-owner = \"off\"\n",
    ),
    ("shop/__init__.py", ""),
    (
        "shop/ids.py",
        "\"\"\"Ids.\"\"\"\n\nimport uuid\n\n\ndef new_run_id():\n    return f\"run_{uuid.uuid4().hex[:12]}\"\n",
    ),
    (
        "shop/runs.py",
        "import uuid\n\n\ndef start(run_id=None):\n    run_id = run_id or str(uuid.uuid4())\n    return run_id\n",
    ),
    (
        "shop/jobs.py",
        "import time\nfrom uuid import uuid4\n\n\ndef start(user):\n    run_id = f\"job.{uuid4().hex[:8]}\"\n    \
         return run_id\n\n\ndef again(user):\n    run_id = f\"{user}-{int(time.time())}\"\n    return run_id\n",
    ),
    (
        "shop/more.py",
        "import uuid\n\n\ndef start():\n    run_id = uuid.uuid4()\n    return run_id\n",
    ),
];

#[test]
fn ids_come_from_their_owner_and_old_ones_still_parse() {
    let repo = Repo::of(IDS);
    let fixed = repo.ssot(&["fix", "scattered-id-generation", "--format", "json"]).expect(1).json();
    let reasons: Vec<&str> =
        fixed["left"].as_array().unwrap().iter().map(|it| it["reason"].as_str().unwrap()).collect();
    assert_eq!(
        reasons,
        [
            "what is put into `{}-{int(time)}` would be lost",
            "`uuid4` and what the owner mints are of two types",
        ],
        "{fixed}"
    );
    let text = |path: &str| fs::read_to_string(repo.path().join(path)).unwrap();
    assert!(text("shop/runs.py").contains("run_id = run_id or new_run_id()"));
    assert!(!text("shop/runs.py").contains("import uuid"), "{}", text("shop/runs.py"));
    assert!(text("shop/jobs.py").contains("run_id = new_run_id()"));
    let said = crate::support::python(
        repo.path(),
        "from shop.ids import new_run_id, parse_run_id as parse\n\
         from shop import runs, jobs\n\
         olds = ['job.12ab34cd', 'ines-1700000000', '123e4567-e89b-42d3-a456-426614174000']\n\
         print([parse(it) == it for it in [new_run_id(), runs.start(), jobs.start(1), *olds]])\n\
         try:\n    parse('jobx12ab34cd')\nexcept ValueError as error:\n    print(error)\n",
    );
    assert_eq!(said, "[True, True, True, True, True, True]\nno run id: 'jobx12ab34cd'\n");

    // The same through the gates of a run.
    let repo = Repo::of(IDS);
    let report = repo.ssot(&["run", "--allow-untested", "--format", "json"]).json();
    let states: Vec<&str> = report["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["done"], "{report}");
}

#[test]
fn a_repeated_text_becomes_its_constant_through_the_gates() {
    let user = |name: &str| format!("def {name}(bus):\n    bus.send(\"orders.received\")\n");
    let repo = Repo::of(&[
        (
            "ssot.toml",
            "[[constant]]\ntext = \"orders.sent\"\ndefinition = \"shop.topics.SENT\"\n\n[severity]\n\
             repeated-literal = \"warning\"\n",
        ),
        ("shop/__init__.py", ""),
        ("shop/topics.py", "RECEIVED = \"orders.received\"\n"),
        ("shop/a.py", &user("a")),
        ("shop/b.py", &user("b")),
    ]);
    for nth in 0..8 {
        repo.write(
            &format!("shop/sender_{nth}.py"),
            format!("def send_{nth}(bus):\n    return bus.send(\"orders.sent\", {nth})\n"),
        );
    }
    repo.commit(&[]);
    let report = repo.ssot(&["run", "--allow-untested", "--format", "json"]).json();
    let packages = report["packages"].as_array().unwrap();
    assert!(!packages.is_empty(), "{report}");
    for package in packages {
        assert_eq!(package["state"], "done", "{report}");
    }
    let target = report["target"].as_str().unwrap();
    let shown = |path: &str| repo.git(&["show", &format!("{target}:{path}")]);
    assert_eq!(shown("shop/topics.py"), "RECEIVED = \"orders.received\"\nSENT = \"orders.sent\"");
    assert!(shown("shop/a.py").contains("bus.send(RECEIVED)"));
    assert!(shown("shop/sender_7.py").contains("bus.send(SENT, 7)"));
}

#[test]
fn equal_doubles_of_tests_become_one_through_the_gates() {
    let double = "class MockStore:\n    def __init__(self):\n        self.rows = {}\n\n    def save(self, key, \
                  row):\n        self.rows[key] = row\n\n    def load(self, key):\n        return self.rows[key]\n";
    let test = |name: &str| {
        format!(
            "import unittest\n\n\n{double}\n\nclass {name}(unittest.TestCase):\n    def test_it(self):\n        \
             store = MockStore()\n        store.save(1, 2)\n        self.assertEqual(store.load(1), 2)\n"
        )
    };
    let repo = Repo::of(&[
        ("ssot.toml", "[test]\ncommand = \"python3 -m unittest discover -s tests -t .\"\n"),
        ("shop/__init__.py", ""),
        ("tests/__init__.py", ""),
        ("tests/test_a.py", &test("A")),
        ("tests/test_b.py", &test("B")),
    ]);
    let report = repo.ssot(&["run", "--format", "json"]).expect(0).json();
    assert_eq!(report["packages"][0]["state"], "done", "{report}");
    let target = report["target"].as_str().unwrap();
    let shown = |path: &str| repo.git(&["show", &format!("{target}:{path}")]);
    assert!(shown("tests/mock_store.py").contains("class MockStore:"));
    assert!(shown("tests/test_b.py").contains("from tests.mock_store import MockStore"));
}

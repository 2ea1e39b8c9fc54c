//! What must hold of the plan of any repository, looked at from outside: nothing of what
//! `ssot_plan` checks by itself takes part.

#![expect(clippy::disallowed_methods, reason = "the tests build real repositories")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use proptest::prelude::{ProptestConfig, Strategy, proptest};
use ssot_engine::{ScanOptions, plan, scan};
use ssot_model::{Package, PackageId, Plan};

/// Modules of a repository, in two packages.
const MODULES: usize = 8;
/// What a module may define; `0` and `1` are places where it may differ.
const DEFINITIONS: [&str; 5] = [
    "def price(order, rate, discount):\n    total = {0}\n    for line in order:\n        \
     amount = line.amount * rate\n        if line.discounted:\n            amount -= discount\n        \
     total += amount\n    return round(total, 2)\n",
    "def words(text):\n    found = [part.strip() for part in text.split(',')]\n    \
     kept = [part for part in found if part]\n    if not kept:\n        raise ValueError(text)\n    \
     kept.sort()\n    return kept[{0}:]\n",
    "class Window:\n    def __init__(self, size):\n        self.size = size\n        self.seen = []\n\n    \
     def add(self, item):\n        self.seen.append(item)\n        if len(self.seen) > self.size:\n            \
     self.seen.pop({0})\n        return len(self.seen)\n",
    "async def gather(tasks, most):\n    done = {0}\n    answers = []\n    for task in tasks:\n        \
     if done >= most:\n            break\n        answers.append(await task)\n        done += 1\n    \
     return answers\n",
    "import os\n\n\ndef address(name):\n    host = os.environ.get('HOST', 'localhost')\n    \
     port = os.environ.get('PORT', '{0}')\n    return f'http://{host}:{port}/{name}'\n",
];

/// What each module defines, and which edition of it.
type Modules = Vec<BTreeMap<usize, u8>>;

fn modules() -> impl Strategy<Value = Modules> {
    let defined = proptest::collection::btree_map(0..DEFINITIONS.len(), 0..2_u8, 0..4);
    proptest::collection::vec(defined, MODULES)
}

fn path(module: usize) -> String {
    format!("{}/part_{module}.py", if module.is_multiple_of(2) { "shop" } else { "depot" })
}

/// Writes the modules, an importer of each, and commits them.
fn write(root: &Path, modules: &Modules) {
    for folder in ["shop", "depot"] {
        std::fs::create_dir_all(root.join(folder)).expect("made");
        std::fs::write(root.join(folder).join("__init__.py"), "").expect("written");
    }
    for (at, defined) in modules.iter().enumerate() {
        let texts = defined.iter().map(|(definition, edition)| {
            DEFINITIONS[*definition].replace("{0}", &edition.to_string())
        });
        let text = texts.collect::<Vec<_>>().join("\n\n");
        std::fs::write(root.join(path(at)), text).expect("written");
    }
    for args in [&["init", "-q"][..], &["add", "-A"], &["commit", "-q", "-m", "Begin"]] {
        let mut git = Command::new("git");
        git.current_dir(root).env("GIT_CONFIG_GLOBAL", "/dev/null");
        git.args(["-c", "user.name=Ines", "-c", "user.email=ines@harbor.example"]);
        assert!(git.args(args).status().expect("git starts").success(), "{args:?}");
    }
}

/// Whether `late` waits for `early`, directly or through others.
fn waits_for(plan: &Plan, late: &Package, early: &PackageId) -> bool {
    let mut open = late.depends_on.clone();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if id == *early {
            return true;
        }
        if seen.insert(id.clone()) {
            let package = plan.packages.iter().find(|it| it.id == id).expect("it is in the plan");
            open.extend(package.depends_on.clone());
        }
    }
    false
}

fn check(plan: &Plan, options: &ScanOptions) {
    for package in &plan.packages {
        assert!(!waits_for(plan, package, &package.id), "{} waits for itself", package.id);
        for other in plan.packages.iter().filter(|it| it.id < package.id) {
            let shares = package.write_set.iter().any(|path| other.write_set.contains(path));
            let ordered =
                waits_for(plan, package, &other.id) || waits_for(plan, other, &package.id);
            assert!(!shares || ordered, "{} and {} write one file", package.id, other.id);
        }
    }
    let groups = plan.packages.iter().flat_map(|it| it.groups.iter().map(|it| &it.group));
    let places = plan.packages.iter().flat_map(|it| it.places.iter().map(|it| &it.finding));
    let planned: Vec<_> = groups.chain(places).collect();
    let alone = plan.left_alone.iter().filter(|it| !it.reason.is_empty()).map(|it| &it.group);
    let unplanned = plan.unplanned.iter().filter(|it| !it.reason.is_empty());
    let left: BTreeSet<_> = alone.chain(unplanned.flat_map(|it| &it.findings)).collect();
    for finding in scan(options).expect("a scan").findings.iter().filter(|it| it.is_violation()) {
        let times = planned.iter().filter(|it| ***it == finding.id).count();
        let told = times == 1 || times == 0 && left.contains(&finding.id);
        assert!(told, "{} `{}` is in {times} packages", finding.id, finding.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_plan_is_acyclic_and_disjoint_and_accounts_for_every_finding(
        modules in modules(),
        rewrite_imports in proptest::bool::ANY,
    ) {
        let root = tempfile::tempdir().expect("temporary directory");
        write(root.path(), &modules);
        let options = ScanOptions {
            root: root.path().to_owned(), config: None, cache: false, rules: Vec::new(),
        };
        let plan = plan(&options, rewrite_imports, None).expect("a plan");
        check(&plan, &options);
    }
}

#[test]
fn repositories_of_that_kind_have_packages_and_groups_that_stay() {
    let root = tempfile::tempdir().expect("temporary directory");
    let editions = [0, 0, 1, 0, 0, 0, 1, 0];
    let module = |edition: &u8| (0..DEFINITIONS.len()).map(|at| (at, *edition)).collect();
    write(root.path(), &editions.iter().map(module).collect());
    let options =
        ScanOptions { root: root.path().to_owned(), config: None, cache: false, rules: Vec::new() };
    let plan = plan(&options, false, None).expect("a plan");
    assert!(!plan.packages.is_empty() && !plan.left_alone.is_empty(), "{plan:#?}");
    check(&plan, &options);
}

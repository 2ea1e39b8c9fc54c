//! What the judge says of definitions that somebody names. A repository is written as
//! text: `--- path` begins a file.

use ssot_facts::{DefinitionId, Index, Source, python};
use ssot_model::{Config, RepoPath, Severity, Verdict};
use ssot_rules::{Circumstances, Scene};

#[track_caller]
fn check(repository: &str, names: &[&str], expected: Verdict) {
    let sources = repository.split("--- ").filter(|part| !part.trim().is_empty()).map(|file| {
        let (path, text) = file.split_once('\n').expect("a file has a path line");
        let path = RepoPath::new(path).expect("tests use plain paths");
        Source { path, facts: python::extract(text.as_bytes()) }
    });
    let index = Index::build(sources.collect());
    let (config, circumstances) = (Config::default(), Circumstances::default());
    let scene = Scene::new(&index, &config, &circumstances);
    let find = |name: &&str| -> DefinitionId {
        let mut ids = index.definitions().map(|(id, ..)| id);
        ids.find(|id| index.dotted(*id) == **name).expect("the test defines it")
    };
    let ids: Vec<DefinitionId> = names.iter().map(find).collect();
    let opinion = ssot_rules::judge(&scene, &ids);
    assert_eq!(opinion.verdict, expected, "{names:?}: {:#?}", opinion.evidence);
    assert_eq!(opinion.question.is_some(), expected == Verdict::Unsure, "{names:?}");
}

const STEPS: &str = "    total = 0\n    for row in rows:\n        total += row.price\n        \
                     row.seen = True\n    return total\n";

#[test]
fn a_group_is_what_most_of_its_pairs_are() {
    let file = |path: &str, name: &str| format!("--- {path}.py\ndef {name}(rows):\n{STEPS}");
    let three = |names: [&str; 3]| {
        names.iter().zip(["a", "b", "c"]).map(|(name, path)| file(path, name)).collect::<String>()
    };
    check(&three(["f", "f", "f"]), &["a.f", "b.f", "c.f"], Verdict::Identical);
    check(&three(["f", "f", "g"]), &["a.f", "b.f", "c.g"], Verdict::Clone);
}

#[test]
fn modules_that_adapt_two_libraries_hold_no_editions() {
    let adapter = |library: &str| {
        format!(
            "--- pool/{library}.py\nimport {library}\nclass Timer:\n    def start(self, delay):\n        \
             self.delay = delay\n        self.entry = {library}.spawn(delay)\n    def clear(self):\n        \
             for entry in self.queue:\n            entry.cancel()\n    def stop(self):\n        \
             self.entry = None\n"
        )
    };
    let two = adapter("eventlet") + &adapter("gevent");
    check(&two, &["pool.eventlet.Timer", "pool.gevent.Timer"], Verdict::Specialisation);
}

#[test]
fn two_strategies_named_by_their_face_are_no_editions() {
    let strategy = |name: &str, body: &str| {
        format!(
            "class {name}Mixin:\n    def iterate(self, rows):\n{body}    def close(self):\n        self.open = False\n"
        )
    };
    let repository = format!(
        "--- a.py\n{}--- b.py\n{}",
        strategy("Async", "        for row in self.waiting(rows):\n            yield row\n"),
        strategy("Sync", "        return [self.get(row) for row in rows]\n")
    );
    check(&repository, &["a.AsyncMixin", "b.SyncMixin"], Verdict::Unsure);
}

#[test]
fn renamed_variables_make_no_variant() {
    let body = |rows: &str| {
        format!(
            "    found = []\n    for row in {rows}:\n        if row:\n            found.append(row)\n    found.sort()\n    return found\n"
        )
    };
    let repository = format!(
        "--- a.py\ndef f(rows):\n{}--- b.py\ndef f(lines):\n{}",
        body("rows"),
        body("lines")
    );
    check(&repository, &["a.f", "b.f"], Verdict::Identical);
    let other = repository.replace("def f(lines)", "def g(lines)");
    check(&other, &["a.f", "b.g"], Verdict::Clone);
}

#[test]
fn equal_text_over_what_each_module_has_is_not_one_concept() {
    let table =
        |name: &str| format!("--- {name}.py\nfrom core import pick\nTABLE = load('{name}')\n");
    let face = "def get(name):\n    return pick(TABLE, name)\n";
    let core = "--- core.py\ndef pick(table, name):\n    return table[name]\n";
    let repository = format!(
        "{core}{}{face}{}{face}",
        table("a").replace("load('a')", "['a', 1]"),
        table("b").replace("load('b')", "['b', 2]")
    );
    check(&repository, &["a.get", "b.get"], Verdict::Layer);
    let model = "class Row(Base):\n    key = 1\n    value = 2\n    note = 3\n";
    let base = "from orm import declare\nBase = declare()\n";
    let repository = format!("--- a.py\n{base}{model}--- b.py\n{base}{model}");
    check(&repository, &["a.Row", "b.Row"], Verdict::Boundary);
}

#[test]
fn long_constants_are_compared_by_their_words() {
    let prompt =
        |text: &str| format!("PROMPT = \"You are an expert. Look for mistakes in the {text}\"\n");
    let pair = |one: &str, two: &str| format!("--- a.py\n{one}--- b.py\n{two}");
    let close = pair(&prompt("query and name each."), &prompt("SQL query and name each."));
    check(&close, &["a.PROMPT", "b.PROMPT"], Verdict::Variant);
    let other = "PROMPT = \"Summarise what was said on the telephone in a few lines\"\n";
    check(&pair(&prompt("query."), other), &["a.PROMPT", "b.PROMPT"], Verdict::Homonym);
}

#[test]
fn functions_that_are_exported_side_by_side_are_left_open() {
    let walk = |name: &str, order: &str| {
        format!(
            "__all__ = ['{name}']\ndef {name}(graph, start):\n    seen = set()\n    open = [start]\n    \
             while open:\n        node = open.pop({order})\n        seen.add(node)\n        \
             open.extend(graph[node])\n    return seen\n"
        )
    };
    let pair =
        format!("--- a.py\n{}--- b.py\n{}", walk("nodes", "0"), walk("nodes_by_depth", "-1"));
    check(&pair, &["a.nodes", "b.nodes_by_depth"], Verdict::Unsure);
    let hidden = pair.replace("__all__ = ['nodes']\n", "");
    check(&hidden, &["a.nodes", "b.nodes_by_depth"], Verdict::Variant);
}

#[test]
fn accessors_are_what_they_give() {
    let give = |class: &str| {
        format!(
            "_it = None\ndef get_it() -> {class}:\n    global _it\n    _it = _it or {class}()\n    return _it\n"
        )
    };
    let repository = format!(
        "--- shop/cart.py\nclass Cart:\n    def __init__(self, owner):\n        self.owner = owner\n    \
         def add(self, item):\n        self.item = item\n    def total(self):\n        return 1\n{}\
         --- mail/letter.py\nclass Letter:\n    def __init__(self, stamp):\n        self.stamp = stamp\n    \
         def seal(self):\n        return self.stamp\n    def send(self, to):\n        return to\n{}",
        give("Cart"),
        give("Letter")
    );
    check(&repository, &["shop.cart.get_it", "mail.letter.get_it"], Verdict::Homonym);
}

#[test]
fn equal_values_matter_less_than_equal_code() {
    let severities = |text: &str| -> Vec<Severity> {
        let files = ["a.py", "b.py"].map(|path| Source {
            path: RepoPath::new(path).expect("a plain path"),
            facts: python::extract(text.as_bytes()),
        });
        let index = Index::build(files.into());
        let (config, circumstances) = (Config::default(), Circumstances::default());
        let findings = ssot_rules::detect(ssot_rules::RULES, &index, &config, &circumstances);
        findings.iter().map(|finding| finding.severity).collect()
    };
    let table = "OPERATORS = {\"euclidean\": \"<->\", \"cosine\": \"<=>\", \"inner\": \"<#>\", \"max\": \"<%>\"}\n";
    let values = "class Color(str):\n    RED = \"red\"\n    GREEN = \"green\"\n    BLUE = \"blue\"\n    GREY = \"grey\"\n";
    let code = format!("def f(rows):\n{STEPS}");
    assert_eq!(severities(table), [Severity::Warning]);
    assert_eq!(severities(values), [Severity::Warning]);
    assert_eq!(severities(&code), [Severity::Error]);
}

#[test]
fn a_long_chain_of_equal_functions_is_followed_only_so_far() {
    let chain = |path: &str| {
        let link = |at: usize| {
            let next = at + 1;
            format!(
                "def f{at}(rows):\n    for row in rows:\n        row.seen = True\n        \
                 row.count += 1\n    return f{next}(rows)\n"
            )
        };
        format!("--- app/{path}.py\n") + &(0..5_000).map(link).collect::<String>()
    };
    let two = chain("a") + &chain("b");
    check(&two, &["app.a.f4990", "app.b.f4990"], Verdict::Identical);
    check(&two, &["app.a.f0", "app.b.f0"], Verdict::Identical);
}

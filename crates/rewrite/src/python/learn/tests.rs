//! What a change of one file teaches.

use ssot_facts::{Index, Source, python};
use ssot_model::RepoPath;

use super::{Version, learn};

/// What a change of `app/use.py` teaches.
fn learned(before: &str, after: &str) -> String {
    let source = |(path, text): (&str, &str)| Source {
        path: RepoPath::new(path).expect("plain"),
        facts: python::extract(text.as_bytes()),
    };
    let tree = |text: &str| {
        let new = "def connect(host, timeout): ...\n\ndef parse(request): ...\n";
        Index::build(
            [("app/__init__.py", ""), ("app/new.py", new), ("app/use.py", text)]
                .map(source)
                .to_vec(),
        )
    };
    let (old, new) = (tree(before), tree(after));
    let version = |index, text| {
        let index: &Index = index;
        let module = index.module_named("app.use").expect("it is there");
        Version { index, module, text }
    };
    let (found, not) = learn(version(&old, before), version(&new, after)).expect("it parses");
    let found = found
        .iter()
        .map(|it| format!("{} => {} [{}]", it.pattern, it.replacement, it.imports.join("; ")));
    let not = not.iter().map(|(line, why)| format!("{line}: {why}"));
    found.chain(not).collect::<Vec<_>>().join(" | ")
}

#[test]
fn what_both_versions_have_becomes_a_hole() {
    let head = "import os\nfrom urllib.parse import urlparse\n\n\ndef f(self, key, host):\n";
    let with = "import os\nfrom app.new import connect, parse\n\n\ndef f(self, key, host):\n";
    for (before, after, expected) in [
        (
            "    return os.dial(host, 3)\n",
            "    return connect(host, timeout=3)\n",
            "os.dial($A, $B) => connect($A, timeout=$B) [from app.new import connect]",
        ),
        (
            "    a = urlparse(self.request.url)\n",
            "    a = parse(self.request)\n",
            "urllib.parse.urlparse($A.url) => parse($A) [from app.new import parse]",
        ),
        (
            "    if key and os.dial(key, host=host):\n        pass\n",
            "    if key and connect(key, host=host):\n        pass\n",
            "os.dial($$$ARGS) => connect($$$ARGS) [from app.new import connect]",
        ),
        (
            "    return os.sep\n",
            "    return parse\n",
            "os.sep => parse [from app.new import parse]",
        ),
        (
            "    os.environ[key] = host\n",
            "    connect(key, host)\n",
            "os.environ[$A] = $B => connect($A, $B) [from app.new import connect]",
        ),
        ("    return key\n", "    return host\n", "6: `key` is local and does not stay"),
        ("    return f(\n        key,\n    )\n", "    return f(key)\n", ""),
        ("    print(key)\n", "    print(key)\n    print(host)\n", ""),
    ] {
        let found = learned(&format!("{head}{before}"), &format!("{with}{after}"));
        assert_eq!(found, expected, "{before}{after}");
    }
}

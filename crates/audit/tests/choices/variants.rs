//! What is chosen for implementations that differ.

use ssot_model::{Config, Mode, RunConfig};

use crate::choices;

/// Two functions of a name that differ in what `{0}` stands for.
fn diverged(value: &str) -> String {
    format!(
        "def convert(rows, limit):\n    page = list(rows)\n    page = sorted(page, key={value})\n    \
         page = page[:limit]\n    if not page:\n        raise ValueError(rows)\n    return page\n"
    )
}

#[test]
fn functions_that_differ_in_values_alone_get_parameters() {
    const PARAMETERISED: &str = "parameterise app.a.convert for app.b.convert";
    for (head_a, one, head_b, two, tail, expected) in [
        ("", "str", "", "repr", "", PARAMETERISED),
        ("", "None", "", "str.lower", "", PARAMETERISED),
        ("from .c import by_name", "by_name", "import app.a", "None", "", "they read other code"),
        ("", "str", "@wraps", "repr", "", "a decorated function"),
        ("", "str", "", "lambda it: it.name", "", "differs in more than a value"),
        (
            "",
            "by_name",
            "import app.a",
            "None",
            "def by_name(it): pass",
            "they read other code, `by_name`",
        ),
        (
            "BY = None",
            "BY",
            "import app.a",
            "str",
            "def turn():\n    global BY\n    BY = 1",
            "may change",
        ),
        ("import app.b", "str", "", "repr", "", "parameterise app.b.convert for app.a.convert"),
        ("def sorted(it): pass", "str", "", "repr", "", "`sorted` is app.a.sorted in app.a"),
    ] {
        let repository = format!(
            "--- app/__init__.py\n--- app/a.py\n{head_a}\n{}\n{tail}\n--- app/b.py\n{head_b}\n{}\n\n\
             --- app/c.py\ndef by_name(it): pass\n",
            diverged(one),
            diverged(two)
        );
        let found = choices(&repository, &Config::default());
        assert!(found.contains(expected), "{one} and {two}: {found}");
    }
}

#[test]
fn classes_that_contradict_each_other_in_nothing_become_one() {
    const SHARED: &str = "    def add(self, row):\n        self.rows = [*self.rows, row]\n        \
         return self\n    def first(self):\n        for row in self.rows:\n            return row\n";
    const VALUES: &str =
        "    NEW = 'new'\n    OPEN = 'open'\n    DONE = 'done'\n    LATE = 'late'\n";
    let class = |head: &str, body: &str| format!("{head}:\n{body}");
    let record =
        |more: &str| class("@dataclass\nclass Kind", &format!("    name: str\n{SHARED}{more}"));
    let plain = |more: &str| class("class Kind", &format!("{SHARED}{more}"));
    let values = |more: &str| class("class Kind(Enum)", &format!("{VALUES}{more}"));
    let model = |doc: &str, more: &str| {
        class("class Kind(BaseModel)", &format!("    \"\"\"{doc}\"\"\"\n{SHARED}{more}"))
    };
    let method = "    def last(self):\n        return self.rows[-1]\n";
    for (one, two, expected) in [
        (plain(method), plain(""), "merge app.b.Kind into app.a.Kind"),
        (plain("    SIZE = 3\n"), plain(method), "merge app.a.Kind into app.b.Kind"),
        (plain(method), plain(&method.replace("-1", "-2")), "`last` differs"),
        (plain("    def __len__(self):\n        return 3\n"), plain(""), "only one has `__len__`"),
        (record(method), record(""), "merge app.b.Kind into app.a.Kind"),
        (record("    size: int = 3\n"), record(""), "`size` would be a field of the others"),
        (values("    LOST = 'lost'\n"), values(""), "merge app.b.Kind into app.a.Kind"),
        (values("    LOST = 'lost'\n"), values("    GONE = 'gone'\n"), "only one has `GONE`"),
        (plain(method), plain("").replace("class Kind", "class Kind(Base)"), "their bases"),
        (model("One", method), model("Other", ""), "the docstrings differ, and a base"),
    ] {
        let head = "from dataclasses import dataclass\nfrom enum import Enum\nfrom .c import Base\n\
                    from pydantic import BaseModel\n";
        let repository = format!(
            "--- app/__init__.py\n--- app/a.py\n{head}{one}\n--- app/b.py\n{head}{two}\n\
             --- app/c.py\nclass Base: pass\n"
        );
        let found = choices(&repository, &Config::default());
        assert!(found.contains(expected), "{one} and {two}: {found}");
        let both = "--- app/d.py\nfrom .a import Kind as One\nfrom .b import Kind as Two\n";
        let found = choices(&format!("{repository}{both}"), &Config::default());
        assert!(!found.contains("merge"), "{found}");
        let careful = RunConfig { mode: Mode::Careful };
        let found = choices(&repository, &Config { run: careful, ..Config::default() });
        assert!(found.contains("in careful mode nothing but equal text"), "{found}");
    }
}

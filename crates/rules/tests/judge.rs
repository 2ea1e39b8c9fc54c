//! What the judge says of definitions that somebody names. A repository is written as
//! text: `--- path` begins a file.

mod opinion;

use ssot_facts::{Index, Source, python};
use ssot_model::{Config, RepoPath, Severity, Verdict};
use ssot_rules::Circumstances;

use opinion::check;

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

#[test]
fn parallel_packages_for_two_faces_hold_twins() {
    let retry = |wait: &str, call: &str| {
        format!(
            "class Retry:\n    def __init__(self, times):\n        self.times = times\n    {wait}def call(self, do):\n        \
             for _ in range(self.times):\n            try:\n                return {call}do()\n            \
             except OSError:\n                self.failed = True\n"
        )
    };
    let two = format!(
        "--- pkg/retry.py\n{}--- pkg/asyncio/retry.py\n{}",
        retry("", ""),
        retry("async ", "await ")
    );
    check(&two, &["pkg.retry.Retry", "pkg.asyncio.retry.Retry"], Verdict::Twin);
    let elsewhere = two.replace("pkg/asyncio/retry", "pkg/tasks/retry");
    check(&elsewhere, &["pkg.retry.Retry", "pkg.tasks.retry.Retry"], Verdict::Variant);
}

#[test]
fn classes_put_together_from_twins_are_twins() {
    let repository = "--- a.py\nclass Keys(Base, Scan):\n    pass\nclass AsyncKeys(AsyncBase, AsyncScan):\n    pass\n";
    check(repository, &["a.Keys", "a.AsyncKeys"], Verdict::Twin);
}

#[test]
fn a_face_too_short_to_repeat_the_other_is_left_open() {
    let repository = "--- a.py\nimport loop\nclass Process:\n    def run(self):\n        return loop.run(self.arun)\n    \
                      async def arun(self):\n        async with loop.nursery() as nursery:\n            \
                      nursery.start(self.command)\n            self.done = True\n        await nursery.end()\n        \
                      self.code = nursery.code\n        return self.code == 0\n";
    check(repository, &["a.Process.run", "a.Process.arun"], Verdict::Unsure);
}

#[test]
fn what_differs_in_the_return_annotation_is_identical() {
    let file = |path: &str, returns: &str| format!("--- {path}.py\ndef f(rows){returns}:\n{STEPS}");
    let two = file("a", "") + &file("b", " -> Optional[int]");
    check(&two, &["a.f", "b.f"], Verdict::Identical);
    let other = two.replacen("total += row.price", "total += row.cost", 1);
    check(&other, &["a.f", "b.f"], Verdict::Variant);
}

#[test]
fn each_module_that_speaks_of_its_own_subject_has_its_own() {
    let text = |host: &str, path: &str| {
        format!(
            "--- tools/{path}/prompt.py\nREAD = \"Give the path of the file in {host}, as {host} shows it\"\n"
        )
    };
    let two = text("GitHub", "github") + &text("GitLab", "gitlab");
    check(&two, &["tools.github.prompt.READ", "tools.gitlab.prompt.READ"], Verdict::Boundary);
    let step = |what: &str| {
        format!(
            "--- jobs/{what}s.py\ndef prepare(rows, limit):\n    found = []\n    for {what}s in rows:\n        \
             found.append(expand_{what}s({what}s, limit))\n    return found\n"
        )
    };
    let two = step("route") + &step("annotation");
    check(&two, &["jobs.routes.prepare", "jobs.annotations.prepare"], Verdict::Unsure);
}

#[test]
fn a_name_that_most_modules_of_a_package_define_is_a_convention() {
    let flavour = |name: &str| {
        format!(
            "--- flavours/{name}.py\nimport {name}_lib\ndef load_model(path):\n    \"\"\"Load a model.\"\"\"\n    \
             config = read(path)\n    model = {name}_lib.load(config.data)\n    model.path = path\n    return model\n"
        )
    };
    let names = ["red", "green", "blue", "grey", "pink"];
    let five: String = names.iter().map(|name| flavour(name)).collect();
    check(&five, &["flavours.red.load_model", "flavours.pink.load_model"], Verdict::Convention);
}

#[test]
fn to_use_something_else_is_no_layer() {
    let repository = "--- a.py\ndef get_handler(place):\n    kind = choose(place)\n    handler = kind(place)\n    \
                      return handler\n--- b.py\nfrom a import get_handler\ndef refresh_rows(rows, place):\n    \
                      handler = get_handler(place)\n    for row in rows:\n        handler.load(row)\n        \
                      handler.store(row)\n    return rows\n";
    check(repository, &["a.get_handler", "b.refresh_rows"], Verdict::Homonym);
    let about_one = repository.replace("refresh_rows", "refresh_handler");
    check(&about_one, &["a.get_handler", "b.refresh_handler"], Verdict::Layer);
}

#[test]
fn a_base_that_everybody_extends_makes_no_kin() {
    let view = |name: &str, shown: &str| {
        format!(
            "class {name}View(ModelView):\n    \"\"\"Pages of the office.\"\"\"\n    def list_{name}(self):\n        return list({shown})\n    \
             def show(self, key):\n        return {shown}\n"
        )
    };
    let few = |count: usize| {
        let many: String = (0..count).map(|at| view(&format!("Part{at}"), "key")).collect();
        format!(
            "--- a/lamps.py\nfrom web import ModelView\n{}--- a/lamp_sales.py\nfrom web import ModelView\n{}\
             --- c.py\nfrom web import ModelView\n{many}",
            view("Lamp", "self.pick(key)"),
            view("LampSale", "sorted(self.sold(key))")
        )
    };
    let names = ["a.lamps.LampView", "a.lamp_sales.LampSaleView"];
    check(&few(1), &names, Verdict::Specialisation);
    check(&few(30), &names, Verdict::Unsure);
}

#[test]
fn what_scripts_share_is_a_name_unless_it_was_copied() {
    let script =
        |path: &str, body: &str| format!("--- scripts/{path}.py\ndef report(rows):\n{body}");
    let other = "    names = sorted(rows)\n    for name in names:\n        print(name)\n        names.pop()\n    return len(names)\n";
    let names = ["scripts.a.report", "scripts.b.report"];
    let edited = STEPS.replace("total = 0", "total = 1");
    check(&(script("a", STEPS) + &script("b", &edited)), &names, Verdict::Convention);
    check(&(script("a", STEPS) + &script("b", other)), &names, Verdict::Homonym);
}

#[test]
fn a_migration_keeps_a_picture_of_a_class() {
    let repository = "--- store/db_migrations/versions/a1_users.py\nclass User(Base):\n    __tablename__ = \"users\"\n    \
                      key = Column(Integer)\n--- store/models.py\nclass User(Base):\n    __tablename__ = \"users\"\n    \
                      key = Column(Integer)\n    name = Column(String)\n    def shown(self):\n        return self.name\n    \
                      def rename(self, name):\n        self.name = name\n";
    let names = ["store.db_migrations.versions.a1_users.User", "store.models.User"];
    check(repository, &names, Verdict::Convention);
}

#[test]
fn levels_under_names_without_a_common_word_are_no_clones() {
    let found = |other: &str| {
        let levels = |name: &str| {
            format!(
                "class {name}(str):\n    LOW = \"low\"\n    MEDIUM = \"medium\"\n    HIGH = \"high\"\n    TOP = \"top\"\n"
            )
        };
        let files = [("a.py", levels("AlertLevel")), ("b.py", levels(other))];
        let sources = files.map(|(path, text)| Source {
            path: RepoPath::new(path).expect("a plain path"),
            facts: python::extract(text.as_bytes()),
        });
        let index = Index::build(sources.into());
        let (config, circumstances) = (Config::default(), Circumstances::default());
        let findings = ssot_rules::detect(ssot_rules::RULES, &index, &config, &circumstances);
        findings.iter().filter(|it| it.rule == "exact-clone").count()
    };
    assert_eq!((found("AlertSeverity"), found("QueuePriority")), (1, 0));
}

#[test]
fn classes_of_one_name_with_one_face_are_one_concept_whose_bodies_moved_apart() {
    let class = |flush: &str| {
        format!(
            "class Outbox:\n    def __init__(self, send):\n        self._send = send\n        \
             self._pending = []\n\n    def add(self, message):\n        \
             self._pending.append(message)\n\n    def waiting(self):\n        \
             return len(self._pending)\n\n    def flush(self):\n{flush}"
        )
    };
    let one = class(
        "        sent = 0\n        while self._pending:\n            \
         self._send(self._pending[0])\n            self._pending.pop(0)\n            sent += 1\n        \
         return sent\n",
    );
    let other = class(
        "        batch = self._pending\n        self._pending = []\n        for message in batch:\n            \
         self._send(message)\n        return len(batch)\n",
    );
    let repository = format!("--- app/bus.py\n{one}--- app/messages.py\n{other}");
    check(&repository, &["app.bus.Outbox", "app.messages.Outbox"], Verdict::Variant);
}

#[test]
fn a_function_that_a_tool_finds_by_its_name_is_a_convention() {
    let extension = |path: &str, first: &str| {
        format!(
            "--- docs/{path}.py\ndef setup({first}):\n    {first}.add_{path}(make)\n    {first}.connect(\"{path}\", run)\n"
        )
    };
    let names = ["docs.roles.setup", "docs.nodes.setup"];
    let two = |first: &str| extension("roles", first) + &extension("nodes", first);
    check(&two("app"), &names, Verdict::Convention);
    check(&two("shop"), &names, Verdict::Homonym);
}

#[test]
fn functions_that_hand_their_own_table_to_one_are_its_layers() {
    let face = |path: &str, more: &str| {
        format!(
            "--- cloud/{path}.py\nfrom cloud.base import find_driver as _find\nDRIVERS = {{\"{path}\": 1}}\n\
             OLD = {{}}\ndef get_driver(name):\n    return _find(DRIVERS, name{more})\n"
        )
    };
    let base =
        "--- cloud/base.py\ndef find_driver(drivers, name, old=None):\n    return drivers[name]\n";
    let three = face("dns", "") + &face("compute", ", OLD") + base;
    check(&three, &["cloud.dns.get_driver", "cloud.compute.get_driver"], Verdict::Layer);
}

#[test]
fn functions_that_each_give_their_own_face_are_twins() {
    let face = |path: &str| {
        format!(
            "--- {0}/client.py\nclass Client:\n    pass\n--- {0}/utils.py\ndef from_url(url, **more):\n    \
             from {1}.client import Client\n    return Client.from_url(url, **more)\n",
            path,
            path.replace('/', ".")
        )
    };
    let two = face("kv") + &face("kv/asyncio");
    check(&two, &["kv.utils.from_url", "kv.asyncio.utils.from_url"], Verdict::Twin);
}

#[test]
fn copies_whose_helpers_are_copies_are_clones() {
    let file = |path: &str, helper: &str, shown: &str| {
        format!(
            "--- {path}.py\nDEBUG = False\ndef {helper}(it):\n    if DEBUG:\n        print({shown})\n\
             def {path}_rows(rows):\n    found = []\n    for row in rows:\n        found.append(row.key)\n    \
             {helper}(found)\n    rows.close()\n    return found\n"
        )
    };
    let names = ["a.a_rows", "b.b_rows"];
    check(&(file("a", "_show", "it") + &file("b", "show", "it")), &names, Verdict::Clone);
    let other = file("a", "_show", "it") + &file("b", "show", "it, \"found\"");
    check(&other, &names, Verdict::Variant);
}

#[test]
fn a_function_that_says_of_an_object_what_its_method_says_is_a_clone() {
    let body = |it: &str| {
        format!(
            "    found = set()\n    for task in {it}.tasks:\n        found.update(task.inputs)\n    \
             for agent in {it}.agents:\n        found.update(agent.inputs)\n    return found\n"
        )
    };
    let method =
        body("self").replace("    ", "        ").replace("                ", "            ");
    let repository = format!(
        "--- a.py\nclass Crew:\n    def inputs(self):\n{method}--- b.py\nfrom a import Crew\n\
         def needed_inputs(crew: Crew):\n{}",
        body("crew")
    );
    check(&repository, &["a.Crew.inputs", "b.needed_inputs"], Verdict::Clone);
}

#[test]
fn small_models_that_differ_in_what_the_schema_publishes_stay_apart() {
    let model = |path: &str, doc: &str| {
        format!(
            "--- kit/{path}.py\nfrom pydantic import BaseModel\nclass Inputs(BaseModel):\n    \"\"\"{doc}\"\"\"\n    query: str\n"
        )
    };
    let names = ["kit.a.Inputs", "kit.b.Inputs"];
    check(&(model("a", "A quote.") + &model("b", "News.")), &names, Verdict::Convention);
    check(&(model("a", "A quote.") + &model("b", "A quote.")), &names, Verdict::Identical);
}

#[test]
fn what_other_scripts_import_is_a_library_and_no_script() {
    let file =
        |path: &str, more: &str| format!("--- scripts/{path}.py\ndef f(rows):\n{STEPS}{more}");
    let user = "--- scripts/c.py\nfrom a import f\nfrom b import f as g\n";
    let names = ["scripts.a.f", "scripts.b.f"];
    check(&(file("a", "") + &file("b", "") + user), &names, Verdict::Identical);
    check(&(file("a", "") + &file("b", "")), &names, Verdict::Convention);
    let runs = "if __name__ == \"__main__\":\n    f([])\n";
    check(&(file("a", runs) + &file("b", "") + user), &names, Verdict::Convention);
}

#[test]
fn samples_are_each_complete() {
    let sample =
        |path: &str, body: &str| format!("--- examples/{path}/tasks.py\ndef fetch(url):\n{body}");
    let two =
        sample("eventlet", "    reply = green.get(url)\n    print(url)\n    return reply.status\n")
            + &sample("gevent", "    with Timeout(5):\n        return urlopen(url).read()\n");
    let names = ["examples.eventlet.tasks.fetch", "examples.gevent.tasks.fetch"];
    check(&two, &names, Verdict::Convention);
}

#[test]
fn names_that_differ_in_an_edition_and_empty_namesakes_are_left_open() {
    let file =
        |path: &str, name: &str, body: &str| format!("--- {path}.py\ndef {name}(a, b):\n{body}");
    let one = file("a", "get_metrics", "    rows = a.read()\n    b.send(rows)\n    return rows\n");
    let other = "    with a:\n        for it in b:\n            yield it.name\n";
    let unified = one.clone() + &file("b", "get_metrics_unified", other);
    check(&unified, &["a.get_metrics", "b.get_metrics_unified"], Verdict::Unsure);
    let errors = "--- a.py\nclass ConfigError(ValueError):\n    pass\n--- b.py\nfrom kv import Base\nclass ConfigError(Base):\n    pass\n";
    check(errors, &["a.ConfigError", "b.ConfigError"], Verdict::Unsure);
}

//! What the judge says of definitions that state their relation somewhere else than in
//! their own lines.

mod opinion;

use opinion::check;
use ssot_model::{Config, Verdict};
use ssot_rules::{Circumstances, Scene};

#[test]
fn what_differs_in_a_long_text_or_a_number_is_not_renamed() {
    let usage = |name: &str, text: &str, size: u32| {
        let text = text.repeat(20);
        format!(
            "def {name}(out):\n    for line in out:\n        out.write({size})\n    out.write('{text}')\n    out.close()\n    out.end()\n"
        )
    };
    let pair = |one: &str, two: &str| format!("--- a.py\n{one}--- b.py\n{two}");
    let (plain, renamed) = (usage("usage", "Reads. ", 1), usage("print_usage", "Reads. ", 1));
    check(&pair(&plain, &renamed), &["a.usage", "b.print_usage"], Verdict::Clone);
    for other in [usage("print_usage", "Writes. ", 1), usage("print_usage", "Reads. ", 2)] {
        check(&pair(&plain, &other), &["a.usage", "b.print_usage"], Verdict::Variant);
    }
}

#[test]
fn what_two_routers_offer_is_a_clone() {
    let endpoint = |router: &str, name: &str, path: &str| {
        format!(
            "--- api/{router}.py\nfrom auth import AuthSystem, get_auth\nfrom fastapi import APIRouter, Depends\n\
             {router} = APIRouter()\n@{router}.post('{path}')\nasync def {name}(request, auth=Depends(get_auth)):\n    \
             return await auth.initiate(request)\n"
        )
    };
    let auth =
        "--- auth.py\nclass AuthSystem:\n    pass\ndef get_auth():\n    return AuthSystem()\n";
    let two = endpoint("security", "begin_web_login", "/web/begin")
        + &endpoint("web", "begin_login", "/begin")
        + auth;
    check(&two, &["api.security.begin_web_login", "api.web.begin_login"], Verdict::Clone);
}

#[test]
fn overrides_that_name_their_own_class_are_identical() {
    let driver = |path: &str, class: &str| {
        format!(
            "--- {path}.py\nimport conf\nfrom base import Driver\nCONF = conf.CONF\nclass {class}(Driver):\n    \
             def get_config(self, info):\n        found = super({class}, self).get_config(info)\n        \
             found.kind = 'block'\n        found.path = info['path']\n        if CONF.native:\n            \
             found.io = 'native'\n        return found\n"
        )
    };
    let base =
        "--- base.py\nclass Driver:\n    def get_config(self, info):\n        return info.config\n";
    let two = driver("fibre", "FibreDriver") + &driver("iscsi", "IscsiDriver") + base;
    let names = ["fibre.FibreDriver.get_config", "iscsi.IscsiDriver.get_config"];
    check(&two, &names, Verdict::Identical);
}

#[test]
fn constructors_that_keep_what_they_are_given_share_no_code() {
    let class = |name: &str, base: &str, more: &str| {
        format!(
            "class {name}({base}):\n    def __init__(self, conn, code, reason):\n        super().__init__(conn)\n        \
             self.code = code\n        self.reason = reason\n{more}"
        )
    };
    let names = ["commands.CloseStream.__init__", "events.PeerVanished.__init__"];
    let pair = |more: &str| {
        let one = class("CloseStream", "Command", more);
        let other = class("PeerVanished", "Event", more);
        format!(
            "--- commands.py\nclass Command:\n    pass\n{one}    def send(self, out):\n        out.write(self.code)\n\
             --- events.py\nclass Event:\n    pass\n{other}    def notify(self, hub):\n        hub.tell(self.reason)\n"
        )
    };
    check(&pair(""), &names, Verdict::Homonym);
    check(&pair("        self.open = self.prepare(conn)\n"), &names, Verdict::Identical);
}

#[test]
fn what_hides_a_module_hides_equal_text_in_it() {
    let body = "def get_metrics(name):\n    found = registry.find(name)\n    return found.rows()\n";
    let two = format!(
        "--- shop/metrics.py\n{body}--- shop/metrics/__init__.py\n{body}--- shop/__init__.py\n"
    );
    let index = opinion::index(&two);
    let (config, circumstances) = (Config::default(), Circumstances::default());
    let ids: Vec<_> = index.definitions().map(|(id, ..)| id).collect();
    let found = ssot_rules::judge(&Scene::new(&index, &config, &circumstances), &ids);
    assert_eq!(found.verdict, Verdict::Shadowed);
}

#[test]
fn a_class_that_queries_another_of_its_name_through_a_helper_stands_over_it() {
    let two = "--- db/models.py\nclass Aggregate(BASE):\n    id = Column(Integer)\n    uuid = Column(String)\n\
        --- objects/aggregate.py\nfrom db import models\ndef _load(context, key):\n    \
        return context.session.query(models.Aggregate).get(key)\nclass Aggregate(Remote):\n    VERSION = '1.3'\n    \
        def get(cls, context, key):\n        return cls.of(context, _load(context, key))\n";
    check(two, &["db.models.Aggregate", "objects.aggregate.Aggregate"], Verdict::Layer);
}

#[test]
fn a_protocol_may_be_implemented_from_above() {
    let two = "--- typing_.py\nfrom typing import Protocol\nclass Shards(Protocol):\n    def names(self): ...\n    \
        def records(self): ...\n    def size(self): ...\n--- base.py\nclass ShardBase:\n    def names(self):\n        \
        return list(self.index)\n    def records(self):\n        return self.index.values()\n--- shards.py\n\
        from base import ShardBase\nclass Shards(ShardBase):\n    def fetch(self, url):\n        return url.get()\n";
    check(two, &["typing_.Shards", "shards.Shards"], Verdict::Specialisation);
}

#[test]
fn hooks_of_the_language_and_of_plug_ins_are_conventions() {
    let lazy = |name: &str, body: &str| format!("--- {name}.py\ndef __getattr__(name):\n{body}");
    let two =
        lazy("a", "    if name == 'Old':\n        return New\n    raise AttributeError(name)\n")
            + &lazy("b", "    load()\n    return globals()[name]\n");
    check(&two, &["a.__getattr__", "b.__getattr__"], Verdict::Convention);
    let plug_in = |name: &str| {
        format!(
            "--- {name}.py\nfrom hooks import hookimpl\n@hookimpl(tryfirst=True)\ndef reporters():\n    yield make('{name}')\n"
        )
    };
    let two = plug_in("console") + &plug_in("json_");
    check(&two, &["console.reporters", "json_.reporters"], Verdict::Convention);
}

#[test]
fn a_name_to_which_each_module_gives_its_own_value_is_a_convention() {
    let module = |at: u32, value: &str| {
        format!(
            "--- schemas/m{at}.py\nindex_response = {{'type': 'object', 'properties': '{value} of all'}}\n"
        )
    };
    let names = ["schemas.m0.index_response", "schemas.m1.index_response"];
    let own: String =
        (0..6).map(|at| module(at, ["rows", "rows", "a", "b", "c", "d"][at as usize])).collect();
    check(&own, &names, Verdict::Convention);
    let copied: String = (0..6).map(|at| module(at, "rows")).collect();
    check(&copied, &names, Verdict::Identical);
}

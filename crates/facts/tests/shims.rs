//! Names that a module still answers for.

use ssot_facts::python;

#[test]
fn a_module_answers_for_names_that_have_moved() {
    let branch = |name: &str, warning: &str, target: &str| {
        format!(
            "    if name == '{name}':\n        from .new import {target}\n        {warning}\n        return {target}\n"
        )
    };
    let warning = "warnings.warn('gone after 2026-01-31 or 2026-12-31', DeprecationWarning)";
    let end = "    raise AttributeError(name)\n";
    for (body, shims, is_whole) in [
        (branch("a", warning, "a") + end, vec![("a", "2026-12-31")], true),
        (
            branch("a", "warn('soon', category=PendingDeprecationWarning)", "b") + end,
            vec![("a", "")],
            true,
        ),
        (branch("a", warning, "a") + "    return 1\n", vec![("a", "2026-12-31")], false),
        (branch("a", "print('soon')", "a") + end, vec![], false),
        (branch("a", "warnings.warn('soon', UserWarning)", "a") + end, vec![], false),
        (end.to_owned(), vec![], false),
    ] {
        let facts = python::extract(format!("def __getattr__(name):\n{body}").as_bytes());
        let found: Vec<(&str, &str)> =
            facts.shims.iter().map(|it| (it.name.as_str(), it.until.as_str())).collect();
        assert_eq!(found, shims, "{body}");
        assert_eq!(facts.definitions[0].flags.shim, is_whole, "{body}");
    }
}

//! Writes past the methods that guard a state become calls of these methods.

use ssot_model::GuardedWrite;
use ssot_rewrite::Substitution;

/// The substitutions of one guard. Without declared objects any object of that attribute
/// would be meant, so nothing is changed.
pub(super) fn substitutions(guard: &GuardedWrite) -> Result<Vec<Substitution>, String> {
    let state = format!("$X.{}", guard.attribute);
    let forms = &guard.forms;
    let all: [(&Option<String>, String, &str, &str); 10] = [
        (&forms.single, format!("{state}[$K] = $V"), "single", "($K, $V)"),
        (&forms.batch, format!("{state}.update($$$A)"), "batch", "($$$A)"),
        (&forms.append, format!("{state}[$K].append($V)"), "append", "($K, $V)"),
        (&forms.append, format!("{state}.setdefault($K, []).append($V)"), "append", "($K, $V)"),
        (&forms.append, format!("{state}.append($V)"), "append", "($V)"),
        (&forms.extend, format!("{state}[$K].extend($V)"), "extend", "($K, $V)"),
        (&forms.extend, format!("{state}.setdefault($K, []).extend($V)"), "extend", "($K, $V)"),
        (&forms.extend, format!("{state}.extend($V)"), "extend", "($V)"),
        (&forms.increment, format!("{state}[$K] += $N"), "increment", "($K, $N)"),
        (&forms.remove, format!("del {state}[$K]"), "remove", "($K)"),
    ];
    let made = all.into_iter().map(|(method, pattern, form, arguments)| {
        let made = match method {
            _ if guard.objects.is_empty() => Substitution::refusing(
                &pattern,
                "the guard names no `objects`, so any object of that attribute would be meant",
            ),
            Some(method) => {
                Substitution::new(&pattern, &format!("$X.{method}{arguments}"), Vec::new())
            }
            None => {
                let reason = format!("`forms` of the guard has no `{form}`");
                Substitution::refusing(&pattern, &reason)
            }
        };
        Ok(made?.only("X", &guard.objects))
    });
    made.collect()
}

//! What is known of classes that are not in the repository.

use super::{Base, ClassRef};

/// The builtin exceptions that are bases of others, with their own base. Whatever is
/// an exception and not listed here has none below it that is builtin.
const EXCEPTIONS: [(&str, &str); 33] = [
    ("Exception", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("SystemExit", "BaseException"),
    ("ArithmeticError", "Exception"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("BufferError", "Exception"),
    ("EOFError", "Exception"),
    ("ImportError", "Exception"),
    ("LookupError", "Exception"),
    ("MemoryError", "Exception"),
    ("NameError", "Exception"),
    ("OSError", "Exception"),
    ("ReferenceError", "Exception"),
    ("RuntimeError", "Exception"),
    ("StopAsyncIteration", "Exception"),
    ("StopIteration", "Exception"),
    ("SyntaxError", "Exception"),
    ("SystemError", "Exception"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("Warning", "Exception"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("ModuleNotFoundError", "ImportError"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("NotImplementedError", "RuntimeError"),
    ("ConnectionError", "OSError"),
    ("FileNotFoundError", "OSError"),
    ("PermissionError", "OSError"),
    ("TimeoutError", "OSError"),
    ("UnicodeError", "ValueError"),
];

/// The classes above a known builtin, nearest first, without `object`.
pub(super) fn above(name: &str) -> impl Iterator<Item = &'static str> + use<> {
    let base = |name: &str| EXCEPTIONS.iter().find(|(it, _)| *it == name).map(|(_, base)| *base);
    std::iter::successors(base(name), move |name| base(name))
}

/// The class that a dotted name from elsewhere stands for among bases.
pub(super) fn base(dotted: &str) -> Base {
    let Some((module, name)) = dotted.rsplit_once('.') else {
        return Base::Unclear;
    };
    match (module, name) {
        ("abc", "ABC") => Base::Class(ClassRef::External("abc.ABC".into())),
        ("builtins", name) => Base::Class(ClassRef::External(name.into())),
        // They vanish before a base that is generic by itself; where they stay they
        // come last. Without knowing which bases are written with parameters, their
        // place cannot be told, and nobody is looked up behind them.
        ("typing" | "typing_extensions", "Generic" | "Protocol") => Base::Erased,
        // Aliases and functions that stand for other bases.
        ("typing" | "typing_extensions", _) => Base::Unclear,
        _ => Base::Class(ClassRef::External(dotted.into())),
    }
}

/// Whether a class brings no attributes but those of every object.
pub(super) fn adds_nothing(name: &str) -> bool {
    matches!(name, "object" | "abc.ABC")
}

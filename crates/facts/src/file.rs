//! The facts of one file. They depend on its bytes alone.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use ssot_model::{DefinitionKind, Span};

use crate::flow::{Emission, Flow};
use crate::usage::{Fallback, GlobalWrite, LocalAlias, Make, Mint, Shim};

/// Everything the rules may ask about one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileFacts {
    /// Lines of the file.
    pub lines: u32,
    /// What the file says about itself.
    pub flags: FileFlags,
    /// First line of the module's docstring.
    pub summary: CompactString,
    /// Top-level classes, functions and constants, and the methods of the classes.
    pub definitions: Vec<Definition>,
    /// Every import, in order, wherever it stands.
    pub imports: Vec<Import>,
    /// What each module-level name is bound to: by name, and in order for each name.
    pub bindings: Vec<NameBinding>,
    /// Names listed in a literal `__all__`.
    pub all: Option<Vec<CompactString>>,
    /// Dotted uses that begin with an imported name, `alias.attr.attr`, without repetition.
    pub uses: Vec<CompactString>,
    /// Strings that look like a dotted path.
    pub strings: Vec<DottedString>,
    /// Writes to attributes of other objects by name.
    pub writes: Vec<AttributeWrite>,
    /// Class attributes that are another name for something: attribute, dotted name.
    pub attribute_aliases: Vec<(CompactString, CompactString)>,
    /// Module-level names that are mutated somewhere in the file.
    pub mutated: Vec<CompactString>,
    /// Names that are read but bound nowhere in the file and are no builtins.
    pub undefined: Vec<CompactString>,
    /// Names on which `__subclasses__` is called.
    pub enumerated: Vec<CompactString>,
    /// Dotted names that are called, read, written or subscripted, without repetition:
    /// `os.environ`, `self.run`, `build().send`, `rows[].total`. `()` stands for a
    /// call on the way, `[]` for a subscript, `?` for any other expression.
    pub paths: Vec<CompactString>,
    /// Texts of short string literals, without repetition; docstrings are left out.
    pub texts: Vec<CompactString>,
    /// Where those names are used, in order of evaluation: the arguments of a call
    /// come before the call.
    pub sites: Vec<Site>,
    /// Where those texts stand, in order.
    pub literals: Vec<Literal>,
    /// Names of the module and of its classes that stand for one short text, in order.
    pub named_texts: Vec<NamedText>,
    /// Lists and tuples of names and short words, in order.
    pub sequences: Vec<Sequence>,
    /// The branches, loops and exits of the functions that have calls, in order.
    pub flows: Vec<Flow>,
    /// Calls that are named like ones that tell others of an event, in order.
    pub emissions: Vec<Emission>,
    /// What methods use on their own object and the body of their class does not have.
    pub own_uses: Vec<OwnUse>,
    /// Local names that stand for a new object and nothing else.
    pub instances: Vec<Instance>,
    /// Module-level names that statements of the module itself read.
    pub module_reads: Vec<CompactString>,
    /// `name = a.b.c` inside functions, where nothing else binds the name.
    pub aliases: Vec<LocalAlias>,
    /// Names that definitions declare `global`, in order.
    pub globals: Vec<GlobalWrite>,
    /// What keys of the configuration are worth when they are missing, in order.
    pub fallbacks: Vec<Fallback>,
    /// Where names of ids are given new ids, in order.
    pub mints: Vec<Mint>,
    /// Objects that functions make and return, in order.
    pub makes: Vec<Make>,
    /// Lines of comments that say code was copied on purpose, to stay independent.
    pub copied_on_purpose: Vec<u32>,
    /// Names that the module answers for with a warning although they have moved, in order.
    pub shims: Vec<Shim>,
    /// Comments that accept findings, in order.
    pub accepts: Vec<Accept>,
    /// What did not parse: line and message.
    pub errors: Vec<(u32, CompactString)>,
}

/// `# ssot: accept[rule, other-rule] reason`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accept {
    /// The line.
    pub line: u32,
    /// Whether nothing else stands on the line.
    pub alone: bool,
    /// The rules; empty when none is named.
    pub rules: Vec<CompactString>,
    /// The reason; empty when none is given.
    pub reason: CompactString,
}

/// What a file says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each asked for by name")]
pub struct FileFlags {
    /// A header says that a program wrote it.
    pub generated: bool,
    /// The module warns at import that it is deprecated, or its docstring says so.
    pub deprecated: bool,
    /// Has `if __name__ == "__main__"`.
    pub main_guard: bool,
    /// `from __future__ import annotations`.
    pub future_annotations: bool,
    /// Loads modules by computed names.
    pub loads_by_name: bool,
    /// Sets attributes whose names are computed: `setattr`, `__dict__`, `vars`, `exec`.
    pub computed_attributes: bool,
    /// Defines a module-level `__getattr__`.
    pub module_getattr: bool,
    /// The text is not UTF-8; nothing else is known.
    pub undecodable: bool,
}

/// One class, function, method or constant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// What it is.
    pub kind: DefinitionKind,
    /// Its own name.
    pub name: CompactString,
    /// Index of the class it belongs to, for a method.
    pub owner: Option<u32>,
    /// Lines, decorators included.
    pub span: Span,
    /// Lines without the docstring.
    pub code_lines: u32,
    /// Statements, nested ones included, docstrings not.
    pub statements: u32,
    /// Hash of the structure: everything but the own name, docstrings, comments and layout.
    pub hash: u128,
    /// Hashes of the simple statements and of the heads of the compound ones, sorted; of
    /// the words, numbers and names in the value of a constant.
    #[serde(with = "crate::packed")]
    pub leaves: Vec<u32>,
    /// Hash of the structure without the names of variables and the contents of
    /// literals: equal for copies that were renamed.
    pub blind: u64,
    /// The blind hashes of the statements, in order.
    #[serde(with = "crate::packed")]
    pub shape: Vec<u32>,
    /// Hash of the contents of the literals inside, in order; zero when there are none.
    pub literal_hash: u64,
    /// Names that are read but not bound inside, sorted.
    pub free: Vec<CompactString>,
    /// Dotted names of decorators; `()` is appended when they are called.
    pub decorators: Vec<CompactString>,
    /// Dotted names of bases, keywords as `key=value`.
    pub bases: Vec<CompactString>,
    /// Names of methods and attributes of a class, or parameters of a function, sorted.
    pub members: Vec<CompactString>,
    /// Values and annotated names in the body of a class, in order.
    pub fields: Vec<Field>,
    /// Last names of the exceptions that are raised inside, sorted.
    pub raises: Vec<CompactString>,
    /// The dotted name to which a function hands its own parameters, when that is all
    /// it does; empty otherwise.
    pub forwards: CompactString,
    /// The return annotation as written, when it is short.
    pub returns: CompactString,
    /// The parameter list as it would be written, without annotations.
    pub signature: CompactString,
    /// Bytes of the strings in the value of a constant; zero for everything else.
    pub string_bytes: u32,
    /// First line of the docstring.
    pub summary: CompactString,
    /// Hash of the docstrings, its own and those inside; zero when there are none.
    pub doc_hash: u64,
    /// What makes it special.
    pub flags: DefinitionFlags,
}

/// A value that a class body gives a name to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The name.
    pub name: CompactString,
    /// Hash of the annotation; zero when there is none.
    pub annotation: u32,
    /// Hash of the value; zero when there is none.
    pub value: u32,
}

/// What is done with a dotted name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SiteKind {
    /// `path(...)`.
    Call,
    /// `path` alone; recorded for names that begin with an import.
    Read,
    /// `path[...]`, read; recorded for names that begin with an import.
    ItemRead,
    /// `path = ...`, for attributes of anything but `self` itself.
    Write,
    /// `path[...] = ...`.
    ItemWrite,
    /// `del path` or `del path[...]`.
    Delete,
}

/// One use of a dotted name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each asked for by name")]
pub struct Site {
    /// Position in [`FileFacts::paths`].
    pub path: u32,
    /// What is done.
    pub kind: SiteKind,
    /// The line, counted from one.
    pub line: u32,
    /// Position of the innermost definition around it, plus one; zero at module level.
    pub inside: u32,
    /// Position in [`FileFacts::texts`] of the first argument or the subscript when it
    /// is a short string, plus one; zero when it is not.
    pub text: u32,
    /// Positional arguments of a call; `*rest` counts as one.
    pub arguments: u8,
    /// Keyword arguments of a call; `**rest` counts as one.
    pub keywords: u8,
    /// Whether it runs when the module is imported: outside every function.
    pub at_import: bool,
    /// Whether a function, comprehension or class around it binds the first name, so
    /// that it is not the module's.
    pub local: bool,
    /// Whether a missing attribute would be caught around it.
    pub guarded: bool,
    /// Whether what is written depends on what was there: `path += 1`, `path[...] += 1`.
    pub augmented: bool,
}

impl Site {
    /// The innermost definition around it, by its index.
    pub fn definition(&self) -> Option<u32> {
        self.inside.checked_sub(1)
    }
}

/// A method uses an attribute of its own object, or of its class, that the class does
/// not set itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnUse {
    /// The class, by its index.
    pub class: u32,
    /// The method, by its index.
    pub method: u32,
    /// The attribute.
    pub name: CompactString,
    /// The line of its first use in the method.
    pub line: u32,
}

/// `name = Class(...)`, where the function binds the name only there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// The function or method, by its index.
    pub inside: u32,
    /// The local name.
    pub name: CompactString,
    /// What is called, dotted.
    pub class: CompactString,
    /// The line.
    pub line: u32,
}

/// One occurrence of a short string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Literal {
    /// Position in [`FileFacts::texts`].
    pub text: u32,
    /// The line, counted from one.
    pub line: u32,
    /// Position of the innermost definition around it, plus one; zero at module level.
    pub inside: u32,
}

/// `NAME = "text"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedText {
    /// The name.
    pub name: CompactString,
    /// The class in whose body it stands, by its index.
    pub owner: Option<u32>,
    /// Position in [`FileFacts::texts`].
    pub text: u32,
    /// The line, counted from one.
    pub line: u32,
}

/// A list or tuple of nothing but names, calls of names and short words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// The line on which it begins, counted from one.
    pub line: u32,
    /// Position of the innermost definition around it, plus one; zero at module level.
    pub inside: u32,
    /// What it holds, in order.
    pub items: Vec<Item>,
}

/// One item of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Item {
    /// A string: position in [`FileFacts::texts`].
    Text(u32),
    /// A dotted name, called or not: position in [`FileFacts::paths`].
    Path(u32),
}

/// What makes a definition special.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each asked for by name")]
pub struct DefinitionFlags {
    /// `async def`.
    pub asynchronous: bool,
    /// Stands inside `if`, `try` or another block of the module.
    pub conditional: bool,
    /// Writes a name of the module with `global`.
    pub writes_globals: bool,
    /// Looks at its own surroundings: `globals()`, `__name__`, frames, `eval`.
    pub reflective: bool,
    /// Hooks into subclassing: `__init_subclass__` or a metaclass.
    pub hooks_subclassing: bool,
    /// Every value in it is immutable (constants only).
    pub immutable: bool,
    /// Does nothing: `pass`, `...`, or `raise NotImplementedError`.
    pub stub: bool,
    /// A module's `__getattr__` that does nothing but answer for names which have moved.
    pub shim: bool,
}

/// Where an import statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ImportScope {
    /// Executed when the module is.
    Module,
    /// In `if`, `try` or another block that is executed with the module.
    Conditional,
    /// For type checkers alone.
    TypeChecking,
    /// Inside a function.
    Function,
}

/// One imported name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The module as written, without the leading dots.
    pub module: CompactString,
    /// Leading dots.
    pub level: u32,
    /// The imported name; `*` for all; none for `import module`.
    pub name: Option<CompactString>,
    /// The name it is bound to; empty for `*`.
    pub bound: CompactString,
    /// Whether `as` was written.
    pub aliased: bool,
    /// Where it stands.
    pub scope: ImportScope,
    /// Whether the code around it goes on when it fails.
    pub guarded: bool,
    /// The line.
    pub line: u32,
}

/// What kind of value a module-level name is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ValueKind {
    /// Numbers, strings and tuples of them.
    Immutable,
    /// A list, set or dictionary display of immutable values.
    Collection,
    /// A call of the dotted name with immutable arguments.
    Call(CompactString),
    /// A type written out of other types.
    TypeExpression,
    /// Another name, dotted.
    Alias(CompactString),
    /// Anything else.
    Opaque,
}

/// What a module-level name is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Binding {
    /// A class or function, by its index.
    Definition(u32),
    /// An import, by its index.
    Import(u32),
    /// An assignment: the hash of the value's structure, its kind, the names it reads.
    Value(u128, ValueKind, Vec<CompactString>),
    /// A loop variable, a `with` target, `del` and the like.
    Other,
}

/// One binding of one module-level name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameBinding {
    /// The name.
    pub name: CompactString,
    /// What it is bound to.
    pub binding: Binding,
    /// Whether it happens only on some paths.
    pub conditional: bool,
    /// The line of the statement.
    pub line: u32,
}

/// A string that looks like `package.module.Name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DottedString {
    /// The text.
    pub text: CompactString,
    /// The line.
    pub line: u32,
}

/// `setattr(object, "name", ...)`, `patch.object(object, "name")` or `object.name = ...`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeWrite {
    /// The object, dotted, as written.
    pub object: CompactString,
    /// The attribute.
    pub name: CompactString,
    /// The line.
    pub line: u32,
}

impl Definition {
    /// A definition of which nothing is known yet.
    pub(crate) fn empty(kind: DefinitionKind) -> Self {
        Self {
            kind,
            name: CompactString::default(),
            owner: None,
            span: Span { start: 0, end: 0 },
            code_lines: 0,
            statements: 0,
            hash: 0,
            leaves: Vec::new(),
            blind: 0,
            shape: Vec::new(),
            literal_hash: 0,
            free: Vec::new(),
            decorators: Vec::new(),
            bases: Vec::new(),
            members: Vec::new(),
            fields: Vec::new(),
            raises: Vec::new(),
            forwards: CompactString::default(),
            returns: CompactString::default(),
            signature: CompactString::default(),
            string_bytes: 0,
            summary: CompactString::default(),
            doc_hash: 0,
            flags: DefinitionFlags::default(),
        }
    }
}

impl FileFacts {
    /// The bindings of one module-level name, in order.
    pub fn bindings_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a NameBinding> {
        let first = self.bindings.partition_point(|binding| binding.name.as_str() < name);
        self.bindings[first..].iter().take_while(move |binding| binding.name == name)
    }

    /// The dotted name of a site.
    pub fn path_of(&self, site: &Site) -> &str {
        &self.paths[site.path as usize]
    }

    /// The string that a site's first argument or subscript is, if it is one.
    pub fn text_of(&self, site: &Site) -> Option<&str> {
        let position = site.text.checked_sub(1)?;
        Some(&self.texts[position as usize])
    }

    /// The imports that bind nothing but pull in everything.
    pub fn star_imports(&self) -> impl Iterator<Item = &Import> {
        self.imports.iter().filter(|import| import.name.as_deref() == Some("*"))
    }
}

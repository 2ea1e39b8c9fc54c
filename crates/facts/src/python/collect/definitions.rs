//! Classes, functions, methods and constants.

use compact_str::CompactString;
use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;
use ssot_model::{DefinitionKind, Span};

use super::{Collector, sorted};
use crate::file::{Binding, Definition, DefinitionFlags, ValueKind};
use crate::flow::FlowKind;
use crate::python::body;
use crate::python::names::{described, docstring, dotted, short_text, signature};
use crate::python::parts::parts;
use crate::python::scope::{Marks, ScopeKind};
use crate::python::structure::Structure;
use crate::python::text::first_line;

/// Shortest source text of a value that is worth a name of its own, in bytes.
const SHORTEST_CONSTANT: usize = 40;

/// Calls that build an immutable value from immutable arguments.
const PURE_CONSTRUCTORS: [&str; 3] = ["frozenset", "tuple", "re.compile"];

impl<'a> Collector<'a> {
    pub(super) fn function(&mut self, stmt: &'a Stmt, def: &'a ast::StmtFunctionDef) {
        let name = def.name.as_str();
        let is_method = self.is_in_top_level_class();
        let index = (self.at_module_level() || is_method).then(|| {
            let kind = if is_method { DefinitionKind::Method } else { DefinitionKind::Function };
            self.reserve(stmt, name, kind)
        });
        self.bind_definition(name, index);
        let answers = name == "__getattr__" && self.at_module_level();
        self.facts.flags.module_getattr |= answers;
        let imports = self.facts.imports.len();
        self.open(ScopeKind::Header);
        if let Some(params) = &def.type_params {
            self.visit_type_params(params);
        }
        for decorator in &def.decorator_list {
            self.visit_decorator(decorator);
        }
        self.visit_parameters(&def.parameters);
        if let Some(returns) = &def.returns {
            self.visit_annotation(returns);
        }
        self.open(ScopeKind::Function);
        self.functions += 1;
        let around = self.current;
        self.current = index.or(around);
        let receiver = self.watch.enter(def, is_method);
        if index.is_some() {
            self.made.enter();
        }
        self.bind_parameters(&def.parameters);
        self.function_body(def, index);
        self.watch.receiver = receiver;
        self.functions -= 1;
        self.current = around;
        self.close(|_| ());
        let seen = self.close(|closed| index.map(|_| (sorted(closed.free()), closed.marks)));
        let shim = answers && self.shims(def, imports);
        if let Some((index, seen)) = index.zip(seen) {
            self.facts.instances.append(&mut self.watch.instances);
            let returns = def.returns.as_deref().map(|returns| short_text(self.source, returns));
            let members = def.parameters.iter().map(|parameter| parameter.name().as_str());
            let definition = &mut self.facts.definitions[index as usize];
            definition.signature = signature(self.source, &def.parameters);
            definition.members = sorted(members);
            definition.flags.asynchronous = def.is_async;
            definition.flags.stub = body::is_stub(&def.body);
            definition.flags.shim = shim;
            definition.forwards = body::forwards(def).unwrap_or_default();
            definition.returns = returns.unwrap_or_default().into();
            definition.raises.sort_unstable();
            definition.raises.dedup();
            complete(definition, seen, docstring(&def.body), &def.decorator_list);
        }
    }

    /// A function inside another runs later, or never.
    fn function_body(&mut self, def: &'a ast::StmtFunctionDef, index: Option<u32>) {
        if let Some(index) = index {
            self.flow.begin();
            self.visit_body(&def.body);
            self.facts.flows.extend(self.flow.finish(index));
        } else {
            let later = self.opened(FlowKind::Later, def.start());
            self.visit_body(&def.body);
            self.closed_later(later, def.end());
        }
    }

    pub(super) fn class(&mut self, stmt: &'a Stmt, def: &'a ast::StmtClassDef) {
        let name = def.name.as_str();
        let index = self.at_module_level().then(|| self.reserve(stmt, name, DefinitionKind::Class));
        self.bind_definition(name, index);
        self.open(ScopeKind::Header);
        if let Some(params) = &def.type_params {
            self.visit_type_params(params);
        }
        for decorator in &def.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(arguments) = &def.arguments {
            self.visit_arguments(arguments);
        }
        self.open(ScopeKind::Class);
        let around = self.current;
        if index.is_some() {
            self.current = index;
            self.owner = index;
            self.members = Some(FxHashSet::default());
        }
        let receiver = self.watch.receiver.take();
        self.visit_body(&def.body);
        self.watch.receiver = receiver;
        self.current = around;
        self.end_of_class(index);
        self.close(|_| ());
        let seen = self.close(|closed| index.map(|_| (sorted(closed.free()), closed.marks)));
        if let Some((index, seen)) = index.zip(seen) {
            self.owner = None;
            let fields = body::fields(&mut self.structures, &def.body);
            let members = self.members.take().unwrap_or_default();
            let definition = &mut self.facts.definitions[index as usize];
            definition.members = sorted(members.into_iter());
            definition.fields = fields;
            definition.flags.stub = body::is_stub(&def.body);
            definition.bases = bases(def.arguments.as_deref());
            definition.flags.hooks_subclassing =
                definition.members.iter().any(|member| member == "__init_subclass__")
                    || definition.bases.iter().any(|base| base.starts_with("metaclass="));
            complete(definition, seen, docstring(&def.body), &def.decorator_list);
        }
    }

    fn is_in_top_level_class(&self) -> bool {
        self.owner.is_some() && matches!(&*self.scopes, [_, body] if body.kind == ScopeKind::Class)
    }

    fn bind_definition(&mut self, name: &'a str, index: Option<u32>) {
        if let (true, Some(members)) = (self.is_in_top_level_class(), &mut self.members) {
            members.insert(name);
        }
        self.bind(name, || index.map_or(Binding::Other, Binding::Definition));
    }

    /// Adds a definition whose inside is still to be walked.
    fn reserve(&mut self, stmt: &'a Stmt, name: &str, kind: DefinitionKind) -> u32 {
        let owner = if kind == DefinitionKind::Method { self.owner } else { None };
        let structure = self.structures.definition(stmt);
        let definition = self.definition(stmt, name, kind, structure);
        self.facts.definitions.push(Definition { owner, ..definition });
        self.facts.definitions.len() as u32 - 1
    }

    fn definition(
        &self,
        stmt: &Stmt,
        name: &str,
        kind: DefinitionKind,
        structure: Structure,
    ) -> Definition {
        let range = stmt.range();
        let span =
            Span { start: self.lines.line(range.start()), end: self.lines.line(range.end()) };
        let mut leaves = structure.leaves;
        leaves.sort_unstable();
        Definition {
            kind,
            name: name.into(),
            owner: None,
            span,
            code_lines: span.lines() - docstring_lines(self, stmt),
            statements: structure.statements,
            hash: structure.hash,
            leaves,
            blind: structure.blind,
            shape: structure.shape,
            literal_hash: structure.literals,
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
            doc_hash: structure.docs,
            flags: DefinitionFlags { conditional: self.blocks > 0, ..DefinitionFlags::default() },
        }
    }

    /// A module-level value that is large enough to be a concept of its own.
    pub(super) fn constant(
        &mut self,
        stmt: &'a Stmt,
        name: &str,
        value: &Expr,
        hash: u128,
        kind: &ValueKind,
        free: &[CompactString],
    ) {
        let immutable = match kind {
            ValueKind::Immutable | ValueKind::TypeExpression => true,
            ValueKind::Collection => false,
            ValueKind::Call(callee) if PURE_CONSTRUCTORS.contains(&&**callee) => true,
            _ => return,
        };
        let is_special = name.starts_with("__") && name.ends_with("__");
        if is_special || value.range().len().to_usize() < SHORTEST_CONSTANT {
            return;
        }
        let leaves = parts(value);
        let structure = Structure { hash, statements: 1, leaves, ..Structure::default() };
        let mut definition = self.definition(stmt, name, DefinitionKind::Constant, structure);
        definition.free = free.to_vec();
        definition.flags.immutable = immutable;
        definition.string_bytes = self.structures.string_bytes();
        self.facts.definitions.push(definition);
    }
}

fn complete(
    definition: &mut Definition,
    (free, marks): (Vec<CompactString>, Marks),
    docstring: Option<&str>,
    decorators: &[ast::Decorator],
) {
    definition.free = free;
    definition.summary = docstring.map(first_line).unwrap_or_default().into();
    definition.decorators =
        decorators.iter().map(|decorator| described(&decorator.expression)).collect();
    definition.flags.reflective = marks.reflective;
    definition.flags.writes_globals = marks.writes_globals;
}

fn bases(arguments: Option<&ast::Arguments>) -> Vec<CompactString> {
    let Some(arguments) = arguments else { return Vec::new() };
    let mut bases: Vec<CompactString> = arguments.args.iter().map(described).collect();
    bases.extend(arguments.keywords.iter().map(|keyword| {
        let key = keyword.arg.as_ref().map_or("**", |name| name.as_str());
        let value = dotted(&keyword.value).unwrap_or_else(|| "<expression>".into());
        compact_str::format_compact!("{key}={value}")
    }));
    bases
}

fn docstring_lines(collector: &Collector<'_>, stmt: &Stmt) -> u32 {
    let body = match stmt {
        Stmt::FunctionDef(def) => &def.body,
        Stmt::ClassDef(def) => &def.body,
        _ => return 0,
    };
    match body.first() {
        Some(first) if docstring(body).is_some() => {
            let range = first.range();
            collector.lines.line(range.end()) - collector.lines.line(range.start()) + 1
        }
        _ => 0,
    }
}

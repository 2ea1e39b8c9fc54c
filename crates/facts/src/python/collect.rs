//! One walk over a syntax tree that collects the facts of a file.

use compact_str::CompactString;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Pattern, Stmt, TypeParam};
use ruff_python_stdlib::builtins::is_python_builtin;
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;

use super::names::{docstring, dotted, is_module_attribute};
use super::scope::{ClosedScope, Scope, ScopeKind, Spare};
use super::structure::Structures;
use super::text::{LineStarts, first_line, is_dotted_path};
use crate::file::{
    AttributeWrite, Binding, DottedString, FileFacts, Import, ImportScope, NameBinding, SiteKind,
};
use crate::flow::FlowKind;

mod aliases;
mod calls;
mod definitions;
mod emissions;
mod flow;
mod guards;
mod makes;
mod mints;
mod receivers;
mod shims;
mod sites;
mod statements;
mod texts;

use flow::FlowTrace;
use makes::Made;
use receivers::Watch;
use sites::Sites;

/// The Python version whose builtins count.
pub(super) const PYTHON_MINOR: u8 = 13;

/// Collects the facts that the syntax tree holds.
pub(super) fn collect(source: &str, lines: &LineStarts, body: &[Stmt]) -> FileFacts {
    let mut collector = Collector::new(source, lines);
    if let Some(text) = docstring(body) {
        const OPENING: usize = 400;
        collector.facts.summary = first_line(text).into();
        let opening: String = text.chars().take(OPENING).collect();
        collector.facts.flags.deprecated = opening.to_ascii_lowercase().contains("deprecated");
    }
    collector.visit_body(body);
    collector.finish()
}

/// The state of the walk.
struct Collector<'a> {
    source: &'a str,
    lines: &'a LineStarts,
    facts: FileFacts,
    scopes: Vec<Scope<'a>>,
    spare: Spare<'a>,
    /// Names read at module level or left open by definitions.
    module_read: FxHashSet<&'a str>,
    module_bound: FxHashSet<&'a str>,
    chains: Vec<&'a ast::ExprAttribute>,
    mutated: FxHashSet<&'a str>,
    /// Names written by functions through `global`.
    rebound: FxHashSet<&'a str>,
    /// Members of the top-level class that is being walked.
    members: Option<FxHashSet<&'a str>>,
    owner: Option<u32>,
    /// The innermost definition that is being walked.
    current: Option<u32>,
    structures: Structures,
    sites: Sites,
    flow: FlowTrace,
    watch: Watch<'a>,
    made: Made<'a>,
    blocks: u32,
    type_checking: u32,
    main_guard: u32,
    functions: u32,
}

impl<'a> Collector<'a> {
    fn new(source: &'a str, lines: &'a LineStarts) -> Self {
        Self {
            source,
            lines,
            facts: FileFacts::default(),
            scopes: Vec::new(),
            spare: Spare::default(),
            module_read: FxHashSet::default(),
            module_bound: FxHashSet::default(),
            chains: Vec::new(),
            mutated: FxHashSet::default(),
            rebound: FxHashSet::default(),
            members: None,
            owner: None,
            current: None,
            structures: Structures::default(),
            sites: Sites::default(),
            flow: FlowTrace::default(),
            watch: Watch::default(),
            made: Made::default(),
            blocks: 0,
            type_checking: 0,
            main_guard: 0,
            functions: 0,
        }
    }

    fn at_module_level(&self) -> bool {
        self.scopes.is_empty()
    }

    fn line(&self, node: &impl Ranged) -> u32 {
        self.lines.line(node.range().start())
    }

    fn open(&mut self, kind: ScopeKind) {
        self.scopes.push(Scope::new(kind, &mut self.spare));
    }

    /// Closes the innermost scope and hands what it leaves open, after a look at it, to
    /// the next one.
    fn close<T>(&mut self, look: impl FnOnce(&ClosedScope<'a>) -> T) -> T {
        let scope = self.scopes.pop().expect("every close has its open");
        let kind = scope.kind;
        let closed = scope.close(&mut self.spare);
        let seen = look(&closed);
        if let Some(outer) = self.scopes.last_mut() {
            outer.absorb(closed, &mut self.spare);
        } else {
            self.watch.read_by_module(kind, &closed);
            self.module_read.extend(closed.free());
            closed.end(&mut self.spare);
        }
        seen
    }

    fn read(&mut self, name: &'a str) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.read(name);
        } else {
            self.watch.module_reads.insert(name);
            self.module_read.insert(name);
        }
    }

    /// Binds a name in the innermost scope, at module level with what it is bound to.
    fn bind(&mut self, name: &'a str, binding: impl FnOnce() -> Binding) {
        self.watch.bound_again(name);
        match self.scopes.last_mut() {
            Some(scope) => {
                scope.bind(name);
                self.drop_alias(name);
            }
            None => self.bind_in_module(name, binding()),
        }
    }

    fn bind_in_module(&mut self, name: &'a str, binding: Binding) {
        self.module_bound.insert(name);
        let conditional = self.blocks > 0;
        let line = self.lines.line(self.watch.statement);
        self.facts.bindings.push(NameBinding { name: name.into(), binding, conditional, line });
    }

    /// `:=` binds in the next function, past the comprehensions.
    fn bind_walrus(&mut self, name: &'a str) {
        let past = |scope: &&mut Scope<'a>| scope.kind != ScopeKind::Comprehension;
        match self.scopes.iter_mut().rev().find(past) {
            Some(scope) => scope.bind(name),
            None => self.bind_in_module(name, Binding::Other),
        }
    }

    fn import_scope(&self) -> ImportScope {
        if self.type_checking > 0 {
            ImportScope::TypeChecking
        } else if self.functions > 0 || self.main_guard > 0 {
            ImportScope::Function
        } else if self.blocks > 0 {
            ImportScope::Conditional
        } else {
            ImportScope::Module
        }
    }

    fn import(&mut self, import: Import, bound: &'a str) {
        let index = self.facts.imports.len() as u32;
        self.facts.imports.push(import);
        if !bound.is_empty() {
            self.bind(bound, || Binding::Import(index));
        }
    }

    fn finish(mut self) -> FileFacts {
        self.measure_makes();
        let imported: FxHashSet<&str> =
            self.facts.imports.iter().map(|import| import.bound.as_str()).collect();
        let mut uses: Vec<CompactString> = self
            .chains
            .iter()
            .filter(|chain| imported.contains(root(chain)))
            .filter_map(|chain| {
                let mut text = dotted(&chain.value)?;
                text.push('.');
                text.push_str(chain.attr.as_str());
                Some(text)
            })
            .collect();
        uses.sort_unstable();
        uses.dedup();
        self.facts.uses = uses;
        let (paths, texts) =
            (std::mem::take(&mut self.sites.paths), std::mem::take(&mut self.sites.texts));
        let mut sites = std::mem::take(&mut self.facts.sites);
        let told = &mut self.facts.emissions;
        emissions::drop_sites(&mut sites, told, |site| match site.kind {
            SiteKind::Read | SiteKind::ItemRead => {
                imported.contains(first_name(&paths.names[site.path as usize]))
            }
            _ => true,
        });
        self.facts.sites = sites;
        (self.facts.paths, self.facts.texts) = (paths.names, texts.names);
        let bound = &self.module_bound;
        let reads = self.watch.module_reads.iter().filter(|name| bound.contains(*name));
        self.facts.module_reads = sorted(reads.copied());
        let mutated = self.mutated.iter().filter(|name| bound.contains(*name));
        self.facts.mutated = sorted(mutated.chain(&self.rebound).copied());
        let has_star = self.facts.star_imports().next().is_some();
        let rebound = &self.rebound;
        let undefined = self.module_read.iter().filter(|name| {
            !has_star
                && !bound.contains(*name)
                && !rebound.contains(*name)
                && !is_python_builtin(name, PYTHON_MINOR, false)
                && !is_module_attribute(name)
        });
        self.facts.undefined = sorted(undefined.copied());
        self.facts.settle();
        self.facts
    }
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<CompactString> {
    let mut names: Vec<CompactString> = names.map(CompactString::from).collect();
    names.sort_unstable();
    names.dedup();
    names.shrink_to_fit();
    names
}

/// The first name of a path.
fn first_name(path: &str) -> &str {
    path.split(['.', '(', '[']).next().unwrap_or(path)
}

/// The name at the left end of `a.b.c`; empty when there is none.
fn root(chain: &ast::ExprAttribute) -> &str {
    let mut value = &*chain.value;
    loop {
        match value {
            Expr::Attribute(attribute) => value = &attribute.value,
            Expr::Name(name) => return name.id.as_str(),
            _ => return "",
        }
    }
}

impl<'a> Visitor<'a> for Collector<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.statement(stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => self.name(name),
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                if let Expr::Name(target) = &*named.target {
                    self.bind_walrus(target.id.as_str());
                }
            }
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::ListComp(ast::ExprListComp { elt, generators, .. })
            | Expr::SetComp(ast::ExprSetComp { elt, generators, .. })
            | Expr::Generator(ast::ExprGenerator { elt, generators, .. }) => {
                self.comprehension(generators, &[elt]);
            }
            Expr::DictComp(comp) => {
                let mut results: Vec<&'a Expr> = vec![&*comp.value];
                results.extend(comp.key.as_deref());
                self.comprehension(&comp.generators, &results);
            }
            Expr::Attribute(attribute) => self.attribute(attribute),
            Expr::Subscript(subscript) => {
                if subscript.ctx != ExprContext::Load {
                    self.mutation(&subscript.value);
                }
                self.subscript_site(subscript);
                visitor::walk_expr(self, expr);
            }
            Expr::StringLiteral(literal) => self.string(literal),
            Expr::Dict(dict) => {
                self.mint_items(dict);
                visitor::walk_expr(self, expr);
            }
            Expr::Call(call) => {
                let site = self.call(call);
                visitor::walk_expr(self, expr);
                if let Some(site) = site {
                    self.called(call, site);
                }
            }
            Expr::BoolOp(_) | Expr::If(_) => self.choice(expr),
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                self.sequence(elts, expr);
                visitor::walk_expr(self, expr);
            }
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name.as_str(), || Binding::Other);
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let captured = match pattern {
            Pattern::MatchStar(star) => star.name.as_ref(),
            Pattern::MatchAs(capture) => capture.name.as_ref(),
            Pattern::MatchMapping(mapping) => mapping.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = captured {
            self.bind(name.as_str(), || Binding::Other);
        }
        visitor::walk_pattern(self, pattern);
    }

    fn visit_type_param(&mut self, param: &'a TypeParam) {
        self.bind(param.name().as_str(), || Binding::Other);
        visitor::walk_type_param(self, param);
    }
}

impl<'a> Collector<'a> {
    fn name(&mut self, name: &'a ast::ExprName) {
        let text = name.id.as_str();
        match name.ctx {
            ExprContext::Store | ExprContext::Del => {
                self.watch.receiver = self.watch.receiver.filter(|receiver| *receiver != text);
                self.bind(text, || Binding::Other);
            }
            _ => {
                self.read(text);
                self.mark_reflection(text);
            }
        }
    }

    fn mark_reflection(&mut self, name: &str) {
        const SURROUNDINGS: [&str; 8] = [
            "globals",
            "eval",
            "exec",
            "__name__",
            "__file__",
            "__package__",
            "__spec__",
            "__loader__",
        ];
        if SURROUNDINGS.contains(&name)
            && let Some(scope) = self.scopes.last_mut()
        {
            scope.marks.reflective = true;
        }
    }

    fn lambda(&mut self, lambda: &'a ast::ExprLambda) {
        if let Some(parameters) = &lambda.parameters {
            self.visit_parameters(parameters);
        }
        self.open(ScopeKind::Function);
        self.functions += 1;
        let receiver = self.watch.receiver;
        if let Some(parameters) = &lambda.parameters {
            self.bind_parameters(parameters);
            self.watch.hide(parameters);
        }
        let later = self.opened(FlowKind::Later, lambda.start());
        self.visit_expr(&lambda.body);
        self.closed_later(later, lambda.end());
        self.watch.receiver = receiver;
        self.functions -= 1;
        self.close(|_| ());
    }

    fn bind_parameters(&mut self, parameters: &'a ast::Parameters) {
        for parameter in parameters {
            self.bind(parameter.name().as_str(), || Binding::Other);
        }
    }

    /// The first iterable is evaluated outside, the rest inside.
    fn comprehension(&mut self, generators: &'a [ast::Comprehension], results: &[&'a Expr]) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.open(ScopeKind::Comprehension);
        let at = generators.first().map_or_else(Default::default, Ranged::start);
        let repeated = self.opened(FlowKind::Loop, at);
        for (index, generator) in generators.iter().enumerate() {
            self.visit_expr(&generator.target);
            if index > 0 {
                self.visit_expr(&generator.iter);
            }
            for condition in &generator.ifs {
                self.visit_expr(condition);
            }
        }
        for result in results {
            self.visit_expr(result);
        }
        self.closed(repeated, at);
        self.close(|_| ());
    }

    /// Records the whole chain once and walks on to its root.
    fn attribute(&mut self, attribute: &'a ast::ExprAttribute) {
        let root = root(attribute);
        self.attribute_site(attribute, root);
        self.own_use(attribute, root);
        if attribute.ctx != ExprContext::Load {
            self.attribute_write(attribute, root);
        }
        if attribute.attr.as_str() == "__subclasses__"
            && let Some(object) = dotted(&attribute.value)
        {
            self.facts.enumerated.push(object);
        }
        match root {
            "" => self.visit_expr(&attribute.value),
            "self" | "cls" => self.read(root),
            _ => {
                self.chains.push(attribute);
                self.read(root);
                self.mark_reflection(root);
                if is_frame_access(attribute)
                    && let Some(scope) = self.scopes.last_mut()
                {
                    scope.marks.reflective = true;
                }
            }
        }
    }

    fn attribute_write(&mut self, attribute: &'a ast::ExprAttribute, root: &str) {
        let is_own = matches!(root, "self" | "cls") && attribute.value.is_name_expr();
        if is_own {
            if let Some(members) = &mut self.members {
                members.insert(attribute.attr.as_str());
            }
        } else if let Some(object) = dotted(&attribute.value) {
            self.mutation(&attribute.value);
            let line = self.line(attribute);
            let name = attribute.attr.as_str().into();
            self.facts.writes.push(AttributeWrite { object, name, line });
        }
    }

    /// Something writes into the value that a plain name stands for.
    fn mutation(&mut self, target: &'a Expr) {
        if let Expr::Name(name) = target {
            self.mutated.insert(name.id.as_str());
        }
    }

    fn string(&mut self, literal: &'a ast::ExprStringLiteral) {
        let text = literal.value.to_str();
        self.literal(literal, text);
        if is_dotted_path(text) {
            let line = self.line(literal);
            self.facts.strings.push(DottedString { text: text.into(), line });
        }
    }
}

fn is_frame_access(attribute: &ast::ExprAttribute) -> bool {
    matches!(attribute.attr.as_str(), "_getframe" | "currentframe" | "stack")
        && matches!(&*attribute.value, Expr::Name(name) if matches!(name.id.as_str(), "sys" | "inspect"))
}

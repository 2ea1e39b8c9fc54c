//! Names inside functions that stand for something else: local aliases of attributes,
//! names of the module that are written, values taken when a key is missing.

use compact_str::CompactString;
use ruff_python_ast::{self as ast, Expr};

use super::Collector;
use crate::file::Site;
use crate::python::names::{dotted, short_text};
use crate::usage::{Fallback, GlobalWrite, LocalAlias};

/// Words in the names of callables that look up configuration.
const CALLEES: [&str; 3] = ["env", "config", "setting"];

impl<'a> Collector<'a> {
    /// The name and the path of `name = a.b` inside a function, when nothing has bound
    /// the name before.
    pub(super) fn local_alias(
        &self,
        assign: &'a ast::StmtAssign,
    ) -> Option<(&'a str, CompactString)> {
        let ([Expr::Name(target)], Expr::Attribute(_)) = (&*assign.targets, &*assign.value) else {
            return None;
        };
        let name = target.id.as_str();
        let is_new = self.functions > 0 && !self.scopes.iter().any(|scope| scope.binds(name));
        let path = is_new.then(|| dotted(&assign.value)).flatten()?;
        Some((name, path))
    }

    pub(super) fn add_alias(&mut self, (name, path): (&'a str, CompactString), line: u32) {
        let inside = self.current.map_or(0, |index| index + 1);
        self.facts.aliases.push(LocalAlias { name: name.into(), path, line, inside });
    }

    /// A name that is bound a second time stands for nothing certain.
    pub(super) fn drop_alias(&mut self, name: &str) {
        let inside = self.current.map_or(0, |index| index + 1);
        let all = self.facts.aliases.iter().enumerate().rev();
        let mut here = all.take_while(|(_, alias)| alias.inside == inside);
        if let Some((position, _)) = here.find(|(_, alias)| alias.name == name) {
            self.facts.aliases.remove(position);
        }
    }

    pub(super) fn global_write(&mut self, name: &str) {
        if let Some(inside) = self.current {
            self.facts.globals.push(GlobalWrite { name: name.into(), inside });
        }
    }

    /// `os.getenv("KEY", "value")`: what a key is worth when it is missing.
    pub(super) fn fallback(&mut self, call: &'a ast::ExprCall, site: Site) {
        let Some(default) = default_of(call) else { return };
        let (path, key, line) = (site.path, site.text, site.line);
        let callee = &self.sites.paths.names[path as usize];
        let is_lookup = || CALLEES.iter().any(|word| contains(callee, word));
        if let (Some(key), true) = (key.checked_sub(1), is_lookup()) {
            let default = match default {
                Expr::StringLiteral(text) => text.value.to_str(),
                Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) => {
                    short_text(self.source, default)
                }
                _ => return,
            };
            self.facts.fallbacks.push(Fallback { path, key, default: default.into(), line });
        }
    }
}

fn default_of(call: &ast::ExprCall) -> Option<&Expr> {
    match &*call.arguments.args {
        [_, default] => Some(default),
        [_] => {
            let keyword = call.arguments.find_keyword("default")?;
            Some(&keyword.value)
        }
        _ => None,
    }
}

/// Whether a word stands in a text, whatever the case.
fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

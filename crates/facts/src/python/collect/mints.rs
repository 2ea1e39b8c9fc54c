//! Where ids are made, and in which format.

use compact_str::CompactString;
use ruff_python_ast::{self as ast, Expr, InterpolatedStringElement, Operator};
use ruff_text_size::Ranged;

use super::Collector;
use crate::python::names::{dotted, short_text};
use crate::usage::{Mint, Minted};

/// Last names of calls that make something new on every call. Whether they are what
/// they look like, the imports tell.
const MINTS: [&str; 17] = [
    "uuid1",
    "uuid4",
    "uuid6",
    "uuid7",
    "token_hex",
    "token_urlsafe",
    "nanoid",
    "generate",
    "ulid",
    "ULID",
    "ObjectId",
    "time",
    "time_ns",
    "now",
    "utcnow",
    "randint",
    "uuid",
];

/// Longest format that is kept, in bytes.
const LONGEST_FORMAT: usize = 120;

impl<'a> Collector<'a> {
    /// `target = value`, where the target is named like an id.
    pub(super) fn mint_assigned(&mut self, targets: &'a [Expr], value: &'a Expr) {
        for target in targets {
            let name = match target {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                Expr::Subscript(subscript) => match &*subscript.slice {
                    Expr::StringLiteral(key) => key.value.to_str(),
                    _ => continue,
                },
                _ => continue,
            };
            self.mint(name, value);
        }
    }

    /// `return value` of a function that is named like an id.
    pub(super) fn mint_returned(&mut self, value: Option<&'a Expr>) {
        if let (Some(value), Some(current)) = (value, self.current) {
            let name = self.facts.definitions[current as usize].name.clone();
            self.mint(&name, value);
        }
    }

    /// `{"run_id": value}`.
    pub(super) fn mint_items(&mut self, dict: &'a ast::ExprDict) {
        for item in &dict.items {
            if let Some(Expr::StringLiteral(key)) = &item.key {
                self.mint(key.value.to_str(), &item.value);
            }
        }
    }

    /// Records a value with a mint in it under a name that ends like an id.
    pub(super) fn mint(&mut self, name: &str, value: &'a Expr) {
        if !is_id_name(name) || value.is_name_expr() || value.is_literal_expr() {
            return;
        }
        let mut format = Format { source: self.source, text: String::new(), callee: None };
        format.value(value);
        if let Some(callee) = format.callee
            && format.text.len() <= LONGEST_FORMAT
        {
            let given = given(value);
            self.facts.mints.push(Mint {
                name: name.into(),
                value: sort(given, &format.text),
                format: format.text.into(),
                callee,
                start: given.start().into(),
                end: given.end().into(),
                line: self.lines.line(value.start()),
                inside: self.current.map_or(0, |index| index + 1),
            });
        }
    }
}

/// Whether a format is read off an expression with a mint in it.
fn mints(expr: &Expr) -> bool {
    let mut format = Format { source: "", text: String::new(), callee: None };
    format.value(expr);
    format.callee.is_some()
}

/// The expression that gives the new id, without what chooses it or is put around it.
fn given(expr: &Expr) -> &Expr {
    let inner: Option<&Expr> = match expr {
        Expr::BoolOp(operation) => operation.values.iter().find(|it| mints(it)),
        Expr::If(either) => [&*either.body, &*either.orelse].into_iter().find(|it| mints(it)),
        Expr::Lambda(lambda) => Some(&lambda.body),
        Expr::Await(inner) => Some(&inner.value),
        Expr::Named(named) => Some(&named.value),
        Expr::Call(call) => around(call),
        _ => None,
    };
    inner.map_or(expr, given)
}

/// What a call that is no mint by itself is put around.
fn around(call: &ast::ExprCall) -> Option<&Expr> {
    let callee = dotted(&call.func);
    let last = callee.as_deref().and_then(|it| it.rsplit('.').next()).unwrap_or_default();
    let is_default = matches!(last, "get" | "getattr" | "setdefault" | "pop");
    let is_type = last.starts_with(char::is_uppercase) && call.arguments.args.len() == 1;
    if MINTS.contains(&last) {
        None
    } else if is_default || is_type {
        call.arguments.args.last()
    } else {
        let factory = call.arguments.keywords.iter().find(|keyword| {
            let name = keyword.arg.as_ref().map(ast::Identifier::as_str);
            matches!(name, Some("default_factory" | "default"))
        });
        factory.map(|keyword| &keyword.value)
    }
}

/// What an expression gives that was read as a format.
fn sort(expr: &Expr, format: &str) -> Minted {
    let is_callable = dotted(expr).is_some();
    let is_text = match expr {
        Expr::FString(_) | Expr::BinOp(_) | Expr::Subscript(_) => true,
        Expr::Call(call) => {
            let name = dotted(&call.func);
            let last = name.as_deref().and_then(|it| it.rsplit('.').next());
            // A method of a text gives a text.
            matches!(last, Some("str" | "token_hex" | "token_urlsafe" | "generate"))
                || name.is_none()
        }
        Expr::Attribute(attribute) => attribute.attr.as_str() == "hex",
        _ => false,
    };
    match (is_callable, is_text) {
        (true, _) => Minted::Callable,
        (_, false) => Minted::Object,
        _ if format.contains("{}") => Minted::Filled,
        _ => Minted::Text,
    }
}

fn is_id_name(name: &str) -> bool {
    ["_id", "_ID", "Id", "_uuid", "_uid", "_guid"].iter().any(|end| name.ends_with(end))
}

/// The format of an id while it is read off an expression: literal parts, `{}` for
/// what is put in, mints by their last name.
struct Format<'a> {
    source: &'a str,
    text: String,
    callee: Option<CompactString>,
}

impl<'a> Format<'a> {
    fn value(&mut self, expr: &'a Expr) {
        match expr {
            Expr::StringLiteral(literal) => self.text.push_str(literal.value.to_str()),
            Expr::NumberLiteral(_) => self.text.push_str(short_text(self.source, expr)),
            Expr::FString(string) => self.interpolated(string),
            Expr::BinOp(binary) => self.binary(binary),
            Expr::Call(call) => self.call(call),
            Expr::Attribute(attribute) if dotted(expr).is_none() => {
                if self.part(&attribute.value) {
                    self.text.push('.');
                    self.text.push_str(&attribute.attr);
                }
            }
            Expr::Subscript(subscript) => {
                if self.part(&subscript.value) {
                    let slice = short_text(self.source, &subscript.slice);
                    self.text.extend(["[", slice, "]"]);
                }
            }
            Expr::BoolOp(operation) => self.one_of(operation.values.iter()),
            Expr::If(either) => self.one_of([&*either.body, &*either.orelse].into_iter()),
            Expr::Lambda(lambda) => self.value(&lambda.body),
            Expr::Await(inner) => self.value(&inner.value),
            Expr::Named(named) => self.value(&named.value),
            _ => self.text.push_str("{}"),
        }
    }

    /// Reads a part; one without a mint becomes `{}`.
    fn part(&mut self, expr: &'a Expr) -> bool {
        let (before, had) = (self.text.len(), self.callee.take());
        self.value(expr);
        let has = self.callee.is_some();
        if !has {
            self.text.truncate(before);
            self.text.push_str("{}");
        }
        self.callee = had.or(self.callee.take());
        has
    }

    /// Of alternatives, the first that mints.
    fn one_of(&mut self, alternatives: impl Iterator<Item = &'a Expr>) {
        let before = self.text.len();
        for alternative in alternatives {
            self.text.truncate(before);
            if self.part(alternative) {
                return;
            }
        }
    }

    fn interpolated(&mut self, string: &'a ast::ExprFString) {
        for element in string.value.elements() {
            match element {
                InterpolatedStringElement::Literal(literal) => self.text.push_str(&literal.value),
                InterpolatedStringElement::Interpolation(hole) => self.hole(&hole.expression),
            }
        }
    }

    fn binary(&mut self, binary: &'a ast::ExprBinOp) {
        match binary.op {
            Operator::Add => {
                self.joined(&binary.left);
                self.joined(&binary.right);
            }
            _ => {
                if self.part(&binary.left) && binary.right.is_number_literal_expr() {
                    self.text.push_str(binary.op.as_str());
                    self.value(&binary.right);
                }
            }
        }
    }

    /// A side of a concatenation of strings.
    fn joined(&mut self, side: &'a Expr) {
        match side {
            Expr::StringLiteral(_) | Expr::FString(_) | Expr::BinOp(_) => self.value(side),
            _ => self.hole(side),
        }
    }

    /// A value that is put into a text.
    fn hole(&mut self, expr: &'a Expr) {
        let before = self.text.len();
        if self.part(expr) {
            self.text.insert(before, '{');
            self.text.push('}');
        }
    }

    fn call(&mut self, call: &'a ast::ExprCall) {
        let callee = dotted(&call.func);
        let last = callee.as_deref().and_then(|callee| callee.rsplit('.').next());
        let arguments = &call.arguments;
        match (last, &*arguments.args) {
            (Some(name), _) if MINTS.contains(&name) => self.minted(name, callee.as_deref()),
            (Some("str"), [only]) => self.value(only),
            (Some("int"), [only]) => {
                let before = self.text.len();
                if self.part(only) {
                    self.text.insert_str(before, "int(");
                    self.text.push(')');
                }
            }
            // A default, or a type around the value: `UserId(str(uuid4()))`.
            (Some("get" | "getattr" | "setdefault" | "pop"), [.., default]) => self.value(default),
            (Some(name), [only]) if name.starts_with(char::is_uppercase) => self.value(only),
            _ if self.factory(arguments) => {}
            _ => self.method(call),
        }
    }

    /// `default_factory=uuid4`, `default=lambda: ...`.
    fn factory(&mut self, arguments: &'a ast::Arguments) -> bool {
        let value = arguments.keywords.iter().find_map(|keyword| {
            let name = keyword.arg.as_ref()?.as_str();
            matches!(name, "default_factory" | "default").then_some(&keyword.value)
        });
        let Some(value) = value else { return false };
        let Some(callee) = dotted(value) else {
            self.value(value);
            return true;
        };
        let last = callee.rsplit('.').next().unwrap_or_default();
        if MINTS.contains(&last) {
            self.minted(last, Some(&callee));
        }
        true
    }

    /// A method of a minted value: `uuid4().hex.upper()`.
    fn method(&mut self, call: &'a ast::ExprCall) {
        match &*call.func {
            Expr::Attribute(attribute) if dotted(&call.func).is_none() => {
                if self.part(&attribute.value) {
                    self.text.extend([".", attribute.attr.as_str(), "()"]);
                }
            }
            _ => self.text.push_str("{}"),
        }
    }

    fn minted(&mut self, name: &str, callee: Option<&str>) {
        self.text.push_str(name);
        self.callee = self.callee.take().or_else(|| callee.map(CompactString::from));
    }
}

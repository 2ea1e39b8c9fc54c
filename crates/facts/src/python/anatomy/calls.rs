//! Calls that say more than that something is computed: log messages, events,
//! metrics, configuration, timeouts, repetition.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;
use ssot_model::audit::AtomKind;

use super::text::Text;
use crate::python::names::{described, dotted};

/// Methods of a logger.
const LEVELS: [&str; 12] = [
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "exception",
    "critical",
    "fatal",
    "log",
    "trace",
    "success",
    "notice",
];

/// Names of functions that always tell others of something.
const TELLING: [&str; 9] = [
    "emit",
    "publish",
    "dispatch",
    "notify",
    "broadcast",
    "fire",
    "trigger",
    "announce",
    "send_event",
];

/// Names of methods that count or measure, on something that is named like a metric.
const MEASURING: [&str; 13] = [
    "inc",
    "dec",
    "incr",
    "decr",
    "increment",
    "decrement",
    "gauge",
    "timing",
    "timer",
    "observe",
    "histogram",
    "count",
    "set",
];

/// Parts of names of objects that measure.
const METERS: [&str; 8] =
    ["metric", "statsd", "prometheus", "counter", "gauge", "histogram", "stats_client", "meter"];

/// Decorators and functions that try again, by any part of their dotted name.
const RETRYING: [&str; 5] = ["retry", "backoff", "tenacity", "retries", "stamina"];

/// Names of objects that hold the configuration.
const SETTINGS: [&str; 7] = ["config", "settings", "conf", "cfg", "_config", "_settings", "CONFIG"];

/// What is found in one expression.
pub(super) struct Found {
    pub(super) kind: AtomKind,
    pub(super) head: String,
    pub(super) text: String,
    /// The parts that make up its structure.
    pub(super) key: String,
    /// The expressions whose structure belongs to it.
    pub(super) rest: Vec<ruff_text_size::TextRange>,
}

/// The last part of a dotted name.
pub(super) fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The one before the last part.
fn owner(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(front, _)| last(front))
}

/// Whether a dotted name is that of something that tries again.
pub(super) fn tries_again(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.trim_end_matches("()").split(['.', '_']).any(|part| RETRYING.contains(&part))
}

/// Whether a call makes something that tries again: `Retry(total=3)`.
pub(super) fn makes_a_retry(name: &str) -> bool {
    let makers = ["Retry", "Retrying", "AsyncRetrying", "retry", "retry_call", "on_exception"];
    makers.contains(&last(name))
}

/// Whether what is called is named as something that is tried again.
pub(super) fn is_retried(name: &str) -> bool {
    let ends = ["with_retry", "with_retries", "with_backoff"];
    ends.iter().any(|end| last(name).ends_with(end))
}

/// What a call is, if it is one of these.
pub(super) fn call(text: &Text<'_>, call: &ast::ExprCall) -> Option<Found> {
    let name = described(&call.func);
    let first = call.arguments.args.first();
    log(text, call, &name)
        .or_else(|| configuration(text, call, &name))
        .or_else(|| metric(text, call, &name, first))
        .or_else(|| event(&name, first))
}

fn log(text: &Text<'_>, call: &ast::ExprCall, name: &str) -> Option<Found> {
    let level = last(name);
    let logger = owner(name).trim_end_matches("()").to_ascii_lowercase();
    let is_logger = matches!(logger.trim_start_matches('_'), "log" | "logger" | "logging")
        || logger.ends_with("logger")
        || logger == "getlogger";
    let warns = name == "warnings.warn";
    let is_message = warns || is_logger && LEVELS.contains(&level);
    if !is_message {
        return None;
    }
    let message = usize::from(level == "log");
    let message = call.arguments.args.get(message)?;
    let level = match level {
        "warn" | "warning" => "warning",
        "fatal" | "critical" => "critical",
        other => other,
    };
    let shown = text.shown(message.range());
    Some(Found {
        kind: AtomKind::Log,
        head: level.to_owned(),
        text: format!("{level} {shown}"),
        key: if warns { "warn".to_owned() } else { level.to_owned() },
        rest: vec![message.range()],
    })
}

/// `os.environ.get("KEY", default)`, `os.getenv`, `settings.get`, `getattr(settings, ..)`.
fn configuration(text: &Text<'_>, call: &ast::ExprCall, name: &str) -> Option<Found> {
    let arguments = &call.arguments.args;
    let key = |at: usize| Some(arguments.get(at)?.as_string_literal_expr()?.value.to_str());
    let keyword = || call.arguments.keywords.iter().find(|it| it.arg.as_deref() == Some("default"));
    let given = |at: usize| arguments.get(at).or_else(|| keyword().map(|it| &it.value));
    let of_environment = name.ends_with("environ.get") || last(name) == "getenv";
    let of_settings = last(name) == "get" && SETTINGS.contains(&owner(name));
    let is_reader = matches!(name, "env" | "config" | "env.str" | "env.int" | "env.bool")
        && key(0).is_some_and(is_constant);
    if of_environment || of_settings || is_reader {
        return Some(setting(text, key(0)?, given(1), of_environment));
    }
    let holder = arguments.first().and_then(dotted);
    if name == "getattr" && holder.is_some_and(|it| SETTINGS.contains(&last(&it))) {
        return Some(setting(text, key(1)?, arguments.get(2), false));
    }
    None
}

/// `os.environ["KEY"]`, `settings["key"]`, and `settings.KEY`.
pub(super) fn reading(text: &Text<'_>, expr: &Expr) -> Option<Found> {
    match expr {
        Expr::Subscript(subscript) if subscript.ctx.is_load() => {
            let holder = dotted(&subscript.value)?;
            let key = subscript.slice.as_string_literal_expr()?.value.to_str();
            let environment = last(&holder) == "environ";
            let known = environment || SETTINGS.contains(&last(&holder));
            known.then(|| setting(text, key, None, environment))
        }
        Expr::Attribute(attribute) if attribute.ctx.is_load() && is_constant(&attribute.attr) => {
            let holder = dotted(&attribute.value)?;
            SETTINGS.contains(&last(&holder)).then(|| setting(text, &attribute.attr, None, false))
        }
        _ => None,
    }
}

fn setting(text: &Text<'_>, key: &str, default: Option<&Expr>, environment: bool) -> Found {
    let place = if environment { "environment " } else { "" };
    let shown = default.map(|it| text.shown(it.range()));
    Found {
        kind: AtomKind::Configuration,
        head: key.to_owned(),
        text: match shown {
            Some(default) => format!("{place}{key}, default {default}"),
            None => format!("{place}{key}"),
        },
        key: format!("{place}{key}"),
        rest: default.map(Ranged::range).into_iter().collect(),
    }
}

fn metric(
    text: &Text<'_>,
    call: &ast::ExprCall,
    name: &str,
    first: Option<&Expr>,
) -> Option<Found> {
    let front = name.rsplit_once('.').map_or("", |(front, _)| front).to_ascii_lowercase();
    let measured = MEASURING.contains(&last(name)) && METERS.iter().any(|it| front.contains(it));
    let text_at =
        |at: usize| Some(call.arguments.args.get(at)?.as_string_literal_expr()?.value.to_str());
    let created = matches!(last(name), "Counter" | "Gauge" | "Histogram" | "Summary")
        && text_at(0).is_some()
        && text_at(1).is_some();
    if !measured && !created {
        return None;
    }
    let named = first.and_then(Expr::as_string_literal_expr).map(|it| it.value.to_str());
    let head = named.unwrap_or(name).to_owned();
    Some(Found {
        kind: AtomKind::Metric,
        text: text.shown(call.range()),
        key: format!("{} {head}", last(name)),
        head,
        rest: Vec::new(),
    })
}

fn event(name: &str, first: Option<&Expr>) -> Option<Found> {
    let verb = last(name).trim_start_matches('_');
    let is_telling = TELLING
        .iter()
        .any(|it| verb == *it || verb.strip_prefix(it).is_some_and(|rest| rest.starts_with('_')));
    if !is_telling {
        return None;
    }
    let head = match first {
        Some(Expr::StringLiteral(literal)) => literal.value.to_str().to_owned(),
        Some(Expr::Call(created)) => described(&created.func).to_string(),
        Some(expr @ (Expr::Attribute(_) | Expr::Name(_))) => {
            dotted(expr).filter(|it| is_constant(last(it)))?.to_string()
        }
        _ => return None,
    };
    Some(Found {
        kind: AtomKind::Event,
        text: format!("{verb} {head}"),
        key: format!("{verb} {head}"),
        head,
        rest: Vec::new(),
    })
}

/// `LIKE_THIS`.
pub(super) fn is_constant(name: &str) -> bool {
    name.len() > 1
        && name.bytes().any(|byte| byte.is_ascii_uppercase())
        && name.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_')
}

/// Timeouts that a call is given: the keyword or the position, and its value.
pub(super) fn timeouts(text: &Text<'_>, call: &ast::ExprCall) -> Vec<Found> {
    let name = described(&call.func);
    let made = |what: &str, value: &Expr| Found {
        kind: AtomKind::Timeout,
        head: format!("{} {what}", last(&name)),
        text: format!("{what}={} for {name}", text.shown(value.range())),
        key: format!("{} {what}", last(&name)),
        rest: vec![value.range()],
    };
    let named = call.arguments.keywords.iter().filter_map(|keyword| {
        let name = keyword.arg.as_ref()?;
        is_timeout(name).then(|| made(name, &keyword.value))
    });
    let mut found: Vec<Found> = named.collect();
    let position = match last(&name) {
        "wait_for" => Some(1),
        "settimeout" | "timeout" | "fail_after" | "move_on_after" | "alarm" => Some(0),
        _ => None,
    };
    found.extend(position.and_then(|at| call.arguments.args.get(at)).map(|it| made("timeout", it)));
    found
}

/// Whether a name is that of a timeout.
pub(super) fn is_timeout(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("timeout") || name.contains("deadline")
}

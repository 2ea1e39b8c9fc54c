//! Calls that are named like ones that tell others of an event.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use ruff_python_ast::{self as ast, Expr};

use super::Collector;
use super::sites::short_string;
use crate::file::Site;
use crate::flow::Emission;
use crate::python::names::dotted;

/// Parts of names of functions that tell others of an event.
const TELLING: [&str; 14] = [
    "emit",
    "send",
    "notify",
    "publish",
    "dispatch",
    "broadcast",
    "event",
    "fire",
    "trigger",
    "signal",
    "push",
    "report",
    "record",
    "announce",
];

/// Texts and names kept of one call.
const MOST: usize = 8;

/// Whether a function of this name may tell others of an event.
pub(super) fn sounds_like_telling(name: &str) -> bool {
    // Every call of a tree is asked: one pass over its name.
    static WORDS: LazyLock<AhoCorasick> =
        LazyLock::new(|| AhoCorasick::new(TELLING).expect("a few short words fit"));
    WORDS.is_match(name)
}

impl<'a> Collector<'a> {
    /// Remembers the texts and names that such a call is given.
    pub(super) fn emission(&mut self, call: &'a ast::ExprCall) {
        let site = self.facts.sites.len() as u32;
        let mut emission = Emission { site, texts: Vec::new(), names: Vec::new() };
        self.told_of(&call.arguments, &mut emission, true);
        if !emission.texts.is_empty() || !emission.names.is_empty() {
            self.facts.emissions.push(emission);
        }
    }

    fn told_of(&mut self, arguments: &'a ast::Arguments, emission: &mut Emission, deeper: bool) {
        let keywords = arguments.keywords.iter().map(|keyword| &keyword.value);
        for argument in arguments.args.iter().chain(keywords) {
            self.told(argument, emission, deeper);
        }
    }

    fn told(&mut self, expr: &'a Expr, emission: &mut Emission, deeper: bool) {
        if emission.texts.len() + emission.names.len() >= MOST {
            return;
        }
        if let Some(text) = short_string(expr) {
            emission.texts.push(self.sites.texts.position(text));
            return;
        }
        match expr {
            Expr::Attribute(_) | Expr::Name(_) => {
                if let Some(name) = dotted(expr).filter(|name| is_constant(name)) {
                    emission.names.push(self.sites.paths.position(&name));
                }
            }
            Expr::Dict(dict) if deeper => {
                dict.items.iter().for_each(|item| self.told(&item.value, emission, false));
            }
            Expr::Call(call) if deeper => self.told_of(&call.arguments, emission, false),
            _ => {}
        }
    }
}

/// `Events.STARTED`, `STARTED` or `Events.STARTED.value`: a name in capitals.
fn is_constant(name: &str) -> bool {
    let name = name.strip_suffix(".value").unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or(name);
    last.len() > 1
        && last.bytes().any(|byte| byte.is_ascii_uppercase())
        && !last.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Drops the sites that nobody asks for and keeps the emissions at theirs.
pub(super) fn drop_sites(
    sites: &mut Vec<Site>,
    emissions: &mut [Emission],
    keep: impl Fn(&Site) -> bool,
) {
    let mut emissions = emissions.iter_mut().peekable();
    let (mut at, mut kept) = (0, 0);
    sites.retain(|site| {
        let keep = keep(site);
        if let Some(emission) = emissions.next_if(|emission| emission.site == at) {
            emission.site = kept;
        }
        at += 1;
        kept += u32::from(keep);
        keep
    });
}

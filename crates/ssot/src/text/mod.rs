//! Results for people at a terminal. Each is a pure function from a value to text.

mod audit;
mod behaviour;
mod check;
mod compare;
mod existing;
mod fix;
mod init;
mod map;
mod plan;
mod report;
mod rules;
mod scan;
mod settings;
mod status;
pub(crate) mod style;
mod test;
mod timing;
mod verdicts;

use ssot_pages::words as figures;

pub(crate) use audit::audits;
pub(crate) use check::{check, headline as check_headline};
pub(crate) use compare::answers;
pub(crate) use existing::existing;
pub(crate) use figures::{add, count, letter, short, some_of, span, thousands};
pub(crate) use fix::{fix, learn};
pub(crate) use init::init;
pub(crate) use map::map;
pub(crate) use plan::{changes, plan, preview, unified};
pub(crate) use report::{Where, report, rollback};
pub(crate) use rules::rules;
pub(crate) use scan::scan;
pub(crate) use settings::settings;
pub(crate) use ssot_pages::summary::{by_rule, extent, headline, ranked, saving};
pub(crate) use status::{approved, status, waits_for};
pub(crate) use test::{execution, test};
pub(crate) use verdicts::meaning;

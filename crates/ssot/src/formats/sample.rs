//! What the tests of the forms tell, and how.

pub(crate) use ssot_pages::sample::{finding, hostile, member, report};

use super::Setting;

pub(crate) fn setting(all: bool) -> Setting<'static> {
    Setting {
        argument: " my/project",
        name: "project",
        root: "nowhere".as_ref(),
        prefix: "my/project/",
        blob: "",
        all,
        narrowed: false,
        trend: &[],
        audits: &[],
        check: None,
    }
}

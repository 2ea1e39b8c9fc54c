//! Every page of the dashboard: rendered with samples, held against hostile text and the
//! content security policy, and written down for whoever wants to look.

#![expect(clippy::disallowed_methods, reason = "a test that writes pages down")]

use std::path::PathBuf;

use ssot_pages::sample::{log, pages};
use ssot_pages::{ASSETS, asset};

/// What somebody else may have as a name, a subject or a line.
const HOSTILE: &str = "x\"'><script>alert(1)</script><img src=y onerror=z>\u{202e}\u{1b}[31m`<b>`";

/// Where the pages are written: where `cargo xtask browser` says, which shows them to one.
fn folder() -> PathBuf {
    let asked = std::env::var_os("SSOT_PAGES_DIR").map(PathBuf::from);
    asked.unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("dashboard"))
}

#[test]
fn every_page_is_written_with_what_it_asks_for() {
    let folder = folder();
    std::fs::create_dir_all(folder.join("assets")).expect("a folder of our own");
    for (name, page) in pages("", 0) {
        std::fs::write(folder.join(format!("{name}.html")), page).expect("written");
    }
    // Names that do not end: nothing may be wider than the screen.
    for (name, page) in pages(&"OverlongName".repeat(16), 0) {
        std::fs::write(folder.join(format!("long-{name}.html")), page).expect("written");
    }
    for name in ASSETS {
        let asset = asset(name).expect("it is in the list");
        std::fs::write(folder.join("assets").join(name), asset.bytes).expect("written");
    }
    // The tests that a browser runs, `index.html` of them first.
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    std::fs::create_dir_all(folder.join("tests")).expect("a folder of our own");
    for file in std::fs::read_dir(tests).expect("they are there") {
        let file = file.expect("it can be read");
        std::fs::copy(file.path(), folder.join("tests").join(file.file_name())).expect("copied");
    }
    let events = serde_json::to_string(&log("one copy of `round_money` rounds half up").events);
    std::fs::write(folder.join("events.json"), events.expect("events are JSON")).expect("written");
}

#[test]
fn nothing_hostile_becomes_markup() {
    for (name, page) in pages(HOSTILE, 0) {
        for out in ["<script>", "<img", "<b>`", "\u{202e}", "\u{1b}", "x\"'", "javascript:"] {
            assert!(!page.contains(out), "{name}: {out}\n{page}");
        }
    }
}

#[test]
fn no_page_breaks_its_own_policy() {
    for (name, page) in pages("", 0) {
        for out in [" style=", "<style", " onclick=", " onload=", "http://", "https://"] {
            let found = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "").contains(out);
            assert!(!found, "{name}: {out}");
        }
        // A script is a file of ours.
        for script in page.split("<script").skip(1) {
            assert!(script.contains("src=\"/assets/"), "{name}: {script:.80}");
        }
    }
}

#[test]
fn what_opens_is_closed_and_ids_are_of_one_element() {
    for (name, page) in pages("", 0) {
        for tag in [
            "div", "ul", "ol", "li", "section", "form", "details", "table", "p", "article", "span",
            "label",
        ] {
            let opened = page.matches(&format!("<{tag} ")).count()
                + page.matches(&format!("<{tag}>")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{name}: {tag}");
        }
        let mut ids: Vec<&str> =
            page.split(" id=\"").skip(1).filter_map(|it| it.split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(all, ids.len(), "{name}");
        assert_eq!(page.matches("<h1").count(), 1, "{name}: one heading of the first level");
    }
}

#[test]
fn every_form_names_its_command_once() {
    for (name, page) in pages("", 0) {
        let mut commands: Vec<&str> = page
            .split("name=\"command_id\" value=\"")
            .skip(1)
            .filter_map(|it| it.split('"').next())
            .collect();
        let posts = page.matches("method=\"post\"").count();
        assert_eq!(posts, commands.len(), "{name}");
        commands.sort_unstable();
        let all = commands.len();
        commands.dedup();
        // The forms in a template are copied, and each copy gets an identity of its own.
        assert_eq!(all, commands.len(), "{name}");
    }
}

#[test]
fn ten_thousand_findings_are_one_page() {
    let list = |more| {
        let all = pages("", more);
        all.into_iter().find(|it| it.0 == "findings").expect("it is a page").1
    };
    let page = list(10_000);
    assert_eq!(page.matches("<li class=\"finding\"").count(), 50);
    assert!(page.len() < 200_000, "{} bytes", page.len());
    assert!(page.contains("page 1 of 201"), "it says how many there are");
}

//! `ssot scan --format`, one test a form, and where the result goes.

use std::fs;

use serde_json::Value;

use crate::normal::normal;
use crate::project;
use crate::support::{self, Repo};

#[track_caller]
fn told(repo: &Repo, format: &str) -> String {
    let answer = repo.ssot(&["scan", "--format", format]).expect(1);
    normal(&answer.stdout, repo.path())
}

#[test]
fn github_annotates_each_violation() {
    insta::assert_snapshot!(told(&project::tested(), "github"));
}

#[test]
fn junit_has_a_suite_for_each_rule() {
    insta::assert_snapshot!(told(&project::tested(), "junit"));
}

#[test]
fn markdown_fits_a_comment() {
    insta::assert_snapshot!(told(&project::tested(), "md"));
}

#[test]
fn gitlab_gets_one_issue_for_each_violation() {
    let issues = project::tested().ssot(&["scan", "--format", "gitlab"]).expect(1).json();
    let issues = issues.as_array().unwrap();
    let of = |issue: &Value| {
        let location = &issue["location"];
        let begin = &location["lines"]["begin"];
        format!("{} {} {begin}", issue["severity"].as_str().unwrap(), location["path"])
    };
    let mut told: Vec<String> = issues.iter().map(of).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "major \"shop/billing.py\" 4",
            "major \"shop/export.py\" 4",
            "minor \"shop/billing.py\" 13"
        ]
    );
    let fingerprints: std::collections::BTreeSet<&str> =
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(fingerprints.len(), 3);
}

#[test]
fn sarif_carries_rules_places_and_identities() {
    let repo = project::tested();
    let log = repo.ssot(&["scan", "--format", "sarif"]).expect(1).json();
    let run = &log["runs"][0];
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!((&log["version"], &rule["id"]), (&"2.1.0".into(), &"duplicate-definition".into()));
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Why it costs"));
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    let slug = results.iter().find(|it| it["message"]["text"].to_string().contains("slugify"));
    let slug = slug.unwrap();
    assert_eq!(slug["level"], "error");
    assert_eq!(slug["properties"]["verdict"], "identical");
    let place = &slug["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "shop/export.py");
    assert_eq!(place["region"], serde_json::json!({"startLine": 4, "endLine": 11}));
    assert_eq!(slug["relatedLocations"].as_array().unwrap().len(), 1);
    let scan = repo.ssot(&["scan", "--format", "json"]).expect(1).json();
    let known = scan["findings"].as_array().unwrap().iter().map(|it| &it["fingerprint"]);
    let identity = &slug["partialFingerprints"]["ssotFinding/v1"];
    assert!(known.into_iter().any(|fingerprint| fingerprint == identity));
    let all = repo.ssot(&["scan", "--format", "sarif", "--all"]).expect(1).json();
    let kinds = all["runs"][0]["results"].as_array().unwrap().iter().map(|it| &it["kind"]);
    assert_eq!(kinds.filter(|kind| *kind == "informational").count(), 1);
}

#[test]
fn a_file_gets_the_result_without_styles() {
    let repo = project::tested();
    let mut command =
        support::command(repo.path(), &["scan", "--output", "out/scan.txt", "--quiet"]);
    let output = command.env("CLICOLOR_FORCE", "1").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
    let text = fs::read_to_string(repo.path().join("out/scan.txt")).unwrap();
    assert_eq!(text, repo.ssot(&["scan"]).expect(1).stdout);
    let answer = repo.ssot(&["scan", "--output", "shop/text.py/x"]).expect(2);
    answer.says(&["shop/text.py/x", "cannot be written"]);
}

#[test]
fn services_get_paths_from_where_the_command_was_typed() {
    let repo = project::tested();
    let parent = repo.path().parent().unwrap();
    let name = repo.path().file_name().unwrap().to_str().unwrap();
    let typed = format!("./{name}/../{name}");
    let answer = support::ssot(parent, &["scan", &typed, "--format", "github"]).expect(1);
    assert!(answer.stdout.contains(&format!("file={name}/shop/")), "{}", answer.stdout);
    let elsewhere = support::ssot("/".as_ref(), &["scan", repo.path().to_str().unwrap()]).expect(1);
    assert!(elsewhere.stdout.contains("shop/text.py:4"), "{}", elsewhere.stdout);
}

#[test]
fn a_concept_is_chosen_by_a_part_of_its_name() {
    let repo = project::tested();
    let found = |concept: &str, code| {
        let args = ["scan", "--format", "json", "--concept", concept];
        let report = repo.ssot(&args).expect(code).json();
        report["findings"].as_array().unwrap().len()
    };
    assert_eq!((found("slug", 1), found("shop.billing", 1), found("Session", 0)), (1, 2, 1));
}

#[test]
fn hostile_names_stay_names() {
    let hostile = "</script><img src=x onerror=alert(1)>%0A::error::'\"&`.py";
    let file = hostile.replace('/', "\\");
    let repo = Repo::of(&[(&file, project::SLUGIFY), ("b.py", project::SLUGIFY)]);
    for (format, forbidden) in [
        ("github", "file=<\\script><img src=x onerror=alert(1)>%0A"),
        ("junit", "<img"),
        ("md", "\n::error::"),
        ("text", "\u{1b}"),
    ] {
        let told = repo.ssot(&["scan", "--all", "--format", format]).expect(1).stdout;
        assert!(!told.contains(forbidden), "{told}");
    }
    for format in ["json", "sarif", "gitlab"] {
        repo.ssot(&["scan", "--format", format]).expect(1).json();
    }
}

#[test]
fn each_commit_leaves_a_point_of_the_trend() {
    let repo = project::tested();
    let points = || {
        let text = fs::read_to_string(repo.path().join(".ssot/trend.jsonl")).unwrap_or_default();
        let points = text.lines().map(|line| serde_json::from_str(line).unwrap());
        points.collect::<Vec<Value>>()
    };
    repo.ssot(&["scan", "--rule", "exact-clone"]).expect(0);
    repo.ssot(&["scan", "--no-cache"]).expect(1);
    assert!(points().is_empty(), "neither is a whole scan that is remembered");
    repo.ssot(&["scan"]).expect(1);
    repo.ssot(&["scan"]).expect(1);
    assert_eq!(points().len(), 1);
    repo.commit(&[("shop/text.py", "")]);
    repo.ssot(&["scan"]).expect(1);
    let points = points();
    assert_eq!(points.len(), 2);
    assert_eq!(points[0]["verdicts"], serde_json::json!({"identical": 2, "variant": 1}));
    assert_eq!(points[1]["verdicts"], serde_json::json!({"identical": 1, "variant": 1}));
    assert_eq!(points[1]["commit"], repo.git(&["rev-parse", "HEAD"]));
}

#[test]
fn the_page_stands_alone_and_shows_the_differences() {
    let repo = project::tested();
    repo.ssot(&["scan"]).expect(1);
    repo.commit(&[("shop/extra.py", project::SLUGIFY)]);
    let page = repo.ssot(&["scan", "--format", "html"]).expect(1).stdout;
    for foreign in ["src=", "href=\"http", "url(", "@import", "<link"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    for part in [
        "script-src 'sha256-",
        "<svg class=\"map wide\"",
        "<svg class=\"trend\"",
        "data-verdict=\"variant\"",
        "90 % sure",
        "split(&quot;<mark>,</mark>&quot;)",
        "class=\"gap\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(page, repo.ssot(&["scan", "--format", "html"]).expect(1).stdout);
}

#[test]
fn a_hostile_repository_stays_text_on_the_page() {
    let hostile = "</script><img src=x onerror=alert(1)>";
    let source = format!("{}\n    # {hostile}\n", project::SLUGIFY);
    let source = source.replace("\"empty\"", &format!("'{hostile}'"));
    let file = format!("{}.py", hostile.replace('/', "\\"));
    let repo = Repo::of(&[(&file, &source), ("b.py", &source)]);
    let page = repo.ssot(&["scan", "--format", "html"]).expect(1).stdout;
    assert!(page.contains("&lt;img src=x"));
    assert!(!page.contains("<img"));
    assert_eq!(page.matches("</script>").count(), 1);
}

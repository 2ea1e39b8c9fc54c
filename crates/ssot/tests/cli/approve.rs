//! `ssot approve` and `ssot status`.

use crate::project;
use crate::support::Repo;

fn held(section: &str) -> Repo {
    let repo = project::tested();
    let config = repo.git(&["show", "HEAD:ssot.toml"]) + "\n\n" + section;
    repo.commit(&[("ssot.toml", &config)]);
    repo
}

#[test]
fn a_run_waits_until_somebody_approves() {
    let repo = held("[approval]\nplan = true\nlanding = true\n");
    repo.ssot(&["status"]).expect(2).says(&["ssot run"]);
    let base = repo.tree("main");
    let report = repo.ssot(&["run", "--quiet", "--format", "json"]).expect(1).json();
    assert_eq!(report["waiting"], serde_json::json!([{"subject": "plan", "package": null}]));
    let text = repo.ssot(&["report"]).expect(1).stdout;
    assert!(text.contains("ssot approve ") && text.contains("the plan"), "{text}");
    let status = repo.ssot(&["status"]).expect(1).stdout;
    assert!(status.contains("waits for an approval"), "{status}");

    repo.ssot(&["approve", "latest", "p99", "--by", "Ada"]).expect(2).says(&["waits for the plan"]);
    repo.ssot(&["approve", "latest", "--by", " "]).expect(2).says(&["--by"]);
    let run = report["run"].as_str().unwrap();
    repo.ssot(&["approve", run, "--by", "Ada Lovelace"]).expect(0);
    let report = repo.ssot(&["resume", "--quiet", "--format", "json"]).expect(1).json();
    let waiting = report["waiting"].as_array().unwrap();
    assert_eq!(waiting.len(), report["packages"].as_array().unwrap().len());
    assert!(waiting.iter().all(|it| it["subject"] == "landing"), "{report}");
    assert_eq!(repo.tree("ssot/consolidate"), base);

    // One of them, then the rest.
    let first = waiting[0]["package"].as_str().unwrap();
    repo.ssot(&["approve", "latest", first, "--by", "Grace"]).expect(0);
    repo.ssot(&["resume", "--quiet"]).expect(1);
    assert_ne!(repo.tree("ssot/consolidate"), base);
    repo.ssot(&["approve", "latest", "--by", "Grace"]).expect(0);
    let report = repo.ssot(&["resume", "--quiet", "--format", "json"]).expect(0).json();
    assert_eq!(report["outcome"], "complete");
    assert_eq!(report["approvals"][0]["by"], "Ada Lovelace");
    assert!(report["approvals"][0]["at"].as_i64().unwrap() > 0);
    let status = repo.ssot(&["status", "--format", "json"]).expect(0).json();
    assert_eq!(
        (&status["outcome"], &status["schema"]),
        (&"complete".into(), &"ssot.status/1".into())
    );
    assert_eq!(status["packages"]["done"], report["packages"].as_array().unwrap().len());
    repo.ssot(&["approve", "latest", "--by", "Ada"]).expect(2).says(&["for no approval"]);
    repo.ssot(&["report", "--verify"]).expect(0);

    let undisturbed = project::tested();
    undisturbed.ssot(&["run", "--quiet"]).expect(0);
    let landed = |repo: &Repo| repo.git(&["rev-parse", "ssot/consolidate:shop"]);
    assert_eq!(landed(&repo), landed(&undisturbed));
}

#[test]
fn a_canary_needs_a_command_and_takes_back_what_is_not_healthy() {
    let repo = project::tested();
    repo.ssot(&["run", "--canary", "1"]).expect(2).says(&["`health`", "canary"]);
    let repo = held("[canary]\nhealth = 'python3 -c 1/0'\n");
    let base = repo.tree("main");
    let run = ["run", "--quiet", "--canary", "1", "--format", "json"];
    let report = repo.ssot(&run).expect(1).json();
    assert_eq!(repo.tree("ssot/consolidate"), base);
    assert!(report["alerts"][0].as_str().unwrap().starts_with("not healthy after p0"), "{report}");
}

//! The files that `ssot init` writes.

use std::fmt::Write;

use ssot_model::Boundary;
use toml::Value;

const CONFIG: &str = r#"#:schema .ssot/ssot.schema.json
# What ssot looks at, and what was decided here. Every key is optional; `ssot scan` shows
# a mistake at its place, and editors that know Taplo check and complete as you type.

[scan]
# include = ["src", "services"]      # only these, written like lines of .gitignore
# exclude = ["legacy/**"]            # never these

# How the tests are run: `ssot run` lands nothing without them.
# [test]
# command = "python -m pytest -q tests"
# path = [".venv/bin"]
# readable = [".venv"]

# How much a rule matters: error, warning, note or off.
# [severity]
# shadowed-module = "warning"

# What was decided, so that nobody argues twice. With `verdict` it answers the question of
# an unsure group, for that group and the like.
# [[decision]]
# group = "orders.models.Session"
# reason = "a shopping session, not a database session"
# verdict = "homonym"
# owner = "Ines"
# expires = "2027-12-31"

"#;

/// A configuration with the boundaries that the tree shows.
pub(super) fn config(boundaries: &[Boundary]) -> String {
    let mut text = CONFIG.to_owned();
    text.push_str("# Parts of the tree that may own their copy of a concept");
    if boundaries.is_empty() {
        text.push_str(
            ".\n# [[boundary]]\n# name = \"billing\"\n# paths = [\"services/billing\"]\n",
        );
        return text;
    }
    text.push_str(": each of these has a build file.\n");
    for boundary in boundaries {
        let name = Value::from(boundary.name.clone());
        let paths = Value::from(boundary.paths.clone());
        writeln!(text, "[[boundary]]\nname = {name}\npaths = {paths}\n")
            .expect("a string takes everything");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

const WORKFLOW: &str = r#"# Stops the next duplicate: fails on findings that ssot-baseline.json does not know.
name: ssot
on:
  pull_request:
  push:
    branches: [BRANCH]
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - name: Install ssot
        env:
          # A variable of the repository or the organisation: the address of ssot's repository.
          SSOT_SOURCE: ${{ vars.SSOT_SOURCE }}
        run: command -v ssot || cargo install --locked --git "$SSOT_SOURCE" ssot
      - name: Check
        # Annotates what is new at its place.
        run: ssot check --quiet --format github
      # Where the repository has code scanning, with `security-events: write` above:
      # - run: ssot check --quiet --format sarif --output ssot.sarif
      #   if: always()
      # - uses: github/codeql-action/upload-sarif@v3
      #   if: always()
      #   with:
      #     sarif_file: ssot.sarif
"#;

/// The job of GitHub Actions, for pull requests and a branch.
pub(super) fn workflow(branch: &str) -> String {
    let branch = Value::from(branch.to_owned()).to_string();
    WORKFLOW.replace("BRANCH", &branch)
}

/// The job of GitLab. Its log says what the report has, where anything is new.
pub(super) const GITLAB: &str = "\
ssot:
  stage: test
  variables:
    GIT_DEPTH: 0
  script:
    - command -v ssot || cargo install --locked --git \"$SSOT_SOURCE\" ssot
    - ssot check --quiet --format gitlab --output gl-code-quality-report.json || ssot check --quiet
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
";

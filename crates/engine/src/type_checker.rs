//! The type checker that a repository has set up for itself.

use std::path::Path;

use ssot_model::{Config, GateCommand, GateComparison};
use ssot_runtime::files;

/// Largest configuration of a type checker that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;
/// Longest time of one check, in seconds.
const SECONDS: u64 = 1800;

/// The gates of a configuration, and the type checker of the repository when it says what
/// is checked, the program is in a directory of `path`, and no gate names it already.
pub(crate) fn gates(root: &Path, config: &Config) -> Vec<GateCommand> {
    let path = config.test.as_ref().map_or(&[][..], |test| &test.path);
    let is_there =
        |program: &str| path.iter().any(|it| files::exists(&root.join(it).join(program)));
    let is_declared = |program: &str| {
        config.gate.iter().any(|gate| gate.name == program || gate.command.contains(program))
    };
    let checkers = [
        ("mypy", mypy(root), "mypy --cache-dir=/dev/null --no-pretty --no-error-summary"),
        ("pyright", pyright(root), "pyright"),
    ];
    let found = checkers
        .into_iter()
        .filter(|(program, is_set_up, _)| *is_set_up && is_there(program) && !is_declared(program));
    let gate = |(program, _, command): (&str, bool, &str)| GateCommand {
        name: program.to_owned(),
        command: command.to_owned(),
        compare: GateComparison::Diagnostics,
        tolerance: 0,
        repeat: 1,
        directory: String::new(),
        timeout_seconds: SECONDS,
        paths: Vec::new(),
    };
    config.gate.iter().cloned().chain(found.map(gate)).collect()
}

/// Whether mypy, called without arguments, knows what to check.
fn mypy(root: &Path) -> bool {
    let says_what = |key: &str| matches!(key.trim(), "files" | "packages" | "modules");
    let in_ini = |name: &str| {
        let text = files::read_text(&root.join(name), LARGEST).unwrap_or_default();
        let section = text.lines().skip_while(|line| line.trim() != "[mypy]").skip(1);
        let mut lines = section.take_while(|line| !line.starts_with('['));
        lines.any(|line| line.split_once('=').is_some_and(|(key, _)| says_what(key)))
    };
    let table = pyproject(root, "mypy");
    ["mypy.ini", ".mypy.ini", "setup.cfg"].into_iter().any(in_ini)
        || table.is_some_and(|table| table.keys().any(|key| says_what(key)))
}

fn pyright(root: &Path) -> bool {
    files::exists(&root.join("pyrightconfig.json")) || pyproject(root, "pyright").is_some()
}

/// The table of a tool in `pyproject.toml`.
fn pyproject(root: &Path, tool: &str) -> Option<toml::Table> {
    let text = files::read_text(&root.join("pyproject.toml"), LARGEST).ok()?;
    let document: toml::Table = text.parse().ok()?;
    document.get("tool")?.get(tool)?.as_table().cloned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the tests build real trees")]

    use ssot_model::Config;

    use super::gates;

    #[test]
    fn a_checker_takes_part_when_it_is_set_up_and_there() {
        for (name, text, expected) in [
            ("mypy.ini", "[mypy]\nfiles = src\n", "mypy"),
            ("mypy.ini", "[mypy]\nstrict = true\n[mypy-x]\nfiles = src\n", ""),
            ("setup.cfg", "[metadata]\nname = a\n[mypy]\npackages = a\n", "mypy"),
            ("pyproject.toml", "[tool.mypy]\nfiles = [\"src\"]\n", "mypy"),
            ("pyproject.toml", "[tool.mypy]\nstrict = true\n", ""),
            ("pyproject.toml", "[tool.pyright]\n", "pyright"),
            ("pyrightconfig.json", "{}", "pyright"),
            ("README", "", ""),
        ] {
            let root = tempfile::tempdir().expect("temporary directory");
            let root = root.path();
            std::fs::create_dir_all(root.join("venv/bin")).expect("directory");
            std::fs::write(root.join(name), text).expect("file");
            let mut config: Config =
                toml::from_str("[test]\ncommand = 'x'\npath = ['venv/bin']\n").expect("plain");
            assert!(gates(root, &config).is_empty(), "{name}: not installed");
            for program in ["mypy", "pyright"] {
                std::fs::write(root.join("venv/bin").join(program), "").expect("file");
            }
            let names: Vec<String> =
                gates(root, &config).into_iter().map(|gate| gate.name).collect();
            assert_eq!(names.join(" "), expected, "{name}: {text}");
            let gate = "[[gate]]\nname = 'types'\ncommand = 'mypy src; pyright'\n";
            config.gate = toml::from_str::<Config>(gate).expect("plain").gate;
            assert_eq!(gates(root, &config).len(), 1, "{name}: declared");
        }
    }
}

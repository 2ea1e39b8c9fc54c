//! The commands of `docs/outputs.md`.

use crate::project;

const PAGE: &str = include_str!("../../../../docs/outputs.md");

#[test]
fn every_command_of_the_page_does_what_it_says() {
    let repo = project::tested();
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repo.commit(&[("shop/tax.py", project::SLUGIFY)]);
    let commands: Vec<&str> =
        PAGE.lines().filter_map(|line| line.strip_prefix("$ ssot ")).collect();
    assert!(commands.len() > 9, "{commands:?}");
    for command in commands {
        let args: Vec<&str> = command.split(' ').collect();
        let answer = repo.ssot(&args).expect(1);
        match args.iter().position(|arg| *arg == "--output") {
            Some(at) => assert!(repo.path().join(args[at + 1]).metadata().unwrap().len() > 500),
            None => assert!(answer.stdout.len() > 200, "{command}: {}", answer.stdout),
        }
    }
    let formats = repo.ssot(&["scan", "--format", "none"]).expect(2).stderr;
    let named = formats.split_once("possible values: ").unwrap().1.split_once(']').unwrap().0;
    for format in named.split(", ") {
        assert!(PAGE.contains(&format!("| `{format}` |")), "{format} is not on the page");
    }
}

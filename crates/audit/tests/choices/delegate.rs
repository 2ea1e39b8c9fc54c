//! What is chosen for a function that does what a method does.

use ssot_model::Config;

use crate::choices;

/// The body of both: `ME` is the object, `READ` what is read of each task.
const BODY: &str = r#"
        pattern = re.compile(r"\{(.+?)\}")
        required: set = set()

        for task in ME.tasks:
            text = f"{task.description or ''} {task.expected or ''}"
            required.update(pattern.findall(text))

        for agent in ME.agents:
            text = f"{agent.role or ''} {agent.goal or ''} {agent.backstory or ''}"
            required.update(READ(text))

        return required
"#;

/// What is chosen for a method and a function of one body.
fn check(head: &str, reads: &str, below: &str, expected: &str) {
    let method = BODY.replace("ME", "self").replace("READ", "pattern.findall");
    let function = BODY.replace("\n    ", "\n").replace("ME", "crew").replace("READ", reads);
    let repository = format!(
        "--- app/__init__.py\n--- app/crew.py\nimport re\nclass Crew:\n    size = 1\n    \
         def fetch_inputs(self):{method}\n--- app/chat.py\n{head}\n\
         def fetch_required_inputs(crew: Crew):{function}\n--- app/below.py\n{below}\n"
    );
    let found = choices(&repository, &Config::default());
    assert!(found.contains(expected), "{repository}\n{found}");
}

#[test]
fn a_function_calls_the_method_that_does_the_same() {
    let import = "import re\nfrom app.crew import Crew";
    let findall = "pattern.findall";
    let delegated = "let app.chat.fetch_required_inputs call app.crew.Crew.fetch_inputs";
    check(import, findall, "", delegated);
    check(import, "pattern.split", "", "differs in more than a value");
    let own = "from app.crew import Crew\nclass Other(Crew):\n    def fetch_inputs(self): pass\n";
    check(import, findall, own, "app.below.Other has a `fetch_inputs` of its own");
    let other = "import regex as re\nfrom app.crew import Crew";
    check(other, findall, "", "`re` is");
}

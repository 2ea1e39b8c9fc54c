//! `ssot lsp`, spoken to as an editor does.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::project::{self, SLUGIFY};
use crate::support::{Repo, command};

/// An editor with one folder open.
struct Editor {
    server: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    root: String,
}

impl Editor {
    fn of(repo: &Repo) -> Self {
        let mut server = command(repo.path(), &["lsp"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (to, from) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
        let root = format!("file://{}", repo.path().canonicalize().unwrap().display());
        let mut editor = Self { server, to, from: BufReader::new(from), root };
        let folder = json!([{ "uri": editor.root, "name": "shop" }]);
        let hello = json!({ "capabilities": {}, "workspaceFolders": folder });
        let answer = editor.ask("initialize", &hello);
        assert_eq!(answer["serverInfo"]["name"], "ssot");
        assert_eq!(answer["capabilities"]["hoverProvider"], true);
        editor.tell("initialized", &json!({}));
        editor
    }

    fn say(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.to.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.say(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The result of a request; what is said before it is left aside.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.say(&json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params }));
        self.hear(|heard| heard["id"] == 7 && heard["method"].is_null())["result"].take()
    }

    /// The next message that is meant.
    fn hear(&mut self, is_meant: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                assert_ne!(self.from.read_line(&mut line).unwrap(), 0, "the server is gone");
                match line.trim().split_once(": ") {
                    Some(("Content-Length", value)) => length = value.parse().unwrap(),
                    Some(_) => {}
                    None => break,
                }
            }
            let mut body = vec![0; length];
            self.from.read_exact(&mut body).unwrap();
            let heard: Value = serde_json::from_slice(&body).unwrap();
            if is_meant(&heard) {
                return heard;
            }
        }
    }

    /// What is said about a file, once something is said that is meant.
    fn diagnostics(&mut self, path: &str, is_meant: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let uri = format!("{}/{path}", self.root);
        let is_about = |heard: &Value| {
            heard["method"] == "textDocument/publishDiagnostics"
                && heard["params"]["uri"] == uri.as_str()
                && is_meant(heard["params"]["diagnostics"].as_array().unwrap())
        };
        let mut heard = self.hear(is_about);
        serde_json::from_value(heard["params"]["diagnostics"].take()).unwrap()
    }

    fn file(&self, path: &str) -> Value {
        json!({ "uri": format!("{}/{path}", self.root) })
    }

    fn open(&mut self, path: &str, text: &str) {
        let uri = format!("{}/{path}", self.root);
        let document = json!({ "uri": uri, "languageId": "python", "version": 1, "text": text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    fn leave(mut self) {
        assert_eq!(self.ask("shutdown", &Value::Null), Value::Null);
        self.tell("exit", &Value::Null);
        assert!(self.server.wait().unwrap().success());
    }
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|it| it["code"].as_str()).collect()
}

#[test]
fn an_editor_is_told_what_exists_already() {
    let repo = project::untested();
    let mut editor = Editor::of(&repo);
    // A copy that is typed and not saved anywhere.
    let text = SLUGIFY.replace("slugify", "address_part");
    editor.open("shop/address.py", &text);
    let has_ratchet = |it: &[Value]| codes(it).iter().any(|code| *code != "find-existing");
    let said = editor.diagnostics("shop/address.py", has_ratchet);
    assert_eq!(codes(&said), ["exact-clone"], "{said:?}");
    assert_eq!(said[0]["range"]["start"]["line"], 3);
    let others = said[0]["relatedInformation"].as_array().unwrap();
    assert!(others.iter().any(|it| it["message"] == "shop.text.slugify"), "{others:?}");

    let file = editor.file("shop/address.py");
    let at = json!({ "line": 3, "character": 5 });
    let hover = editor.ask("textDocument/hover", &json!({ "textDocument": file, "position": at }));
    let told = hover["contents"]["value"].as_str().unwrap();
    assert!(told.contains("`shop.text.slugify` at shop/text.py:4, its body is the same"), "{told}");
    let nothing = json!({ "line": 0, "character": 0 });
    let hover = json!({ "textDocument": file, "position": nothing });
    assert_eq!(editor.ask("textDocument/hover", &hover), Value::Null);

    let lenses = editor.ask("textDocument/codeLens", &json!({ "textDocument": file }));
    assert_eq!(lenses[0]["command"]["title"], "exists already: shop.export.slugify and 1 more");
    let range = json!({ "start": at, "end": at });
    let asked = json!({ "textDocument": file, "range": range, "context": { "diagnostics": [] } });
    let actions = editor.ask("textDocument/codeAction", &asked);
    assert_eq!(actions[1]["title"], "This exists already at shop/text.py:4");
    let command = actions[1]["command"].clone();
    let asked = json!({ "command": command["command"], "arguments": command["arguments"] });
    editor.say(&json!({ "jsonrpc": "2.0", "id": 8, "method": "workspace/executeCommand", "params": asked }));
    let shown = editor.hear(|heard| heard["method"] == "window/showDocument");
    assert_eq!(shown["params"]["uri"], format!("{}/shop/text.py", editor.root));
    assert_eq!(shown["params"]["selection"]["start"]["line"], 3);

    // Written otherwise, it is something new.
    let new = "def longest(rows):\n    best = rows[0]\n    for row in rows:\n        best = max(best, row)\n    return best\n";
    let document = json!({ "uri": file["uri"], "version": 2 });
    let change = json!({ "textDocument": document, "contentChanges": [{ "text": new }] });
    editor.tell("textDocument/didChange", &change);
    editor.tell("textDocument/didSave", &json!({ "textDocument": file }));
    assert_eq!(editor.diagnostics("shop/address.py", <[Value]>::is_empty), [] as [Value; 0]);
    editor.leave();
}

#[test]
fn files_of_others_and_strange_questions_do_no_harm() {
    let repo = project::untested();
    let mut editor = Editor::of(&repo);
    editor.tell("textDocument/didOpen", &json!({ "textDocument": { "uri": "untitled:1" } }));
    editor.tell("textDocument/didChange", &json!([]));
    let file = json!({ "uri": "file:///etc/passwd" });
    let none = editor.ask("textDocument/codeLens", &json!({ "textDocument": file }));
    assert_eq!(none, json!([]));
    assert_eq!(editor.ask("textDocument/rename", &json!({})), Value::Null);
    assert_eq!(editor.ask("workspace/executeCommand", &json!({ "command": "rm" })), Value::Null);
    editor.open("shop/text.py", SLUGIFY);
    editor.leave();
}

//! Answers that are given again.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use ssot_model::UserId;

/// Keeps answers up to a number of bytes; the one that was asked for longest ago goes
/// first. Clones share what is kept.
#[derive(Debug, Clone)]
pub struct ToolCache(Arc<Mutex<Kept>>);

/// What an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// Whose answer it is; none when it is everybody's.
    pub(super) user: Option<UserId>,
    pub(super) tool: &'static str,
    /// See [`canonical`].
    pub(super) arguments: String,
    /// What it was made from.
    pub(super) generation: String,
}

impl Key {
    fn size(&self) -> usize {
        let user = self.user.as_ref().map_or(0, |user| user.as_str().len());
        user + self.tool.len() + self.arguments.len() + self.generation.len()
    }
}

#[derive(Debug)]
struct Kept {
    /// Bytes of keys and answers that may be kept.
    most: usize,
    bytes: usize,
    /// The turn of whoever is asked for next.
    next: u64,
    answers: HashMap<Arc<Key>, Answer>,
    turns: BTreeMap<u64, Arc<Key>>,
}

#[derive(Debug)]
struct Answer {
    turn: u64,
    /// As JSON, so that its size is known.
    text: Box<str>,
}

impl ToolCache {
    /// Nothing yet, and never more than so many bytes of keys and answers.
    pub fn new(most: usize) -> Self {
        let (answers, turns) = (HashMap::new(), BTreeMap::new());
        Self(Arc::new(Mutex::new(Kept { most, bytes: 0, next: 0, answers, turns })))
    }

    pub(super) fn get(&self, key: &Key) -> Option<Value> {
        self.lock().get(key)
    }

    pub(super) fn put(&self, key: Key, value: &Value) {
        self.lock().put(Arc::new(key), value.to_string().into_boxed_str());
    }

    /// Nothing panics while it is held: what is kept is whole.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn get(&mut self, key: &Key) -> Option<Value> {
        let answer = self.answers.get_mut(key)?;
        let key = self.turns.remove(&answer.turn)?;
        answer.turn = self.next;
        self.turns.insert(self.next, key);
        self.next += 1;
        serde_json::from_str(&answer.text).ok()
    }

    fn put(&mut self, key: Arc<Key>, text: Box<str>) {
        self.drop(&key);
        let size = key.size() + text.len();
        if size > self.most {
            return;
        }
        self.bytes += size;
        self.turns.insert(self.next, Arc::clone(&key));
        self.answers.insert(key, Answer { turn: self.next, text });
        self.next += 1;
        while self.bytes > self.most {
            let Some((_, oldest)) = self.turns.first_key_value() else { break };
            self.drop(&Arc::clone(oldest));
        }
    }

    fn drop(&mut self, key: &Key) {
        if let Some(answer) = self.answers.remove(key) {
            self.turns.remove(&answer.turn);
            self.bytes -= key.size() + answer.text.len();
        }
    }
}

/// The text that is the same for the same JSON, whatever the order of its fields.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            let field = |(name, value): (&String, &Value)| {
                format!("{}:{}", Value::from(name.as_str()), canonical(value))
            };
            format!("{{{}}}", sorted.into_iter().map(field).collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use ssot_model::UserId;

    use super::{Key, ToolCache, canonical};

    fn key(user: Option<&str>, arguments: &str) -> Key {
        let generation = "1".to_owned();
        let arguments = arguments.to_owned();
        Key { user: user.map(UserId::new), tool: "t", arguments, generation }
    }

    #[test]
    fn what_was_asked_for_longest_ago_goes_first() {
        // Each takes one byte for the tool, the arguments and the generation, and three.
        let cache = ToolCache::new(18);
        for name in ["a", "b", "c"] {
            cache.put(key(None, name), &json!("x"));
        }
        assert_eq!(cache.get(&key(None, "a")), Some(json!("x")));
        cache.put(key(None, "d"), &json!("x"));
        let there = |name| cache.get(&key(None, name)).is_some();
        assert_eq!(["a", "b", "c", "d"].map(there), [true, false, true, true]);
        // What is put twice counts once.
        for _ in 0..10 {
            cache.put(key(None, "d"), &json!("y"));
        }
        assert_eq!(cache.get(&key(None, "d")), Some(json!("y")));
        assert!(there("a") && there("c"));
        // What can never fit displaces nothing.
        cache.put(key(None, "e"), &json!("x".repeat(18)));
        assert!(!there("e") && there("a"));
        assert!(cache.lock().bytes <= 18);
    }

    #[test]
    fn another_user_is_another_key() {
        let cache = ToolCache::new(1000);
        cache.put(key(Some("ada"), "a"), &json!(1));
        assert_eq!(cache.get(&key(Some("eve"), "a")), None);
        assert_eq!(cache.get(&key(None, "a")), None);
        assert_eq!(cache.get(&key(Some("ada"), "a")), Some(json!(1)));
    }

    #[test]
    fn the_order_of_fields_is_nothing_and_all_else_is() {
        let read = |text: &str| -> Value { serde_json::from_str(text).expect("JSON") };
        let one = canonical(&read(r#"{"b":[1,{"d":null,"c":"x"}],"a":true}"#));
        assert_eq!(one, canonical(&read(r#"{ "a":true, "b":[1,{"c":"x","d":null}] }"#)));
        assert_eq!(one, r#"{"a":true,"b":[1,{"c":"x","d":null}]}"#);
        for other in [r#"{"a":"1"}"#, r#"{"a":1}"#, r#"{"a":[1]}"#, r#"{"a\"":1}"#, "{}", "[]"] {
            assert_eq!(canonical(&read(other)), other);
        }
    }
}

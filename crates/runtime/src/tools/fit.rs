//! Answers that fit: an agent pays for every letter of them.

use serde_json::Value;

/// Begins the text that stands for what was left out.
pub const CUT: &str = "… left out:";

/// Longest text that is never cut, in letters.
const SHORT_TEXT: usize = 200;

/// The value in at most `largest` bytes of JSON, as far as lists and texts can be cut:
/// the largest of them lose their second half first, and a text at their end says how
/// much was left out. Fields are never dropped.
pub fn fit(mut value: Value, largest: usize) -> Value {
    let mut size = size(&value);
    while size > largest {
        let Some((weight, path)) = heaviest(&value) else { break };
        if weight == 0 {
            break;
        }
        cut(at(&mut value, &path));
        let now = self::size(&value);
        // Cutting what is short may add more than it takes.
        if now >= size {
            break;
        }
        size = now;
    }
    value
}

fn size(value: &Value) -> usize {
    value.to_string().len()
}

/// A way through lists and objects.
type Path = Vec<usize>;

/// The list or text that has most to lose, and how much that is.
fn heaviest(value: &Value) -> Option<(usize, Path)> {
    let own = match value {
        Value::Array(items) if items.len() > usize::from(is_cut(items)) + 1 => Some(size(value)),
        Value::String(text) if text.chars().count() > SHORT_TEXT => Some(text.len()),
        _ => None,
    };
    let children: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    };
    let below = children.into_iter().enumerate().filter_map(|(at, child)| {
        let (weight, mut path) = heaviest(child)?;
        path.insert(0, at);
        Some((weight, path))
    });
    let best = below.max_by_key(|(weight, path)| (*weight, std::cmp::Reverse(path.clone())));
    match (own, best) {
        // What is mostly one child loses inside the child.
        (Some(own), Some((weight, path))) if weight * 2 > own => Some((weight, path)),
        (Some(own), _) => Some((own, Path::new())),
        (None, best) => best,
    }
}

fn at<'a>(value: &'a mut Value, path: &[usize]) -> &'a mut Value {
    let Some((first, rest)) = path.split_first() else { return value };
    let child = match value {
        Value::Array(items) => items.get_mut(*first),
        Value::Object(fields) => fields.values_mut().nth(*first),
        _ => None,
    };
    at(child.expect("the path was found in this value"), rest)
}

/// Halves a list or a text.
fn cut(value: &mut Value) {
    match value {
        Value::Array(items) => {
            let before = left_out(items).unwrap_or(0);
            items.truncate(items.len() - usize::from(is_cut(items)));
            let kept = items.len() / 2;
            let gone = before + items.len() - kept;
            items.truncate(kept);
            items.push(Value::String(format!("{CUT} {gone} more")));
        }
        Value::String(text) => {
            let letters = text.chars().count();
            let kept: String = text.chars().take(letters / 2).collect();
            *text = format!("{kept} {CUT} {} letters", letters - letters / 2);
        }
        _ => {}
    }
}

fn is_cut(items: &[Value]) -> bool {
    left_out(items).is_some()
}

/// How many items of a list were left out before.
fn left_out(items: &[Value]) -> Option<usize> {
    let text = items.last()?.as_str()?.strip_prefix(CUT)?;
    text.trim().strip_suffix(" more")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{fit, size};

    #[test]
    fn what_fits_stays_as_it_is() {
        for value in [json!(null), json!([1, 2, 3]), json!({ "a": "b", "c": [[], {}] })] {
            assert_eq!(fit(value.clone(), 1000), value);
        }
    }

    #[test]
    fn long_lists_say_how_much_is_missing() {
        let value = json!({ "name": "x", "items": (0..1000).collect::<Vec<u32>>() });
        let fitted = fit(value, 500);
        assert!(size(&fitted) <= 500, "{fitted}");
        assert_eq!(fitted["name"], "x");
        let items = fitted["items"].as_array().expect("a list");
        let told = format!("… left out: {} more", 1000 - (items.len() - 1));
        assert_eq!(items.last(), Some(&json!(told)));
    }

    #[test]
    fn the_largest_part_is_cut_first_and_texts_on_letters() {
        let text: String = "ü".repeat(10_000);
        let value = json!({ "few": [1, 2, 3], "deep": [{ "text": text }] });
        let fitted = fit(value, 2000);
        assert_eq!(fitted["few"], json!([1, 2, 3]));
        assert!(size(&fitted) <= 2000);
        // Nothing that could be cut: it is told as it is.
        let object: Value = (0..100).map(|at| (format!("field{at}"), json!(at))).collect();
        assert_eq!(fit(object.clone(), 10), object);
    }

    #[test]
    fn it_ends_for_any_value_and_limit() {
        let mut value = json!("x".repeat(300));
        for depth in 0..12 {
            value = json!([value, { "k": "y".repeat(depth * 50) }, depth]);
        }
        for limit in [0, 1, 10, 100, 1000, 10_000] {
            let fitted = fit(value.clone(), limit);
            assert!(size(&fitted) <= size(&value));
        }
    }
}

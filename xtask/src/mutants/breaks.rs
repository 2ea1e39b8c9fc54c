//! The ways in which a definition is made wrong while it is consolidated.

use ssot_facts::python::{Kind, OutlineLine, Word};

use super::lines::{Region, begins, is_function, opens};

/// A file in which something is wrong: what, where, and the whole text.
pub(super) type Broken = (&'static str, String, String);

/// Every way in which a part of a file can be made wrong.
pub(super) fn all(region: &Region) -> Vec<Broken> {
    let mut found = Vec::new();
    for (at, line) in region.outline.iter().enumerate() {
        found.extend(in_line(region, line));
        found.extend(of_block(region, at));
        found.extend(order(region, at));
    }
    found
}

fn told(region: &Region, line: &OutlineLine, new: &str) -> String {
    let old = region.written(line);
    let first = |text: &str| text.trim().lines().next().unwrap_or_default().to_owned();
    format!("{}: `{}` -> `{}`", line.span.start, first(&old), first(new))
}

fn in_line(region: &Region, line: &OutlineLine) -> Vec<Broken> {
    let old = region.written(line);
    let mut found: Vec<(&'static str, Option<String>)> = vec![
        ("off by one or turned comparison", comparison(&old)),
        ("argument order", arguments(&old)),
        ("turned condition", condition(region, line, &old)),
    ];
    if line.kind == Kind::Decorator {
        found.push(("dropped decorator", Some(String::new())));
    } else {
        found.push(("swapped constant", constant(line, &old)));
    }
    if is_function(line) {
        found.push(("lost default", default(&old)));
    } else {
        found.push(("lost keyword", keyword(&old)));
    }
    let indent = region.indent(line);
    if begins(line, "return") && line.words.len() > 1 {
        let rest = old.trim_start().trim_start_matches("return").trim_start();
        found.push(("lost return or raise", Some(format!("{indent}{rest}"))));
    } else if begins(line, "raise") {
        found.push(("lost return or raise", Some(format!("{indent}pass"))));
    }
    let whole = |(kind, new): (&'static str, Option<String>)| {
        let new = new.filter(|new| *new != old)?;
        Some((kind, told(region, line, &new), region.replaced(line, &new)))
    };
    found.into_iter().filter_map(whole).collect()
}

/// The first number or text with another value.
fn constant(line: &OutlineLine, old: &str) -> Option<String> {
    for word in &line.words {
        match word {
            Word::Other(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                let value: u64 = number.parse().ok()?;
                return swap(old, number, &(value + 1).to_string());
            }
            Word::Quoted(text)
                if text.len() > 1 && !text.contains(['{', '\\', '\n', '\'', '"']) =>
            {
                let other: String = text.chars().rev().collect();
                let other = if other == **text { format!("{text}x") } else { other };
                return swap(old, text, &other);
            }
            _ => {}
        }
    }
    None
}

/// Replaces the first occurrence that is a word of its own.
fn swap(text: &str, old: &str, new: &str) -> Option<String> {
    let is_part =
        |letter: Option<char>| letter.is_some_and(|it| it.is_alphanumeric() || "_.".contains(it));
    let (at, _) = text.match_indices(old).find(|(at, _)| {
        !is_part(text[..*at].chars().next_back()) && !is_part(text[at + old.len()..].chars().next())
    })?;
    Some(format!("{}{new}{}", &text[..at], &text[at + old.len()..]))
}

fn comparison(old: &str) -> Option<String> {
    const TURNED: [(&str, &str); 8] = [
        (" <= ", " < "),
        (" >= ", " > "),
        (" < ", " <= "),
        (" > ", " >= "),
        (" == ", " != "),
        (" != ", " == "),
        (" - 1", " - 2"),
        (" + 1", " + 2"),
    ];
    let (was, is) = TURNED.iter().find(|(was, _)| old.contains(was))?;
    Some(old.replacen(was, is, 1))
}

fn condition(region: &Region, line: &OutlineLine, old: &str) -> Option<String> {
    let head = ["if", "elif", "while"].iter().find(|word| begins(line, word))?;
    if !opens(line) {
        return None;
    }
    let rest = old.trim_start().strip_prefix(head)?.trim().strip_suffix(':')?;
    Some(format!("{}{head} not ({rest}):", region.indent(line)))
}

/// Two plain arguments in the order of each other.
fn arguments(old: &str) -> Option<String> {
    for (open, _) in old.match_indices('(') {
        let before = old[..open].chars().next_back();
        if !before.is_some_and(|it| it.is_alphanumeric() || it == '_') || old.contains("def ") {
            continue;
        }
        let inside = &old[open + 1..];
        let end = inside.find([')', '(', '[', '{', '\n'])?;
        if !inside[end..].starts_with(')') {
            continue;
        }
        let parts: Vec<&str> = inside[..end].split(',').map(str::trim).collect();
        let plain = |part: &str| !part.is_empty() && !part.contains(['=', '*', ':', '"', '\'']);
        if let [first, second, rest @ ..] = &parts[..]
            && plain(first)
            && plain(second)
            && first != second
        {
            let turned = [&[*second, *first], rest].concat().join(", ");
            return Some(format!("{}({turned}{}", &old[..open], &inside[end..]));
        }
    }
    None
}

/// The first default of a head taken away.
fn default(old: &str) -> Option<String> {
    let open = old.find('(')?;
    let equals = old[open..].char_indices().map(|(at, letter)| (at + open, letter)).find(
        |(at, letter)| {
            *letter == '='
                && !old[at + 1..].starts_with('=')
                && !old[..*at].ends_with(['=', '!', '<', '>', ':'])
        },
    )?;
    let end = end_of_value(old, equals.0 + 1)?;
    Some(format!("{}{}", old[..equals.0].trim_end(), &old[end..]))
}

/// A keyword argument of a call taken away.
fn keyword(old: &str) -> Option<String> {
    for (comma, _) in old.match_indices(", ") {
        let rest = &old[comma + 2..];
        let name: usize =
            rest.bytes().take_while(|it| it.is_ascii_alphanumeric() || *it == b'_').count();
        if name == 0 || !rest[name..].starts_with('=') || rest[name..].starts_with("==") {
            continue;
        }
        let end = end_of_value(old, comma + 2 + name + 1)?;
        return Some(format!("{}{}", &old[..comma], &old[end..]));
    }
    None
}

/// Where a value ends: at the comma or bracket behind it.
fn end_of_value(text: &str, start: usize) -> Option<usize> {
    let (mut depth, mut quote) = (0_i32, None);
    for (at, letter) in text.char_indices().skip_while(|(at, _)| *at < start) {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}' | ',') if depth == 0 => return Some(at),
            (None, ')' | ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn of_block(region: &Region, at: usize) -> Vec<Broken> {
    let line = &region.outline[at];
    let mut found = Vec::new();
    if begins(line, "try") {
        found.extend(without_handlers(region, at));
    }
    if begins(line, "finally") {
        found.extend(without_finally(region, at));
    }
    if begins(line, "if") && opens(line) {
        found.extend(without_branch(region, at));
    }
    found
}

/// The clauses of a `try`, by where they stand in the outline.
fn clauses(region: &Region, at: usize) -> Vec<usize> {
    let depth = region.outline[at].depth;
    let mut found = Vec::new();
    for (index, line) in region.outline.iter().enumerate().skip(at + 1) {
        let clause = ["except", "else", "finally"].iter().any(|word| begins(line, word));
        if line.depth == depth && clause {
            found.push(index);
        } else if line.depth <= depth {
            break;
        }
    }
    found
}

fn without_handlers(region: &Region, at: usize) -> Option<Broken> {
    let clauses = clauses(region, at);
    let only_handlers = clauses.iter().all(|index| begins(&region.outline[*index], "except"));
    let (first, last) = (*clauses.first()?, *clauses.last()?);
    let line = &region.outline[at];
    let start = region.outline[first].span.start;
    let (end, _) = region.block(last);
    if !only_handlers {
        return None;
    }
    let indent = region.indent(line);
    let kept = region.text[line.span.end as usize..start as usize - 1].join("\n");
    let text = region.with(line.span.start, end, &format!("{indent}if True:\n{kept}"));
    Some(("dropped except", format!("{}: handlers gone", line.span.start), text))
}

fn without_finally(region: &Region, at: usize) -> Option<Broken> {
    let line = &region.outline[at];
    let (end, _) = region.block(at);
    let depth = line.depth;
    let opener =
        region.outline[..at].iter().rposition(|it| it.depth == depth && begins(it, "try"))?;
    let text = if clauses(region, opener).len() > 1 {
        region.with(line.span.start, end, "")
    } else {
        let head = &region.outline[opener];
        let kept = region.text[head.span.end as usize..line.span.start as usize - 1].join("\n");
        let indent = region.indent(head);
        region.with(head.span.start, end, &format!("{indent}if True:\n{kept}"))
    };
    Some(("dropped finally", format!("{}: finally gone", line.span.start), text))
}

fn without_branch(region: &Region, at: usize) -> Option<Broken> {
    let line = &region.outline[at];
    let (end, count) = region.block(at);
    let next = region.outline.get(at + count + 1);
    if next.is_some_and(|next| {
        next.depth == line.depth && (begins(next, "else") || begins(next, "elif"))
    }) {
        return None;
    }
    let indent = region.indent(line);
    let text = region.with(line.span.start, end, &format!("{indent}pass"));
    Some(("dropped branch", told(region, line, "pass"), text))
}

/// Two simple statements in the order of each other.
fn order(region: &Region, at: usize) -> Option<Broken> {
    let (line, next) = (&region.outline[at], region.outline.get(at + 1)?);
    let simple =
        |line: &OutlineLine| !opens(line) && matches!(line.kind, Kind::Statement | Kind::Value(_));
    if !simple(line) || !simple(next) || line.depth != next.depth || line.words == next.words {
        return None;
    }
    let between = region.text[line.span.end as usize..next.span.start as usize - 1].join("\n");
    let between = if between.is_empty() { between } else { between + "\n" };
    let new = format!("{}\n{between}{}", region.written(next), region.written(line));
    let text = region.with(line.span.start, next.span.end, &new);
    Some(("statement order", told(region, line, &region.written(next)), text))
}

#[cfg(test)]
mod tests {
    use super::super::lines::Region;
    use super::all;

    const SOURCE: &str = "import os\n\n\n@cached\ndef read(path, size=3, strict=True):\n    try:\n        \
                          text = load(path, size, mode='fast')\n        check(text)\n    except OSError:\n        \
                          return None\n    finally:\n        os.sync()\n    if size < 1:\n        raise \
                          ValueError(size)\n    return text[:size]\n";

    #[test]
    fn each_kind_is_made_and_changes_the_file() {
        let region = Region::of(SOURCE, "read").expect("it is there");
        let broken = all(&region);
        for (kind, wanted) in [
            ("swapped constant", "size < 2"),
            ("off by one or turned comparison", "size <= 1"),
            ("argument order", "load(size, path, mode='fast')"),
            ("lost keyword", "load(path, size)"),
            ("lost default", "def read(path, size, strict=True)"),
            ("dropped decorator", "\n\ndef read"),
            ("dropped finally", "return None\n    if size"),
            ("dropped branch", "    pass\n    return text"),
            ("statement order", "check(text)\n        text = load"),
            ("lost return or raise", "\n    text[:size]"),
            ("turned condition", "if not (size < 1):"),
        ] {
            let made = broken.iter().any(|(name, _, text)| *name == kind && text.contains(wanted));
            assert!(made, "{kind}: {wanted}\n{broken:#?}");
        }
        assert!(broken.iter().all(|(_, _, text)| text != SOURCE && text.ends_with('\n')));
    }
}

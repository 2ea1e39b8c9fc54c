//! Text as markup. What comes from a repository is hostile: all of it passes here.

use crate::words::{add, visible};

/// Space between the parts of a bar, in hundredths of it.
const SPACE: f64 = 0.25;
/// Narrowest part of a bar, in hundredths of it.
const NARROWEST: f64 = 0.4;

/// A text as the content of an element or of an attribute between double quotes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in visible(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}

/// [`escaped`] for templates, where it happens to every value that is not marked as safe.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Escape;

impl askama::filters::Escaper for Escape {
    fn write_escaped_str<W: std::fmt::Write>(&self, mut to: W, text: &str) -> std::fmt::Result {
        to.write_str(&escaped(text))
    }
}

/// A sentence whose names stand between backticks.
pub fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd backtick comes from a name: then nothing is code.
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let part = |(at, part): (usize, &&str)| match at % 2 {
        1 => format!("<code>{}</code>", escaped(part)),
        _ => escaped(part),
    };
    parts.iter().enumerate().map(part).collect()
}

/// A name, path or piece of code of the repository. Long ones break where their parts end.
pub fn code(text: &str) -> String {
    let text = escaped(text).replace('/', "/<wbr>").replace('.', ".<wbr>");
    format!("<code>{text}</code>")
}

/// A `/`-separated path with everything but plain letters percent-encoded (RFC 3986).
pub fn encoded(path: &str) -> String {
    let mut address = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            add(&mut address, format!("%{byte:02X}"));
        }
    }
    address
}

/// How something divides, as one bar: a drawing, so that no style has to stand in the page.
pub fn bar(class: &str, parts: &[(&str, usize)]) -> String {
    let total: usize = parts.iter().map(|(_, number)| number).sum();
    let free = 100.0 - SPACE * parts.len().saturating_sub(1) as f64;
    let (mut drawn, mut at) = (String::new(), 0.0);
    for (class, number) in parts {
        let width = (*number as f64 * free / total.max(1) as f64).max(NARROWEST);
        let class = escaped(class);
        add(
            &mut drawn,
            format!(
                "<rect class=\"{class}\" x=\"{at:.2}\" y=\"0\" width=\"{width:.2}\" height=\"1\"/>"
            ),
        );
        at += width + SPACE;
    }
    format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {:.2} 1\" preserveAspectRatio=\"none\" \
         aria-hidden=\"true\">{drawn}</svg>",
        (at - SPACE).max(100.0)
    )
}

/// How much of the most something is.
pub fn gauge(number: u64, most: u64) -> String {
    let width = (number as f64 * 100.0 / most.max(1) as f64).clamp(NARROWEST, 100.0);
    format!(
        "<svg viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect width=\"{width:.1}\" height=\"1\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::{encoded, escaped, prose};

    #[test]
    fn nothing_of_a_repository_is_markup() {
        assert_eq!(
            escaped("</script><b a=\"'&\u{1b}"),
            "&lt;/script&gt;&lt;b a=&quot;&#39;&amp;\u{fffd}"
        );
        assert_eq!(prose("class `A<b>` is"), "class <code>A&lt;b&gt;</code> is");
        assert_eq!(prose("odd ` <tick>"), "odd ` &lt;tick&gt;");
    }

    #[test]
    fn a_path_is_one_plain_word() {
        for (path, address) in [
            ("app/a-b_c.py", "app/a-b_c.py"),
            ("my app/ü.py", "my%20app/%C3%BC.py"),
            ("a%0A#x?.py", "a%250A%23x%3F.py"),
            ("\"<b>:.py", "%22%3Cb%3E%3A.py"),
        ] {
            assert_eq!(encoded(path), address);
        }
    }
}

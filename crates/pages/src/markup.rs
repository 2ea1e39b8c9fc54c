//! Text as markup. What comes from a repository is hostile: all of it passes here.

use crate::words::visible;

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

#[cfg(test)]
mod tests {
    use super::{escaped, prose};

    #[test]
    fn nothing_of_a_repository_is_markup() {
        assert_eq!(
            escaped("</script><b a=\"'&\u{1b}"),
            "&lt;/script&gt;&lt;b a=&quot;&#39;&amp;\u{fffd}"
        );
        assert_eq!(prose("class `A<b>` is"), "class <code>A&lt;b&gt;</code> is");
        assert_eq!(prose("odd ` <tick>"), "odd ` &lt;tick&gt;");
    }
}

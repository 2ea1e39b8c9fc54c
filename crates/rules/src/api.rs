//! Which names users outside of the repository rely on.

use ssot_model::Config;

use crate::wildcard::fits;

/// Whether a dotted name is declared to be public. A pattern with `*` does not reach names
/// that their own parts call private.
pub fn is_public(config: &Config, dotted: &str) -> bool {
    reaches(&config.api.public, dotted)
}

/// Whether somebody wants the old place of a name to go on answering for it.
pub fn wants_shim(config: &Config, dotted: &str) -> bool {
    is_public(config, dotted) || reaches(&config.shim.names, dotted)
}

fn reaches(patterns: &[String], dotted: &str) -> bool {
    let is_private = dotted.split('.').any(|part| part.starts_with('_') && !part.ends_with("__"));
    patterns.iter().any(|pattern| pattern == dotted || !is_private && fits(pattern, dotted))
}

#[cfg(test)]
mod tests {
    use ssot_model::{ApiConfig, Config};

    use super::is_public;

    #[test]
    fn stars_do_not_reach_private_names() {
        let public = vec!["shop.*".to_owned(), "shop._core.make".to_owned()];
        let config = Config { api: ApiConfig { public }, ..Config::default() };
        for (name, expected) in [
            ("shop.cart.Cart", true),
            ("shop.cart.Cart.add", true),
            ("shop.cart._sum", false),
            ("shop._core.load", false),
            ("shop._core.make", true),
            ("shop.__main__.main", true),
            ("shopping.Cart", false),
        ] {
            assert_eq!(is_public(&config, name), expected, "{name}");
        }
    }
}

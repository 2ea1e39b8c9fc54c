//! How a team's sign-in is reached, and what its members may do here.

use serde::Deserialize;
use ssot_runtime::net::Reach;
use ssot_runtime::secret::Secret;
use ssot_runtime::store::Role;

/// The provider of OpenID Connect that signs a team in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OidcSettings {
    /// What the button says; the host of the issuer where nothing is said.
    #[serde(default)]
    pub name: Option<String>,
    /// Who issues the identities, to the letter.
    pub issuer: String,
    /// What this server is called there.
    pub client_id: String,
    /// What proves it, for a client that is not public.
    #[serde(skip)]
    pub client_secret: Option<Secret>,
    /// The file that holds it.
    #[serde(default)]
    pub client_secret_file: Option<std::path::PathBuf>,
    /// Scopes besides `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// The claim whose values say what somebody may do: a text, or a list of texts.
    #[serde(default = "claim")]
    pub claim: String,
    /// What each value opens.
    #[serde(default)]
    pub role: Vec<RoleRule>,
    /// Whether the provider may be in the own network.
    #[serde(default)]
    pub allow_private_addresses: bool,
    /// Whether it may be on this machine, also without TLS.
    #[serde(default)]
    pub allow_loopback: bool,
}

/// What a value of the claim opens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RoleRule {
    /// The value.
    pub value: String,
    /// The project, by name or id; the whole server when there is none.
    #[serde(default)]
    pub project: Option<String>,
    /// As what it is open; of the server only `admin` and `viewer` are: one opens everything,
    /// the other the door.
    pub role: Role,
}

fn scopes() -> Vec<String> {
    vec!["profile".to_owned(), "email".to_owned()]
}

fn claim() -> String {
    "groups".to_owned()
}

impl OidcSettings {
    /// What cannot be right, if anything.
    pub fn check(&self) -> Result<(), String> {
        let is_address = self.issuer.starts_with("https://")
            || (self.allow_loopback && self.issuer.starts_with("http://"));
        if !is_address {
            return Err("`issuer` has to begin with https://".to_owned());
        }
        if self.issuer.contains(['?', '#']) {
            return Err("`issuer` has neither `?` nor `#`".to_owned());
        }
        if self.client_id.is_empty() {
            return Err("`client-id` is empty".to_owned());
        }
        if self.role.is_empty() {
            return Err("without a `[[role]]` nobody could sign in".to_owned());
        }
        let of_server = |rule: &&RoleRule| {
            rule.project.is_none() && !matches!(rule.role, Role::Admin | Role::Viewer)
        };
        if let Some(rule) = self.role.iter().find(of_server) {
            return Err(format!(
                "the role `{}` of `{}` needs a `project`: of the server there are `admin` and \
                 `viewer`",
                rule.role.as_str(),
                rule.value
            ));
        }
        Ok(())
    }

    /// What the button says.
    pub(crate) fn label(&self) -> String {
        let host = || {
            let rest = self.issuer.split("://").nth(1).unwrap_or_default();
            rest.split('/').next().unwrap_or_default().to_owned()
        };
        self.name.clone().unwrap_or_else(host)
    }

    pub(super) fn reach(&self) -> Reach {
        Reach { private: self.allow_private_addresses, loopback: self.allow_loopback }
    }
}

/// What somebody may do here, by the values of the claim.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Rights {
    /// Whether everything is open.
    pub(super) is_admin: bool,
    /// Projects by name or id, each with the strongest role that a value gives; none where no
    /// value gives any.
    pub(super) projects: Vec<(String, Option<Role>)>,
}

/// The rights that values of the claim give; none when they do not even open the door.
pub(super) fn rights(rules: &[RoleRule], values: &[String]) -> Option<Rights> {
    let mut rights = Rights::default();
    let mut is_open = false;
    for rule in rules {
        let applies = values.contains(&rule.value);
        is_open |= applies;
        let Some(project) = &rule.project else {
            rights.is_admin |= applies && rule.role == Role::Admin;
            continue;
        };
        let role = applies.then_some(rule.role);
        match rights.projects.iter_mut().find(|(known, _)| known == project) {
            Some((_, known)) => *known = (*known).max(role),
            None => rights.projects.push((project.clone(), role)),
        }
    }
    is_open.then_some(rights)
}

#[cfg(test)]
mod tests {
    use ssot_runtime::store::Role;

    use super::{Rights, RoleRule, rights};

    fn rule(value: &str, project: Option<&str>, role: Role) -> RoleRule {
        RoleRule { value: value.to_owned(), project: project.map(str::to_owned), role }
    }

    #[test]
    fn the_strongest_role_of_all_values_counts() {
        let rules = [
            rule("staff", None, Role::Viewer),
            rule("root", None, Role::Admin),
            rule("shop", Some("shop"), Role::Operator),
            rule("leads", Some("shop"), Role::Approver),
            rule("leads", Some("web"), Role::Viewer),
        ];
        let of = |values: &[&str]| {
            let values: Vec<String> = values.iter().map(|it| (*it).to_owned()).collect();
            rights(&rules, &values)
        };
        let projects = |shop: Option<Role>, web: Option<Role>| {
            vec![("shop".to_owned(), shop), ("web".to_owned(), web)]
        };
        for (values, expected) in [
            (&[][..], None),
            (&["Staff", "shop "][..], None),
            (&["staff"][..], Some((false, None, None))),
            (&["root"][..], Some((true, None, None))),
            (&["shop"][..], Some((false, Some(Role::Operator), None))),
            (&["leads", "shop"][..], Some((false, Some(Role::Approver), Some(Role::Viewer)))),
        ] {
            let expected = expected
                .map(|(is_admin, shop, web)| Rights { is_admin, projects: projects(shop, web) });
            assert_eq!(of(values), expected, "{values:?}");
        }
    }
}

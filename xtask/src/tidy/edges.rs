//! The drawing of the house: which crate may depend on which.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Complaint;

/// Each package and the workspace packages it may depend on.
const DRAWING: &[(&str, &[&str])] = &[
    (
        "ssot",
        &["ssot-server", "ssot-client", "ssot-pages", "ssot-engine", "ssot-runtime", "ssot-model"],
    ),
    ("ssot-client", &["ssot-runtime", "ssot-model"]),
    ("ssot-server", &["ssot-pages", "ssot-engine", "ssot-runtime", "ssot-model"]),
    ("ssot-pages", &["ssot-engine", "ssot-model"]),
    (
        "ssot-engine",
        &[
            "ssot-plan",
            "ssot-audit",
            "ssot-rules",
            "ssot-facts",
            "ssot-rewrite",
            "ssot-runtime",
            "ssot-model",
        ],
    ),
    ("ssot-plan", &["ssot-audit", "ssot-rules", "ssot-facts", "ssot-model"]),
    ("ssot-audit", &["ssot-rules", "ssot-facts", "ssot-model"]),
    ("ssot-rules", &["ssot-facts", "ssot-model"]),
    ("ssot-rewrite", &["ssot-facts", "ssot-model"]),
    ("ssot-facts", &["ssot-model"]),
    ("ssot-runtime", &["ssot-model"]),
    ("ssot-model", &[]),
    (
        "xtask",
        &["ssot-client", "ssot-engine", "ssot-rules", "ssot-facts", "ssot-runtime", "ssot-model"],
    ),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev`, `build`, or none for a normal dependency.
    kind: Option<String>,
}

/// Compares the output of `cargo metadata --no-deps` with the drawing.
pub(super) fn check(metadata: &str) -> Result<Vec<Complaint>> {
    let metadata: Metadata =
        serde_json::from_str(metadata).context("cargo metadata printed something unexpected")?;
    let drawing: BTreeMap<&str, &[&str]> = DRAWING.iter().copied().collect();
    let members: Vec<&str> = metadata.packages.iter().map(|p| p.name.as_str()).collect();
    let mut complaints = Vec::new();
    for package in &metadata.packages {
        let Some(allowed) = drawing.get(package.name.as_str()) else {
            let said = format!("`{}` is not in the drawing of the crates", package.name);
            complaints.push(Complaint::new("Cargo.toml", 1, said));
            continue;
        };
        let inside = package.dependencies.iter().filter(|d| members.contains(&d.name.as_str()));
        for edge in inside.filter(|d| d.kind.as_deref() != Some("dev")) {
            if !allowed.contains(&edge.name.as_str()) {
                let said = format!("`{}` may not depend on `{}`", package.name, edge.name);
                complaints.push(Complaint::new("Cargo.toml", 1, said));
            }
        }
    }
    Ok(complaints)
}

#[cfg(test)]
mod tests {
    use super::check;

    /// A package, its dependencies as `name` or `name:kind`, and the expected complaint.
    const CASES: &[(&str, &[&str], Option<&str>)] = &[
        ("ssot-engine", &["ssot-plan", "ssot-runtime", "serde"], None),
        ("ssot-facts", &["ssot-rules"], Some("`ssot-facts` may not depend on `ssot-rules`")),
        ("ssot-plan", &["ssot-runtime"], Some("`ssot-plan` may not depend on `ssot-runtime`")),
        (
            "ssot-plan",
            &["ssot-runtime:build"],
            Some("`ssot-plan` may not depend on `ssot-runtime`"),
        ),
        ("ssot-plan", &["ssot-runtime:dev"], None),
        ("xtask", &["ssot-plan"], Some("`xtask` may not depend on `ssot-plan`")),
        ("ssot-extra", &[], Some("`ssot-extra` is not in the drawing of the crates")),
    ];

    #[test]
    fn only_drawn_edges_pass() {
        for (name, dependencies, expected) in CASES {
            let dependencies: Vec<_> = dependencies
                .iter()
                .map(|entry| {
                    let (name, kind) =
                        entry.split_once(':').map_or((*entry, None), |(n, k)| (n, Some(k)));
                    serde_json::json!({ "name": name, "kind": kind })
                })
                .collect();
            let mut packages =
                vec![serde_json::json!({ "name": name, "dependencies": dependencies })];
            for member in ["ssot-plan", "ssot-rules", "ssot-runtime", "ssot-model"] {
                if member != *name {
                    packages.push(serde_json::json!({ "name": member, "dependencies": [] }));
                }
            }
            let metadata = serde_json::json!({ "packages": packages }).to_string();
            let said = check(&metadata).expect("the metadata is well formed");
            let said: Vec<&str> = said.iter().map(|complaint| complaint.text.as_str()).collect();
            assert_eq!(said, expected.iter().copied().collect::<Vec<_>>(), "{name}");
        }
    }
}

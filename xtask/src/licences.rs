//! Every crate that Cargo resolves, and every npm package that the built client may hold, has a licence that `deny.toml`
//! allows. `cargo deny` reads the same list and knows more; this much needs nothing to be installed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use toml::Table;

use crate::shell::{capture, cargo};
use crate::workspace::Workspace;

/// npm packages whose manifest does not say their licence where npm looks for it, and what their licence file says.
const STATED_ELSEWHERE: [(&str, &str); 1] = [("xmlhttprequest-ssl", "MIT")];

/// # Errors
/// Names every package whose licence is missing or not allowed.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let allowed = allowed(&read(&workspace.root.join("deny.toml"))?)?;
    let metadata = ["metadata", "--format-version", "1", "--locked"];
    let metadata = capture(cargo().current_dir(&workspace.root).args(metadata))?;
    let lockfile = read(&workspace.web().join("package-lock.json"))?;
    let mut packages = cargo_packages(&serde_json::from_str(&metadata)?);
    packages.extend(npm_packages(&serde_json::from_str(&lockfile)?));
    let refused = refused(packages, &allowed);
    if refused.is_empty() {
        return Ok(());
    }
    bail!("deny.toml does not allow the licence of:\n  {}", refused.join("\n  "))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// `licenses.allow` of `deny.toml`.
fn allowed(deny: &str) -> Result<BTreeSet<String>> {
    let deny: Table = deny.parse().context("deny.toml is not TOML")?;
    let list = deny.get("licenses").and_then(|it| it.get("allow")).and_then(toml::Value::as_array);
    let list = list.context("deny.toml has no licenses.allow")?;
    Ok(list.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect())
}

/// Names and licences of what Cargo resolved.
fn cargo_packages(metadata: &Value) -> Vec<(String, String)> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages.map(|it| (it["name"].as_str().unwrap_or_default().to_owned(), licence(it))).collect()
}

/// Names and licences of what the built client may hold: the packages that are not for development only.
fn npm_packages(lockfile: &Value) -> Vec<(String, String)> {
    let packages = lockfile["packages"].as_object().into_iter().flatten();
    let shipped = packages.filter(|(_, it)| it["dev"] != true && it["devOptional"] != true);
    let name = |path: &str| path.rsplit("node_modules/").next().unwrap_or_default().to_owned();
    shipped.map(|(path, it)| (name(path), licence(it))).map(stated_elsewhere).collect()
}

fn stated_elsewhere((name, licence): (String, String)) -> (String, String) {
    let stated = STATED_ELSEWHERE.iter().find(|(package, _)| licence.is_empty() && *package == name);
    let licence = stated.map_or(licence, |(_, stated)| (*stated).to_owned());
    (name, licence)
}

fn licence(package: &Value) -> String {
    package["license"].as_str().unwrap_or_default().to_owned()
}

fn refused(packages: Vec<(String, String)>, allowed: &BTreeSet<String>) -> Vec<String> {
    let refused = packages.into_iter().filter(|(_, licence)| !permits(licence, allowed));
    refused
        .map(|(name, licence)| format!("{name}: {}", if licence.is_empty() { "none" } else { &licence }))
        .collect()
}

/// Whether an SPDX expression can be satisfied with allowed licences alone. `/` is how crates wrote `OR` of old.
fn permits(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let mut parser = Expression { words: &mut words, allowed };
    parser.any_of().is_some_and(|permitted| permitted && words.next().is_none())
}

/// A reader of SPDX expressions: `AND` binds before `OR`, and `WITH` belongs to the name before it.
struct Expression<'a, 'w> {
    words: &'a mut std::iter::Peekable<std::str::SplitWhitespace<'w>>,
    allowed: &'a BTreeSet<String>,
}

impl Expression<'_, '_> {
    fn any_of(&mut self) -> Option<bool> {
        let mut permitted = self.all_of()?;
        while self.words.next_if_eq(&"OR").is_some() {
            permitted |= self.all_of()?;
        }
        Some(permitted)
    }

    fn all_of(&mut self) -> Option<bool> {
        let mut permitted = self.one()?;
        while self.words.next_if_eq(&"AND").is_some() {
            permitted &= self.one()?;
        }
        Some(permitted)
    }

    fn one(&mut self) -> Option<bool> {
        if self.words.next_if_eq(&"(").is_some() {
            let permitted = self.any_of()?;
            return self.words.next_if_eq(&")").map(|_| permitted);
        }
        let mut name = self.words.next()?.to_owned();
        if self.words.next_if_eq(&"WITH").is_some() {
            name = format!("{name} WITH {}", self.words.next()?);
        }
        Some(self.allowed.contains(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn permitted(expression: &str) -> bool {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"];
        permits(expression, &allowed.into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn one_of_several_will_do() {
        assert!(permitted("MIT"));
        assert!(permitted("GPL-3.0 OR MIT"));
        assert!(permitted("MIT/Apache-2.0"));
        assert!(permitted("Apache-2.0 WITH LLVM-exception"));
    }

    #[test]
    fn all_of_several_must() {
        assert!(permitted("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(!permitted("(MIT OR Apache-2.0) AND GPL-3.0"));
        assert!(permitted("GPL-3.0 AND MIT OR MIT"));
        assert!(!permitted("GPL-3.0 AND (MIT OR MIT)"));
    }

    #[test]
    fn none_and_nonsense_are_refused() {
        for expression in ["", "MIT OR", "(MIT", "MIT)", "MIT MIT", "AND", "GPL-3.0 WITH"] {
            assert!(!permitted(expression), "{expression}");
        }
    }

    #[test]
    fn the_refused_are_named_and_what_is_for_development_is_not_shipped() {
        let allowed = BTreeSet::from(["MIT".to_owned()]);
        let metadata =
            json!({ "packages": [{ "name": "a", "license": "MIT" }, { "name": "b", "license": null }] });
        assert_eq!(refused(cargo_packages(&metadata), &allowed), ["b: none"]);
        let lockfile = json!({ "packages": {
            "node_modules/react": { "license": "MIT" },
            "node_modules/xmlhttprequest-ssl": {},
            "node_modules/a/node_modules/@b/c": { "license": "BUSL-1.1" },
            "node_modules/axe-core": { "license": "MPL-2.0", "dev": true },
        } });
        assert_eq!(refused(npm_packages(&lockfile), &allowed), ["@b/c: BUSL-1.1"]);
    }

    #[test]
    fn the_committed_list_allows_our_own_licence() {
        let allowed = allowed(include_str!("../../deny.toml")).unwrap();
        assert!(permits("MIT OR Apache-2.0", &allowed));
    }
}

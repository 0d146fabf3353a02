//! Packages of registries: they must still be what was locked, and what the index says of them.

use rustle_package::{Tree, signature};
use rustle_playbook::Problem;
use rustle_schema::package::lock::{Form, Lock, Locked};
use rustle_schema::package::{ModuleId, Source};
use semver::Version;

use crate::packages::bring::{Bringer, IndexEntry, Registries};

/// A package of a registry and its files, pinned but for what its files tell. The same version as before must still have the same archive.
pub(super) fn package(
    bringer: &Bringer<'_>,
    registries: &Registries<'_>,
    id: &ModuleId,
    version: &Version,
    before: &Lock,
) -> Result<(Locked, Tree), Box<Problem>> {
    let registry = registries.of(id)?;
    let entries = registries.entries(bringer, registry, &id.crate_name())?;
    let entry = entries.iter().find(|entry| entry.vers == *version).ok_or_else(|| {
        Box::new(Problem::error(
            "registry-index",
            format!("`{id}` {version} is not in `{}`", registry.name()),
        ))
    })?;
    let cksum = entry.cksum.clone();
    let index = registry.index().trim_start_matches("sparse+").to_owned();
    let source = Source::Registry { index };
    let same = before.get(id).filter(|old| old.version == *version && old.source == source);
    if let Some(old) = same.and_then(|old| old.archive.as_ref()).filter(|old| **old != cksum) {
        let message =
            format!("`{id}` {version} is not what was locked: the registry has another archive now");
        let problem = Problem::error("lock-mismatch", message)
            .with_note(format!("locked `sha256:{old}`, found `sha256:{cksum}`"))
            .with_help("a version never changes: ask whoever runs the registry, or take another version");
        return Err(Box::new(problem));
    }
    let tree = registries.package(bringer, id, version, &cksum)?;
    if let Some(key) = missing_signer(entry, &tree) {
        let message =
            format!("`{id}` {version} is signed by the key {key}, says the registry, and it is not");
        let problem = Problem::error("signature-stripped", message).with_help(
            "somebody has taken the signature away: ask whoever runs the registry or published it",
        );
        return Err(Box::new(problem));
    }
    let locked = Locked {
        archive: Some(cksum),
        sha256: tree.digest().hex(),
        ..Locked::new(id.clone(), version.clone(), Form::Crate, source)
    };
    Ok((locked, tree))
}

/// A key that the index says has signed the package, and whose signature is not in it.
fn missing_signer(entry: &IndexEntry, tree: &Tree) -> Option<String> {
    let announced = entry.rustle.as_ref()?.get("signers")?.as_array()?;
    let claimed = signature::claimed(tree);
    let mut keys = announced.iter().map(|key| key.as_str().unwrap_or_default().to_ascii_uppercase());
    keys.find(|key| !claimed.contains(key))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const SIGNATURE: &str = "untrusted comment: signature from minisign secret key\n\
        RUTPnJziZJYEp9tQtKUol3AC11GJwfjcfhnfRVbtEjvvCho4kYhzRX0gK0TU24j7U+hsf+XHfFRO7VB/NuorytqRiey0aOkQ+QI=\n\
        trusted comment: timestamp:1795203308\tfile:m.txt\thashed\n\
        HNpUeliD/RTbB0+E6rYTr7CLC75xb/2LggkquINqAnWMvMVvkH5GgwM8dyKmUzGxbquxBjEVERgGkLZW14+rCg==\n";

    fn entry(rustle: Option<serde_json::Value>) -> IndexEntry {
        IndexEntry {
            name: "acme-greet".into(),
            vers: Version::new(1, 0, 0),
            deps: Vec::new(),
            cksum: "0".repeat(64),
            features: BTreeMap::new(),
            yanked: false,
            links: None,
            rust_version: None,
            rustle,
        }
    }

    #[test]
    fn every_key_that_is_announced_must_have_signed() {
        let mut tree = Tree::default();
        tree.insert("a", "").unwrap();
        let missing = |tree: &Tree, signers: &[&str]| {
            missing_signer(&entry(Some(serde_json::json!({ "signers": signers }))), tree)
        };
        assert_eq!(missing_signer(&entry(None), &tree), None);
        assert_eq!(missing(&tree, &[]), None);
        assert_eq!(missing(&tree, &["A7049664E29C9CCF"]).as_deref(), Some("A7049664E29C9CCF"));
        tree.insert("x.minisig", SIGNATURE).unwrap();
        assert_eq!(missing(&tree, &["a7049664e29c9ccf"]), None);
        let other = "0123456789ABCDEF";
        assert_eq!(missing(&tree, &["A7049664E29C9CCF", other]).as_deref(), Some(other));
    }
}

//! The dependencies in Cargo.toml that the lock asks for. Cargo resolves before any build script runs, so they are written
//! down, pinned; the build verifies them.

use std::collections::BTreeMap;

use rustle_schema::package::lock::{Form, Lock, Locked};
use rustle_schema::package::{ModuleId, Source};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::super::place;
use crate::config::Declared;

/// The Cargo.toml `text` with the crates of `lock` pinned in it, and without those of `before` that are not in it any more.
/// Everything else, comments among it, stays as it is. With `published_runtime` there are crates that want the runtime as it
/// is published, so that a runtime of the runner's own has to stand in for it: there is one in an executable.
///
/// # Errors
/// If it is no Cargo.toml.
pub fn pinned(
    text: &str,
    lock: &Lock,
    before: &Lock,
    wanted: &BTreeMap<ModuleId, Declared>,
    published_runtime: bool,
) -> Result<String, String> {
    let mut manifest: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| format!("Cargo.toml cannot be read: {}", error.message()))?;
    let crates: BTreeMap<String, &Locked> = lock
        .modules
        .iter()
        .filter(|locked| locked.form == Form::Crate)
        .map(|locked| (locked.crate_name(), locked))
        .collect();
    let dependencies = manifest.entry("dependencies").or_insert_with(|| Item::Table(Table::new()));
    let dependencies =
        dependencies.as_table_like_mut().ok_or("`[dependencies]` of Cargo.toml is no table")?;
    let gone = before.modules.iter().filter(|locked| locked.form == Form::Crate).map(Locked::crate_name);
    for name in gone.filter(|name| !crates.contains_key(name)) {
        if let Some(key) = key_of(dependencies, &name) {
            dependencies.remove(&key);
        }
    }
    for (name, locked) in &crates {
        let key = key_of(dependencies, name).unwrap_or_else(|| name.clone());
        let value = dependency(&key, name, locked, wanted.get(&locked.id));
        match dependencies.get_mut(&key) {
            Some(there) if same(there, &value) => {}
            Some(there) => {
                // In place, so that what stands beside it stays.
                let beside = there.as_value().map(|old| old.decor().clone());
                let mut value = Value::InlineTable(value);
                *value.decor_mut() = beside.unwrap_or_default();
                *there = Item::Value(value);
            }
            None => drop(dependencies.insert(&key, Item::Value(Value::InlineTable(value)))),
        }
    }
    let lies_in_ours = |locked: &Locked| locked.form == Form::Crate && locked.source.is_placed();
    if lock.modules.iter().any(lies_in_ours) {
        exclude(&mut manifest);
    } else if before.modules.iter().any(lies_in_ours) {
        include(&mut manifest);
    }
    if published_runtime {
        patch(&mut manifest);
    } else if crates.is_empty() && before.modules.iter().any(|locked| locked.form == Form::Crate) {
        unpatch(&mut manifest);
    }
    Ok(manifest.to_string())
}

/// The key under which `[dependencies]` names the package.
fn key_of(dependencies: &dyn toml_edit::TableLike, package: &str) -> Option<String> {
    let names =
        |(key, item): &(&str, &Item)| item.get("package").and_then(Item::as_str).unwrap_or(key) == package;
    dependencies.iter().find(names).map(|(key, _)| key.to_owned())
}

fn dependency(key: &str, package: &str, locked: &Locked, declared: Option<&Declared>) -> InlineTable {
    let mut table = InlineTable::new();
    let version = semver::Version { build: semver::BuildMetadata::EMPTY, ..locked.version.clone() };
    table.insert("version", format!("={version}").into());
    if key != package {
        table.insert("package", package.into());
    }
    match &locked.source {
        Source::Registry { index } => drop(table.insert("registry-index", format!("sparse+{index}").into())),
        _ => drop(table.insert("path", place::of(locked).unwrap_or_default().into())),
    }
    // What only others need is pinned here and nothing more: its features are theirs to say.
    let (features, default) = match declared {
        Some(declared) => (declared.features.as_slice(), declared.default_features),
        None => (&[][..], false),
    };
    if !features.is_empty() {
        table.insert("features", Value::Array(Array::from_iter(features)));
    }
    if !default {
        table.insert("default-features", false.into());
    }
    table
}

fn same(there: &Item, wanted: &InlineTable) -> bool {
    let Some(there) = there.as_table_like() else { return false };
    let plain = |value: &Value| value.clone().decorated("", "").to_string();
    there.len() == wanted.len()
        && wanted.iter().all(|(key, value)| {
            there.get(key).and_then(Item::as_value).is_some_and(|it| plain(it) == plain(value))
        })
}

/// Keeps fetched crates from becoming members of the runner's workspace, in whose folder they lie.
fn exclude(manifest: &mut DocumentMut) {
    let Some(workspace) = manifest.get_mut("workspace").and_then(Item::as_table_like_mut) else { return };
    let list = workspace.entry("exclude").or_insert_with(|| Item::Value(Value::Array(Array::new())));
    if let Some(list) = list.as_array_mut()
        && !list.iter().any(|it| it.as_str() == Some(place::FOLDER))
    {
        list.push(place::FOLDER);
    }
}

/// Takes [`exclude`] back.
fn include(manifest: &mut DocumentMut) {
    let Some(workspace) = manifest.get_mut("workspace").and_then(Item::as_table_like_mut) else { return };
    let Some(list) = workspace.get_mut("exclude").and_then(Item::as_array_mut) else { return };
    list.retain(|it| it.as_str() != Some(place::FOLDER));
    if list.is_empty() {
        workspace.remove("exclude");
    }
}

/// The crate of the runtime.
const RUNTIME: &str = "rustle-runtime";

/// Whether a crate with this Cargo.toml wants the runtime as it is published.
pub fn wants_published_runtime(text: &str) -> bool {
    let Ok(manifest) = text.parse::<DocumentMut>() else { return false };
    let runtime = manifest.get("dependencies").and_then(|it| it.get(RUNTIME));
    runtime.is_some_and(|it| {
        it.get("path").is_none() && it.get("git").is_none() && it.get("workspace").is_none()
    })
}

/// Where the runner's own runtime lies; empty if it takes the published one.
fn own_runtime(manifest: &DocumentMut) -> InlineTable {
    let own = manifest.get("dependencies").and_then(|it| it.get(RUNTIME));
    let mut place = InlineTable::new();
    for key in ["path", "git", "rev", "tag", "branch"] {
        if let Some(value) = own.and_then(|own| own.get(key)).and_then(Item::as_str) {
            place.insert(key, value.into());
        }
    }
    place
}

/// Takes [`patch`] back, where it stands as that wrote it.
fn unpatch(manifest: &mut DocumentMut) {
    let place = own_runtime(manifest);
    let Some(patches) = manifest.get_mut("patch").and_then(Item::as_table_like_mut) else { return };
    let Some(of_public) = patches.get_mut("crates-io").and_then(Item::as_table_like_mut) else { return };
    if of_public.get(RUNTIME).is_some_and(|there| same(there, &place)) {
        of_public.remove(RUNTIME);
    }
    if of_public.is_empty() {
        patches.remove("crates-io");
    }
    if patches.is_empty() {
        manifest.remove("patch");
    }
}

/// Lets the runner's own runtime stand in for the published one, if it has one of its own.
fn patch(manifest: &mut DocumentMut) {
    let place = own_runtime(manifest);
    if place.is_empty() {
        return;
    }
    let table = |implicit| {
        let mut table = Table::new();
        table.set_implicit(implicit);
        Item::Table(table)
    };
    let patches = manifest.entry("patch").or_insert_with(|| table(true));
    let Some(patches) = patches.as_table_like_mut() else { return };
    let patches = patches.entry("crates-io").or_insert_with(|| table(false));
    if let Some(patches) = patches.as_table_like_mut()
        && !patches.contains_key(RUNTIME)
    {
        patches.insert(RUNTIME, Item::Value(Value::InlineTable(place)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::modules::Wanted;

    fn locked(id: &str, source: &str, form: Form) -> Locked {
        Locked {
            sha256: "0".repeat(64),

            ..Locked::new(id.parse().unwrap(), "1.2.0+build".parse().unwrap(), form, source.parse().unwrap())
        }
    }

    const TEXT: &str = "[package]\nname = \"web\" # ours\n\n[dependencies]\nrustle-runtime = \"0.1.0\"\n# no longer needed\nacme-old = \"=1.0.0\"\n# the hosts\nvhost = { package = \"acme-vhost\", version = \"=1.0.0\" } # pinned\n\n[workspace]\n";

    #[test]
    fn crates_are_pinned_and_comments_stay() {
        let lock = Lock {
            version: 1,
            modules: vec![
                locked("acme.file", "file:modules/one.rs", Form::File),
                locked("acme.git", "git+https://example.org/x.git?path=crates/a", Form::Crate),
                locked("acme.local", "file:../local", Form::Crate),
                locked("acme.vhost", "registry+https://example.org/index/", Form::Crate),
            ],
        };
        let before = Lock {
            version: 1,
            modules: vec![locked("acme.old", "registry+https://example.org/index/", Form::Crate)],
        };
        let declared = Declared {
            source: Wanted::Registry { version: "^1".into(), registry: None },
            features: vec!["tls".into()],
            default_features: true,
            at: None,
        };
        let wanted = [("acme.vhost".parse().unwrap(), declared)].into();
        let text = pinned(TEXT, &lock, &before, &wanted, false).unwrap();
        assert!(text.contains(
            "vhost = { version = \"=1.2.0\", package = \"acme-vhost\", registry-index = \"sparse+https://example.org/index/\", features = [\"tls\"] }"
        ), "{text}");
        assert!(text.contains("acme-git = { version = \"=1.2.0\", path = \".rustle/modules/acme.git/crates/a\", default-features = false }"));
        assert!(text.contains("acme-local = { version = \"=1.2.0\", path = \"../local\""));
        assert!(
            text.contains("exclude = [\".rustle\"]")
                && text.contains("# ours")
                && text.contains("# the hosts")
        );
        assert!(!text.contains("acme-old") && !text.contains("acme-file"));
        assert_eq!(pinned(&text, &lock, &lock, &wanted, false).unwrap(), text);
    }

    #[test]
    fn a_runtime_of_ones_own_stands_in_for_the_published_one() {
        let own = TEXT.replace("\"0.1.0\"", "{ version = \"0.1.0\", path = \"../r/crates/rustle-runtime\" }");
        let patched = pinned(&own, &Lock::default(), &Lock::default(), &BTreeMap::new(), true).unwrap();
        assert!(
            patched
                .ends_with("[patch.crates-io]\nrustle-runtime = { path = \"../r/crates/rustle-runtime\" }\n"),
            "{patched}"
        );
        let again = pinned(&patched, &Lock::default(), &Lock::default(), &BTreeMap::new(), true).unwrap();
        assert_eq!(again, patched);
        assert_eq!(pinned(TEXT, &Lock::default(), &Lock::default(), &BTreeMap::new(), true).unwrap(), TEXT);
        // With the last crate, what it needed goes.
        let git = locked("acme.git", "git+https://example.org/x.git", Form::Crate);
        let lock = Lock { version: 1, modules: vec![git] };
        let with = pinned(&own, &lock, &Lock::default(), &BTreeMap::new(), true).unwrap();
        assert!(with.contains("exclude") && with.contains("[patch.crates-io]"), "{with}");
        let without = pinned(&with, &Lock::default(), &lock, &BTreeMap::new(), false).unwrap();
        assert_eq!(without, own);
        // A patch of somebody's own stays.
        let other = format!("{own}\n[patch.crates-io]\nrustle-runtime = {{ path = \"../other\" }}\n");
        assert_eq!(
            pinned(&other, &Lock::default(), &Lock::default(), &BTreeMap::new(), false).unwrap(),
            other
        );
        assert!(wants_published_runtime("[dependencies]\nrustle-runtime = \"0.1\""));
        assert!(!wants_published_runtime("[dependencies]\nrustle-runtime = { path = \"x\" }"));
        assert!(!wants_published_runtime("[dependencies]\nserde = \"1\""));
    }

    #[test]
    fn nothing_is_written_for_nothing() {
        assert_eq!(pinned(TEXT, &Lock::default(), &Lock::default(), &BTreeMap::new(), false).unwrap(), TEXT);
        assert!(pinned("[package", &Lock::default(), &Lock::default(), &BTreeMap::new(), false).is_err());
        assert!(
            pinned("dependencies = 1", &Lock::default(), &Lock::default(), &BTreeMap::new(), false).is_err()
        );
    }
}

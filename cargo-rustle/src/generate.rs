//! Generates the crate of a runner from the template.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use rustle_build::config::Config;
use toml_edit::{Array, DocumentMut, Item, Table, value};

use crate::failure::{Context, Failure, Result};
use crate::profile;
use crate::rustle_source::RustleSource;
use crate::template::Template;

/// The version of a new package, which is the template's.
pub const PACKAGE_VERSION: &str = "0.1.0";

/// What a generated crate is made of.
pub struct Recipe<'a> {
    /// The package's name.
    pub name: &'a str,
    /// The text of `rustle.toml`.
    pub config: &'a str,
    /// The packages of builtin modules that it depends on.
    pub packages: &'a [String],
    /// Where Rustle comes from.
    pub source: &'a RustleSource,
}

/// Writes the crate into `folder`, which may hold other things already; what it writes must not be there.
///
/// # Errors
/// If a file exists or cannot be written.
pub fn write(folder: &Path, recipe: &Recipe<'_>) -> Result<()> {
    let template = Template::chosen()?;
    let manifest = manifest(recipe)?;
    let (build_script, main) = (template.text("build.rs")?, template.text("src/main.rs")?);
    let cross = cross(recipe.source);
    let files = [
        ("Cargo.toml", manifest.as_str()),
        ("rustle.toml", recipe.config),
        ("build.rs", build_script.as_ref()),
        ("src/main.rs", main.as_ref()),
        (".gitignore", "/target\n"),
        ("Cross.toml", cross.as_str()),
    ];
    for (name, _) in files {
        let path = folder.join(name);
        if path.exists() && name != ".gitignore" {
            return Err(Failure::new(format!("{} exists already", path.display())));
        }
    }
    for (name, content) in files {
        write_file(&folder.join(name), content.as_bytes())?;
    }
    if let Some(lock) = recipe.source.lock_file() {
        let to = folder.join("Cargo.lock");
        fs::copy(&lock, &to).context(to.display())?;
    }
    Ok(())
}

/// Writes the example playbook into `folder/playbook`.
///
/// # Errors
/// If it cannot be written.
pub fn write_example(folder: &Path) -> Result<()> {
    for (path, content) in Template::chosen()?.example()? {
        write_file(&folder.join(path), &content)?;
    }
    Ok(())
}

/// The text of `rustle.toml` of the example.
///
/// # Errors
/// If the template lacks it.
pub fn example_config() -> Result<Cow<'static, str>> {
    Template::chosen()?.text("rustle.toml")
}

fn write_file(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).context(parent.display())?;
    }
    fs::write(path, content).context(path.display())
}

/// `Cross.toml`: `cross` mounts the project and its path dependencies and nothing else, so a checkout, whose crates inherit
/// from its root, is mounted as a whole; the variables that the build reads are passed through.
fn cross(source: &RustleSource) -> String {
    let mut build = Table::new();
    build.insert("passthrough", value(Array::from_iter(["RUSTLE_COMPRESSION_LEVEL", "RUSTLE_FETCH"])));
    if let RustleSource::Path(checkout) = source {
        let volume = format!("RUSTLE_CHECKOUT={}", checkout.display());
        build.insert("volumes", value(Array::from_iter([volume])));
    }
    let mut document = DocumentMut::new();
    document["build"] = implicit();
    document["build"]["env"] = Item::Table(build);
    document.to_string()
}

/// A table that is only there for those in it.
fn implicit() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

/// What follows the template's manifest.
const PROFILES: &str = "
# A workspace of its own, so that it can lie anywhere, also in the folder of another one.
[workspace]

# What `[build] profile` of rustle.toml asks for. Panics unwind, so that a module that panics fails its task and not the run.
[profile.release]
opt-level = \"z\"
lto = \"fat\"
codegen-units = 1
strip = true
panic = \"unwind\"

# The build script checks and packs the playbook, half a second for ten thousand tasks. For a hundred thousand, optimising
# it saves four seconds of every build, and makes the first one longer.
# [profile.release.build-override]
# opt-level = 2
";

/// The manifest of the generated crate: the template's, with another name and exactly the crates that are needed.
///
/// # Errors
/// If the template is broken.
pub fn manifest(recipe: &Recipe<'_>) -> Result<String> {
    let mut manifest: DocumentMut =
        Template::chosen()?.manifest()?.parse().context("the template's manifest")?;
    if let Some(package) = manifest.get_mut("package").and_then(Item::as_table_mut) {
        package.insert("name", value(recipe.name));
        package.remove("description");
    }
    // The template's own tests stay with it.
    manifest.remove("dev-dependencies");
    let dependencies = table(&mut manifest, "dependencies")?;
    let comment = dependencies
        .iter()
        .find_map(|(name, _)| name.starts_with("rustle-module-").then(|| name.to_owned()))
        .and_then(|first| dependencies.key(&first).and_then(|key| key.leaf_decor().prefix().cloned()));
    dependencies.clear();
    dependencies.insert("rustle-runtime", Item::Value(recipe.source.dependency("rustle-runtime")));
    for package in recipe.packages {
        dependencies.insert(package, Item::Value(recipe.source.dependency(package)));
    }
    if let (Some(first), Some(comment)) = (recipe.packages.first(), comment)
        && let Some(mut key) = dependencies.key_mut(first)
    {
        key.leaf_decor_mut().set_prefix(comment);
    }
    let build = table(&mut manifest, "build-dependencies")?;
    build.clear();
    build.insert("rustle-build", Item::Value(recipe.source.dependency("rustle-build")));
    // Another template may have a workspace and profiles of its own.
    let alone = manifest.contains_key("workspace") || manifest.contains_key("profile");
    let text = if alone { manifest.to_string() } else { format!("{manifest}{PROFILES}") };
    let config = Config::of_text(recipe.config.to_owned(), &mut Vec::new());
    profile::applied(&text, config.build.profile())
}

/// Adds packages of builtin modules to the text of a manifest. What is there already is left alone.
///
/// # Errors
/// If the manifest is no TOML.
pub fn add_packages(text: &str, packages: &[String], source: &RustleSource) -> Result<String> {
    let mut manifest: DocumentMut = text.parse().context("Cargo.toml")?;
    if manifest.get("dependencies").is_none() {
        manifest.insert("dependencies", Item::Table(Table::new()));
    }
    // A new crate comes from where the runtime comes from.
    let runtime = manifest.get("dependencies").and_then(|table| table.get("rustle-runtime")).cloned();
    let dependencies = table(&mut manifest, "dependencies")?;
    for package in packages {
        let alike = runtime.as_ref().and_then(|runtime| like_runtime(runtime, package));
        let item = alike.unwrap_or_else(|| Item::Value(source.dependency(package)));
        dependencies.entry(package).or_insert(item);
    }
    Ok(manifest.to_string())
}

/// The dependency on `package` in the same manner as that on the runtime; `None` if it is not known how.
fn like_runtime(runtime: &Item, package: &str) -> Option<Item> {
    let mut item = runtime.clone();
    if let Some(table) = item.as_table_like_mut() {
        if table.contains_key("workspace") {
            return None;
        }
        if let Some(path) = table.get("path").and_then(Item::as_str) {
            let checkout = path.strip_suffix("crates/rustle-runtime")?;
            let folder = match package.strip_prefix("rustle-module-") {
                Some(name) => format!("modules/{name}"),
                None => format!("crates/{package}"),
            };
            let path = format!("{checkout}{folder}");
            table.insert("path", value(path));
        }
    }
    Some(item)
}

fn table<'a>(manifest: &'a mut DocumentMut, name: &str) -> Result<&'a mut Table> {
    let found = manifest.get_mut(name).and_then(Item::as_table_mut);
    found.ok_or_else(|| Failure::new(format!("`[{name}]` of Cargo.toml is no table")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_names_exactly_what_is_needed() {
        let packages = ["rustle-module-file".to_owned()];
        let source = RustleSource::Version("0.1.0".into());
        let text =
            manifest(&Recipe { name: "web", config: "", packages: &packages, source: &source }).unwrap();
        let parsed: toml::Table = text.parse().unwrap();
        let names = |table: &str| parsed[table].as_table().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(parsed["package"]["name"].as_str(), Some("web"));
        assert_eq!(parsed["package"]["version"].as_str(), Some(PACKAGE_VERSION));
        assert_eq!(names("dependencies"), ["rustle-module-file", "rustle-runtime"]);
        assert_eq!(names("build-dependencies"), ["rustle-build"]);
        assert_eq!(parsed["profile"]["release"]["panic"].as_str(), Some("unwind"));
        assert!(text.contains("# The crates with the modules"), "{text}");
    }

    #[test]
    fn cross_mounts_a_checkout_as_a_whole() {
        let plain = "[build.env]\npassthrough = [\"RUSTLE_COMPRESSION_LEVEL\", \"RUSTLE_FETCH\"]\n";
        assert_eq!(cross(&RustleSource::Version("0.1.0".into())), plain);
        let volume = "volumes = [\"RUSTLE_CHECKOUT=/src/rustle\"]\n";
        assert_eq!(cross(&RustleSource::Path("/src/rustle".into())), format!("{plain}{volume}"));
    }

    #[test]
    fn packages_are_added_like_the_runtime() {
        let source = RustleSource::Version("9.9.9".into());
        let packages = ["rustle-module-file".to_owned()];
        let with_path = "[dependencies]\nrustle-runtime = { version = \"0.1.0\", path = \"../r/crates/rustle-runtime\" }\n";
        let text = add_packages(with_path, &packages, &source).unwrap();
        assert!(text.contains("path = \"../r/modules/file\""), "{text}");
        assert_eq!(add_packages(&text, &packages, &source).unwrap(), text);
        let text = add_packages("[package]\nname = \"x\"\n", &packages, &source).unwrap();
        assert!(text.contains("rustle-module-file = \"9.9.9\""), "{text}");
    }
}

//! `modules` of a plan in JSON: where the modules that it names come from.

use std::collections::BTreeMap;
use std::path::Path;

use rustle_playbook::Problem;
use rustle_schema::package::ModuleId;
use rustle_schema::package::source::Reference;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::config::Declared;
use crate::config::modules::Wanted;

/// What of a plan matters here: everything else, which may be large, is passed over.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Plan {
    modules: Value,
}

/// The packages that the plan at `path`, relative to `folder`, wants beside the builtin ones. A plan that cannot be read is
/// told of by whoever reads its tasks.
pub(super) fn read(folder: &Path, path: &Path, problems: &mut Vec<Problem>) -> BTreeMap<ModuleId, Declared> {
    let text = std::fs::read(folder.join(path)).unwrap_or_default();
    let plan: Plan = serde_json::from_slice(&text).unwrap_or_default();
    let file = path.to_string_lossy().replace('\\', "/");
    let mut all = BTreeMap::new();
    for module in plan.modules.as_array().into_iter().flatten() {
        let Some(name) = module.get("name").and_then(Value::as_str) else { continue };
        match one(name, module, &file) {
            Ok(None) => {}
            Ok(Some((id, declared))) => drop(all.insert(id, declared)),
            Err(why) => problems.push(
                Problem::error("plan-module", format!("the module `{name}` of {file} cannot be had: {why}"))
                    .with_help("`[modules]` of rustle.toml can say where it comes from instead"),
            ),
        }
    }
    all
}

/// The id of the package with the module `name`: the name itself if it is one, else below `plan`.
pub fn id_of(name: &str) -> Result<ModuleId, String> {
    name.parse().or_else(|_| {
        let word: String =
            name.to_ascii_lowercase().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
        format!("plan.{word}").parse()
    })
}

fn one(name: &str, module: &Value, file: &str) -> Result<Option<(ModuleId, Declared)>, String> {
    let Some(source) = module.get("source") else { return Ok(None) };
    let (kind, body) = match source {
        Value::String(kind) => (kind.as_str(), &Value::Null),
        Value::Object(object) => match object.iter().next() {
            Some((kind, body)) => (kind.as_str(), body),
            None => return Ok(None),
        },
        _ => return Err("its `source` is neither a word nor an object".to_owned()),
    };
    if kind.eq_ignore_ascii_case("builtin") {
        return Ok(None);
    }
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let need = |key: &str| text(key).ok_or_else(|| format!("its source `{kind}` has no `{key}`"));
    let wanted = match kind {
        "File" => Wanted::File { path: need("path")? },
        "Git" => Wanted::Git {
            repository: need("repository")?,
            reference: reference(text("reference")),
            path: text("path"),
            submodules: false,
            token_env: None,
        },
        "Http" => Wanted::Http {
            url: need("url")?,
            sha256: checksum(module)?,
            headers: headers(body.get("headers").and_then(Value::as_object))?,
            path: text("path"),
        },
        "Registry" => Wanted::Registry { version: need("version")?, registry: None },
        "Inline" => Wanted::Inline { text: need("source_code")?, file: file.to_owned() },
        other => return Err(format!("there is no source `{other}`")),
    };
    let id = match (kind, text("name")) {
        ("Registry", Some(name)) => id_of(&name)?,
        _ => id_of(name)?,
    };
    Ok(Some((id, Declared { source: wanted, features: Vec::new(), default_features: true, at: None })))
}

/// A full commit is one; everything else is a tag or a branch, which only the repository knows where it says not
/// `refs/…`.
fn reference(text: Option<String>) -> Reference {
    match text {
        None => Reference::Default,
        Some(text) if text.len() == 40 && text.chars().all(|c| c.is_ascii_hexdigit()) => Reference::Rev(text),
        Some(text) => match (text.strip_prefix("refs/tags/"), text.strip_prefix("refs/heads/")) {
            (Some(tag), _) => Reference::Tag(tag.to_owned()),
            (None, Some(branch)) => Reference::Branch(branch.to_owned()),
            (None, None) => Reference::Named(text),
        },
    }
}

fn checksum(module: &Value) -> Result<String, String> {
    let text = module.get("checksum").and_then(Value::as_str).unwrap_or_default();
    let hex = text.strip_prefix("sha256:").unwrap_or(text).to_ascii_lowercase();
    if hex.len() == 64 && hex.chars().all(|c| c.is_ascii_hexdigit()) {
        return Ok(hex);
    }
    Err("what is downloaded needs its sha256 as `checksum`".to_owned())
}

/// Values of headers are taken from the environment only: a plan is no place for what is secret.
fn headers(written: Option<&Map<String, Value>>) -> Result<BTreeMap<String, String>, String> {
    let mut headers = BTreeMap::new();
    for (name, value) in written.into_iter().flatten() {
        let variable = value.as_str().and_then(|text| text.strip_prefix('$'));
        let variable = variable.map(|text| text.trim_start_matches('{').trim_end_matches('}'));
        let variable = variable.ok_or_else(|| {
            format!("the header `{name}` should come from the environment: write `\"${{VARIABLE}}\"`")
        })?;
        headers.insert(name.clone(), variable.to_owned());
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (BTreeMap<ModuleId, Declared>, Vec<Problem>) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("plan.json"), text).unwrap();
        let mut problems = Vec::new();
        let found = read(folder.path(), Path::new("plan.json"), &mut problems);
        (found, problems)
    }

    #[test]
    fn every_source_of_a_plan_is_known() {
        let sum = "a".repeat(64);
        let (found, problems) = read_text(&format!(
            r#"{{"modules": [
            {{"name": "debug", "source": "Builtin"}},
            {{"name": "setup", "module_type": "Builtin", "implementation": "x"}},
            {{"name": "my_custom", "source": {{"File": {{"path": "m/custom.rs"}}}}}},
            {{"name": "acme.git", "source": {{"Git": {{"repository": "https://x/y.git", "reference": "refs/tags/v1", "path": null}}}}}},
            {{"name": "acme.http", "checksum": "sha256:{sum}", "source": {{"Http": {{"url": "https://x/y.rs", "headers": {{"A": "${{TOKEN}}"}}}}}}}},
            {{"name": "reg", "source": {{"Registry": {{"name": "acme.reg", "version": "^1"}}}}}},
            {{"name": "acme.inline", "source": {{"Inline": {{"source_code": "//! x"}}}}}}
            ]}}"#
        ));
        assert_eq!(problems, []);
        let ids: Vec<&str> = found.keys().map(ModuleId::as_str).collect();
        assert_eq!(ids, ["acme.git", "acme.http", "acme.inline", "acme.reg", "plan.mycustom"]);
        assert!(
            matches!(&found["acme.git"].source, Wanted::Git { reference: Reference::Tag(tag), path: None, .. } if tag == "v1")
        );
        assert!(
            matches!(&found["acme.http"].source, Wanted::Http { headers, .. } if headers["A"] == "TOKEN")
        );
    }

    #[test]
    fn what_cannot_be_had_is_told() {
        let (found, problems) = read_text(
            r#"{"modules": [{"name": "a.b", "source": {"Http": {"url": "https://x"}}}, {"name": "a.c", "source": {"Ftp": {}}},
            {"name": "a.d", "source": {"File": {}}}, {"name": "", "source": {"File": {"path": "x"}}}]}"#,
        );
        assert_eq!((found.len(), problems.len()), (0, 4));
        assert!(problems[0].message.contains("needs its sha256"), "{problems:?}");
        assert!(read_text("{").0.is_empty());
    }
}

//! The JSON forms of a manifest: the canonical `module.json`, and the one that module marketplaces write by hand
//! (dependencies as `"id@^1.0.0"`, entry points `rust` and `react`, a sidebar, routes, a price).

use std::sync::Arc;

use rustle_playbook::{Location, Problem, SourceFile};
use rustle_schema::package::ModuleId;
use rustle_schema::package::manifest::{Dependency, PackageManifest};
use semver::Version;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What marketplaces write.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marketplace {
    id: ModuleId,
    name: String,
    version: Version,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    author: Option<String>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    license: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
    #[serde(default)]
    permissions: Vec<rustle_schema::package::Permission>,
    #[serde(default)]
    entrypoints: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    sidebar: Option<Value>,
    #[serde(default)]
    routes: Option<Value>,
    #[serde(default)]
    pricing: Option<Value>,
}

/// Reads either form: the canonical one begins with its `schema`.
pub(super) fn read(file: &Arc<SourceFile>, problems: &mut Vec<Problem>) -> Option<PackageManifest> {
    let canonical = serde_json::from_str::<Map<String, Value>>(&file.text)
        .is_ok_and(|object| object.contains_key("schema"));
    let read = if canonical {
        serde_json::from_str::<PackageManifest>(&file.text).map_err(|error| (error.to_string(), Some(error)))
    } else {
        serde_json::from_str::<Marketplace>(&file.text)
            .map_err(|error| (error.to_string(), Some(error)))
            .and_then(|written| lower(written).map_err(|why| (why, None)))
    };
    match read {
        Ok(manifest) => Some(manifest),
        Err((message, error)) => {
            let (line, column) = error.map_or((1, 1), |error| (error.line(), error.column()));
            let message = message.split(" at line ").next().unwrap_or_default().to_owned();
            let at = Location::new(file, place(&file.text, line, column));
            problems.push(Problem::error("module-manifest", message).at(at));
            None
        }
    }
}

/// The byte at this line and column, both from 1.
fn place(text: &str, line: usize, column: usize) -> std::ops::Range<usize> {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = (start + column.saturating_sub(1)).min(text.len());
    let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    at..at
}

fn lower(written: Marketplace) -> Result<PackageManifest, String> {
    let mut manifest = PackageManifest::new(written.id, written.version);
    manifest.name = written.name;
    manifest.description = written.description;
    manifest.license = written.license;
    manifest.authors = written.author.into_iter().collect();
    manifest.permissions = written.permissions;
    for text in written.dependencies {
        let (id, version) = text.split_once('@').unwrap_or((&text, "*"));
        let dependency = Dependency { version: version.to_owned(), ..Dependency::default() };
        manifest.dependencies.insert(id.parse()?, dependency);
    }
    for (name, path) in written.entrypoints {
        let name = match name.as_str() {
            "rust" => "native".to_owned(),
            "react" => "ui".to_owned(),
            _ => name,
        };
        manifest.entrypoints.insert(name, path);
    }
    let rest = [
        ("type", written.kind.map(Value::from)),
        ("sidebar", written.sidebar),
        ("routes", written.routes),
        ("pricing", written.pricing),
    ];
    for (key, value) in rest {
        manifest.metadata.extend(value.map(|value| (key.to_owned(), value)));
    }
    Ok(manifest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (Option<PackageManifest>, Vec<Problem>) {
        let mut problems = Vec::new();
        let file = Arc::new(SourceFile { path: "manifest.json".into(), text: text.into() });
        (read(&file, &mut problems), problems)
    }

    const POS: &str = r#"{
  "id": "com.example.pos", "name": "Point of Sale", "version": "1.0.0", "type": "official", "author": "E",
  "dependencies": ["com.example.inventory@^1.0.0", "com.example.clients"],
  "permissions": ["db:read:products", "ui:sidebar"],
  "entrypoints": {"rust": "src/lib.rs", "react": "ui/index.tsx"},
  "sidebar": {"icon": "Cart", "order": 5}, "routes": ["/pos"],
  "pricing": {"type": "subscription", "price": 15.00, "currency": "USD", "period": "monthly"}
}"#;

    #[test]
    fn a_marketplaces_manifest_is_understood() {
        let (manifest, problems) = read_text(POS);
        assert_eq!(problems, []);
        let manifest = manifest.unwrap();
        assert_eq!(manifest.dependencies["com.example.inventory"].version, "^1.0.0");
        assert_eq!(manifest.dependencies["com.example.clients"].version, "*");
        assert_eq!(
            (manifest.entrypoints["native"].as_str(), manifest.metadata["type"].as_str()),
            ("src/lib.rs", Some("official"))
        );
        let (again, problems) = read_text(&serde_json::to_string(&manifest).unwrap());
        assert_eq!((again, problems), (Some(manifest), vec![]));
    }

    #[test]
    fn what_is_wrong_is_told_where_it_stands() {
        let (_, problems) = read_text(&POS.replace("ui:sidebar", "ui:sidebars"));
        let at = problems[0].primary.as_ref().unwrap();
        assert_eq!(at.file.line_column(at.span.start).0, 4, "{problems:?}");
        assert!(read_text(&POS.replace("routes", "roots")).1[0].message.contains("roots"));
        assert!(read_text("[").0.is_none() && read_text("").0.is_none());
    }
}

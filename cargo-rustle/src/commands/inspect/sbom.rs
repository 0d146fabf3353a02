//! A software bill of materials: CycloneDX 1.6 as JSON, <https://cyclonedx.org/docs/1.6/json/>.

use rustle_schema::linked::{Linked, LinkedCrate};
use serde_json::{Map, Value, json};

use crate::binary::Binary;
use crate::failure::{Failure, Result};
use crate::rustle_source::VERSION;

/// The bill of `binary`.
///
/// # Errors
/// If the executable does not say what it is made of.
pub fn of(binary: &Binary) -> Result<Value> {
    let Some(linked) = &binary.linked else {
        return Err(Failure::new(format!("{} has no list of what is linked into it", binary.path.display()))
            .help("a runner that is built with this version of Rustle has one"));
    };
    let settings = binary.bundle.settings();
    let digest = binary.bundle.digest();
    Ok(bill(linked, &settings.name, &settings.version, digest.trim_start_matches("sha256:")))
}

fn bill(linked: &Linked, name: &str, version: &str, digest: &str) -> Value {
    // The runner is a crate of its own; it is the subject, and no component of itself.
    let own = linked.crates.iter().position(|krate| krate.name == name && krate.source.is_empty());
    let reference = |at: usize| match linked.crates.get(at) {
        Some(_) if Some(at) == own => "runner".to_owned(),
        Some(krate) => format!("crate:{}@{}#{at}", krate.name, krate.version),
        None => "runner".to_owned(),
    };
    let mut components: Vec<Value> = Vec::new();
    let mut dependencies: Vec<Value> = Vec::new();
    let mut needed_by_runner: Vec<String> = Vec::new();
    for (at, krate) in linked.crates.iter().enumerate() {
        let needs: Vec<String> =
            krate.dependencies.iter().filter_map(|at| usize::try_from(*at).ok()).map(reference).collect();
        if Some(at) == own {
            needed_by_runner.extend(needs);
            continue;
        }
        if own.is_none() {
            needed_by_runner.push(reference(at));
        }
        components.push(library(krate, &reference(at)));
        dependencies.push(json!({"ref": reference(at), "dependsOn": unique(needs)}));
    }
    // What came from elsewhere as a file has no crate, and what came as one has a licence and a digest of all its files.
    for (at, module) in linked.modules.iter().enumerate().filter(|(_, module)| !module.source.is_empty()) {
        let reference = format!("module:{}#{at}", module.name);
        let mut component = Map::new();
        component.insert("type".into(), "library".into());
        component.insert("bom-ref".into(), reference.as_str().into());
        component.insert("name".into(), module.name.as_str().into());
        component.insert("version".into(), module.version.as_str().into());
        if !module.license.is_empty() {
            component.insert("licenses".into(), json!([{"expression": module.license}]));
        }
        component.insert(
            "properties".into(),
            json!([
                {"name": "rustle:module", "value": module.name},
                {"name": "rustle:package", "value": module.krate},
                {"name": "rustle:source", "value": module.source},
                {"name": "rustle:files-sha256", "value": module.files},
            ]),
        );
        components.push(Value::Object(component));
        needed_by_runner.push(reference.clone());
        dependencies.push(json!({"ref": reference, "dependsOn": []}));
    }
    dependencies.insert(0, json!({"ref": "runner", "dependsOn": unique(needed_by_runner)}));
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "cargo-rustle", "version": VERSION}]},
            "component": {
                "type": "application",
                "bom-ref": "runner",
                "name": name,
                "version": version,
                "properties": [
                    {"name": "rustle:bundle-sha256", "value": digest},
                    {"name": "rustle:scope", "value": "crates as Cargo.lock pins them; procedural macros and other crates that only compile are among them"},
                ],
            },
        },
        "components": components,
        "dependencies": dependencies,
    })
}

fn library(krate: &LinkedCrate, reference: &str) -> Value {
    let mut component = Map::new();
    component.insert("type".into(), "library".into());
    component.insert("bom-ref".into(), reference.into());
    component.insert("name".into(), krate.name.as_str().into());
    component.insert("version".into(), krate.version.as_str().into());
    component.insert("purl".into(), purl(krate).into());
    if !krate.checksum.is_empty() {
        component.insert("hashes".into(), json!([{"alg": "SHA-256", "content": krate.checksum}]));
    }
    if !krate.source.is_empty() {
        component.insert("properties".into(), json!([{"name": "cargo:source", "value": krate.source}]));
    }
    Value::Object(component)
}

/// The package URL: <https://github.com/package-url/purl-spec>. What stands in it beside names and versions is encoded.
fn purl(krate: &LinkedCrate) -> String {
    let encoded = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    let plain = format!("pkg:cargo/{}@{}", encoded(&krate.name), encoded(&krate.version));
    match krate.source.strip_prefix("git+") {
        Some(address) => format!("{plain}?vcs_url={}", encoded(&format!("git+{address}"))),
        None => plain,
    }
}

/// The same without repetitions, which the schema refuses.
fn unique(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list.dedup();
    list
}

#[cfg(test)]
mod tests {
    use rustle_schema::linked::LinkedModule;

    use super::*;

    fn krate(name: &str, source: &str, dependencies: &[u32]) -> LinkedCrate {
        LinkedCrate {
            name: name.into(),
            version: "1.0.0+x".into(),
            source: source.into(),
            checksum: if source.starts_with("registry") { "ab".repeat(32) } else { String::new() },
            dependencies: dependencies.to_vec(),
        }
    }

    #[test]
    fn the_runner_is_the_subject_and_depends_on_its_crates() {
        let linked = Linked {
            format: 1,
            modules: vec![
                LinkedModule { name: "copy".into(), ..LinkedModule::default() },
                LinkedModule {
                    name: "acme.greet".into(),
                    source: "git+https://example.org/greet".into(),
                    license: "MIT".into(),
                    ..LinkedModule::default()
                },
            ],
            crates: vec![
                krate("a", "registry+x", &[]),
                krate("g", "git+https://e.org/g#1", &[0, 0]),
                krate("web", "", &[0, 1]),
            ],
            ..Linked::default()
        };
        let bill = bill(&linked, "web", "1.2.3", "00");
        assert_eq!(bill["components"].as_array().unwrap().len(), 3);
        assert_eq!(bill["components"][0]["purl"], "pkg:cargo/a@1.0.0%2Bx");
        assert_eq!(
            bill["components"][1]["purl"],
            "pkg:cargo/g@1.0.0%2Bx?vcs_url=git%2Bhttps%3A%2F%2Fe.org%2Fg%231"
        );
        assert_eq!(bill["components"][2]["licenses"][0]["expression"], "MIT");
        let on = |at: usize| bill["dependencies"][at]["dependsOn"].as_array().unwrap().len();
        assert_eq!((bill["dependencies"][0]["ref"].as_str(), on(0), on(2)), (Some("runner"), 3, 1));
    }
}

//! One line of an index: one version of a crate.

use std::collections::BTreeMap;

use semver::{Version, VersionReq};
use serde::Deserialize;

/// One version of a crate, as the index has it.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexEntry {
    /// The crate.
    pub name: String,
    /// Its version.
    pub vers: Version,
    /// What it depends on.
    pub deps: Vec<IndexDep>,
    /// SHA-256 of the package, 64 lower-case hexadecimal digits.
    pub cksum: String,
    /// Features and what each turns on; both tables of the index in one.
    pub features: BTreeMap<String, Vec<String>>,
    /// Whether it is withdrawn: not chosen anew, but still there for those who have locked it.
    pub yanked: bool,
    /// The native library that it claims.
    pub links: Option<String>,
    /// The oldest Rust that compiles it, as it is written there.
    pub rust_version: Option<String>,
    /// What Rustle's own registries add.
    pub rustle: Option<serde_json::Value>,
}

/// A dependency of one version of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDep {
    /// The name under which it is used: another one than [`package`](Self::package) if it is renamed.
    pub name: String,
    /// Which versions will do.
    pub req: VersionReq,
    /// Features that are turned on.
    pub features: Vec<String>,
    /// Whether it takes a feature to need it.
    pub optional: bool,
    /// Whether its default features are wanted.
    pub default_features: bool,
    /// A target triple or `cfg(…)`, if it is not for all.
    pub target: Option<String>,
    /// What it is needed for.
    pub kind: DependencyKind,
    /// The index of another registry that it comes from.
    pub registry: Option<String>,
    /// The crate's own name, if it is renamed.
    pub package: Option<String>,
}

/// What a dependency is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DependencyKind {
    /// The crate itself.
    #[default]
    Normal,
    /// Its tests and examples.
    Dev,
    /// Its build script.
    Build,
}

/// The newest form of lines that is understood.
const NEWEST: u64 = 2;

/// Reads one line about the crate `name`.
///
/// # Errors
///
/// Why the line is of no use.
pub(super) fn read(name: &str, line: &[u8]) -> Result<IndexEntry, String> {
    let form: Form = serde_json::from_slice(line).map_err(|error| format!("not read: {error}"))?;
    if form.v.is_some_and(|v| v > NEWEST) {
        return Err(format!("written in form {}, this program knows {NEWEST}", form.v.unwrap_or_default()));
    }
    let raw: RawEntry = serde_json::from_slice(line).map_err(|error| format!("not read: {error}"))?;
    if raw.name != name {
        let other: String = raw.name.chars().filter(|c| !c.is_control()).take(64).collect();
        return Err(format!("it is about another crate, `{other}`"));
    }
    let vers = Version::parse(&raw.vers).map_err(|error| format!("its version: {error}"))?;
    let cksum = raw.cksum.to_ascii_lowercase();
    if cksum.len() != 64 || !cksum.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("its checksum is no sha256".to_owned());
    }
    let deps = raw.deps.into_iter().map(RawDep::read).collect::<Result<_, _>>()?;
    let mut features = raw.features;
    for (feature, on) in raw.features2.unwrap_or_default() {
        features.entry(feature).or_default().extend(on);
    }
    Ok(IndexEntry {
        name: raw.name,
        vers,
        deps,
        cksum,
        features,
        yanked: raw.yanked.unwrap_or_default(),
        links: raw.links,
        rust_version: raw.rust_version,
        rustle: raw.rustle,
    })
}

/// What says how the rest is to be read.
#[derive(Deserialize)]
struct Form {
    v: Option<u64>,
}

#[derive(Deserialize)]
struct RawEntry {
    name: String,
    vers: String,
    #[serde(default)]
    deps: Vec<RawDep>,
    cksum: String,
    #[serde(default)]
    features: BTreeMap<String, Vec<String>>,
    features2: Option<BTreeMap<String, Vec<String>>>,
    yanked: Option<bool>,
    links: Option<String>,
    rust_version: Option<String>,
    rustle: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct RawDep {
    name: String,
    req: String,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default)]
    optional: bool,
    #[serde(default = "yes")]
    default_features: bool,
    target: Option<String>,
    kind: Option<String>,
    registry: Option<String>,
    package: Option<String>,
}

fn yes() -> bool {
    true
}

impl RawDep {
    fn read(self) -> Result<IndexDep, String> {
        let req =
            VersionReq::parse(&self.req).map_err(|error| format!("dependency `{}`: {error}", self.name))?;
        let kind = match self.kind.as_deref() {
            None | Some("normal") => DependencyKind::Normal,
            Some("dev") => DependencyKind::Dev,
            Some("build") => DependencyKind::Build,
            Some(_) => return Err(format!("dependency `{}` is of an unknown kind", self.name)),
        };
        Ok(IndexDep {
            name: self.name,
            req,
            features: self.features,
            optional: self.optional,
            default_features: self.default_features,
            target: self.target,
            kind,
            registry: self.registry,
            package: self.package,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
        let mut value = json!({
            "name": "foo", "vers": "1.2.3", "cksum": "A".repeat(64), "yanked": false,
            "deps": [{ "name": "bar", "req": "^1", "features": ["x"], "optional": true, "default_features": false,
                       "target": "cfg(unix)", "kind": "build", "registry": null, "package": "baz" }],
            "features": { "a": ["b"] }, "features2": { "a": ["dep:bar"], "c": [] },
            "links": "foo_sys", "rust_version": "1.70", "v": 2, "rustle": { "level": "trusted" },
            "from_the_future": [1, 2, 3],
        });
        change(&mut value);
        value.to_string().into_bytes()
    }

    #[test]
    fn everything_is_read() {
        let entry = read("foo", &line(|_| {})).expect("valid");
        assert_eq!(entry.vers, Version::new(1, 2, 3));
        assert_eq!(entry.cksum, "a".repeat(64));
        assert_eq!(entry.features["a"], ["b", "dep:bar"]);
        assert!(entry.features["c"].is_empty());
        assert_eq!(entry.rustle, Some(json!({ "level": "trusted" })));
        let [dep] = &entry.deps[..] else { panic!("one dependency") };
        assert_eq!(
            (dep.name.as_str(), dep.package.as_deref(), dep.kind),
            ("bar", Some("baz"), DependencyKind::Build)
        );
        assert!(dep.optional && !dep.default_features);
    }

    #[test]
    fn little_is_needed() {
        let entry = read(
            "foo",
            &line(|value| {
                let keep = ["name", "vers", "cksum"];
                value.as_object_mut().expect("an object").retain(|key, _| keep.contains(&key.as_str()));
            }),
        )
        .expect("valid");
        assert!(entry.deps.is_empty() && !entry.yanked && entry.links.is_none());
    }

    #[test]
    fn lines_of_no_use_say_why() {
        for (bytes, why) in [
            (line(|value| value["v"] = json!(3)), "form 3"),
            (line(|value| value["name"] = json!("fooo")), "another crate"),
            (line(|value| value["vers"] = json!("1.2")), "version"),
            (line(|value| value["cksum"] = json!("abc")), "checksum"),
            (line(|value| value["deps"][0]["req"] = json!("nope")), "`bar`"),
            (line(|value| value["deps"][0]["kind"] = json!("odd")), "kind"),
            (b"{\"name\":\"foo\",\"vers\":NaN}".to_vec(), "not read"),
            (b"{\"v\":1e999}".to_vec(), "not read"),
            (b"[".repeat(100_000), "not read"),
            (b"{".to_vec(), "not read"),
            (b"\xff\xfe".to_vec(), "not read"),
        ] {
            let error = read("foo", &bytes).expect_err(why);
            assert!(error.contains(why), "{error} / {why}");
        }
    }
}

//! Dependencies of a package on folders: what lies outside of it does not travel with it.

use std::path::{Component, Path};

use rustle_playbook::Problem;
use toml::Value;

use super::written::Written;

/// What comes of every dependency that names a folder. Those that serve tests alone do not matter.
pub(super) fn check(cargo: &Written) -> Vec<Problem> {
    let mut problems = Vec::new();
    for table in ["dependencies", "build-dependencies"] {
        for (name, value) in cargo.entries(&[table]) {
            problems.extend(judged(name, value).map(|problem| cargo.mark(problem, &[table, name, "path"])));
        }
        for (target, tables) in cargo.entries(&["target"]) {
            let all = tables.get(table).and_then(Value::as_table);
            for (name, value) in all.into_iter().flatten() {
                let path = ["target", target, table, name, "path"];
                problems.extend(judged(name, value).map(|problem| cargo.mark(problem, &path)));
            }
        }
    }
    problems
}

fn judged(name: &str, value: &Value) -> Option<Problem> {
    let path = value.get("path").and_then(Value::as_str)?;
    let package = value.get("package").and_then(Value::as_str).unwrap_or(name);
    let published = value.get("version").is_some();
    // Rustle's own crates are where the runner has them.
    if package.starts_with("rustle-") && published {
        return None;
    }
    match (leaves(Path::new(path)), published) {
        (true, false) => {
            let message =
                format!("`{name}` lies in `{path}`, outside of the package, and does not travel with it");
            let help = "give it a `version` too: that is what counts once the package is packed";
            Some(Problem::error("module-path-dependency", message).with_help(help))
        }
        (true, true) => {
            let message = format!(
                "`{name}` lies in `{path}`, outside of the package: who takes the package gets the published one"
            );
            Some(Problem::note("module-path-dependency", message))
        }
        (false, false) => {
            let message =
                format!("`{name}` lies in `{path}` and has no `version`: the package cannot be packed");
            let help =
                "Cargo packs no folder with a Cargo.toml of its own: publish it, and give its `version`";
            Some(Problem::warning("module-path-dependency", message).with_help(help))
        }
        (false, true) => None,
    }
}

/// Whether a path leads out of the folder that it starts in.
fn leaves(path: &Path) -> bool {
    let mut depth = 0_i32;
    path.components().any(|part| {
        match part {
            Component::Normal(_) => depth += 1,
            Component::ParentDir => depth -= 1,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return true,
        }
        depth < 0
    })
}

#[cfg(test)]
mod tests {
    use rustle_playbook::Severity;

    use super::*;

    #[test]
    fn what_leaves_the_folder_is_told() {
        let cargo = "[dependencies]\nrustle-runtime = { version = \"1\", path = \"/r\" }\n\
                     base = { path = \"../base\" }\nbeside = { path = \"x/../../b\", version = \"1\" }\n\
                     inner = { path = \"x/../inner\" }\nfar = \"1\"\n[target.'cfg(unix)'.dependencies]\n\
                     abs = { path = \"/abs\" }\n[dev-dependencies]\nhelp = { path = \"../help\" }\n";
        let cargo = Written::parse("Cargo.toml".into(), cargo.into()).unwrap();
        let found = check(&cargo);
        let told: Vec<(Severity, &str)> =
            found.iter().map(|it| (it.severity, it.primary.as_ref().unwrap().text())).collect();
        assert_eq!(
            told,
            [
                (Severity::Error, "\"../base\""),
                (Severity::Note, "\"x/../../b\""),
                (Severity::Warning, "\"x/../inner\""),
                (Severity::Error, "\"/abs\""),
            ]
        );
    }
}

//! The machine's own facts: `*.fact` files, which are JSON or INI, or programs that print JSON.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustle_runtime::prelude::*;
use rustle_runtime::process::Program;
use rustle_runtime::value::json;

use super::Gathering;

pub(super) fn has(name: &str) -> bool {
    name == "local"
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    let mut facts = Map::new();
    let mut files: Vec<PathBuf> = match std::fs::read_dir(gathering.local) {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
        Err(_) => Vec::new(),
    };
    files.retain(|path| path.extension().is_some_and(|it| it == "fact"));
    files.sort();
    for path in files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        facts.insert(name, fact(&path, gathering.ctx));
    }
    gathering.put("local", facts);
}

/// The fact in a file; where it cannot be had, the reason is the fact.
fn fact(path: &Path, ctx: &Context) -> Value {
    let executable = path.metadata().is_ok_and(|it| it.permissions().mode() & 0o111 != 0);
    let text = if executable {
        match Program::new([path]).run(ctx) {
            Ok(finished) if finished.code == 0 => String::from_utf8_lossy(&finished.stdout).into_owned(),
            Ok(finished) => {
                let stderr = String::from_utf8_lossy(&finished.stderr);
                return Value::from(format!(
                    "Failure executing fact script ({}), rc: {}, err: {stderr}",
                    path.display(),
                    finished.code
                ));
            }
            Err(error) => {
                return Value::from(format!("Could not execute fact script ({}): {error}", path.display()));
            }
        }
    } else {
        match std::fs::read(path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => return Value::from(format!("error loading fact - {error}: {}", path.display())),
        }
    };
    json::loads(&text).unwrap_or_else(|_| ini(&text, path))
}

fn ini(text: &str, path: &Path) -> Value {
    let mut sections = Map::new();
    let mut section: Option<(String, Map)> = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            if let Some((name, entries)) = section.replace((name.to_owned(), Map::new())) {
                sections.insert(name, entries);
            }
        } else if let (Some((_, entries)), Some((key, value))) = (&mut section, line.split_once(['=', ':'])) {
            entries.insert(key.trim().to_lowercase(), value.trim());
        } else {
            return Value::from(format!(
                "error loading facts as JSON or ini - please check content: {}",
                path.display()
            ));
        }
    }
    if let Some((name, entries)) = section {
        sections.insert(name, entries);
    }
    Value::Map(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ini_facts_are_sections() {
        let facts = ini("# c\n[Web]\nPort = 80\nname: a\n", Path::new("x"));
        assert_eq!(facts.get("Web").and_then(|it| it.get("port")), Some(&Value::from("80")));
        assert!(
            ini("nonsense", Path::new("x")).as_str().is_some_and(|it| it.contains("please check content"))
        );
    }
}

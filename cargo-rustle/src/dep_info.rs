//! What compilers say they read: the rule for `make` that rustc writes beside each of its results, with the environment
//! variables that `env!` named.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What one compiler read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DepInfo {
    /// Files, some of them relative to the folder in which the compiler ran.
    pub files: Vec<PathBuf>,
    /// Environment variables, without those that Cargo sets.
    pub variables: BTreeSet<String>,
}

impl DepInfo {
    /// Reads one file. `None` if it is none.
    pub fn read(path: &Path) -> Option<DepInfo> {
        let text = fs::read_to_string(path).ok()?;
        let mut info = DepInfo::default();
        // Every result has a line of its own, with the same files; a target with nothing behind it is one of the files.
        for (_, files) in text.lines().filter_map(|line| line.split_once(": ")).take(1) {
            info.files.extend(split(files).into_iter().map(PathBuf::from));
        }
        let named = text.lines().filter_map(|line| line.strip_prefix("# env-dep:"));
        let named = named.map(|line| line.split_once('=').map_or(line, |(name, _)| name));
        info.variables.extend(named.filter(|name| !is_cargos(name)).map(str::to_owned));
        Some(info)
    }
}

/// Whether Cargo sets this variable for each package.
fn is_cargos(name: &str) -> bool {
    name.starts_with("CARGO_") || name == "OUT_DIR" || name == "CARGO"
}

/// The dep-info files of a library or build script, of which Cargo has named the file that was made.
pub fn of_artifact(artifact: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(stem)) = (artifact.parent(), artifact.file_stem().and_then(|it| it.to_str()))
    else {
        return Vec::new();
    };
    let bare = stem.strip_prefix("lib").unwrap_or(stem);
    let names = [format!("{stem}.d"), format!("{bare}.d")];
    let found: BTreeSet<PathBuf> =
        names.iter().map(|name| folder.join(name)).filter(|path| path.is_file()).collect();
    if !found.is_empty() {
        return found.into_iter().collect();
    }
    // The folder of a build script is its own, in which it lies by two names.
    match artifact.file_name().is_some_and(|name| name.to_string_lossy().starts_with("build-script")) {
        true => beginning(folder, "build_script").into_iter().filter(|path| is_info(path)).collect(),
        false => Vec::new(),
    }
}

/// The dep-info files of an executable: Cargo links it from the `deps` of one of these `folders`, where its name has a
/// suffix. Where that cannot be told by the file, those of all its kind count.
pub fn of_executable(executable: &Path, folders: &[PathBuf]) -> Vec<PathBuf> {
    let stem = executable.file_stem().unwrap_or_default().to_string_lossy().replace('-', "_");
    let same = |path: &Path| {
        let of = |path: &Path| fs::metadata(path).ok().map(|it| (it.dev(), it.ino()));
        of(path).is_some() && of(path) == of(executable)
    };
    let all: BTreeSet<PathBuf> =
        folders.iter().flat_map(|folder| beginning(&folder.join("deps"), &stem)).collect();
    let linked = all.iter().filter(|path| !is_info(path) && same(path)).map(|path| path.with_extension("d"));
    let linked: Vec<PathBuf> = linked.filter(|path| path.is_file()).collect();
    if !linked.is_empty() {
        return linked;
    }
    let own = |path: &PathBuf| {
        let rest = path.file_stem().and_then(|it| it.to_str()).and_then(|it| it.strip_prefix(&stem));
        is_info(path) && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    all.into_iter().filter(own).collect()
}

fn is_info(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "d")
}

fn beginning(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let begins = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().replace('-', "_").starts_with(prefix))
    };
    entries.map(|entry| entry.path()).filter(begins).collect()
}

/// The names in a rule for `make`, in which a space in a name is escaped.
pub fn split(names: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut chars = names.chars();
    while let Some(c) = chars.next() {
        let next = match c {
            ' ' => {
                found.push(String::new());
                continue;
            }
            '\\' if chars.as_str().starts_with(' ') => chars.next(),
            c => Some(c),
        };
        if let Some(name) = found.last_mut() {
            name.extend(next);
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_variables_are_read() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("web.d");
        let text = "/t/web.d: src/main.rs src/a\\ b\n\n/t/web: src/main.rs src/a\\ b\n\nsrc/main.rs:\n\n\
                    # env-dep:CARGO_PKG_NAME=web\n# env-dep:OUT_DIR=/o\n# env-dep:GIT_SHA=abc=d\n# env-dep:NONE\n";
        fs::write(&file, text).unwrap();
        let info = DepInfo::read(&file).unwrap();
        assert_eq!(info.files, ["src/main.rs", "src/a b"].map(PathBuf::from));
        assert_eq!(info.variables, ["GIT_SHA", "NONE"].map(str::to_owned).into());
        assert_eq!(DepInfo::read(&home.path().join("absent")), None);
    }

    #[test]
    fn dep_info_lies_beside_what_was_made() {
        let home = tempfile::tempdir().unwrap();
        let put = |name: &str| {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            path
        };
        let library = put("deps/dep-1.d");
        assert_eq!(of_artifact(&home.path().join("deps/libdep-1.rmeta")), [library]);
        let script = put("build/dep-2/build_script_build-2.d");
        assert_eq!(of_artifact(&home.path().join("build/dep-2/build-script-build")), [script]);
        let (made, first, second) = (put("deps/web_x-3"), put("deps/web_x-3.d"), put("deps/web_x-4.d"));
        put("deps/web_xyz-5.d");
        let executable = home.path().join("web-x");
        fs::copy(&made, &executable).unwrap();
        let folders = [home.path().to_owned()];
        assert_eq!(of_executable(&executable, &folders), [first.clone(), second], "it may be either");
        fs::remove_file(&executable).unwrap();
        fs::hard_link(&made, &executable).unwrap();
        assert_eq!(of_executable(&executable, &folders), [first]);
    }
}

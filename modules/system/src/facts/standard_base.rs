//! What the Linux Standard Base calls the distribution: `lsb_release`, or `/etc/lsb-release`.

use std::ffi::OsStr;

use rustle_runtime::prelude::*;
use rustle_runtime::process::{Program, find_executable};

use super::{Gathering, content};

/// Where programs for administrators stand, besides the `PATH`.
const SYSTEM_FOLDERS: &str = "/sbin:/usr/sbin:/usr/local/sbin";

/// A group of its own, since a program has to be run.
pub(super) fn has(name: &str) -> bool {
    name == "lsb"
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    let told = ask(gathering.ctx).map(|text| facts(&text, ':'));
    let found = told.filter(|facts| !facts.is_empty());
    let found = found.unwrap_or_else(|| facts(&content("/etc/lsb-release").unwrap_or_default(), '='));
    gathering.put("lsb", found);
}

/// What the program says, where it is installed.
fn ask(ctx: &Context) -> Option<String> {
    let mut folders = std::env::var_os("PATH").unwrap_or_default();
    folders.push(":");
    folders.push(SYSTEM_FOLDERS);
    let program = find_executable(OsStr::new("lsb_release"), Some(&folders))?;
    let finished = Program::new([program.as_os_str(), OsStr::new("-a")]).run(ctx).ok()?;
    (finished.code == 0).then(|| String::from_utf8_lossy(&finished.stdout).into_owned())
}

/// Both write a line for each of the facts, with their own names for them.
fn facts(text: &str, between: char) -> Map {
    let mut facts = Map::new();
    for line in text.lines() {
        let Some((key, value)) = line.split_once(between) else { continue };
        let name = match key.trim() {
            "Distributor ID" | "DISTRIB_ID" => "id",
            "LSB Version" | "Release" | "DISTRIB_RELEASE" => "release",
            "Description" | "DISTRIB_DESCRIPTION" => "description",
            "Codename" | "DISTRIB_CODENAME" => "codename",
            _ => continue,
        };
        facts.insert(name, value.trim().trim_matches(['"', '\'', '\\']));
    }
    if let Some(release) = facts.get("release").map(Value::to_string) {
        facts.insert("major_release", release.split('.').next().unwrap_or_default());
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_and_the_file_say_the_same() {
        let told = "No LSB modules are available.\nDistributor ID:\tUbuntu\nDescription:\tUbuntu 24.04.1 LTS\n\
                    Release:\t24.04\nCodename:\tnoble\n";
        let written = "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\nDISTRIB_CODENAME=noble\n\
                       DISTRIB_DESCRIPTION=\"Ubuntu 24.04.1 LTS\"\n";
        let told = facts(told, ':');
        assert_eq!(told.get("major_release"), Some(&Value::from("24")));
        let written = facts(written, '=');
        for key in ["id", "description", "release", "codename", "major_release"] {
            assert_eq!(told.get(key), written.get(key), "{key}");
            assert!(told.contains_key(key), "{key}");
        }
    }
}

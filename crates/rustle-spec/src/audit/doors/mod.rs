//! The known doors: paths through which code reaches what is outside of it.
//!
//! An entry is a path, and covers everything under it: `std::process::Command` covers `std::process::Command::new`. The
//! longest entry decides, so that one without capabilities makes an exception. Types that only stand for something that
//! was opened elsewhere (`File`, `TcpStream`) are no doors; what opens them is.

mod crates;
mod runtime;
mod standard;

use std::collections::HashMap;
use std::sync::OnceLock;

use super::Capability;

/// A known door.
#[derive(Debug)]
pub struct Door {
    /// Its path, from the crate on, in the names of the standard library where another crate mirrors it.
    pub path: &'static str,
    /// What it is for.
    pub certain: &'static [Capability],
    /// What it can be used for beside that.
    pub possible: &'static [Capability],
}

/// One that is for `certain`.
const fn door(path: &'static str, certain: &'static [Capability]) -> Door {
    Door { path, certain, possible: &[] }
}

/// One that may be used for `possible`.
const fn perhaps(
    path: &'static str,
    certain: &'static [Capability],
    possible: &'static [Capability],
) -> Door {
    Door { path, certain, possible }
}

/// One that is none, below one that is.
const fn no_door(path: &'static str) -> Door {
    Door { path, certain: &[], possible: &[] }
}

/// Parts of crates that mirror a part of the standard library.
const MIRRORS: &[(&str, &str)] = &[
    ("core", "std"),
    ("alloc", "std"),
    ("async_fs", "std::fs"),
    ("async_net", "std::net"),
    ("async_process", "std::process"),
    ("async_std::fs", "std::fs"),
    ("async_std::net", "std::net"),
    ("async_std::os", "std::os"),
    ("async_std::process", "std::process"),
    ("fs_err", "std::fs"),
    ("mio::net", "std::net"),
    ("rustle_runtime::prelude::PathBuf", "std::path::PathBuf"),
    ("smol::fs", "std::fs"),
    ("smol::net", "std::net"),
    ("smol::process", "std::process"),
    ("tokio::fs", "std::fs"),
    ("tokio::net", "std::net"),
    ("tokio::process", "std::process"),
];

/// `path` in the names of the standard library, where it is a part of that or mirrors one.
pub fn canonical(path: &[String]) -> Vec<String> {
    for (mirror, original) in MIRRORS {
        let mut rest = path.iter();
        if mirror.split("::").all(|segment| rest.next().is_some_and(|it| it == segment)) {
            return original.split("::").map(str::to_owned).chain(rest.cloned()).collect();
        }
    }
    path.to_owned()
}

/// The door that `path`, which is canonical, leads through, and how many of its segments name the door.
pub fn find(path: &[String]) -> Option<(&'static Door, usize)> {
    let (first, rest) = path.split_first()?;
    let doors = table().get(first.as_str())?;
    let mut name = first.clone();
    let mut found = None;
    for length in 1..=path.len() {
        if let Some(door) = doors.get(name.as_str()) {
            found = Some((*door, length));
        }
        if let Some(segment) = rest.get(length - 1) {
            name.push_str("::");
            name.push_str(segment);
        }
    }
    found
}

/// What the doors under `path`, which is canonical and none itself, are for.
pub fn below(path: &[String]) -> Vec<Capability> {
    let prefix = path.join("::") + "::";
    let doors = path.first().and_then(|first| table().get(first.as_str()));
    let doors = doors.into_iter().flat_map(HashMap::values).filter(|it| it.path.starts_with(&prefix));
    let mut all: Vec<Capability> = doors.flat_map(|it| it.certain).copied().collect();
    all.sort();
    all.dedup();
    all
}

/// The doors of each crate, by path.
type Table = HashMap<&'static str, HashMap<&'static str, &'static Door>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::new();
        for door in standard::DOORS.iter().chain(crates::DOORS).chain(runtime::DOORS) {
            let krate = door.path.split("::").next().unwrap_or(door.path);
            table.entry(krate).or_default().insert(door.path, door);
        }
        table
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(path: &str) -> Vec<String> {
        canonical(&path.split("::").map(str::to_owned).collect::<Vec<_>>())
    }

    fn found(path: &str) -> Option<(&'static str, &'static [Capability])> {
        find(&segments(path)).map(|(door, _)| (door.path, door.certain))
    }

    #[test]
    fn the_longest_entry_decides() {
        use Capability::{FsRead, FsWrite, Process};
        assert_eq!(
            found("std::process::Command::new"),
            Some(("std::process::Command", [Process].as_slice()))
        );
        assert_eq!(found("tokio::process::Command"), Some(("std::process::Command", [Process].as_slice())));
        assert_eq!(found("fs_err::File::create"), Some(("std::fs::File::create", [FsWrite].as_slice())));
        assert_eq!(found("std::fs::File::open"), Some(("std::fs::File::open", [FsRead].as_slice())));
        assert_eq!(found("std::fs::File"), None);
        assert_eq!(found("std::process::exit"), None);
        assert_eq!(found("glob::glob"), Some(("glob", [FsRead].as_slice())));
        assert_eq!(found("glob::Pattern::new"), Some(("glob::Pattern", [].as_slice())));
    }

    #[test]
    fn what_is_below_a_module_is_told() {
        use Capability::{FsRead, FsWrite, Process};
        assert_eq!(below(&segments("std::fs")), [FsRead, FsWrite]);
        assert_eq!(below(&segments("std::process")), [Process]);
        assert_eq!(below(&segments("std::fmt")), []);
    }

    #[test]
    fn no_entry_stands_twice() {
        let all = standard::DOORS.iter().chain(crates::DOORS).chain(runtime::DOORS);
        assert_eq!(table().values().map(HashMap::len).sum::<usize>(), all.count());
    }
}

//! The known doors: paths through which code reaches what is outside of it.
//!
//! An entry is a path, and covers everything under it: `std::process::Command` covers `std::process::Command::new`. The
//! longest entry decides, so that one without capabilities makes an exception. Types that only stand for something that
//! was opened elsewhere (`File`, `TcpStream`) are no doors; what opens them is.

mod crates;
mod runtime;
mod standard;

use std::borrow::Cow;
use std::collections::BTreeMap;
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
const MIRRORS: &[(&[&str], &[&str])] = &[
    (&["core"], &["std"]),
    (&["alloc"], &["std"]),
    (&["async_fs"], &["std", "fs"]),
    (&["async_net"], &["std", "net"]),
    (&["async_process"], &["std", "process"]),
    (&["async_std", "fs"], &["std", "fs"]),
    (&["async_std", "net"], &["std", "net"]),
    (&["async_std", "os"], &["std", "os"]),
    (&["async_std", "process"], &["std", "process"]),
    (&["fs_err"], &["std", "fs"]),
    (&["mio", "net"], &["std", "net"]),
    (&["rustle_runtime", "prelude", "PathBuf"], &["std", "path", "PathBuf"]),
    (&["smol", "fs"], &["std", "fs"]),
    (&["smol", "net"], &["std", "net"]),
    (&["smol", "process"], &["std", "process"]),
    (&["tokio", "fs"], &["std", "fs"]),
    (&["tokio", "net"], &["std", "net"]),
    (&["tokio", "process"], &["std", "process"]),
];

/// `path` in the names of the standard library, where it is a part of that or mirrors one.
pub fn canonical(path: &[String]) -> Cow<'_, [String]> {
    let is_at = |mirror: &[&str]| {
        mirror.len() <= path.len() && mirror.iter().zip(path).all(|(wanted, segment)| wanted == segment)
    };
    match MIRRORS.iter().find(|(mirror, _)| is_at(mirror)) {
        Some((mirror, original)) => {
            let rest = path.iter().skip(mirror.len()).cloned();
            original.iter().map(|segment| (*segment).to_owned()).chain(rest).collect()
        }
        None => Cow::Borrowed(path),
    }
}

/// The door that `path`, which is canonical, leads through, and how many of its segments name the door.
pub fn find(path: &[String]) -> Option<(&'static Door, usize)> {
    let mut found = None;
    let mut here = table();
    for (number, segment) in path.iter().enumerate() {
        match here.inside.get(segment.as_str()) {
            Some(inside) => here = inside,
            None => break,
        }
        if let Some(door) = here.door {
            found = Some((door, number + 1));
        }
    }
    found
}

/// What the doors under `path`, which is canonical and none itself, are for.
pub fn below(path: &[String]) -> Vec<Capability> {
    let place = path.iter().try_fold(table(), |here, segment| here.inside.get(segment.as_str()));
    let mut all = Vec::new();
    let mut next: Vec<&Place> = place.into_iter().flat_map(|it| it.inside.values()).collect();
    while let Some(place) = next.pop() {
        all.extend(place.door.into_iter().flat_map(|door| door.certain).copied());
        next.extend(place.inside.values());
    }
    all.sort();
    all.dedup();
    all
}

/// A name that leads to doors.
#[derive(Default)]
struct Place {
    door: Option<&'static Door>,
    inside: BTreeMap<&'static str, Place>,
}

fn table() -> &'static Place {
    static TABLE: OnceLock<Place> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Place::default();
        for door in all() {
            let place =
                door.path.split("::").fold(&mut table, |here, name| here.inside.entry(name).or_default());
            place.door = Some(door);
        }
        table
    })
}

fn all() -> impl Iterator<Item = &'static Door> {
    standard::DOORS.iter().chain(crates::DOORS).chain(runtime::DOORS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(path: &str) -> Vec<String> {
        canonical(&path.split("::").map(str::to_owned).collect::<Vec<_>>()).into_owned()
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
        let mut paths: Vec<&str> = all().map(|door| door.path).collect();
        let count = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), count);
    }
}

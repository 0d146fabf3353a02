//! What paths mean.

use super::reach::Node;
use super::scopes::{Entry, Scopes, Written};

/// How many steps the resolution of one path may take. Imports that stand for each other end here, and so does what is
/// written to take for ever.
const STEPS: usize = 2_000;

/// The number of the first glob of a scope, beyond those of the meanings of a name.
const GLOBS: usize = 1 << 20;

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Something that the crate declares.
    Own(Node),
    /// A module of the crate itself.
    Module(usize),
    /// Something outside of the crate.
    Outside(Outside),
}

/// Something outside of the crate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outside {
    /// Its path, from the name of the crate on.
    pub path: Vec<String>,
    /// How many of its names are only known from `use …::*`: there may be no such thing.
    pub glob: usize,
    /// Whether it was imported into another module, and from there taken.
    pub is_reexport: bool,
    /// Whether it has another name through `type … = …`.
    pub is_alias: bool,
}

/// What `path`, written in `scope`, leads to, as far as that can be told.
pub fn resolve(scopes: &Scopes, scope: usize, path: &Written) -> Vec<Target> {
    let home = scopes.module(scope);
    let mut resolver = Resolver { scopes, home, steps: STEPS, active: Vec::new(), targets: Vec::new() };
    resolver.path(scope, path, Flags::default());
    resolver.targets
}

/// What was passed on the way.
#[derive(Clone, Copy, Default)]
struct Flags {
    reexport: bool,
    alias: bool,
}

struct Resolver<'a> {
    scopes: &'a Scopes,
    /// The module in which the path is written.
    home: usize,
    steps: usize,
    /// The entries that are being followed: scope, number, the names from there on; globs have numbers of their own. One
    /// that is met again leads round in a circle.
    active: Vec<(usize, usize, Vec<String>)>,
    targets: Vec<Target>,
}

impl Resolver<'_> {
    /// Whether there is a step left.
    fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_sub(1);
        self.steps > 0 && self.active.len() < 64
    }

    /// Follows a path as it is written in `scope`. Whether it leads anywhere in the crate.
    fn path(&mut self, scope: usize, path: &Written, flags: Flags) -> bool {
        if !self.step() {
            return false;
        }
        let Some((first, rest)) = path.segments.split_first() else { return false };
        if path.leading {
            return self.outside(&path.segments, flags);
        }
        match first.as_str() {
            "crate" => return self.inside(0, rest, flags),
            "self" => return self.inside(self.scopes.module(scope), rest, flags),
            "super" => {
                let around = self.scopes.around(scope);
                return around.is_some_and(|around| self.inside(around, rest, flags));
            }
            _ => {}
        }
        let mut at = Some(scope);
        while let Some(scope) = at {
            if self.inside(scope, &path.segments, flags) {
                return true;
            }
            at = self.scopes.all.get(scope).filter(|it| it.is_block).and_then(|it| it.parent);
        }
        self.outside(&path.segments, flags)
    }

    /// Follows `segments` as names in `scope`. Whether they lead anywhere.
    fn inside(&mut self, scope: usize, segments: &[String], flags: Flags) -> bool {
        let scopes = self.scopes;
        let Some(here) = scopes.all.get(scope).filter(|_| self.step()) else { return false };
        let Some((first, rest)) = segments.split_first() else {
            self.targets.push(Target::Module(scope));
            return true;
        };
        match first.as_str() {
            "self" => return self.inside(scope, rest, flags),
            "super" => {
                let around = scopes.around(scope);
                return around.is_some_and(|around| self.inside(around, rest, flags));
            }
            _ => {}
        }
        let mut found = false;
        for (number, entry) in here.names.get(first).into_iter().flatten().enumerate() {
            let key = (scope, number, segments.to_vec());
            if self.active.contains(&key) {
                continue;
            }
            self.active.push(key);
            found |= self.entry(scope, first, entry, rest, flags);
            self.active.pop();
        }
        if found {
            return true;
        }
        for (number, glob) in here.globs.iter().enumerate() {
            let key = (scope, GLOBS + number, segments.to_vec());
            if self.active.contains(&key) {
                continue;
            }
            self.active.push(key);
            found |= self.glob(scope, glob, segments, flags);
            self.active.pop();
        }
        found
    }

    fn entry(&mut self, scope: usize, name: &str, entry: &Entry, rest: &[String], flags: Flags) -> bool {
        let own = || Target::Own(Node { module: self.scopes.module(scope), item: name.to_owned() });
        let is_elsewhere = self.scopes.module(scope) != self.home;
        match entry {
            Entry::Module(module) => self.inside(*module, rest, flags),
            Entry::Import(path) => {
                let flags = Flags { reexport: flags.reexport || is_elsewhere, ..flags };
                self.path(scope, &path.then(rest), flags)
            }
            Entry::Alias(path) => {
                // The alias is a name of the crate's own too: where it leads nowhere, it is still found.
                let own = own();
                self.targets.push(own);
                self.path(scope, &path.then(rest), Flags { alias: true, ..flags });
                true
            }
            Entry::Crate(name) if name == "self" => self.inside(0, rest, flags),
            Entry::Crate(name) => {
                let path = Written { leading: true, segments: vec![name.clone()] };
                self.path(scope, &path.then(rest), flags);
                true
            }
            Entry::Own => {
                let own = own();
                self.targets.push(own);
                true
            }
        }
    }

    /// Follows `segments` as names that `use glob::*` brings. Whether the crate itself has them.
    fn glob(&mut self, scope: usize, glob: &Written, segments: &[String], flags: Flags) -> bool {
        let before = self.targets.len();
        self.path(scope, glob, flags);
        let mut found = false;
        for target in self.targets.split_off(before) {
            match target {
                Target::Module(module) => found |= self.inside(module, segments, flags),
                // No crate has a module that is called like the standard library.
                Target::Outside(_) if is_standard(segments) => {}
                Target::Outside(outside) => {
                    let path = [&outside.path[..], segments].concat();
                    let is_reexport = outside.is_reexport || self.scopes.module(scope) != self.home;
                    self.targets.push(Target::Outside(Outside {
                        path,
                        glob: outside.glob + segments.len(),
                        is_reexport,
                        ..outside
                    }));
                }
                // The variants of an enum.
                Target::Own(_) => {}
            }
        }
        found
    }

    /// Takes `segments` for a path from a crate on.
    fn outside(&mut self, segments: &[String], flags: Flags) -> bool {
        let Some((first, rest)) = segments.split_first() else { return false };
        if self.scopes.is_old {
            let key = (0, GLOBS - 1, segments.to_vec());
            if !self.active.contains(&key) {
                self.active.push(key);
                let found = self.inside(0, segments, flags);
                self.active.pop();
                if found {
                    return true;
                }
            }
        }
        let name = self.scopes.crates.get(first).unwrap_or(first);
        if name == "self" {
            return self.inside(0, rest, flags);
        }
        let path = [std::slice::from_ref(name), rest].concat();
        let outside = Outside { path, glob: 0, is_reexport: flags.reexport, is_alias: flags.alias };
        self.targets.push(Target::Outside(outside));
        true
    }
}

/// Whether `segments` begin with the standard library.
fn is_standard(segments: &[String]) -> bool {
    segments.first().is_some_and(|first| matches!(first.as_str(), "std" | "core" | "alloc"))
}

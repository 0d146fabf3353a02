//! What a path means in a crate.

use syn::ext::IdentExt;

use super::tree::{Crate, Declared};

/// How many steps an import may take to what it stands for.
const STEPS: usize = 32;

/// What a path means.
#[derive(Clone, Copy, Debug)]
pub enum Meaning<'a> {
    /// A type that the crate declares, in this scope.
    Declared(usize, &'a Declared),
    /// A shared type of `rustle_runtime::args`.
    Shared(&'a str),
}

/// What `path`, written in `scope`, means; `None` if it leads out of the crate, or nowhere.
pub fn resolve<'a>(
    krate: &'a Crate,
    scope: usize,
    path: &syn::Path,
    shared: &[&'a str],
) -> Option<Meaning<'a>> {
    let segments: Vec<String> =
        path.segments.iter().map(|segment| segment.ident.unraw().to_string()).collect();
    let resolver = Resolver { krate, shared };
    if path.leading_colon.is_some() {
        resolver.external(&segments)
    } else {
        resolver.path(scope, &segments, STEPS)
    }
}

struct Resolver<'a, 's> {
    krate: &'a Crate,
    shared: &'s [&'a str],
}

impl<'a> Resolver<'a, '_> {
    fn path(&self, scope: usize, segments: &[String], steps: usize) -> Option<Meaning<'a>> {
        let steps = steps.checked_sub(1)?;
        let (first, rest) = segments.split_first()?;
        match first.as_str() {
            "crate" => self.path_in(0, rest, steps),
            "self" => self.path_in(scope, rest, steps),
            "super" => self.path_in(self.krate.scopes.get(scope)?.parent?, rest, steps),
            _ => self.path_in(scope, segments, steps).or_else(|| self.external(segments)),
        }
    }

    /// What `segments` mean as names in `scope`.
    fn path_in(&self, scope: usize, segments: &[String], steps: usize) -> Option<Meaning<'a>> {
        let steps = steps.checked_sub(1)?;
        let here = self.krate.scopes.get(scope)?;
        let (first, rest) = segments.split_first()?;
        if first == "super" {
            return self.path_in(here.parent?, rest, steps);
        }
        if let (true, Some(declared)) = (rest.is_empty(), here.types.get(first)) {
            return Some(Meaning::Declared(scope, declared));
        }
        if let (false, Some(child)) = (rest.is_empty(), here.children.get(first)) {
            return self.path_in(*child, rest, steps);
        }
        if let Some(imported) = here.imports.get(first) {
            let whole = [&imported[..], rest].concat();
            // `use copy::copy` in a scope that declares neither means the one from outside.
            if whole != segments {
                return self.path(scope, &whole, steps);
            }
            return self.external(&whole);
        }
        here.globs.iter().find_map(|glob| self.path(scope, &[&glob[..], segments].concat(), steps))
    }

    fn external(&self, segments: &[String]) -> Option<Meaning<'a>> {
        match segments {
            [root, args, name] if root == "rustle_runtime" && args == "args" => {
                self.shared.iter().find(|it| *it == name).map(|name| Meaning::Shared(name))
            }
            _ => None,
        }
    }
}

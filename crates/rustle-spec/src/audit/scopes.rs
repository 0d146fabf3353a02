//! The names of a crate: which are declared where, and what is imported.

use std::collections::{BTreeMap, BTreeSet};

use syn::ext::IdentExt;
use syn::{Type, UseTree};

/// A path as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Whether it begins with `::`.
    pub leading: bool,
    /// Its names, without arguments.
    pub segments: Vec<String>,
}

impl Written {
    /// That of `path`.
    pub fn of(path: &syn::Path) -> Written {
        let segments = path.segments.iter().map(|it| it.ident.unraw().to_string()).collect();
        Written { leading: path.leading_colon.is_some(), segments }
    }

    /// That of the type `ty`, if that is a path, references and brackets around it aside.
    pub fn of_type(ty: &Type) -> Option<Written> {
        match ty {
            Type::Path(ty) if ty.qself.is_none() => Some(Written::of(&ty.path)),
            Type::Reference(ty) => Written::of_type(&ty.elem),
            Type::Paren(ty) => Written::of_type(&ty.elem),
            Type::Group(ty) => Written::of_type(&ty.elem),
            _ => None,
        }
    }

    /// With `rest` after it.
    #[must_use]
    pub fn then(&self, rest: &[String]) -> Written {
        Written { leading: self.leading, segments: [&self.segments, rest].concat() }
    }
}

/// What a name in a scope means. It can mean several things: names of types, values and macros are apart, and which of two
/// conditions holds may be unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A module of the crate.
    Module(usize),
    /// What is imported from there.
    Import(Written),
    /// Another name of a type.
    Alias(Written),
    /// A crate.
    Crate(String),
    /// Something that the crate declares itself.
    Own,
}

/// A module, or a block with items of its own.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The scope around it.
    pub parent: Option<usize>,
    /// Whether it is a block, from which the names of the scope around it can be seen.
    pub is_block: bool,
    /// What is declared and imported.
    pub names: BTreeMap<String, Vec<Entry>>,
    /// Paths all of whose names are imported.
    pub globs: Vec<Written>,
    /// The names of the structs with `#[rustle_module]` that stand in it.
    pub modules: Vec<String>,
}

/// The scopes of a crate.
#[derive(Debug, Default)]
pub struct Scopes {
    /// All; the root is the first.
    pub all: Vec<Scope>,
    /// What `macro_rules!` defines, and in which modules.
    pub macros: BTreeMap<String, BTreeSet<usize>>,
    /// Types that traits leave open (`type Out = …;`), by name, and where each is written.
    pub associated: BTreeMap<String, Vec<(usize, Written)>>,
    /// Crates that have another name in the code, and their true names.
    pub crates: BTreeMap<String, String>,
    /// Whether paths of imports begin in the root, as they did before 2018.
    pub is_old: bool,
}

impl Scopes {
    /// A new scope in `parent`.
    pub fn add(&mut self, parent: Option<usize>, is_block: bool) -> usize {
        self.all.push(Scope { parent, is_block, ..Scope::default() });
        self.all.len() - 1
    }

    /// Notes that `name` means `entry` in `scope`.
    pub fn declare(&mut self, scope: usize, name: String, entry: Entry) {
        if let Some(scope) = self.all.get_mut(scope) {
            let entries = scope.names.entry(name).or_default();
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
    }

    /// Notes what `tree`, which stands after `before`, imports into `scope`.
    pub fn import(&mut self, scope: usize, tree: &UseTree, before: &Written) {
        match tree {
            UseTree::Path(tree) => {
                self.import(scope, &tree.tree, &before.then(&[tree.ident.unraw().to_string()]));
            }
            UseTree::Name(name) => {
                let whole = imported(before, &name.ident);
                if let Some(local) = whole.segments.last().cloned() {
                    self.declare(scope, local, Entry::Import(whole));
                }
            }
            UseTree::Rename(renamed) => {
                let whole = imported(before, &renamed.ident);
                self.declare(scope, renamed.rename.unraw().to_string(), Entry::Import(whole));
            }
            UseTree::Glob(_) => {
                if let Some(scope) = self.all.get_mut(scope) {
                    scope.globs.push(before.clone());
                }
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.import(scope, tree, before));
            }
        }
    }

    /// The module that `scope` is, or stands in.
    pub fn module(&self, scope: usize) -> usize {
        let mut at = scope;
        while let Some(Scope { is_block: true, parent: Some(parent), .. }) = self.all.get(at) {
            at = *parent;
        }
        at
    }

    /// The module around the module `scope`.
    pub fn around(&self, scope: usize) -> Option<usize> {
        let parent = self.all.get(self.module(scope))?.parent?;
        Some(self.module(parent))
    }
}

/// The path that `ident` after `before` imports: `self` is what stands before it.
pub fn imported(before: &Written, ident: &syn::Ident) -> Written {
    let name = ident.unraw().to_string();
    if name == "self" && !before.segments.is_empty() { before.clone() } else { before.then(&[name]) }
}

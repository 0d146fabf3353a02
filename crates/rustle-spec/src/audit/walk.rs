//! Walking over the code of a crate: from file to file, from scope to scope. What is done at each kind of syntax is said in
//! [`super::visit`].

use std::collections::HashMap;

use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, FnArg, Item, ItemMod, Stmt, UseTree};

use super::Capability;
use super::bindings::Bindings;
use super::conditions::is_out;
use super::index::{Index, Part, ident_of};
use super::mention::{Found, Named, Position};
use super::reach::{Node, Uses};
use super::resolve::{Target, resolve};
use super::scopes::{Written, imported};
use crate::scan::attributes::is_called;

/// What a walk over a crate came by.
#[derive(Debug)]
pub struct Walked {
    /// What was found.
    pub found: Vec<Found>,
    /// Crates that are named.
    pub named: Vec<Named>,
    /// Which items name which.
    pub uses: Uses,
}

/// A walk over a crate.
#[derive(Debug)]
pub struct Walk<'i, 'a> {
    /// The names of the crate.
    pub(super) index: &'i mut Index<'a>,
    /// The file that is walked over.
    pub(super) part: Part,
    /// The scope in which this stands.
    pub(super) scope: usize,
    /// Where this stands, as far as that must be told: in a macro, in an included file.
    pub(super) notes: Vec<String>,
    /// The variables that can be seen.
    pub(super) bindings: Bindings,
    /// What `Self` means, and the scope to look it up in.
    pub(super) selves: Vec<Option<(usize, Written)>>,
    /// What certain doors are used for, by their place: the code around them tells.
    pub(super) decided: HashMap<(usize, usize), Vec<Capability>>,
    /// How many files were included to get here.
    pub(super) includes: usize,
    /// The items that this stands in.
    pub(super) nodes: Vec<Node>,
    /// Which items name which.
    pub(super) uses: Uses,
    /// What was found.
    pub(super) found: Vec<Found>,
    /// Crates that are named.
    pub(super) named: Vec<Named>,
}

impl<'i, 'a> Walk<'i, 'a> {
    /// A walk over the crate whose names are in `index` and which begins with `root`.
    pub fn over(index: &'i mut Index<'a>, root: Part) -> Walked {
        let mut walk = Walk {
            index,
            part: root.clone(),
            scope: 0,
            notes: Vec::new(),
            bindings: Bindings::default(),
            selves: Vec::new(),
            decided: HashMap::new(),
            includes: 0,
            nodes: vec![Node { module: 0, item: String::new() }],
            uses: Uses::default(),
            found: Vec::new(),
            named: Vec::new(),
        };
        walk.file(&root);
        Walked { found: walk.found, named: walk.named, uses: walk.uses }
    }

    /// Walks over a file, in the scope that is set.
    fn file(&mut self, part: &Part) {
        if self.is_out(&part.parsed.attrs) {
            return;
        }
        let outer = std::mem::replace(&mut self.part, part.clone());
        part.parsed.attrs.iter().for_each(|attr| self.visit_attribute(attr));
        part.parsed.items.iter().for_each(|item| self.visit_item(item));
        self.part = outer;
    }

    pub(super) fn is_out(&self, attrs: &[Attribute]) -> bool {
        is_out(attrs, self.index.cfg())
    }

    /// Walks over statements, which are a block of their own.
    pub(super) fn statements(&mut self, stmts: &[Stmt]) {
        let outer = self.scope;
        let part = self.part.clone();
        if let Some(scope) = self.index.block(self.scope, stmts, &part) {
            self.scope = scope;
        }
        self.bindings.begin();
        stmts.iter().for_each(|stmt| self.visit_stmt(stmt));
        self.bindings.end();
        self.scope = outer;
    }

    pub(super) fn module(&mut self, item: &ItemMod) {
        // One whose file is missing has been told.
        let Some((scope, file)) = self.index.module(item) else { return };
        let outer = std::mem::replace(&mut self.scope, scope);
        match (file, &item.content) {
            (Some(part), _) => self.file(&part),
            (None, Some((_, items))) => items.iter().for_each(|item| self.visit_item(item)),
            (None, None) => {}
        }
        self.scope = outer;
    }

    pub(super) fn item_macro(&mut self, item: &syn::ItemMacro) {
        let name = Written::of(&item.mac.path);
        match &item.ident {
            Some(ident) => self.macro_rules(&ident.unraw().to_string(), item.mac.tokens.clone()),
            None => {
                let parts = self.index.expanded(&item.mac);
                let is_include = is_called(&item.mac.path, "include");
                self.notes.push(if is_include {
                    "by include!".to_owned()
                } else {
                    format!("in the arguments of the macro `{}!`", name.segments.join("::"))
                });
                parts.iter().for_each(|part| self.file(part));
                self.notes.pop();
                if parts.is_empty() || !is_include {
                    self.macro_call(&name, item.mac.path.span(), &item.mac.tokens);
                }
            }
        }
    }

    pub(super) fn import(&mut self, tree: &UseTree, before: &Written) {
        match tree {
            UseTree::Path(tree) => {
                self.import(&tree.tree, &before.then(&[tree.ident.unraw().to_string()]));
            }
            UseTree::Name(name) => {
                self.mention(&imported(before, &name.ident), name.ident.span(), Position::Import);
            }
            UseTree::Rename(name) => {
                self.mention(&imported(before, &name.ident), name.ident.span(), Position::Import);
            }
            UseTree::Glob(glob) => self.mention(before, glob.star_token.span(), Position::Import),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, before)),
        }
    }

    /// Judges `<ty as Trait>::rest`.
    fn qualified(&mut self, qself: &syn::QSelf, path: &syn::Path, position: Position) {
        self.visit_type(&qself.ty);
        let whole = Written::of(path);
        let (of_trait, rest) = whole.segments.split_at(qself.position.min(whole.segments.len()));
        if of_trait.is_empty() {
            if let Some(ty) = Written::of_type(&qself.ty) {
                self.mention(&ty.then(rest), qself.lt_token.span, position);
            }
            return;
        }
        let called = rest.get(..1).unwrap_or_default();
        let of_trait = Written { leading: whole.leading, segments: of_trait.to_vec() };
        self.mention(&of_trait.then(called), path.span(), position);
        if let [open, rest @ ..] = rest
            && !rest.is_empty()
        {
            for (scope, written) in self.associated(open, rest) {
                let outer = std::mem::replace(&mut self.scope, scope);
                self.mention(&written, path.span(), position);
                self.scope = outer;
            }
        }
    }

    /// The nodes of an item; `None` for one in a function, which is a part of that.
    pub(super) fn nodes_of(&mut self, item: &Item) -> Option<Vec<Node>> {
        let module = self.scope;
        if self.index.scopes.all.get(module).is_none_or(|scope| scope.is_block) {
            return None;
        }
        let item = match item {
            Item::Impl(item) => {
                let of_trait = item.trait_.as_ref().map(|(path, _)| Written::of(path));
                let both = Written::of_type(&item.self_ty).into_iter().chain(of_trait);
                let targets = both.flat_map(|written| resolve(&self.index.scopes, module, &written));
                let nodes = targets.filter_map(|target| match target {
                    Target::Own(node) => Some(node),
                    _ => None,
                });
                let nodes: Vec<Node> = nodes.collect();
                if !nodes.is_empty() {
                    return Some(nodes);
                }
                String::new()
            }
            Item::Macro(item) => item.ident.as_ref().map(|it| it.unraw().to_string()).unwrap_or_default(),
            other => ident_of(other).map(|it| it.unraw().to_string()).unwrap_or_default(),
        };
        Some(vec![Node { module, item }])
    }

    pub(super) fn path(&mut self, qself: Option<&syn::QSelf>, path: &syn::Path, position: Position) {
        match qself {
            Some(qself) => self.qualified(qself, path, position),
            None => self.mention(&Written::of(path), path.span(), position),
        }
        path.segments.iter().for_each(|segment| self.visit_path_arguments(&segment.arguments));
    }

    pub(super) fn bind_inputs(&mut self, sig: &syn::Signature) {
        for input in &sig.inputs {
            if let FnArg::Typed(input) = input {
                self.bindings.bind(&input.pat);
            }
        }
    }

    pub(super) fn with_self<T>(&mut self, ty: Option<Written>, walk: impl FnOnce(&mut Self) -> T) -> T {
        self.selves.push(ty.map(|ty| (self.scope, ty)));
        let done = walk(self);
        self.selves.pop();
        done
    }

    pub(super) fn foreign(&mut self, abi: &syn::Abi, what: &str) {
        let is_rusts = abi.name.as_ref().is_some_and(|name| name.value().starts_with("Rust"));
        if !is_rusts {
            self.find(abi.extern_token.span, Capability::Ffi, what);
        }
    }
}

//! Gathering the names of a crate, file by file, before anything in it is judged.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, ImplItem, Item, ItemMod, Lit, Macro, Meta, Stmt, Token, TraitItem};

use super::conditions::may_be_active;
use super::included::{self, Included};
use super::scopes::{Entry, Scopes, Written};
use super::tokens::{names_any, plain};
use crate::scan::attributes::{is_called, of_item, path_of_file};
use crate::scan::place::Place;
use crate::scan::sources::{self, Parsed, Sources};
use crate::scan::tree::FILES;
use crate::scan::{Cfg, ScanError};

/// How many types a name that traits leave open may stand for. All are tried wherever it is used.
const MEANINGS: usize = 256;

/// What stands in a module that is a file, or in a piece of one that only a macro or an `include!` leads to.
#[derive(Clone, Debug)]
pub struct Part {
    /// The file, and what stands in it.
    pub parsed: Rc<Parsed>,
    /// Where the files of its modules are.
    pub place: Place,
}

/// A crate whose names are gathered.
#[derive(Debug)]
pub struct Index<'a> {
    sources: &'a Sources,
    cfg: &'a Cfg,
    /// Whether other files may belong to it: not where one file is all there is.
    has_files: bool,
    /// Its names.
    pub scopes: Scopes,
    /// The scope of each `mod`, by the address of the item, and its file if it is one. The files are held by this index, so
    /// that the addresses stay.
    mods: HashMap<*const ItemMod, (usize, Option<Part>)>,
    /// What macros declare, by their address.
    expanded: HashMap<*const Macro, Vec<Part>>,
    /// What stands in braces and was made here, to be kept.
    kept: Vec<Part>,
    /// How many files led to the one that is read.
    open: usize,
    /// What could not be read.
    pub errors: Vec<ScanError>,
}

impl<'a> Index<'a> {
    /// An empty one. Other files are followed if `has_files`.
    pub fn new(sources: &'a Sources, cfg: &'a Cfg, has_files: bool) -> Index<'a> {
        let scopes = Scopes::default();
        let (mods, expanded) = Default::default();
        Index {
            sources,
            cfg,
            has_files,
            scopes,
            mods,
            expanded,
            kept: Vec::new(),
            open: 0,
            errors: Vec::new(),
        }
    }

    /// Under which conditions the crate is looked at.
    pub fn cfg(&self) -> &'a Cfg {
        self.cfg
    }

    /// Gathers the names of the crate that begins with `root`.
    pub fn crate_of(&mut self, root: Rc<Parsed>) -> Part {
        let place = Place::of_root(&root.path);
        let part = Part { parsed: root, place };
        let scope = self.scopes.add(None, false);
        self.part(scope, &part);
        part
    }

    /// The scope of a module, and its file if it is one.
    pub fn module(&self, item: &ItemMod) -> Option<(usize, Option<Part>)> {
        self.mods.get(&std::ptr::from_ref(item)).cloned()
    }

    /// What the macro declares as far as that was seen.
    pub fn expanded(&self, mac: &Macro) -> Vec<Part> {
        self.expanded.get(&std::ptr::from_ref(mac)).cloned().unwrap_or_default()
    }

    /// A scope for the items among `stmts`, if there are any.
    pub fn block(&mut self, scope: usize, stmts: &[Stmt], part: &Part) -> Option<usize> {
        let is_item = |stmt: &&Stmt| matches!(stmt, Stmt::Item(_));
        stmts.iter().find(is_item)?;
        let inner = self.scopes.add(Some(scope), true);
        for stmt in stmts {
            if let Stmt::Item(item) = stmt {
                self.item(inner, item, part);
            }
        }
        Some(inner)
    }

    /// A scope for `items` that stand in no block of their own: in the arguments of a macro.
    pub fn loose(&mut self, scope: usize, items: &[Item], part: &Part) -> usize {
        let inner = self.scopes.add(Some(scope), true);
        items.iter().for_each(|item| self.item(inner, item, part));
        inner
    }

    /// Keeps `parsed`, which belongs to `part`, as long as the index.
    pub fn keep(&mut self, part: &Part, items: Vec<Item>) -> Part {
        let path = part.parsed.path.clone();
        let parsed = Parsed { path, names_modules: false, attrs: Vec::new(), items };
        let part = Part { parsed: Rc::new(parsed), place: part.place.clone() };
        self.kept.push(part.clone());
        part
    }

    /// The file at `path`, which holds code for some place within another.
    pub fn keep_at(&self, path: &Path) -> Part {
        let (attrs, items) = Default::default();
        let parsed = Parsed { path: path.to_owned(), names_modules: false, attrs, items };
        Part { parsed: Rc::new(parsed), place: Place::of_root(path) }
    }

    /// The file that is included from `part`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn include(&mut self, part: &Part, path: &Path) -> Result<TokenStream, ScanError> {
        if !self.has_files {
            let message = "a file that stands alone cannot include another".to_owned();
            return Err(ScanError { file: part.parsed.path.clone(), line: 1, col: 1, message });
        }
        let text = self.sources.text(path)?;
        sources::tokens(&text).map_err(|error| sources::at(path, error))
    }

    /// Notes what cannot be read.
    pub fn error(&mut self, part: &Part, span: Span, message: impl Into<String>) {
        let error = syn::Error::new(span, message.into());
        self.errors.push(sources::at(&part.parsed.path, error));
    }

    fn part(&mut self, scope: usize, part: &Part) {
        self.kept.push(part.clone());
        if may_be_active(&part.parsed.attrs, self.cfg).is_none() {
            return;
        }
        self.open += 1;
        part.parsed.items.iter().for_each(|item| self.item(scope, item, part));
        self.open -= 1;
    }

    fn item(&mut self, scope: usize, item: &Item, part: &Part) {
        let Some(attrs) = may_be_active(of_item(item), self.cfg) else { return };
        let name = match item {
            Item::Mod(item) => return self.mod_item(scope, item, &attrs, part),
            Item::Use(item) => {
                let before = Written { leading: item.leading_colon.is_some(), segments: Vec::new() };
                return self.scopes.import(scope, &item.tree, &before);
            }
            Item::ExternCrate(item) => return self.crate_item(scope, item),
            Item::Type(item) => {
                let entry = Written::of_type(&item.ty).map_or(Entry::Own, Entry::Alias);
                return self.scopes.declare(scope, item.ident.unraw().to_string(), entry);
            }
            Item::Macro(item) => return self.macro_item(scope, item, part),
            Item::Impl(item) => {
                for inner in &item.items {
                    if let ImplItem::Type(ty) = inner {
                        self.associated(scope, &ty.ident, &ty.ty);
                    }
                }
                return;
            }
            Item::Trait(item) => {
                for inner in &item.items {
                    if let TraitItem::Type(ty) = inner
                        && let Some((_, default)) = &ty.default
                    {
                        self.associated(scope, &ty.ident, default);
                    }
                }
                &item.ident
            }
            Item::Struct(item) => {
                let modules = attrs.iter().filter(|attr| is_called(attr.path(), "rustle_module"));
                if let Some(scope) = self.scopes.all.get_mut(scope) {
                    scope.modules.extend(modules.map(|attr| name_of(attr, &item.ident)));
                }
                &item.ident
            }
            other => match ident_of(other) {
                Some(ident) => ident,
                None => return,
            },
        };
        self.scopes.declare(scope, name.unraw().to_string(), Entry::Own);
    }

    fn associated(&mut self, scope: usize, name: &syn::Ident, ty: &syn::Type) {
        if let Some(written) = Written::of_type(ty) {
            let meanings = self.scopes.associated.entry(name.unraw().to_string()).or_default();
            if meanings.len() < MEANINGS && !meanings.contains(&(scope, written.clone())) {
                meanings.push((scope, written));
            }
        }
    }

    fn crate_item(&mut self, scope: usize, item: &syn::ItemExternCrate) {
        let name = item.ident.unraw().to_string();
        let local = item.rename.as_ref().map_or(&item.ident, |(_, it)| it).unraw().to_string();
        if scope == 0 && local != name {
            self.scopes.crates.insert(local.clone(), name.clone());
        }
        self.scopes.declare(scope, local, Entry::Crate(name));
    }

    fn mod_item(&mut self, scope: usize, item: &ItemMod, attrs: &[syn::Attribute], part: &Part) {
        let name = item.ident.unraw().to_string();
        let written: Vec<PathBuf> = attrs.iter().filter_map(path_of_file).collect();
        let inner = self.scopes.add(Some(scope), false);
        self.scopes.declare(scope, name.clone(), Entry::Module(inner));
        let key = std::ptr::from_ref(item);
        // What stood at this address before may be gone.
        self.mods.remove(&key);
        if let Some((_, items)) = &item.content {
            let place = part.place.inside(&name, written.first().map(PathBuf::as_path));
            let part = Part { place, ..part.clone() };
            self.mods.insert(key, (inner, None));
            items.iter().for_each(|item| self.item(inner, item, &part));
            return;
        }
        if !self.has_files {
            let message = "a file that stands alone has no modules in other files";
            return self.error(part, item.ident.span(), message);
        }
        if self.open >= FILES {
            let message = format!("{FILES} files lead to each other: is one its own module?");
            return self.error(part, item.ident.span(), message);
        }
        let found = part.place.find(self.sources, &name, written.first().map(PathBuf::as_path));
        let Some((path, place)) = found else {
            let message = format!("there is no file for the module `{name}`");
            return self.error(part, item.ident.span(), message);
        };
        match self.sources.parse(&path) {
            Ok(parsed) => {
                let part = Part { parsed, place };
                self.mods.insert(key, (inner, Some(part.clone())));
                self.part(inner, &part);
            }
            Err(error) => self.errors.push(error),
        }
    }

    fn macro_item(&mut self, scope: usize, item: &syn::ItemMacro, part: &Part) {
        if let Some(name) = &item.ident {
            let module = self.scopes.module(scope);
            self.scopes.macros.entry(name.unraw().to_string()).or_default().insert(module);
        }
        let parts = if is_called(&item.mac.path, "include") {
            self.included_items(part, &item.mac).into_iter().collect()
        } else {
            self.declared_in(&plain(item.mac.tokens.clone()), part)
        };
        for part in &parts {
            self.part(scope, part);
        }
        self.expanded.insert(std::ptr::from_ref(&item.mac), parts);
    }

    /// The file that `include!` puts here, if its name can be told and it holds items.
    fn included_items(&mut self, part: &Part, mac: &Macro) -> Option<Part> {
        let Included::File(path) = included::read(&mac.tokens, &part.parsed.path) else { return None };
        if !self.has_files || self.open >= FILES {
            return None;
        }
        // What cannot be read is told where it is judged.
        let parsed = self.sources.parse(&path).ok()?;
        Some(Part { place: Place::of_root(&path), parsed })
    }

    /// The items among `tokens` and in their braces, as far as they are some: what `cfg_if!` and its like leave there. Only
    /// where names can come from them.
    fn declared_in(&mut self, tokens: &TokenStream, part: &Part) -> Vec<Part> {
        const NAMING: [&str; 5] = ["use", "mod", "type", "extern", "include"];
        if !names_any(tokens, &NAMING) {
            return Vec::new();
        }
        if let Ok(file) = syn::parse2::<syn::File>(tokens.clone()) {
            return vec![self.keep(part, file.items)];
        }
        let groups = tokens.clone().into_iter().filter_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        });
        groups.flat_map(|stream| self.declared_in(&stream, part)).collect()
    }
}

/// The name of an item that declares one thing.
pub fn ident_of(item: &Item) -> Option<&syn::Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Static(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::TraitAlias(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        Item::Union(item) => Some(&item.ident),
        _ => None,
    }
}

/// The name that `#[rustle_module(name = "…")]` gives; that of the struct where it gives none.
fn name_of(attr: &syn::Attribute, ident: &syn::Ident) -> String {
    let metas = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default();
    let name = metas.iter().find_map(|meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident("name") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => Some(name.value()),
            _ => None,
        },
        _ => None,
    });
    name.unwrap_or_else(|| ident.unraw().to_string())
}

//! The modules (Rust's) of a crate: what they declare, what they import, where they stand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use proc_macro2::{Span, TokenStream};
use rustle_schema::module_spec::ArgType;
use syn::ext::IdentExt;
use syn::visit::Visit;
use syn::{Attribute, Item, ItemImpl, ItemMod, ItemStruct, Meta, Type, UseTree};

use super::ScanError;
use super::attributes::{active, derives, is_called, of_item, path_of_file};
use super::cfg::Cfg;
use super::hidden;
use super::place::Place;
use super::sources::{Parsed, Sources};
use crate::errors::Errors;

/// A crate.
#[derive(Debug, Default)]
pub struct Crate {
    /// Its modules; the root is the first.
    pub scopes: Vec<Scope>,
    /// Its files, relative to the folder of Cargo.toml.
    pub files: Vec<PathBuf>,
}

/// One module in the sense of the language.
#[derive(Debug, Default)]
pub struct Scope {
    /// The one it stands in.
    pub parent: Option<usize>,
    /// The file it stands in.
    pub file: usize,
    /// Modules in it.
    pub children: BTreeMap<String, usize>,
    /// Names that are imported, and the paths they stand for.
    pub imports: BTreeMap<String, Vec<String>>,
    /// Paths all of whose names are imported.
    pub globs: Vec<Vec<String>>,
    /// Types that are declared.
    pub types: BTreeMap<String, Declared>,
    /// Structs with `#[rustle_module]`.
    pub modules: Vec<Written>,
}

/// A struct with `#[rustle_module]`.
#[derive(Debug)]
pub struct Written {
    /// Where the attribute stands.
    pub span: Span,
    /// What the attribute says.
    pub tokens: TokenStream,
    /// What it stands on.
    pub item: Item,
}

/// A type that can be that of an argument.
#[derive(Debug)]
pub enum Declared {
    /// `#[derive(Options)]`.
    Options(ItemStruct),
    /// `#[derive(Choice)]`.
    Choice(syn::ItemEnum),
    /// Another name.
    Alias(Type),
    /// A type with a `FromArg` of its own.
    Custom,
    /// One of the runtime's own types, which says what it is.
    Known(ArgType),
}

/// How many files may lead to each other. One that is its own module would otherwise never end.
pub const FILES: usize = 64;

/// Reads the crate that begins in the file `root`, which is relative to the folder of the package.
pub fn read(sources: &Sources, root: &Path, cfg: &Cfg, errors: &mut Vec<ScanError>) -> Crate {
    let mut reader = Reader { sources, cfg, krate: Crate::default(), open: 0, errors };
    reader.file(root, None, &Place::of_root(root));
    reader.krate
}

struct Reader<'a> {
    sources: &'a Sources,
    cfg: &'a Cfg,
    krate: Crate,
    /// How many files led to the one that is read.
    open: usize,
    errors: &'a mut Vec<ScanError>,
}

impl Reader<'_> {
    /// Reads a file as a module of `parent`.
    fn file(&mut self, path: &Path, parent: Option<usize>, place: &Place) -> Option<usize> {
        let parsed: Rc<Parsed> = match self.sources.parse(path) {
            Ok(parsed) => parsed,
            Err(error) => {
                self.errors.push(error);
                return None;
            }
        };
        let file = self.krate.files.len();
        self.krate.files.push(parsed.path.clone());
        match active(&parsed.attrs, self.cfg) {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(error) => self.at(file, error.span(), error.to_string()),
        }
        self.open += 1;
        let scope = self.scope(parent, file, &parsed.items, place, parsed.names_modules);
        self.open -= 1;
        Some(scope)
    }

    fn scope(
        &mut self,
        parent: Option<usize>,
        file: usize,
        items: &[Item],
        place: &Place,
        search: bool,
    ) -> usize {
        let index = self.krate.scopes.len();
        self.krate.scopes.push(Scope { parent, file, ..Scope::default() });
        for item in items {
            match active(of_item(item), self.cfg) {
                Ok(Some(attrs)) => self.item(index, item, attrs, place, search),
                Ok(None) => {}
                Err(error) => self.at(file, error.span(), error.to_string()),
            }
        }
        index
    }

    fn item(&mut self, scope: usize, item: &Item, attrs: Vec<Attribute>, place: &Place, search: bool) {
        if let Some(attr) = attrs.iter().find(|attr| is_called(attr.path(), "rustle_module")) {
            let tokens = match &attr.meta {
                Meta::List(list) => list.tokens.clone(),
                _ => TokenStream::new(),
            };
            let span = attr.pound_token.span;
            let item = match item {
                Item::Struct(item) => Item::Struct(self.enabled(scope, ItemStruct { attrs, ..item.clone() })),
                other => other.clone(),
            };
            self.krate.scopes[scope].modules.push(Written { span, tokens, item });
            return;
        }
        if search {
            self.hidden(scope, item);
        }
        match item {
            Item::Mod(item) => self.module(scope, item, &attrs, place, search),
            Item::Use(item) => self.import(scope, &item.tree, &mut Vec::new()),
            Item::Struct(item) => {
                let name = item.ident.unraw().to_string();
                let declared = if derives(&attrs, "Options") {
                    Declared::Options(self.enabled(scope, ItemStruct { attrs, ..item.clone() }))
                } else {
                    Declared::Custom
                };
                self.declare(scope, name, declared);
            }
            Item::Enum(item) => {
                let name = item.ident.unraw().to_string();
                let is_choice = derives(&attrs, "Choice");
                let declared = if is_choice {
                    Declared::Choice(self.enabled_variants(scope, item.clone()))
                } else {
                    Declared::Custom
                };
                self.declare(scope, name, declared);
            }
            Item::Type(item) => {
                self.declare(scope, item.ident.unraw().to_string(), Declared::Alias((*item.ty).clone()))
            }
            Item::Impl(item) => {
                if let Some((name, kind)) = kind_of(item) {
                    self.krate.scopes[scope].types.insert(name, Declared::Known(kind));
                }
            }
            _ => {}
        }
    }

    /// Notes a type, unless its `impl FromArg` said already what it is.
    fn declare(&mut self, scope: usize, name: String, declared: Declared) {
        let types = &mut self.krate.scopes[scope].types;
        if !matches!(types.get(&name), Some(Declared::Known(_))) {
            types.insert(name, declared);
        }
    }

    /// Without the fields that `cfg` switches off, and with the attributes that it switches on.
    fn enabled(&mut self, scope: usize, mut item: ItemStruct) -> ItemStruct {
        if let syn::Fields::Named(fields) = &mut item.fields {
            let old = std::mem::take(&mut fields.named);
            for mut field in old {
                if let Some(attrs) = self.active(scope, &field.attrs) {
                    field.attrs = attrs;
                    fields.named.push(field);
                }
            }
        }
        item
    }

    fn enabled_variants(&mut self, scope: usize, mut item: syn::ItemEnum) -> syn::ItemEnum {
        let old = std::mem::take(&mut item.variants);
        for mut variant in old {
            if let Some(attrs) = self.active(scope, &variant.attrs) {
                variant.attrs = attrs;
                item.variants.push(variant);
            }
        }
        item
    }

    fn active(&mut self, scope: usize, attrs: &[Attribute]) -> Option<Vec<Attribute>> {
        match active(attrs, self.cfg) {
            Ok(attrs) => attrs,
            Err(error) => {
                self.at(self.krate.scopes[scope].file, error.span(), error.to_string());
                None
            }
        }
    }

    fn module(&mut self, scope: usize, item: &ItemMod, attrs: &[Attribute], place: &Place, search: bool) {
        let name = item.ident.unraw().to_string();
        let written = attrs.iter().find_map(path_of_file);
        let file = self.krate.scopes[scope].file;
        let inner = match &item.content {
            Some((_, items)) => {
                let place = place.inside(&name, written.as_deref());
                Some(self.scope(Some(scope), file, items, &place, search))
            }
            None if self.open >= FILES => {
                let message = format!("{FILES} files lead to each other: is one its own module?");
                self.at(file, item.ident.span(), message);
                None
            }
            None => match place.find(self.sources, &name, written.as_deref()) {
                Some((path, place)) => self.file(&path, Some(scope), &place),
                None => {
                    let message = format!("there is no file for the module `{name}`");
                    self.at(file, item.ident.span(), message);
                    None
                }
            },
        };
        if let Some(inner) = inner {
            self.krate.scopes[scope].children.insert(name, inner);
        }
    }

    fn import(&mut self, scope: usize, tree: &UseTree, path: &mut Vec<String>) {
        match tree {
            UseTree::Path(tree) => {
                path.push(tree.ident.unraw().to_string());
                self.import(scope, &tree.tree, path);
                path.pop();
            }
            UseTree::Name(name) => {
                let name = name.ident.unraw().to_string();
                let whole = if name == "self" {
                    path.clone()
                } else {
                    [&path[..], std::slice::from_ref(&name)].concat()
                };
                let local = whole.last().cloned().unwrap_or_default();
                self.krate.scopes[scope].imports.insert(local, whole);
            }
            UseTree::Rename(renamed) => {
                let name = renamed.ident.unraw().to_string();
                let whole = if name == "self" { path.clone() } else { [&path[..], &[name]].concat() };
                self.krate.scopes[scope].imports.insert(renamed.rename.unraw().to_string(), whole);
            }
            UseTree::Glob(_) => self.krate.scopes[scope].globs.push(path.clone()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(scope, tree, path)),
        }
    }

    /// Refuses modules in places that a scan does not see into.
    fn hidden(&mut self, scope: usize, item: &Item) {
        let file = self.krate.scopes[scope].file;
        for (span, what) in hidden::modules(item, self.cfg) {
            let message = format!("a module inside {what} cannot be seen by the build: write it out");
            self.at(file, span, message);
        }
    }

    fn at(&mut self, file: usize, span: Span, message: String) {
        let mut errors = Errors::default();
        errors.push(syn::Error::new(span, message));
        self.errors.extend(located(errors, &self.krate.files[file]));
    }
}

/// The errors with their places in `file`.
pub fn located(errors: Errors, file: &Path) -> Vec<ScanError> {
    let list = errors.into_list().into_iter().map(|error| {
        let start = error.span().start();
        ScanError {
            file: file.to_owned(),
            line: start.line.max(1),
            col: start.column + 1,
            message: error.to_string(),
        }
    });
    list.collect()
}

/// The type and the kind that `impl FromArg for …` with a constant `KIND` declares. Only types of the runtime do.
fn kind_of(item: &ItemImpl) -> Option<(String, ArgType)> {
    let (path, _) = item.trait_.as_ref()?;
    let (true, Type::Path(ty)) = (is_called(path, "FromArg"), &*item.self_ty) else { return None };
    let name = ty.path.get_ident()?.to_string();
    item.items.iter().find_map(|inner| {
        let syn::ImplItem::Const(constant) = inner else { return None };
        if constant.ident != "KIND" {
            return None;
        }
        let mut texts = Texts(String::new());
        texts.visit_expr(&constant.expr);
        Some((name.clone(), serde_json::from_str(&texts.0).ok()?))
    })
}

/// Gathers the texts in an expression.
struct Texts(String);

impl<'ast> Visit<'ast> for Texts {
    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.0.push_str(&text.value());
    }
}

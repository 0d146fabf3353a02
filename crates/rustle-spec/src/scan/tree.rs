//! The modules (Rust's) of a crate: what they declare, what they import, where they stand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream};
use rustle_schema::module_spec::ArgType;
use syn::ext::IdentExt;
use syn::visit::Visit;
use syn::{Attribute, Item, ItemImpl, ItemMod, ItemStruct, Meta, Type, UseTree};

use super::ScanError;
use super::attributes::{active, derives, is_called, of_item, path_of_file};
use super::cfg::Cfg;
use super::hidden;
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

/// Where files of modules are looked for.
#[derive(Clone)]
struct Place {
    /// The folder of the file.
    folder: PathBuf,
    /// The folder in which the files of its modules stand.
    base: PathBuf,
    /// Whether it is a module inside braces.
    inline: bool,
}

/// Reads the crate that begins in the file `root`, which is relative to `folder`.
pub fn read(folder: &Path, root: &Path, cfg: &Cfg, errors: &mut Vec<ScanError>) -> Crate {
    let mut reader = Reader { folder, cfg, krate: Crate::default(), errors, alone: None };
    reader.root(root);
    reader.krate
}

/// Reads the `text` of a file that is a crate by itself: no other file belongs to it.
pub fn read_alone(file: &Path, text: &str, cfg: &Cfg, errors: &mut Vec<ScanError>) -> Crate {
    let mut reader =
        Reader { folder: Path::new(""), cfg, krate: Crate::default(), errors, alone: Some(text) };
    reader.root(file);
    reader.krate
}

struct Reader<'a> {
    folder: &'a Path,
    cfg: &'a Cfg,
    krate: Crate,
    errors: &'a mut Vec<ScanError>,
    /// The text of the only file there is.
    alone: Option<&'a str>,
}

impl Reader<'_> {
    /// Reads the file in which the crate begins.
    fn root(&mut self, root: &Path) {
        let home = root.parent().unwrap_or(Path::new("")).to_owned();
        let place = Place { folder: home.clone(), base: home, inline: false };
        self.file(root, None, &place);
    }

    /// Reads a file as a module of `parent`.
    fn file(&mut self, path: &Path, parent: Option<usize>, place: &Place) -> Option<usize> {
        let at = |line: usize, col: usize, message: String| ScanError {
            file: path.to_owned(),
            line,
            col,
            message,
        };
        let read = match self.alone {
            Some(text) => Ok(text.to_owned()),
            None => std::fs::read_to_string(self.folder.join(path)),
        };
        let text = match read {
            Ok(text) => text,
            Err(error) => {
                self.errors.push(at(1, 1, error.to_string()));
                return None;
            }
        };
        let file = self.krate.files.len();
        self.krate.files.push(path.to_owned());
        let parsed = match syn::parse_file(&text) {
            Ok(parsed) => parsed,
            Err(error) => {
                self.at(file, error.span(), error.to_string());
                return None;
            }
        };
        match active(&parsed.attrs, self.cfg) {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(error) => self.at(file, error.span(), error.to_string()),
        }
        // Most files hold no module, and need not be searched for one that is hidden.
        let search = text.contains("rustle_module");
        Some(self.scope(parent, file, parsed.items, place, search))
    }

    fn scope(
        &mut self,
        parent: Option<usize>,
        file: usize,
        items: Vec<Item>,
        place: &Place,
        search: bool,
    ) -> usize {
        let index = self.krate.scopes.len();
        self.krate.scopes.push(Scope { parent, file, ..Scope::default() });
        for item in items {
            match active(of_item(&item), self.cfg) {
                Ok(Some(attrs)) => self.item(index, item, attrs, place, search),
                Ok(None) => {}
                Err(error) => self.at(file, error.span(), error.to_string()),
            }
        }
        index
    }

    fn item(&mut self, scope: usize, item: Item, attrs: Vec<Attribute>, place: &Place, search: bool) {
        if let Some(attr) = attrs.iter().find(|attr| is_called(attr.path(), "rustle_module")) {
            let tokens = match &attr.meta {
                Meta::List(list) => list.tokens.clone(),
                _ => TokenStream::new(),
            };
            let span = attr.pound_token.span;
            let item = match item {
                Item::Struct(item) => Item::Struct(self.enabled(scope, ItemStruct { attrs, ..item })),
                other => other,
            };
            self.krate.scopes[scope].modules.push(Written { span, tokens, item });
            return;
        }
        if search {
            self.hidden(scope, &item);
        }
        match item {
            Item::Mod(item) => self.module(scope, item, &attrs, place, search),
            Item::Use(item) => self.import(scope, &item.tree, &mut Vec::new()),
            Item::Struct(item) => {
                let name = item.ident.unraw().to_string();
                let declared = if derives(&attrs, "Options") {
                    Declared::Options(self.enabled(scope, ItemStruct { attrs, ..item }))
                } else {
                    Declared::Custom
                };
                self.declare(scope, name, declared);
            }
            Item::Enum(item) => {
                let name = item.ident.unraw().to_string();
                let is_choice = derives(&attrs, "Choice");
                let declared = if is_choice {
                    Declared::Choice(self.enabled_variants(scope, item))
                } else {
                    Declared::Custom
                };
                self.declare(scope, name, declared);
            }
            Item::Type(item) => {
                self.declare(scope, item.ident.unraw().to_string(), Declared::Alias(*item.ty))
            }
            Item::Impl(item) => {
                if let Some((name, kind)) = kind_of(&item) {
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

    fn module(&mut self, scope: usize, item: ItemMod, attrs: &[Attribute], place: &Place, search: bool) {
        let name = item.ident.unraw().to_string();
        let written = attrs.iter().find_map(path_of_file);
        let inner = match item.content {
            Some((_, items)) => {
                let base = place.base.join(written.as_deref().unwrap_or(Path::new(&name)));
                let place = Place { base, inline: true, ..place.clone() };
                let file = self.krate.scopes[scope].file;
                Some(self.scope(Some(scope), file, items, &place, search))
            }
            None => match self.find(&name, written, place) {
                Some((path, place)) => self.file(&path, Some(scope), &place),
                None => {
                    let message = format!("there is no file for the module `{name}`");
                    self.at(self.krate.scopes[scope].file, item.ident.span(), message);
                    None
                }
            },
        };
        if let Some(inner) = inner {
            self.krate.scopes[scope].children.insert(name, inner);
        }
    }

    /// The file of a module, and where the files of its own modules stand.
    fn find(&self, name: &str, written: Option<PathBuf>, place: &Place) -> Option<(PathBuf, Place)> {
        if self.alone.is_some() {
            return None;
        }
        let folder_of = |path: &Path| path.parent().unwrap_or(Path::new("")).to_owned();
        if let Some(written) = written {
            let path = if place.inline { place.base.join(written) } else { place.folder.join(written) };
            let folder = folder_of(&path);
            let inner = Place { base: folder.clone(), folder, inline: false };
            return self.folder.join(&path).is_file().then_some((path, inner));
        }
        let flat = place.base.join(format!("{name}.rs"));
        let nested = place.base.join(name).join("mod.rs");
        let path = [flat, nested].into_iter().find(|path| self.folder.join(path).is_file())?;
        let inner = Place { folder: folder_of(&path), base: place.base.join(name), inline: false };
        Some((path, inner))
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

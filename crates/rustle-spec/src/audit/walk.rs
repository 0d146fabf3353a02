//! Walking over the code of a crate.

use std::collections::HashMap;

use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, FnArg, ForeignItem, ImplItem, Item, ItemMod, Pat, Safety, Stmt, TraitItem, Type, UseTree,
};

use super::Capability;
use super::bindings::Bindings;
use super::conditions::is_out;
use super::index::{Index, Part, ident_of};
use super::mention::{Found, Named, Position};
use super::reach::{Node, Uses};
use super::resolve::{Target, resolve};
use super::scopes::{Written, imported};
use super::syntax::attributes_of;
use crate::scan::attributes::{is_called, of_item};

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

    fn is_out(&self, attrs: &[Attribute]) -> bool {
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

    fn module(&mut self, item: &ItemMod) {
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

    fn item_macro(&mut self, item: &syn::ItemMacro) {
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

    fn import(&mut self, tree: &UseTree, before: &Written) {
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
    fn nodes_of(&mut self, item: &Item) -> Option<Vec<Node>> {
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

    fn path(&mut self, qself: Option<&syn::QSelf>, path: &syn::Path, position: Position) {
        match qself {
            Some(qself) => self.qualified(qself, path, position),
            None => self.mention(&Written::of(path), path.span(), position),
        }
        path.segments.iter().for_each(|segment| self.visit_path_arguments(&segment.arguments));
    }

    fn bind_inputs(&mut self, sig: &syn::Signature) {
        for input in &sig.inputs {
            if let FnArg::Typed(input) = input {
                self.bindings.bind(&input.pat);
            }
        }
    }

    fn with_self<T>(&mut self, ty: Option<Written>, walk: impl FnOnce(&mut Self) -> T) -> T {
        self.selves.push(ty.map(|ty| (self.scope, ty)));
        let done = walk(self);
        self.selves.pop();
        done
    }

    fn foreign(&mut self, abi: &syn::Abi, what: &str) {
        let is_rusts = abi.name.as_ref().is_some_and(|name| name.value().starts_with("Rust"));
        if !is_rusts {
            self.find(abi.extern_token.span, Capability::Ffi, what);
        }
    }
}

impl<'ast> Visit<'ast> for Walk<'_, '_> {
    fn visit_attribute(&mut self, attr: &'ast Attribute) {
        self.meta(&attr.meta);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_item(&mut self, item: &'ast Item) {
        if self.is_out(of_item(item)) {
            return;
        }
        // Functions inside functions see no variables of those.
        let bindings = std::mem::take(&mut self.bindings);
        let nodes = self.nodes_of(item).map(|nodes| std::mem::replace(&mut self.nodes, nodes));
        match item {
            Item::Verbatim(tokens) => self.tokens(tokens.clone()),
            Item::Mod(item) => {
                item.attrs.iter().for_each(|attr| self.visit_attribute(attr));
                self.module(item);
            }
            Item::Use(item) => {
                item.attrs.iter().for_each(|attr| self.visit_attribute(attr));
                let before = Written { leading: item.leading_colon.is_some(), segments: Vec::new() };
                self.import(&item.tree, &before);
            }
            Item::ExternCrate(item) => {
                item.attrs.iter().for_each(|attr| self.visit_attribute(attr));
                let written = Written { leading: true, segments: vec![item.ident.unraw().to_string()] };
                if item.ident != "self" {
                    self.mention(&written, item.ident.span(), Position::Import);
                }
            }
            Item::Macro(item) => {
                item.attrs.iter().for_each(|attr| self.visit_attribute(attr));
                self.item_macro(item);
            }
            Item::ForeignMod(item) => {
                self.foreign(&item.abi, "extern");
                visit::visit_item_foreign_mod(self, item);
            }
            Item::Impl(item) => {
                if let Some(token) = item.unsafety {
                    self.find(token.span, Capability::Unsafe, "unsafe impl");
                }
                let ty = Written::of_type(&item.self_ty);
                self.with_self(ty, |walk| visit::visit_item_impl(walk, item));
            }
            Item::Trait(item) => {
                if let Some(token) = item.unsafety {
                    self.find(token.span, Capability::Unsafe, "unsafe trait");
                }
                self.with_self(None, |walk| visit::visit_item_trait(walk, item));
            }
            other => visit::visit_item(self, other),
        }
        self.bindings = bindings;
        if let Some(nodes) = nodes {
            self.nodes = nodes;
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.bindings.begin();
        self.bind_inputs(&item.sig);
        visit::visit_item_fn(self, item);
        self.bindings.end();
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attrs = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            ImplItem::Verbatim(tokens) => return self.tokens(tokens.clone()),
            _ => return visit::visit_impl_item(self, item),
        };
        if !self.is_out(attrs) {
            self.bindings.begin();
            if let ImplItem::Fn(item) = item {
                self.bind_inputs(&item.sig);
            }
            visit::visit_impl_item(self, item);
            self.bindings.end();
        }
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        let attrs = match item {
            TraitItem::Const(item) => &item.attrs,
            TraitItem::Fn(item) => &item.attrs,
            TraitItem::Type(item) => &item.attrs,
            TraitItem::Macro(item) => &item.attrs,
            TraitItem::Verbatim(tokens) => return self.tokens(tokens.clone()),
            _ => return visit::visit_trait_item(self, item),
        };
        if !self.is_out(attrs) {
            self.bindings.begin();
            if let TraitItem::Fn(item) = item {
                self.bind_inputs(&item.sig);
            }
            visit::visit_trait_item(self, item);
            self.bindings.end();
        }
    }

    fn visit_foreign_item(&mut self, item: &'ast ForeignItem) {
        match item {
            // That it is foreign has been told, and whoever calls it says `unsafe`.
            ForeignItem::Fn(item) => {
                item.attrs.iter().for_each(|attr| self.visit_attribute(attr));
                item.sig.inputs.iter().for_each(|input| self.visit_fn_arg(input));
                self.visit_return_type(&item.sig.output);
            }
            ForeignItem::Verbatim(tokens) => self.tokens(tokens.clone()),
            other => visit::visit_foreign_item(self, other),
        }
    }

    fn visit_signature(&mut self, sig: &'ast syn::Signature) {
        if let Safety::Unsafe(token) = &sig.safety {
            self.find(token.span, Capability::Unsafe, "unsafe fn");
        }
        if let Some(abi) = &sig.abi {
            self.foreign(abi, "extern fn");
        }
        visit::visit_signature(self, sig);
    }

    fn visit_type_fn_ptr(&mut self, ty: &'ast syn::TypeFnPtr) {
        if let Some(abi) = &ty.abi {
            self.foreign(abi, "extern fn");
        }
        visit::visit_type_fn_ptr(self, ty);
    }

    fn visit_expr_unsafe(&mut self, expr: &'ast syn::ExprUnsafe) {
        self.find(expr.unsafe_token.span, Capability::Unsafe, "unsafe");
        visit::visit_expr_unsafe(self, expr);
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.statements(&block.stmts);
    }

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        match stmt {
            Stmt::Local(local) if self.is_out(&local.attrs) => {}
            Stmt::Macro(mac) if self.is_out(&mac.attrs) => {}
            other => visit::visit_stmt(self, other),
        }
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        local.attrs.iter().for_each(|attr| self.visit_attribute(attr));
        if let Some(init) = &local.init {
            self.visit_expr(&init.expr);
            if let Some((_, diverge)) = &init.diverge {
                self.visit_expr(diverge);
            }
        }
        self.visit_pat(&local.pat);
        self.bindings.bind(&local.pat);
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Verbatim(tokens) => self.tokens(tokens.clone()),
            other if self.is_out(attributes_of(other)) => {}
            other => visit::visit_expr(self, other),
        }
    }

    fn visit_expr_closure(&mut self, expr: &'ast syn::ExprClosure) {
        self.bindings.begin();
        expr.inputs.iter().for_each(|input| self.bindings.bind(input));
        visit::visit_expr_closure(self, expr);
        self.bindings.end();
    }

    fn visit_expr_let(&mut self, expr: &'ast syn::ExprLet) {
        visit::visit_expr_let(self, expr);
        self.bindings.bind(&expr.pat);
    }

    fn visit_expr_if(&mut self, expr: &'ast syn::ExprIf) {
        self.bindings.begin();
        self.visit_expr(&expr.cond);
        self.visit_block(&expr.then_branch);
        self.bindings.end();
        if let Some((_, otherwise)) = &expr.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_while(&mut self, expr: &'ast syn::ExprWhile) {
        self.bindings.begin();
        visit::visit_expr_while(self, expr);
        self.bindings.end();
    }

    fn visit_expr_for_loop(&mut self, expr: &'ast syn::ExprForLoop) {
        self.visit_expr(&expr.expr);
        self.bindings.begin();
        self.bindings.bind(&expr.pat);
        self.visit_pat(&expr.pat);
        self.visit_block(&expr.body);
        self.bindings.end();
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if !self.is_out(&arm.attrs) {
            self.bindings.begin();
            self.bindings.bind(&arm.pat);
            visit::visit_arm(self, arm);
            self.bindings.end();
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if !self.is_out(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        if !self.is_out(&variant.attrs) {
            visit::visit_variant(self, variant);
        }
    }

    fn visit_field_value(&mut self, value: &'ast syn::FieldValue) {
        if !self.is_out(&value.attrs) {
            visit::visit_field_value(self, value);
        }
    }

    fn visit_type(&mut self, ty: &'ast Type) {
        match ty {
            Type::Verbatim(tokens) => self.tokens(tokens.clone()),
            other => visit::visit_type(self, other),
        }
    }

    fn visit_pat(&mut self, pat: &'ast Pat) {
        match pat {
            Pat::Verbatim(tokens) => self.tokens(tokens.clone()),
            other => visit::visit_pat(self, other),
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        self.opening_call(call);
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.method(call);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_path(&mut self, expr: &'ast syn::ExprPath) {
        self.path(expr.qself.as_ref(), &expr.path, Position::Value);
    }

    fn visit_type_path(&mut self, ty: &'ast syn::TypePath) {
        self.path(ty.qself.as_ref(), &ty.path, Position::Type);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.path(None, path, Position::Type);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.macro_call(&Written::of(&mac.path), mac.path.span(), &mac.tokens);
    }
}

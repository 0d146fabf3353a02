//! What is done at each kind of syntax.

use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ForeignItem, ImplItem, Item, Pat, Safety, Stmt, TraitItem, Type};

use super::Capability;
use super::mention::Position;
use super::scopes::Written;
use super::syntax::attributes_of;
use super::walk::Walk;
use crate::scan::attributes::of_item;

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

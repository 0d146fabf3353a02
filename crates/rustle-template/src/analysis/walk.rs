//! Expressions.

use std::sync::Arc;

use rustle_value::Value;

use super::{Analysis, FileUse, LookupUse, VariableUse, conditions, name_use};
use crate::ast::{Args, Expr, ExprKind};

/// A walk through a tree.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) found: Analysis,
    /// The names that are local, of the outermost scope first.
    pub(super) scopes: Vec<Vec<Arc<str>>>,
    /// The variables that are known to be defined.
    pub(super) defined: Vec<Arc<str>>,
}

impl Walk {
    /// What was found, in the order of the text, with a header of `base` bytes before it.
    pub(super) fn finished(mut self, base: usize) -> Analysis {
        let found = &mut self.found;
        found.variables.iter_mut().for_each(|it| it.offset += base);
        let names = [&mut found.filters, &mut found.tests, &mut found.functions];
        names.into_iter().flatten().for_each(|it| it.offset += base);
        found.lookups.iter_mut().for_each(|it| it.offset += base);
        found.files.iter_mut().for_each(|it| it.offset += base);
        found.variables.sort_by_key(|it| it.offset);
        self.found
    }

    fn is_local(&self, name: &str) -> bool {
        self.scopes.iter().flatten().any(|known| **known == *name)
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        self.visit(expr, false);
    }

    /// Visits with the names in `more` known to be defined.
    pub(super) fn assuming(&mut self, more: Vec<Arc<str>>, visit: impl FnOnce(&mut Walk)) {
        let before = self.defined.len();
        self.defined.extend(more);
        visit(self);
        self.defined.truncate(before);
    }

    fn visit(&mut self, expr: &Expr, guarded: bool) {
        match &expr.kind {
            ExprKind::Name(_) | ExprKind::Attribute(..) | ExprKind::Item(..) => self.path(expr, guarded),
            ExprKind::And(left, right) => {
                self.visit(left, guarded);
                self.assuming(conditions::implied(left, true), |walk| walk.visit(right, guarded));
            }
            ExprKind::Or(left, right) => {
                self.visit(left, guarded);
                self.assuming(conditions::implied(left, false), |walk| walk.visit(right, guarded));
            }
            ExprKind::Conditional { condition, then, otherwise } => {
                self.expr(condition);
                self.assuming(conditions::implied(condition, true), |walk| walk.visit(then, guarded));
                if let Some(otherwise) = otherwise {
                    let implied = conditions::implied(condition, false);
                    self.assuming(implied, |walk| walk.visit(otherwise, guarded));
                }
            }
            ExprKind::Filter(value, name, args) => {
                self.found.filters.push(name_use(name, expr.span));
                let guards = conditions::is_named(name, &["default", "d"]);
                if let Some(value) = value {
                    self.visit(value, guards || guarded);
                }
                // What `default` falls back to is what comes out of it: guarded if that is.
                args.expressions().for_each(|arg| self.visit(arg, guards && guarded));
            }
            ExprKind::Test(value, name, args) => {
                self.found.tests.push(name_use(name, expr.span));
                self.visit(value, conditions::is_named(name, &["defined", "undefined"]));
                self.args(args);
            }
            ExprKind::Call(callee, args) => self.call(callee, args, guarded),
            _ => expr.for_each_child(&mut |child| self.expr(child)),
        }
    }

    fn args(&mut self, args: &Args) {
        args.expressions().for_each(|arg| self.expr(arg));
    }

    fn call(&mut self, callee: &Expr, args: &Args, guarded: bool) {
        match &callee.kind {
            ExprKind::Name(name) if !self.is_local(name) => {
                self.found.functions.push(name_use(name, callee.span));
                if matches!(&**name, "lookup" | "query" | "q") {
                    self.lookup(callee, args);
                }
            }
            ExprKind::Name(_) => {}
            // A method: what it is called on is what counts.
            ExprKind::Attribute(value, _) => self.visit(value, guarded),
            _ => self.expr(callee),
        }
        self.args(args);
    }

    fn lookup(&mut self, callee: &Expr, args: &Args) {
        let mut terms = args.positional.iter();
        let name = terms.next();
        let span = name.map_or(callee.span, |name| name.span);
        self.found.lookups.push(LookupUse {
            name: name.and_then(literal).and_then(|name| name.as_str().map(Arc::from)),
            terms: terms.map(literal).collect(),
            named: args.named.iter().map(|(name, value)| (name.clone(), literal(value))).collect(),
            offset: span.offset(),
            len: span.len(),
        });
    }

    /// A variable with the attributes that are taken of it.
    fn path(&mut self, expr: &Expr, guarded: bool) {
        let mut path = Vec::new();
        match self.root(expr, &mut path) {
            Some(name) if !self.is_local(name) => {
                let guarded = guarded || self.defined.iter().any(|known| **known == **name);
                if !crate::eval::is_global(name) {
                    let (offset, len) = (expr.span.offset(), expr.span.len());
                    self.found.variables.push(VariableUse { path, offset, len, guarded });
                }
            }
            _ => {}
        }
    }

    /// Fills `path`, visits what stands in the brackets, and returns the name that it begins with, if it begins with one.
    fn root<'e>(&mut self, expr: &'e Expr, path: &mut Vec<Arc<str>>) -> Option<&'e Arc<str>> {
        match &expr.kind {
            ExprKind::Name(name) => {
                path.push(name.clone());
                Some(name)
            }
            ExprKind::Attribute(value, name) => {
                let root = self.root(value, path);
                path.push(name.clone());
                root
            }
            ExprKind::Item(value, item) => {
                let root = self.root(value, path);
                match literal(item) {
                    Some(item) => path.push(Arc::from(item.to_string())),
                    None => {
                        // What is taken is not known, nor is anything behind it.
                        self.expr(item);
                        path.push(Arc::from("*"));
                    }
                }
                root
            }
            _ => {
                self.expr(expr);
                None
            }
        }
    }

    /// A place where another template is named.
    pub(super) fn file(&mut self, expr: &Expr, optional: bool) {
        self.expr(expr);
        let names = literal(expr).and_then(|value| match &value {
            Value::Str(name) => Some(vec![name.clone()]),
            Value::List(items) | Value::Tuple(items) => {
                items.iter().map(|item| item.as_str().map(Arc::from)).collect()
            }
            _ => None,
        });
        let (offset, len) = (expr.span.offset(), expr.span.len());
        self.found.files.push(FileUse { names, optional, offset, len });
    }
}

/// The value of an expression that is made of literals alone.
fn literal(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Literal(value) => Some(value.clone()),
        ExprKind::List(items) => items.iter().map(literal).collect::<Option<Vec<_>>>().map(Value::from),
        ExprKind::Tuple(items) => items.iter().map(literal).collect::<Option<Vec<_>>>().map(Value::tuple),
        _ => None,
    }
}

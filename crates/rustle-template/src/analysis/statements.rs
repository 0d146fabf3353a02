//! Statements.

use std::sync::Arc;

use super::conditions;
use super::walk::Walk;
use crate::ast::{Macro, Stmt};
use crate::compile::names;

impl Walk {
    pub(super) fn template(&mut self, statements: &[Stmt]) {
        let mut local = names::assigned(statements);
        local.extend(["self", "super"].map(Arc::from));
        self.scoped(local, statements);
    }

    /// Statements in a scope with the names in `local`.
    fn scoped(&mut self, local: Vec<Arc<str>>, statements: &[Stmt]) {
        self.scopes.push(local);
        self.statements(statements);
        self.scopes.pop();
    }

    /// Statements in a scope of their own.
    fn inner(&mut self, statements: &[Stmt]) {
        self.scoped(names::assigned(statements), statements);
    }

    fn statements(&mut self, statements: &[Stmt]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Text(_) | Stmt::Break | Stmt::Continue => {}
            Stmt::Output(expr) | Stmt::Do(expr) => self.expr(expr),
            Stmt::Set(_, expr) => self.expr(expr),
            Stmt::If { branches, otherwise } => {
                let before = self.defined.len();
                for (condition, body) in branches {
                    self.expr(condition);
                    let implied = conditions::implied(condition, true);
                    self.assuming(implied, |walk| walk.statements(body));
                    // The branches behind it are only reached if it does not hold.
                    self.defined.extend(conditions::implied(condition, false));
                }
                self.statements(otherwise);
                self.defined.truncate(before);
            }
            Stmt::For(it) => {
                self.expr(&it.iter);
                self.inner(&it.otherwise);
                let mut local = names::assigned(&it.body);
                local.push(Arc::from("loop"));
                names::of_target(&it.target, &mut local);
                self.scopes.push(local);
                it.test.iter().for_each(|test| self.expr(test));
                self.statements(&it.body);
                self.scopes.pop();
            }
            Stmt::SetBlock(_, filter, body) => {
                filter.iter().for_each(|filter| self.expr(filter));
                self.inner(body);
            }
            Stmt::With(bindings, body) => {
                bindings.iter().for_each(|(_, value)| self.expr(value));
                let mut local = names::assigned(body);
                bindings.iter().for_each(|(target, _)| names::of_target(target, &mut local));
                self.scoped(local, body);
            }
            Stmt::Macro(it) => self.function(it),
            Stmt::CallBlock(call, caller) => {
                self.expr(call);
                self.function(caller);
            }
            Stmt::FilterBlock(filter, body) => {
                self.expr(filter);
                self.inner(body);
            }
            Stmt::Include { template, ignore_missing, .. } => self.file(template, *ignore_missing),
            Stmt::Import { template, .. } | Stmt::FromImport { template, .. } => self.file(template, false),
            Stmt::Extends(template) => self.file(template, false),
            Stmt::Block(block) => self.inner(&block.body),
            Stmt::Scope(body) => self.inner(body),
        }
    }

    fn function(&mut self, it: &Macro) {
        let mut local = names::assigned(&it.body);
        local.extend(["caller", "varargs", "kwargs"].map(Arc::from));
        local.extend(it.parameters.iter().map(|(name, _)| name.clone()));
        self.scopes.push(local);
        it.parameters.iter().filter_map(|(_, default)| default.as_ref()).for_each(|it| self.expr(it));
        self.statements(&it.body);
        self.scopes.pop();
    }
}

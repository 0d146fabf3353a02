//! Which names a part of a template assigns or mentions.

use std::sync::Arc;

use crate::ast::{Args, Expr, ExprKind, Macro, Stmt, Target};

/// The names that `statements` assign in their own scope: those of inner scopes are not among them.
pub(crate) fn assigned(statements: &[Stmt]) -> Vec<Arc<str>> {
    let mut names = Vec::new();
    collect(statements, &mut names);
    names
}

fn collect(statements: &[Stmt], names: &mut Vec<Arc<str>>) {
    for statement in statements {
        match statement {
            Stmt::Set(target, _) | Stmt::SetBlock(target, ..) => of_target(target, names),
            Stmt::Macro(it) => add(&it.name, names),
            Stmt::Import { name, .. } => add(name, names),
            Stmt::FromImport { names: imported, .. } => {
                imported.iter().for_each(|(_, alias)| add(alias, names));
            }
            Stmt::If { branches, otherwise } => {
                branches.iter().for_each(|(_, body)| collect(body, names));
                collect(otherwise, names);
            }
            _ => {}
        }
    }
}

/// The names that `target` assigns.
pub(crate) fn of_target(target: &Target, names: &mut Vec<Arc<str>>) {
    match target {
        Target::Name(name, _) => add(name, names),
        Target::Tuple(targets, _) => targets.iter().for_each(|target| of_target(target, names)),
        Target::Attribute(..) => {}
    }
}

fn add(name: &Arc<str>, names: &mut Vec<Arc<str>>) {
    if !names.contains(name) {
        names.push(name.clone());
    }
}

/// Whether `name` is read anywhere in `statements`, or could be by a template that they include.
pub(super) fn mentions(statements: &[Stmt], name: &str) -> bool {
    statements.iter().any(|statement| in_statement(statement, name))
}

fn in_statement(statement: &Stmt, name: &str) -> bool {
    let expr = |expr: &Expr| in_expr(expr, name);
    let body = |body: &[Stmt]| mentions(body, name);
    let target = |target: &Target| matches!(target, Target::Attribute(of, ..) if **of == *name);
    let function = |it: &Macro| {
        it.parameters.iter().any(|(_, default)| default.as_ref().is_some_and(expr)) || body(&it.body)
    };
    match statement {
        Stmt::Text(_) | Stmt::Break | Stmt::Continue => false,
        Stmt::Output(it) | Stmt::Do(it) | Stmt::Extends(it) => expr(it),
        Stmt::If { branches, otherwise } => {
            branches.iter().any(|(condition, then)| expr(condition) || body(then)) || body(otherwise)
        }
        Stmt::For(it) => {
            expr(&it.iter) || it.test.as_ref().is_some_and(expr) || body(&it.body) || body(&it.otherwise)
        }
        Stmt::Set(it, value) => target(it) || expr(value),
        Stmt::SetBlock(it, filter, content) => {
            target(it) || filter.as_ref().is_some_and(expr) || body(content)
        }
        Stmt::With(bindings, content) => bindings.iter().any(|(_, value)| expr(value)) || body(content),
        Stmt::Macro(it) => function(it),
        Stmt::CallBlock(call, caller) => expr(call) || function(caller),
        Stmt::FilterBlock(filter, content) => expr(filter) || body(content),
        Stmt::Include { template, with_context, .. }
        | Stmt::Import { template, with_context, .. }
        | Stmt::FromImport { template, with_context, .. } => *with_context || expr(template),
        Stmt::Block(block) => block.scoped || body(&block.body),
        Stmt::Scope(content) => body(content),
    }
}

/// Whether `name` is read anywhere in `expr`.
pub(super) fn in_expr(expr: &Expr, name: &str) -> bool {
    if let ExprKind::Name(it) = &expr.kind {
        return **it == *name;
    }
    let mut found = false;
    expr.for_each_child(&mut |child| found = found || in_expr(child, name));
    found
}

/// Whether `args` hold text that looks like a template.
pub(super) fn has_embedded(args: &Args) -> bool {
    fn within(expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Literal(value) => value.as_str().is_some_and(crate::has_markers),
            ExprKind::List(_) | ExprKind::Tuple(_) | ExprKind::Dict(_) => {
                let mut found = false;
                expr.for_each_child(&mut |child| found = found || within(child));
                found
            }
            _ => false,
        }
    }
    args.positional.iter().any(within)
}

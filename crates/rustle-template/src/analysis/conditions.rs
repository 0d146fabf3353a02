//! What is known to be defined where a condition holds, or does not.

use std::sync::Arc;

use crate::ast::{Expr, ExprKind};
use crate::parser;

/// The variables that are defined wherever the condition `source` holds, as in `x is defined and …`; none if it is no
/// expression.
pub fn defined_where(source: &str) -> Vec<Arc<str>> {
    // Only the tests `defined` and `undefined` tell.
    if !source.contains("defined") {
        return Vec::new();
    }
    parser::expression(source).map(|condition| implied(&condition, true)).unwrap_or_default()
}

pub(super) fn implied(condition: &Expr, holds: bool) -> Vec<Arc<str>> {
    match &condition.kind {
        ExprKind::Not(inner) => implied(inner, !holds),
        ExprKind::And(left, right) if holds => both(left, right, holds),
        ExprKind::Or(left, right) if !holds => both(left, right, holds),
        // Whichever of the two it is: what both imply.
        ExprKind::And(left, right) | ExprKind::Or(left, right) => {
            let right = implied(right, holds);
            implied(left, holds).into_iter().filter(|name| right.contains(name)).collect()
        }
        ExprKind::Test(value, test, _) => {
            let means_defined = is_named(test, &["defined"]) && holds;
            let means_not_undefined = is_named(test, &["undefined"]) && !holds;
            match root(value) {
                Some(name) if means_defined || means_not_undefined => vec![name.clone()],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

fn both(left: &Expr, right: &Expr, holds: bool) -> Vec<Arc<str>> {
    let mut names = implied(left, holds);
    names.extend(implied(right, holds));
    names
}

/// The variable that an expression takes attributes of.
fn root(expr: &Expr) -> Option<&Arc<str>> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Attribute(value, _) | ExprKind::Item(value, _) => root(value),
        _ => None,
    }
}

/// Whether a filter or test is one of these, with or without its collection.
pub(super) fn is_named(name: &str, names: &[&str]) -> bool {
    names.contains(&name.strip_prefix("ansible.builtin.").unwrap_or(name))
}

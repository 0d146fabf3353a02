//! Expressions.

use rustle_value::Value;

use super::{Compiler, names};
use crate::ast::{self, Expr, ExprKind, Sign};
use crate::code::{Args, Code, FilterCall, Op, TestCall};
use crate::has_markers;

/// The methods that change the list or dictionary that they are called on.
const CHANGING: &[&str] = &[
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
];

impl Compiler<'_> {
    pub(super) fn code(&mut self, expr: &Expr) -> Code {
        let op = match &expr.kind {
            ExprKind::Literal(Value::Str(text)) if self.embedded && has_markers(text) => {
                Op::Embedded(text.clone())
            }
            ExprKind::Literal(value) => Op::Literal(value.clone()),
            ExprKind::Name(name) => return self.name(name, expr.span),
            ExprKind::List(items) => Op::List(self.codes(items)),
            ExprKind::Tuple(items) => Op::Tuple(self.codes(items)),
            ExprKind::Dict(entries) => {
                Op::Dict(entries.iter().map(|(key, value)| (self.code(key), self.code(value))).collect())
            }
            ExprKind::Sign(Sign::Minus, inner) => Op::Minus(self.boxed(inner)),
            ExprKind::Sign(Sign::Plus, inner) => Op::Plus(self.boxed(inner)),
            ExprKind::Not(inner) => Op::Not(self.boxed(inner)),
            ExprKind::Binary(op, left, right) => Op::Binary(*op, self.pair(left, right)),
            ExprKind::Concat(parts) => Op::Concat(self.codes(parts)),
            ExprKind::And(left, right) => Op::And(self.pair(left, right)),
            ExprKind::Or(left, right) => Op::Or(self.pair(left, right)),
            ExprKind::Compare(first, rest) => {
                let first = self.boxed(first);
                Op::Compare(first, rest.iter().map(|(op, operand)| (*op, self.code(operand))).collect())
            }
            ExprKind::Attribute(value, name) => Op::Attribute(self.boxed(value), name.clone()),
            ExprKind::Item(value, item) => Op::Item(self.pair(value, item)),
            ExprKind::Slice(value, bounds) => {
                let value = self.code(value);
                let [start, stop, step] = bounds.as_ref();
                let mut bound = |bound: &Option<Expr>| bound.as_ref().map(|bound| self.code(bound));
                Op::Slice(Box::new((value, [bound(start), bound(stop), bound(step)])))
            }
            ExprKind::Call(callee, args) => self.call(callee, args),
            ExprKind::Filter(value, name, args) => {
                let value = match value {
                    Some(value) => self.code(value),
                    None => Code { op: Op::Literal(Value::None), at: expr.span.start },
                };
                self.filter(name, value, args)
            }
            ExprKind::Test(value, name, args) => self.test(value, name, args),
            ExprKind::Conditional { condition, then, otherwise } => {
                let otherwise = otherwise.as_ref().map(|otherwise| self.code(otherwise));
                Op::Conditional(Box::new((self.code(condition), self.code(then), otherwise)))
            }
        };
        Code { op, at: expr.span.start }
    }

    fn boxed(&mut self, expr: &Expr) -> Box<Code> {
        Box::new(self.code(expr))
    }

    fn pair(&mut self, left: &Expr, right: &Expr) -> Box<(Code, Code)> {
        Box::new((self.code(left), self.code(right)))
    }

    fn codes(&mut self, exprs: &[Expr]) -> Vec<Code> {
        exprs.iter().map(|expr| self.code(expr)).collect()
    }

    fn args(&mut self, args: &ast::Args) -> Args {
        Args {
            positional: self.codes(&args.positional),
            named: args.named.iter().map(|(name, value)| (name.clone(), self.code(value))).collect(),
            star: args.star.as_ref().map(|expr| self.code(expr)),
            star_star: args.star_star.as_ref().map(|expr| self.code(expr)),
        }
    }

    fn call(&mut self, callee: &Expr, args: &ast::Args) -> Op {
        if let ExprKind::Attribute(value, name) = &callee.kind {
            self.changes |= CHANGING.contains(&&**name);
            return Op::Method(Box::new((self.code(value), name.clone(), self.args(args))));
        }
        let callee_code = self.code(callee);
        // For the sake of old playbooks, templates within the literal terms of a lookup are rendered.
        let is_lookup =
            matches!(&callee.kind, ExprKind::Name(name) if matches!(&**name, "lookup" | "query" | "q"));
        let before = self.embedded;
        self.embedded = before || (is_lookup && names::has_embedded(args));
        let positional = self.codes(&args.positional);
        self.embedded = before;
        let rest = self.args(&ast::Args { positional: Vec::new(), ..args.clone() });
        Op::Call(Box::new((callee_code, Args { positional, ..rest })))
    }

    /// The filter `name` of `value`.
    pub(super) fn filter(&mut self, name: &std::sync::Arc<str>, value: Code, args: &ast::Args) -> Op {
        let filter = self.registry.filter(name).copied();
        Op::Filter(Box::new(FilterCall { name: name.clone(), filter, value, args: self.args(args) }))
    }

    fn test(&mut self, value: &Expr, name: &std::sync::Arc<str>, args: &ast::Args) -> Op {
        let value = self.code(value);
        match &**name {
            "defined" | "ansible.builtin.defined" if args.is_empty() => Op::Defined(Box::new(value), false),
            "undefined" | "ansible.builtin.undefined" if args.is_empty() => {
                Op::Defined(Box::new(value), true)
            }
            _ => {
                let test = self.registry.test(name).copied();
                Op::Test(Box::new(TestCall { name: name.clone(), test, value, args: self.args(args) }))
            }
        }
    }
}

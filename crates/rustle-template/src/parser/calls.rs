//! Calls, filters and tests.

use std::sync::Arc;

use super::Parser;
use crate::ast::{Args, Expr, ExprKind, Span};
use crate::error::SyntaxError;
use crate::lexer::{Kind, Op};

impl Parser<'_, '_> {
    pub(super) fn call(&mut self, callee: Expr) -> Result<Expr, SyntaxError> {
        let start = callee.span;
        let args = Box::new(self.arguments()?);
        self.make(ExprKind::Call(Box::new(callee), args), start)
    }

    fn arguments(&mut self) -> Result<Args, SyntaxError> {
        let open = self.span();
        self.expect_op(Op::LParen)?;
        let mut args = Args::default();
        let mut first = true;
        while !self.is_op(Op::RParen) {
            if !first {
                self.expect_op(Op::Comma)?;
                if self.is_op(Op::RParen) {
                    break;
                }
            }
            first = false;
            let unstarred = args.star.is_none() && args.star_star.is_none();
            let in_order = match (self.current(), self.peek()) {
                (Kind::Op(Op::Mul), _) => {
                    self.advance();
                    args.star = Some(self.expression()?);
                    unstarred
                }
                (Kind::Op(Op::Pow), _) => {
                    let ok = args.star_star.is_none();
                    self.advance();
                    args.star_star = Some(self.expression()?);
                    ok
                }
                (Kind::Name(name), Kind::Op(Op::Assign)) => {
                    let name: Arc<str> = Arc::from(*name);
                    if args.named.iter().any(|(known, _)| *known == name) {
                        return Err(self.fail(format!("keyword argument repeated: {name}")));
                    }
                    self.advance();
                    self.advance();
                    let value = self.expression()?;
                    args.named.push((name, value));
                    args.star_star.is_none()
                }
                _ => {
                    args.positional.push(self.expression()?);
                    unstarred && args.named.is_empty()
                }
            };
            if !in_order {
                return Err(self.fail_at(open, "invalid syntax for function call expression"));
            }
        }
        self.expect_op(Op::RParen)?;
        Ok(args)
    }

    /// `| filter` and `is test`, as often as they follow.
    pub(super) fn filters_and_tests(&mut self, mut expr: Expr) -> Result<Expr, SyntaxError> {
        loop {
            expr = match self.current() {
                Kind::Op(Op::Pipe) => {
                    self.advance();
                    self.filter(Some(expr))?
                }
                Kind::Name("is") => self.test(expr)?,
                Kind::Op(Op::LParen) => self.call(expr)?,
                _ => return Ok(expr),
            };
        }
    }

    /// The filters of a filter block or of a set block, which have no value yet.
    pub(super) fn filter_chain(&mut self) -> Result<Expr, SyntaxError> {
        let mut expr = self.filter(None)?;
        while self.skip_op(Op::Pipe) {
            expr = self.filter(Some(expr))?;
        }
        Ok(expr)
    }

    fn filter(&mut self, value: Option<Expr>) -> Result<Expr, SyntaxError> {
        let (name, span) = self.dotted_name()?;
        let args = match self.is_op(Op::LParen) {
            true => self.arguments()?,
            false => Args::default(),
        };
        let mut expr = self.make(ExprKind::Filter(value.map(Box::new), name, Box::new(args)), span)?;
        // The span of a filter is its name: that is what a message about it points at.
        expr.span = span;
        Ok(expr)
    }

    fn test(&mut self, value: Expr) -> Result<Expr, SyntaxError> {
        self.advance();
        let start = self.span();
        let negated = self.skip_name("not");
        let (name, span) = self.dotted_name()?;
        let mut args = Args::default();
        match self.current() {
            Kind::Op(Op::LParen) => args = self.arguments()?,
            Kind::Name("else" | "or" | "and") => {}
            Kind::Name("is") => return Err(self.fail("You cannot chain multiple tests with is")),
            Kind::Name(_)
            | Kind::Str(_)
            | Kind::Int(_)
            | Kind::Float(_)
            | Kind::Op(Op::LBracket | Op::LBrace) => {
                let argument = self.nested(Self::primary)?;
                args.positional.push(self.postfix(argument)?);
            }
            _ => {}
        }
        let mut expr = self.make(ExprKind::Test(Box::new(value), name, Box::new(args)), span)?;
        expr.span = span;
        if negated { self.make(ExprKind::Not(Box::new(expr)), start) } else { Ok(expr) }
    }

    /// `name`, or `namespace.collection.name`.
    fn dotted_name(&mut self) -> Result<(Arc<str>, Span), SyntaxError> {
        let (first, start) = self.expect_name()?;
        let mut name = first.to_owned();
        while self.skip_op(Op::Dot) {
            name.push('.');
            name.push_str(self.expect_name()?.0);
        }
        Ok((name.into(), self.since(start)))
    }
}

//! Operators, from the loosest to the tightest.

use super::Parser;
use crate::ast::{Binary, Comparator, Expr, ExprKind, Sign, Span};
use crate::error::SyntaxError;
use crate::lexer::{Kind, Op};

/// How tightly the operators bind.
mod level {
    pub const OR: u8 = 1;
    pub const AND: u8 = 2;
    pub const NOT: u8 = 3;
    pub const COMPARE: u8 = 4;
    pub const SUM: u8 = 5;
    pub const CONCAT: u8 = 6;
    pub const PRODUCT: u8 = 7;
    pub const POWER: u8 = 8;
    pub const OPERAND: u8 = 9;
}

/// What stands between two operands.
#[derive(Clone, Copy)]
enum Infix {
    Or,
    And,
    Compare(Comparator),
    Concat,
    Binary(Binary),
}

impl Parser<'_, '_> {
    /// `a if b else c`, or anything tighter.
    pub(super) fn expression(&mut self) -> Result<Expr, SyntaxError> {
        let start = self.span();
        let mut expr = self.without_condition()?;
        while self.skip_name("if") {
            let condition = Box::new(self.without_condition()?);
            let otherwise = match self.skip_name("else") {
                true => Some(Box::new(self.nested(Self::expression)?)),
                false => None,
            };
            expr = self.make(ExprKind::Conditional { condition, then: Box::new(expr), otherwise }, start)?;
        }
        Ok(expr)
    }

    /// An expression that is no `a if b`.
    pub(super) fn without_condition(&mut self) -> Result<Expr, SyntaxError> {
        self.binary(level::OR)
    }

    /// An expression whose operators bind at least as tightly as `loosest`.
    fn binary(&mut self, loosest: u8) -> Result<Expr, SyntaxError> {
        let start = self.span();
        let mut left = if loosest <= level::NOT && self.skip_name("not") {
            let inner = self.nested(|parser| parser.binary(level::NOT))?;
            self.make(ExprKind::Not(Box::new(inner)), start)?
        } else if loosest >= level::OPERAND {
            return self.nested(|parser| parser.unary(true));
        } else {
            self.nested(|parser| parser.unary(true))?
        };
        // `not a == b` has taken its comparison with it: what follows binds more loosely.
        while let Some((infix, level, words)) = self.infix() {
            if level < loosest {
                break;
            }
            left = match infix {
                Infix::Compare(first) => self.comparison(left, first, words, start)?,
                Infix::Concat => self.concat(left, start)?,
                _ => {
                    self.advance();
                    let right = Box::new(self.binary(level + 1)?);
                    let left = Box::new(left);
                    let kind = match infix {
                        Infix::Or => ExprKind::Or(left, right),
                        Infix::And => ExprKind::And(left, right),
                        Infix::Binary(op) => ExprKind::Binary(op, left, right),
                        Infix::Compare(_) | Infix::Concat => return Err(self.fail("unexpected operator")),
                    };
                    self.make(kind, start)?
                }
            };
        }
        Ok(left)
    }

    /// `a < b <= c`: one chain.
    fn comparison(
        &mut self,
        first: Expr,
        comparator: Comparator,
        words: usize,
        start: Span,
    ) -> Result<Expr, SyntaxError> {
        let mut rest = Vec::new();
        let mut next = Some((comparator, words));
        while let Some((comparator, words)) = next {
            for _ in 0..words {
                self.advance();
            }
            rest.push((comparator, self.binary(level::SUM)?));
            next = match self.infix() {
                Some((Infix::Compare(comparator), _, words)) => Some((comparator, words)),
                _ => None,
            };
        }
        self.make(ExprKind::Compare(Box::new(first), rest), start)
    }

    /// `a ~ b ~ c`: one list.
    fn concat(&mut self, first: Expr, start: Span) -> Result<Expr, SyntaxError> {
        let mut parts = vec![first];
        while self.skip_op(Op::Tilde) {
            parts.push(self.binary(level::PRODUCT)?);
        }
        self.make(ExprKind::Concat(parts), start)
    }

    /// The operator that is looked at, how tightly it binds, and how many tokens it has.
    fn infix(&self) -> Option<(Infix, u8, usize)> {
        let compare = |comparator| (Infix::Compare(comparator), level::COMPARE, 1);
        let product = |op| (Infix::Binary(op), level::PRODUCT, 1);
        Some(match self.current() {
            Kind::Name("or") => (Infix::Or, level::OR, 1),
            Kind::Name("and") => (Infix::And, level::AND, 1),
            Kind::Name("in") => compare(Comparator::In),
            Kind::Name("not") if matches!(self.peek(), Kind::Name("in")) => {
                (Infix::Compare(Comparator::NotIn), level::COMPARE, 2)
            }
            Kind::Op(op) => match op {
                Op::Eq => compare(Comparator::Eq),
                Op::Ne => compare(Comparator::Ne),
                Op::Lt => compare(Comparator::Lt),
                Op::Le => compare(Comparator::Le),
                Op::Gt => compare(Comparator::Gt),
                Op::Ge => compare(Comparator::Ge),
                Op::Add => (Infix::Binary(Binary::Add), level::SUM, 1),
                Op::Sub => (Infix::Binary(Binary::Sub), level::SUM, 1),
                Op::Tilde => (Infix::Concat, level::CONCAT, 1),
                Op::Mul => product(Binary::Mul),
                Op::Div => product(Binary::Div),
                Op::FloorDiv => product(Binary::FloorDiv),
                Op::Mod => product(Binary::Mod),
                Op::Pow => (Infix::Binary(Binary::Pow), level::POWER, 1),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// A sign and an operand, and what is hung onto them; also filters and tests if `with_filter`.
    pub(super) fn unary(&mut self, with_filter: bool) -> Result<Expr, SyntaxError> {
        let start = self.span();
        let sign = match self.current() {
            Kind::Op(Op::Sub) => Some(Sign::Minus),
            Kind::Op(Op::Add) => Some(Sign::Plus),
            _ => None,
        };
        let expr = match sign {
            Some(sign) => {
                self.advance();
                let inner = self.nested(|parser| parser.unary(false))?;
                self.make(ExprKind::Sign(sign, Box::new(inner)), start)?
            }
            None => self.primary()?,
        };
        let expr = self.postfix(expr)?;
        if with_filter { self.filters_and_tests(expr) } else { Ok(expr) }
    }
}

//! What a template says: its tree, with the place of everything.

use std::sync::Arc;

use rustle_value::Value;

/// A place in the text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
    /// How many expressions lie within one another here, this one included.
    pub(crate) depth: u16,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `none`, `true`, `1`, `1.5`, `'text'`
    Literal(Value),
    /// `name`
    Name(Arc<str>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `(a, b)`
    Tuple(Vec<Expr>),
    /// `{a: b}`
    Dict(Vec<(Expr, Expr)>),
    /// `-a`, `+a`
    Sign(Sign, Box<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `a + b`
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `a ~ b ~ c`
    Concat(Vec<Expr>),
    /// `a and b`
    And(Box<Expr>, Box<Expr>),
    /// `a or b`
    Or(Box<Expr>, Box<Expr>),
    /// `a < b <= c`
    Compare(Box<Expr>, Vec<(Comparator, Expr)>),
    /// `a.name`
    Attribute(Box<Expr>, Arc<str>),
    /// `a[b]`, `a.0`
    Item(Box<Expr>, Box<Expr>),
    /// `a[b:c:d]`
    Slice(Box<Expr>, Box<[Option<Expr>; 3]>),
    /// `a(b, *c, d=e, **f)`
    Call(Box<Expr>, Box<Args>),
    /// `a | name(b)`; without a value at the head of a filter block.
    Filter(Option<Box<Expr>>, Arc<str>, Box<Args>),
    /// `a is name(b)`
    Test(Box<Expr>, Arc<str>, Box<Args>),
    /// `a if b else c`
    Conditional {
        /// `b`
        condition: Box<Expr>,
        /// `a`
        then: Box<Expr>,
        /// `c`
        otherwise: Option<Box<Expr>>,
    },
}

/// The arguments of a call.
#[derive(Clone, Debug, Default)]
pub struct Args {
    /// `a`
    pub positional: Vec<Expr>,
    /// `name=a`
    pub named: Vec<(Arc<str>, Expr)>,
    /// `*a`
    pub star: Option<Expr>,
    /// `**a`
    pub star_star: Option<Expr>,
}

/// A sign before an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `-`
    Minus,
    /// `+`
    Plus,
}

/// An arithmetic operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `//`
    FloorDiv,
    /// `%`
    Mod,
    /// `**`
    Pow,
}

/// An operator that compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

/// What is assigned to.
#[derive(Clone, Debug)]
pub enum Target {
    /// `name`
    Name(Arc<str>, Span),
    /// `a, (b, c)`
    Tuple(Vec<Target>, Span),
    /// `namespace.name`
    Attribute(Arc<str>, Arc<str>, Span),
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Stmt {
    /// Text as it is.
    Text(Arc<str>),
    /// `{{ a }}`
    Output(Expr),
    /// `{% if a %}…{% elif b %}…{% else %}…{% endif %}`
    If {
        /// Each condition with what it guards.
        branches: Vec<(Expr, Vec<Stmt>)>,
        /// What stands behind `else`.
        otherwise: Vec<Stmt>,
    },
    /// `{% for a in b if c recursive %}…{% else %}…{% endfor %}`
    For(Box<For>),
    /// `{% set a = b %}`
    Set(Target, Expr),
    /// `{% set a | filter %}…{% endset %}`
    SetBlock(Target, Option<Expr>, Vec<Stmt>),
    /// `{% with a = b %}…{% endwith %}`
    With(Vec<(Target, Expr)>, Vec<Stmt>),
    /// `{% macro name(a, b=c) %}…{% endmacro %}`
    Macro(Box<Macro>),
    /// `{% call(a) name(b) %}…{% endcall %}`
    CallBlock(Expr, Box<Macro>),
    /// `{% filter name %}…{% endfilter %}`
    FilterBlock(Expr, Vec<Stmt>),
    /// `{% include a %}`
    Include {
        /// The name, or a list of names of which the first that is there is taken.
        template: Expr,
        /// `ignore missing`
        ignore_missing: bool,
        /// Whether it sees the local names.
        with_context: bool,
    },
    /// `{% import a as name %}`
    Import {
        /// The name of the file.
        template: Expr,
        /// What it is called here.
        name: Arc<str>,
        /// Whether it sees the variables.
        with_context: bool,
    },
    /// `{% from a import b as c %}`
    FromImport {
        /// The name of the file.
        template: Expr,
        /// What is taken, and what it is called here.
        names: Vec<(Arc<str>, Arc<str>)>,
        /// Whether it sees the variables.
        with_context: bool,
    },
    /// `{% block name %}…{% endblock %}`
    Block(Arc<Block>),
    /// `{% extends a %}`
    Extends(Expr),
    /// `{% autoescape a %}…{% endautoescape %}`, which only opens a scope here.
    Scope(Vec<Stmt>),
    /// `{% do a %}`
    Do(Expr),
    /// `{% break %}`
    Break,
    /// `{% continue %}`
    Continue,
}

/// A loop.
#[derive(Clone, Debug)]
pub struct For {
    /// What each item is called.
    pub target: Target,
    /// What is gone through.
    pub iter: Expr,
    /// Which items are taken.
    pub test: Option<Expr>,
    /// Whether `loop(…)` goes deeper.
    pub recursive: bool,
    /// What is done for each.
    pub body: Vec<Stmt>,
    /// What is done if there is none.
    pub otherwise: Vec<Stmt>,
}

/// A macro.
#[derive(Clone, Debug)]
pub struct Macro {
    /// What it is called; `caller` for the content of a call block.
    pub name: Arc<str>,
    /// Its parameters, those with defaults last.
    pub parameters: Vec<(Arc<str>, Option<Expr>)>,
    /// What it renders.
    pub body: Vec<Stmt>,
    /// Where its head stands.
    pub span: Span,
}

/// A block that a template which extends this one may replace.
#[derive(Clone, Debug)]
pub struct Block {
    /// What it is called.
    pub name: Arc<str>,
    /// Whether it sees the local names.
    pub scoped: bool,
    /// Whether it must be replaced.
    pub required: bool,
    /// What it renders.
    pub body: Vec<Stmt>,
    /// Where its head stands.
    pub span: Span,
}

impl Span {
    /// From `start` to `end`.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start: start.try_into().unwrap_or(u32::MAX), end: end.try_into().unwrap_or(u32::MAX) }
    }

    /// From the start of this to the end of `other`.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end }
    }

    /// Where it begins, in bytes.
    pub fn offset(self) -> usize {
        self.start as usize
    }

    /// How many bytes it has.
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl Args {
    /// Every expression among the arguments.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let named = self.named.iter().map(|(_, value)| value);
        self.positional.iter().chain(named).chain(&self.star).chain(&self.star_star)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.expressions().next().is_none()
    }
}

impl Expr {
    /// An expression, and how deep it is.
    pub fn new(kind: ExprKind, span: Span) -> Expr {
        let mut expr = Expr { kind, span, depth: 1 };
        let mut deepest = 0;
        expr.for_each_child(&mut |child| deepest = deepest.max(child.depth));
        expr.depth = deepest.saturating_add(1);
        expr
    }

    /// Calls `visit` with every expression that stands directly in this one, in the order of the text.
    pub fn for_each_child<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Name(_) => {}
            ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Concat(items) => {
                items.iter().for_each(visit);
            }
            ExprKind::Dict(entries) => entries.iter().for_each(|(key, value)| {
                visit(key);
                visit(value);
            }),
            ExprKind::Sign(_, inner) | ExprKind::Not(inner) | ExprKind::Attribute(inner, _) => visit(inner),
            ExprKind::Binary(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Item(left, right) => {
                visit(left);
                visit(right);
            }
            ExprKind::Compare(first, rest) => {
                visit(first);
                rest.iter().for_each(|(_, operand)| visit(operand));
            }
            ExprKind::Slice(value, bounds) => {
                visit(value);
                bounds.iter().flatten().for_each(visit);
            }
            ExprKind::Call(callee, args) => {
                visit(callee);
                args.expressions().for_each(visit);
            }
            ExprKind::Filter(value, _, args) => {
                value.iter().for_each(|value| visit(value));
                args.expressions().for_each(visit);
            }
            ExprKind::Test(value, _, args) => {
                visit(value);
                args.expressions().for_each(visit);
            }
            ExprKind::Conditional { condition, then, otherwise } => {
                visit(then);
                visit(condition);
                otherwise.iter().for_each(|otherwise| visit(otherwise));
            }
        }
    }
}

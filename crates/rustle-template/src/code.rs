//! What is evaluated: the tree of [`crate::ast`] with every name resolved.
//!
//! Names that the template assigns are slots of an activation, filters and tests are functions. What a name may be is
//! settled here once, not each time it is evaluated.

use std::ops::Range;
use std::sync::Arc;

use rustle_value::Value;

use crate::ast::{Binary, Comparator};
use crate::registry::{Filter, Test};

/// An expression.
pub(crate) struct Code {
    pub(crate) op: Op,
    /// Where it stands, in bytes.
    pub(crate) at: u32,
}

/// What an expression does.
pub(crate) enum Op {
    Literal(Value),
    /// A literal that is itself a template: `lookup('file', '{{ path }}')`.
    Embedded(Arc<str>),
    /// A name that the template does not assign: a variable, or a function.
    Global(Arc<str>),
    /// A name that the template assigns somewhere.
    Local(Local),
    List(Vec<Code>),
    Tuple(Vec<Code>),
    Dict(Vec<(Code, Code)>),
    Minus(Box<Code>),
    Plus(Box<Code>),
    Not(Box<Code>),
    Binary(Binary, Box<(Code, Code)>),
    Concat(Vec<Code>),
    And(Box<(Code, Code)>),
    Or(Box<(Code, Code)>),
    Compare(Box<Code>, Vec<(Comparator, Code)>),
    Attribute(Box<Code>, Arc<str>),
    Item(Box<(Code, Code)>),
    Slice(Box<(Code, [Option<Code>; 3])>),
    Call(Box<(Code, Args)>),
    Method(Box<(Code, Arc<str>, Args)>),
    Filter(Box<FilterCall>),
    Test(Box<TestCall>),
    /// `is defined`, or `is undefined` if the flag is set.
    Defined(Box<Code>, bool),
    Conditional(Box<(Code, Code, Option<Code>)>),
}

/// A name that the template assigns: the slots that it may stand in, the innermost first. Until one of them is set, it is
/// whatever it is outside.
pub(crate) struct Local {
    pub(crate) name: Arc<str>,
    pub(crate) places: Vec<Place>,
}

/// A slot, in the activation that is `up` functions out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) up: u16,
    pub(crate) slot: u16,
}

pub(crate) struct Args {
    pub(crate) positional: Vec<Code>,
    pub(crate) named: Vec<(Arc<str>, Code)>,
    pub(crate) star: Option<Code>,
    pub(crate) star_star: Option<Code>,
}

pub(crate) struct FilterCall {
    pub(crate) name: Arc<str>,
    /// Nothing if there is no such filter, which is an error when it is reached.
    pub(crate) filter: Option<Filter>,
    pub(crate) value: Code,
    pub(crate) args: Args,
}

pub(crate) struct TestCall {
    pub(crate) name: Arc<str>,
    pub(crate) test: Option<Test>,
    pub(crate) value: Code,
    pub(crate) args: Args,
}

/// A part of a template.
pub(crate) enum Step {
    Text(Arc<str>),
    Output(Code),
    If(Vec<(Code, Vec<Step>)>, Vec<Step>),
    For(Arc<Loop>),
    Set(Target, Code),
    SetBlock(Target, Option<Filtered>, Scope),
    With(Vec<(Target, Code)>, Scope),
    Macro(Place, Arc<Function>),
    CallBlock(Code, Arc<Function>),
    FilterBlock(Filtered, Scope),
    Include(Box<Include>),
    Import { template: Code, target: Place, visible: Option<Vec<Local>> },
    FromImport { template: Code, names: Vec<(Arc<str>, Place)>, visible: Option<Vec<Local>> },
    Block { name: Arc<str>, visible: Vec<Local> },
    Extends { template: Code, visible: Vec<Local> },
    Scope(Scope),
    Do(Code),
    Break,
    Continue,
}

/// Steps with names of their own, whose slots are emptied at the start.
pub(crate) struct Scope {
    pub(crate) slots: Range<usize>,
    pub(crate) steps: Vec<Step>,
}

/// A filter whose value is the rendered content of a block, which is put into `slot`.
pub(crate) struct Filtered {
    pub(crate) slot: usize,
    pub(crate) code: Code,
}

/// What is assigned to.
pub(crate) enum Target {
    Place(Place),
    Tuple(Vec<Target>),
    /// An attribute of a namespace.
    Attribute(Code, Arc<str>),
}

pub(crate) struct Loop {
    pub(crate) target: Target,
    pub(crate) iter: Code,
    pub(crate) test: Option<Code>,
    pub(crate) body: Scope,
    pub(crate) otherwise: Scope,
    /// Where `loop` stands, if the body asks for it.
    pub(crate) loop_slot: Option<usize>,
    /// A recursive loop runs its body in activations of this many slots.
    pub(crate) own_slots: Option<usize>,
}

pub(crate) struct Include {
    pub(crate) template: Code,
    pub(crate) ignore_missing: bool,
    /// The local names that the included template sees; nothing without context.
    pub(crate) visible: Option<Vec<Local>>,
}

/// A macro, the content of a call block, or a block.
pub(crate) struct Function {
    pub(crate) name: Arc<str>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) varargs: Option<usize>,
    pub(crate) kwargs: Option<usize>,
    pub(crate) caller: Option<usize>,
    pub(crate) slots: usize,
    pub(crate) steps: Vec<Step>,
}

pub(crate) struct Parameter {
    pub(crate) name: Arc<str>,
    pub(crate) slot: usize,
    pub(crate) default: Option<Code>,
}

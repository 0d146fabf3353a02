//! What a template is made of.

use std::fmt;

use rustle_value::Value;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Token<'s> {
    /// What it is.
    pub kind: Kind<'s>,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<'s> {
    /// Text outside of tags.
    Data(&'s str),
    /// `{{`
    VariableBegin,
    /// `}}`
    VariableEnd,
    /// `{%`
    BlockBegin,
    /// `%}`
    BlockEnd,
    /// A name or word.
    Name(&'s str),
    /// A text literal, without its quotes.
    Str(String),
    /// A whole number of any size.
    Int(Value),
    /// A number with a point or an exponent.
    Float(f64),
    /// An operator or other sign.
    Op(Op),
    /// The text is wrong from here on.
    Error(String),
    /// The end of the text.
    Eof,
}

impl fmt::Display for Kind<'_> {
    /// As Jinja2 names tokens in its messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Data(_) => "template data / text",
            Kind::VariableBegin => "begin of print statement",
            Kind::VariableEnd => "end of print statement",
            Kind::BlockBegin => "begin of statement block",
            Kind::BlockEnd => "end of statement block",
            Kind::Name(name) => name,
            Kind::Str(_) => "string",
            Kind::Int(_) => "integer",
            Kind::Float(_) => "float",
            Kind::Op(op) => op.as_str(),
            Kind::Error(message) => message,
            Kind::Eof => "end of template",
        })
    }
}

macro_rules! operators {
    ($($name:ident $text:literal,)*) => {
        /// A sign of the expression language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Op { $($name,)* }

        impl Op {
            /// How it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(Op::$name => $text,)* }
            }

            /// The sign that `text` begins with; the longest wins, so those of two characters stand first.
            pub fn at(text: &str) -> Option<Op> {
                $(if text.starts_with($text) { return Some(Op::$name); })*
                None
            }
        }
    };
}

operators! {
    FloorDiv "//", Pow "**", Eq "==", Ne "!=", Ge ">=", Le "<=",
    Add "+", Sub "-", Div "/", Mul "*", Mod "%", Tilde "~",
    LBracket "[", RBracket "]", LParen "(", RParen ")", LBrace "{", RBrace "}",
    Gt ">", Lt "<", Assign "=", Dot ".", Colon ":", Pipe "|", Comma ",", Semicolon ";",
}

impl Op {
    /// What closes this bracket.
    pub fn closing(self) -> Option<Op> {
        match self {
            Op::LBracket => Some(Op::RBracket),
            Op::LParen => Some(Op::RParen),
            Op::LBrace => Some(Op::RBrace),
            _ => None,
        }
    }

    /// Whether this is a closing bracket.
    pub fn is_closing(self) -> bool {
        matches!(self, Op::RBracket | Op::RParen | Op::RBrace)
    }
}

//! Every template and bare condition that was written.

use std::sync::Arc;

use super::path::ValuePath;
use crate::builtin::takes_command_line;
use crate::source::{Location, SourceFile};
use rustle_template::has_markers;
use rustle_value::yaml::{Node, NodeKind};

/// To whom a [`Snippet`] belongs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The task with this number.
    Task(u32),
    /// Keywords and variables of the play with this index.
    Play(usize),
    /// Keywords and variables of a block or of an `import_tasks`.
    Block,
    /// Keywords and parameters of a use of this role.
    RoleUse(String),
    /// `defaults/`, `vars/` or `meta/` of this role.
    Role(String),
    /// Variables of this group.
    Group(String),
    /// Variables of this host.
    Host(String),
    /// A file of variables that a play or a task names, by its path.
    VarsFile(String),
}

/// What a [`Snippet`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SnippetKind {
    /// Text with templates in it.
    Template,
    /// A bare expression: an item of `when`, `changed_when`, `failed_when`, `until`, `break_when`.
    Condition,
}

/// A template or a bare condition, as it was written.
#[derive(Clone, Debug)]
pub struct Snippet<'a> {
    /// To whom it belongs.
    pub owner: &'a Owner,
    /// Where it stands within its owner: `when[0]`, `vars.port`. The arguments of a task stand below `args`, however they
    /// were written: `args.src`; free-form text, with all `key=value` pairs in it, is `args` itself.
    pub path: ValuePath,
    /// What it is.
    pub kind: SnippetKind,
    /// The text.
    pub text: Arc<str>,
    /// Where it stands, all of it.
    pub location: Location,
    node: &'a Node,
}

impl Snippet<'_> {
    /// Where the byte at `offset` of [`Snippet::text`] was written; the location reaches to the end of the snippet.
    pub fn at(&self, offset: usize) -> Location {
        self.span(offset, self.text.len())
    }

    /// Where the bytes `start..end` of [`Snippet::text`] were written.
    pub fn span(&self, start: usize, end: usize) -> Location {
        super::task::piece(&self.location.file, self.node, start..end.max(start))
    }
}

/// A template or a bare condition that was met: a [`Snippet`] of which nothing is made but what is asked for.
#[derive(Clone, Copy)]
pub struct Occurrence<'a, 'w> {
    /// To whom it belongs.
    pub owner: &'a Owner,
    /// What it is.
    pub kind: SnippetKind,
    /// The text.
    pub text: &'w Arc<str>,
    path: &'w [At<'a>],
    file: &'a Arc<SourceFile>,
    node: &'a Node,
}

impl<'a> Occurrence<'a, '_> {
    /// The keyword or variable that it stands under, the first step of [`Snippet::path`].
    pub fn keyword(&self) -> &'a str {
        match self.path.first() {
            Some(At::Key(name)) => name,
            _ => "",
        }
    }

    /// All of it.
    pub fn snippet(&self) -> Snippet<'a> {
        let path = self.path.iter().fold(ValuePath::root(), |path, at| match at {
            At::Key(key) => path.key(key),
            At::Index(index) => path.index(*index),
        });
        let location = Location::of(self.file, self.node);
        let (owner, kind, text, node) = (self.owner, self.kind, self.text.clone(), self.node);
        Snippet { owner, path, kind, text, location, node }
    }
}

/// The keywords whose values are bare expressions.
const CONDITIONS: [&str; 5] = ["when", "changed_when", "failed_when", "until", "break_when"];

/// Visits the snippets in `node`, a mapping of keywords or of variables. Keywords that hold expressions are looked at as
/// such on the first level, and `break_when` below `loop_control`.
pub(super) fn visit<'a>(
    owner: &'a Owner,
    file: &'a Arc<SourceFile>,
    node: &'a Node,
    keywords: Keywords<'_>,
    visit: &mut Visit<'_, 'a>,
) {
    let mut walk = Walk { owner, file, path: Vec::new(), visit };
    for (key, value) in node.as_mapping().unwrap_or_default() {
        let Some(name) = key.as_text() else { continue };
        let holds = match (name, keywords) {
            (_, Keywords::None) => Holds::Text,
            (name, _) if CONDITIONS.contains(&name) => Holds::Conditions,
            ("loop_control", _) => Holds::LoopControl,
            (name, Keywords::OfTask { action }) if name == action => {
                walk.arguments(action, value);
                continue;
            }
            _ => Holds::Text,
        };
        walk.entry(key, value, holds);
    }
}

/// `\"text\"` in `key=value` pairs as the template sees it, `"text"`, and no byte longer or shorter: each backslash becomes
/// a space outside of the quotes.
fn with_plain_quotes(text: &Arc<str>) -> Arc<str> {
    if !text.contains("\\\"") && !text.contains("\\'") {
        return text.clone();
    }
    let mut plain = String::with_capacity(text.len());
    let mut open = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (c, rest.as_str().chars().next()) {
            ('\\', Some(quote @ ('"' | '\''))) => {
                rest.next();
                if open == Some(quote) {
                    open = None;
                    plain.extend([quote, ' ']);
                } else {
                    open = open.or(Some(quote));
                    plain.extend([' ', quote]);
                }
            }
            ('\\', Some(next)) => {
                rest.next();
                plain.extend([c, next]);
            }
            _ => plain.push(c),
        }
    }
    plain.into()
}

/// What the keys of a mapping are.
#[derive(Clone, Copy)]
pub(super) enum Keywords<'k> {
    /// Names of variables.
    None,
    /// Keywords of anything but a task.
    Shared,
    /// Keywords of a task, whose action stands under this one.
    OfTask { action: &'k str },
}

/// What a value holds.
#[derive(Clone, Copy, PartialEq)]
enum Holds {
    Text,
    Conditions,
    /// A mapping in which `break_when` holds conditions.
    LoopControl,
}

/// One step of the path to where the walk is, made a [`ValuePath`] only where a snippet is found.
#[derive(Clone, Copy)]
enum At<'a> {
    Key(&'a str),
    Index(usize),
}

/// What is done with each snippet.
pub(super) type Visit<'v, 'a> = dyn FnMut(&Occurrence<'a, '_>) + 'v;

struct Walk<'a, 'w, 'v> {
    owner: &'a Owner,
    file: &'a Arc<SourceFile>,
    path: Vec<At<'a>>,
    visit: &'w mut Visit<'v, 'a>,
}

impl<'a> Walk<'a, '_, '_> {
    /// The arguments of a task. Under `action` they can stand a level deeper, under `args`.
    fn arguments(&mut self, action: &str, node: &'a Node) {
        let old = matches!(action, "action" | "local_action");
        let inner = node.get("args").filter(|_| old);
        for arguments in [Some(node), inner].into_iter().flatten() {
            self.path.push(At::Key("args"));
            match &arguments.value {
                NodeKind::Mapping(entries) => {
                    for (key, value) in entries.iter() {
                        if inner.is_none_or(|inner| !std::ptr::eq(inner, value)) {
                            self.entry(key, value, Holds::Text);
                        }
                    }
                }
                // A command line is taken as it is; pairs are text with escapes, which must not be taken for the template's.
                NodeKind::Scalar { text, .. } if !old && !takes_command_line(action) => {
                    self.scalar(arguments, &with_plain_quotes(text), false);
                }
                _ => self.node(arguments, Holds::Text),
            }
            self.path.pop();
        }
    }

    fn entry(&mut self, key: &'a Node, value: &'a Node, holds: Holds) {
        let Some(name) = key.as_text() else { return };
        self.path.push(At::Key(name));
        self.node(key, Holds::Text);
        self.node(value, holds);
        self.path.pop();
    }

    fn node(&mut self, node: &'a Node, holds: Holds) {
        match &node.value {
            NodeKind::Scalar { text, .. } => self.scalar(node, text, holds == Holds::Conditions),
            NodeKind::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.path.push(At::Index(index));
                    self.node(item, holds);
                    self.path.pop();
                }
            }
            NodeKind::Mapping(entries) => {
                for (key, value) in entries.iter() {
                    let condition = holds == Holds::LoopControl && key.as_text() == Some("break_when");
                    self.entry(key, value, if condition { Holds::Conditions } else { Holds::Text });
                }
            }
        }
    }

    fn scalar(&mut self, node: &'a Node, text: &Arc<str>, condition: bool) {
        let kind = match node.tag.as_deref() {
            Some("!unsafe" | "!vault" | "!vault-encrypted") => return,
            _ if has_markers(text) => SnippetKind::Template,
            _ if condition && node.to_value().as_str().is_some_and(|text| !text.trim().is_empty()) => {
                SnippetKind::Condition
            }
            _ => return,
        };
        let (owner, file, path) = (self.owner, self.file, &self.path);
        (self.visit)(&Occurrence { owner, kind, text, path, file, node });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_quotes_are_quotes_at_the_same_place() {
        let plain = |text: &str| with_plain_quotes(&Arc::from(text)).to_string();
        assert_eq!(plain(r#"msg="{{ a == \"b\" }}""#), r#"msg="{{ a ==  "b"  }}""#);
        assert_eq!(plain(r"x='{{ \'a\' ~ \'b\' }}'"), r"x='{{  'a'  ~  'b'  }}'");
        assert_eq!(plain(r#"regexp="\\d+\n" é"#), r#"regexp="\\d+\n" é"#);
    }
}

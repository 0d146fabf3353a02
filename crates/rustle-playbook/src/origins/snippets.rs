//! Every template and bare condition that was written.

use std::borrow::Cow;
use std::sync::Arc;

use super::path::ValuePath;
use crate::node::{Node, NodeValue};
use crate::source::{Location, SourceFile};

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
    /// Where it stands within its owner: `args.src`, `when[0]`, `vars.port`.
    pub path: ValuePath,
    /// What it is.
    pub kind: SnippetKind,
    /// The text.
    pub text: Cow<'a, str>,
    /// Where it stands, all of it.
    pub location: Location,
    node: &'a Node,
}

impl Snippet<'_> {
    /// Where the byte at `offset` of [`Snippet::text`] was written; the location reaches to the end of the snippet.
    pub fn at(&self, offset: usize) -> Location {
        let file = &self.location.file;
        let start = self.node.locate(offset, &file.text).offset;
        Location::new(file, start..self.location.span.end.max(start))
    }

    /// Where the bytes `start..end` of [`Snippet::text`] were written.
    pub fn span(&self, start: usize, end: usize) -> Location {
        let file = &self.location.file;
        let from = self.node.locate(start, &file.text).offset;
        let to = self.node.locate(end.max(start), &file.text).offset;
        Location::new(file, from..to.max(from))
    }
}

/// The keywords whose values are bare expressions.
const CONDITIONS: [&str; 5] = ["when", "changed_when", "failed_when", "until", "break_when"];

/// The snippets in `node`, whose own path is `path`.
pub(super) fn of_node<'a>(
    owner: &'a Owner,
    file: &'a Arc<SourceFile>,
    node: &'a Node,
    path: ValuePath,
) -> Vec<Snippet<'a>> {
    let mut found = Vec::new();
    Walk { owner, file, found: &mut found }.node(node, path, false);
    found
}

struct Walk<'a, 'b> {
    owner: &'a Owner,
    file: &'a Arc<SourceFile>,
    found: &'b mut Vec<Snippet<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn node(&mut self, node: &'a Node, path: ValuePath, condition: bool) {
        match &node.value {
            NodeValue::Scalar { text, tag, .. } => {
                if tag.is_some() {
                    return;
                }
                let kind = if has_markers(text) {
                    SnippetKind::Template
                } else if condition {
                    SnippetKind::Condition
                } else {
                    return;
                };
                self.found.push(Snippet {
                    owner: self.owner,
                    path,
                    kind,
                    text: Cow::Borrowed(text),
                    location: Location::new(self.file, node.span.start.offset..node.span.end.offset),
                    node,
                });
            }
            NodeValue::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.node(item, path.index(index), condition);
                }
            }
            NodeValue::Mapping(entries) => {
                for (key, value) in entries {
                    let NodeValue::Scalar { text, .. } = &key.value else { continue };
                    self.node(key, path.key(text), false);
                    self.node(value, path.key(text), CONDITIONS.contains(&text.as_str()));
                }
            }
        }
    }
}

/// Whether `text` can be a template.
fn has_markers(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|marker| text.contains(marker))
}

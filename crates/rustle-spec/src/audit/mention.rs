//! What it means that code names a path.

use proc_macro2::{LineColumn, Span};

use super::doors::{self, Door};
use super::included::normal;
use super::reach::Node;
use super::resolve::{Outside, Target, resolve};
use super::scopes::Written;
use super::tokens::VARIABLE;
use super::walk::Walk;
use super::{Capability, Finding};

/// Where a path stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Where a value is expected: it is called, or handed on.
    Value,
    /// Where a type, a trait or a pattern is expected.
    Type,
    /// In an import.
    Import,
    /// Before the `!` of a macro.
    Macro,
    /// Among tokens that nobody parsed.
    Token,
}

/// A finding, and the items in which it was made.
#[derive(Clone, Debug)]
pub struct Found {
    /// The items: more than one where something is implemented for a type by a trait.
    pub nodes: Vec<Node>,
    /// What was found.
    pub finding: Finding,
}

/// A crate that the code names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// As it is called in the code.
    pub name: String,
    /// Where.
    pub at: LineColumn,
    /// In which file.
    pub file: std::path::PathBuf,
}

impl Walk<'_, '_> {
    /// Notes that `capability` is needed for certain.
    pub(super) fn find(&mut self, span: Span, capability: Capability, what: &str) {
        let how = self.notes();
        self.push(span, capability, what, how, true);
    }

    /// The notes on where this stands.
    pub(super) fn notes(&self) -> Option<String> {
        (!self.notes.is_empty()).then(|| self.notes.join(", "))
    }

    pub(super) fn push(
        &mut self,
        span: Span,
        capability: Capability,
        what: &str,
        how: Option<String>,
        certain: bool,
    ) {
        let start = span.start();
        let finding = Finding {
            file: normal(&self.part.parsed.path),
            line: start.line.max(1),
            col: start.column + 1,
            capability,
            what: what.to_owned(),
            how,
            certain,
        };
        self.found.push(Found { nodes: self.nodes.clone(), finding });
    }

    /// Judges the path `written`, which stands at `span`.
    pub(super) fn mention(&mut self, written: &Written, span: Span, position: Position) {
        if let [name] = &written.segments[..]
            && position == Position::Value
            && !written.leading
            && self.bindings.has(name)
        {
            return;
        }
        for (scope, path) in self.meanings(written) {
            for outside in self.outsides(scope, &path) {
                self.named(&outside, written, span, position);
                self.judge(&outside, written, span, position);
            }
        }
    }

    /// What `written` can stand for, `Self` and types that traits leave open put in, and the scopes of those.
    fn meanings(&self, written: &Written) -> Vec<(usize, Written)> {
        let Some((first, rest)) = written.segments.split_first() else { return Vec::new() };
        let mut meanings = Vec::new();
        match self.selves.last() {
            Some(Some((scope, ty))) if first == "Self" => meanings.push((*scope, ty.then(rest))),
            _ => meanings.push((self.scope, written.clone())),
        }
        // `T::Out::new` and `Self::Out::new` may be of any type that is called so somewhere.
        if let [open, name, rest @ ..] = &written.segments[..]
            && open.starts_with(char::is_uppercase)
            && !rest.is_empty()
        {
            meanings.extend(self.associated(name, rest));
        }
        meanings
    }

    /// What `name`, with `rest` after it, can stand for if a trait leaves it open.
    pub(super) fn associated(&self, name: &str, rest: &[String]) -> Vec<(usize, Written)> {
        let types = self.index.scopes.associated.get(name).into_iter().flatten();
        types.map(|(scope, ty)| (*scope, ty.then(rest))).collect()
    }

    /// What is outside of the crate and is meant by `path` in `scope`. What is inside is noted.
    pub(super) fn outsides(&mut self, scope: usize, path: &Written) -> Vec<Outside> {
        let mut outsides = Vec::new();
        for target in resolve(&self.index.scopes, scope, path) {
            match target {
                Target::Outside(outside) => outsides.push(outside),
                Target::Own(node) => self.uses.add(&self.nodes, &node),
                Target::Module(_) => {}
            }
        }
        outsides
    }

    fn judge(&mut self, outside: &Outside, written: &Written, span: Span, position: Position) {
        let path: &[String] = &doors::canonical(&outside.path);
        let known = path.len() - outside.glob.min(path.len());
        // A single name can be anything.
        if path.len() == 1 && !matches!(position, Position::Import | Position::Macro) {
            return;
        }
        match doors::find(path) {
            // It is the glob that was judged, where it stands.
            Some((_, length)) if outside.glob > 0 && length <= known => {}
            Some((door, length)) => self.through(door, length, outside, path, written, span),
            None if outside.glob == 0 => self.without_door(path, outside, written, span, position),
            None => {}
        }
    }

    fn through(
        &mut self,
        door: &'static Door,
        length: usize,
        outside: &Outside,
        path: &[String],
        written: &Written,
        span: Span,
    ) {
        // The standard library's names end where the door is known to be; of others, all is told.
        let extra = if path.first().is_some_and(|it| it == "std") { path.len() - length } else { 0 };
        let kept = outside.path.len().saturating_sub(extra).max(1);
        let what = outside.path.iter().take(kept).cloned().collect::<Vec<_>>().join("::");
        let how = self.how(outside, written);
        let start = span.start();
        let decided = self.decided.remove(&(start.line, start.column));
        let certain = decided.as_deref().unwrap_or(door.certain);
        for capability in certain {
            self.push(span, *capability, &what, how.clone(), true);
        }
        if decided.is_none() {
            for capability in door.possible {
                self.push(span, *capability, &what, how.clone(), false);
            }
        }
    }

    /// Judges what no table knows by the company it keeps.
    fn without_door(
        &mut self,
        path: &[String],
        outside: &Outside,
        written: &Written,
        span: Span,
        position: Position,
    ) {
        let is_function = position == Position::Value
            && path.last().is_some_and(|it| it.starts_with(|c: char| c.is_lowercase()));
        let capability = match path {
            [krate, _] if krate == "libc" && is_function => Some(Capability::Ffi),
            [std, fs, _] if std == "std" && fs == "fs" && is_function => Some(Capability::FsWrite),
            _ => None,
        };
        match capability {
            Some(capability) => {
                let how = self.how(outside, written);
                self.push(span, capability, &path.join("::"), how, true);
            }
            None if self.notes.is_empty() || position == Position::Import => {}
            // In a macro a path may be put together from pieces: any door below may be meant.
            None => {
                let pieces = path.iter().position(|it| it.starts_with(VARIABLE)).unwrap_or(path.len());
                let Some(prefix) = path.get(..pieces).filter(|it| !it.is_empty()) else { return };
                let note = "a macro may go on from here".to_owned();
                let how = self.how(outside, written);
                let how = Some(how.map_or(note.clone(), |how| format!("{how}, {note}")));
                for capability in doors::below(prefix) {
                    self.push(span, capability, &prefix.join("::"), how.clone(), false);
                }
            }
        }
    }

    /// How what is meant differs from what is written.
    fn how(&self, outside: &Outside, written: &Written) -> Option<String> {
        let text = written.segments.join("::");
        let mut how = if outside.is_alias {
            vec![format!("by the alias `{text}`")]
        } else if outside.is_reexport {
            vec![format!("through the re-export `{text}`")]
        } else if !outside.path.ends_with(&written.segments) {
            vec![format!("as `{text}`")]
        } else {
            Vec::new()
        };
        how.extend(self.notes());
        (!how.is_empty()).then(|| how.join(", "))
    }

    /// Notes the crate that is named, where it is certain that it is one.
    fn named(&mut self, outside: &Outside, written: &Written, span: Span, position: Position) {
        let Some(name) = outside.path.first() else { return };
        let is_import = position == Position::Import || written.leading;
        let is_path = outside.path.len() > 1
            && name.starts_with(|c: char| c.is_lowercase() || c == '_')
            && !self.sees_foreign_names();
        let is_certain = outside.glob == 0 && self.notes.is_empty() && (is_import || is_path);
        if is_certain && position != Position::Token && !name.starts_with(VARIABLE) {
            let (at, file) = (span.start(), normal(&self.part.parsed.path));
            let named = Named { name: name.clone(), at, file };
            if !self.named.iter().any(|it| it.name == named.name) {
                self.named.push(named);
            }
        }
    }

    /// Whether names of other crates can be seen without being told: a glob of something outside, preludes aside, which
    /// bring types only.
    fn sees_foreign_names(&self) -> bool {
        let mut at = Some(self.scope);
        while let Some(scope) = at.and_then(|scope| self.index.scopes.all.get(scope)) {
            if scope.globs.iter().any(|glob| glob.segments.last().is_none_or(|it| it != "prelude")) {
                return true;
            }
            at = scope.parent.filter(|_| scope.is_block);
        }
        false
    }
}

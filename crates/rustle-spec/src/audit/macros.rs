//! What macros are given, and what they are made of.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::Block;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Expr, Token};

use super::Capability;
use super::doors;
use super::included::{self, Included};
use super::mention::Position;
use super::reach::Node;
use super::scopes::Written;
use super::tokens::plain;
use super::walk::Walk;

/// How many files may include each other.
const INCLUDES: usize = 16;

impl Walk<'_, '_> {
    /// Judges the call of the macro `name` at `span`.
    pub(super) fn macro_call(&mut self, name: &Written, span: Span, arguments: &TokenStream) {
        self.mention(name, span, Position::Macro);
        if let Some(last) = name.segments.last()
            && let Some(modules) = self.index.scopes.macros.get(last)
        {
            let nodes: Vec<Node> =
                modules.iter().map(|it| Node { module: *it, item: last.clone() }).collect();
            nodes.iter().for_each(|node| self.uses.add(&self.nodes, node));
        }
        let shown = name.segments.join("::");
        match self.builtin(name).as_deref() {
            Some("include") => self.include(span, arguments),
            Some("include_str" | "include_bytes") => self.embed(span, arguments),
            Some("env" | "option_env") => self.variable(span, arguments, &shown),
            Some("stringify") => {}
            _ => {
                self.notes.push(format!("in the arguments of the macro `{shown}!`"));
                self.code(arguments.clone());
                self.notes.pop();
            }
        }
    }

    /// The name of the compiler's own macro that `name` stands for.
    fn builtin(&mut self, name: &Written) -> Option<String> {
        let outsides = self.outsides(self.scope, name);
        outsides.iter().find_map(|outside| match &doors::canonical(&outside.path)[..] {
            [single] => Some(single.clone()),
            [std, name] if std == "std" => Some(name.clone()),
            _ => None,
        })
    }

    /// Looks through `tokens`, which are most likely code.
    pub(super) fn code(&mut self, tokens: TokenStream) {
        if tokens.is_empty() {
            return;
        }
        let expressions = Punctuated::<Expr, Token![,]>::parse_terminated;
        if let Ok(expressions) = expressions.parse2(tokens.clone()) {
            expressions.iter().for_each(|expr| self.visit_expr(expr));
        } else if let Ok(stmts) = Block::parse_within.parse2(tokens.clone()) {
            self.statements(&stmts);
        } else {
            self.tokens(tokens);
        }
    }

    /// Looks through the bodies of `macro_rules! name { … }`.
    pub(super) fn macro_rules(&mut self, name: &str, rules: TokenStream) {
        self.notes.push(format!("in the body of the macro `{name}!`"));
        let mut after_arrow = false;
        for token in rules {
            match token {
                TokenTree::Group(body) if after_arrow => {
                    // Variables of the macro hide nothing, and nothing hides them.
                    let bindings = std::mem::take(&mut self.bindings);
                    self.code(plain(body.stream()));
                    self.bindings = bindings;
                    after_arrow = false;
                }
                TokenTree::Punct(punct) => after_arrow = punct.as_char() == '>',
                _ => {}
            }
        }
        self.notes.pop();
    }

    /// Judges `include!`, wherever code may stand.
    fn include(&mut self, span: Span, arguments: &TokenStream) {
        match included::read(arguments, &self.part.parsed.path) {
            Included::Generated => {
                let how = Some("generated code is not seen".to_owned());
                self.push(span, Capability::BuildScript, "include!", how, true);
            }
            Included::Unknown => {
                let message = "which file is included cannot be told: write its name out";
                self.index.error(&self.part.clone(), span, message);
            }
            Included::File(_) if self.includes >= INCLUDES => {
                let message = format!("{INCLUDES} files include each other: does one include itself?");
                self.index.error(&self.part.clone(), span, message);
            }
            Included::File(path) => match self.index.include(&self.part, &path) {
                Ok(tokens) => {
                    let part = self.index.keep_at(&path);
                    let outer = std::mem::replace(&mut self.part, part);
                    self.includes += 1;
                    self.notes.push("by include!".to_owned());
                    self.code(tokens);
                    self.notes.pop();
                    self.includes -= 1;
                    self.part = outer;
                }
                Err(error) => self.index.errors.push(error),
            },
        }
    }

    /// Judges `include_str!` and `include_bytes!`: what they read becomes part of the executable.
    fn embed(&mut self, span: Span, arguments: &TokenStream) {
        let path = match included::read(arguments, &self.part.parsed.path) {
            Included::File(path) if included::is_outside(&path) => path,
            _ => return,
        };
        let how = Some("when it is built, from outside of the package".to_owned());
        self.push(span, Capability::FsRead, &included::normal(&path).display().to_string(), how, true);
    }

    /// Judges `env!` and `option_env!`: what they read becomes part of the executable.
    fn variable(&mut self, span: Span, arguments: &TokenStream, name: &str) {
        let variable = included::variable(arguments);
        if variable.as_deref().is_some_and(included::is_cargos) {
            return;
        }
        let what = format!("{name}!({})", variable.map_or("…".to_owned(), |it| format!("{it:?}")));
        self.push(span, Capability::EnvRead, &what, Some("when it is built".to_owned()), true);
    }
}

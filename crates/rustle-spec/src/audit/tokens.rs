//! Code that cannot be parsed, read token by token: what macros are given, and what they are made of.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::Meta;
use syn::ext::IdentExt;

use super::Capability;
use super::mention::Position;
use super::scopes::Written;
use super::walk::Walk;

/// What a variable of a macro becomes when its body is read: a name that nothing has.
pub const VARIABLE: &str = "__variable_";

/// `tokens` without what only `macro_rules!` understands: `$crate` becomes `crate`, `$(…),*` what it repeats, and `$name` a
/// name that nothing has.
pub fn plain(tokens: TokenStream) -> TokenStream {
    let mut out = Vec::new();
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '$' => match rest.next() {
                Some(TokenTree::Ident(ident)) if ident == "crate" => out.push(TokenTree::Ident(ident)),
                Some(TokenTree::Ident(ident)) => {
                    let name = format!("{VARIABLE}{}", ident.unraw());
                    out.push(TokenTree::Ident(Ident::new(&name, ident.span())));
                }
                Some(TokenTree::Group(group)) => {
                    out.extend(plain(group.stream()));
                    // What stands between the repetitions, and how many there are.
                    let is_count = |token: &TokenTree| matches!(token, TokenTree::Punct(it) if matches!(it.as_char(), '*' | '+' | '?'));
                    if rest.next().is_some_and(|token| !is_count(&token)) {
                        rest.next_if(is_count);
                    }
                }
                _ => {}
            },
            TokenTree::Group(group) => {
                let mut inner = proc_macro2::Group::new(group.delimiter(), plain(group.stream()));
                inner.set_span(group.span());
                out.push(TokenTree::Group(inner));
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

/// Whether one of `words` is among `tokens`, at any depth.
pub fn names_any(tokens: &TokenStream, words: &[&str]) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => words.iter().any(|word| ident == word),
        TokenTree::Group(group) => names_any(&group.stream(), words),
        _ => false,
    })
}

/// Tokens that are read one after the other.
struct Cursor {
    tokens: Vec<TokenTree>,
    at: usize,
}

impl Cursor {
    fn new(tokens: TokenStream) -> Cursor {
        Cursor { tokens: tokens.into_iter().collect(), at: 0 }
    }

    fn peek(&self, ahead: usize) -> Option<&TokenTree> {
        self.tokens.get(self.at.saturating_add(ahead))
    }

    fn is_punct(&self, ahead: usize, wanted: char) -> bool {
        matches!(self.peek(ahead), Some(TokenTree::Punct(it)) if it.as_char() == wanted)
    }

    /// Whether `::` stands here.
    fn is_path_separator(&self) -> bool {
        self.is_punct(0, ':') && self.is_punct(1, ':')
    }

    fn ident(&self, ahead: usize) -> Option<&Ident> {
        match self.peek(ahead) {
            Some(TokenTree::Ident(ident)) => Some(ident),
            _ => None,
        }
    }

    fn group(&self, ahead: usize, delimiter: Option<Delimiter>) -> Option<TokenStream> {
        match self.peek(ahead) {
            Some(TokenTree::Group(it)) if delimiter.is_none_or(|wanted| it.delimiter() == wanted) => {
                Some(it.stream())
            }
            _ => None,
        }
    }

    /// The tokens up to a semicolon, that included.
    fn statement(&self) -> Option<TokenStream> {
        let rest = self.tokens.get(self.at..)?;
        let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(it) if it.as_char() == ';');
        let end = rest.iter().position(is_end)?;
        Some(rest.iter().take(end + 1).cloned().collect())
    }

    /// Steps over the generic arguments that begin here, if they end.
    fn skip_generics(&mut self) {
        let (mut at, mut open) = (self.at, 0_usize);
        while let Some(token) = self.tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Punct(it) if it.as_char() == '<' => open += 1,
                TokenTree::Punct(it) if it.as_char() == '>' => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        self.at = at;
                        return;
                    }
                }
                TokenTree::Punct(it) if it.as_char() == ';' => return,
                _ => {}
            }
        }
    }
}

impl Walk<'_, '_> {
    /// Looks through tokens that are no expressions, statements or items.
    pub(super) fn tokens(&mut self, tokens: TokenStream) {
        let home = self.scope;
        self.path_tokens(tokens, None);
        self.scope = home;
    }

    /// The same, of what stands in the braces after the path `before`, if there is one.
    fn path_tokens(&mut self, tokens: TokenStream, before: Option<&Written>) {
        let mut cursor = Cursor::new(tokens);
        while let Some(token) = cursor.peek(0) {
            match token {
                TokenTree::Group(group) => {
                    let stream = group.stream();
                    cursor.at += 1;
                    self.path_tokens(stream, None);
                }
                TokenTree::Ident(_) => self.word(&mut cursor, before),
                TokenTree::Punct(it) if it.as_char() == '#' => self.attribute_tokens(&mut cursor),
                TokenTree::Punct(it) if it.as_char() == '.' || it.as_char() == '\'' => {
                    // The name of a field, a method or a lifetime.
                    cursor.at += 1;
                    if cursor.ident(0).is_some() {
                        cursor.at += 1;
                    }
                }
                _ if cursor.is_path_separator() && cursor.ident(2).is_some() => {
                    cursor.at += 2;
                    self.path_at(&mut cursor, true, before);
                }
                _ => cursor.at += 1,
            }
        }
    }

    fn attribute_tokens(&mut self, cursor: &mut Cursor) {
        cursor.at += 1;
        if cursor.is_punct(0, '!') {
            cursor.at += 1;
        }
        let Some(stream) = cursor.group(0, Some(Delimiter::Bracket)) else { return };
        if let Ok(meta) = syn::parse2::<Meta>(stream) {
            cursor.at += 1;
            self.meta(&meta);
        }
    }

    fn word(&mut self, cursor: &mut Cursor, before: Option<&Written>) {
        let Some(ident) = cursor.ident(0).cloned() else { return };
        match ident.to_string().as_str() {
            "use" | "extern" if self.declaration(cursor) => {}
            "unsafe" => {
                cursor.at += 1;
                let is_code = match cursor.peek(0) {
                    Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
                    Some(TokenTree::Ident(next)) => ["fn", "impl", "trait"].iter().any(|it| next == it),
                    _ => false,
                };
                if is_code {
                    self.find(ident.span(), Capability::Unsafe, "unsafe");
                }
            }
            "extern" => {
                cursor.at += 1;
                let is_abi = matches!(cursor.peek(0), Some(TokenTree::Literal(_) | TokenTree::Group(_)));
                if is_abi || cursor.ident(0).is_some_and(|next| next == "fn") {
                    self.find(ident.span(), Capability::Ffi, "extern");
                }
            }
            "fn" | "struct" | "enum" | "union" | "trait" | "mod" | "const" | "static" | "let" | "type" => {
                cursor.at += 1;
                // What is declared here is no path.
                if cursor.ident(0).is_some() && !cursor.is_punct(1, ':') && ident != "type" {
                    cursor.at += usize::from(ident != "let");
                }
            }
            _ => self.path_at(cursor, false, before),
        }
    }

    /// Reads the `use …;` or `extern crate …;` that begins here. What it imports is seen from here on.
    fn declaration(&mut self, cursor: &mut Cursor) -> bool {
        let Some(statement) = cursor.statement() else { return false };
        let length = statement.clone().into_iter().count();
        let Ok(item) = syn::parse2::<syn::Item>(statement) else { return false };
        if !matches!(item, syn::Item::Use(_) | syn::Item::ExternCrate(_)) {
            return false;
        }
        let part = self.part.clone();
        self.scope = self.index.loose(self.scope, std::slice::from_ref(&item), &part);
        syn::visit::Visit::visit_item(self, &item);
        cursor.at += length;
        true
    }

    /// Reads the path that begins here.
    fn path_at(&mut self, cursor: &mut Cursor, leading: bool, before: Option<&Written>) {
        let Some(first) = cursor.ident(0).cloned() else {
            cursor.at += 1;
            return;
        };
        let mut segments = vec![first.unraw().to_string()];
        cursor.at += 1;
        let here = |segments: &[String]| match before {
            Some(before) => before.then(segments),
            None => Written { leading, segments: segments.to_vec() },
        };
        while cursor.is_path_separator() {
            match cursor.peek(2) {
                Some(TokenTree::Ident(ident)) => {
                    segments.push(ident.unraw().to_string());
                    cursor.at += 3;
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let stream = group.stream();
                    cursor.at += 3;
                    self.path_tokens(stream, Some(&here(&segments)));
                    return;
                }
                Some(TokenTree::Punct(it)) if it.as_char() == '<' => {
                    cursor.at += 2;
                    let start = cursor.at;
                    cursor.skip_generics();
                    let inside = cursor.tokens.get(start..cursor.at).unwrap_or_default();
                    let inside: TokenStream = inside.iter().cloned().collect();
                    if cursor.at == start {
                        break;
                    }
                    self.path_tokens(inside, None);
                }
                _ => break,
            }
        }
        let written = here(&segments);
        self.path_ended(cursor, &written, first.span());
    }

    fn path_ended(&mut self, cursor: &mut Cursor, written: &Written, span: Span) {
        if cursor.is_punct(0, '!')
            && let Some(arguments) = cursor.group(1, None)
        {
            cursor.at += 2;
            self.macro_call(written, span, &arguments);
            return;
        }
        // A single name is a variable, a field, anything; one that is called is a function.
        let is_call = cursor.group(0, Some(Delimiter::Parenthesis)).is_some();
        if written.segments.len() > 1 || is_call {
            self.mention(written, span, if is_call { Position::Value } else { Position::Token });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_macros_understand_is_taken_out() {
        let of = |text: &str| plain(text.parse().unwrap()).to_string();
        assert_eq!(of("$crate::a($x, $($y),* )"), "crate :: a (__variable_x , __variable_y)");
        assert_eq!(of("$($a:expr;)+ b"), "__variable_a : expr ; b");
        assert_eq!(of("$($a)? ; $"), "__variable_a ;");
    }
}

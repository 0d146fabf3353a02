//! How deeply a text nests.
//!
//! The parser, and whatever walks over what it made, calls itself for everything that stands in something else. A text of
//! a million brackets, or of a million `!`, would run out of stack, and end the build without a word. So the depth is
//! bounded before anything is parsed, and parsing gets a stack that is large enough for that bound.

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};

/// How many brackets may stand in each other. The compiler's own limit for what macros make is 128.
const BRACKETS: usize = 200;

/// How many tokens may follow each other in one expression, those of the brackets around it included.
const CHAIN: usize = 5_000;

/// The stack for work on what [`check`] let pass. It is address space: only what is used takes memory.
const STACK: usize = 256 << 20;

/// Does `work` where its calls may go as deep as [`check`] allows.
///
/// # Errors
/// If the operating system gives no thread.
pub fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("scan".to_owned()).stack_size(STACK);
        match thread.spawn_scoped(scope, work)?.join() {
            Ok(done) => Ok(done),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Whether a parser can read `tokens` on the stack that [`with_deep_stack`] gives.
///
/// # Errors
/// If they nest too deeply, at the token that goes too far.
pub fn check(tokens: &TokenStream) -> syn::Result<()> {
    // No recursion here, for the very reason that this is here.
    let mut open = vec![Level::new(tokens.clone(), 0)];
    while let Some(level) = open.last_mut() {
        let Some(token) = level.rest.next() else {
            open.pop();
            continue;
        };
        let span = token.span();
        level.count(&token);
        let chain = level.chain;
        if let TokenTree::Group(group) = token {
            open.push(Level::new(group.stream(), chain));
        }
        if open.len() > BRACKETS {
            return Err(too_deep(span, &format!("{BRACKETS} brackets stand in each other")));
        }
        if chain > CHAIN {
            return Err(too_deep(span, &format!("an expression has more than {CHAIN} tokens")));
        }
    }
    Ok(())
}

fn too_deep(span: Span, what: &str) -> syn::Error {
    syn::Error::new(span, format!("{what}: this nests too deeply to be read safely"))
}

/// What stands between two brackets, as far as it was read.
struct Level {
    rest: proc_macro2::token_stream::IntoIter,
    /// What the tokens around it count.
    outside: usize,
    /// The number of tokens that may stand in each other.
    chain: usize,
    /// How many `<` are open, if those are generics.
    angles: usize,
    /// Whether a block has just ended, which ends a statement unless it goes on.
    after_block: bool,
    /// Whether the last token was the first half of `->` or `=>`.
    after_dash: bool,
}

impl Level {
    fn new(tokens: TokenStream, outside: usize) -> Level {
        let rest = tokens.into_iter();
        Level { rest, outside, chain: outside, angles: 0, after_block: false, after_dash: false }
    }

    fn count(&mut self, token: &TokenTree) {
        if std::mem::take(&mut self.after_block) && !goes_on(token) {
            self.begin();
        }
        let after_dash = std::mem::take(&mut self.after_dash);
        self.chain += 1;
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                ';' => self.begin(),
                ',' if self.angles == 0 => self.begin(),
                '<' => self.angles += 1,
                '>' if !after_dash => self.angles = self.angles.saturating_sub(1),
                '-' | '=' => self.after_dash = punct.spacing() == Spacing::Joint,
                _ => {}
            },
            TokenTree::Group(group) => self.after_block = group.delimiter() == Delimiter::Brace,
            _ => {}
        }
    }

    /// Something new begins, which does not stand in what was before.
    fn begin(&mut self) {
        self.chain = self.outside;
        self.angles = 0;
    }
}

/// Whether `token` after a block belongs to the same expression.
fn goes_on(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => punct.as_char() != '#',
        TokenTree::Ident(ident) => ident == "else" || ident == "as",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(text: &str) -> bool {
        check(&text.parse().unwrap()).is_ok()
    }

    #[test]
    fn what_nests_is_bounded() {
        let brackets = |count: usize| format!("{}{}", "(".repeat(count), ")".repeat(count));
        assert!(passes(&brackets(BRACKETS - 1)) && !passes(&brackets(BRACKETS)));
        assert!(passes(&"!".repeat(CHAIN)) && !passes(&"!".repeat(CHAIN + 1)));
        let halves = format!("{} ({})", "!".repeat(CHAIN / 2), "!".repeat(CHAIN / 2));
        assert!(!passes(&halves));
        assert!(!passes(&"if a {} else ".repeat(CHAIN)));
        assert!(!passes(&"A<B, ".repeat(CHAIN)));
    }

    #[test]
    fn what_follows_is_not_bounded() {
        assert!(passes(&"a + b;".repeat(CHAIN)));
        assert!(passes(&"fn f() -> T {}".repeat(CHAIN)));
        assert!(passes(&"f(a, b), ".repeat(CHAIN)));
    }
}

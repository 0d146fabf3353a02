//! The variables that can be seen, which hide functions of the same name.

use syn::ext::IdentExt;
use syn::visit::Visit;
use syn::{Pat, PatIdent};

/// Variables by the blocks they are declared in.
#[derive(Debug, Default)]
pub struct Bindings {
    frames: Vec<Vec<String>>,
}

impl Bindings {
    /// A block begins.
    pub fn begin(&mut self) {
        self.frames.push(Vec::new());
    }

    /// A block ends.
    pub fn end(&mut self) {
        self.frames.pop();
    }

    /// The variables of `pat` can be seen from here on.
    pub fn bind(&mut self, pat: &Pat) {
        let mut names = Names(Vec::new());
        names.visit_pat(pat);
        match self.frames.last_mut() {
            Some(frame) => frame.extend(names.0),
            None => self.frames.push(names.0),
        }
    }

    /// Whether `name` is a variable here.
    pub fn has(&self, name: &str) -> bool {
        self.frames.iter().flatten().any(|it| it == name)
    }
}

/// Gathers the variables in a pattern.
struct Names(Vec<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
        self.0.push(pat.ident.unraw().to_string());
        syn::visit::visit_pat_ident(self, pat);
    }

    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::*;

    #[test]
    fn variables_end_with_their_block() {
        let mut bindings = Bindings::default();
        bindings.begin();
        bindings.bind(&Pat::parse_multi.parse_str("(a, Some(b @ [c, ..]))").unwrap());
        bindings.begin();
        bindings.bind(&Pat::parse_multi.parse_str("S { d, e: f }").unwrap());
        assert!(["a", "b", "c", "d", "f"].iter().all(|name| bindings.has(name)));
        assert!(!bindings.has("e"));
        bindings.end();
        assert!(bindings.has("a") && !bindings.has("d"));
    }
}

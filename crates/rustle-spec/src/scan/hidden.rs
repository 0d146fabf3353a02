//! Modules in places that a scan does not see into.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::Visit;
use syn::{Item, ItemStruct};

use super::attributes::{active, is_called, of_item};
use super::cfg::Cfg;

/// The modules that hide in `item`, each with what it hides in.
pub fn modules(item: &Item, cfg: &Cfg) -> Vec<(Span, &'static str)> {
    // What stands in the braces of a `mod` is looked at on its own.
    if matches!(item, Item::Mod(_)) {
        return Vec::new();
    }
    let mut finder = Hidden { found: Vec::new(), cfg };
    finder.visit_item(item);
    finder.found
}

/// Looks for modules in macros and functions.
struct Hidden<'a> {
    found: Vec<(Span, &'static str)>,
    cfg: &'a Cfg,
}

impl<'ast> Visit<'ast> for Hidden<'_> {
    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        // Those that stand where they should never come here.
        let attrs = active(&item.attrs, self.cfg).ok().flatten().unwrap_or_default();
        if attrs.iter().any(|attr| is_called(attr.path(), "rustle_module")) {
            self.found.push((item.ident.span(), "a function"));
        }
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        if let Some(span) = module_in(mac.tokens.clone()) {
            self.found.push((span, "a macro"));
        }
    }

    fn visit_item(&mut self, item: &'ast Item) {
        // What is not compiled is no module: tests above all.
        if matches!(active(of_item(item), self.cfg), Ok(Some(_))) {
            syn::visit::visit_item(self, item);
        }
    }
}

/// Where `#[rustle_module…]` stands among `tokens`.
fn module_in(tokens: TokenStream) -> Option<Span> {
    let mut after_pound = false;
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            let names_it = |token: TokenTree| matches!(token, TokenTree::Ident(it) if it == "rustle_module");
            if after_pound && group.stream().into_iter().any(names_it) {
                return Some(group.span_open());
            }
            if let Some(span) = module_in(group.stream()) {
                return Some(span);
            }
        }
        after_pound = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
    }
    None
}

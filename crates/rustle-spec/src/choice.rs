//! Enums with `#[derive(Choice)]`.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Ident};

use crate::errors::Errors;
use crate::meta;

/// A closed set of words.
#[derive(Debug)]
pub struct Choice {
    /// The enum's name.
    pub ident: Ident,
    /// The variants in order, each with its words, its own first.
    pub variants: Vec<(Ident, Vec<String>)>,
}

impl Choice {
    /// Every word, in order.
    pub fn words(&self) -> Vec<String> {
        self.variants.iter().flat_map(|(_, words)| words.clone()).collect()
    }
}

/// Reads the enum.
pub fn read(item: &DeriveInput, errors: &mut Errors) -> Option<Choice> {
    let Data::Enum(data) = &item.data else {
        errors.at(&item.ident, "a choice is an enum");
        return None;
    };
    if !item.generics.params.is_empty() {
        errors.at(&item.generics.params, "a choice has no type parameters or lifetimes");
    }
    if data.variants.is_empty() {
        errors.at(&item.ident, "a choice needs at least one variant");
    }
    let mut seen: Vec<String> = Vec::new();
    let mut variants = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.at(variant.fields.to_token_stream(), "a variant of a choice is a word, without fields");
        }
        let entries = meta::entries_of(&variant.attrs, "choice", &["rename", "alias", "aliases"], errors);
        let mut word = snake_case(&variant.ident.unraw().to_string());
        let mut aliases = Vec::new();
        for entry in &entries {
            match entry.key.as_str() {
                "rename" => word = entry.text(errors).map_or(word, |it| it.value()),
                "alias" => aliases.extend(entry.text(errors).map(|it| it.value())),
                _ => aliases.extend(entry.texts(errors).iter().map(syn::LitStr::value)),
            }
        }
        let words: Vec<String> = [word].into_iter().chain(aliases).collect();
        for word in &words {
            if seen.contains(word) {
                errors.at(&variant.ident, format!("`{word}` is a choice already"));
            }
            seen.push(word.clone());
        }
        variants.push((variant.ident.clone(), words));
    }
    Some(Choice { ident: item.ident.clone(), variants })
}

/// `NotPresent` as `not_present`.
fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let chars: Vec<char> = name.chars().collect();
    for (index, c) in chars.iter().enumerate() {
        if c.is_uppercase() && index > 0 {
            let after_lower = !chars[index - 1].is_uppercase();
            let before_lower = chars.get(index + 1).is_some_and(|next| next.is_lowercase());
            if (after_lower || before_lower) && chars[index - 1] != '_' {
                out.push('_');
            }
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_become_words() {
        for (variant, word) in
            [("Absent", "absent"), ("NotPresent", "not_present"), ("HTTPServer", "http_server"), ("A1", "a1")]
        {
            assert_eq!(snake_case(variant), word);
        }
    }
}

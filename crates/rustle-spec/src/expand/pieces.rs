//! Constant text: what the macro knows, and what constants of other types say.

use proc_macro2::TokenStream;
use quote::quote;
use rustle_schema::module_spec::ArgType;

use crate::field::Argument;
use crate::kind::Kind;

/// Constant text that is being put together.
#[derive(Default)]
pub struct Pieces {
    text: String,
    done: Vec<TokenStream>,
}

impl Pieces {
    /// Appends text.
    pub fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends an expression of type `Piece`.
    pub fn piece(&mut self, piece: TokenStream) {
        self.flush();
        self.done.push(piece);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.done.push(quote!(__rustle::Piece::Text(#text)));
        }
    }

    /// An expression of type `&'static [Piece]`.
    pub fn finish(mut self) -> TokenStream {
        self.flush();
        let done = self.done;
        quote!(&[#(#done),*])
    }

    /// Appends the JSON of an argument's specification.
    pub fn argument(&mut self, argument: &Argument) {
        let json = json(&argument.spec(ArgType::Str));
        // Only names stand before the type, and names hold no quotes.
        let (before, after) = json.split_once(r#""type":"str""#).unwrap_or((&json, ""));
        self.text(before);
        self.text(r#""type":"#);
        self.kind(&argument.kind);
        self.text(after);
    }

    fn kind(&mut self, kind: &Kind) {
        match kind {
            Kind::Known(kind) => self.text(&json(kind)),
            Kind::List(of) => {
                self.text(r#"{"list":"#);
                self.kind(of);
                self.text("}");
            }
            Kind::Map(of) => {
                self.text(r#"{"map":"#);
                self.kind(of);
                self.text("}");
            }
            Kind::Named(named) => {
                let (path, otherwise) = (&named.path, json(&ArgType::Custom(named.name.clone())));
                self.piece(quote! {
                    __rustle::Piece::Either(
                        <#path as __rustle::FromArg>::KIND,
                        #otherwise,
                    )
                });
            }
        }
    }
}

/// The JSON of `it`.
pub fn json<T: serde::Serialize>(it: &T) -> String {
    // A specification is made of text, numbers and lists: writing it cannot fail.
    serde_json::to_string(it).unwrap_or_default()
}

//! The files of a package, each read and parsed once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use proc_macro2::TokenStream;
use syn::{Attribute, Item};

use super::ScanError;
use super::nesting;

/// The files of a package. Whoever asks twice for one gets the same.
#[derive(Debug)]
pub struct Sources {
    folder: PathBuf,
    parsed: RefCell<BTreeMap<PathBuf, Result<Rc<Parsed>, ScanError>>>,
    /// Whether what is parsed already is all there is.
    alone: bool,
}

/// A file that could be read.
#[derive(Debug)]
pub struct Parsed {
    /// Where it is, relative to the folder of Cargo.toml.
    pub path: PathBuf,
    /// Whether the text has the word `rustle_module` in it. Most files hold no module, and need not be searched for one
    /// that is hidden.
    pub names_modules: bool,
    /// The attributes of the file as a whole.
    pub attrs: Vec<Attribute>,
    /// What it declares.
    pub items: Vec<Item>,
}

impl Sources {
    /// The files of the package in `folder`.
    pub fn new(folder: &Path) -> Sources {
        Sources { folder: folder.to_owned(), parsed: RefCell::default(), alone: false }
    }

    /// One file with this `text`, to which no other belongs.
    pub fn alone(file: &Path, text: &str) -> Sources {
        let parsed = BTreeMap::from([(file.to_owned(), parse(file, text).map(Rc::new))]);
        Sources { folder: PathBuf::new(), parsed: RefCell::new(parsed), alone: true }
    }

    /// Where the package is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether there is such a file, relative to the folder of the package.
    pub fn has(&self, path: &Path) -> bool {
        self.parsed.borrow().contains_key(path) || (!self.alone && self.folder.join(path).is_file())
    }

    /// The text of the file at `path`, relative to the folder of the package.
    ///
    /// # Errors
    /// If it cannot be read.
    #[cfg(feature = "audit")]
    pub fn text(&self, path: &Path) -> Result<String, ScanError> {
        std::fs::read_to_string(self.folder.join(path)).map_err(|error| unread(path, &error))
    }

    /// The file at `path`, relative to the folder of the package.
    ///
    /// # Errors
    /// If it cannot be read, or is no Rust, or nests too deeply to be read safely.
    pub fn parse(&self, path: &Path) -> Result<Rc<Parsed>, ScanError> {
        if let Some(known) = self.parsed.borrow().get(path) {
            return known.clone();
        }
        let read = std::fs::read_to_string(self.folder.join(path));
        let parsed =
            read.map_err(|error| unread(path, &error)).and_then(|text| parse(path, &text).map(Rc::new));
        self.parsed.borrow_mut().insert(path.to_owned(), parsed.clone());
        parsed
    }
}

/// What `text` declares, which is said to stand in the file `path`.
///
/// # Errors
/// If it is no Rust, or nests too deeply to be read safely.
pub fn parse(path: &Path, text: &str) -> Result<Parsed, ScanError> {
    let file: syn::File = tokens(text).and_then(syn::parse2).map_err(|error| at(path, error))?;
    Ok(Parsed {
        path: path.to_owned(),
        names_modules: text.contains("rustle_module"),
        attrs: file.attrs,
        items: file.items,
    })
}

/// The tokens of a file, if they can be parsed without running out of stack.
///
/// # Errors
/// If there are none, or they nest too deeply.
pub fn tokens(text: &str) -> syn::Result<TokenStream> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // The first line may say who runs the file.
    let text = match text.find('\n') {
        Some(end) if text.starts_with("#!/") => &text[end..],
        _ => text,
    };
    let tokens: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| {
        let message = error.to_string();
        syn::Error::new(error.span(), message)
    })?;
    nesting::check(&tokens)?;
    Ok(tokens)
}

/// The error with its place in `path`.
pub fn at(path: &Path, error: syn::Error) -> ScanError {
    let (start, message) = (error.span().start(), error.to_string());
    ScanError { file: path.to_owned(), line: start.line.max(1), col: start.column + 1, message }
}

fn unread(path: &Path, error: &std::io::Error) -> ScanError {
    ScanError { file: path.to_owned(), line: 1, col: 1, message: error.to_string() }
}

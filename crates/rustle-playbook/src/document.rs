//! Reading one YAML or JSON file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_schema::task::Position;
use rustle_seal::VaultText;

use crate::documents::Found;
use crate::import::json;
use crate::loader::Loader;
use crate::problem::Problem;
use crate::source::{Location, SourceFile};
use rustle_value::yaml::{self, Node, Span, YamlError, parse_noting};

/// A file that was read and parsed.
pub(crate) struct Document {
    /// Where it lies, absolute.
    pub path: PathBuf,
    /// Its text.
    pub file: Arc<SourceFile>,
    /// Its index in [`Plan::sources`](rustle_schema::plan::Plan::sources).
    pub source: u32,
    /// What is encrypted, if all of it is.
    pub vault: Option<VaultText>,
    /// Whether its nodes were made of others, so that its text does not say again what they are.
    pub made: bool,
}

/// A document with what it says.
pub(crate) struct Read {
    pub doc: Arc<Document>,
    /// `None` if it says nothing.
    pub root: Option<Node>,
}

impl Document {
    /// Where `node` stands.
    pub fn location(&self, node: &Node) -> Location {
        Location::of(&self.file, node)
    }

    /// Where `node` begins, for a plan.
    pub fn position(&self, node: &Node) -> Position {
        let start = node.span.start;
        Position { source: self.source, line: start.line, column: start.column }
    }

    /// The folder it lies in.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }
}

impl Loader<'_> {
    /// The document at `path`, encrypted or not, read at most once. `None` if it cannot be read or is not YAML: that is told.
    pub(crate) fn any_document(&mut self, path: &Path) -> Option<Read> {
        self.project.watch(path);
        let read = match self.project.documents.find(path) {
            Found::Whole(read) => return Some(read),
            Found::Unreadable => return None,
            Found::Text(doc) => Some(Read { root: root_of(&doc.file.text), doc }),
            Found::Nothing => self.read_document(path),
        };
        self.project.documents.enter(path, read.as_ref());
        read
    }

    fn read_document(&mut self, path: &Path) -> Option<Read> {
        let shown = self.project.display(path);
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.problems
                    .add(Problem::error("unreadable-file", format!("`{shown}` cannot be read: {error}")));
                return None;
            }
        };
        // Places are counted in 32 bits.
        if u32::try_from(bytes.len()).is_err() {
            let message = format!("`{shown}` cannot be read: it is longer than 4 GiB");
            self.problems.add(Problem::error("unreadable-file", message));
            return None;
        }
        let file = self.source_file(shown, &bytes);
        let source = self.add_source(path);
        let path = path.to_owned();
        if VaultText::is(&bytes) {
            return match VaultText::read(&bytes) {
                Ok(text) => {
                    let doc = Arc::new(Document { path, file, source, vault: Some(text), made: false });
                    Some(Read { doc, root: None })
                }
                Err(why) => {
                    self.problems.add(Problem::error("bad-vault", why).at(Location::new(&file, 0..0)));
                    None
                }
            };
        }
        let root = self.parse(&file)?;
        Some(Read { doc: Arc::new(Document { path, file, source, vault: None, made: false }), root })
    }

    /// A source file of `bytes`; what is no UTF-8 is told and replaced.
    pub(crate) fn source_file(&mut self, path: String, bytes: &[u8]) -> Arc<SourceFile> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Arc::new(SourceFile { path, text: text.to_owned() }),
            Err(error) => {
                let file = Arc::new(SourceFile { path, text: String::from_utf8_lossy(bytes).into_owned() });
                let at = error.valid_up_to();
                self.problems.add(
                    Problem::error("not-utf8", "the file is not UTF-8")
                        .at(Location::new(&file, at..at + char::REPLACEMENT_CHARACTER.len_utf8()))
                        .labelled("this byte is not part of a character"),
                );
                file
            }
        }
    }

    /// Enters `path` into the plan's sources under the name that the bundle has for it.
    fn add_source(&mut self, path: &Path) -> u32 {
        let name = self.project.bundle_name(path).unwrap_or_else(|| self.project.display(path));
        self.project.sources.push(name);
        u32::try_from(self.project.sources.len() - 1).unwrap_or(u32::MAX)
    }

    /// What `file` says: `None` if it is wrong, `Some(None)` if it says nothing.
    pub(crate) fn parse(&mut self, file: &Arc<SourceFile>) -> Option<Option<Node>> {
        // Ansible tries JSON first, too. It differs from YAML: `1e5` is a number, and tabs are allowed anywhere.
        if file.text.trim_start().starts_with(['{', '['])
            && let Ok((root, twice)) = json::parse(&file.text)
        {
            for twice in &twice {
                self.duplicate_key(file, &twice.key, twice.span, twice.before);
            }
            return Some(Some(root));
        }
        let mut duplicates = Vec::new();
        let documents = match parse_noting(&file.text, &mut duplicates) {
            Ok(documents) => documents,
            Err(error) => {
                self.problems.add(syntax_problem(file, &error));
                return None;
            }
        };
        for duplicate in duplicates {
            let key = rustle_value::python::str(&duplicate.key);
            self.duplicate_key(file, &key, duplicate.span, duplicate.before);
        }
        let mut documents = documents.into_iter();
        let first = documents.next();
        if let Some(second) = documents.next() {
            self.problems.add(
                Problem::error("yaml-syntax", "a second document begins here, and one is expected")
                    .at(Location::of(file, &second)),
            );
            return None;
        }
        Some(first.filter(|root| !root.is_null()))
    }

    /// Tells that `key` stands at `span` and already stood at `before`.
    pub(crate) fn duplicate_key(&mut self, file: &Arc<SourceFile>, key: &str, span: Span, before: Span) {
        let place = |span: Span| Location::new(file, span.bytes());
        self.problems.add(
            Problem::warning("duplicate-key", format!("`{key}` is given twice; the last one counts"))
                .at(place(span))
                .labelled("this one counts")
                .and_at(place(before), "this one is lost"),
        );
    }
}

/// What a text says that was read before, so that nothing is to be told of it.
pub(crate) fn root_of(text: &str) -> Option<Node> {
    let json = text.trim_start().starts_with(['{', '[']).then(|| json::parse(text).ok()).flatten();
    let root = match json {
        Some((root, _)) => return Some(root),
        None => yaml::parse(text).ok()?.into_iter().next(),
    };
    root.filter(|root| !root.is_null())
}

/// The problem for a syntax error, with the mistakes that people make most often explained.
fn syntax_problem(file: &Arc<SourceFile>, error: &YamlError) -> Problem {
    let rest = file.text.get(error.offset..).unwrap_or_default();
    let length = rest.chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
    let mut problem = Problem::error("yaml-syntax", format!("this is not YAML: {}", error.message))
        .at(Location::new(file, error.offset..error.offset + length));
    let line = file.text.lines().nth(error.line.saturating_sub(1)).unwrap_or_default();
    let before = file.text.lines().nth(error.line.saturating_sub(2)).unwrap_or_default();
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    if [line, before].iter().any(|line| line.get(..indent(line)).is_some_and(|indent| indent.contains('\t')))
    {
        problem = problem.with_help("YAML is indented with spaces, and there is a tab here");
    } else if [line, before].iter().any(|line| line.contains(": {{") || line.contains("- {{")) {
        problem = problem.with_help("a value that begins with `{{` must be quoted: \"{{ … }}\"");
    } else if line.matches(": ").count() > 1 {
        problem = problem.with_help("a value that holds `: ` must be quoted");
    }
    problem
}

//! What Cargo.toml says that matters to an audit.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use crate::scan::ScanError;
use crate::scan::sources::Sources;

/// A package.
#[derive(Debug, Default)]
pub struct Package {
    /// What its library is called in code.
    pub library: String,
    /// Whether its edition is 2015, which resolves imports from the root.
    pub is_old: bool,
    /// What it depends on at run time.
    pub dependencies: Vec<Dependency>,
    /// What its build script depends on.
    pub build_dependencies: Vec<Dependency>,
    /// Its build script, relative to its folder.
    pub build_script: Option<PathBuf>,
    /// Where it says that it is a macro of the compiler.
    pub proc_macro: Option<Place>,
}

/// A line and a column, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub col: usize,
}

/// A package that is depended on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// What it is called in code.
    pub name: String,
    /// The name of the package.
    pub package: String,
    /// Where Cargo.toml says so.
    pub place: Place,
}

/// Reads the Cargo.toml of the package of `sources`.
///
/// # Errors
/// If it cannot be read.
pub fn read(sources: &Sources) -> Result<Package, ScanError> {
    let file = Path::new("Cargo.toml");
    let text = sources.text(file)?;
    let root = DeTable::parse(&text).map_err(|error| {
        let at = error.span().map_or(Place { line: 1, col: 1 }, |span| place(&text, span.start));
        let message = error.message().to_owned();
        ScanError { file: file.to_owned(), line: at.line, col: at.col, message }
    })?;
    let root = root.get_ref();
    let workspace = text.contains("workspace").then(|| workspace(sources.folder())).flatten();
    let reader = Reader { text: &text, workspace };
    Ok(reader.package(root, sources))
}

struct Reader<'t> {
    text: &'t str,
    workspace: Option<Table>,
}

impl Reader<'_> {
    fn package(&self, root: &DeTable<'_>, sources: &Sources) -> Package {
        let mut package = Package::default();
        let about = table(root, "package");
        let about = |key: &str| about.and_then(|table| table.get(key)).map(Spanned::get_ref);
        let library = table(root, "lib");
        let named = library.and_then(|lib| lib.get("name")).and_then(|it| it.get_ref().as_str());
        package.library =
            named.or(about("name").and_then(DeValue::as_str)).unwrap_or_default().replace('-', "_");
        package.is_old = match about("edition") {
            None => true,
            Some(DeValue::Table(_)) => {
                let edition = self.inherited("package", "edition");
                edition.and_then(Value::as_str).is_none_or(|it| it == "2015")
            }
            Some(edition) => edition.as_str() == Some("2015"),
        };
        package.build_script = match about("build") {
            Some(DeValue::Boolean(false)) => None,
            Some(DeValue::String(path)) => Some(PathBuf::from(path.as_ref())),
            _ => Some(PathBuf::from("build.rs")),
        };
        package.build_script.take_if(|path| !sources.has(path));
        for key in ["proc-macro", "proc_macro"] {
            let says = library.and_then(|lib| lib.get_key_value(key));
            if let Some((key, value)) = says
                && value.get_ref().as_bool() == Some(true)
            {
                package.proc_macro = Some(place(self.text, key.span().start));
            }
        }
        let targets = table(root, "target").into_iter().flat_map(|targets| targets.values());
        let targets = targets.filter_map(|target| target.get_ref().as_table());
        for table in std::iter::once(root).chain(targets) {
            self.dependencies(table, "dependencies", &mut package.dependencies);
            for key in ["build-dependencies", "build_dependencies"] {
                self.dependencies(table, key, &mut package.build_dependencies);
            }
        }
        package
    }

    fn dependencies(&self, root: &DeTable<'_>, key: &str, all: &mut Vec<Dependency>) {
        for (name, value) in table(root, key).into_iter().flatten() {
            let key = name.get_ref().as_ref();
            let says = |what: &str| value.get_ref().get(what).map(Spanned::get_ref);
            let inherited = || self.inherited("dependencies", key)?.get("package")?.as_str();
            let package = match says("workspace") {
                Some(_) => inherited(),
                None => says("package").and_then(DeValue::as_str),
            };
            all.push(Dependency {
                name: key.replace('-', "_"),
                package: package.unwrap_or(key).to_owned(),
                place: place(self.text, name.span().start),
            });
        }
    }

    /// What the workspace gives to its members.
    fn inherited(&self, area: &str, key: &str) -> Option<&Value> {
        self.workspace.as_ref()?.get(area)?.get(key)
    }
}

fn table<'t, 'i>(root: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
    root.get(key)?.get_ref().as_table()
}

/// The workspace that a package belongs to, if it does.
fn workspace(folder: &Path) -> Option<Table> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().find_map(|folder| {
        let text = std::fs::read_to_string(folder.join("Cargo.toml")).ok()?;
        // Most manifests on the way are those of members.
        if !text.contains("workspace") {
            return None;
        }
        let mut root: Table = text.parse().ok()?;
        match root.remove("workspace")? {
            Value::Table(table) => Some(table),
            _ => None,
        }
    })
}

/// The line and the column of a byte of `text`.
fn place(text: &str, byte: usize) -> Place {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let col = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    Place { line, col }
}

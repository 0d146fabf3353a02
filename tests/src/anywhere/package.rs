//! Packages of modules as their authors write them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use flate2::Compression;
use flate2::write::GzEncoder;
use rustle_package::signature::{self, KeyPair};
use rustle_package::{File, Limits, Tree};
use rustle_schema::package::ModuleId;

/// A package with one module, which writes a line into a file.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its id, which is its module's name as well.
    pub id: String,
    /// Its version.
    pub version: String,
    /// What its module says that it may do.
    pub permissions: Vec<String>,
    /// The packages of modules that it needs: id, versions, and where from.
    pub dependencies: Vec<Needs>,
    /// Lines of `[package]` besides.
    pub more: String,
    /// Files besides: path and content.
    pub files: BTreeMap<String, String>,
    /// Whether its package is a member of the workspace one folder above.
    pub inherits: bool,
}

/// What a package needs.
#[derive(Clone, Debug)]
pub struct Needs {
    /// The id.
    pub id: String,
    /// Which versions.
    pub req: String,
    /// The rest of its entry in Cargo.toml: `registry-index = "…"`, `path = "…"`, `workspace = true`.
    pub from: String,
}

/// Writes what it is told, as a module that `cargo rustle module new` makes does.
const SOURCE: &str = r#"//! The module `@id@`.

use rustle_runtime::prelude::*;

/// Writes a line into a file.
#[rustle_module(name = "@id@", permissions = [@permissions@])]
pub struct @struct@ {
    /// The file; it is made if it is not there.
    path: PathBuf,
    /// What it should hold.
    #[arg(default = "@id@ @version@")]
    line: String,
}

impl Module for @struct@ {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let wanted = format!("{}\n", @line@);
        let changed = std::fs::read_to_string(&self.path).ok().as_deref() != Some(wanted.as_str());
        if changed && !ctx.check_mode() {
            std::fs::write(&self.path, wanted)?;
        }
        Ok(Outcome::of(changed))
    }
}

/// What others call it.
pub const NAME: &str = "@id@";
"#;

const BUILD: &str = "//! Tells runners where the sources of the modules are.\n\nfn main() {\n    \
    println!(\"cargo::metadata=MANIFEST_DIR={}\", env!(\"CARGO_MANIFEST_DIR\"));\n    \
    println!(\"cargo::metadata=FEATURES={}\", std::env::var(\"CARGO_CFG_FEATURE\").unwrap_or_default());\n}\n";

impl Package {
    /// A package whose module reads and writes files.
    pub fn new(id: &str, version: &str) -> Package {
        Package {
            id: id.to_owned(),
            version: version.to_owned(),
            permissions: vec!["fs:read".to_owned(), "fs:write".to_owned()],
            dependencies: Vec::new(),
            more: String::new(),
            files: BTreeMap::new(),
            inherits: false,
        }
    }

    /// One more thing that it may do.
    #[must_use]
    pub fn may(mut self, permission: &str) -> Package {
        self.permissions.push(permission.to_owned());
        self
    }

    /// Lines of `[package]` besides, `license = "MIT"` for instance.
    #[must_use]
    pub fn with(mut self, lines: &str) -> Package {
        self.more.push_str(lines);
        self
    }

    /// One more file.
    #[must_use]
    pub fn file(mut self, path: &str, text: &str) -> Package {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// Signed as it is now; the signature is called `<name>.minisig`.
    #[must_use]
    pub fn signed(self, name: &str, key: &KeyPair) -> Package {
        let files = self.files().into_iter();
        let files = files.map(|(path, text)| (path, File { content: text.into_bytes(), executable: false }));
        let tree = Tree::from_files(files, &Limits::default()).expect("good files");
        let signature = signature::sign(&tree, &self.id, &self.version, &key.secret, None, SystemTime::now());
        let signature = signature.expect("the key can be read");
        self.file(&format!("{name}.minisig"), &signature)
    }

    /// It needs another one. `from` is the rest of the entry in Cargo.toml.
    #[must_use]
    pub fn needs(mut self, id: &str, req: &str, from: &str) -> Package {
        self.dependencies.push(Needs { id: id.to_owned(), req: req.to_owned(), from: from.to_owned() });
        self
    }

    /// It takes edition, licence and the dependencies with `workspace = true` from the workspace above it.
    #[must_use]
    pub fn inheriting(mut self) -> Package {
        self.inherits = true;
        self
    }

    /// The name of its crate.
    pub fn crate_name(&self) -> String {
        self.parsed().crate_name()
    }

    fn parsed(&self) -> ModuleId {
        self.id.parse().expect("an id")
    }

    /// Its module, as one file without dependencies. It calls what it needs, so that this is linked.
    pub fn source(&self) -> String {
        let quoted: Vec<String> = self.permissions.iter().map(|it| format!("{it:?}")).collect();
        let name = self.id.rsplit('.').next().unwrap_or_default();
        let structure: String =
            name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect();
        let used = self.dependencies.first().map(|needs| {
            let id: ModuleId = needs.id.parse().expect("an id");
            format!("format!(\"{{}} over {{}}\", self.line, {}::NAME)", id.crate_name().replace('-', "_"))
        });
        SOURCE
            .replace("@id@", &self.id)
            .replace("@version@", &self.version)
            .replace("@permissions@", &quoted.join(", "))
            .replace("@struct@", &structure)
            .replace("@line@", used.as_deref().unwrap_or("self.line"))
    }

    /// All its files.
    pub fn files(&self) -> BTreeMap<String, String> {
        let inherited = if self.inherits { "edition.workspace = true\n" } else { "edition = \"2024\"\n" };
        let mut manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"{}\"\n{inherited}links = \"{}\"\n{}\n[dependencies]\nrustle-runtime = \"0.1.0\"\n",
            self.crate_name(),
            self.version,
            self.parsed().links(),
            self.more,
        );
        for needs in &self.dependencies {
            let id: ModuleId = needs.id.parse().expect("an id");
            let version = match needs.from.contains("workspace") {
                true => String::new(),
                false => format!("version = \"{}\"", needs.req),
            };
            let parts = [version, needs.from.clone()];
            let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            manifest.push_str(&format!("{} = {{ {} }}\n", id.crate_name(), parts.join(", ")));
        }
        let files = [("Cargo.toml", manifest), ("build.rs", BUILD.to_owned()), ("src/lib.rs", self.source())];
        let files = files.into_iter().map(|(name, text)| (name.to_owned(), text));
        files.chain(self.files.clone()).collect()
    }

    /// Writes its files into a folder.
    pub fn write(&self, folder: &Path) {
        for (name, text) in self.files() {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
    }

    /// Its `.crate`.
    pub fn archive(&self) -> Vec<u8> {
        let top = format!("{}-{}", self.crate_name(), self.version);
        let entries =
            self.files().into_iter().map(|(name, text)| (format!("{top}/{name}"), text.into_bytes()));
        tar_gz(entries, &[])
    }
}

/// A `.tar.gz` with these files; then those of `odd`, whose headers are as they are.
pub fn tar_gz(files: impl IntoIterator<Item = (String, Vec<u8>)>, odd: &[(tar::Header, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, name, content.as_slice()).expect("in memory");
    }
    for (header, content) in odd {
        builder.append(header, content.as_slice()).expect("in memory");
    }
    builder.into_inner().and_then(GzEncoder::finish).expect("in memory")
}

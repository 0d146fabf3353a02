//! Crates as people write them, and what a scan makes of them.

use std::path::Path;

use rustle_schema::module_spec::{ArgType, ModuleSpec, Rule};
use rustle_spec::scan::{Cfg, crate_specs};
use tempfile::TempDir;

const MANIFEST: &str = "[package]\nname = \"acme-modules\"\nversion = \"1.2.3\"\n";

/// A crate of these files; Cargo.toml where none is among them.
fn krate(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in [("Cargo.toml", MANIFEST)].iter().chain(files) {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// A module of this name, with these fields.
fn module(name: &str, fields: &str) -> String {
    let ident = name.split(['.', '_']).map(|part| part[..1].to_uppercase() + &part[1..]).collect::<String>();
    format!("/// Does it.\n#[rustle_module(name = \"{name}\")]\npub struct {ident} {{ {fields} }}\n")
}

fn specs(files: &[(&str, &str)], cfg: &Cfg) -> Vec<ModuleSpec> {
    crate_specs(krate(files).path(), cfg).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn names(files: &[(&str, &str)], cfg: &Cfg) -> Vec<String> {
    specs(files, cfg).into_iter().map(|spec| spec.name).collect()
}

fn errors(files: &[(&str, &str)]) -> Vec<String> {
    match crate_specs(krate(files).path(), &Cfg::new()) {
        Ok(specs) => panic!("no errors, but {specs:#?}"),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn files_are_found_where_the_compiler_finds_them() {
    let lib = format!(
        "mod flat;\nmod nested;\n#[path = \"other/place.rs\"]\nmod elsewhere;\nmod inline {{ {} mod deeper; \
         #[path = \"odd.rs\"] mod odd; }}\n#[cfg(test)] mod tests;\n#[cfg(feature = \"extra\")] mod extra;\n{}",
        module("a.inline", ""),
        module("a.root", "")
    );
    let files = [
        ("src/lib.rs", lib.as_str()),
        ("src/flat.rs", &(module("a.flat", "") + "mod child; #[path = \"sibling.rs\"] mod by_path;")),
        ("src/flat/child.rs", &module("a.flat_child", "")),
        ("src/sibling.rs", &module("a.sibling", "")),
        ("src/nested/mod.rs", &(module("a.nested", "") + "mod child;")),
        ("src/nested/child.rs", &module("a.nested_child", "")),
        ("src/other/place.rs", &(module("a.elsewhere", "") + "mod beside;")),
        ("src/other/beside.rs", &module("a.beside", "")),
        ("src/inline/deeper.rs", &module("a.deeper", "")),
        ("src/inline/odd.rs", &module("a.odd", "")),
        ("src/extra.rs", &module("a.extra", "")),
        ("src/unused.rs", &module("a.unused", "")),
    ];
    let mut wanted = vec![
        "a.beside",
        "a.deeper",
        "a.elsewhere",
        "a.flat",
        "a.flat_child",
        "a.inline",
        "a.nested",
        "a.nested_child",
        "a.odd",
        "a.root",
        "a.sibling",
    ];
    assert_eq!(names(&files, &Cfg::new()), wanted);
    wanted.insert(3, "a.extra");
    assert_eq!(names(&files, &Cfg::new().with_feature("extra")), wanted);
}

#[test]
fn conditions_hold_for_items_fields_and_attributes() {
    let lib = "
        /// Does it.
        #[cfg_attr(target_os = \"linux\", rustle_runtime::rustle_module(name = \"a.b\"))]
        pub struct B {
            #[arg(flatten)]
            group: Group,
        }
        #[derive(Options)]
        struct Group {
            /// Always.
            one: String,
            /// On Linux.
            #[cfg(target_os = \"linux\")]
            two: String,
            /// Elsewhere.
            #[cfg(not(target_os = \"linux\"))]
            three: String,
            /// A word.
            #[cfg_attr(unix, arg(rename = \"word\"))]
            #[cfg_attr(windows, arg(rename = \"wort\"))]
            four: Option<Word>,
        }
        #[derive(Choice)]
        enum Word { A, #[cfg(windows)] B, #[cfg(unix)] C }
    ";
    let linux = Cfg::new().with("target_os", "linux").with_name("unix");
    let found = specs(&[("src/lib.rs", lib)], &linux);
    let args: Vec<&str> = found[0].args.iter().map(|arg| arg.name.as_str()).collect();
    assert_eq!(args, ["one", "two", "word"]);
    assert_eq!(found[0].args[2].kind, ArgType::Choice(vec!["a".into(), "c".into()]));
    assert_eq!(names(&[("src/lib.rs", lib)], &Cfg::new()), [""; 0]);
}

#[test]
fn a_specification_is_complete() {
    let lib = "
        /// Greets somebody.
        ///
        /// Loudly.
        ///
        /// # Examples
        /// ```yaml
        /// - acme.greet: {path: /x}
        /// ```
        #[rustle_module(name = \"acme.greet\", aliases = [\"acme.hello\"], check_mode = \"none\",
            permissions = [\"fs:write\"], required_by = [(\"path\", [\"mode\"])])]
        pub struct Greet {
            /// Where.
            #[arg(file = \"files\")]
            path: std::path::PathBuf,
            /// Which.
            #[arg(default = 3, alias = \"n\")]
            number: u8,
            #[arg(flatten)]
            attributes: rustle_runtime::args::FileAttributes,
            #[arg(rest)]
            others: Map,
            #[arg(internal)]
            found: Option<String>,
        }
    ";
    let spec = specs(&[("src/lib.rs", lib)], &Cfg::new()).remove(0);
    assert_eq!((spec.krate.as_str(), spec.version.as_str()), ("acme-modules", "1.2.3"));
    assert_eq!((spec.summary.as_str(), spec.description.as_str()), ("Greets somebody.", "Loudly."));
    assert_eq!(spec.examples, "- acme.greet: {path: /x}");
    assert_eq!(spec.rest.as_deref(), Some("others"));
    assert_eq!(spec.rules, [Rule::RequiredBy { arg: "path".into(), required: vec!["mode".into()] }]);
    let args: Vec<(&str, bool)> = spec.args.iter().map(|arg| (arg.name.as_str(), arg.required)).collect();
    assert_eq!(args[..3], [("path", true), ("number", false), ("mode", false)]);
    assert_eq!(args.last(), Some(&("unsafe_writes", false)));
}

#[test]
fn types_are_looked_up() {
    let fields = "
        /// Doc.
        a: State,
        /// Doc.
        b: types::State,
        /// Doc.
        c: crate::types::deep::Part,
        /// Doc.
        d: Vec<Renamed>,
        /// Doc.
        e: Option<Mode>,
        /// Doc.
        #[arg(expression)]
        f: Vec<args::Evaluated>,
        /// Doc.
        g: Globbed,
        /// Doc.
        h: Names,
        /// Doc.
        i: std::collections::BTreeMap<String, Own>,
        /// Doc.
        j: Reexported,
    ";
    let uses = "
        mod types;
        use types::{deep::{self, Part as Renamed}, State, Reexported};
        use types::deep::inner::*;
        use rustle_runtime::{args::{self, Mode}, prelude::*};
        type Names = Vec<String>;
        struct Own;
    ";
    let lib = format!("{uses}\n{}", module("a.b", fields));
    let types = "
        pub mod deep;
        pub use self::deep::inner::Hidden as Reexported;
        #[derive(Clone, rustle_runtime::Choice)]
        pub enum State { Present, Absent }
    ";
    let deep = "
        /// A part.
        #[derive(Options)]
        #[options(mutually_exclusive = [[\"size\", \"state\"]])]
        pub struct Part {
            /// Its size.
            size: Option<i64>,
            /// Its state.
            state: Option<super::State>,
        }
        pub mod inner {
            #[derive(Choice)]
            pub enum Globbed { X }
            #[derive(Choice)]
            pub enum Hidden { Y }
        }
    ";
    let files = [("src/lib.rs", lib.as_str()), ("src/types.rs", types), ("src/types/deep.rs", deep)];
    let spec = specs(&files, &Cfg::new()).remove(0);
    let kinds: Vec<ArgType> = spec.args.into_iter().map(|arg| arg.kind).collect();
    let choice = |words: &[&str]| ArgType::Choice(words.iter().map(ToString::to_string).collect());
    let list = |of: &ArgType| ArgType::List(Box::new(of.clone()));
    let (state, part) = (choice(&["present", "absent"]), kinds[2].clone());
    let ArgType::Options(args, rules) = &part else { panic!("{part:?}") };
    assert_eq!(args[1].kind, state);
    assert_eq!(rules, &[Rule::MutuallyExclusive(vec!["size".into(), "state".into()])]);
    let wanted = [
        state.clone(),
        state,
        part.clone(),
        list(&part),
        ArgType::Mode,
        list(&ArgType::Raw),
        choice(&["x"]),
        list(&ArgType::Str),
        ArgType::Map(Box::new(ArgType::Custom("Own".into()))),
        choice(&["y"]),
    ];
    assert_eq!(kinds, wanted);
}

#[test]
fn what_cannot_be_seen_is_an_error() {
    let fields = "/// Doc.\n a: Nowhere, /// Doc.\n b: other_crate::Thing, /// Doc.\n c: Part,";
    let lib = format!(
        "{}mod missing;
        #[derive(Options)]
        struct Part {{
            /// Doc.
            parts: Vec<Part>,
        }}
        macro_rules! modules {{
            () => {{
                #[rustle_module(name = \"a.hidden\")]
                struct Hidden {{}}
            }};
        }}
        fn local() {{
            /// Doc.
            #[rustle_module(name = \"a.local\")]
            struct Local {{}}
        }}
        #[test]
        fn not_compiled() {{
            #[cfg(test)]
            #[rustle_module(name = \"a.test\")]
            struct Test {{}}
        }}",
        module("a.b", fields)
    );
    assert_eq!(
        errors(&[("src/lib.rs", &lib)]),
        [
            "src/lib.rs:4:5: the type `Nowhere` is found neither in this crate nor in rustle_runtime::args, so the \
             build cannot tell what it takes",
            "src/lib.rs:5:5: the type `Thing` is found neither in this crate nor in rustle_runtime::args, so the \
             build cannot tell what it takes",
            "src/lib.rs:7:5: there is no file for the module `missing`",
            "src/lib.rs:9:16: `Part` holds arguments of its own type, without end",
            "src/lib.rs:15:18: a module inside a macro cannot be seen by the build: write it out",
            "src/lib.rs:22:20: a module inside a function cannot be seen by the build: write it out",
        ]
    );
}

#[test]
fn what_the_compiler_refuses_is_an_error_here_too() {
    let fields = "
        a: String,
        /// Doc.
        #[arg(defualt = 1)]
        b: u8,
        /// Doc.
        #[arg(default = \"maybe\")]
        c: State,
        #[arg(flatten)]
        d: FileAttributes,
        /// Doc.
        mode: Option<String>,
        /// Doc.
        #[arg(default)]
        e: State,
        /// Doc.
        #[arg(default = [\"yes\", \"perhaps\"])]
        f: Vec<State>,
    ";
    let lib = format!(
        "use rustle_runtime::args::FileAttributes;\n#[derive(Choice)] enum State {{ Yes, No }}\n{}",
        module("a.b", fields)
    );
    let lib = lib.replace("name = \"a.b\"", "name = \"a.b\", required_one_of = [[\"c\", \"nope\"]]");
    assert_eq!(
        errors(&[("src/lib.rs", &lib)]),
        [
            "src/lib.rs:4:56: there is no argument `nope`",
            "src/lib.rs:5:12: a shared group of `AB` has an argument of the same name: `mode`",
            "src/lib.rs:6:9: `a` needs a documentation comment: what does a playbook's author give here?",
            "src/lib.rs:8:15: unknown key `defualt`; did you mean `default`?",
            "src/lib.rs:11:25: `maybe` cannot be the default of `State`",
            "src/lib.rs:18:15: `{}` cannot be the default of `State`, which has no arguments of its own",
            "src/lib.rs:21:25: `perhaps` cannot be the default of `State`",
        ]
    );
    assert_eq!(errors(&[("src/lib.rs", "fn broken(a) {}")]), ["src/lib.rs:1:12: expected `:`"]);
    let twice = format!("mod a {{ {} }} mod b {{ {} }}", module("x.y", ""), module("x.y", ""));
    assert_eq!(errors(&[("src/lib.rs", &twice)]), ["src/lib.rs:6:12: `XY` is called `x.y` already"]);
}

#[test]
fn packages_say_who_they_are() {
    let workspace = krate(&[
        ("Cargo.toml", "[workspace]\n[workspace.package]\nversion = \"4.5.6\"\n"),
        (
            "member/Cargo.toml",
            "[package]\nname = \"m\"\nversion.workspace = true\n[lib]\npath = \"code/root.rs\"\n",
        ),
        ("member/code/root.rs", &(module("m.a", "") + "mod more;")),
        ("member/code/more.rs", &module("m.b", "")),
        ("member/src/main.rs", &module("m.c", "")),
    ]);
    let found = crate_specs(&workspace.path().join("member"), &Cfg::new()).unwrap();
    let found: Vec<_> = found.iter().map(|spec| (spec.name.as_str(), spec.version.as_str())).collect();
    assert_eq!(found, [("m.a", "4.5.6"), ("m.b", "4.5.6"), ("m.c", "4.5.6")]);
    let empty = krate(&[]);
    let errors = crate_specs(empty.path(), &Cfg::new()).unwrap_err();
    assert_eq!(errors[0].to_string(), "Cargo.toml:1:1: there is neither src/lib.rs nor src/main.rs");
}

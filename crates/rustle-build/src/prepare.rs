//! [`prepare`]: what a runner's `build.rs` calls.

use std::io;
use std::path::Path;

use rustle_playbook::{Problem, Severity};

use crate::build::{BuildOptions, Prepared, build_bundle};
use crate::config::{self, Config, Embed};
use crate::diagnostics::{Problems, one_line};
use crate::env_vars::{Environment, Missing, level_of};
use crate::glue::{self, Beside, Carries};
use crate::linked;
use crate::manifest::Manifest;
use crate::modules::{Linked, ModuleCrate, Sources};
use crate::object_file::{self, Form};
use crate::output;

/// The glue's name in `OUT_DIR`, which `rustle_runtime::main!` includes.
const GLUE: &str = "rustle.rs";

/// The folder of the bundle in `OUT_DIR`.
const BUNDLE: &str = "bundle";

/// The list of what is linked, in `OUT_DIR`.
const LINKED: &str = "linked";
/// The bundle's object file in `OUT_DIR`.
const OBJECT: &str = "bundle.o";

/// Where embedded files lie on this machine, for debug builds, in `OUT_DIR`.
const LIVE: &str = "live";

/// The folder of modules in `OUT_DIR` whose text stands in `rustle.toml` or in the plan.
const MODULES: &str = "modules";

/// Reads, checks and packs the runner's playbook and writes the glue. Problems are printed as a compiler prints them; if
/// one is an error, the process ends with exit code 1.
///
/// For an editor the glue compiles even then, and the problems are warnings, so that completion keeps working.
pub fn prepare() {
    let environment = Environment::read();
    let (editor, colour) = environment.as_ref().map(|it| (it.editor, it.colour)).unwrap_or_default();
    match environment.map_err(outside).and_then(|environment| with(&environment)) {
        Ok(prepared) => {
            tell(&prepared.warnings);
        }
        Err(problems) if editor => tell(&problems),
        Err(problems) => {
            eprint!("{}", problems.render(colour));
            std::process::exit(1);
        }
    }
}

/// What [`prepare`] does, for a `build.rs` that wants the result. Nothing is printed but what Cargo must know.
///
/// # Errors
/// Every problem, if one is an error. The glue is written nevertheless, and compiles.
pub fn try_prepare() -> Result<Prepared, Problems> {
    with(&Environment::read().map_err(outside)?)
}

fn outside(missing: Missing) -> Problems {
    let message = format!("the environment variable `{}` is not set", missing.0.name);
    Problems::one(
        Problem::error("not-cargo", message).with_help("call `rustle_build::prepare()` from a build script"),
    )
}

fn tell(problems: &Problems) {
    for problem in problems.iter().filter(|problem| problem.severity != Severity::Note) {
        println!("cargo::warning={}", one_line(problem));
    }
}

/// Prepares what `environment` says.
pub(crate) fn with(environment: &Environment) -> Result<Prepared, Problems> {
    let result = options(environment).and_then(|options| build_bundle(&options));
    let written = match &result {
        Ok(prepared) => write(environment, prepared),
        Err(_) => output::write_if_changed(
            &environment.out_dir.join(GLUE),
            glue::text(&[], &[], Carries::Nothing, Beside::default(), None).as_bytes(),
        ),
    };
    let mut prepared = result?;
    if let Err(error) = written {
        return Err(Problems::one(Problem::error(
            "output",
            format!("the output cannot be written: {error}"),
        )));
    }
    prepared.watched.insert(environment.manifest_dir.join(config::FILE_NAME));
    prepared.watched.insert(environment.manifest_dir.join("Cargo.toml"));
    prepared.watched.insert(environment.manifest_dir.join("src"));
    prepared.watched.extend(rustle_bundle::cargo_lock::path(&environment.manifest_dir));
    prepared.watched.extend(environment.module_crates.iter().map(|krate| krate.folder.join("src")));
    watch(&prepared, &environment.out_dir);
    Ok(prepared)
}

fn watch(prepared: &Prepared, out_dir: &Path) {
    for path in output::to_watch(&prepared.watched, out_dir) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    for var in Environment::watched() {
        println!("cargo::rerun-if-env-changed={}", var.name);
    }
}

fn write(environment: &Environment, prepared: &Prepared) -> io::Result<()> {
    let folder = environment.out_dir.join(BUNDLE);
    output::keep_only(&folder, &[rustle_bundle::FILE_NAME])?;
    let linked = linked::of_runner(&environment.manifest_dir, &environment.package, prepared);
    let linked = rustle_bundle::pack_linked(&linked).map_err(io::Error::other)?;
    output::write_if_changed(&environment.out_dir.join(LINKED), &linked)?;
    let object = environment.out_dir.join(OBJECT);
    let form = object_form(environment, prepared).map_err(io::Error::other)?;
    let carries = match (environment.bare, form) {
        (true, _) => Carries::Nothing,
        (false, None) => Carries::Folder,
        (false, Some(form)) => {
            object_file::write(&folder.join(rustle_bundle::FILE_NAME), &object, form)?;
            println!("cargo::rustc-link-arg-bins={}", object.display());
            Carries::Object(prepared.bundle.length().map_err(io::Error::other)?)
        }
    };
    if !matches!(carries, Carries::Object(_)) && object.exists() {
        std::fs::remove_file(&object)?;
    }
    // A runner that is pinned to a key reads nothing that nobody has signed, in debug builds neither.
    let live = prepared.signer.is_none() && matches!(carries, Carries::Folder | Carries::Object(_));
    if live {
        output::write_if_changed(&environment.out_dir.join(LIVE), &prepared.live())?;
    }
    let beside = Beside { linked: true, live };
    let compiled = compiled(environment, prepared)?;
    let glue = glue::text(&prepared.crates, &compiled, carries, beside, prepared.signer.as_deref());
    output::write_if_changed(&environment.out_dir.join(GLUE), glue.as_bytes())
}

/// What the bundle's object file is made for, if it is to be linked.
fn object_form(environment: &Environment, prepared: &Prepared) -> Result<Option<Form>, String> {
    let long = prepared.bundle.length().is_ok_and(|length| length > object_file::THRESHOLD);
    let form = Form::of(&environment.target);
    match prepared.embed {
        Embed::Include => Ok(None),
        Embed::Auto => Ok(form.filter(|_| long)),
        Embed::Object if form.is_some() => Ok(form),
        Embed::Object => Err("`[build] embed = \"object\"`: object files for this target are not known; \
             `embed = \"include\"` compiles the bundle in"
            .into()),
    }
}

/// The files of modules that are compiled with the runner. What stands in another file is written to the output.
fn compiled(environment: &Environment, prepared: &Prepared) -> io::Result<Vec<glue::Compiled>> {
    let folder = environment.out_dir.join(MODULES);
    let mut compiled = Vec::new();
    let mut written = Vec::new();
    for file in &prepared.compiled {
        let name = file.id.rust_name();
        let path = match &file.path {
            Some(path) => path.clone(),
            None => {
                let path = folder.join(format!("{name}.rs"));
                output::write_if_changed(&path, file.text.text.as_bytes())?;
                written.push(format!("{name}.rs"));
                path
            }
        };
        compiled.push((name, path));
    }
    let written: Vec<&str> = written.iter().map(String::as_str).collect();
    output::keep_only(&folder, &written)?;
    Ok(compiled)
}

fn options(environment: &Environment) -> Result<BuildOptions, Problems> {
    let mut problems = Vec::new();
    let mut config = Config::load(&environment.manifest_dir, &mut problems);
    if let Some(level) = &environment.compression {
        match level_of(level) {
            Ok(level) => config.build.compression = Some(level),
            Err(problem) => problems.push(*problem),
        }
    }
    let manifest = Manifest::load(&environment.manifest_dir)
        .map_err(|problem| problems.push(*problem))
        .unwrap_or_default();
    let problems = Problems::new(problems);
    if problems.errors() > 0 {
        return Err(problems);
    }
    let runner =
        ModuleCrate { folder: environment.manifest_dir.clone(), features: environment.features.clone() };
    Ok(BuildOptions {
        folder: environment.manifest_dir.clone(),
        config,
        name: environment.package.clone(),
        version: environment.version.clone(),
        sources: Sources {
            crates: environment.module_crates.clone(),
            runner: Some(runner),
            linked: Linked::Manifest(manifest),
            target: environment.target.clone(),
            files: Vec::new(),
        },
        extra_vars: Default::default(),
        machine_policy: environment.policy.clone(),
        fetch: environment.fetch,
        profile: Some(environment.profile.clone()),
        escalation: Default::default(),
        seals: Vec::new(),
        bundle_file: Some(environment.out_dir.join(BUNDLE).join(rustle_bundle::FILE_NAME)),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use rustle_bundle::Bundle;

    use super::*;

    const MANIFEST: &str = "[package]\nname = \"web\"\n[dependencies]\nrustle-module-control = \"0.1.0\"\n";

    fn project(folder: &Path, playbook: &str) -> Environment {
        let put = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("Cargo.toml", MANIFEST);
        put("src/main.rs", "");
        put("rustle.toml", "[runner]\nplaybook = \"playbook/site.yml\"\nembed = [\"extra\"]\n");
        put("playbook/site.yml", playbook);
        put("playbook/files/motd", "Welcome\n");
        put("extra/big", &"x".repeat(100_000));
        Environment {
            out_dir: folder.join("target/out"),
            manifest_dir: folder.to_owned(),
            package: "web".into(),
            version: "1.0.0".into(),
            ..Environment::default()
        }
    }

    const GOOD: &str = "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug:\n        msg: hi\n";

    fn outputs(environment: &Environment) -> Vec<(PathBuf, Vec<u8>)> {
        let names = ["rustle.rs", "bundle/plan.bundle"];
        names.iter().map(|name| (name.into(), fs::read(environment.out_dir.join(name)).unwrap())).collect()
    }

    #[test]
    fn outputs_are_complete_and_the_same_anywhere() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = project(one.path(), GOOD);
        let prepared = with(&first).unwrap();
        assert_eq!(prepared.modules, ["debug"]);
        assert_eq!(prepared.crates, ["rustle_module_control"]);
        let second = project(two.path(), GOOD);
        with(&second).unwrap();
        assert_eq!(outputs(&first), outputs(&second));
        let bundle = Bundle::open(outputs(&first).pop().unwrap().1).unwrap();
        assert_eq!(bundle.digest(), prepared.digest);
        assert_eq!(*bundle.read(b"playbook/files/motd").unwrap(), *b"Welcome\n");
        assert_eq!(bundle.read(b"extra/big").unwrap().len(), 100_000);
        assert_eq!((bundle.settings().name.as_str(), bundle.settings().version.as_str()), ("web", "1.0.0"));
        assert_eq!(bundle.plan().unwrap().facts, Some(Vec::new()));
    }

    #[test]
    fn with_problems_the_glue_compiles_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let environment = project(folder.path(), &GOOD.replace("debug", "degub"));
        let problems = with(&environment).unwrap_err();
        assert_eq!(problems.errors(), 1);
        let glue = fs::read_to_string(environment.out_dir.join(GLUE)).unwrap();
        assert!(syn::parse_file(&glue).is_ok() && glue.contains("BUNDLE"));
    }

    #[test]
    fn a_level_from_the_environment_wins() {
        let folder = tempfile::tempdir().unwrap();
        let mut environment = project(folder.path(), GOOD);
        environment.compression = Some("fast".into());
        let text = with(&environment).unwrap_err().render(false);
        assert!(text.contains("should be a whole number between -7 and 22, and is `fast`"), "{text}");
        environment.compression = Some("19".into());
        assert!(with(&environment).is_ok());
    }
}

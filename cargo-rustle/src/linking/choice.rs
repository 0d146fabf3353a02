//! How a static executable comes about on this machine: by musl if its standard library is there, else by glibc's archives.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustle_build::{Problem, Problems};

use crate::base::toolchain::Toolchain;
use crate::base::{state_folder, surroundings};
use crate::failure::{Failure, Result};
use crate::linking::cargo_config::CargoConfig;

/// How an executable is linked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// `--target`, where Cargo gets one.
    pub target: Option<String>,
    /// More options for Cargo.
    pub options: Vec<String>,
    /// Why the executable will not be static, if it will not.
    pub note: Option<String>,
}

/// Chooses for `target`, which is what was asked for; `None` is what Cargo's configuration names, or else this machine,
/// which gets a static executable on Linux if `wanted`. A target that was named is left as it is.
///
/// # Errors
/// If the compiler cannot be asked.
pub fn choose(folder: &Path, target: Option<String>, wanted: bool) -> Result<Choice> {
    let toolchain = Toolchain::find(folder, &state_folder(folder), None)?;
    choose_of(folder, &toolchain, target, wanted, CargoConfig::here())
}

fn choose_of(
    folder: &Path,
    toolchain: &Toolchain,
    target: Option<String>,
    wanted: bool,
    config: CargoConfig,
) -> Result<Choice> {
    let target = match (target, config.targets.as_slice()) {
        (None, [one]) => Some(one.clone()),
        // For several, Cargo builds several.
        (None, [_, _, ..]) => return Ok(Choice::default()),
        (target, _) => target,
    };
    let machine = Machine { libraries: toolchain.libraries(), configured: config.flags };
    if let Some(target) = &target {
        // A target that somebody describes, or whose library they build, they know better.
        let own = target.ends_with(".json") || builds_std(folder);
        if !own && !machine.has_std(target) {
            return Err(missing_std(target));
        }
    }
    if target.is_some() || !wanted || !cfg!(target_os = "linux") {
        return Ok(Choice { target, ..Choice::default() });
    }
    Ok(of(toolchain.host(), &machine))
}

/// Whether a standard library is built along, as far as the environment and Cargo's configuration say.
fn builds_std(folder: &Path) -> bool {
    std::env::var_os("CARGO_UNSTABLE_BUILD_STD").is_some()
        || surroundings::configurations(folder)
            .iter()
            .any(|file| std::fs::read_to_string(file).is_ok_and(|text| text.contains("build-std")))
}

fn missing_std(target: &str) -> Failure {
    let problem = Problem::error("missing-std", format!("the standard library of {target} is not installed"));
    let problem = problem
        .with_help(format!("`rustup target add {target}` installs it, if there is such a target"))
        .with_help("`cross build` brings one of its own");
    Failure::Refused("nothing was built", Problems::one(problem))
}

impl Choice {
    /// Refuses a choice that is not static where rustle.toml says that it must be.
    ///
    /// # Errors
    /// Why it will not be.
    pub fn refuse(&self, must: Option<bool>) -> Result<()> {
        match (&self.note, must) {
            (Some(note), Some(true)) => {
                let message = format!("`[build] static` of rustle.toml asks for what cannot be: {note}");
                let problem = Problem::error("not-static", message);
                Err(Failure::Refused("nothing was built", Problems::one(problem)))
            }
            _ => Ok(()),
        }
    }
}

/// What there is to know of a machine.
trait Surroundings {
    /// Whether the standard library of `target` is installed.
    fn has_std(&self, target: &str) -> bool;
    /// Whether there is a compiler for C that makes objects for `target`.
    fn has_c_compiler(&self, target: &str) -> bool;
    /// Whether glibc's archive is there.
    fn has_static_glibc(&self) -> bool;
    /// A variable that takes the place of what `--config` says of flags, if one is set.
    fn flags_variable(&self) -> Option<&'static str>;
    /// What says flags that those of a target, which `--config` gives, would take the place of.
    fn configured_flags(&self) -> Option<&'static str>;
}

fn of(host: &str, surroundings: &dyn Surroundings) -> Choice {
    // What musl builds for itself is static by default.
    if host.ends_with("-musl") {
        return Choice::default();
    }
    let Some(musl) = host.strip_suffix("-gnu").map(|system| format!("{system}-musl")) else {
        return Choice {
            note: Some(format!("nobody knows how {host} links statically")),
            ..Choice::default()
        };
    };
    let std = surroundings.has_std(&musl);
    if std && surroundings.has_c_compiler(&musl) {
        return Choice { target: Some(musl), ..Choice::default() };
    }
    let no_musl = match std {
        false => format!("the standard library of {musl} is not installed (`rustup target add {musl}`)"),
        true => format!("there is no C compiler for {musl} (Debian: `apt install musl-tools`)"),
    };
    let no_glibc = match surroundings.flags_variable() {
        Some(variable) => {
            format!("{variable} is set, and takes the place of `-C target-feature=+crt-static`")
        }
        None if let Some(flags) = surroundings.configured_flags() => {
            format!("`-C target-feature=+crt-static` would take the place of {flags}")
        }
        None if !surroundings.has_static_glibc() => "glibc's archive libc.a is not installed".to_owned(),
        None => {
            let flags = format!("target.{host}.rustflags=[\"-C\", \"target-feature=+crt-static\"]");
            // With a target, build scripts and procedural macros stay as they are.
            return Choice { target: Some(host.into()), options: vec!["--config".into(), flags], note: None };
        }
    };
    Choice { note: Some(format!("{no_musl}, and {no_glibc}")), ..Choice::default() }
}

/// This machine.
struct Machine {
    /// The compiler's folder of standard libraries.
    libraries: PathBuf,
    /// What Cargo's configuration says flags by.
    configured: Option<&'static str>,
}

impl Surroundings for Machine {
    fn has_std(&self, target: &str) -> bool {
        let entries =
            std::fs::read_dir(self.libraries.join(target).join("lib")).into_iter().flatten().flatten();
        let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.any(|name| name.starts_with("libstd-") && name.ends_with(".rlib"))
    }

    fn has_c_compiler(&self, target: &str) -> bool {
        let named = ["CC_", "TARGET_CC_"].iter().any(|prefix| {
            let plain = format!("{prefix}{target}");
            [plain.replace('-', "_"), plain].iter().any(|name| is_set(name))
        });
        let architecture = target.split('-').next().unwrap_or_default();
        let programs = ["musl-gcc".to_owned(), format!("{architecture}-linux-musl-gcc")];
        named || is_set("TARGET_CC") || programs.iter().any(|program| in_path(program))
    }

    fn has_static_glibc(&self) -> bool {
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let output = Command::new(compiler).arg("-print-file-name=libc.a").stderr(Stdio::null()).output();
        // What it does not know it prints as it was asked for.
        output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_absolute())
    }

    fn flags_variable(&self) -> Option<&'static str> {
        ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"].into_iter().find(|name| is_set(name))
    }

    fn configured_flags(&self) -> Option<&'static str> {
        self.configured
    }
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn in_path(program: &str) -> bool {
    let path: OsString = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths::<OsStr>(&path).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Given {
        std: bool,
        compiler: bool,
        archive: bool,
        variable: Option<&'static str>,
        configured: Option<&'static str>,
    }

    impl Surroundings for Given {
        fn has_std(&self, _: &str) -> bool {
            self.std
        }
        fn has_c_compiler(&self, _: &str) -> bool {
            self.compiler
        }
        fn has_static_glibc(&self) -> bool {
            self.archive
        }
        fn flags_variable(&self) -> Option<&'static str> {
            self.variable
        }
        fn configured_flags(&self) -> Option<&'static str> {
            self.configured
        }
    }

    const GNU: &str = "x86_64-unknown-linux-gnu";

    #[test]
    fn musl_is_taken_where_it_can_be() {
        let all = Given {
            std: true,
            compiler: true,
            archive: true,
            variable: Some("RUSTFLAGS"),
            configured: Some("x"),
        };
        assert_eq!(of(GNU, &all).target.as_deref(), Some("x86_64-unknown-linux-musl"));
        assert_eq!(of("aarch64-unknown-linux-musl", &Given::default()), Choice::default());
    }

    #[test]
    fn else_glibc_is() {
        let choice = of(GNU, &Given { std: true, archive: true, ..Given::default() });
        assert_eq!(choice.target.as_deref(), Some(GNU));
        assert_eq!(
            choice.options,
            ["--config", r#"target.x86_64-unknown-linux-gnu.rustflags=["-C", "target-feature=+crt-static"]"#]
        );
    }

    #[test]
    fn else_it_is_said_why_not() {
        let choice = of(GNU, &Given::default());
        assert_eq!((choice.target.clone(), choice.options.len()), (None, 0));
        assert_eq!(
            choice.note.unwrap(),
            "the standard library of x86_64-unknown-linux-musl is not installed (`rustup target add \
             x86_64-unknown-linux-musl`), and glibc's archive libc.a is not installed"
        );
        let choice =
            of(GNU, &Given { std: true, archive: true, variable: Some("RUSTFLAGS"), ..Given::default() });
        assert!(choice.note.unwrap().contains("musl-tools`), and RUSTFLAGS is set"));
        let configured =
            Given { archive: true, configured: Some("CARGO_BUILD_RUSTFLAGS"), ..Given::default() };
        let choice = of(GNU, &configured);
        assert_eq!((choice.target, choice.options.len()), (None, 0));
        assert!(choice.note.unwrap().ends_with("would take the place of CARGO_BUILD_RUSTFLAGS"));
    }

    #[test]
    fn a_target_that_was_named_stays() {
        let folder = tempfile::tempdir().unwrap();
        let toolchain = Toolchain::find(folder.path(), folder.path(), None).unwrap();
        let named = Some(toolchain.host().to_owned());
        assert_eq!(choose(folder.path(), named.clone(), true).unwrap().target, named);
        assert_eq!(choose(folder.path(), None, false).unwrap(), Choice::default());
    }

    #[test]
    fn a_target_that_cargo_is_configured_for_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let toolchain = Toolchain::find(folder.path(), folder.path(), None).unwrap();
        let of = |targets: &[&str], target: Option<&str>| {
            let targets = targets.iter().map(|&it| it.to_owned()).collect();
            let config = CargoConfig { targets, flags: None };
            choose_of(folder.path(), &toolchain, target.map(str::to_owned), true, config)
        };
        let host = toolchain.host().to_owned();
        let named = Choice { target: Some(host.clone()), ..Choice::default() };
        assert_eq!(of(&[&host], None).unwrap(), named);
        assert_eq!(of(&["m68k-none-none"], Some(&host)).unwrap(), named, "what was asked for wins");
        assert!(of(&["m68k-none-none"], None).is_err(), "its library is not there");
        assert_eq!(of(&[&host, "m68k-none-none"], None).unwrap(), Choice::default());
    }

    #[test]
    fn a_target_without_its_library_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let Err(Failure::Refused(_, problems)) = choose(folder.path(), Some("m68k-none-none".into()), true)
        else {
            panic!("it is taken")
        };
        let text = problems.render(false);
        assert!(text.contains("error[missing-std]: the standard library of m68k-none-none"), "{text}");
        // Whoever builds it knows.
        std::fs::create_dir(folder.path().join(".cargo")).unwrap();
        std::fs::write(folder.path().join(".cargo/config.toml"), "[unstable]\nbuild-std = [\"std\"]\n")
            .unwrap();
        assert!(choose(folder.path(), Some("m68k-none-none".into()), true).is_ok());
    }

    #[test]
    fn who_insists_on_a_static_one_is_refused() {
        let choice = Choice { note: Some("there is none".into()), ..Choice::default() };
        let Err(Failure::Refused(_, problems)) = choice.refuse(Some(true)) else { panic!("it is taken") };
        assert!(problems.render(false).contains("error[not-static]"));
        assert!(choice.refuse(None).is_ok() && choice.refuse(Some(false)).is_ok());
    }
}

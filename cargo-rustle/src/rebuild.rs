//! A project's runner, by the shortest way: if only the plan, its files or settings have changed since Cargo built it, the
//! new bundle is appended to the base that was kept; else Cargo builds.

use std::fs;
use std::path::{Path, PathBuf};

use rustle_build::config::Config;
use rustle_build::env_vars::{RUSTLE_COMPRESSION_LEVEL, compression_level};
use rustle_build::{BuildOptions, Prepared, build_bundle};
use rustle_bundle::{Bundle, Packed, append_bundle};
use rustle_package::Digest;

use crate::base::kept::{self, About, Kept, Read};
use crate::base::key::{self, Subject};
use crate::base::state_folder;
use crate::base::toolchain::Toolchain;
use crate::base::trees::Trees;
use crate::cargo_view::View;
use crate::compile::{self, Built};
use crate::failure::{Context, Failure, Result, warn};
use crate::project::Project;
use crate::rustle_source::VERSION;
use crate::scratch;
use crate::timings::Timings;

/// A bundle that is larger than this is not compiled in: the executable would carry it twice after the next change, and a
/// compiler needs many times its memory.
const APART: u64 = 1 << 20;

/// The environment variable that turns off the keeping of bases: `0`.
const CACHE: &str = "RUSTLE_TEMPLATE_CACHE";

/// Why a runner for macOS is always compiled.
const APPLE: &str = "an executable for macOS is signed as a whole, and nothing can be appended to it";

/// What is to be built.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The target, if not this machine.
    pub target: Option<String>,
    /// Cargo's options for profile and features.
    pub options: Vec<String>,
    /// Cargo's options for features alone.
    pub features: Vec<String>,
    /// Whether Cargo builds even if nothing needs to be compiled.
    pub compile: bool,
}

/// A finished runner.
#[derive(Debug)]
pub struct Runner {
    /// Where it lies.
    pub path: PathBuf,
    /// The digest of its bundle.
    pub digest: String,
    /// The modules that its plan names.
    pub modules: Vec<String>,
    /// Why it was compiled; `None` where no compiler ran.
    pub compiled: Option<String>,
}

/// Builds the runner of `project`.
///
/// # Errors
/// Every problem of the playbook, or what Cargo or the disk have against it.
pub fn runner(project: &Project, config: Config, wanted: &Wanted, timings: &mut Timings) -> Result<Runner> {
    let state = state_folder(&project.folder);
    let target = wanted.target.as_deref();
    let toolchain = Toolchain::find(&project.folder, &state, target)?;
    timings.phase("rustc");
    let view = View::kept(&project.folder, &state, &wanted.features, &toolchain.platforms(target));
    timings.phase("cargo");
    let view = match view {
        Ok(view) => view,
        // Cargo may know how to build what it cannot describe; if not, it says so itself.
        Err(Failure::Message(why, _)) => {
            let why = why.lines().collect::<Vec<_>>().join(" ");
            return compiled(project, wanted, why, timings);
        }
        Err(failure) => return Err(failure),
    };
    if let Some(why) = stranger(&view, wanted) {
        return compiled(project, wanted, why, timings);
    }
    let mut options = project.options_of(config, &view)?;
    toolchain.describe_target(&mut options.sources);
    if let Some(why) = compression(&mut options) {
        return compiled(project, wanted, why, timings);
    }
    let room = scratch::file_in(&state)?;
    options.bundle_file = Some(room.to_path_buf());
    let prepared = build_bundle(&options)?;
    warn(&prepared.warnings);
    timings.phases(&prepared.phases);
    let embeds = prepared.bundle.length().context("the bundle")? <= APART;
    let subject = Subject {
        folder: &project.folder,
        view: &view,
        toolchain: &toolchain,
        target,
        options: &wanted.options,
        crates: &prepared.crates,
        files: &prepared.compiled,
        signer: prepared.signer.as_deref(),
        embeds,
    };
    let mut trees = Trees::load(&state);
    let key = key::of(&subject, &mut trees);
    let found = match (&key, wanted.compile) {
        (_, true) => Err("it was asked for".to_owned()),
        _ if !bases_are_kept() => Err(format!("{CACHE} says that nothing is kept")),
        (Err(why), _) => Err(why.clone()),
        (Ok(key), _) => kept::find(&state, *key),
    };
    timings.phase("base");
    trees.save();
    let (base, output, why) = match found {
        Ok(kept) => (kept.base, kept.output, None),
        Err(why) => {
            let built = compile::cargo(&project.folder, &cargo_options(wanted), embeds)?;
            timings.phase("compile");
            let packed = bundle_of(&built)?;
            // What lay there while Cargo read it: what has changed since is not what was built.
            let after = key::of(&subject, &mut trees);
            let kept = match key {
                _ if !bases_are_kept() => Ok(None),
                Err(why) => Err(why),
                Ok(key) if after != Ok(key) => Err("something has changed while Cargo built".into()),
                Ok(key) => keep(&state, key, &built, &subject, &prepared, &packed.digest()).map(Some),
            };
            trees.save();
            timings.phase("keep");
            let kept = kept.unwrap_or_else(|reason| {
                timings.note(format!("not kept, since {reason}"));
                None
            });
            if embeds || packed.digest() != prepared.digest {
                // What the build script has packed is what counts.
                if !embeds {
                    append_bundle(&built.executable, &built.executable, &packed)
                        .context(built.executable.display())?;
                    timings.phase("append");
                }
                let modules = match packed.digest() == prepared.digest {
                    true => prepared.modules,
                    false => packed.plan().context("the plan")?.modules,
                };
                return Ok(Runner {
                    path: built.executable,
                    digest: packed.digest(),
                    modules,
                    compiled: Some(why),
                });
            }
            let base = kept.map_or_else(|| built.executable.clone(), |kept| kept.base);
            (base, built.executable, Some(why))
        }
    };
    append(&prepared.bundle, &base, &output)?;
    timings.phase("append");
    Ok(Runner { path: output, digest: prepared.digest, modules: prepared.modules, compiled: why })
}

/// Puts `bundle` behind `base`, where Cargo would put the executable: whoever has removed that may have removed its folder.
fn append(bundle: &Packed, base: &Path, output: &Path) -> Result<()> {
    if let Some(folder) = output.parent() {
        fs::create_dir_all(folder).context(folder.display())?;
    }
    bundle.append(base, output).context(output.display())
}

/// Whether what Cargo built is kept, to have bundles appended.
fn bases_are_kept() -> bool {
    let value = std::env::var(CACHE).unwrap_or_default().to_ascii_lowercase();
    !matches!(value.as_str(), "0" | "false" | "no" | "off")
}

/// Why this program may not pack for the project, if it may not.
fn stranger(view: &View, wanted: &Wanted) -> Option<String> {
    match &view.rustle_build {
        Some(version) if version == VERSION => {}
        Some(version) => {
            return Some(format!("the project builds with rustle-build {version}, and this is {VERSION}"));
        }
        None => return Some("the project does not build with rustle-build".into()),
    }
    let apple =
        wanted.target.as_ref().map_or(cfg!(target_vendor = "apple"), |target| target.contains("-apple-"));
    apple.then(|| {
        eprintln!("note: {APPLE}: Cargo builds it");
        APPLE.to_owned()
    })
}

/// Takes the level of compression that the build script would; why Cargo must tell what is wrong with it.
fn compression(options: &mut BuildOptions) -> Option<String> {
    match compression_level() {
        Ok(None) => {}
        Ok(Some(level)) => options.config.build.compression = Some(level),
        Err(_) => return Some(format!("{} is no level", RUSTLE_COMPRESSION_LEVEL.name)),
    }
    None
}

fn cargo_options(wanted: &Wanted) -> Vec<String> {
    let target = wanted.target.iter().flat_map(|target| ["--target".to_owned(), target.clone()]);
    wanted.options.iter().cloned().chain(target).collect()
}

/// Cargo's build and nothing else.
fn compiled(project: &Project, wanted: &Wanted, why: String, timings: &mut Timings) -> Result<Runner> {
    let built = compile::cargo(&project.folder, &cargo_options(wanted), true)?;
    timings.phase("compile");
    let bundle = bundle_of(&built)?;
    let modules = bundle.plan().context("the plan")?.modules;
    Ok(Runner { path: built.executable, digest: bundle.digest(), modules, compiled: Some(why) })
}

/// Keeps what Cargo built as a base, if the build script has packed exactly what this program has. That nothing is kept
/// costs the next build time.
///
/// # Errors
/// Why nothing is kept.
fn keep(
    state: &Path,
    key: Digest,
    built: &Built,
    subject: &Subject<'_>,
    prepared: &Prepared,
    packed: &str,
) -> std::result::Result<Kept, String> {
    if packed != prepared.digest {
        return Err("the build script has packed another bundle than this program".into());
    }
    if !carries_bundles(&built.executable) {
        return Err("nothing can be appended to such an executable".into());
    }
    let files = key::uncovered(subject, built.files(&subject.view.workspace)?)?;
    let read = Read::now(&files, &built.variables());
    let about = About {
        options: subject.options.to_vec(),
        target: subject.target.map(str::to_owned),
        crates: prepared.crates.clone(),
        embedded: if subject.embeds { prepared.bundle.length().unwrap_or_default() } else { 0 },
    };
    kept::keep(state, key, &built.executable, &built.executable, (read, about))
        .map_err(|error| error.to_string())
}

/// Whether a bundle can be appended to this executable: ELF and PE.
fn carries_bundles(executable: &Path) -> bool {
    let mut magic = [0; 4];
    let read =
        fs::File::open(executable).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut magic));
    read.is_ok() && (magic == *b"\x7fELF" || magic.starts_with(b"MZ"))
}

fn bundle_of(built: &Built) -> Result<Bundle> {
    if built.out_dir.as_os_str().is_empty() {
        return Err(compile::no_runner());
    }
    let file = built.out_dir.join("bundle").join(rustle_bundle::FILE_NAME);
    Packed::from(file.clone()).open().context(file.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_is_written_where_the_folder_was_removed() {
        let home = tempfile::tempdir().unwrap();
        let base = home.path().join("base");
        fs::write(&base, [b"\x7fELF\x02\x01\x01".as_slice(), &[0; 100]].concat()).unwrap();
        let bundle = rustle_bundle::Writer::new(1).finish(&Default::default(), &Default::default()).unwrap();
        let output = home.path().join("target/release/web");
        append(&Packed::from(bundle), &base, &output).unwrap();
        assert!(rustle_bundle::open_appended(&output).unwrap().is_some());
    }
}

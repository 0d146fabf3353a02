//! The project that a command works on: a runner's crate, or a playbook alone.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustle_build::config::{self, Config};
use rustle_build::manifest::Manifest;
use rustle_build::modules::Sources;
use rustle_build::packages::{lock_file, place};
use rustle_build::{BuildOptions, Linked, ModuleCrate, PlanSource, Problems};

use crate::base::state_folder;
use crate::base::toolchain::Toolchain;
use crate::cargo_view::View;
use crate::failure::{Context, Failure, Result, warn};

/// A runner's crate.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its folder, in which `rustle.toml` and Cargo.toml lie.
    pub folder: PathBuf,
}

impl Project {
    /// The project that `start` lies in: the nearest folder with a `rustle.toml`.
    ///
    /// # Errors
    /// If there is none.
    pub fn find(start: &Path) -> Result<Project> {
        let start = std::path::absolute(start).context(start.display())?;
        let found = start.ancestors().find(|folder| folder.join(config::FILE_NAME).is_file());
        found.map(|folder| Project { folder: folder.to_owned() }).ok_or_else(|| {
            Failure::new(format!("there is no {} in {} or above it", config::FILE_NAME, start.display()))
                .help("`cargo rustle new DIR --playbook site.yml` makes a runner of a playbook")
        })
    }

    /// The project that the command line names, or that the current folder lies in.
    ///
    /// # Errors
    /// If there is none.
    pub fn of(folder: Option<&PathBuf>) -> Result<Project> {
        Project::find(folder.map_or(Path::new("."), PathBuf::as_path))
    }

    /// The configuration. What there is to say of it is told.
    ///
    /// # Errors
    /// If it has errors.
    pub fn config(&self) -> Result<Config> {
        let (config, warnings) = self.load()?;
        warn(&warnings);
        Ok(config)
    }

    /// The configuration, and what there is to say of it.
    ///
    /// # Errors
    /// If it has errors.
    pub fn load(&self) -> Result<(Config, Problems)> {
        let mut problems = Vec::new();
        let config = Config::load(&self.folder, &mut problems);
        let problems = Problems::new(problems);
        if problems.errors() > 0 {
            return Err(problems.into());
        }
        Ok((config, problems))
    }

    /// That the packages which Cargo.toml names by path are there: Cargo would say so in words of its own.
    ///
    /// # Errors
    /// If some are not.
    pub fn is_fetched(&self) -> Result<()> {
        let lock = match lock_file::load(&self.folder) {
            Ok(Some(lock)) => lock,
            // What is wrong with it is told where it matters.
            Ok(None) | Err(_) => return Ok(()),
        };
        let fetched = lock.modules.iter().filter(|locked| locked.source.is_remote());
        let places = fetched.filter_map(|locked| Some((locked, place::of(locked)?)));
        let missing = places.filter(|(_, path)| !place::absolute(&self.folder, path).exists());
        let missing: Vec<&str> = missing.map(|(locked, _)| locked.id.as_str()).collect();
        match missing.as_slice() {
            [] => Ok(()),
            _ => Err(Failure::new(format!("these modules are locked and not there: {}", missing.join(", ")))
                .help("`cargo rustle fetch` brings them")),
        }
    }

    /// What the project's build script would build.
    ///
    /// # Errors
    /// If the configuration has errors, or Cargo.toml cannot be read.
    pub fn options(&self) -> Result<BuildOptions> {
        self.options_with(self.config()?)
    }

    /// The same with this configuration.
    ///
    /// # Errors
    /// If locked modules are not there, or Cargo.toml cannot be read.
    pub fn options_with(&self, config: Config) -> Result<BuildOptions> {
        self.is_fetched()?;
        let state = state_folder(&self.folder);
        let toolchain = Toolchain::find(&self.folder, &state, None)?;
        let view = View::kept(&self.folder, &state, &[], &toolchain.platforms(None))?;
        self.options_of(config, &view)
    }

    /// The same with what Cargo knows of the project.
    ///
    /// # Errors
    /// If Cargo.toml cannot be read.
    pub fn options_of(&self, config: Config, view: &View) -> Result<BuildOptions> {
        let manifest = Manifest::load(&self.folder).map_err(|problem| Problems::one(*problem))?;
        Ok(BuildOptions {
            folder: self.folder.clone(),
            config,
            name: manifest.package.clone(),
            version: view.version.clone(),
            sources: Sources {
                crates: view.crates(),
                runner: Some(ModuleCrate { folder: self.folder.clone(), features: view.features.clone() }),
                linked: Linked::Manifest(manifest),
                target: rustle_build::modules::host(),
                files: Vec::new(),
            },
            machine_policy: rustle_build::env_vars::machine_policy(),
            ..BuildOptions::default()
        })
    }
}

/// A playbook, or a plan if its name ends in `.json`, alone: with all builtin modules and no configuration. Nothing above
/// `root`, which is the playbook's folder where it is not given, is read.
///
/// # Errors
/// If there is no such file.
pub fn alone(file: &Path, inventory: &[PathBuf], root: Option<&PathBuf>) -> Result<BuildOptions> {
    let file = std::path::absolute(file).context(file.display())?;
    if !file.is_file() {
        return Err(no_file(&file));
    }
    let folder = file.parent().unwrap_or(Path::new("/")).to_owned();
    let name = file.file_name().map(PathBuf::from).unwrap_or_default();
    let mut options = BuildOptions {
        folder,
        name: file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        ..BuildOptions::default()
    };
    options.config.runner.source = Some(source_of(&name));
    options.config.runner.inventory = absolute_inventory(inventory)?;
    if let Some(root) = root {
        options.config.runner.root = Some(std::path::absolute(root).context(root.display())?);
    }
    Ok(options)
}

/// What is wrong with a path that is no regular file.
fn no_file(path: &Path) -> Failure {
    match path.metadata() {
        Ok(found) if found.is_dir() => {
            Failure::new(format!("{} is a folder, not a playbook", path.display()))
                .help("name the playbook in it, such as `site.yml`")
        }
        Ok(_) => Failure::new(format!(
            "{} is a pipe, a device or the like: a playbook has to be a regular file",
            path.display()
        )),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Failure::new(format!("there is no file {}", path.display()))
        }
        Err(error) => Failure::new(format!("{}: {error}", path.display())),
    }
}

/// A playbook, or a plan if its name ends in `.json`.
pub fn source_of(file: &Path) -> PlanSource {
    match file.extension() {
        Some(extension) if extension == "json" => PlanSource::Plan(file.to_owned()),
        _ => PlanSource::Playbook(file.to_owned()),
    }
}

/// Inventories as the command line names them, relative to the current folder; a list of hosts holds a comma.
fn absolute_inventory(inventory: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let absolute = |path: &PathBuf| match path.to_string_lossy().contains(',') {
        true => Ok(path.clone()),
        false => std::path::absolute(path).context(path.display()),
    };
    inventory.iter().map(absolute).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_a_plan() {
        assert_eq!(source_of(Path::new("a.json")), PlanSource::Plan("a.json".into()));
        assert_eq!(source_of(Path::new("a.yml")), PlanSource::Playbook("a.yml".into()));
    }

    #[test]
    fn what_is_no_playbook_is_told_as_what_it_is() {
        let told = |path: &str| match alone(Path::new(path), &[], None) {
            Err(Failure::Message(message, _)) => message,
            other => panic!("{other:?}"),
        };
        assert_eq!(told("/"), "/ is a folder, not a playbook");
        assert!(told("/dev/null").contains("a device or the like"));
        assert_eq!(told("/nowhere/at.yml"), "there is no file /nowhere/at.yml");
    }
}

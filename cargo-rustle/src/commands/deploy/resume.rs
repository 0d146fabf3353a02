//! The last deployment, again.

use std::path::{Path, PathBuf};

use rustle_schema::inventory::Inventory;

use super::deployment::{Deployment, Record};
use super::options::Options;
use super::{reports, targets};
use crate::executable::Runner;
use crate::failure::{Context, Failure, Result};
use crate::project::Project;

/// What to do where something else is named than was deployed.
const ANOTHER: &str =
    "leave it out to go on with the last deployment, or begin a new one without --resume or --collect";

/// The last deployment, its runner, and the inventory.
///
/// # Errors
/// If there is none, or what is asked for is another one.
pub fn resumed(options: &Options) -> Result<(Deployment, Runner, Inventory)> {
    let what = options.what.as_deref();
    let deployment = Deployment::last(&reports(options, what)?)?;
    let record = &deployment.record;
    let runner = match what {
        Some(file) if file.is_file() => given(file, record)?,
        named => {
            same_project(named, record)?;
            recorded(record)?
        }
    };
    let sources = match options.inventory.as_slice() {
        [] => record.inventory.clone(),
        given => targets::absolute(given)?,
    };
    let inventory = targets::inventory(&sources, &runner.plan)?;
    Ok((deployment, runner, inventory))
}

/// The folder of the project that `what` names; `None` where it is a runner.
///
/// # Errors
/// If there is no such project.
pub fn project(what: &Path) -> Result<Option<PathBuf>> {
    if what.is_file() {
        return Ok(None);
    }
    if !what.exists() {
        return Err(Failure::new(format!("there is no {}", what.display())));
    }
    let folder = Project::of(Some(&what.to_owned()))?.folder;
    folder.canonicalize().context(folder.display()).map(Some)
}

/// The runner that was named, wherever it lies: its content is what counts.
fn given(file: &Path, record: &Record) -> Result<Runner> {
    let runner = Runner::of(Some(&file.to_owned()), None)?;
    if runner.sha256 == record.sha256 {
        return Ok(runner);
    }
    Err(Failure::new(format!(
        "{} (SHA-256 {}) is not the runner of the last deployment, which is {} (SHA-256 {})",
        runner.path.display(),
        runner.sha256,
        record.runner.display(),
        record.sha256
    ))
    .help(ANOTHER))
}

fn recorded(record: &Record) -> Result<Runner> {
    let runner = Runner::of(Some(&record.runner), None)?;
    if runner.sha256 == record.sha256 {
        return Ok(runner);
    }
    Err(Failure::new(format!("{} is not the runner any more that was deployed", runner.path.display()))
        .help("a new deployment brings the new one to the hosts"))
}

/// A project is not built again: that would replace the runner which the hosts have.
fn same_project(what: Option<&Path>, record: &Record) -> Result<()> {
    let Some(folder) = what.map(project).transpose()?.flatten() else { return Ok(()) };
    let same = match &record.project {
        Some(recorded) => *recorded == folder,
        None => record.runner.starts_with(&folder),
    };
    if same {
        return Ok(());
    }
    let of = record.project.as_ref().unwrap_or(&record.runner);
    Err(Failure::new(format!(
        "{} is not what the last deployment is of, which is {}",
        folder.display(),
        of.display()
    ))
    .help(ANOTHER))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// As much of a runner as is looked at here: what begins as an executable, and carries a plan.
    fn runner(folder: &Path, name: &str) -> PathBuf {
        let playbook = folder.join(format!("{name}.yml"));
        fs::write(&playbook, format!("- name: {name}\n  hosts: all\n  tasks: []\n")).unwrap();
        let options = crate::project::alone(&playbook, &[], None).unwrap();
        let bundle = rustle_build::build_bundle(&options).unwrap().bundle.open().unwrap();
        let (base, file) = (folder.join("base"), folder.join(name));
        fs::write(&base, [&b"\x7fELF\x02\x01"[..], &[0; 64]].concat()).unwrap();
        rustle_bundle::append_bundle(&base, &file, &bundle).unwrap();
        file
    }

    fn options(folder: &Path, args: &[&str]) -> Options {
        let reports = folder.join("reports");
        let reports = ["deploy", "--reports", reports.to_str().unwrap()];
        Options::of(&super::super::command().try_get_matches_from([&reports, args].concat()).unwrap())
            .unwrap()
    }

    #[test]
    fn another_runner_is_not_gone_on_with() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path();
        let (one, other) = (runner(folder, "one"), runner(folder, "other"));
        let (one, other) = (one.to_str().unwrap(), other.to_str().unwrap());
        let (begun, _, _) = super::super::begun(&options(folder, &[one, "-f", "1"])).unwrap();
        let sha256 = begun.record.sha256.clone();
        drop(begun);
        for also in ["--resume", "--collect"] {
            let Err(Failure::Message(why, _)) = resumed(&options(folder, &[other, also])) else {
                panic!("it went on with another runner");
            };
            assert!(why.contains(one) && why.contains(other) && why.contains(&sha256), "{why}");
            // The same under another name is the same.
            let copy = folder.join("copy");
            fs::copy(one, &copy).unwrap();
            for args in [&[also][..], &[one, also], &[copy.to_str().unwrap(), also]] {
                let (deployment, runner, _) = resumed(&options(folder, args)).unwrap();
                assert_eq!(runner.sha256, sha256);
                assert_eq!(deployment.record.forks, Some(1), "-f is remembered");
            }
            let nowhere = folder.join("nowhere");
            assert!(resumed(&options(folder, &[nowhere.to_str().unwrap(), also])).is_err());
        }
    }

    #[test]
    fn another_project_is_not_gone_on_with() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().canonicalize().unwrap();
        let one = runner(&folder, "one");
        let (mut begun, _, _) = super::super::begun(&options(&folder, &[one.to_str().unwrap()])).unwrap();
        let record = &mut begun.record;
        record.project = Some(folder.join("site"));
        assert!(same_project(None, record).is_ok());
        for name in ["site", "other"] {
            let made = folder.join(name);
            fs::create_dir(&made).unwrap();
            fs::write(made.join("Cargo.toml"), "[package]\nname = \"x\"\n").unwrap();
            fs::write(made.join("rustle.toml"), "[runner]\nplaybook = \"site.yml\"\n").unwrap();
        }
        assert!(same_project(Some(&folder.join("site")), record).is_ok());
        assert!(same_project(Some(&folder.join("other")), record).is_err());
    }

    #[test]
    fn a_record_that_does_not_tell_how_many_at_a_time_is_read() {
        let home = tempfile::tempdir().unwrap();
        let one = runner(home.path(), "one");
        let (begun, _, _) = super::super::begun(&options(home.path(), &[one.to_str().unwrap()])).unwrap();
        let file = home.path().join("reports/runs").join(&begun.record.id).join("deployment.json");
        drop(begun);
        let mut record: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let fields = record.as_object_mut().unwrap();
        assert!(fields.remove("forks").is_some() && fields.remove("project").is_some());
        fs::write(&file, record.to_string()).unwrap();
        let (deployment, _, _) = resumed(&options(home.path(), &["--resume"])).unwrap();
        assert_eq!(deployment.record.forks, None);
    }
}

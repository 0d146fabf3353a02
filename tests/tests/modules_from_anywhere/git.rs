//! Repositories that change under their names, or that would like to run something here.

use std::fs;

use rustle_tests::anywhere::{Package, Repository, World};

use crate::locked;

/// A repository with `acme.greet` in the folder `greet`, tagged `v1`, and a world that wants it.
fn tagged() -> (Repository, World, String) {
    let repository = Repository::start();
    Package::new("acme.greet", "1.0.0").write(&repository.path().join("greet"));
    let commit = repository.commit();
    repository.git(&["tag", "v1"]);
    let world = World::new();
    world.succeeds(&["add", "acme.greet", "--git", &repository.url(), "--tag", "v1", "--path", "greet"]);
    (repository, world, commit)
}

fn change(repository: &Repository) -> String {
    Package::new("acme.greet", "1.0.0").may("process:exec").write(&repository.path().join("greet"));
    repository.commit()
}

/// Fault 21: a tag that leads elsewhere than it did. `update` takes it, after somebody said yes to what it may do now.
#[test]
fn fault_21_moved_tag() {
    let (repository, world, first) = tagged();
    assert_eq!(locked(&world, "acme.greet", "commit").as_ref(), Some(&first));
    let second = change(&repository);
    repository.git(&["tag", "--force", "v1"]);
    for command in ["fetch", "lock"] {
        world.forget();
        world.refuses(&[command], &["E-GIT-MOVED", &first, &second, "v1"]);
    }
    world.refuses(&["update"], &["wants more than before: `process:exec`"]);
    let told = world.succeeds(&["update", "--accept"]);
    assert!(told.contains("changing  acme.greet 1.0.0: another commit"), "{told}");
    assert_eq!(locked(&world, "acme.greet", "commit"), Some(second));
    world.succeeds(&["fetch"]);
}

/// Fault 21: a branch that was pushed by force, so that the commit is in no history any more.
#[test]
fn fault_21_force_pushed_branch() {
    let repository = Repository::start();
    repository.put("README", "0");
    repository.commit();
    Package::new("acme.greet", "1.0.0").write(&repository.path().join("greet"));
    let first = repository.commit();
    let world = World::new();
    world.succeeds(&["add", "acme.greet", "--git", &repository.url(), "--branch", "main", "--path", "greet"]);
    // What is only added is no reason to stop.
    repository.put("README", "1");
    repository.commit();
    world.forget();
    world.succeeds(&["fetch"]);
    assert_eq!(locked(&world, "acme.greet", "commit").as_ref(), Some(&first));
    repository.git(&["reset", "-q", "--hard", "HEAD~2"]);
    change(&repository);
    world.forget();
    world.refuses(&["fetch"], &["E-GIT-MOVED", &first]);
}

/// Fault 21: addresses that name programs or files, in place of repositories.
#[test]
fn fault_21_addresses_that_run_something() {
    let world = World::new();
    let mark = world.path("executed");
    let touch = format!("touch {}", mark.display());
    for address in [
        format!("ext::sh -c \"{touch}\""),
        format!("--upload-pack={touch}"),
        format!("ssh://-oProxyCommand={touch}/x"),
        "fd::17/foo".to_owned(),
        "git://127.0.0.1/x".to_owned(),
        "ftp://127.0.0.1/x".to_owned(),
    ] {
        // `--git=…`, since clap takes what begins with a hyphen for an option.
        world.refuses(&["add", "acme.greet", &format!("--git={address}")], &["E-FETCH-ADDRESS"]);
    }
    assert!(!mark.exists());
}

/// Fault 21: hooks and filters of a repository are its own affair; links and submodules that nobody asked for are refused.
#[test]
fn fault_21_what_repositories_hold() {
    let (repository, world, _) = tagged();
    let mark = world.path("executed");
    for hook in ["post-checkout", "post-merge", "reference-transaction"] {
        let path = repository.path().join(".git/hooks").join(hook);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, format!("#!/bin/sh\ntouch {}\n", mark.display())).expect("a file");
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    }
    world.forget();
    world.succeeds(&["fetch"]);
    assert!(!mark.exists(), "nothing of the repository is run here");
    std::os::unix::fs::symlink("/etc/passwd", repository.path().join("greet/link")).expect("a link");
    repository.commit();
    repository.git(&["tag", "v2"]);
    world.refuses(
        &["add", "acme.other", "--git", &repository.url(), "--tag", "v2", "--path", "greet"],
        &["E-GIT-TREE", "greet/link"],
    );
}

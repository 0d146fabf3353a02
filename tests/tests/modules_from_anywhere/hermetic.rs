//! What a build script does about modules that are locked and not there: nothing, unless it is told that it may fetch.

use std::fs;
use std::process::Command;

use rustle_tests::anywhere::{Package, Ran, Repository, Shelf, World};

/// `prepare()` in a process of its own, since it goes by the environment.
#[test]
#[ignore = "the others start it"]
fn build_script() {
    match rustle_build::try_prepare() {
        Ok(prepared) => println!("prepared {}", prepared.modules.join(" ")),
        Err(problems) => panic!("{problems}"),
    }
}

fn prepares(world: &World, fetch: Option<&str>) -> Ran {
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command
        .args(["--ignored", "--exact", "hermetic::build_script", "--nocapture"])
        .env_remove("RUSTLE_FETCH")
        .env("OUT_DIR", world.path("out"))
        .env("CARGO_MANIFEST_DIR", world.project())
        .env("CARGO_PKG_NAME", "web")
        .env("RUSTLE_CACHE", world.store());
    command.envs(fetch.map(|value| ("RUSTLE_FETCH", value)));
    Ran::of(&mut command)
}

/// A build reads what lies in the project, also where all of it is stored; with `RUSTLE_FETCH=1` it brings what is locked,
/// and exactly that.
#[test]
fn a_build_fetches_only_if_it_is_told_to() {
    let (shelf, repository) = (Shelf::start(), Repository::start());
    repository.put("one.rs", &Package::new("acme.one", "1.0.0").source());
    repository.commit();
    let single = Package::new("acme.single", "1.0.0").source();
    let (url, sum) = (shelf.put("/single.rs", &single), rustle_fetch::sha256_hex(single.as_bytes()));
    let world = World::new();
    world.config(&format!(
        "[modules]\n\"acme.single\" = {{ url = \"{url}\", sha256 = \"{sum}\" }}\n\
         \"acme.one\" = {{ git = \"{}\", path = \"one.rs\" }}\n",
        repository.url(),
    ));
    world.plays(&["acme.single", "acme.one"]);
    world.succeeds(&["lock"]);
    let modules = world.project().join(".rustle/modules");
    assert_eq!(prepares(&world, None).code, Some(0));
    fs::remove_dir_all(&modules).expect("it was there");
    for unset in [None, Some("0"), Some("")] {
        let ran = prepares(&world, unset);
        let said = format!("{}{}", ran.out, ran.err);
        assert_ne!(ran.code, Some(0));
        for words in
            ["`acme.one` is not there", "`acme.single` is not there", "`cargo rustle fetch` brings it"]
        {
            assert!(said.contains(words), "{words}: {said}");
        }
        assert!(!modules.exists());
    }
    world.forget();
    let ran = prepares(&world, Some("1"));
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("prepared acme.one acme.single"), "{}", ran.out);
    assert_eq!(fs::read_to_string(modules.join("acme.single/module.rs")).expect("fetched"), single);
    fs::remove_dir_all(&modules).expect("it is there");
    world.forget();
    shelf.put("/single.rs", format!("{single}\n"));
    let ran = prepares(&world, Some("1"));
    assert!(ran.code != Some(0) && ran.err.contains("acme.single"), "{}", ran.err);
    assert!(!modules.join("acme.single").exists());
}

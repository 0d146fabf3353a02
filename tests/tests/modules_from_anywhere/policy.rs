//! What the project's policy, and an organisation's, refuses: by `lock`, by `fetch` and by `check`.

use std::fs;

use rustle_tests::anywhere::{Package, Ran, Registry, Repository, Shelf, World};

struct Place {
    registry: Registry,
    shelf: Shelf,
    repository: Repository,
    world: World,
    modules: String,
}

/// A world with a module of each source, locked and fetched without any policy.
fn place() -> Place {
    let (registry, shelf, repository) = (Registry::start(), Shelf::start(), Repository::start());
    registry.publish(&Package::new("acme.greet", "1.0.0").with("license = \"GPL-3.0-only\"\n"));
    Package::new("acme.git", "1.0.0").with("license = \"MIT\"\n").write(&repository.path());
    repository.commit();
    let archive = Package::new("acme.http", "1.0.0").may("net:connect").with("license = \"MIT\"\n").archive();
    let (url, sum) = (shelf.put("/http.tar.gz", &archive), rustle_fetch::sha256_hex(&archive));
    let world = World::new();
    let modules = format!(
        "{}[modules]\n\"acme.greet\" = \"1\"\n\"acme.http\" = {{ url = \"{url}\", sha256 = \"{sum}\" }}\n\
         \"acme.git\" = {{ git = \"{}\" }}\n",
        registry.table("acme", "\"acme\""),
        repository.url(),
    );
    world.config(&modules);
    world.plays(&["acme.greet", "acme.git", "acme.http"]);
    for command in ["lock", "fetch", "check"] {
        world.succeeds(&[command]);
    }
    Place { registry, shelf, repository, world, modules }
}

/// Every rule is explained by all three commands, with the package's name; what is locked stays as it is.
#[test]
fn every_rule_is_explained_by_lock_fetch_and_check() {
    let place = place();
    for (rule, says) in [
        (
            "profile = \"production\"",
            &["policy-unsigned", "`acme.greet`", "`acme.git`", "`acme.http`", "unsigned"][..],
        ),
        (
            "sources = [\"registry\", \"http\"]",
            &["policy-source", "`acme.git`", "no source of the kind `git`"],
        ),
        ("git_hosts = [\"git.example.org\"]", &["policy-source", "`acme.git`", "git host `127.0.0.1`"]),
        ("http_hosts = [\"example.org\"]", &["policy-source", "`acme.http`", "host `127.0.0.1`"]),
        ("registries = [\"other\"]", &["policy-source", "`acme.greet`", "does not name this registry"]),
        ("licenses = [\"MIT\", \"Apache-2.0\"]", &["policy-license", "`acme.greet`", "`GPL-3.0-only`"]),
        (
            "deny_permissions = [\"net:connect\"]",
            &["policy-permission", "`acme.http` wants `net:connect`", "denies `net:connect`"],
        ),
        (
            "allow_permissions = [\"fs:read\", \"fs:write\"]",
            &["policy-permission", "`acme.http` wants `net:connect`", "does not allow it"],
        ),
        ("signatures = 2", &["policy-unsigned", "`acme.git`"]),
        ("allow_unsigned = false", &["policy-unsigned", "`acme.http`"]),
        ("level = \"sandboxed\"", &["policy-level", "`acme.git`", "`sandboxed` at most"]),
    ] {
        place.world.config(&format!("[policy]\n{rule}\n{}", place.modules));
        for command in ["lock", "fetch", "check"] {
            let ran = place.world.refuses(&[command], says);
            assert!(!ran.err.contains("panicked"), "{rule}");
        }
    }
}

/// Who may not be taken from is not asked at all.
#[test]
fn foreign_sources_are_not_asked() {
    let place = place();
    place.world.forget();
    let asked =
        || (place.registry.asked().len(), place.shelf.received().len(), place.repository.received().len());
    let before = asked();
    place.world.config(&format!("[policy]\nsources = [\"file\"]\n{}", place.modules));
    for command in ["lock", "fetch", "update"] {
        place.world.refuses(&[command], &["policy-source", "`acme.greet`", "`acme.http`", "`acme.git`"]);
    }
    assert_eq!(asked(), before);
}

/// An organisation's file, named by the project or by this machine, can only tighten.
#[test]
fn an_organisation_only_tightens() {
    let place = place();
    let file = place.world.path("organisation.toml");
    let commands = ["lock", "fetch", "check"];
    let with_machine = |command: &str| {
        let mut process = place.world.command(&[command]);
        process.env("RUSTLE_POLICY", &file);
        process
    };
    // The machine forbids what the project does not mind.
    fs::write(&file, "[policy]\ndeny_permissions = [\"net:connect\"]\n").expect("written");
    for command in commands {
        place.world.refused(&mut with_machine(command), &["policy-permission", "`acme.http`"]);
        place.world.succeeds(&[command]);
    }
    // It allows what the project forbids, and that changes nothing.
    fs::write(&file, "[policy]\nsources = [\"registry\", \"git\", \"http\", \"file\", \"inline\"]\nallow_unsigned = true\n")
        .expect("written");
    place.world.config(&format!("[policy]\nsources = [\"registry\", \"git\"]\n{}", place.modules));
    for command in commands {
        let ran = Ran::of(&mut with_machine(command));
        assert_eq!(ran.code, Some(1), "{command}");
        assert!(ran.err.contains("policy"), "{}", ran.err);
    }
    // Named by the project.
    fs::write(&file, "[policy]\nlicenses = [\"MIT\"]\n").expect("written");
    place.world.config(&format!("[policy]\norganisation = \"../organisation.toml\"\n{}", place.modules));
    for command in commands {
        place.world.refuses(&[command], &["policy-license", "`acme.greet`"]);
    }
    // One that is not there is no permission.
    fs::remove_file(&file).expect("it was there");
    for command in commands {
        place.world.refuses(&[command], &["the organisation's policy cannot be read"]);
    }
    place.world.config(&place.modules);
    for command in commands {
        place.world.refused(&mut with_machine(command), &["this machine's policy"]);
    }
}

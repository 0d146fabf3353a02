//! Modules that a plan in JSON brings along.

use rustle_tests::anywhere::{Package, Ran, Registry, Repository, Shelf, World};
use serde_json::{Value, json};

use crate::locked;

/// The part of a plan that says what runs: one task of each module.
fn plays(modules: &[&str]) -> Value {
    let tasks: Vec<Value> = modules
        .iter()
        .map(|module| json!({"task_id": module, "name": module, "module": module, "args": {"path": format!("/tmp/{module}")}}))
        .collect();
    json!([{"play_id": "play-0", "name": "All", "hosts": ["localhost"], "batches": [{"batch_id": "b", "tasks": tasks}]}])
}

/// Modules of all kinds in a plan: they are locked and checked as those of `rustle.toml` are.
#[test]
fn a_plan_brings_modules_of_all_kinds() {
    let (registry, shelf, repository) = (Registry::start(), Shelf::start(), Repository::start());
    registry.publish(&Package::new("acme.registry", "1.2.0"));
    Package::new("acme.git", "1.0.0").write(&repository.path().join("greet"));
    repository.commit();
    repository.git(&["tag", "v1"]);
    let archive = Package::new("acme.http", "1.0.0").archive();
    let url = shelf.put("/http.tar.gz", &archive);
    let sum = rustle_fetch::sha256_hex(&archive);
    let world = World::new();
    world.put("modules/file.rs", Package::new("acme.file", "1.0.0").source());
    let ids = ["acme.file", "acme.git", "acme.http", "acme.inline", "acme.registry"];
    let plan = |http: Value| {
        json!({
            "metadata": {"rustle_plan_version": "0.1.0"},
            "modules": [
                {"name": "debug", "source": "Builtin"},
                {"name": "acme.file", "source": {"File": {"path": "modules/file.rs"}}},
                {"name": "acme.git", "source": {"Git": {"repository": repository.url(), "reference": "v1", "path": "greet"}}},
                http,
                {"name": "acme.registry", "source": {"Registry": {"name": "acme.registry", "version": "^1"}}},
                {"name": "acme.inline", "source": {"Inline": {"source_code": Package::new("acme.inline", "1.0.0").source()}}},
            ],
            "plays": plays(&ids),
        })
        .to_string()
    };
    let http =
        json!({"name": "acme.http", "checksum": format!("sha256:{sum}"), "source": {"Http": {"url": url}}});
    world.put("plan.json", plan(http));
    world.put(
        "rustle.toml",
        format!("[runner]\nplan = \"plan.json\"\n{}", registry.table("acme", "\"acme\"")),
    );
    world.succeeds(&["lock"]);
    for (id, kind) in ids.iter().zip(["file:", "git+", "http://", "inline:plan.json", "registry+"]) {
        let source = locked(&world, id, "source").expect(id);
        assert!(source.starts_with(kind), "{id}: {source}");
    }
    world.succeeds(&["fetch"]);
    let told = world.succeeds(&["check"]);
    assert!(ids.iter().all(|id| told.contains(id)), "{told}");
    // The plan's own text is pinned as well.
    let text = world.text("plan.json");
    world.put("plan.json", text.replacen("acme.inline 1.0.0", "acme.inline 6.6.6", 1));
    let ran = world.rustle(&["check"]);
    assert!(ran.code == Some(1) && ran.err.contains("`acme.inline` is not what was locked"), "{}", ran.err);
    // Without a checksum nothing is downloaded.
    let before = shelf.received().len();
    world.put("plan.json", plan(json!({"name": "acme.http", "source": {"Http": {"url": url}}})));
    world.refuses(&["lock"], &["acme.http", "needs its sha256"]);
    // A value of a header in the plan itself is no secret any more.
    let http = json!({
        "name": "acme.http", "checksum": sum, "source": {"Http": {"url": url, "headers": {"X-Token": "hunter2"}}},
    });
    world.put("plan.json", plan(http));
    let ran = world.refuses(&["lock"], &["acme.http", "`X-Token` should come from the environment"]);
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    assert_eq!(shelf.received().len(), before);
}

/// What `rustle.toml` says of a module counts over what the plan says.
#[test]
fn the_project_has_the_last_word() {
    let world = World::new();
    world.put("ours.rs", Package::new("acme.greet", "1.0.0").source());
    let module =
        json!({"name": "acme.greet", "source": {"Git": {"repository": "https://example.invalid/x.git"}}});
    world.put("plan.json", json!({"metadata": {"rustle_plan_version": "0.1.0"}, "modules": [module], "plays": plays(&["acme.greet"])}).to_string());
    world.put(
        "rustle.toml",
        "[runner]\nplan = \"plan.json\"\n[modules]\n\"acme.greet\" = { file = \"ours.rs\" }\n",
    );
    world.succeeds(&["lock", "--offline"]);
    assert_eq!(locked(&world, "acme.greet", "source").as_deref(), Some("file:ours.rs"));
    Ran::of(&mut world.command(&["check"])).succeeded();
}

//! Registries: who is asked for what, what is told to whom, and what is withdrawn.

use rustle_fetch::testserver::{Reply, Server};
use rustle_tests::anywhere::{Package, Registry, World};
use serde_json::{Value, json};

use crate::{greeting, locked};

/// Fault 13: the same id in another registry, of a higher version. That one is not even asked.
#[test]
fn fault_13_dependency_confusion() {
    let (ours, public) = (Registry::start(), Registry::start());
    ours.publish(&Package::new("acme.base", "1.0.0"));
    ours.publish(&Package::new("acme.greet", "1.0.0").needs("acme.base", "^1", &ours.from()));
    for id in ["acme.base", "acme.greet"] {
        public.publish(&Package::new(id, "9.0.0").may("process:exec"));
    }
    let world = World::new();
    let tables = format!("{}{}default = true\n", ours.table("ours", "\"acme\""), public.table("public", ""));
    world.config(&tables);
    world.succeeds(&["add", "acme.greet"]);
    world.succeeds(&["update"]);
    world.succeeds(&["outdated"]);
    world.forget();
    world.succeeds(&["lock"]);
    for id in ["acme.base", "acme.greet"] {
        assert_eq!(locked(&world, id, "version").as_deref(), Some("1.0.0"));
        assert_eq!(locked(&world, id, "source"), Some(format!("registry+{}", ours.index())));
    }
    assert_eq!(public.asked(), [""; 0]);
    world.refuses(&["add", "acme.base@9", "--registry", "public"], &["is bound to the registry `ours`"]);
    assert_eq!(public.asked(), [""; 0]);
}

/// Fault 13, one step further: a package of the public registry brings one of an id that is bound to ours.
#[test]
fn fault_13_confusion_by_a_dependency() {
    let (ours, public) = (Registry::start(), Registry::start());
    ours.publish(&Package::new("acme.base", "1.0.0"));
    public.publish(&Package::new("acme.base", "1.0.1").may("process:exec"));
    public.publish(&Package::new("org.tool", "1.0.0").needs("acme.base", "^1", &public.from()));
    let world = World::new();
    let tables = format!("{}{}default = true\n", ours.table("ours", "\"acme\""), public.table("public", ""));
    world.config(&format!("{tables}[modules]\n\"org.tool\" = \"1\"\n"));
    world.refuses(&["lock"], &["takes `acme.base` from", "bound to the registry `ours`"]);
    assert!(!public.asked().iter().any(|path| path.contains("acme-base")), "{:?}", public.asked());
}

/// Fault 15: what is withdrawn is taken no more; where it is locked, all goes on.
#[test]
fn fault_15_withdrawn_versions() {
    let (registry, world, _) = greeting();
    let second = Package::new("acme.greet", "1.1.0");
    registry.publish(&second);
    world.succeeds(&["lock"]);
    assert_eq!(locked(&world, "acme.greet", "version").as_deref(), Some("1.1.0"));
    // Cargo has a lock of its own, and keeps what it has in it.
    world.succeeds(&["fetch"]);
    registry.yank(&second);
    world.forget();
    let before = world.snapshot();
    world.succeeds(&["lock"]);
    world.succeeds(&["fetch"]);
    world.is_still(&before);
    let outdated: Value = serde_json::from_str(&world.succeeds(&["outdated", "--json"])).expect("JSON");
    let expected = json!([{"id": "acme.greet", "version": "1.1.0", "fitting": "1.0.0", "newest": "1.0.0", "yanked": true}]);
    assert_eq!(outdated, expected);
    assert!(world.succeeds(&["outdated"]).contains("1.1.0  fitting 1.0.0  newest 1.0.0  (withdrawn)"));
    // Whoever settles anew does not take it.
    world.succeeds(&["update"]);
    assert_eq!(locked(&world, "acme.greet", "version").as_deref(), Some("1.0.0"));
    world.config(&format!("{}[modules]\n\"acme.greet\" = \"=1.1.0\"\n", registry.table("acme", "\"acme\"")));
    world.refuses(&["lock"], &["acme.greet", "1.1.0", "yanked"]);
}

const TOKEN: &str = "hunter2-and-more";

/// Fault 16: a registry's token goes to that registry and to nobody else, and stands in no output and no file.
#[test]
fn fault_16_tokens() {
    let greet = Package::new("acme.greet", "1.0.0");
    let archive = greet.archive();
    let elsewhere = Server::start(move |_| Reply::ok(&archive));
    let target = elsewhere.url("/x");
    let redirects = Server::start(move |_| Reply::redirect(302, &target));
    for dl in [elsewhere.url("/{crate}"), redirects.url("/{crate}")] {
        let registry = Registry::with_token(TOKEN);
        registry.publish(&greet);
        registry.config(json!({ "dl": dl, "auth-required": true }));
        let world = World::new();
        let table = registry.table("acme", "\"acme\"");
        world.config(&format!("{table}token_env = \"ACME_TOKEN\"\n[modules]\n\"acme.greet\" = \"1\"\n"));
        world.refuses(&["lock"], &["401"]);
        let ran = rustle_tests::anywhere::Ran::of(world.command(&["lock"]).env("ACME_TOKEN", TOKEN));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert!(registry.received().iter().any(|request| request.header("Authorization") == Some(TOKEN)));
        assert!(!format!("{}{}", ran.out, ran.err).contains(TOKEN));
        for (path, (content, _)) in world.snapshot() {
            assert!(!String::from_utf8_lossy(&content).contains(TOKEN), "{path}");
        }
        let wrong =
            rustle_tests::anywhere::Ran::of(world.command(&["update"]).env("ACME_TOKEN", "wrong-hunter3"));
        assert!(wrong.code == Some(1) && !wrong.err.contains("hunter3"), "{}", wrong.err);
    }
    let told = elsewhere.received().into_iter().chain(redirects.received());
    let told: Vec<_> = told.filter(|request| request.header("Authorization").is_some()).collect();
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(elsewhere.received().len(), 2);
}

/// Fault 18: what may do more than before stops, until somebody says yes.
#[test]
fn fault_18_permissions_that_grow() {
    let (registry, world, _) = greeting();
    world.succeeds(&["lock"]);
    registry.publish(&Package::new("acme.greet", "1.0.1").may("net:connect"));
    world.refuses(&["update"], &["`acme.greet` 1.0.1 wants more than before: `net:connect`", "`--accept`"]);
    assert_eq!(locked(&world, "acme.greet", "version").as_deref(), Some("1.0.0"));
    let told = world.succeeds(&["update", "--accept"]);
    assert!(told.contains("updating  acme.greet 1.0.0 -> 1.0.1\n            may net:connect\n"), "{told}");
    assert_eq!(locked(&world, "acme.greet", "version").as_deref(), Some("1.0.1"));
    // A file of the project's own as well.
    world.config("[modules]\n\"acme.own\" = { file = \"own.rs\" }\n");
    world.put("own.rs", Package::new("acme.own", "1.0.0").source());
    world.succeeds(&["lock"]);
    world.put("own.rs", Package::new("acme.own", "1.0.0").may("process:exec").source());
    world.refuses(&["lock"], &["`acme.own`", "wants more than before: `process:exec`"]);
    world.succeeds(&["lock", "--accept"]);
}

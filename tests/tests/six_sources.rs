//! One runner with a module of each source: builtin, file, git, http, registry and inline, and what these need in turn.
//! It is built and run as its user would, then from vendored sources without network, home or store; and it is not built
//! when a byte of a module has changed. This compiles Rustle twice more, so it runs when asked for:
//! `cargo test -p rustle-tests --test six_sources -- --ignored`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use rustle_tests::anywhere::{
    Confined, Package, Ran, Registry, Repository, Shelf, World, can_mount, can_unshare_network,
};

/// The modules, and what each writes.
const WRITTEN: [(&str, &str); 7] = [
    ("acme.file", "acme.file 1.0.0"),
    ("acme.folder", "acme.folder 1.0.0"),
    ("acme.git", "acme.git 1.0.0 over acme.beside"),
    ("acme.http", "acme.http 1.0.0"),
    ("acme.inline", "acme.inline 1.0.0"),
    ("acme.registry", "acme.registry 1.0.0 over acme.base"),
    ("acme.single", "acme.single 1.0.0"),
];

/// The servers; without them there is no network as far as modules go.
struct Servers {
    registry: Registry,
    shelf: Shelf,
    repository: Repository,
}

impl Servers {
    fn start() -> Servers {
        let (registry, shelf, repository) = (Registry::start(), Shelf::start(), Repository::start());
        registry.publish(&Package::new("acme.base", "1.0.0"));
        registry.publish(&Package::new("acme.registry", "1.0.0").needs("acme.base", "^1", &registry.from()));
        // A workspace, from which its members inherit, and of which one needs the other.
        repository.put(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"greet\", \"beside\"]\n[workspace.package]\nedition = \"2024\"\n\
             [workspace.dependencies]\nacme-beside = { path = \"beside\", version = \"1\" }\n",
        );
        let greet =
            Package::new("acme.git", "1.0.0").needs("acme.beside", "1", "workspace = true").inheriting();
        greet.write(&repository.path().join("greet"));
        Package::new("acme.beside", "1.0.0").inheriting().write(&repository.path().join("beside"));
        repository.commit();
        repository.git(&["tag", "v1"]);
        Servers { registry, shelf, repository }
    }

    /// The tables of `rustle.toml`.
    fn tables(&self) -> String {
        let archive = Package::new("acme.http", "1.0.0").archive();
        let single = Package::new("acme.single", "1.0.0").source();
        let sum = rustle_fetch::sha256_hex;
        format!(
            "{}[modules]\n\"acme.registry\" = \"1\"\n\"acme.git\" = {{ git = \"{}\", tag = \"v1\", path = \"greet\" }}\n\
             \"acme.http\" = {{ url = \"{}\", sha256 = \"{}\" }}\n\"acme.single\" = {{ url = \"{}\", sha256 = \"{}\" }}\n\
             \"acme.folder\" = {{ file = \"modules/folder\" }}\n\"acme.file\" = {{ file = \"modules/one.rs\" }}\n\
             \"acme.inline\" = {{ inline = '''{}''' }}\n",
            self.registry.table("acme", "\"acme\""),
            self.repository.url(),
            self.shelf.put("/http.tar.gz", &archive),
            sum(&archive),
            self.shelf.put("/single.rs", &single),
            sum(single.as_bytes()),
            Package::new("acme.inline", "1.0.0").source(),
        )
    }
}

/// The project, and what has been done with it so far.
struct Site {
    world: World,
    begun: Instant,
}

impl Site {
    fn new(servers: &Servers) -> Site {
        let world = World::with_public_registry();
        let mut playbook =
            String::from("- hosts: all\n  gather_facts: false\n  tasks:\n    - debug:\n        msg: six\n");
        for (module, _) in WRITTEN {
            playbook.push_str(&format!("    - {module}:\n        path: \"{{{{ out }}}}/{module}\"\n"));
        }
        fs::create_dir(world.path("ops")).expect("a folder");
        fs::write(world.path("ops/site.yml"), playbook).expect("a file");
        let site = Site { world, begun: Instant::now() };
        let mut new = site.world.command(&[
            "new",
            "project",
            "--playbook",
            "ops/site.yml",
            "-e",
            "out",
            "--name",
            "six",
        ]);
        let made = Ran::of(new.current_dir(site.world.path("")));
        assert!(made.err.contains("there is no module `acme.file`"), "{}{}", made.out, made.err);
        let world = &site.world;
        world.put("rustle.toml", format!("{}\n{}", world.text("rustle.toml"), servers.tables()));
        world.put("modules/one.rs", Package::new("acme.file", "1.0.0").source());
        Package::new("acme.folder", "1.0.0").write(&world.project().join("modules/folder"));
        site
    }

    fn stage(&self, what: &str) {
        eprintln!("six sources: {:6.1} s  {what}", self.begun.elapsed().as_secs_f64());
    }

    /// `cargo build` as the user calls it.
    fn native(&self) -> Command {
        let mut build = self.world.cargo(&Confined::new(), &["build"]);
        build.env("CARGO_TARGET_DIR", shared("built-runners")).env("CARGO_PROFILE_DEV_DEBUG", "0");
        build
    }

    /// `cargo build` with nothing but the project and an empty home of Cargo's; without a network where that can be had.
    fn isolated(&self) -> Command {
        let confined = if can_unshare_network() { Confined::new().no_network() } else { Confined::new() };
        let cargo_home = self.world.path("empty");
        fs::create_dir_all(&cargo_home).expect("a folder");
        let mut build = self.world.cargo(&confined, &["build"]);
        build
            .env_remove("HOME")
            .env_remove("RUSTLE_CACHE")
            .env("CARGO_HOME", cargo_home)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TARGET_DIR", shared("six-sources"))
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        build
    }

    /// The build stops, and says all of this.
    #[track_caller]
    fn stops(&self, build: &mut Command, says: &[&str]) {
        let ran = Ran::of(build);
        assert_eq!(ran.code, Some(101), "{}{}", ran.out, ran.err);
        for text in says {
            assert!(ran.err.contains(text), "`{text}` is not in:\n{}", ran.err);
        }
    }

    /// Every module did its work, and has nothing more to do.
    #[track_caller]
    fn works(&self, target: &str) {
        let runner = shared(target).join("debug/six");
        let out = self.world.path("out");
        let _ = fs::remove_dir_all(&out);
        fs::create_dir(&out).expect("a folder");
        let run = || {
            let mut command = Command::new(&runner);
            Ran::of(command.arg("-e").arg(format!("out={}", out.display()))).succeeded()
        };
        let first = run();
        assert!(first.contains("changed=7"), "{first}");
        let written: BTreeMap<String, String> = fs::read_dir(&out)
            .expect("readable")
            .map(|entry| entry.expect("readable").path())
            .map(|path| (name(&path), fs::read_to_string(&path).expect("readable").trim_end().to_owned()))
            .collect();
        let expected = WRITTEN.map(|(module, text)| (module.to_owned(), text.to_owned()));
        assert_eq!(written, BTreeMap::from(expected));
        assert!(run().contains("changed=0"));
    }

    /// With another byte in a file of the project, something stops; afterwards it is as it was.
    fn with_changed(&self, path: &Path, check: impl FnOnce()) {
        let good = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = String::from_utf8_lossy(&good).into_owned();
        let bad = text.replacen("Writes a line", "Writes a lime", 1);
        assert_ne!(text, bad, "{}", path.display());
        fs::write(path, bad).expect("writable");
        check();
        fs::write(path, good).expect("writable");
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A target folder that lives longer than a test.
fn shared(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target").join(name)
}

/// Where Cargo has unpacked a crate.
fn unpacked(world: &World, krate: &str) -> PathBuf {
    let folders = fs::read_dir(world.path("cargo/registry/src")).expect("readable").flatten();
    let found = folders.map(|entry| entry.path().join(krate)).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("{krate} was not unpacked"))
}

#[test]
#[ignore = "compiles all of Rustle, twice"]
fn one_runner_with_a_module_of_each_source() {
    let servers = Servers::start();
    let site = Site::new(&servers);
    let world = &site.world;
    let told = world.succeeds(&["lock"]);
    assert!(told.contains("rustle.lock: 8 packages"), "{told}");
    world.succeeds(&["fetch"]);
    site.stage("locked and fetched");

    Ran::of(&mut site.native()).succeeded();
    site.works("built-runners");
    site.stage("built natively, and run");
    changed_bytes(&site);
    site.stage("changed bytes stop the build");
    wrong_code(&site);
    site.stage("errors in code are told where they stand");

    let told = world.succeeds(&["vendor"]);
    assert!(told.contains("vendored 5 packages"), "{told}");
    drop(servers);
    world.forget_fetched();
    site.stage("vendored; the servers are gone");
    let network =
        if can_unshare_network() { "no network at all" } else { "CARGO_NET_OFFLINE, servers stopped" };
    let lock = world.text("Cargo.lock");
    Ran::of(&mut site.isolated()).succeeded();
    assert_eq!(world.text("Cargo.lock"), lock, "Cargo's lock was whole");
    site.works("six-sources");
    site.stage(&format!("built in isolation ({network}), and run"));
    let vendored = world.project().join(".rustle/vendor");
    for krate in ["acme-base-1.0.0", "acme-registry-1.0.0"] {
        site.with_changed(&vendored.join(krate).join("src/lib.rs"), || {
            // Cargo compares first, where it compiles anew; else it is us.
            let id = krate.trim_end_matches("-1.0.0");
            let ran = Ran::of(&mut site.isolated());
            assert_eq!(ran.code, Some(101), "{}{}", ran.out, ran.err);
            assert!(ran.err.contains(id) || ran.err.contains(&id.replace('-', ".")), "{}", ran.err);
        });
    }
    site.stage("a changed byte in vendored sources stops the build");
    read_only_home(&site);
    site.stage("built with a read-only home");
}

/// Fault 26 and its kin: what is compiled is what was locked.
fn changed_bytes(site: &Site) {
    let project = site.world.project();
    for (path, id) in [
        (project.join(".rustle/modules/acme.http/src/lib.rs"), "`acme.http` is not what was locked"),
        (project.join(".rustle/modules/acme.git/greet/src/lib.rs"), "`acme.git` is not what was locked"),
        // What a package brings along, which the runner itself does not name.
        (project.join(".rustle/modules/acme.git/beside/src/lib.rs"), "`acme.git` is not what was locked"),
        (project.join(".rustle/modules/acme.single/module.rs"), "`acme.single` is not what was locked"),
        (project.join("modules/folder/src/lib.rs"), "`acme.folder` is not what was locked"),
        (project.join("modules/one.rs"), "`acme.file` is not what was locked"),
        (project.join("rustle.toml"), "`acme.inline` is not what was locked"),
        (
            unpacked(&site.world, "acme-registry-1.0.0").join("src/lib.rs"),
            "`acme.registry` is not what was locked",
        ),
        (unpacked(&site.world, "acme-base-1.0.0").join("src/lib.rs"), "`acme.base` is not what was locked"),
    ] {
        site.with_changed(&path, || site.stops(&mut site.native(), &[id]));
    }
    Ran::of(&mut site.native()).succeeded();
}

/// A type error in a module of one file is told where the author wrote it; in an inline one, in the file that was made.
fn wrong_code(site: &Site) {
    let world = &site.world;
    let wrong = "let wrong: u32 = \"text\";\n        let wanted";
    let (file, config) = (world.text("modules/one.rs"), world.text("rustle.toml"));
    let line = 1 + file.lines().position(|line| line.contains("let wanted")).expect("it is there");
    world.put("modules/one.rs", file.replacen("let wanted", wrong, 1));
    world.succeeds(&["lock"]);
    let place = format!("modules/one.rs:{line}:26");
    site.stops(&mut site.native(), &["error[E0308]: mismatched types", &place]);
    world.put("modules/one.rs", file);
    world.put("rustle.toml", config.replacen("let wanted", wrong, 1));
    world.succeeds(&["lock"]);
    let place = format!("out/modules/acme_inline.rs:{line}:26");
    site.stops(&mut site.native(), &["error[E0308]: mismatched types", &place]);
    world.put("rustle.toml", config);
    world.succeeds(&["lock"]);
    Ran::of(&mut site.native()).succeeded();
}

/// The build writes nothing into the home, neither ours nor Cargo's.
fn read_only_home(site: &Site) {
    let world = &site.world;
    if !can_mount() {
        eprintln!(
            "not tested here: this user may not mount file systems, not even in a namespace of its own"
        );
        return;
    }
    let home = world.path("home");
    fs::create_dir_all(home.join(".cargo")).expect("a folder");
    world.put("playbook/site.yml", format!("{}# Anew.\n", world.text("playbook/site.yml")));
    let mut build = world.cargo(&Confined::new().read_only(&home), &["build"]);
    build
        .env_remove("RUSTLE_CACHE")
        .env("HOME", &home)
        .env("CARGO_HOME", home.join(".cargo"))
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", shared("six-sources"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    Ran::of(&mut build).succeeded();
    site.works("six-sources");
}

use std::fs;

use rustle_schema::plan::{Plan, Play, Role};
use rustle_schema::settings::RunDefaults;
use rustle_schema::task::{Action, Directives, Meta, Step, Task};
use rustle_value::{Map, Value as PlanValue};
use tempfile::tempdir;

use super::*;

fn task(name: &str) -> Step {
    Step::Task(Box::new(Task::new(Some(name.into()), Action::Meta(Meta::Noop), Directives::default())))
}

/// How it is packed.
fn packing() -> Packing {
    let apart = [(b"files/large".to_vec(), "lz4")].into();
    Packing { apart, tasks: Some(2), ..Packing::zstd(7) }
}

/// A bundle with all that a folder could lose.
fn odd() -> Vec<u8> {
    let mut vars = Map::new();
    vars.insert("ratio", 0.1 + 0.2);
    vars.insert("endless", f64::INFINITY);
    vars.insert("big", PlanValue::big("123456789012345678901234567890".parse().unwrap()));
    vars.insert(1, "a key that is no text");
    vars.insert("$file", "plan/head.json");
    let mut only = Map::new();
    only.insert("$file", "../../etc/passwd");
    vars.insert("nested", PlanValue::Map(only));
    let mut play = Play { name: "Web & co".into(), ..Play::default() };
    play.directives.vars = vars;
    play.tasks = ["one", "two", "three", "four", "five"].map(task).into();
    let mut plan = Plan { format: 1, name: "site".into(), ..Plan::default() };
    plan.plays = vec![play.clone(), play];
    plan.roles.insert("acme.web".into(), Role { name: "web".into(), ..Role::default() });
    plan.roles.insert("acme web".into(), Role { name: "web".into(), ..Role::default() });
    plan.task_files.insert("tasks/../x.yml".into(), vec![task("three")]);
    let settings = Settings {
        name: "web".into(),
        version: "1.2.3".into(),
        run: RunDefaults { tags: vec!["a".into()], timeout: Some(3), ..RunDefaults::default() },
        ..Settings::default()
    };
    let mut writer = Writer::new(7);
    // Fewer than there are, so that the plan is cut.
    writer.chunk_tasks(2);
    writer.compress("files/large", Compression::Lz4);
    writer.file("files/motd", 0o600, b"hello\r\n".to_vec()).unwrap();
    writer.file("files/empty", 0o644, Vec::new()).unwrap();
    writer.file(*b"files/\xff\xfe 100%", 0o755, vec![0, 255, 13, 10]).unwrap();
    writer.file("files/large", 0o644, (0..700_000_u32).flat_map(u32::to_le_bytes).collect()).unwrap();
    writer.allow_special_mode("bin/su");
    writer.file("bin/su", 0o4755, b"x".to_vec()).unwrap();
    writer.directory("empty", 0o700).unwrap();
    writer.directory("also/empty", 0o755).unwrap();
    writer.symlink("files/link", *b"../\xffthere").unwrap();
    writer.finish(&plan, &settings).unwrap()
}

#[test]
fn a_folder_packed_is_the_bundle() {
    let bytes = odd();
    let folder = tempdir().unwrap();
    let bundle = Bundle::open(bytes.clone()).unwrap();
    unpack(&bundle, &packing(), folder.path()).unwrap();
    let packed = pack(folder.path()).unwrap();
    assert_eq!(Bundle::open(packed.bundle.clone()).unwrap().digest(), bundle.digest());
    assert!(packed.bundle == bytes);
    let read = |name: &str| packed.read.contains(&folder.path().join(name));
    for name in [
        "bundle.json",
        "files.json",
        "files/files/motd",
        "plan/plays/02-web-co.json",
        "plan/tasks/tasks-x-yml.json",
    ] {
        assert!(read(name), "{name} is not told: {:?}", packed.read);
    }
    assert!(read("plan/roles/acme-web.json") && read("plan/roles/acme-web-2.json"));
}

#[test]
fn values_may_nest_as_deeply_as_in_a_plan() {
    let mut list = PlanValue::str("x");
    let mut numbered = PlanValue::str("x");
    for _ in 0..200 {
        list = PlanValue::from(vec![list]);
    }
    for _ in 0..100 {
        let mut map = Map::new();
        map.insert(1, numbered);
        numbered = PlanValue::Map(map);
    }
    let mut play = Play { name: "deep".into(), ..Play::default() };
    play.directives.vars.insert("list", list);
    play.directives.vars.insert("numbered", numbered);
    let plan = Plan { format: 1, plays: vec![play], ..Plan::default() };
    let bytes = Writer::new(3).finish(&plan, &Settings::default()).unwrap();
    let folder = tempdir().unwrap();
    unpack(&Bundle::open(bytes.clone()).unwrap(), &Packing::zstd(3), folder.path()).unwrap();
    assert!(pack(folder.path()).unwrap().bundle == bytes);
    let head = folder.path().join(HEAD);
    for (text, what) in [("[", "]"), ("{\"a\\\"[\":", "}")].map(|(open, close)| (open.repeat(100_000), close))
    {
        fs::write(&head, format!("{text}1{}", what.repeat(100_000))).unwrap();
        assert_eq!(pack(folder.path()).unwrap_err().what, "it nests too deeply");
    }
}

#[test]
fn a_change_is_a_change() {
    let folder = tempdir().unwrap();
    unpack(&Bundle::open(odd()).unwrap(), &packing(), folder.path()).unwrap();
    fs::write(folder.path().join("files/files/motd"), "bye").unwrap();
    let play = folder.path().join("plan/plays/01-web-co.json");
    let text = fs::read_to_string(&play).unwrap();
    fs::write(&play, text.replace("Web & co", "Database")).unwrap();
    let bundle = Bundle::open(pack(folder.path()).unwrap().bundle).unwrap();
    assert_eq!(*bundle.read(b"files/motd").unwrap(), *b"bye");
    assert_eq!(bundle.plan().unwrap().plays[0].name, PlanValue::str("Database"));
}

#[test]
fn what_is_wrong_is_told_with_its_file() {
    let folder = tempdir().unwrap();
    unpack(&Bundle::open(odd()).unwrap(), &Packing::zstd(3), folder.path()).unwrap();
    let told = |name: &str, from: &str, to: &str| {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let error = pack(folder.path()).unwrap_err();
        fs::write(&path, text).unwrap();
        let shown = error.path.strip_prefix(folder.path()).unwrap().display().to_string();
        format!("{shown}: {}", error.what)
    };
    assert_eq!(
        told("bundle.json", "\"format\": 1", "\"format\": 9"),
        "bundle.json: `format` should be 1, and is 9"
    );
    assert_eq!(
        told("bundle.json", "\"zstd\"", "\"rar\""),
        "bundle.json: `compression` should be one of none, gzip, lz4, zstd, and is \"rar\""
    );
    assert_eq!(
        told("files.json", "\"mode\":\"0600\"", "\"mode\":\"rw\""),
        "files.json: entry 7: `mode` should be octal, such as \"0644\", and is \"rw\""
    );
    assert_eq!(told("files.json", "files/motd", "../motd").split(':').next(), Some("files.json"));
    assert!(
        told("plan/head.json", "plays/01-web-co.json", "plays/nope.json")
            .starts_with("plan/plays/nope.json: ")
    );
    assert!(told("plan/head.json", "plays/01-web-co.json", "../x.json").contains("is refused"));
    assert!(told("plan/plays/01-web-co.json", "{", "{{").starts_with("plan/plays/01-web-co.json: "));
    fs::write(folder.path().join("files/new"), "").unwrap();
    let error = pack(folder.path()).unwrap_err();
    assert_eq!(error.what, "`files/new` is not listed: add {\"path\":\"new\"}, or remove the file");
}

//! Roles: variables, dependencies, handlers, imports and includes.

use std::collections::BTreeMap;

use rustle_schema::plan::{Role, RoleFrom, RoleUse};
use serde_json::json;

use super::*;

fn role(name: &str, tasks: Vec<Step>) -> Role {
    Role {
        name: name.into(),
        path: format!("roles/{name}"),
        tasks: BTreeMap::from([("main".into(), tasks)]),
        ..Role::default()
    }
}

fn use_of(name: &str) -> RoleUse {
    RoleUse { role: name.into(), ..RoleUse::default() }
}

fn with_roles<const N: usize>(roles: [Role; N], uses: &[&str], tasks: Vec<Step>) -> Plan {
    let mut plan = plan(tasks);
    plan.roles = roles.into_iter().map(|role| (role.name.clone(), role)).collect();
    plan.plays[0].roles = uses.iter().map(|name| use_of(name)).collect();
    plan
}

fn import(name: &str) -> Step {
    Step::Role(Box::new(RoleUse { import: true, ..use_of(name) }))
}

fn include(name: &str) -> T {
    let action = Action::IncludeRole {
        name: value(name.into()),
        from: Box::new(RoleFrom::default()),
        apply: Box::default(),
    };
    written("include", action)
}

fn story(plan: &Plan) -> Vec<String> {
    run_plan(plan, Settings::default(), Memory::default()).story()
}

#[test]
fn roles_run_before_tasks_with_their_variables() {
    let mut web = role("web", steps([say("tell", "{{ role_name }} {{ role_path }} {{ a }} {{ b }}")]));
    web.defaults.insert("main".into(), map(json!({"a": "default", "b": "default"})));
    web.vars.insert("main".into(), map(json!({"b": "vars"})));
    let plan = with_roles([web], &["web"], steps([say("after", "{{ a }} {{ b }}")]));
    assert_eq!(
        story(&plan),
        ["web : tell: ok web /@bundle/roles/web default vars", "after: ok default vars"]
    );
}

#[test]
fn parameters_come_before_set_fact_and_use_vars_do_not() {
    let web = role(
        "web",
        steps([task("set", "set", json!({"p": "fact", "v": "fact"})), say("tell", "{{ p }} {{ v }}")]),
    );
    let mut plan = with_roles([web], &["web"], vec![]);
    plan.plays[0].roles[0].params = map(json!({"p": "param"}));
    plan.plays[0].roles[0].directives.vars = map(json!({"v": "use"}));
    assert_eq!(story(&plan)[1], "web : tell: ok param fact");
}

#[test]
fn dependencies_run_first_and_once() {
    let mut web = role("web", steps([say("tell", "{{ d }}")]));
    web.dependencies = vec![use_of("base")];
    let mut db = role("db", steps([say("tell", "x")]));
    db.dependencies = vec![use_of("base")];
    let mut base = role("base", steps([say("tell", "{{ d }}")]));
    base.defaults.insert("main".into(), map(json!({"d": "base"})));
    let plan = with_roles([web, db, base], &["web", "db"], vec![]);
    assert_eq!(story(&plan), ["base : tell: ok base", "web : tell: ok base", "db : tell: ok x"]);
}

#[test]
fn uses_that_differ_run_again() {
    let web = role("web", steps([say("tell", "{{ p }}")]));
    let mut plan = with_roles([web], &["web", "web", "web"], vec![]);
    for (entry, p) in plan.plays[0].roles.iter_mut().zip(["1", "2", "1"]) {
        entry.params = map(json!({ "p": p }));
    }
    assert_eq!(story(&plan), ["web : tell: ok 1", "web : tell: ok 2"]);
    plan.roles.get_mut("web").unwrap().allow_duplicates = true;
    assert_eq!(story(&plan).len(), 3);
}

#[test]
fn a_role_that_depends_on_itself_is_an_error() {
    let mut web = role("web", vec![]);
    web.dependencies = vec![use_of("web")];
    let told = run_plan(&with_roles([web], &["web"], vec![]), Settings::default(), Memory::default());
    assert_eq!(told.ended.exit_code, 1);
    assert!(told.ended.stopped.unwrap().reason.starts_with("A recursion loop was detected"));
}

#[test]
fn handlers_of_roles_are_called_with_and_without_the_role() {
    let mut web = role(
        "web",
        steps([task("a", "change", json!({})).notify("h"), task("b", "change", json!({})).notify("web : i")]),
    );
    web.handlers.insert("main".into(), vec![say("h", "{{ role_name }}").0, say("i", "i").0]);
    let plan = with_roles([web], &["web"], vec![]);
    assert_eq!(story(&plan)[2..], ["web : h: ok web", "web : i: ok i"]);
}

#[test]
fn keywords_of_a_use_reach_its_tasks_and_dependencies() {
    let mut web = role("web", steps([say("tell", "x")]));
    web.dependencies = vec![use_of("base")];
    let base = role("base", steps([say("tell", "x")]));
    let mut plan = with_roles([web, base], &["web"], vec![]);
    plan.plays[0].roles[0].directives.when = vec!["false".into()];
    assert_eq!(story(&plan), ["base : tell: skipped", "web : tell: skipped"]);
    plan.plays[0].roles[0].directives = Directives { tags: vec!["t".into()], ..Directives::default() };
    let settings = Settings { skip_tags: vec!["t".into()], ..Settings::default() };
    assert!(run_plan(&plan, settings, Memory::default()).story().is_empty());
}

#[test]
fn imported_roles_are_known_from_the_start() {
    let mut web = role("web", steps([say("tell", "x")]));
    web.defaults.insert("main".into(), map(json!({"a": "web"})));
    web.handlers.insert("main".into(), vec![say("h", "x").0]);
    let tasks = vec![task("before", "change", json!({"msg": "{{ a }}"})).notify("h").step(), import("web")];
    assert_eq!(
        story(&with_roles([web], &[], tasks)),
        ["before: changed web", "web : tell: ok x", "web : h: ok x"]
    );
}

#[test]
fn included_roles_are_private_and_may_run_again() {
    let mut web = role("web", steps([say("tell", "{{ a }} {{ v }}")]));
    web.defaults.insert("main".into(), map(json!({"a": "web"})));
    let tasks = vec![
        include("{{ which }}").vars(json!({"which": "web", "v": "1"})).step(),
        include("web").vars(json!({"v": "2"})).step(),
        say("after", "{{ a }}").step(),
    ];
    let told = run_plan(&with_roles([web], &[], tasks), Settings::default(), Memory::default());
    let lines = told.story();
    assert_eq!(lines[1], "web : tell: ok web 1");
    assert_eq!(lines[3], "web : tell: ok web 2");
    assert!(lines[4].ends_with("'a' is undefined"), "{lines:?}");
}

#[test]
fn other_files_of_a_role_are_taken_when_asked_for() {
    let mut web = role("web", steps([say("main", "x")]));
    web.tasks.insert("debian".into(), steps([say("debian", "{{ a }}")]));
    web.vars.insert("special".into(), map(json!({"a": "special"})));
    let mut step = include("web").vars(json!({"os": "debian"}));
    let Action::IncludeRole { from, .. } = &mut step.0.action else { panic!() };
    from.tasks = Some(value(json!("{{ os }}.yml")));
    from.vars = Some("special".into());
    let mut missing = include("web");
    let Action::IncludeRole { from, .. } = &mut missing.0.action else { panic!() };
    from.tasks = Some("nope".into());
    let plan = with_roles([web], &[], vec![step.step(), missing.step()]);
    let told = run_plan(&plan, Settings::default(), Memory::default());
    assert_eq!(told.story()[1], "web : debian: ok special");
    assert_eq!(told.result("include")["reason"], json!("Could not find specified file in role: tasks/nope"));
}

#[test]
fn a_role_can_end_early() {
    let end = written("end", Action::Meta(Meta::EndRole)).step();
    let web = role("web", vec![say("one", "1").step(), end, say("two", "2").step()]);
    assert_eq!(
        story(&with_roles([web], &["web"], steps([say("after", "x")]))),
        ["web : one: ok 1", "after: ok x"]
    );
}

#[test]
fn the_play_knows_its_roles() {
    let mut web = role("web", vec![]);
    web.dependencies = vec![use_of("base")];
    let tasks = steps([task(
        "names",
        "say",
        json!({"play": "{{ ansible_play_role_names }}", "dependent": "{{ ansible_dependent_role_names }}"}),
    )]);
    let told = run_plan(
        &with_roles([web, role("base", vec![])], &["web"], tasks),
        Settings::default(),
        Memory::default(),
    );
    let result = told.result("names");
    assert_eq!((&result["play"], &result["dependent"]), (&json!(["web"]), &json!(["base"])));
}

#[test]
fn an_include_may_name_a_role_by_its_folder() {
    let web = role("web", steps([say("tell", "{{ role_name }}")]));
    let plan = with_roles([web], &[], steps([include("{{ playbook_dir }}/roles/web")]));
    assert_eq!(story(&plan).last().unwrap(), "web : tell: ok web");
}

//! Which variable wins, and what the run itself knows.

use rustle_schema::inventory::{Group, Host, Inventory};
use serde_json::json;

use super::*;

fn two_hosts() -> Inventory {
    let host = |order: u32, vars: serde_json::Value| Host { vars: map(vars), order };
    let group = |vars: serde_json::Value, hosts: &[&str], children: &[&str]| Group {
        vars: map(vars),
        hosts: hosts.iter().map(ToString::to_string).collect(),
        children: children.iter().map(ToString::to_string).collect(),
        ..rustle_schema::inventory::Group::default()
    };
    Inventory {
        hosts: [
            (
                "web1.example.org".into(),
                host(0, json!({"port": 80, "url": "{{ inventory_hostname }}:{{ port }}"})),
            ),
            ("db1".into(), host(1, json!({"url": "{{ inventory_hostname }}"}))),
        ]
        .into(),
        groups: [
            ("all".into(), group(json!({"level": "all"}), &[], &["ungrouped", "web"])),
            ("ungrouped".into(), group(json!({}), &["db1"], &[])),
            ("web".into(), group(json!({"level": "web"}), &["web1.example.org"], &[])),
        ]
        .into(),
        source: None,
    }
}

/// Runs tasks as web1.
fn run_web(tasks: Vec<Step>, change: impl FnOnce(&mut Plan), settings: Settings) -> Told {
    let mut plan = plan(tasks);
    plan.inventory = two_hosts();
    plan.plays[0].hosts = vec!["all".into()];
    change(&mut plan);
    run_as(&plan, settings, Memory::new([("vars/f.yml", "v: file\n")]), "web1.example.org")
}

#[test]
fn each_layer_wins_over_those_below() {
    let tell = || say("tell", "{{ level }}");
    let first = |tasks: Vec<Step>, change: fn(&mut Plan), settings: Settings| {
        run_web(tasks, change, settings).story().last().cloned().unwrap()
    };
    let none = Settings::default;
    assert_eq!(first(steps([tell()]), |_| {}, none()), "tell: ok web");
    let host: fn(&mut Plan) = |plan| {
        plan.inventory.hosts.get_mut("web1.example.org").unwrap().vars.insert("level", "host");
    };
    assert_eq!(first(steps([tell()]), host, none()), "tell: ok host");
    let play: fn(&mut Plan) = |plan| plan.plays[0].directives.vars = map(json!({"level": "play"}));
    assert_eq!(first(steps([tell()]), play, none()), "tell: ok play");
    let file: fn(&mut Plan) = |plan| {
        plan.plays[0].directives.vars = map(json!({"level": "{{ v }}", "v": "play"}));
        plan.plays[0].vars_files = vec![Value::list(["vars/nope.yml".into(), "vars/f.yml".into()])];
    };
    assert_eq!(first(steps([tell()]), file, none()), "tell: ok file");
    let task_vars = || tell().vars(json!({"level": "task"}));
    assert_eq!(first(steps([task_vars()]), play, none()), "tell: ok task");
    let include = || task("include", "load_vars", json!({"level": "include_vars"}));
    assert_eq!(first(steps([include(), task_vars()]), play, none()), "tell: ok include_vars");
    let set = || task("set", "set", json!({"level": "set_fact"}));
    assert_eq!(first(steps([set(), include(), task_vars()]), play, none()), "tell: ok set_fact");
    let extra = Settings { extra_vars: map(json!({"level": "{{ 'extra' }}"})), ..none() };
    assert_eq!(first(steps([set(), task_vars()]), play, extra), "tell: ok extra");
}

#[test]
fn facts_lie_below_play_vars_and_above_the_inventory() {
    let facts: fn(&mut Plan) = |plan| {
        plan.plays[0].gather_facts = true.into();
        plan.inventory.groups.get_mut("web").unwrap().vars.insert("ansible_os_family", "group");
    };
    let tasks = || steps([say("tell", "{{ ansible_os_family }} {{ ansible_facts.os_family }}")]);
    let told = run_web(tasks(), facts, Settings::default());
    assert_eq!(told.story(), ["Gathering Facts: ok", "tell: ok Toy Toy"]);
    assert_eq!(told.result("Gathering Facts")["ansible_facts"], json!({"ansible_os_family": "Toy"}));
    let cleared = vec![written("clear", Action::Meta(Meta::ClearFacts)).step(), tasks().remove(0)];
    let told = run_web(cleared, |plan| plan.plays[0].gather_facts = true.into(), Settings::default());
    assert!(told.story()[1].contains("is undefined"), "{:?}", told.story());
}

#[test]
fn results_are_data_and_never_templates() {
    let told = run_web(
        steps([
            say("first", "x").register("r"),
            task("evil", "set", json!({"evil": "{{ '{' ~ '{ level }' ~ '}' }}"})),
            say("tell", "{{ evil }}"),
        ]),
        |_| {},
        Settings::default(),
    );
    assert_eq!(told.story().last().unwrap(), "tell: ok {{ level }}");
}

#[test]
fn the_inventory_is_known() {
    let told = run_web(
        steps([task(
            "tell",
            "say",
            json!({
                "name": "{{ inventory_hostname }}",
                "short": "{{ inventory_hostname_short }}",
                "groups": "{{ group_names }}",
                "all": "{{ groups.all }}",
                "play": "{{ ansible_play_hosts }}",
                "own": "{{ hostvars[inventory_hostname].url }}",
                "other": "{{ hostvars.db1.url }}",
                "both": "{{ 'db1' in hostvars and inventory_hostname in hostvars }}",
            }),
        )]),
        |_| {},
        Settings::default(),
    );
    assert_eq!(
        told.result("tell"),
        json!({
            "changed": false, "failed": false,
            "name": "web1.example.org",
            "short": "web1",
            "groups": ["web"],
            "all": ["db1", "web1.example.org"],
            "play": ["web1.example.org"],
            "own": "web1.example.org:80",
            "other": "db1",
            "both": true,
        })
    );
}

#[test]
fn the_run_is_known() {
    let settings =
        Settings { check: true, verbosity: 2, tags: vec!["all".into(), "x".into()], ..Settings::default() };
    let told = run_web(
        steps([task(
            "tell",
            "say",
            json!({
                "check": "{{ ansible_check_mode }}",
                "diff": "{{ ansible_diff_mode }}",
                "v": "{{ ansible_verbosity }}",
                "tags": "{{ ansible_run_tags }}",
                "play": "{{ ansible_play_name }}",
                "dir": "{{ playbook_dir }}",
                "version": "{{ ansible_version.full }}",
                "vars": "{{ vars.port }}",
                "python": "{{ ansible_playbook_python is defined }}",
            }),
        )]),
        |_| {},
        settings,
    );
    assert_eq!(
        told.result("tell"),
        json!({
            "changed": false, "failed": false, "check": true, "diff": false, "v": 2, "tags": ["all", "x"],
            "play": "play", "dir": "/@bundle", "version": "2.19.14", "vars": 80, "python": false,
        })
    );
}

#[test]
fn plays_choose_their_hosts() {
    let told = run_web(
        steps([say("here", "x")]),
        |plan| {
            let mut other = play(steps([say("there", "x")]));
            other.hosts = vec!["!web*".into()];
            other.name = "other".into();
            plan.plays.push(other);
            let mut templated = play(steps([say("again", "x")]));
            templated.hosts = vec![value(json!("{{ where }}"))];
            templated.directives.vars = map(json!({"where": "web"}));
            plan.plays.push(templated);
        },
        Settings::default(),
    );
    assert_eq!(told.story(), ["here: ok x", "again: ok x"]);
    assert!(told.events.contains(&Event::PlaySkipped { play: "other".into() }));
}

#[test]
fn a_play_can_end_and_the_next_goes_on() {
    let end = |when: bool| {
        written("end", Action::Meta(Meta::EndPlay))
            .with(|task| task.directives.when = vec![when.into()])
            .step()
    };
    let told = run_web(
        vec![end(false), say("one", "1").step(), end(true), say("two", "2").step()],
        |plan| plan.plays.push(play(steps([say("never", "x")]))),
        Settings::default(),
    );
    assert_eq!(told.story(), ["end: skipped end_play", "one: ok 1"]);
    assert_eq!((told.numbers().as_str(), told.ended.exit_code), ("ok=1", 0));
}

#[test]
fn an_error_can_be_cleared() {
    let clear = written("clear", Action::Meta(Meta::ClearHostErrors)).step();
    let told = run_web(
        vec![block(steps([task("bad", "flop", json!({}))]), vec![], vec![clear]), say("after", "x").step()],
        |_| {},
        Settings::default(),
    );
    assert_eq!(told.story(), ["bad: failed no", "after: ok x"]);
    assert_eq!(told.numbers(), "ok=1 failed=1");
}

#[test]
fn defaults_of_a_module_lie_below_its_arguments_and_replace_those_further_out() {
    let mut inner =
        block(steps([say("own", "mine"), task("of the block", "say", json!({}))]), vec![], vec![]);
    if let Step::Block(block) = &mut inner {
        block.directives.module_defaults = vec![map(json!({"say": {"msg": "block {{ x }}"}}))];
        block.directives.vars = map(json!({"x": 1}));
    }
    let mut outer = steps([task("of the play", "say", json!({}))]);
    outer.push(inner);
    let mut plan = plan(outer);
    plan.plays[0].directives.module_defaults = vec![map(json!({"say": {"msg": "play"}, "rc": {"rc": 1}}))];
    let told = run_plan(&plan, Settings::default(), Memory::default());
    assert_eq!(told.story(), ["of the play: ok play", "own: ok mine", "of the block: ok block 1"]);
}

#[test]
fn a_template_may_stand_for_a_bare_expression() {
    let shown = |var: &str| {
        let vars = json!({"name": "number", "number": 5, "list": ["number == 5"]});
        let plan = plan(steps([task("t", "show", json!({"var": var})).vars(vars)]));
        let told = run_plan(&plan, Settings::default(), Memory::default());
        told.results()[0].result.get("var").map(ToString::to_string).unwrap_or_default()
    };
    assert_eq!(shown("{{ name }}"), "{'expression': '{{ name }}', 'meant': 'number', 'value': 5}");
    assert_eq!(shown("{{ list }}"), "[{'expression': 'number == 5', 'value': True}]");
    assert_eq!(shown("{{ number == 5 }}"), "{'expression': '{{ number == 5 }}', 'value': True}");
    assert!(shown("{{ 'num' ~ 'ber' }}").contains("Encountered untrusted template or expression."));
}

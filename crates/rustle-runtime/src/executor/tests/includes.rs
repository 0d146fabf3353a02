//! `include_tasks`, tags and `start-at-task`.

use serde_json::json;

use super::*;

fn include(file: &str) -> T {
    written("include", Action::IncludeTasks { file: value(file.into()), apply: Box::default() })
}

fn with_files(files: &[(&str, Vec<Step>)], tasks: Vec<Step>) -> Plan {
    let mut plan = plan(tasks);
    plan.task_files = files.iter().map(|(name, steps)| (name.to_string(), steps.clone())).collect();
    plan
}

fn run_files(files: &[(&str, Vec<Step>)], tasks: Vec<Step>) -> Told {
    run_plan(&with_files(files, tasks), Settings::default(), Memory::default())
}

fn included(told: &Told) -> Vec<String> {
    let events = told.events.iter().filter_map(|event| match event {
        Event::Included { included, label, .. } => {
            Some(format!("{included} {}", label.as_deref().unwrap_or("-")))
        }
        _ => None,
    });
    events.collect()
}

#[test]
fn a_file_is_picked_while_the_plan_runs() {
    let told = run_files(
        &[("tasks/debian.yml", steps([say("in", "{{ v }}")]))],
        vec![
            include("tasks/{{ os }}.yml").vars(json!({"os": "debian", "v": "1"})).step(),
            say("after", "x").step(),
        ],
    );
    assert_eq!(told.story(), ["include: ok", "in: ok 1", "after: ok x"]);
    assert_eq!(included(&told), ["/@bundle/tasks/debian.yml -"]);
    assert_eq!(told.numbers(), "ok=3");
}

#[test]
fn a_loop_includes_for_each_item() {
    let told = run_files(
        &[("a.yml", steps([say("in", "{{ item }}")])), ("b.yml", steps([say("in", "{{ item }}")]))],
        vec![
            include("{{ item }}.yml").each(json!(["a", "b", "c"])).when("item != 'c'").register("r").step(),
            say("seen", "{{ r.results.0.include }}").step(),
        ],
    );
    assert_eq!(included(&told), ["/@bundle/a.yml a", "/@bundle/b.yml b"]);
    assert_eq!(told.story()[4..], ["in: ok a", "in: ok b", "seen: ok a.yml"]);
    assert_eq!(told.numbers(), "ok=5");
}

#[test]
fn include_vars_come_before_set_fact() {
    let told = run_files(
        &[("a.yml", steps([say("in", "{{ v }} {{ w }}")]))],
        vec![
            task("set", "set", json!({"v": "fact", "w": "fact"})).step(),
            include("a.yml").vars(json!({"v": "include"})).step(),
        ],
    );
    assert_eq!(told.story().last().unwrap(), "in: ok include fact");
}

#[test]
fn what_is_missing_fails_and_can_be_rescued() {
    let told =
        run_files(&[], vec![block(vec![include("nope.yml").step()], steps([say("rescue", "x")]), vec![])]);
    assert_eq!(told.story(), ["include: ok", "include: failed", "rescue: ok x"]);
    let reason = told.result("include")["reason"].clone();
    assert_eq!(reason, json!("Could not find or access '/@bundle/nope.yml' on the Ansible Controller."));
}

#[test]
fn an_include_within_an_include_looks_beside_it() {
    let told = run_files(
        &[("sub/a.yml", vec![include("b.yml").step()]), ("sub/b.yml", steps([say("deep", "x")]))],
        vec![include("sub/a.yml").step()],
    );
    assert_eq!(told.story().last().unwrap(), "deep: ok x");
}

#[test]
fn keywords_of_the_include_stay_with_it_and_those_of_apply_go_in() {
    let mut step = include("a.yml").when("true").tags(&["here"]);
    let Action::IncludeTasks { apply, .. } = &mut step.0.action else { panic!() };
    apply.environment = vec![value(json!({"A": "1"}))];
    apply.tags = vec!["here".into()];
    let plan = with_files(&[("a.yml", vec![task("in", "context", json!({})).step()])], vec![step.step()]);
    let settings = Settings { tags: vec!["here".into()], ..Settings::default() };
    let told = run_plan(&plan, settings, Memory::default());
    assert_eq!(told.result("in")["environment"], json!({"A": "1"}));
}

#[test]
fn tags_of_an_include_are_not_handed_down() {
    let plan = with_files(
        &[("a.yml", steps([say("plain", "x"), say("tagged", "x").tags(&["here"])]))],
        vec![include("a.yml").tags(&["here"]).step()],
    );
    let settings = Settings { tags: vec!["here".into()], ..Settings::default() };
    assert_eq!(run_plan(&plan, settings, Memory::default()).story(), ["include: ok", "tagged: ok x"]);
}

#[test]
fn a_handler_may_include() {
    let mut plan = with_files(
        &[("h.yml", steps([say("in", "x")]))],
        steps([task("a", "change", json!({})).notify("h")]),
    );
    let mut handler = include("h.yml").0;
    handler.name = Some("h".into());
    plan.plays[0].handlers = vec![handler];
    let told = run_plan(&plan, Settings::default(), Memory::default());
    assert_eq!(told.story(), ["a: changed", "h: ok", "in: ok x"]);
}

#[test]
fn blocks_hand_their_tags_down() {
    let mut step = block(steps([say("in", "x"), say("never", "x").tags(&["never"])]), vec![], vec![]);
    let Step::Block(it) = &mut step else { panic!() };
    it.directives.tags = vec!["t".into()];
    let plan = plan(vec![step, say("out", "x").step(), say("always", "x").tags(&["always"]).step()]);
    let run_tags = |tags: &str| {
        let settings = Settings { tags: vec![tags.into()], ..Settings::default() };
        run_plan(&plan, settings, Memory::default()).story()
    };
    assert_eq!(run_tags("all"), ["in: ok x", "out: ok x", "always: ok x"]);
    assert_eq!(run_tags("t"), ["in: ok x", "never: ok x", "always: ok x"]);
    assert_eq!(run_tags("untagged"), ["out: ok x", "always: ok x"]);
}

#[test]
fn a_run_can_start_at_a_task() {
    let mut plan = plan(steps([say("one", "1"), say("two", "2"), say("three", "3")]));
    plan.plays.push(play(steps([say("four", "4")])));
    for (start, first) in [("two", "two: ok 2"), ("th*", "three: ok 3"), ("four", "four: ok 4")] {
        let settings = Settings { start_at_task: Some(start.into()), ..Settings::default() };
        assert_eq!(run_plan(&plan, settings, Memory::default()).story()[0], first);
    }
}

#[test]
fn a_start_that_no_task_has_is_told() {
    let plan = plan(steps([say("one", "1")]));
    let told = |start: &str| {
        let settings = Settings { start_at_task: Some(start.into()), ..Settings::default() };
        let told = run_plan(&plan, settings, Memory::default());
        assert_eq!(told.ended.exit_code, 0);
        let warning = |event: &Event| match event {
            Event::Warning { message } => Some(message.clone()),
            _ => None,
        };
        told.events.iter().filter_map(warning).collect::<Vec<_>>()
    };
    assert_eq!(
        told("Nosuch"),
        [r#"No matching task "Nosuch" found. Note: --start-at-task can only follow static includes."#]
    );
    assert!(told("one").is_empty());
}

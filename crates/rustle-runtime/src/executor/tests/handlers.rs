//! Handlers.

use serde_json::json;

use super::*;

fn change(name: &str) -> T {
    task(name, "change", json!({}))
}

fn handlers<const N: usize>(tasks: Vec<Step>, handlers: [T; N]) -> Plan {
    let mut plan = plan(tasks);
    plan.plays[0].handlers = handlers.into_iter().map(|handler| handler.0).collect();
    plan
}

fn story(plan: &Plan) -> Vec<String> {
    run_plan(plan, Settings::default(), Memory::default()).story()
}

fn listen(handler: T, topic: &str) -> T {
    handler.with(|task| task.listen.push(topic.into()))
}

fn flush() -> Step {
    written("flush", Action::Meta(Meta::FlushHandlers)).step()
}

#[test]
fn notified_handlers_run_once_in_their_own_order() {
    let plan = handlers(
        steps([
            change("a").notify("two"),
            change("b").notify("one"),
            change("c").notify("two"),
            say("d", "x").notify("three"),
        ]),
        [say("one", "1"), say("two", "2"), say("three", "3")],
    );
    assert_eq!(story(&plan), ["a: changed", "b: changed", "c: changed", "d: ok x", "one: ok 1", "two: ok 2"]);
}

#[test]
fn handlers_run_after_each_section() {
    let mut plan = handlers(steps([change("task").notify("h")]), [say("h", "h")]);
    plan.plays[0].pre_tasks = steps([change("pre").notify("h")]);
    plan.plays[0].post_tasks = steps([say("post", "x")]);
    assert_eq!(story(&plan), ["pre: changed", "h: ok h", "task: changed", "h: ok h", "post: ok x"]);
}

#[test]
fn a_flush_runs_them_early() {
    let plan = handlers(vec![change("a").notify("h").step(), flush(), say("b", "x").step()], [say("h", "h")]);
    assert_eq!(story(&plan), ["a: changed", "h: ok h", "b: ok x"]);
}

#[test]
fn a_handler_may_notify_a_later_one() {
    let plan = handlers(
        steps([change("a").notify("first")]),
        [say("early", "x"), change("first").notify("later").notify("early"), say("later", "x")],
    );
    // The earlier one waits for the next flush.
    assert_eq!(story(&plan), ["a: changed", "first: changed", "later: ok x", "early: ok x"]);
}

#[test]
fn handlers_listen_to_topics() {
    let plan = handlers(
        steps([change("a").notify("topic")]),
        [listen(say("one", "1"), "topic"), say("two", "2"), listen(say("three", "3"), "topic")],
    );
    assert_eq!(story(&plan), ["a: changed", "one: ok 1", "three: ok 3"]);
}

#[test]
fn of_two_handlers_of_a_name_the_first_of_a_list_is_meant() {
    let plan = handlers(steps([change("a").notify("h")]), [say("h", "first"), say("h", "second")]);
    assert_eq!(story(&plan), ["a: changed", "h: ok first"]);
}

#[test]
fn a_failure_drops_handlers_unless_they_are_forced() {
    let mut plan =
        handlers(steps([change("a").notify("h"), task("bad", "flop", json!({}))]), [say("h", "h")]);
    assert_eq!(story(&plan), ["a: changed", "bad: failed no"]);
    let settings = Settings { force_handlers: true, ..Settings::default() };
    let told = run_plan(&plan, settings, Memory::default());
    assert_eq!(told.story(), ["a: changed", "bad: failed no", "h: ok h"]);
    assert_eq!(told.ended.exit_code, 2);
    plan.plays[0].force_handlers = Some(value(json!("{{ true }}")));
    assert_eq!(story(&plan).len(), 3);
}

#[test]
fn a_failed_handler_ends_the_flush() {
    let plan = handlers(
        steps([change("a").notify("bad").notify("next")]),
        [task("bad", "flop", json!({})), say("next", "x")],
    );
    let told = run_plan(&plan, Settings::default(), Memory::default());
    assert_eq!(told.story(), ["a: changed", "bad: failed no"]);
    assert_eq!(told.ended.exit_code, 2);
}

#[test]
fn a_flush_in_a_block_is_rescued() {
    let plan = handlers(
        vec![block(vec![change("a").notify("bad").step(), flush()], steps([say("rescue", "x")]), vec![])],
        [task("bad", "flop", json!({}))],
    );
    let told = run_plan(&plan, Settings::default(), Memory::default());
    assert_eq!(told.story(), ["a: changed", "bad: failed no", "rescue: ok x"]);
    assert_eq!((told.numbers().as_str(), told.ended.exit_code), ("ok=2 changed=1 rescued=1", 0));
}

#[test]
fn an_unknown_handler_ends_the_run_with_1() {
    let plan = handlers(steps([change("a").notify("nobody"), say("b", "x")]), [say("h", "h")]);
    let told = run_plan(&plan, Settings::default(), Memory::default());
    assert_eq!((told.story().len(), told.ended.exit_code), (1, 1));
    let reason = told.ended.stopped.unwrap().reason;
    assert!(reason.starts_with("The requested handler 'nobody' was not found"), "{reason}");
}

#[test]
fn names_may_be_templates_and_tags_do_not_matter() {
    let mut plan = handlers(
        steps([change("a").notify("restart {{ service }}").tags(&["t"])]),
        [say("restart {{ service }}", "x").tags(&["other"])],
    );
    plan.plays[0].directives.vars = map(json!({"service": "web"}));
    let settings = Settings { tags: vec!["t".into()], ..Settings::default() };
    let told = run_plan(&plan, settings, Memory::default());
    assert_eq!(told.story(), ["a: changed", "restart web: ok x"]);
}

#[test]
fn an_item_notifies_if_anything_changed() {
    let plan = handlers(
        steps([task("each", "change", json!({})).each(json!(["one", "two"])).notify("{{ item }}")]),
        [say("one", "1"), say("two", "2")],
    );
    assert_eq!(story(&plan)[3..], ["one: ok 1", "two: ok 2"]);
}

#[test]
fn handlers_are_told_as_such() {
    let plan = handlers(steps([change("a").notify("h")]), [say("h", "h")]);
    let told = run_plan(&plan, Settings::default(), Memory::default());
    let banners: Vec<(String, bool)> = told
        .events
        .iter()
        .filter_map(|event| match event {
            Event::TaskStart { task, handler, .. } => Some((task.clone(), *handler)),
            _ => None,
        })
        .collect();
    assert_eq!(banners, [("a".to_string(), false), ("h".to_string(), true)]);
    assert!(told.events.contains(&Event::Notified { handler: "h".into(), host: "localhost".into() }));
}

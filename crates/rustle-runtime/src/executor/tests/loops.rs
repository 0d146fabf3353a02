//! Loops.

use serde_json::json;

use super::*;

#[test]
fn a_loop_registers_all_results() {
    let told = run(steps([
        task("each", "change", json!({"msg": "{{ item }}"})).each(json!(["a", "b"])).register("r"),
        say("seen", "{{ r.results.1.item }} {{ r.msg }}"),
    ]));
    assert_eq!(
        told.story(),
        [
            "each(a): changed a",
            "each(b): changed b",
            "each: changed All items completed",
            "seen: ok b All items completed"
        ]
    );
    assert_eq!(
        told.result("each"),
        json!({"changed": true, "msg": "All items completed", "skipped": false, "results": [
            {"changed": true, "msg": "a", "failed": false, "item": "a", "ansible_loop_var": "item"},
            {"changed": true, "msg": "b", "failed": false, "item": "b", "ansible_loop_var": "item"},
        ]})
    );
    assert_eq!(told.numbers(), "ok=2 changed=1");
}

#[test]
fn the_condition_is_asked_for_each_item() {
    let told = run(steps([
        say("some", "{{ item }}").each(json!([1, 2])).when("item == 2"),
        say("none", "{{ item }}").each(json!([1])).when("item == 2"),
        say("empty", "x").each(json!([])),
    ]));
    assert_eq!(
        told.story(),
        [
            "some(1): skipped",
            "some(2): ok 2",
            "some: ok All items completed",
            "none(1): skipped",
            "none: skipped All items skipped",
            "empty: skipped"
        ]
    );
    assert_eq!(told.result("empty")["skipped_reason"], json!("No items in the list"));
}

#[test]
fn one_failed_item_fails_the_loop_after_all_items() {
    let told = run(steps([
        task("bad", "rc", json!({"rc": "{{ item }}"})).each(json!([1, 0, 2])).ignore_errors(),
        say("next", "x"),
    ]));
    assert_eq!(
        told.story(),
        [
            "bad(1): failed",
            "bad(0): changed",
            "bad(2): failed",
            "bad: ignored One or more items failed",
            "next: ok x"
        ]
    );
    assert_eq!(told.numbers(), "ok=2 changed=1 ignored=1");
}

#[test]
fn an_undefined_loop_matters_only_if_the_task_runs() {
    let told = run(steps([
        say("off", "x").each(json!("{{ nope }}")).when("false"),
        say("on", "x").each(json!("{{ nope }}")),
    ]));
    assert_eq!(told.story(), ["off: skipped", "on: failed Task failed: 'nope' is undefined"]);
}

#[test]
fn what_is_no_list_fails() {
    let told = run(steps([say("text", "x").each(json!("abc"))]));
    assert_eq!(told.story(), ["text: failed The `loop` value must resolve to a 'list', not 'str'."]);
}

#[test]
fn loop_control_names_what_it_gives() {
    let control = LoopControl {
        loop_var: Some("it".into()),
        index_var: Some("i".into()),
        label: Some(value(json!("<{{ it }}>"))),
        extended: Some(true.into()),
        ..LoopControl::default()
    };
    let msg = "{{ i }} {{ it }} {{ ansible_loop.last }} {{ ansible_loop.nextitem | default }}";
    let told =
        run(steps([say("each", "{{ i }} {{ it }} {{ ansible_loop.last }}")
            .each_controlled(json!(["a", "b"]), control)]));
    let _ = msg;
    assert_eq!(told.story()[..2], ["each(a): ok 0 a False", "each(b): ok 1 b True"]);
    let labels: Vec<_> = told.results().iter().filter_map(|result| result.label.clone()).collect();
    assert_eq!(labels, ["<a>", "<b>"]);
    let first = told.result("each")["results"][0].clone();
    assert_eq!(
        (&first["it"], &first["i"], &first["ansible_index_var"]),
        (&json!("a"), &json!(0), &json!("i"))
    );
    assert_eq!(first["ansible_loop"]["nextitem"], json!("b"));
}

#[test]
fn break_when_ends_a_loop() {
    let control = LoopControl { break_when: vec!["item == 2".into()], ..LoopControl::default() };
    let told = run(steps([say("each", "{{ item }}").each_controlled(json!([1, 2, 3]), control)]));
    assert_eq!(told.story(), ["each(1): ok 1", "each(2): ok 2", "each: ok All items completed"]);
}

#[test]
fn what_an_item_sets_the_next_one_sees() {
    let told = run(steps([
        task("set", "set", json!({"last": "{{ item }}{{ last }}"}))
            .each(json!(["a", "b"]))
            .vars(json!({"last": "-"})),
        say("seen", "{{ last }}"),
    ]));
    assert_eq!(told.story().last().unwrap(), "seen: ok ba-");
}

#[test]
fn a_secret_loop_shows_no_item() {
    let told = run(steps([say("hidden", "{{ item }}")
        .each(json!(["s3cret"]))
        .with(|task| task.directives.no_log = Some(true.into()))]));
    let text = serde_json::to_string(&told.events).unwrap();
    assert!(!text.contains("s3cret"), "{text}");
    assert!(text.contains("(censored due to no_log)"));
}

#[test]
fn registered_items_are_seen_by_the_next() {
    let told = run(steps([say("each", "{{ item }}").each(json!([1, 2])).register("r").with(|task| {
        task.looping.as_mut().unwrap().control.label = Some(value(json!("{{ r.msg }}")));
    })]));
    let labels: Vec<_> = told.results().iter().filter_map(|result| result.label.clone()).collect();
    assert_eq!(labels, ["1", "2"]);
}

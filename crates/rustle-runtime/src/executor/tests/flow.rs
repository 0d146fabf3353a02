//! Tasks one after the other: results, conditions, registered values, the recap and the exit code.

use serde_json::json;

use super::*;

#[test]
fn tasks_run_in_order_and_are_counted() {
    let told =
        run(steps([say("one", "1"), task("two", "change", json!({})), say("three", "3").when("false")]));
    assert_eq!(told.story(), ["one: ok 1", "two: changed", "three: skipped"]);
    assert_eq!(told.numbers(), "ok=2 changed=1 skipped=1");
    assert_eq!(told.ended.exit_code, 0);
    assert_eq!(
        told.result("three"),
        json!({"changed": false, "skipped": true, "skip_reason": "Conditional result was False", "false_condition": "false"})
    );
}

#[test]
fn a_failure_ends_the_play_and_the_run() {
    let mut plan = plan(steps([task("bad", "flop", json!({"msg": "no"})), say("never", "x")]));
    plan.plays.push(play(steps([say("next play", "x")])));
    let told = run_plan(&plan, Settings::default(), Memory::default());
    assert_eq!(told.story(), ["bad: failed no"]);
    assert_eq!((told.numbers().as_str(), told.ended.exit_code), ("failed=1", 2));
    assert_eq!(told.result("bad"), json!({"changed": false, "msg": "no", "why": "because", "failed": true}));
}

#[test]
fn an_ignored_failure_counts_twice() {
    let told = run(steps([task("bad", "flop", json!({})).ignore_errors(), say("next", "x")]));
    assert_eq!(told.story(), ["bad: ignored no", "next: ok x"]);
    assert_eq!((told.numbers().as_str(), told.ended.exit_code), ("ok=2 ignored=1", 0));
}

#[test]
fn a_panic_is_one_tasks_failure() {
    let told = run(steps([task("boom", "panic", json!({"msg": "ouch"})).ignore_errors(), say("next", "x")]));
    assert!(told.story()[0].starts_with("boom: ignored The module panicked: ouch ("), "{:?}", told.story());
    assert_eq!(told.numbers(), "ok=2 ignored=1");
}

#[test]
fn registered_results_are_seen_later() {
    let told = run(steps([
        task("first", "rc", json!({"rc": 0})).register("r"),
        say("second", "{{ r.rc }} {{ r.stdout_lines.1 }}").when("r.changed"),
        say("third", "x").when("not r.changed").register("s"),
        say("fourth", "{{ s.skipped }}"),
    ]));
    assert_eq!(told.story(), ["first: changed", "second: ok 0 b", "third: skipped", "fourth: ok True"]);
}

#[test]
fn conditions_are_anded_and_errors_fail() {
    let both = say("both", "x").when("true").when("nope");
    let told = run(steps([say("second", "x").when("true").when("false"), both]));
    assert_eq!(
        told.story(),
        [
            "second: skipped",
            "both: failed Task failed: Error while evaluating conditional: 'nope' is undefined"
        ]
    );
}

#[test]
fn undefined_arguments_fail_as_in_ansible() {
    let told = run(steps([say("bad", "{{ nope }}")]));
    assert_eq!(
        told.story(),
        [
            "bad: failed Task failed: Finalization of task args for 'ansible.builtin.say' failed: Error while resolving value for 'msg': 'nope' is undefined"
        ]
    );
}

#[test]
fn names_are_rendered_as_far_as_possible() {
    let told =
        run(steps([say("for {{ who }}", "x").vars(json!({"who": "me"})), say("for {{ nobody }}", "x")]));
    assert!(told.story()[0].starts_with("for me: ok"));
    assert_eq!(told.story()[1], "for << error 1 - 'nobody' is undefined >>: ok x");
}

#[test]
fn changed_when_comes_before_failed_when() {
    let told = run(steps([
        task("calm", "change", json!({})).register("r").with(|task| task.changed_when = vec![false.into()]),
        task("code 3", "rc", json!({"rc": 3})).register("r").with(|task| {
            task.failed_when = vec!["r.rc != 3".into()];
        }),
        task("judged", "change", json!({})).register("r").with(|task| {
            task.changed_when = vec![false.into()];
            task.failed_when = vec!["not r.changed".into()];
        }),
    ]));
    assert_eq!(told.story(), ["calm: ok", "code 3: changed", "judged: failed"]);
    assert_eq!(told.result("code 3")["failed_when_result"], json!(false));
    assert_eq!(told.result("code 3")["failed"], json!(false));
}

#[test]
fn a_judgement_that_cannot_be_made_fails() {
    let told = run(steps([say("bad", "x").with(|task| task.changed_when = vec!["nope".into()])]));
    assert_eq!(told.story(), ["bad: failed x"]);
    let why = "Error while evaluating conditional: 'nope' is undefined";
    assert_eq!(told.result("bad")["changed_when_result"], json!(why));
}

#[test]
fn until_attempts_again() {
    let flaky = |name: &str, until: &str, retries: i64| {
        let until = Value::from(until);
        task(name, "count", json!({})).register("r").with(|task| {
            task.until = vec![until];
            task.retries = Some(retries.into());
            task.delay = Some(0.into());
        })
    };
    let told = run(steps([flaky("in vain", "r.n == 0", 2).ignore_errors(), flaky("at once", "r.n != 0", 5)]));
    assert_eq!(told.story(), ["in vain: ignored", "at once: ok"]);
    assert_eq!(told.result("in vain")["attempts"], json!(2));
    assert_eq!(told.result("in vain")["failed"], json!(true));
    assert_eq!(told.result("at once")["attempts"], json!(1));
    let left: Vec<u32> = told
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Retry { left, .. } => Some(*left),
            _ => None,
        })
        .collect();
    assert_eq!(left, [2, 1]);
}

#[test]
fn what_is_secret_is_used_but_not_shown() {
    let told = run(steps([
        say("hidden", "s3cret").register("r").with(|task| task.directives.no_log = Some(true.into())),
        say("used", "{{ r.msg }}"),
        task("argument", "secret", json!({"password": "s3cret"})),
    ]));
    let shown = told.result("hidden");
    assert!(!shown.to_string().contains("s3cret") && shown["censored"].is_string(), "{shown}");
    assert_eq!(told.story()[1], "used: ok s3cret");
    assert_eq!(told.result("argument")["echo"], json!("<********>"));
}

#[test]
fn keywords_reach_the_module() {
    let told = run(steps([task("in", "context", json!({})).with(|task| {
        task.directives.check_mode = Some(true.into());
        task.directives.diff = Some(value(json!("{{ yes }}")));
        task.directives.vars = map(json!({"yes": "yes", "n": 5}));
        task.directives.environment = vec![value(json!({"A": "{{ n }}", "B": "b"}))];
    })]));
    let result = told.result("in");
    assert_eq!((&result["check"], &result["diff"]), (&json!(true), &json!(true)));
    assert_eq!(result["environment"], json!({"A": "5", "B": "b"}));
}

#[test]
fn check_mode_passes_over_what_cannot_predict() {
    let settings = Settings { check: true, ..Settings::default() };
    let told = run_plan(&plan(steps([task("bold", "no_check", json!({}))])), settings, Memory::default());
    assert_eq!(told.story(), ["bold: skipped remote module (no_check) does not support check mode"]);
}

#[test]
fn expressions_arrive_with_their_source() {
    let told = run(steps([
        say("x", "x").register("r"),
        task("shown", "show", json!({"var": "r.msg"})),
        task("missing", "show", json!({"var": "nope"})),
    ]));
    assert_eq!(told.result("shown")["var"], json!({"expression": "r.msg", "value": "x"}));
    assert_eq!(told.result("missing")["var"], json!({"expression": "nope", "error": "'nope' is undefined"}));
}

#[test]
fn an_omitted_argument_is_left_out() {
    let told = run(steps([task("few", "say", json!({"a": "{{ omit }}", "b": 1}))]));
    assert_eq!(told.result("few"), json!({"changed": false, "b": 1, "failed": false}));
}

#[test]
fn an_unknown_module_ends_the_run() {
    let told = run(steps([task("what", "no_such_module", json!({}))]));
    assert_eq!(told.ended.exit_code, 1);
    assert!(told.ended.stopped.is_some_and(|stopped| stopped.reason.contains("no_such_module")));
}

//! Blocks, rescue, always.

use serde_json::json;

use super::*;

fn bad(name: &str) -> T {
    task(name, "flop", json!({}))
}

#[test]
fn a_rescued_failure_is_none() {
    let told = run(vec![
        block(
            steps([bad("bad"), say("never", "x")]),
            steps([say("rescue", "{{ ansible_failed_task.name }} {{ ansible_failed_result.msg }}")]),
            steps([say("always", "x")]),
        ),
        say("after", "x").step(),
    ]);
    assert_eq!(told.story(), ["bad: failed no", "rescue: ok bad no", "always: ok x", "after: ok x"]);
    assert_eq!((told.numbers().as_str(), told.ended.exit_code), ("ok=3 rescued=1", 0));
}

#[test]
fn always_runs_and_the_failure_stays() {
    let told =
        run(vec![block(steps([bad("bad")]), vec![], steps([say("always", "x")])), say("after", "x").step()]);
    assert_eq!(told.story(), ["bad: failed no", "always: ok x"]);
    assert_eq!((told.numbers().as_str(), told.ended.exit_code), ("ok=1 failed=1", 2));
}

#[test]
fn a_failed_rescue_fails() {
    let told = run(vec![block(steps([bad("bad")]), steps([bad("worse")]), steps([say("always", "x")]))]);
    assert_eq!(told.story(), ["bad: failed no", "worse: failed no", "always: ok x"]);
    assert_eq!((told.numbers().as_str(), told.ended.exit_code), ("ok=1 failed=1 rescued=1", 2));
}

#[test]
fn an_outer_block_rescues_what_an_inner_one_does_not() {
    let inner = block(steps([bad("bad")]), vec![], steps([say("inner always", "x")]));
    let told = run(vec![block(vec![inner, say("never", "x").step()], steps([say("rescue", "x")]), vec![])]);
    assert_eq!(told.story(), ["bad: failed no", "inner always: ok x", "rescue: ok x"]);
    assert_eq!((told.numbers().as_str(), told.ended.exit_code), ("ok=2 rescued=1", 0));
}

#[test]
fn blocks_hand_their_keywords_down() {
    let mut step = block(
        steps([say("in", "{{ a }} {{ b }}").vars(json!({"b": "task"})), task("env", "context", json!({}))]),
        vec![],
        vec![],
    );
    let Step::Block(block) = &mut step else { panic!() };
    block.directives.vars = map(json!({"a": "block", "b": "block"}));
    block.directives.when = vec!["a == 'block'".into()];
    block.directives.environment = vec![value(json!({"A": "1"}))];
    let told = run(vec![step]);
    assert_eq!(told.story()[0], "in: ok block task");
    assert_eq!(told.result("env")["environment"], json!({"A": "1"}));
}

#[test]
fn a_rescue_that_tags_leave_out_is_none() {
    let settings = Settings { skip_tags: vec!["later".into()], ..Settings::default() };
    let plan = plan(vec![block(steps([bad("bad")]), steps([say("rescue", "x").tags(&["later"])]), vec![])]);
    let told = run_plan(&plan, settings, Memory::default());
    assert_eq!((told.numbers().as_str(), told.ended.exit_code), ("failed=1", 2));
}

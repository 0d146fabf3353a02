//! What ansible-core 2.19.14 said to the same arguments.

use super::*;

fn spec(json: &str) -> ModuleSpec {
    serde_json::from_str(json).unwrap()
}

fn given(json: &str) -> Map {
    serde_json::from_str(json).unwrap()
}

fn messages(spec: &ModuleSpec, args: &str) -> Vec<String> {
    check(spec, &given(args)).faults.into_iter().map(|fault| fault.message).collect()
}

#[test]
fn values_are_coerced_and_defaults_filled_in() {
    let spec = spec(
        r#"{"name": "x", "args": [
            {"name": "path", "type": "path", "required": true, "aliases": ["dest"]},
            {"name": "n", "type": "int"},
            {"name": "b", "type": "bool", "default": false},
            {"name": "l", "type": {"list": "str"}},
            {"name": "s", "type": {"choice": ["a", "yes"]}}
        ]}"#,
    );
    let checked = check(&spec, &given(r#"{"dest": "~/x", "n": "5", "b": "yes", "l": "u,v", "s": true}"#));
    assert_eq!(checked.faults, []);
    assert_eq!(checked.values, given(r#"{"path": "~/x", "n": 5, "b": true, "l": ["u", "v"], "s": "yes"}"#));
    let checked = check(&spec, &given(r#"{"path": null, "n": null, "l": {"$rustle": ["o", null]}}"#));
    assert_eq!(checked.faults, []);
    assert_eq!(checked.values, given(r#"{"path": "", "b": false}"#));
}

/// The specification of which ansible-core was asked.
fn asked() -> ModuleSpec {
    spec(
        r#"{"args": [
            {"name": "path", "type": "path", "required": true},
            {"name": "n", "type": "int"},
            {"name": "state", "type": {"choice": ["absent", "present"]}, "default": "present"},
            {"name": "l", "type": {"list": "int"}},
            {"name": "b", "type": "bool", "default": false, "aliases": ["bb"]},
            {"name": "d", "type": {"options": [[
                {"name": "x", "type": "int", "required": true},
                {"name": "y", "type": {"choice": ["q", "r"]}, "default": "q"},
                {"name": "z", "type": {"list": {"options": [[{"name": "k", "type": "int"}], []]}}}
            ], []]}},
            {"name": "ld", "type": {"list": {"options": [[{"name": "a", "type": "str", "required": true}], []]}}},
            {"name": "lc", "type": {"list": {"choice": ["u", "v"]}}}
        ], "rules": [
            {"mutually_exclusive": ["n", "l"]},
            {"mutually_exclusive": ["b", "state"]},
            {"required_together": ["n", "l"]},
            {"required_one_of": ["lc", "ld"]},
            {"required_one_of": ["n", "d"]},
            {"required_if": {"arg": "state", "value": "present", "required": ["n"], "any": false}},
            {"required_by": {"arg": "n", "required": ["l"]}}
        ]}"#,
    )
}

#[test]
fn every_kind_of_fault_in_order() {
    assert_eq!(
        messages(&asked(), r#"{"path": "/x", "n": "foo", "state": "bar"}"#),
        [
            "argument 'n' is of type str and we were unable to convert to int: \"'foo'\" cannot be converted to an int",
            "value of state must be one of: absent, present, got: bar",
            "parameters are required together: n, l",
            "one of the following is required: lc, ld",
            "missing parameter(s) required by 'n': l",
        ]
    );
    assert_eq!(
        messages(&asked(), r#"{"l": ["a", 2], "foo": 1, "bar": 2, "state": "present"}"#),
        [
            "missing required arguments: path",
            "Elements value for option 'l' is of type str and we were unable to convert to int: \"'a'\" cannot be \
             converted to an int",
            "parameters are required together: n, l",
            "one of the following is required: lc, ld",
            "one of the following is required: n, d",
            "state is present but all of the following are missing: n",
            "Unsupported parameters: bar, foo. Supported parameters include: b, d, l, lc, ld, n, path, state (bb).",
        ]
    );
}

#[test]
fn an_alias_wins_and_none_is_given() {
    let checked = check(&asked(), &given(r#"{"path": null, "bb": "no", "b": "yes", "n": null, "lc": "u"}"#));
    assert_eq!(checked.warnings, ["Both option b and its alias bb are set."]);
    assert_eq!(checked.values.get("b"), Some(&Value::Bool(false)));
    assert_eq!(checked.values.get("path"), Some(&Value::str("")));
    let messages: Vec<_> = checked.faults.iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!(messages, ["parameters are required together: n, l"]);
    assert_eq!(
        messages_of(r#"{"name": "b", "type": "bool", "default": false}"#, r#"{"b": null}"#),
        [
            "argument 'b' is of type NoneType and we were unable to convert to bool: <class 'NoneType'> cannot be \
          converted to a bool"
        ]
    );
    assert_eq!(
        messages_of(r#"{"name": "s", "type": {"choice": ["a", "b"]}}"#, r#"{"s": null}"#),
        ["value of s must be one of: a, b, got: None"]
    );
}

fn messages_of(arg: &str, args: &str) -> Vec<String> {
    messages(&spec(&format!(r#"{{"name": "m", "args": [{arg}]}}"#)), args)
}

#[test]
fn nested_arguments() {
    assert_eq!(
        messages(
            &asked(),
            r#"{"path": "/", "n": null, "l": [], "state": "absent", "d": {"x": "q", "w": 1, "y": "z", "z": [{"k": "p", "kk": 1}]},
                "ld": [{"b": 1}], "lc": "u,w,x"}"#
        ),
        [
            "parameters are mutually exclusive: n|l",
            "value of lc must be one or more of: u, v. Got no match for: w, x",
            "argument 'x' is of type str found in 'd'. and we were unable to convert to int: \"'q'\" cannot be converted \
             to an int",
            "value of y must be one of: q, r, got: z found in d",
            "argument 'k' is of type str found in 'd -> z'. and we were unable to convert to int: \"'p'\" cannot be \
             converted to an int",
            "missing required arguments: a found in ld",
            "Unsupported parameters: d.w. Supported parameters include: x, y, z.",
            "Unsupported parameters: d.z.kk. Supported parameters include: k.",
            "Unsupported parameters: ld.b. Supported parameters include: a.",
        ]
    );
    let checked =
        check(&asked(), &given(r#"{"path": "/", "l": "1,2", "n": 3, "d": "x=1 y=r", "lc": ["v"]}"#));
    assert_eq!(checked.values.get("d"), Some(&Value::Map(given(r#"{"x": 1, "y": "r"}"#))));
    assert_eq!(
        messages_of(
            r#"{"name": "s", "type": {"options": [
                [{"name": "a", "type": "int", "default": 3}, {"name": "b", "type": "str"}, {"name": "c", "type": "str"}],
                [{"mutually_exclusive": ["a", "b"]}, {"required_one_of": ["b", "c"]},
                 {"required_if": {"arg": "a", "value": 3, "required": ["b"], "any": false}}]]}}"#,
            r#"{"s": {"zz": 1}}"#
        ),
        [
            "one of the following is required: b, c found in s",
            "a is 3 but all of the following are missing: b found in s",
            "Unsupported parameters for (m) module: s.zz. Supported parameters include: a, b, c.",
        ]
    );
}

#[test]
fn presence_counts_and_defaults_come_after_exclusion() {
    let both = r#"{"args": [{"name": "a", "type": "str", "aliases": ["c"], "default": "x"}, {"name": "b", "type": "str"}],
                   "rules": [{"mutually_exclusive": ["a", "b"]}, {"required_one_of": ["a", "b"]}]}"#;
    let both = spec(both);
    assert_eq!(messages(&both, r#"{"c": 1, "b": null}"#), ["parameters are mutually exclusive: a|b"]);
    assert_eq!(messages(&both, r#"{"b": 1}"#), [""; 0]);
    assert_eq!(messages(&both, r#"{"b": 1, "a": {"$rustle": ["o", null]}}"#), [""; 0]);
    let any = r#"{"args": [{"name": "s", "type": "str"}, {"name": "a", "type": "str"}, {"name": "b", "type": "str"}],
                  "rules": [{"required_if": {"arg": "s", "value": "x", "required": ["a", "b"], "any": true}}]}"#;
    let any = spec(any);
    assert_eq!(messages(&any, r#"{"s": "x"}"#), ["s is x but any of the following are missing: a, b"]);
    assert_eq!(messages(&any, r#"{"s": "x", "b": 1}"#), [""; 0]);
}

#[test]
fn templates_are_left_alone() {
    let template = r#"{"$rustle": ["t", "{{ x }}"]}"#;
    let omit = r#"{"$rustle": ["t", "{{ x | default(omit) }}"]}"#;
    let args = format!(
        r#"{{"path": {template}, "n": {omit}, "l": [1, {template}], "state": {template}, "b": {template},
             "d": {{"x": {template}, "w": {template}}}, "lc": [{template}, "q"]}}"#
    );
    let checked = check(&asked(), &given(&args));
    let faults: Vec<_> = checked.faults.iter().map(|fault| (fault.kind, fault.message.as_str())).collect();
    assert_eq!(
        faults,
        [
            (FaultKind::Rule, "parameters are mutually exclusive: b|state"),
            (FaultKind::Choice, "value of lc must be one or more of: u, v. Got no match for: q"),
            (FaultKind::Unsupported, "Unsupported parameters: d.w. Supported parameters include: x, y, z."),
        ]
    );
    assert_eq!(checked.faults[2].args, [["d", "w"]]);
    assert_eq!(checked.values.get("b"), Some(&Value::Template("{{ x }}".into())));
}

#[test]
fn free_form_text_rest_and_expressions() {
    let spec = spec(
        r#"{"name": "m", "free_form": "cmd", "rest": "vars", "args": [
            {"name": "cmd", "type": "str"},
            {"name": "that", "type": {"list": "raw"}, "expression": true},
            {"name": "old", "type": "str", "deprecated": "use cmd"}
        ]}"#,
    );
    let checked = check(
        &spec,
        &given(r#"{"_raw_params": "ls, -l", "that": {"expression": "a", "value": 1}, "x": 1, "old": "y"}"#),
    );
    assert_eq!(checked.faults, []);
    assert_eq!(checked.values.get("cmd"), Some(&Value::str("ls, -l")));
    assert_eq!(checked.values.get("that").and_then(Value::as_items).map(<[Value]>::len), Some(1));
    assert_eq!(checked.rest, given(r#"{"x": 1}"#));
    assert_eq!(checked.warnings, ["Param 'old' is deprecated: use cmd"]);
    assert_eq!(messages_of(r#"{"name": "a", "type": "str"}"#, r#"{"_raw_params": "x"}"#).len(), 1);
}

#[test]
fn secrets_are_not_shown() {
    for (kind, value, shown) in [
        (
            r#""int""#,
            r#""hunter2""#,
            "argument 'p' is of type str and we were unable to convert to int: a str was given, which is not shown",
        ),
        (r#"{"choice": ["a"]}"#, r#""hunter2""#, "value of p must be one of: a, got: ********"),
        (
            r#"{"list": {"choice": ["a"]}}"#,
            r#"["hunter2"]"#,
            "value of p must be one or more of: a. Got no match for: ********",
        ),
    ] {
        let arg = format!(r#"{{"name": "p", "type": {kind}, "no_log": true}}"#);
        assert_eq!(messages_of(&arg, &format!(r#"{{"p": {value}}}"#)), [shown]);
    }
}

#[test]
fn modes_and_the_words_of_booleans() {
    let mode = r#"{"name": "mode", "type": "mode"}"#;
    for good in [r#""0644""#, "420", r#""u=rw,g+X""#, r#""preserve""#] {
        assert_eq!(messages_of(mode, &format!(r#"{{"mode": {good}}}"#)), [""; 0], "{good}");
    }
    assert_eq!(messages_of(mode, r#"{"mode": "u=q"}"#), ["mode must be in octal or symbolic form"]);
    assert_eq!(
        messages_of(mode, r#"{"mode": "10644"}"#),
        ["Invalid mode supplied, only permission info is allowed"]
    );
    assert_eq!(messages_of(r#"{"name": "s", "type": {"choice": ["a", "yes"]}}"#, r#"{"s": true}"#), [""; 0]);
    assert_eq!(
        messages_of(r#"{"name": "s", "type": {"choice": ["on", "yes"]}}"#, r#"{"s": true}"#),
        ["value of s must be one of: on, yes, got: True"]
    );
}

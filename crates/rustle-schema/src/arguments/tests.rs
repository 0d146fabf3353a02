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

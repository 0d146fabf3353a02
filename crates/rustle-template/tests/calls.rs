//! Whatever a filter, test or lookup is given, it gives a value or fails: it neither panics nor runs for ever.

use rustle_template::Engine;
use rustle_value::{Map, Value};

/// Values of every kind, among them those that are at an edge.
fn values() -> Vec<Value> {
    let map = |entries: &[(&str, Value)]| Value::Map(entries.iter().cloned().collect());
    vec![
        Value::None,
        Value::Bool(true),
        Value::Int(0),
        Value::Int(-1),
        Value::Int(i64::MAX),
        Value::Int(i64::MIN),
        Value::big("-123456789012345678901234567890".parse().unwrap()),
        Value::Float(0.5),
        Value::Float(f64::NAN),
        Value::Float(f64::NEG_INFINITY),
        Value::Float(1e300),
        Value::str(""),
        Value::str("é\u{301} 😀\n\t\\'\"%{}"),
        Value::str("(?P<a>x)|[\\w-]{2,}$"),
        Value::str("%Y-%é %"),
        Value::str("a: [1, {b: *c"),
        Value::str("{\"a\": 1"),
        Value::str("/usr/../é/~x"),
        Value::str("http://u:p@[::1]:9/a?b#c"),
        Value::str("1.2.3-rc.1+x"),
        Value::Bytes((*b"\xff\x00a").into()),
        Value::list([]),
        Value::list([Value::Int(1), Value::str("a"), Value::list([Value::None])]),
        Value::list([map(&[("a", Value::Int(1))]), map(&[("a", Value::str("x"))])]),
        Value::tuple([Value::str("k"), Value::Int(2)]),
        map(&[]),
        map(&[("a", Value::list([Value::Int(1)])), ("é", map(&[("b", Value::None)]))]),
        Value::undefined("'nope' is undefined"),
        Value::list([Value::undefined("'nope' is undefined")]),
        Value::Omit,
    ]
}

#[test]
fn filters() {
    let engine = Engine::new();
    let world = Map::from([("x", 1)]);
    for name in engine.registry().filter_names() {
        // It is slow on purpose.
        if name == "password_hash" {
            continue;
        }
        for value in values() {
            let call = |args: Vec<Value>, kwargs: Map| {
                let _ = engine.call_filter(name, value.clone(), args, kwargs, &world);
            };
            call(vec![], Map::new());
            for arg in values() {
                call(vec![arg.clone()], Map::new());
                call(vec![arg.clone(), arg.clone()], Map::new());
                call(vec![Value::str("a"), arg.clone(), Value::Int(3), arg.clone()], Map::new());
                call(vec![], Map::from([("attribute", arg.clone()), ("indent", arg)]));
            }
        }
    }
}

#[test]
fn tests() {
    let engine = Engine::new();
    let world = Map::from([("x", 1)]);
    for name in engine.registry().test_names() {
        for value in values() {
            let _ = engine.call_test(name, value.clone(), vec![], Map::new(), &world);
            for arg in values() {
                let _ = engine.call_test(name, value.clone(), vec![arg.clone()], Map::new(), &world);
                let args = vec![Value::str("1.0"), arg.clone(), Value::None, arg];
                let _ = engine.call_test(name, value.clone(), args, Map::new(), &world);
            }
        }
    }
}

#[test]
fn lookups() {
    let engine = Engine::new();
    let world = Map::from([("x", 1)]);
    for name in engine.registry().lookup_names() {
        let _ = engine.call_lookup(name, vec![], Map::new(), &world);
        for value in values() {
            let _ = engine.call_lookup(name, vec![value.clone()], Map::new(), &world);
            let _ = engine.call_lookup(name, vec![value.clone(), value.clone()], Map::new(), &world);
            for option in ["default", "file", "files", "start", "count", "format", "template_vars", "col"] {
                let options = Map::from([(option, value.clone())]);
                let _ = engine.call_lookup(name, vec![Value::str("x")], options, &world);
            }
        }
    }
}

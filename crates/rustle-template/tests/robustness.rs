//! Whatever the text is, it compiles or is refused; whatever compiles, renders or fails.

use proptest::prelude::*;
use rustle_template::{Engine, Options};
use rustle_value::{Map, Value};

fn variables() -> Map {
    Map::from([
        ("a", Value::Int(1)),
        ("b", Value::list([Value::Int(1), Value::str("x")])),
        ("c", Value::Map(Map::from([("k", "v")]))),
        ("d", Value::Template("{{ a }}{{ e }}".into())),
        ("e", Value::Template("{{ d }}".into())),
        ("s", Value::str("text")),
    ])
}

/// Compiles and renders; only that it returns counts.
fn survives(source: &str) {
    let engine = Engine::new();
    for options in
        [Options::default(), Options { lstrip_blocks: true, loop_controls: true, ..Options::file() }]
    {
        if let Ok(template) = engine.template(source, &options) {
            let _ = engine.render(&template, &variables());
            template.analysis();
        }
    }
    if let Ok(expression) = engine.expression(source) {
        let _ = engine.evaluate(&expression, &variables());
        expression.analysis();
    }
    let _ = engine.condition(&Value::str(source), &variables());
}

/// A piece of a template, whole enough to be understood now and then.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            "{%-",
            "-%}",
            "{{-",
            "-}}",
            "{%+",
            "+%}",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            ".",
            "|",
            "~",
            "**",
            "//",
            "%",
            "*",
            "+",
            "-",
            "<",
            "==",
            "!=",
            "=",
            "'",
            "\"",
            "\\",
            "\n",
            " ",
            "is",
            "not",
            "in",
            "and",
            "or",
            "if",
            "else",
            "elif",
            "endif",
            "for",
            "endfor",
            "set",
            "endset",
            "macro",
            "endmacro",
            "call",
            "endcall",
            "filter",
            "endfilter",
            "raw",
            "endraw",
            "block",
            "endblock",
            "with",
            "endwith",
            "include",
            "import",
            "from",
            "recursive",
            "loop",
            "caller",
            "varargs",
            "true",
            "none",
            "defined",
            "default",
            "length",
            "join",
            "lookup",
            "range",
            "dict",
            "namespace",
            "append",
            "items",
            "é",
            "🦀",
            "1",
            "0",
            "1.5",
            "1e9",
            "99999999999999999999",
            "'text'",
            "a",
            "b",
            "c",
            "d",
            "s",
            "a.b",
            "b[0]",
            "c.k",
            "#jinja2:",
        ])
        .prop_map(str::to_owned),
        "[ -~\\n]{0,3}",
    ]
}

/// Statements that are whole.
fn template() -> impl Strategy<Value = String> {
    let expression = prop::sample::select(vec![
        "a",
        "b",
        "c",
        "d",
        "s",
        "nope",
        "b[0]",
        "c.k",
        "c.zz",
        "b + [a]",
        "a / 0",
        "s * 3",
        "(a, b)",
        "{'x': b}",
        "b | length",
        "nope | default(b)",
        "b | join('-')",
        "c.items()",
        "b.append(a)",
        "c.update(z=b)",
        "s.upper()",
        "range(3)",
        "loop.index",
        "f(a)",
        "a < 2 < 3",
        "a if s else b",
        "b[::-1]",
        "s is defined",
        "loop(b)",
        "2 ** 65",
    ]);
    let leaf = prop_oneof![
        expression.clone().prop_map(|it| format!("{{{{ {it} }}}}")),
        expression.clone().prop_map(|it| format!("{{% set q = {it} %}}")),
        "[a-z\\n ]{0,4}",
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        let body = prop::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
        (expression.clone(), body.clone(), body, 0..7_u8).prop_map(|(it, one, two, kind)| match kind {
            0 => format!("{{% if {it} %}}{one}{{% else %}}{two}{{% endif %}}"),
            1 => format!("{{% for i in {it} %}}{one}{{% else %}}{two}{{% endfor %}}"),
            2 => format!("{{% for i in {it} recursive %}}{one}{{% endfor %}}{two}"),
            3 => format!("{{% macro f(x) %}}{one}{{% endmacro %}}{{{{ f({it}) }}}}{two}"),
            4 => format!("{{% set q %}}{one}{{% endset %}}{two}{{{{ q }}}}"),
            5 => format!("{{% call f({it}) %}}{one}{{% endcall %}}{two}"),
            _ => format!("{{% with q = {it} %}}{one}{{% endwith %}}{two}"),
        })
    })
}

proptest! {
    // The same texts at every run, so that a change is judged by what it did; the fuzz target looks for new ones.
    #![proptest_config(ProptestConfig {
        cases: 512,
        rng_seed: proptest::test_runner::RngSeed::Fixed(2),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_text_survives(source in "\\PC{0,40}") {
        survives(&source);
    }

    #[test]
    fn any_pieces_survive(pieces in prop::collection::vec(piece(), 0..24)) {
        survives(&pieces.concat());
        survives(&format!("{{{{ {} }}}}", pieces.join(" ")));
        survives(&format!("{{% {} %}}", pieces.join(" ")));
    }

    #[test]
    fn any_template_survives(source in template()) {
        survives(&source);
    }
}

#[test]
fn what_is_nested_too_deeply_is_refused() {
    let deep = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(10_000), close.repeat(10_000))
    };
    let expressions = [
        deep("(", "1", ")"),
        deep("[", "1", "]"),
        deep("{1: ", "1", "}"),
        deep("f(", "1", ")"),
        deep("b[", "1", "]"),
        deep("- ", "1", ""),
        deep("not ", "1", ""),
        deep("1 + ", "1", ""),
        deep("1 if ", "1", ""),
        deep("1 if 1 else ", "1", ""),
        deep("1 ** ", "1", ""),
        deep("a.", "a", ""),
        deep("a | default(", "1", ")"),
        deep("a is defined or ", "1", ""),
        format!("a{}", " | length".repeat(10_000)),
        format!("a{}", "[0]".repeat(10_000)),
    ];
    let engine = Engine::new();
    for source in &expressions {
        let error = engine.expression(source).unwrap_err();
        assert!(error.message.contains("nested too deeply"), "{}: {}", &source[..20], error.message);
        assert!(engine.template(&format!("{{{{ {source} }}}}"), &Options::default()).is_err());
    }
    let source = deep("{% if 1 %}", "x", "{% endif %}");
    assert!(engine.template(&source, &Options::default()).is_err());
    let source = deep("{% for i in b %}", "x", "{% endfor %}");
    assert!(engine.template(&source, &Options::default()).is_err());
}

#[test]
fn what_never_ends_is_stopped() {
    for source in [
        "{{ d }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(x) %}{% call m(x) %}{{ m(x) }}{% endcall %}{% endmacro %}{{ m(1) }}",
        "{% for i in b recursive %}{{ loop(b) }}{% endfor %}",
        "{% set l = [] %}{% set _ = l.append(l) %}{{ l }}",
        "{% block q %}{{ self.q() }}{% endblock %}",
        "{% for i in b %}{% set q = b.append(i) %}{% endfor %}",
        "{{ range(1000000000000) | length }}",
        "{{ 'x' * 10000000000000 }}",
        "{{ 9 ** (9 ** (9 ** 9)) }}",
        "{{ [1] * 10000000000000 }}",
    ] {
        let engine = Engine::new();
        let template = engine.template(source, &Options::default()).unwrap();
        assert!(engine.render(&template, &variables()).is_err(), "{source}");
    }
}

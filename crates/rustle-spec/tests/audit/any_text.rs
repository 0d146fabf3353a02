//! No text makes it panic, or run out of stack.

use std::fmt::Write;

use proptest::prelude::*;
use rustle_spec::audit::findings_of_file;
use rustle_spec::scan::Cfg;

fn read(text: &str) -> bool {
    findings_of_file("any.rs".as_ref(), text, &Cfg::new()).is_ok()
}

/// Texts that nest as deeply as their number says.
fn nested(depth: usize) -> Vec<String> {
    let around = |before: &str, middle: &str, after: &str| {
        format!("{}{middle}{}", before.repeat(depth), after.repeat(depth))
    };
    let expression = |text: String| format!("fn f() {{ {text}; }}");
    vec![
        expression(around("(", "1", ")")),
        expression(around("[", "1", "]")),
        expression(around("{", "1", "}")),
        expression(around("m!(", "1", ")")),
        expression(around("!", "x", "")),
        expression(around("-", "x", "")),
        expression(around("&", "x", "")),
        expression(around("*", "x", "")),
        expression(around("return ", "x", "")),
        expression(around("|a| ", "x", "")),
        expression(around("|| -> T { ", "x", "}")),
        expression(around("if a { } else ", "{}", "")),
        expression(around("", "x", " + x")),
        expression(around("", "x", ".f()")),
        expression(around("", "x", ".f")),
        expression(around("", "x", "?")),
        expression(around("", "x", " as u8")),
        expression(around("", "x", " = x")),
        expression(around("", "x", "(1)")),
        expression(around("a..", "x", "")),
        expression(around("unsafe {", "x", "}")),
        expression(around("match x { _ => ", "x", "}")),
        expression(around("let x = ", "x", "")),
        expression(around("loop {", "", "}")),
        expression(around("x::<", "u8", ">")),
        expression(around("<x as ", "u8", ">::T")),
        expression(around("S { a: ", "1", "}")),
        format!("type T = {};", around("Vec<", "u8", ">")),
        format!("type T = {};", around("A<B, ", "u8", ">")),
        format!("type T = {};", around("&", "u8", "")),
        format!("type T = {};", around("*const ", "u8", "")),
        format!("type T = {};", around("fn() -> ", "u8", "")),
        format!("type T = {};", around("impl Fn() -> ", "u8", "")),
        format!("type T = {};", around("<", "u8", " as T>::U")),
        format!("use {};", around("a::", "b", "")),
        format!("use {};", around("{a::", "b", "}")),
        format!("fn f({}: u8) {{}}", around("(", "a", ")")),
        format!("fn f({}: u8) {{}}", around("&", "a", "")),
        format!("fn f({}: u8) {{}}", around("Some(", "a", ")")),
        around("mod m {", "", "}"),
        around("fn f() {", "", "}"),
        around("#[a]\n", "fn f() {}", ""),
        format!("#[{}] fn f() {{}}", around("cfg_attr(a, ", "b", ")")),
        format!("#[cfg({})] fn f() {{}}", around("not(", "b", ")")),
        format!("macro_rules! m {{ () => {{ {} }} }}", around("$(", "x", ")*")),
        format!("m!{{ {} }}", around("a b (", "x", ")")),
        format!("fn f() {{ include!({}); }}", around("concat!(", "\"a\"", ")")),
        (0..depth.min(2_000)).fold(String::new(), |mut text, i| {
            let _ = writeln!(text, "type T{i} = T{};", i + 1);
            text
        }) + "fn f() { T0::x(); }",
        (0..depth).fold(String::new(), |mut text, i| {
            let _ =
                writeln!(text, "mod m{i} {{ pub use super::m{}::*; pub use super::m{}::*; }}", i + 1, i / 2);
            text
        }) + "fn f() { m0::x(); }",
    ]
}

#[test]
fn whatever_nests_is_read_or_refused() {
    for depth in [1, 50, 150] {
        for text in nested(depth) {
            let _ = read(&text);
        }
    }
    // As deep as is let through, and far deeper.
    for depth in [1_600, 2_450, 4_950, 20_000] {
        for text in nested(depth) {
            let _ = read(&text);
        }
    }
    assert!(nested(1).iter().filter(|text| read(text)).count() > 30);
    assert!(!read(&nested(20_000)[0]));
    let errors = findings_of_file("any.rs".as_ref(), &nested(300)[0], &Cfg::new()).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "any.rs:1:208: 200 brackets stand in each other: this nests too deeply to be read safely"
    );
}

#[test]
fn what_is_long_is_not_what_is_deep() {
    let functions = "pub fn f(a: Vec<u8>) -> bool { if a.len() < 3 { true } else { false } }\n".repeat(3_000);
    assert!(read(&functions));
    let statements =
        format!("fn f() {{ {} }}", "let a = b < c && d > e; g(a, h); if a { b } \n".repeat(3_000));
    assert!(read(&statements));
    let list = format!("const A: [u8; 30000] = [{}];", "1, ".repeat(30_000));
    assert!(read(&list));
}

/// Pieces of code, most of them not where they belong.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "std",
        "::",
        "fs",
        "process",
        "Command",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "use",
        "mod",
        "m",
        "as",
        "self",
        "crate",
        "super",
        "Self",
        "*",
        ",",
        ";",
        "=",
        "=>",
        "->",
        "!",
        "#",
        "$",
        "$crate",
        "$x:expr",
        "$(",
        ")*",
        "macro_rules!",
        "include!",
        "\"a.rs\"",
        "concat!",
        "env!",
        "\"OUT_DIR\"",
        "unsafe",
        "extern",
        "\"C\"",
        "fn",
        "f",
        "let",
        "x",
        "match",
        "if",
        "else",
        "impl",
        "for",
        "trait",
        "type",
        "T",
        "struct",
        "S",
        "r#async",
        "'a",
        "1",
        ".",
        "exists",
        "open",
        "|",
        "&",
        "cfg",
        "cfg_attr",
        "not",
        "test",
        "path",
        "where",
        "dyn",
        "async",
        "move",
        "const",
        "//",
        "/*",
        "*/",
        "\n",
        "asm",
        "__variable_x",
        "serde",
        "\"std::env::var\"",
        "derive",
        "\u{feff}",
        "é",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn no_code_makes_it_panic(inside in pieces(), place in 0_usize..7) {
        let text = match place {
            0 => inside,
            1 => format!("fn f() {{ {inside} }}"),
            2 => format!("fn f() {{ m!({inside}); }}"),
            3 => format!("m!{{ {inside} }}"),
            4 => format!("macro_rules! m {{ () => {{ {inside} }} }}"),
            5 => format!("#[a({inside})] fn f() {{}}"),
            _ => format!("use {inside};"),
        };
        read(&text);
    }
}

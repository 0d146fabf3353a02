//! No text makes a parser panic, and what is written is read back as the same.

use proptest::prelude::*;
use rustle_value::yaml::{DumpOptions, Node, NodeKind};
use rustle_value::{Map, Value, coerce, format, json, literal, numbers, strings, yaml};

/// Text of the characters that mean something somewhere.
fn text() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        6 => prop::sample::select(
            "a b 1 0 . - : , # [ ] { } ( ) \" ' \\ / & * ! | > % @ ` ~ = < + _ $ é 😀 \u{85} \u{feff} ? x e n u N"
                .split(' ').map(str::to_owned).collect::<Vec<_>>()
        ),
        2 => prop::sample::select(
            [" ", "\n", "\t", "\r", "  ", "\n\n", ": ", "- ", " #", "---\n", "...\n", "<<: ", "&a ", "*a", "|\n", ">-\n", "!!int ",
             "!vault ", "{{", "}}", "%(a)s", "{0}", "{:>5}", "\\x41", "\\u00e9", "yes", "0x1f", "1:30", "2020-01-01", "\0"]
                .map(str::to_owned).to_vec()
        ),
    ];
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("NaN equals nothing", |it| !it.is_nan()).prop_map(Value::from),
        text().prop_map(Value::from),
        "[ -~]{0,60}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..6)
                .prop_map(|it| Value::Map(it.into_iter().collect::<Map>())),
        ]
    })
}

/// Asks for the place of every byte of every scalar.
fn locate_all(node: &Node, source: &str) {
    match &node.value {
        NodeKind::Scalar { text, .. } => {
            for offset in 0..=text.len() + 1 {
                let pos = node.locate(offset, source);
                assert!(source.get(pos.offset()..).is_some(), "{source:?} {offset} {pos:?}");
            }
        }
        NodeKind::Sequence(items) => items.iter().for_each(|item| locate_all(item, source)),
        NodeKind::Mapping(entries) => entries.iter().for_each(|(key, value)| {
            locate_all(key, source);
            locate_all(value, source);
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn yaml_is_read_without_panic(source in text()) {
        if let Ok(documents) = yaml::parse(&source) {
            for document in &documents {
                document.to_value();
                locate_all(document, &source);
            }
        }
    }

    #[test]
    fn yaml_is_read_back(value in value(), nice in any::<bool>(), indent in 1usize..10, width in 0usize..100) {
        let base = if nice { DumpOptions::nice() } else { DumpOptions::ansible() };
        let written = yaml::dump(&value, &DumpOptions { indent, width, ..base }).unwrap();
        match yaml::load(&written) {
            Ok(read) => prop_assert_eq!(&read, &value, "{}", written),
            Err(error) => prop_assert!(false, "{error}\n{written:?}"),
        }
    }

    #[test]
    fn json_is_read_back(value in value(), indent in prop::option::of(0usize..5), ensure_ascii in any::<bool>()) {
        let options = json::DumpsOptions {
            indent: indent.map(|it| " ".repeat(it)), ensure_ascii, ..Default::default()
        };
        let written = json::dumps(&value, &options).unwrap();
        prop_assert_eq!(json::loads(&written).unwrap(), value);
    }

    #[test]
    fn other_texts_are_read_without_panic(source in text(), value in value(), more in text()) {
        let _ = json::loads(&source);
        let _ = literal::literal_eval(&source);
        let _ = coerce::parse_kv(&source, true);
        let _ = coerce::dict(&Value::str(&source));
        let _ = coerce::mode(&Value::str(&source)).map(|mode| mode.apply(0o644, false, 0o022));
        let _ = coerce::bytes(&Value::str(&source));
        let _ = coerce::path(&Value::str(&source), |_| None, |_| None);
        let _ = numbers::parse_int(&source, 0);
        let _ = numbers::parse_float(&source);
        let _ = numbers::decimal_int(&source);
        let _ = format::percent(&source, &value);
        let _ = format::braces(&source, std::slice::from_ref(&value), &Map::from([("a", value.clone())]));
        let _ = format::format_value(&value, &source);
        for name in ["split", "rsplit", "splitlines", "partition", "rpartition", "strip", "title", "find", "replace", "expandtabs",
                     "center", "zfill", "startswith", "count", "istitle", "encode", "join", "format"] {
            let _ = strings::call(name, &source, &[Value::str(&more), value.clone(), value.clone()], &Map::new());
            let _ = strings::call(name, &source, std::slice::from_ref(&value), &Map::new());
        }
    }
}

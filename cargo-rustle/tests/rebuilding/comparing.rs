//! `cargo rustle diff`.

use crate::workshop::{Workshop, saying};

#[test]
fn what_a_new_runner_does_differently_is_told() {
    let shop = Workshop::new();
    let old = saying("hello")
        + "    - name: Greet them\n      copy:\n        src: motd\n        dest: /etc/motd\n        mode: \"0644\"\n\
           \x20   - name: Old one\n      debug:\n        msg: gone\n";
    shop.put("old.yml", &old);
    shop.put("files/motd", "one\ntwo\nthree\n");
    shop.runner("old", "old.yml", &["debug", "copy"]);
    let new = old
        .replace("0644", "0600")
        .replace("Old one", "New one")
        .replace("gather_facts: false\n", "gather_facts: false\n  vars:\n    port: 80\n");
    shop.put("new.yml", new);
    shop.put("files/motd", "one\n2\nthree\n");
    shop.runner("new", "new.yml", &["debug", "copy", "file"]);

    let same = shop.rustle(&["diff", "old", "old"]);
    assert_eq!((same.code, same.out.as_str()), (Some(0), ""));
    let ran = shop.rustle(&["diff", "old", "new"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    for part in [
        "  ~ play Greet, tasks: Greet them [copy] (old.yml:8:7 -> new.yml:10:7)\n      ~ args.mode: 0644 -> 0600\n",
        "  - play Greet, tasks: Old one [debug]",
        "  + play Greet, tasks: New one [debug]",
        "plays.play Greet.directives.vars",
        "  ~ files/motd: content",
        "      -two\n      +2\n",
        "  + modules.file",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    assert!(!ran.out.contains("Say it"), "what only moved is the same: {}", ran.out);
    let json = shop.json(&["diff", "old", "new", "--json"]);
    assert_eq!(json["same"], false);
    let changed: Vec<_> =
        json["tasks"].as_array().unwrap().iter().filter(|task| task["what"] == "changed").collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(
        changed[0]["differences"][0],
        serde_json::json!({"path": "args.mode", "old": "0644", "new": "0600"})
    );
    assert_eq!(json["files"][0]["changes"], serde_json::json!(["content"]));
}

#[test]
fn what_nobody_may_see_is_not_shown() {
    let shop = Workshop::new();
    let secret = |word: &str| saying(word) + "      no_log: true\n";
    shop.put("old.yml", secret("OldWord"));
    shop.put("new.yml", secret("NewWord"));
    shop.runner("old", "old.yml", &["debug"]);
    shop.runner("new", "new.yml", &["debug"]);
    for args in [&["diff", "old", "new"][..], &["diff", "old", "new", "--json"]] {
        let ran = shop.rustle(args);
        assert_eq!(ran.code, Some(1));
        assert!(ran.out.contains("hidden by no_log") && !ran.out.contains("Word"), "{}", ran.out);
    }
}

#[test]
fn trouble_is_2() {
    let shop = Workshop::new();
    shop.put("site.yml", saying("hello"));
    shop.runner("web", "site.yml", &["debug"]);
    shop.put("text", "hello");
    for args in [["diff", "web", "text"], ["diff", "absent", "web"]] {
        let ran = shop.rustle(&args);
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert!(ran.err.starts_with("error: "), "{}", ran.err);
    }
}

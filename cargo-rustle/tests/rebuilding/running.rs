//! `cargo rustle run`, as far as nothing is run.

use crate::workshop::{Workshop, saying};

#[test]
fn what_means_nothing_here_is_refused_before_anything_else() {
    let shop = Workshop::new();
    for (args, word) in [
        (&["run", "absent.yml", "-M", "library"][..], "Rust crates"),
        (&["run", "absent.yml", "-u", "root"], "nobody logs in"),
        (&["run", "absent.yml", "--connection=ssh"], "nobody logs in"),
        (&["run", "--become"], "become: true"),
    ] {
        let ran = shop.rustle(args);
        assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.err);
        assert!(ran.err.contains(word), "{}", ran.err);
    }
}

#[test]
fn syntax_is_checked_without_a_base() {
    let shop = Workshop::new();
    shop.put("site.yml", saying("hello"));
    let told = shop.done(&[
        "run",
        "site.yml",
        "--syntax-check",
        "-b",
        "-f",
        "10",
        "--flush-cache",
        "--timings=json",
    ]);
    assert_eq!(told, "\nplaybook: site.yml\n");
    shop.put("site.yml", saying("hello").replace("debug", "degub"));
    let ran = shop.rustle(&["run", "site.yml", "--syntax-check"]);
    assert!(ran.code == Some(1) && ran.err.contains("there is no module `degub`"), "{}", ran.err);
}

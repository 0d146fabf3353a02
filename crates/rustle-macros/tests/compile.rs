//! What compiles, in `pass/`, and what does not, in `fail/`, with the message that an author reads beside it.
//!
//! Each file in `fail/` is one mistake, named after it; `many_at_once.rs` shows that an author sees all of them.
//! `TRYBUILD=overwrite cargo test -p rustle-macros --test compile` writes the messages anew; the toolchain's own words
//! are among them, so they change with it.

#[test]
fn mistakes_are_told_where_they_are() {
    let tests = trybuild::TestCases::new();
    tests.pass("tests/pass/*.rs");
    tests.compile_fail("tests/fail/*.rs");
}

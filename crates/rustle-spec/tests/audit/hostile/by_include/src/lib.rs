include!("data/table.txt");

mod inner {
    std::include!(concat!(env!("CARGO_MANIFEST_DIR"), "/share/", "inner.inc"));

    pub fn run() {
        let value = include!("data/expression.txt");
        drop(value);
        helper();
    }
}

use core::include as quote;

pub fn renamed() {
    quote!("data/expression.txt");
}

pub fn uses_included() {
    let _ = Shell::new("sh");
}

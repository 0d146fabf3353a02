use std::any::Any;

use toolbox::{Door, door};

/// Another crate hands out the program: its name is listed among the crates, and no more is known.
pub fn handed_out() {
    let _ = toolbox::shell().arg("-c").arg("id").status();
}

/// The text is a command for whoever reads it, and a text for whoever reads this.
pub fn told(text: &str) -> String {
    ["std::pro", "cess::Command", text].concat()
}

/// The name is looked up at run time.
pub fn looked_up(name: &str) -> Option<Box<dyn Any>> {
    toolbox::registry().get(&format!("{name}_{}", "write"))
}

/// The derive writes code that is nowhere to be read.
#[derive(Door)]
pub struct Derived;

/// So does the attribute.
#[door]
pub fn attributed() {}

/// The type of what has the method is told by another crate.
pub fn by_type() {
    let mut it = toolbox::prepared();
    it.spawn();
}

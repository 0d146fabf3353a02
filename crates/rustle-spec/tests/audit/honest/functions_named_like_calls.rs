use rustle_runtime::prelude::*;

/// Has functions with names of system calls.
#[rustle_module(name = "acme.functions_named_like_calls")]
pub struct FunctionsNamedLikeCalls {
    /// What is worked on.
    name: String,
}

impl Module for FunctionsNamedLikeCalls {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = (ctx, system(&self.name), exec("x"), open("y"), var("z"), spawn(), dlopen());
        Ok(Outcome::default())
    }
}

fn system(text: &str) -> String {
    format!("'{text}'")
}

fn exec(text: &str) -> usize {
    text.len()
}

fn open(text: &str) -> bool {
    text.is_empty()
}

fn var(text: &str) -> Option<char> {
    text.chars().next()
}

const fn spawn() {}

const fn dlopen() {}

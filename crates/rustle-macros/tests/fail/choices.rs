use rustle_runtime::prelude::*;

#[derive(Choice)]
enum Fields {
    Loudly(String),
}

#[derive(Choice)]
enum Twice {
    Loudly,
    #[choice(rename = "loudly")]
    Softly,
    #[choice(alias = "twice", nmae = "x")]
    Thrice,
}

#[derive(Choice)]
enum Empty {}

#[derive(Choice)]
struct Struct;

#[derive(Choice)]
enum Generic<T> {
    A,
}

fn main() {}

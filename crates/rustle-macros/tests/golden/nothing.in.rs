/// Takes nothing.
#[rustle_module(name = "acme.nothing")]
pub struct Nothing;

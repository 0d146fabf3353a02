pub mod a {
    pub use super::b::*;
    pub use super::b::x;
}

pub mod b {
    pub use super::a::*;
    pub use super::a::x;
    pub use std::fs::*;
}

type T = U;
type U = T;

use self::a::fs2::write as w;
use std::fs as fs2;

pub fn run() {
    let _ = a::write("a", "b");
    let _ = a::x("c");
    let _ = T::new();
    let _ = b::b::a::read("d");
    let _ = fs2::read("e");
}

//! Python's ways to put values into text: `'%s' % x`, `'{}'.format(x)` and the number formats that both share.

mod braces;
mod number;
mod percent;
mod spec;

pub use braces::braces;
pub use percent::percent;
pub use spec::format_value;

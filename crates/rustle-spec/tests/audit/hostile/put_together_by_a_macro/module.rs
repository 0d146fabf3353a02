macro_rules! call {
    ($module:ident, $function:ident, $($argument:expr),*) => {
        std::$module::$function($($argument),*)
    };
}

macro_rules! from {
    ($($module:ident)::+, $function:ident) => {
        $($module)::+::$function
    };
}

pub fn run() {
    let _ = call!(fs, read, "/etc/shadow");
    let _ = from!(std::fs, write)("a", "b");
}

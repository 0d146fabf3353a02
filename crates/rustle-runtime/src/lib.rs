//! What a runner is made of: modules, variables, executor, reporters, command line

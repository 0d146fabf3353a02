//! Modules that act on the run itself: debug, assert, fail, set_fact, pause, ping, include_vars, wait_for

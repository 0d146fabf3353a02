//! Reports of a runner to a controller over HTTPS, none lost.

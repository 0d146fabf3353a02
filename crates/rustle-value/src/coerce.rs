//! Ansible's coercions of a value to the type of an argument.

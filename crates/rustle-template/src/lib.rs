//! Jinja2 as Ansible means it: expressions, templates, filters, tests and lookups

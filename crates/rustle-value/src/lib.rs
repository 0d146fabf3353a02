//! The values of the playbook language: Python-like types, their text forms, coercions to argument types

//! YAML as Ansible reads and writes it: the scalars of YAML 1.1, with the position of everything.

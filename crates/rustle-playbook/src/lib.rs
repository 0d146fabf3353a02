//! Playbooks, inventories, roles and plan JSON, read with the position of everything

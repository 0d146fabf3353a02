//! End-to-end, conformance and fault tests

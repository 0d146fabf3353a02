//! Sealed secrets: seal, open, and who may.

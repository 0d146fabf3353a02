//! Brings modules from elsewhere.

//! Conformance cases, the driver of the client under test, and the binary renkei.

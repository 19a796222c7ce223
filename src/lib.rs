//! Mizzen renders Helm charts without Helm, byte for byte.

// What everything speaks.
pub mod go;
pub mod host;
pub mod profile;

// How it is rendered.
pub mod template;

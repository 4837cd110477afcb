//! What the tests across packages share. The laws of one package are tested
//! inside it.

pub mod forge;

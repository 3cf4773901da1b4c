//! The shared object of the Python package. It exports the functions of `include/sqrtspace.h`.

extern crate sqrtspace as _;

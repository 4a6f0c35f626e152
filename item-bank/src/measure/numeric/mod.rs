//! Numerical tools: roots, quadrature, linear algebra and the distribution functions that tests and intervals need.

pub mod gauss_hermite;
pub mod gauss_jacobi;
pub mod linear;
pub mod roots;
pub mod special;

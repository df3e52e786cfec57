//! Bytes over wires: TCP, TLS, the connection pool, deadlines.

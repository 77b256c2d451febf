//! For tests only: clients, clocks, fixtures and the store conformance suite.

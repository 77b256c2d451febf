//! The rules: who may do what, what follows from it, and who hears of it.

//! Clean data from the spec tables and a synthetic population; dirty data from the rules' mutants.

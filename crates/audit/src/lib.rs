//! Everything known about one group: matrix, consumers, canonical choice, strategy.

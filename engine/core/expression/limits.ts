/** Bounds of one expression, and of one evaluation. None of them stands in the way of ordinary use. */
export const LIMITS = {
  /** UTF-16 units of an expression's text; GitHub's own limit. */
  sourceLength: 21_000,
  /** Operators, calls and parentheses within each other. The library itself stops at 50 for all but comparisons. */
  syntaxDepth: 100,
  /** UTF-16 units of a text that a function or a template builds. */
  textLength: 1_000_000,
  /** Items of a list that a function or `.*` builds. */
  listLength: 100_000,
  /** Lists and objects within each other, where a value is walked (JSON, equality). */
  dataDepth: 100,
  /** About one step per node, item or 16 characters touched: at most about half a second. A time limit without a clock. */
  steps: 5_000_000,
} as const;

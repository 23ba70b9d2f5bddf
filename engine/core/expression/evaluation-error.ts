/**
 * Why an expression has no value. Messages name paths, functions and kinds of values, not the values that were read:
 * one of them may be a secret.
 */
export class EvaluationError extends Error {
  /** `unresolved_reference`: the value is not there. `expression_error`: it is, and cannot be used so. */
  readonly code: 'unresolved_reference' | 'expression_error';

  constructor(code: 'unresolved_reference' | 'expression_error', message: string) {
    super(message);
    this.name = 'EvaluationError';
    this.code = code;
  }
}

/** Whether the thrown thing says that a value is absent, which `default()` and `.*` forgive. */
export function saysAbsent(thrown: unknown): boolean {
  return thrown instanceof EvaluationError && thrown.code === 'unresolved_reference';
}

/** An error of the kind "the value is there and cannot be used so". */
export function expressionError(message: string): EvaluationError {
  return new EvaluationError('expression_error', message);
}

/**
 * One evaluation under way: what it sees and what it may still spend. All that walks data or builds values charges
 * here, so that no expression can hold the process up or fill its memory.
 */
import { expressionError } from './evaluation-error.ts';
import { LIMITS } from './limits.ts';
import type { Scope } from './scope.ts';

export class Evaluation {
  readonly scope: Scope;
  #stepsLeft: number = LIMITS.steps;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  charge(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) throw expressionError('The expression takes too long; give it less data.');
  }

  /** For work on text: about what it costs in steps. */
  chargeText(length: number): void {
    this.charge(1 + (length >> 4));
  }

  /** To be asked before a text of this length is built. */
  checkTextLength(length: number): void {
    if (length <= LIMITS.textLength) return;
    throw expressionError(`The expression builds a text of more than ${LIMITS.textLength} characters.`);
  }

  /** To be asked before a list of this length is built. */
  checkListLength(length: number): void {
    if (length <= LIMITS.listLength) return;
    throw expressionError(`The expression builds a list of more than ${LIMITS.listLength} items.`);
  }

  checkDataDepth(depth: number): void {
    if (depth <= LIMITS.dataDepth) return;
    throw expressionError(`A value has lists or objects more than ${LIMITS.dataDepth} levels deep.`);
  }
}

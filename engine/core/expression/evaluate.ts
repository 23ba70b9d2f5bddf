/**
 * Evaluates a parsed expression. Lazy: only what the expression touches is asked for, one level at a time; the right
 * side of `&&` and `||`, the branches of `case()` and the fallback of `default()` only where they count.
 */
import type { Json } from '../json.ts';
import type { Node } from './ast.ts';
import { readChain } from './chain.ts';
import { COMPARE } from './compare.ts';
import { Evaluation } from './evaluation.ts';
import { EvaluationError, expressionError, saysAbsent } from './evaluation-error.ts';
import type { Expression } from './expression.ts';
import type { Argument } from './functions/call.ts';
import { FUNCTION_TABLE } from './functions/index.ts';
import { toJson } from './members.ts';
import type { Scope, ScopeValue } from './scope.ts';
import { isTruthyValue, kindOf } from './value.ts';

/**
 * The value of an expression, as JSON. Parts that come from the scope are the scope's own objects, not copies.
 * @throws EvaluationError; and, unchanged, whatever else a Lookup of the scope throws.
 */
export function evaluate(expression: Expression, scope: Scope): Json {
  return evaluateWithin(expression, new Evaluation(scope));
}

/** As `evaluate`, on a budget shared with other expressions. */
export function evaluateWithin(expression: Expression, run: Evaluation): Json {
  try {
    const value = evaluateNode(expression.root, run);
    kindOf(value);
    return toJson(value, run);
  } catch (thrown) {
    throw thrown instanceof EvaluationError ? named(thrown, expression.source) : thrown;
  }
}

/** An unresolved reference names its path already; other errors are told apart by the expression they are in. */
function named(error: EvaluationError, source: string): EvaluationError {
  if (error.code === 'unresolved_reference') return error;
  const shown = source.length > 200 ? `${source.slice(0, 200)}…` : source;
  return expressionError(`${error.message} (in \${{ ${shown} }})`);
}

function evaluateNode(node: Node, run: Evaluation): ScopeValue {
  run.charge(1);
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'chain':
      return readChain(node, { run, evaluate: evaluateNode, mayBeAbsent: false }) ?? null;
    case 'not':
      return !isTruthyValue(evaluateNode(node.operand, run));
    case 'comparison':
      return COMPARE[node.operator](evaluateNode(node.left, run), evaluateNode(node.right, run), run);
    case 'logical':
      return evaluateLogical(node, run);
    case 'call':
      return evaluateCall(node, run);
  }
}

/** The operand that decides, not a boolean: `inputs.a || 'x'` is a value. */
function evaluateLogical(node: Extract<Node, { kind: 'logical' }>, run: Evaluation): ScopeValue {
  let value: ScopeValue = null;
  for (const operand of node.operands) {
    value = evaluateNode(operand, run);
    if (isTruthyValue(value) === (node.operator === '||')) break;
  }
  return value;
}

function evaluateCall(node: Extract<Node, { kind: 'call' }>, run: Evaluation): ScopeValue {
  const called = FUNCTION_TABLE.get(node.name);
  if (!called) throw expressionError(`There is no function ${node.name}().`);
  return called.call(
    node.args.map((arg) => argument(arg, run)),
    run,
  );
}

function argument(node: Node, run: Evaluation): Argument {
  return {
    value: () => evaluateNode(node, run),
    valueIfPresent: () => evaluateIfPresent(node, run),
  };
}

/** Undefined where a reference in it is absent. */
function evaluateIfPresent(node: Node, run: Evaluation): ScopeValue | undefined {
  try {
    // The usual case needs no error to be made and caught.
    if (node.kind === 'chain') return readChain(node, { run, evaluate: evaluateNode, mayBeAbsent: true });
    return evaluateNode(node, run);
  } catch (thrown) {
    if (saysAbsent(thrown)) return undefined;
    throw thrown;
  }
}

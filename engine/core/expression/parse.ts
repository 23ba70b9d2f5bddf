/**
 * The door to GitHub's library: its lexer and parser, whose tree is turned into ours. What is amended on the way:
 * positions (the library's are wrong after a line break within a text), doubled quotes (it undoes only the first),
 * functions named like members of Object.prototype (it takes them for known), and depth of comparisons (unbounded there).
 */
import {
  Binary,
  ContextAccess,
  type Expr,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Star,
  Unary,
} from '@actions/expressions/ast';
import { ErrorType, ExpressionError } from '@actions/expressions/errors';
import { Lexer, type Token, TokenType } from '@actions/expressions/lexer';
import { Parser } from '@actions/expressions/parser';
import type { Json } from '../json.ts';
import type { Comparison, Node, Reference, Step } from './ast.ts';
import { CONTEXTS } from './contexts.ts';
import { FUNCTIONS, findFunction } from './functions/index.ts';
import { LIMITS } from './limits.ts';
import type { ExpressionSyntaxError } from './syntax-error.ts';
import {
  endsEarly,
  type Span,
  syntaxError,
  tooDeep,
  unexpectedSymbol,
  unknownContext,
  unknownFunction,
  wrongArguments,
} from './syntax-problems.ts';

const FUNCTION_INFOS = [...FUNCTIONS].map(([name, { minArgs, maxArgs }]) => ({ name, minArgs, maxArgs }));

export interface Parsed {
  readonly root: Node;
  readonly references: readonly Reference[];
}

/** @throws ExpressionSyntaxError */
export function parse(source: string): Parsed {
  if (source.trim() === '')
    throw syntaxError('The expression is empty.', { offset: 0, length: source.length });
  if (source.length > LIMITS.sourceLength) {
    const message = `The expression is longer than ${LIMITS.sourceLength} characters.`;
    throw syntaxError(message, { offset: 0, length: source.length });
  }
  const tokens = new TokenText(source, lex(source));
  const converter = new Converter(tokens);
  const root = converter.convert(parseTokens(tokens), { depth: 0, mayBeAbsent: false });
  return { root, references: converter.references };
}

function lex(source: string): readonly Token[] {
  try {
    return new Lexer(source).lex().tokens;
  } catch (thrown) {
    throw lexerError(source, thrown);
  }
}

/** The lexer throws plain errors that end in the position, from 1, and the whole source. */
function lexerError(source: string, thrown: unknown): ExpressionSyntaxError {
  const message = thrown instanceof Error ? thrown.message : '';
  const ending = ` within expression: ${source}`;
  const found = /'\. Located at position (\d+)$/.exec(message.slice(0, -ending.length));
  if (!message.endsWith(ending) || !found) {
    return syntaxError('The expression cannot be read.', { offset: 0, length: source.length });
  }
  const start = "Unexpected symbol: '".length;
  return unexpectedSymbol(message.slice(start, found.index), Number(found[1]) - 1);
}

function parseTokens(tokens: TokenText): Expr {
  try {
    return new Parser([...tokens.list], [...CONTEXTS.keys()], FUNCTION_INFOS).parse();
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown;
    throw parserError(tokens, thrown);
  }
}

function parserError(tokens: TokenText, error: ExpressionError): ExpressionSyntaxError {
  // Both are private in the library's types; without them the whole expression is underlined.
  const type: unknown = Reflect.get(error, 'typ');
  const index = tokens.list.indexOf(Reflect.get(error, 'tok'));
  const token = tokens.list[index];
  if (!token || type === ErrorType.ErrorUnexpectedEndOfExpression || token.type === TokenType.EOF)
    return tokens.endsEarly();
  const at = { offset: tokens.offsetAt(index), length: token.lexeme.length };
  switch (type) {
    case ErrorType.ErrorUnrecognizedContext:
      return unknownContext(token.lexeme, at);
    case ErrorType.ErrorUnrecognizedFunction:
      return unknownFunction(token.lexeme, at);
    case ErrorType.ErrorTooFewParameters:
    case ErrorType.ErrorTooManyParameters:
    case ErrorType.ErrorEvenParameters:
      return wrongArguments(token.lexeme, at);
    case ErrorType.ErrorExceededMaxDepth:
      return tooDeep(at);
    default:
      return unexpectedSymbol(token.lexeme, at.offset);
  }
}

/** The tokens with their place in the source, found from the texts of all tokens before. */
class TokenText {
  readonly list: readonly Token[];
  readonly #source: string;
  readonly #offsets: number[] = [];
  readonly #indexes = new Map<Token, number>();

  constructor(source: string, list: readonly Token[]) {
    this.#source = source;
    this.list = list;
    let offset = 0;
    for (const [index, token] of list.entries()) {
      while (/\s/.test(source.charAt(offset))) offset++;
      this.#offsets.push(offset);
      this.#indexes.set(token, index);
      offset += token.lexeme.length;
    }
  }

  offsetAt(index: number): number {
    return this.#offsets[index] ?? this.#source.length;
  }

  spanOf(token: Token): Span {
    return { offset: this.offsetAt(this.#indexes.get(token) ?? -1), length: token.lexeme.length };
  }

  /** From a context's name to the end of the last member read from it. */
  spanOfChain(start: Token): Span {
    let last = this.#indexes.get(start) ?? 0;
    for (;;) {
      const next = this.list[last + 1]?.type;
      if (next === TokenType.DOT) last += 2;
      else if (next === TokenType.LEFT_BRACKET) last = this.#closingBracket(last + 1);
      else break;
    }
    const offset = this.spanOf(start).offset;
    return { offset, length: this.offsetAt(last) + (this.list[last]?.lexeme.length ?? 0) - offset };
  }

  #closingBracket(open: number): number {
    let depth = 0;
    for (let i = open; i < this.list.length; i++) {
      const type = this.list[i]?.type;
      if (type === TokenType.LEFT_BRACKET) depth++;
      if (type === TokenType.RIGHT_BRACKET && --depth === 0) return i;
    }
    return this.list.length - 1;
  }

  endsEarly(): ExpressionSyntaxError {
    const isOpen = this.#count(TokenType.LEFT_PAREN) > this.#count(TokenType.RIGHT_PAREN);
    return endsEarly(this.#source, isOpen);
  }

  #count(type: TokenType): number {
    return this.list.filter((token) => token.type === type).length;
  }
}

interface Place {
  readonly depth: number;
  /** Within the first argument of `default()`. */
  readonly mayBeAbsent: boolean;
}

class Converter {
  readonly references: Reference[] = [];
  readonly #tokens: TokenText;

  constructor(tokens: TokenText) {
    this.#tokens = tokens;
  }

  convert(expr: Expr, outer: Place): Node {
    const place = { ...outer, depth: outer.depth + 1 };
    if (place.depth > LIMITS.syntaxDepth) throw tooDeep({ offset: 0, length: 0 });
    if (expr instanceof Literal) return { kind: 'literal', value: this.#literal(expr.token) };
    if (expr instanceof Grouping) return this.convert(expr.group, place);
    if (expr instanceof Unary) return { kind: 'not', operand: this.convert(expr.expr, place) };
    if (expr instanceof Binary) return this.#comparison(expr, place);
    if (expr instanceof Logical) return this.#logical(expr, place);
    if (expr instanceof FunctionCall) return this.#call(expr, place);
    return this.#chain(expr, place);
  }

  #literal(token: Token): Json {
    // A member's name after a dot.
    if (token.type === TokenType.IDENTIFIER) return token.lexeme;
    if (token.type === TokenType.STRING) return token.lexeme.slice(1, -1).replaceAll("''", "'");
    if (token.type === TokenType.NUMBER) return this.#number(token);
    return token.type === TokenType.NULL ? null : token.type === TokenType.TRUE;
  }

  #number(token: Token): number {
    const value = Number(token.lexeme);
    if (
      Number.isFinite(value) &&
      (!Number.isInteger(value) || Number.isSafeInteger(value) || !/^[+-]?\d+$/.test(token.lexeme))
    ) {
      return value;
    }
    const problem = Number.isFinite(value)
      ? 'has more digits than a number can hold'
      : 'is not a finite number';
    throw syntaxError(`\`${token.lexeme}\` ${problem}.`, this.#tokens.spanOf(token));
  }

  #comparison(expr: Binary, place: Place): Node {
    const left = this.convert(expr.left, place);
    // The grammar has no other binary operators.
    const operator = expr.operator.lexeme as Comparison;
    return { kind: 'comparison', operator, left, right: this.convert(expr.right, place) };
  }

  #logical(expr: Logical, place: Place): Node {
    const operator = expr.operator.type === TokenType.AND ? '&&' : '||';
    return { kind: 'logical', operator, operands: expr.args.map((arg) => this.convert(arg, place)) };
  }

  #call(expr: FunctionCall, place: Place): Node {
    const token = expr.functionName;
    const known = findFunction(token.lexeme);
    if (!known) throw unknownFunction(token.lexeme, this.#tokens.spanOf(token));
    const args = expr.args.map((arg, i) => {
      const forgives = known.name === 'default' && i === 0;
      return this.convert(arg, forgives ? { ...place, mayBeAbsent: true } : place);
    });
    return { kind: 'call', name: known.name, args };
  }

  /** `a.b[c].*` is one node: from its root outwards. Parentheses around a part of it mean nothing. */
  #chain(expr: Expr, place: Place): Node {
    const accesses: IndexAccess[] = [];
    let base = expr;
    while (base instanceof IndexAccess || (base instanceof Grouping && accesses.length > 0)) {
      if (base instanceof IndexAccess) accesses.push(base);
      base = base instanceof IndexAccess ? base.expr : base.group;
    }
    const root =
      base instanceof ContextAccess ? this.#reference(base.name, accesses, place) : this.convert(base, place);
    const steps = accesses.reverse().map((access) => this.#step(access.index, place));
    return { kind: 'chain', root, steps };
  }

  #step(index: Expr, place: Place): Step {
    if (index instanceof Star) return { kind: 'filter' };
    const node = this.convert(index, place);
    const key = node.kind === 'literal' ? node.value : null;
    return typeof key === 'string' || typeof key === 'number'
      ? { kind: 'member', key }
      : { kind: 'index', index: node };
  }

  #reference(name: Token, accesses: readonly IndexAccess[], place: Place): string {
    const root = name.lexeme.toLowerCase();
    const parts = accesses.map(({ index }) => this.#staticKey(index)).reverse();
    const span = this.#tokens.spanOfChain(name);
    this.references.push({ path: [root, ...parts], ...span, mayBeAbsent: place.mayBeAbsent });
    return root;
  }

  #staticKey(index: Expr): string {
    if (!(index instanceof Literal)) return '*';
    const key = this.#literal(index.token);
    return typeof key === 'string' || typeof key === 'number' ? String(key) : '*';
  }
}

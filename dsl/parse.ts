/**
 * Text → YAML documents. Limits first, then syntax. A document with a syntax error is reported and not handed on, except
 * where the mistake is one of YAML's well-known traps: then the line is masked, so that all other mistakes are found too.
 */
import {
  Composer,
  type CST,
  type Document,
  isScalar,
  Lexer,
  type ParsedNode,
  Parser,
  type YAMLError,
} from 'yaml';
import { checkText, TokenLimits } from './limits.ts';
import type { Report } from './report.ts';
import { maskTraps } from './yaml-trap.ts';

export type YamlDocument = Document.Parsed<ParsedNode, true>;

/** The documents of the file that are valid YAML; what is wrong with the others is in the report. */
export function parseDocuments(report: Report): YamlDocument[] {
  if (!checkText(report)) return [];
  try {
    return compose(report);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    report.add({
      code: 'too_deep',
      message: 'Lists and maps are nested too deep.',
      at: () => ({ offset: 0, length: 1 }),
    });
    return [];
  }
}

function compose(report: Report): YamlDocument[] {
  const documents = composeMasked(report);
  if (!documents) return [];
  if (documents.every((document) => isEmpty(document) && document.errors.length === 0)) {
    report.add({
      code: 'empty_file',
      message: 'The file holds no workflow.',
      hint: 'Write at least `tasks:` with one task.',
      at: () => ({ offset: 0, length: 1 }),
    });
    return [];
  }
  return documents.filter((document) => reportSyntax(report, document));
}

/** Masking one trap may uncover the next. Each round parses the file again, so large files get few. */
function composeMasked(report: Report): YamlDocument[] | undefined {
  let { text } = report.file;
  const rounds = text.length > 100_000 ? 2 : 20;
  for (let round = 0; round < rounds; round++) {
    const documents = composeText(report, text);
    if (!documents) return undefined;
    const masked = maskTraps(report, text, documents.flatMap(problemsOf));
    if (masked === text) return documents;
    text = masked;
  }
  return composeText(report, text);
}

/** The documents of a text, or undefined when it exceeds a limit. */
function composeText(report: Report, text: string): YamlDocument[] | undefined {
  const limits = new TokenLimits(report);
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    if (!limits.take(lexeme)) return undefined;
    for (const token of parser.next(lexeme)) tokens.push(token);
  }
  for (const token of parser.end()) tokens.push(token);
  // Keys are compared by us: the library's own comparison takes quadratic time.
  const options = {
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
    resolveKnownTags: false,
    merge: false,
  } as const;
  return Array.from(new Composer<ParsedNode, true>(options).compose(tokens, true, text.length));
}

/** Whether the document holds nothing: it is no workflow, and no mistake among others. */
export function isEmpty({ contents }: YamlDocument): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function problemsOf(document: YamlDocument): YAMLError[] {
  return [...document.errors, ...document.warnings];
}

/** Whether the document can be used. One diagnostic a line: what follows from a first mistake only confuses. */
function reportSyntax(report: Report, document: YamlDocument): boolean {
  const lines = new Set<number>();
  let isUsable = true;
  for (const problem of document.errors) {
    if (problem.code === 'TAG_RESOLVE_FAILED') continue;
    isUsable = false;
    const [offset, end] = problem.pos;
    const { line } = report.positionOf(offset);
    if (lines.has(line)) continue;
    lines.add(line);
    const at = () => ({ offset, length: Math.max(1, end - offset) });
    report.add({ code: 'yaml_syntax', ...explain(problem), at });
  }
  return reportDirectives(report, document) && isUsable;
}

function reportDirectives(report: Report, document: YamlDocument): boolean {
  const { version, explicit } = document.directives.yaml;
  if (explicit !== true || version === '1.2') return true;
  const offset = Math.max(0, report.file.text.indexOf('%YAML'));
  const message = `Workflows are YAML 1.2, not ${version}.`;
  report.add({
    code: 'yaml_directive',
    message,
    hint: 'Remove the %YAML line.',
    at: () => ({ offset, length: 5 }),
  });
  return false;
}

interface Explanation {
  /** What the library says, to tell cases of one code apart. */
  readonly when?: RegExp;
  readonly message?: string;
  readonly hint?: string;
}

/** The library's findings in the words of this project; the first that fits. */
const EXPLANATIONS: ReadonlyMap<string, readonly Explanation[]> = new Map<string, readonly Explanation[]>([
  ['TAB_AS_INDENT', [{ message: 'A tab cannot indent a line.', hint: 'Indent with spaces.' }]],
  ['BAD_SCALAR_START', [{ hint: 'Put the value in quotes.' }]],
  [
    'BAD_DQ_ESCAPE',
    [{ hint: "Double the backslash, or use single quotes ('…'), in which a backslash is only itself." }],
  ],
  [
    'NON_STRING_KEY',
    [
      {
        message: 'A key must be text.',
        hint: 'An expression is written "${{ … }}", with quotes within { } and [ ].',
      },
    ],
  ],
  [
    'MISSING_CHAR',
    [
      {
        when: /quote/,
        message: 'A quote is opened and not closed.',
        hint: 'Close it, or quote the whole value.',
      },
      { hint: 'Is a quote, a bracket or a colon missing here, or on a line before?' },
    ],
  ],
  [
    'BAD_INDENT',
    [
      {
        when: /^Flow/,
        message: 'A bracket is opened above and not closed.',
        hint: 'Add the missing ] or }.',
      },
      { hint: 'Indent this line like its neighbours.' },
    ],
  ],
  [
    'UNEXPECTED_TOKEN',
    [{ when: /flow-(map|seq)-end token/, message: 'A bracket is closed that was not opened.' }],
  ],
  [
    'MULTILINE_IMPLICIT_KEY',
    [{ hint: 'Is a colon missing at the end of a key, or is a line indented too far?' }],
  ],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    [{ hint: 'A text that holds `: ` needs quotes; or a line is indented too far.' }],
  ],
]);

function explain({ code, message }: YAMLError): {
  readonly message: string;
  readonly hint?: string | undefined;
} {
  const found = EXPLANATIONS.get(code)?.find(({ when }) => when === undefined || when.test(message));
  if (found?.message !== undefined) return { message: found.message, hint: found.hint };
  const text = message.trim().slice(0, 200);
  return { message: `This is not valid YAML: ${text}${text.endsWith('.') ? '' : '.'}`, hint: found?.hint };
}

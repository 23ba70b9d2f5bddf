import type { FuzzTarget } from '../target.ts';
import { ansi } from './ansi.ts';
import { contract } from './contract.ts';
import { expression } from './expression.ts';
import { log } from './log.ts';
import { outputFile } from './output-file.ts';
import { yaml } from './yaml.ts';

/** All that reads what others wrote. One more of a kind is a file here, its line, and a folder of examples. */
export const TARGETS: readonly FuzzTarget[] = [yaml, expression, outputFile, contract, log, ansi];

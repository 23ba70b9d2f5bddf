/** All commands, in the order of the help. A new one is a file beside this one and a line here. */
import type { CommandDefinition } from '../command.ts';
import { runCommand } from './run.ts';

export const COMMANDS: readonly CommandDefinition[] = [runCommand];

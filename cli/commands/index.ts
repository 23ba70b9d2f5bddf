/** All commands, in the order of the help. A new one is a file beside this one and a line here. */
import type { CommandDefinition } from '../command.ts';
import { cancelCommand } from './cancel.ts';
import { completionCommand } from './completion.ts';
import { doctorCommand } from './doctor.ts';
import { graphCommand } from './graph.ts';
import { initCommand } from './init.ts';
import { listCommand } from './list.ts';
import { logsCommand } from './logs.ts';
import { orchestratorCommand } from './orchestrator.ts';
import { runCommand } from './run.ts';
import { schemaCommand } from './schema.ts';
import { showCommand } from './show.ts';
import { startCommand } from './start.ts';
import { validateCommand } from './validate.ts';
import { watchCommand } from './watch.ts';
import { workerCommand } from './worker.ts';

export const COMMANDS: readonly CommandDefinition[] = [
  initCommand,
  runCommand,
  validateCommand,
  graphCommand,
  schemaCommand,
  startCommand,
  watchCommand,
  workerCommand,
  orchestratorCommand,
  listCommand,
  showCommand,
  logsCommand,
  cancelCommand,
  doctorCommand,
  completionCommand,
];

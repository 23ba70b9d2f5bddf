/** Executors: the ways of doing work. A new one is one file and one line in the list below. */
import type { Executor } from '../engine/ports/executor.ts';
import { approvalExecutor } from './approval.ts';
import { dockerExecutor } from './docker/index.ts';
import { failExecutor } from './fail.ts';
import { functionExecutor } from './function.ts';
import { httpExecutor } from './http/index.ts';
import { kafkaExecutor } from './kafka/index.ts';
import { moduleExecutor } from './module/index.ts';
import { noopExecutor } from './noop.ts';
import { notifyExecutor } from './notify.ts';
import type { ExecutorSettings } from './settings.ts';
import { shellExecutor } from './shell/index.ts';
import { switchExecutor } from './switch.ts';
import { transformExecutor } from './transform.ts';
import { waitExecutor } from './wait.ts';

export {
  defineTask,
  type ModuleContext,
  type ModuleLogger,
  type ModuleOutputs,
  type TaskFunction,
} from './module/context.ts';
export type { FunctionContext, RegisteredFunction } from './registered-function.ts';
export type { ExecutorSettings, HttpSettings, ModuleSettings } from './settings.ts';
export {
  approvalExecutor,
  dockerExecutor,
  failExecutor,
  functionExecutor,
  httpExecutor,
  kafkaExecutor,
  moduleExecutor,
  noopExecutor,
  notifyExecutor,
  shellExecutor,
  switchExecutor,
  transformExecutor,
  waitExecutor,
};

/** All executors that come with Sluice. Nothing is started until one is used; `close` those that have it in the end. */
export function builtinExecutors(settings: ExecutorSettings = {}): readonly Executor[] {
  return [
    shellExecutor(settings),
    httpExecutor(settings),
    moduleExecutor(settings),
    dockerExecutor(settings),
    kafkaExecutor(settings),
    notifyExecutor(settings),
    functionExecutor(settings),
    waitExecutor(),
    approvalExecutor(),
    switchExecutor(),
    transformExecutor(),
    failExecutor(),
    noopExecutor(),
  ];
}

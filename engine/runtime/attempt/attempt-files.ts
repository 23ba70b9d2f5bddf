/**
 * What an attempt has on this machine and leaves in stores: its workspace, artifacts and large outputs. A store that cannot be
 * reached is asked again until it can.
 */
import { cutOutputs, refOf } from '../../core/large-outputs.ts';
import type { AttemptResult, Ticket } from '../../core/ticket.ts';
import type { WorkerExecutor } from '../../ports/executor.ts';
import type { OpenWorkspace } from '../../ports/workspace.ts';
import { isOutage, retryCall } from '../retry-call.ts';
import { outputsFile } from './outputs.ts';
import type { AttemptTools } from './tools.ts';

type FileTools = Pick<AttemptTools, 'workspace' | 'outputs' | 'clock' | 'onOutage' | 'giveUp'>;

export class AttemptFiles {
  /** Once it is open. */
  workspace: OpenWorkspace | undefined;
  readonly #ticket: Ticket;
  readonly #tools: FileTools;

  constructor(ticket: Ticket, tools: FileTools) {
    this.#ticket = ticket;
    this.#tools = tools;
  }

  async open(signal: AbortSignal): Promise<void> {
    const { workspace } = this.#tools;
    this.workspace = await this.#untilReached(() => workspace.open(this.#ticket, signal), signal);
  }

  /** Large outputs are stored before the outcome that refers to them is told. */
  async keepOutputs(outputs: AttemptResult['outputs'], delivery: number): Promise<AttemptResult> {
    const { outputs: store } = this.#tools;
    const cut = store && cutOutputs(outputs, store.inlineBytes);
    if (!store || !cut) return { outputs };
    const file = outputsFile(this.#ticket, delivery);
    await this.#untilReached(() => store.put(this.#ticket.run, file, cut.text));
    return { outputs: cut.kept, large: refOf(this.#ticket.run, file, cut) };
  }

  async collect(): Promise<AttemptResult['artifacts']> {
    const { workspace } = this;
    const { artifacts } = this.#ticket;
    if (artifacts === undefined || !isFilled(artifacts) || workspace === undefined) return undefined;
    return await this.#untilReached(() => workspace.collect(artifacts));
  }

  /** @param signal default: once the executor had its success, only a shutdown that cannot wait ends the trying. */
  #untilReached<T>(call: () => Promise<T>, signal = this.#tools.giveUp): Promise<T> {
    const { clock, onOutage } = this.#tools;
    return retryCall(call, { clock, signal, onFailure: onOutage, isWorthRepeating: isOutage });
  }
}

export function needsWorkspace(executor: WorkerExecutor, ticket: Ticket): boolean {
  const isAsked = isFilled(ticket.artifacts) || isFilled(ticket.files) || ticket.cache?.files !== undefined;
  return executor.needsWorkspace !== false || isAsked;
}

function isFilled(named: object | undefined): boolean {
  return named !== undefined && Object.keys(named).length > 0;
}

/** What the tasks themselves wrote down: every start and every end of work, beside the engine. */
import type { Json } from '../../engine/core/json.ts';
import type { Notification } from '../../engine/core/notification/notification.ts';
import type { WorkName } from './work.ts';

export interface Work extends WorkName {
  readonly session: string;
  /** Different for every execution; the output `token` of a success. */
  readonly token: string;
  readonly startedAt: number;
  /** Tokens of upstream tasks that it was given. */
  readonly inputs: { readonly [task: string]: Json };
  endedAt?: number;
  end?: 'succeeded' | 'failed' | 'stopped';
  /** What it said that it costs. */
  cost?: number;
}

export class Ledger {
  readonly entries: Work[] = [];
  /** What the world outside was told, each time. */
  readonly deliveries: Notification[] = [];
  /** Notifications of which an attempt was refused. */
  readonly refused = new Set<string>();

  open(name: WorkName, session: string, at: number, inputs: Work['inputs']): Work {
    const token = `${name.task}.${name.item}.${name.attempt}#${this.entries.length}`;
    const work: Work = { ...name, session, token, startedAt: at, inputs };
    this.entries.push(work);
    return work;
  }
}

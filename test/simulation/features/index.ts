/** The visible list of features. One more is one line; every pair of them must meet (see `pairs.ts`). */
import { alerts } from './alerts.ts';
import {
  allowFailure,
  cancelling,
  condition,
  foreach,
  matrix,
  maxParallel,
  retry,
  runTimeout,
  switching,
  timeout,
  waiting,
} from './basics.ts';
import { chain } from './chain.ts';
import { child } from './child.ts';
import type { Feature } from './feature.ts';
import { largeOutputs } from './large-outputs.ts';
import { concurrency, fairness, rateLimit, runConcurrency, severalLimits, slots } from './limits.ts';
import { notification } from './notification.ts';
import { approval, signal } from './people.ts';
import { broadcast, labels } from './placement.ts';
import { deadline, repeat } from './repetition.ts';
import { rerunning } from './rerun.ts';
import { compensation, handlers, marking, pausing, retrying } from './verbs.ts';
import { cache, heartbeat } from './working.ts';

export const FEATURES: readonly Feature[] = [
  // First, since it changes the name.
  alerts,
  retry,
  foreach,
  matrix,
  condition,
  switching,
  waiting,
  timeout,
  cache,
  heartbeat,
  allowFailure,
  maxParallel,
  runTimeout,
  cancelling,
  repeat,
  deadline,
  approval,
  signal,
  concurrency,
  severalLimits,
  rateLimit,
  runConcurrency,
  fairness,
  child,
  slots,
  handlers,
  compensation,
  pausing,
  retrying,
  marking,
  labels,
  broadcast,
  largeOutputs,
  rerunning,
  chain,
  notification,
];

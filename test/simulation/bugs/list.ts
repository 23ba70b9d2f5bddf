/** The planted bugs. One more is one entry. Each is a mistake that someone could make, and that loses a promise. */
import type { Bug } from './bug.ts';

const OWNERSHIP = 'engine/memory/ownership.ts';
const FLIGHTS = 'engine/memory/flights.ts';
const ANY_LOSS = [
  'liveness',
  'leftovers',
  'sequence',
  'results',
  'work',
  'steps',
  'claims',
  'ownership',
  'replay',
];

export const BUGS: readonly Bug[] = [
  {
    name: 'no fence: commits of a former owner are stored',
    file: OWNERSHIP,
    find: "if (!holds(shard, token)) return { kind: 'fenced' };",
    replace: '',
    caughtBy: ['ownership'],
  },
  {
    name: 'the cursor moves outside the commit',
    file: OWNERSHIP,
    find: '  shard.lease.cursor = commit.cursor;\n  trimInbox(shard, commit.cursor);',
    replace:
      '  const { cursor } = commit;\n  setTimeout(() => { shard.lease.cursor = cursor; trimInbox(shard, cursor); }, 0);',
    caughtBy: ANY_LOSS,
  },
  {
    name: 'completion lost: an outcome is accepted, its message is not stored',
    file: FLIGHTS,
    find: "  appendMessage(shard, now, settle.message);\n  return 'accepted';",
    replace:
      "  if (settle.message.delivery === 1) appendMessage(shard, now, settle.message);\n  return 'accepted';",
    caughtBy: ['liveness', 'results'],
  },
  {
    name: 'settle races a timeout: work is withdrawn without naming the claim that was seen',
    file: 'engine/core/decide/turn.ts',
    find: '    this.#expect.set(key, seen);',
    replace: '    void [key, seen];',
    caughtBy: ['results', 'claims', 'leftovers', 'steps'],
  },
  {
    name: "a stale owner's add after removal: a ticket is granted though its flight is gone",
    file: FLIGHTS,
    find: "  if (flight === undefined || flight.state === 'd') return { kind: 'gone' };",
    replace:
      "  if (flight === undefined) return grant(shard, key, { state: 's', delivery: 0, deaths: 0, session }, now);\n  if (flight.state === 'd') return { kind: 'gone' };",
    caughtBy: ['claims', 'results'],
  },
  {
    name: 'the same epoch after a fail-over: tokens without randomness',
    file: OWNERSHIP,
    find: '  held.token = `${held.epoch}-${lease.nonce}`;',
    replace: '  held.token = `${held.epoch}`;',
    caughtBy: ['ownership'],
  },
  {
    name: 'retries begin at once',
    file: 'engine/core/decide/node/node.ts',
    find: "  turn.setTimer('retry', attemptName(place), turn.now + delayMs);",
    replace: "  turn.setTimer('retry', attemptName(place), turn.now);",
    caughtBy: ['retries'],
  },
  {
    name: 'a fan-out closes before its last node has ended',
    file: 'engine/core/decide/node/fan.ts',
    find: 'fan.ended < fan.nodes.length) return;',
    replace: 'fan.ended < fan.nodes.length - 1) return;',
    caughtBy: ['fan-out', 'run-end', 'steps', 'leftovers'],
  },
  {
    name: 'two sessions work on one attempt: a living claim is taken over',
    file: FLIGHTS,
    find: "  if (!isDead(shard, flight.session, now, claim.silence)) return { kind: 'busy' };",
    replace: '',
    caughtBy: ['claims'],
  },
  {
    name: 'a success is overwritten: what has ended may start again',
    file: 'engine/core/decide/node/settle.ts',
    find: "  if (!place || (place.record.state !== 'queued' && place.record.state !== 'running')) return;",
    replace: '  if (!place) return;',
    caughtBy: ['steps', 'results', 'run-end', 'replay'],
  },
  {
    name: 'max_parallel of a run is off by one',
    file: 'engine/core/decide/node/node.ts',
    find: '(plan.maxParallel !== undefined && active >= plan.maxParallel)',
    replace: '(plan.maxParallel !== undefined && active > plan.maxParallel)',
    caughtBy: ['limits'],
  },
  {
    name: 'a takeover forgets ready nodes',
    file: 'engine/core/shard-state.ts',
    find: "    else if (record.state === 'queued') pushReady(shard, run, index);",
    replace: '',
    caughtBy: ['liveness'],
  },
  {
    name: 'a takeover forgets timers that are due already',
    file: 'engine/runtime/shard/shard-owner.ts',
    find: 'this.nextTimerAt = due.length > 0 ? this.options.clock.now() : nextAt;',
    replace: 'this.nextTimerAt = nextAt;',
    caughtBy: ['liveness', 'timers', 'leftovers'],
  },
  {
    name: 'an idle owner never notices that the store went back',
    file: 'engine/runtime/shard/shard-owner.ts',
    find: 'if (stored >= confirmed) return;',
    replace: 'if (stored >= confirmed || stored >= 0) return;',
    caughtBy: ['liveness', 'leftovers'],
  },
  {
    name: 'a limit lets in one too many',
    file: 'engine/core/decide/limit/limit-actor.ts',
    find: 'holders.size < definition.limit',
    replace: 'holders.size <= definition.limit',
    caughtBy: ['features'],
  },
  {
    name: 'a limit is not given back by work that has ended',
    file: 'engine/core/decide/limit/limit.ts',
    find: "if (!isActive(record) && record.state !== 'blocked') return;",
    replace: "if (record.state !== 'blocked') return;",
    caughtBy: ['liveness', 'leftovers'],
  },
  {
    name: 'a reset does not begin a new generation',
    file: 'engine/core/decide/node/reset.ts',
    find: '    generation,\n    queuedAt: 0,',
    replace: '    queuedAt: 0,',
    caughtBy: ['resets', 'features', 'steps', 'claims', 'replay', 'liveness', 'fan-out'],
  },
  {
    name: 'a rerun takes over what follows from what runs again',
    file: 'engine/core/rerun/rerun-plan.ts',
    find: '  addChanged(selection, changes);\n  selection.addDownstream();',
    replace: '  addChanged(selection, changes);',
    caughtBy: ['features'],
  },
  {
    name: 'what follows in a chain is forgotten at a takeover',
    file: 'engine/core/shard-state.ts',
    find: '      if (value !== undefined) addFlight(shard, key, joinedFlightOf(run, index, { value, now }));\n',
    replace: '',
    caughtBy: ['claims', 'results', 'leftovers', 'liveness', 'work'],
  },
  {
    name: 'a worker keeps what it went on with at hand for ever',
    file: 'engine/runtime/attempt/ticket-work.ts',
    find: '      await attempt.dispose();\n      this.#letGo(claim.flight);',
    replace: '      await attempt.dispose();',
    caughtBy: ['liveness'],
  },
  {
    name: 'a chain goes on with a node that was withdrawn',
    file: FLIGHTS,
    find: "  const goesOn = isWanted && joined?.state === 'j';",
    replace: '  const goesOn = isWanted;',
    caughtBy: ['claims'],
  },
  {
    name: 'a paused run goes on in its chains',
    file: 'engine/core/decide/run/pause.ts',
    find: "    if (place?.record.state === 'pending') leaveChain(turn, place);\n    else if",
    replace: '    if',
    caughtBy: ['claims'],
  },
];

import { NODE_ENDS, ofEachRun } from './invariant.ts';
import { livesOf } from './lives.ts';

/** I3: exactly once. */
export const settled = ofEachRun(
  'settled',
  'a node settles once in each generation, and nothing follows its end but a reset',
  function* ({ history, view }) {
    const lives = livesOf(history);
    for (const [node, list] of lives) {
      for (const { generation, events } of list) {
        const ends = events.filter(({ type }) => NODE_ENDS.has(type));
        if (ends.length > 1)
          yield `${node} settled ${ends.length} times in generation ${generation}: ${ends.map(({ type, seq }) => `${type} (${seq})`).join(', ')}`;
        const end = events.findIndex(({ type }) => NODE_ENDS.has(type));
        const after = end === -1 ? [] : events.slice(end + 1).filter(({ type }) => !NODE_ENDS.has(type));
        for (const { type, seq } of after) yield `${type} (${seq}) of ${node} follows its end`;
      }
    }
    for (const { id, status } of view?.nodes ?? []) {
      const last = lives.get(id)?.at(-1);
      const end = last?.events.find(({ type }) => NODE_ENDS.has(type));
      if (end?.type !== `node.${status}`)
        yield `the client is told that ${id} is ${status}, but the history says ${end?.type}`;
    }
  },
);

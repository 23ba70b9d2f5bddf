import { simulate } from './simulate.ts';
const from = Number(process.argv[2] ?? 1), n = Number(process.argv[3] ?? 1);
const t0 = performance.now();
let steps = 0, virt = 0;
for (let s = from; s < from + n; s++) {
  const t = performance.now();
  const o = await simulate(s, process.argv[4] ? { onNote: (m, t) => console.log(t.toFixed(1), m) } : {});
  steps += o.steps; virt += o.virtualMs;
  if (performance.now() - t > 300) console.log('slow', s, Math.round(performance.now() - t), o.steps, Math.round(o.virtualMs), [...o.faults.keys()].join());
  for (const v of o.violations.slice(0, 3)) console.log(s, JSON.stringify(v), [...o.faults.keys()].join());
  if (o.evidence.leftovers.length) console.log(s, 'left', o.evidence.leftovers.slice(0, 3), [...o.faults.keys()].join());
  if (o.evidence.defects.length) console.log(s, o.evidence.defects[0]);
}
console.log(((performance.now() - t0) / n).toFixed(1), 'ms/seed', steps / n, 'steps', virt / n);

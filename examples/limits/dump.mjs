// Stands for a dump: takes a moment, and says from when to when.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const began = Date.now();
await sleep(200);
const lines = [`name=${process.argv[2]}`, `began=${began}`, `ended=${Date.now()}`];
appendFileSync(process.env.SLUICE_OUTPUT, `${lines.join('\n')}\n`);

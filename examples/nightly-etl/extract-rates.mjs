// Gives the exchange rates of a CSV file as one object: { USD: 0.92, … }
import { appendFileSync, readFileSync } from 'node:fs';

const lines = readFileSync(process.argv[2], 'utf8').trim().split('\n').slice(1);
const rates = Object.fromEntries(
  lines.map((line) => line.split(',')).map(([name, rate]) => [name, Number(rate)]),
);
console.log(`${lines.length} rates`);
appendFileSync(process.env.SLUICE_OUTPUT, `${JSON.stringify({ rates })}\n`);

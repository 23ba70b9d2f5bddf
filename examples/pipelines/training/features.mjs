import { readFileSync, writeFileSync } from 'node:fs';

const [from, to] = process.argv.slice(2);
const [, ...rows] = readFileSync(from, 'utf8').trim().split('\n');
writeFileSync(to, JSON.stringify(rows.map((row) => row.split(',').map(Number))));

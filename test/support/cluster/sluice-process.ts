/**
 * Entry of a process of a test cluster: the command line itself. It ends with its parent, also when that one is killed: the
 * parent holds the other end of stdin.
 */
import type { Socket } from 'node:net';

// The parent gives a pipe, so this is a socket.
const parent = process.stdin as unknown as Socket;
parent.on('error', () => {});
parent.on('close', () => process.kill(process.pid, 'SIGKILL'));
parent.resume();
parent.unref();

// As users start it: bundled. Hundreds of files one by one take twice the time.
const bundle = new URL('../../../program/main.js', import.meta.url).href;
const { main }: typeof import('../../../cli/main.ts') = await import(bundle);
await main(process.argv);

/**
 * Entry of a process of a test cluster: the command line itself. It ends with its parent, also when that
 * one is killed: the parent holds the other end of stdin.
 */
import { Socket } from 'node:net';
import { main } from '../../../cli/main.ts';

const parent = new Socket({ fd: 0, readable: true, writable: false });
parent.on('error', () => {});
parent.on('close', () => process.kill(process.pid, 'SIGKILL'));
parent.resume();
parent.unref();

await main(process.argv);

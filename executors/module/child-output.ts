/**
 * Replaces the child's stdout and stderr by streams that write at once. Node's own would queue on a pipe, and what is
 * queued is lost when user code ends the process; these also keep a fast writer at the pace of its reader.
 */
import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';

export function installSyncOutput(): void {
  Object.defineProperty(process, 'stdout', { value: syncStream(1), configurable: true });
  Object.defineProperty(process, 'stderr', { value: syncStream(2), configurable: true });
}

function syncStream(fd: number): Writable {
  const stream = new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      writeAll(fd, chunk);
      done();
    },
  });
  return Object.assign(stream, { fd, isTTY: false });
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let from = 0; from < bytes.length; ) {
    try {
      from += writeSync(fd, bytes, from);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
      // A program that shares the pipe made it non-blocking.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** A Kafka cluster for tests: librdkafka's mock cluster, a real peer of the protocol, which `kcat` brings along. */
import { execFileSync, spawn } from 'node:child_process';

/** Why there is none; undefined when there is. */
export function whyNoKafka(): string | undefined {
  try {
    execFileSync('kcat', ['-V'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'kcat is not installed';
  }
}

export interface TestKafka {
  /** `127.0.0.1:PORT`. */
  readonly brokers: string;
  stop(): Promise<void>;
}

/** Lives as long as the program's standard input stays open, so it ends with us. */
export function startKafka(): Promise<TestKafka> {
  const args = ['-b', 'x', '-X', 'test.mock.num.brokers=1', '-d', 'mock', '-P', '-t', 'unused'];
  const child = spawn('kcat', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`kcat ended: ${said}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.length < 100_000) said += chunk.toString();
      const [, brokers] = /bootstrap\.servers=([\d.:]+)/.exec(said) ?? [];
      if (brokers === undefined) return;
      const stop = () => {
        child.kill('SIGKILL');
        return ended;
      };
      resolve({ brokers, stop });
    });
  });
}

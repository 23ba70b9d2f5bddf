/** Redis with TLS that asks for a client certificate; the certificates are made by openssl for this test. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBullTaskQueue } from '../../../engine/bullmq/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { parseRedisAddress } from '../../../engine/redis/address.ts';
import { createConnections, queueAddressOf, readTlsFiles } from '../../../engine/redis/index.ts';
import { freePort } from '../../support/free-port.ts';
import { type PrivateRedis, privateRedis } from '../../support/redis.ts';
import { oneByOne } from '../../support/ticket-handler.ts';
import { aTicket } from '../bullmq/a-ticket.ts';

const HAS_OPENSSL = hasOpenssl();

let folder: string | undefined;
let redis: PrivateRedis | undefined;
let url: string;
const fileOf = (name: string) => join(folder ?? '', name);

beforeAll(async () => {
  if (!HAS_OPENSSL) return;
  folder = await mkdtemp(join(tmpdir(), 'sluice-tls-'));
  await makeCertificates();
  const port = await freePort();
  url = `rediss://localhost:${port}`;
  const settings = {
    '--port': '0',
    '--tls-port': `${port}`,
    '--bind': '127.0.0.1',
    '--tls-cert-file': fileOf('server.pem'),
    '--tls-key-file': fileOf('server.key'),
    '--tls-ca-cert-file': fileOf('ca.pem'),
    '--tls-auth-clients': 'yes',
  };
  redis = await privateRedis({ extraArgs: Object.entries(settings).flat() });
});

afterAll(async () => {
  await redis?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** One authority; a server that is `localhost`, and a client. */
async function makeCertificates(): Promise<void> {
  const openssl = (...args: readonly string[]) => promisify(execFile)('openssl', [...args], { cwd: folder });
  const newKey = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(...newKey, '-x509', '-days', '2', '-subj', '/CN=ca', '-keyout', 'ca.key', '-out', 'ca.pem');
  for (const [name, subject] of [
    ['server', 'localhost'],
    ['client', 'sluice'],
  ]) {
    await openssl(...newKey, '-subj', `/CN=${subject}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
    await openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`);
  }
}

function environment(): { readonly [name: string]: string } {
  return {
    SLUICE_REDIS_CA: fileOf('ca.pem'),
    SLUICE_REDIS_CERT: fileOf('client.pem'),
    SLUICE_REDIS_KEY: fileOf('client.key'),
  };
}

function addressWith(files: { readonly [name: string]: string }) {
  const address = parseRedisAddress(url, readTlsFiles(files));
  if (address === undefined) throw new Error(`${url} should be an address`);
  return address;
}

describe.skipIf(!HAS_OPENSSL)('Redis with TLS (needs openssl)', () => {
  it('takes commands and tickets of one who shows the certificate', async () => {
    const address = addressWith(environment());
    const connections = createConnections(address);
    expect(await connections.call('set', ['key', 'value'])).toBe('OK');
    await connections.close();
    const queue = createBullTaskQueue({ connection: queueAddressOf(address), prefix: 't:', logger: SILENT });
    const seen = new Promise<number>((resolve) => {
      queue.consume(
        'default',
        1,
        oneByOne(async (ticket) => {
          resolve(ticket.node);
          return { kind: 'done' };
        }),
      );
    });
    await queue.add([aTicket({ node: 7 })]);
    expect(await seen).toBe(7);
    await queue.close();
  });

  it('says that a certificate is not trusted when its authority is not named', async () => {
    const connections = createConnections(addressWith({}));
    await expect(connections.ready(3_000)).rejects.toThrow(/does not answer \(.*(certificate|verify)/);
    await connections.close();
  });

  it('names the variable whose file cannot be read', () => {
    expect(() => readTlsFiles({ SLUICE_REDIS_CA: fileOf('none.pem') })).toThrow(
      /SLUICE_REDIS_CA names the file .*none\.pem/,
    );
  });
});

/**
 * The image of deploy/Dockerfile and the services of deploy/compose.yaml on a real Docker engine. Where no registry is reachable, the
 * base images are made of this machine's programs, and the first stage (npm) is replaced by what it leaves behind: the package.
 * The names hold "container", by which the check of a clean clone excuses them where no engine can run.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRedisBinary } from '../../engine/redis/embedded/index.ts';
import { buildIfStale } from '../support/build.ts';
import { startDocker, type TestDocker, whyNoDocker } from '../support/docker.ts';
import { makeProgramImage } from '../support/program-image.ts';
import { REDIS_CACHE } from '../support/redis-cache.ts';
import { type Composed, createComposed } from './composed.ts';
import { DEPLOY } from './deployments.ts';
import { writeImageContent } from './image-content.ts';

const why = whyNoDocker();
if (why !== undefined) console.warn(`Tests of the image in containers are left out: ${why}.`);

const REDIS = 'sluice-test-redis:latest';
const SHELL = ['sh', 'bash', 'cat', 'sleep', 'id', 'env', 'ls', 'touch', 'head', 'grep', 'setsid'];

const shell = Object.fromEntries(SHELL.map((name) => [name, [`/usr/bin/${name}`]]));

async function makeRedisImage(docker: Docker): Promise<void> {
  const { path, libraryPath } = await findRedisBinary({ cacheDirectory: REDIS_CACHE, env: process.env });
  const programs = { ...shell, [path]: ['/usr/local/bin/redis-server'] };
  await makeProgramImage(docker, { tag: REDIS, programs, libraryPath });
}

/** What the last stage says is the Dockerfile's own; what it copies is made here. */
async function makeImage(docker: Docker): Promise<void> {
  const [, , last = ''] = readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8').split(/^FROM /m);
  const said = last.split('\n').filter((line) => /^[A-Z]+ /.test(line));
  expect(said[0]).toBe('COPY --from=build /out /');
  const programs = { ...shell, [process.execPath]: ['/usr/local/bin/node'] };
  await makeProgramImage(docker, {
    tag: 'sluice:latest',
    programs,
    changes: said.slice(1),
    fill: writeImageContent,
  });
}

describe.skipIf(why !== undefined)('the image, in containers', () => {
  let engine: TestDocker;
  let composed: Composed;

  beforeAll(async () => {
    await buildIfStale();
    engine = await startDocker();
    await makeRedisImage(engine.docker);
    await makeImage(engine.docker);
    composed = await createComposed(engine.docker, { redisImage: REDIS });
  }, 300_000);
  afterAll(async () => {
    await composed?.remove();
    await engine?.stop();
  }, 120_000);

  it('starts as compose.yaml says, with a read-only file system and no privileges, and does a run', async () => {
    await composed.start('redis');
    await composed.start('orchestrator');
    await composed.start('worker');
    expect(await composed.sluice('doctor')).toMatchObject({ code: 0 });

    const token = await composed.sluice('tokens', 'create', 'me', '--role', 'admin');
    expect(token.stdout).toMatch(/^slc_\S+\n$/);
    await composed.start('server');
    await composed.untilHealthy('server');

    const workflow = [
      'name: where',
      'tasks:',
      '  a:',
      '    run: |',
      '      id -u',
      '      touch /opt/sluice/x 2>/dev/null || echo "read-only"',
    ].join('\n');
    const run = await composed.inWorker(
      `cd /tmp && cat > where.yaml <<'END'\n${workflow}\nEND\nRUN=$(sluice start where.yaml) && sluice watch $RUN >&2 && sluice logs $RUN`,
    );
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toContain('10001');
    expect(run.stdout).toContain('read-only');
  }, 180_000);

  it('tells by its health check in a container how each role is', async () => {
    for (const name of ['orchestrator', 'worker', 'server']) await composed.untilHealthy(name);
  }, 60_000);

  it('buries in its container what tasks leave behind', async () => {
    await composed.inWorker('setsid sh -c "sleep 0 & exit" & sleep 1');
    expect(await composed.processes('worker')).not.toContain('defunct');
  }, 60_000);

  it('ends every container in good order on SIGTERM, with exit code 0', async () => {
    for (const name of ['server', 'worker', 'orchestrator']) expect(await composed.stop(name), name).toBe(0);
  }, 120_000);
});

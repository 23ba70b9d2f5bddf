/** The files of deploy/ say what the command line takes, give roles the time that they need, and pass the checkers of their kind. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SETTINGS } from '../../cli/config-file/settings.ts';
import { createHost } from '../../cli/host.ts';
import { buildProgram } from '../../cli/program.ts';
import {
  composeServices,
  DEPLOY,
  type Deployment,
  deployments,
  manifests,
  ROOT,
  UNITS,
} from './deployments.ts';

const all = deployments();
const roles = (name: string) => all.filter(({ args }) => args[0] === name);
let commands: readonly Command[];

beforeAll(async () => {
  commands = (await buildProgram(createHost())).commands;
});

/** Option → its value, after the command line took them all. */
function parsed({ args, where }: Deployment): { readonly [option: string]: unknown } {
  const command = commands.find((one) => one.name() === args[0]);
  if (command === undefined) throw new Error(`${where}: sluice has no command ${args[0]}`);
  const { unknown, operands } = command.parseOptions([...args.slice(1)]);
  expect({ where, unknown, operands }).toEqual({ where, unknown: [], operands: [] });
  return command.opts();
}

describe('every deployment', () => {
  it('starts the three roles in compose, Kubernetes and systemd', () => {
    for (const role of ['orchestrator', 'worker', 'server']) expect(roles(role), role).toHaveLength(3);
    expect(all).toHaveLength(9);
  });

  it.each(all.map((one) => [one.where, one] as const))(
    '%s has options that the command takes',
    (_where, one) => {
      parsed(one);
    },
  );

  it.each(all.map((one) => [one.where, one] as const))(
    '%s has variables that are read',
    (_where, { variables }) => {
      const known = SETTINGS.flatMap(({ variable, usual }) => [
        variable,
        ...(usual === undefined ? [] : [usual]),
      ]);
      expect(known).toEqual(expect.arrayContaining([...variables]));
    },
  );

  it('gives workers 20 s more than --drain before they are killed, as docs/operations.md asks', () => {
    for (const one of roles('worker')) {
      const { drain } = z.object({ drain: z.number() }).parse(parsed(one));
      expect(one.graceSeconds, one.where).toBeGreaterThanOrEqual(drain / 1_000 + 20);
    }
  });

  it('gives the others more time than a server takes to end its requests', () => {
    for (const one of all) expect(one.graceSeconds, one.where).toBeGreaterThanOrEqual(15);
  });
});

describe('Redis', () => {
  const safe = (args: readonly string[]) => {
    const said = new Map(args.slice(1).map((arg, at) => [arg, args[at + 2]]));
    expect(said.get('--appendonly')).toBe('yes');
    expect(said.get('--maxmemory-policy')).toBe('noeviction');
    expect(said.get('--maxmemory')).toMatch(/^\d+(mb|gb)$/);
    expect(said.get('--requirepass')).toContain('REDIS_PASSWORD');
  };

  it('keeps its data, refuses rather than evicts, and asks for a password in compose', () => {
    safe(composeServices().get('redis')?.command ?? []);
  });

  it('does so on Kubernetes', () => {
    const redis = manifests().find(({ kind }) => kind === 'StatefulSet');
    const { spec } = z
      .object({
        spec: z.object({
          template: z.object({
            spec: z.object({ containers: z.array(z.object({ args: z.array(z.string()) })) }),
          }),
        }),
      })
      .parse(redis);
    safe(spec.template.spec.containers[0]?.args ?? []);
  });
});

describe('compose.yaml', () => {
  it('gives roles a read-only file system, no privileges, and opens the API to this machine alone', () => {
    for (const [name, service] of composeServices()) {
      if (name === 'redis') continue;
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        restart: 'unless-stopped',
      });
      for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });
});

describe('kubernetes/', () => {
  const container = z.looseObject({
    livenessProbe: z.object({}),
    resources: z.object({
      requests: z.object({ cpu: z.string(), memory: z.string() }),
      limits: z.object({ memory: z.string() }),
    }),
    securityContext: z.object({
      allowPrivilegeEscalation: z.literal(false),
      readOnlyRootFilesystem: z.literal(true),
      capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
    }),
  });
  const workload = z.object({
    metadata: z.object({ name: z.string() }),
    spec: z.object({
      selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
      template: z.object({
        metadata: z.object({ labels: z.record(z.string(), z.string()) }),
        spec: z.object({
          automountServiceAccountToken: z.literal(false),
          securityContext: z.object({
            runAsNonRoot: z.literal(true),
            seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
          }),
          containers: z.array(container).length(1),
        }),
      }),
    }),
  });
  const workloads = manifests()
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
    .map((one) => workload.parse(one));

  it('has probes, resources and no privileges in every pod, and selectors that find their pods', () => {
    expect(workloads.map(({ metadata }) => metadata.name).sort()).toEqual([
      'sluice-orchestrator',
      'sluice-redis',
      'sluice-server',
      'sluice-worker',
    ]);
    for (const { spec } of workloads)
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  });

  it('lets a drain of nodes take one pod of a role at a time', () => {
    const budgets = manifests().filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets.map(({ metadata }) => metadata?.name).sort()).toEqual([
      'sluice-orchestrator',
      'sluice-server',
      'sluice-worker',
    ]);
    for (const budget of budgets) expect(budget).toMatchObject({ spec: { maxUnavailable: 1 } });
  });

  it('lists every file in its kustomization', () => {
    const files = [...new Set(manifests().map(({ file }) => file.replace('kubernetes/', '')))];
    const { resources } = z
      .object({ resources: z.array(z.string()) })
      .parse(manifests().find(({ kind }) => kind === 'Kustomization'));
    expect(['kustomization.yaml', ...resources].sort()).toEqual(files.sort());
  });

  it('is taken by kubectl, where that is installed', () => {
    if (spawnSync('kubectl', ['version', '--client']).status !== 0) return;
    const built = execFileSync('kubectl', ['kustomize', join(DEPLOY, 'kubernetes')], { encoding: 'utf8' });
    expect(built.match(/^kind: /gm)).toHaveLength(13);
  });
});

describe('systemd/', () => {
  it('is well-formed and hardened by the judgement of systemd-analyze, where that is installed', () => {
    if (spawnSync('systemd-analyze', ['--version']).status !== 0) return;
    const root = mkdtempSync(join(tmpdir(), 'sluice-units-'));
    try {
      const program = join(root, 'sluice');
      writeFileSync(program, '#!/bin/sh\n');
      chmodSync(program, 0o755);
      mkdirSync(join(root, 'units'));
      for (const file of UNITS) {
        const unit = readFileSync(join(DEPLOY, 'systemd', file), 'utf8').replace(
          '/usr/local/bin/sluice',
          program,
        );
        const path = join(root, 'units', file.replace('@.', '@default.'));
        writeFileSync(path, unit);
        const verified = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
        const complaints = verified.stderr
          .split('\n')
          .filter((line) => line.includes(root) || line.includes('sluice-'));
        expect(complaints, file).toEqual([]);
        const judged = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', path], {
          encoding: 'utf8',
        });
        expect(judged.status, `${judged.stdout}${judged.stderr}`).toBe(0);
      }
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

describe('the Dockerfile', () => {
  const text = readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8');
  const [, build = '', last = ''] = text.split(/^FROM /m);

  it('ends with a stage that builds nothing and is not root', () => {
    expect(last).not.toMatch(/^(RUN|ADD) /m);
    expect(last).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(last).toMatch(/^HEALTHCHECK /m);
    expect(last).toContain('ENTRYPOINT ["tini-static", "--", "sluice"]');
  });

  it('builds with scripts that are there, from what package.json publishes', () => {
    const { scripts, bin } = z
      .object({ scripts: z.record(z.string(), z.string()), bin: z.object({ sluice: z.string() }) })
      .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
    for (const [, name = ''] of build.matchAll(/npm run (\S+)/g)) expect(scripts).toHaveProperty(name);
    expect(build).toContain(`/opt/sluice/${bin.sluice} /out/usr/local/bin/sluice`);
  });
});

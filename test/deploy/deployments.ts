/** What the files of deploy/ start: every command line of Sluice in them, with its environment and the time it has to end. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, parseAllDocuments } from 'yaml';
import { z } from 'zod';

export const ROOT = join(import.meta.dirname, '..', '..');
export const DEPLOY = join(ROOT, 'deploy');

export interface Deployment {
  /** File and name in it, for messages. */
  readonly where: string;
  /** Without `sluice`. */
  readonly args: readonly string[];
  /** Names alone; values may be secrets of elsewhere. */
  readonly variables: readonly string[];
  /** Between SIGTERM and SIGKILL, s. */
  readonly graceSeconds: number;
}

export function deployments(): Deployment[] {
  return [...composeDeployments(), ...kubernetesDeployments(), ...unitDeployments()];
}

const word = z.union([z.string(), z.number()]).transform(String);
const service = z.object({
  image: z.string(),
  command: z.array(z.string()),
  environment: z.record(z.string(), word).default({}),
  stop_grace_period: z.string().regex(/^\d+s$/),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  restart: z.string(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  ports: z.array(z.string()).default([]),
});
export type ComposeService = z.output<typeof service>;

export function composeServices(): ReadonlyMap<string, ComposeService> {
  const [document] = parseAll(readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8'), { merge: true });
  const { services } = z.object({ services: z.record(z.string(), service) }).parse(document?.toJS());
  return new Map(Object.entries(services));
}

function composeDeployments(): Deployment[] {
  return [...composeServices()]
    .filter(([name]) => name !== 'redis')
    .map(([name, { command, environment, stop_grace_period }]) => ({
      where: `compose.yaml ${name}`,
      args: command,
      variables: Object.keys(environment),
      graceSeconds: Number.parseInt(stop_grace_period, 10),
    }));
}

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string() }).partial().optional(),
});
export type Manifest = z.output<typeof manifest> & { readonly file: string };

export function manifests(): Manifest[] {
  return readdirSync(join(DEPLOY, 'kubernetes'))
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) =>
      parseAll(readFileSync(join(DEPLOY, 'kubernetes', file), 'utf8')).map((document) => ({
        ...manifest.parse(document.toJS()),
        file: `kubernetes/${file}`,
      })),
    );
}

const pods = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        terminationGracePeriodSeconds: z.number(),
        containers: z.array(
          z.object({
            image: z.string(),
            args: z.array(z.string()),
            env: z.array(z.object({ name: z.string() })),
          }),
        ),
      }),
    }),
  }),
});

function kubernetesDeployments(): Deployment[] {
  const all = manifests();
  const shared = all.flatMap((one) => literalsOf(one).map((literal) => literal.split('=')[0] ?? ''));
  return all
    .filter(({ kind }) => kind === 'Deployment')
    .flatMap((one) => {
      const { spec } = pods.parse(one).spec.template;
      return spec.containers.map(({ args, env }) => ({
        where: `${one.file} ${one.metadata?.name}`,
        args,
        variables: [...env.map(({ name }) => name), ...shared],
        graceSeconds: spec.terminationGracePeriodSeconds,
      }));
    });
}

function literalsOf(one: Manifest): string[] {
  const generator = z.array(z.object({ literals: z.array(z.string()) })).safeParse(one['configMapGenerator']);
  return generator.success ? generator.data.flatMap(({ literals }) => literals) : [];
}

export const UNITS = readdirSync(join(DEPLOY, 'systemd')).filter((file) => file.endsWith('.service'));

function unitDeployments(): Deployment[] {
  const settings = readFileSync(join(DEPLOY, 'systemd', 'sluice.env'), 'utf8');
  const variables = [...settings.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name ?? '');
  return UNITS.map((file) => {
    const text = readFileSync(join(DEPLOY, 'systemd', file), 'utf8');
    const [, start = ''] = /^ExecStart=\/usr\/local\/bin\/sluice (.*)$/m.exec(text) ?? [];
    const args = start
      .replaceAll('%i', 'default')
      .replaceAll('%H', 'here')
      .split(' ')
      .filter((one) => one !== '$SLUICE_WORKER_OPTIONS');
    const [, grace] = /^TimeoutStopSec=(\d+)$/m.exec(text) ?? [];
    return { where: `systemd/${file}`, args, variables, graceSeconds: Number(grace) };
  });
}

function parseAll(text: string, options: { readonly merge?: boolean } = {}): Document[] {
  const documents = [...parseAllDocuments(text, options)].filter((one) => one !== null);
  for (const document of documents)
    if ('errors' in document && document.errors.length > 0) throw document.errors[0];
  return documents as Document[];
}

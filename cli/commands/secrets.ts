/** `sluice secrets`: values that workflows may use by name and that are stored encrypted. None is ever printed. */
import { readdirSync } from 'node:fs';
import type { Command } from 'commander';
import { newKey } from '../../engine/runtime/secret/sealed-text.ts';
import { MIN_MASKED_LENGTH } from '../../engine/runtime/secret/secret-forms.ts';
import {
  type InstallationFlags,
  newCommand,
  type RedisFlags,
  withInstallationFlags,
  withRedis,
} from '../command.ts';
import { withEngine } from '../compose/with-engine.ts';
import type { Settings } from '../config.ts';
import type { Host } from '../host.ts';
import { isThroughServer, withInstallation } from '../installation/open.ts';
import { readSecretValue } from '../secret-value.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

interface SecretFlags extends InstallationFlags {
  readonly namespace: string;
}

export function secretsCommand(host: Host): Command {
  return newCommand('secrets', 'Stores values that tasks may use and nobody sees.', [
    'secrets set API_TOKEN',
    'secrets set DEPLOY_KEY --file id_ed25519',
    'secrets list',
  ])
    .addCommand(setCommand(host))
    .addCommand(listCommand(host))
    .addCommand(removeCommand(host))
    .addCommand(rotateCommand(host))
    .addCommand(keyCommand(host));
}

function setCommand(host: Host): Command {
  const command = newCommand(
    'set',
    'Stores a secret, encrypted. The value comes from stdin, a file or a prompt.',
    ['secrets set API_TOKEN < token.txt', 'secrets set API_TOKEN --namespace billing'],
  ).argument('<name>', 'name of the secret');
  return withNamespace(withInstallationFlags(command))
    .option('--file <path>', 'read the value from this file')
    .action((name: string, { file, namespace, ...flags }: SecretFlags & { readonly file?: string }) =>
      withInstallation(host, { ...flags, use: 'write' }, async ({ secrets }) => {
        const made = secrets.ensureKey();
        if (made !== undefined)
          host.say(`Made a key: ${made}. Whoever has it and Redis' data can read the secrets.`);
        const value = await readSecretValue(host, name, file);
        await secrets.set(namespace, name, value);
        host.say(`Stored ${name} (namespace ${namespace}).`);
        if (value.trim().length < MIN_MASKED_LENGTH) {
          host.say(
            `It has fewer than ${MIN_MASKED_LENGTH} characters, so it is not masked in what tasks write.`,
          );
        }
      }),
    );
}

interface Row {
  readonly name: string;
  readonly namespace: string | null;
  readonly source: 'store' | 'environment' | 'file';
  readonly changed_at: string | null;
  readonly key: string | null;
}

function listCommand(host: Host): Command {
  const command = newCommand('list', 'Lists names of secrets, never values.', [
    'secrets list',
    'secrets list --namespace billing --json',
  ]);
  return withInstallationFlags(command)
    .option('--namespace <name>', 'only those of this namespace')
    .option('--json', 'print one JSON document')
    .action(
      ({
        namespace,
        json,
        ...flags
      }: InstallationFlags & { readonly namespace?: string; readonly json?: boolean }) =>
        withInstallation(host, { ...flags, use: 'read' }, async ({ secrets }) => {
          const stored = (await secrets.list(namespace)).map(
            ({ name, namespace: of, changed_at, key }): Row => ({
              name,
              namespace: of,
              source: 'store',
              changed_at,
              key,
            }),
          );
          const rows = [...(isThroughServer(host, flags) ? [] : hostRows(host.settings)), ...stored];
          if (json) return host.print(JSON.stringify({ format: 1, secrets: rows }, null, 2));
          if (rows.length === 0) return host.say('There are no secrets. Store one: sluice secrets set NAME');
          printTable(host, rows);
        }),
    );
}

/** Those that this machine has of its own. A worker elsewhere has others. */
function hostRows({ environment, secretsDirectory }: Settings): Row[] {
  const own = { namespace: null, changed_at: null, key: null };
  const variables = Object.keys(environment).filter(
    (name) => name.startsWith('SLUICE_SECRET_') && environment[name],
  );
  const files = secretsDirectory === undefined ? [] : filesOf(secretsDirectory);
  return [
    ...variables
      .sort()
      .map((name): Row => ({ ...own, name: name.slice('SLUICE_SECRET_'.length), source: 'environment' })),
    ...files.map(({ name, namespace }): Row => ({ ...own, name, namespace, source: 'file' })),
  ];
}

interface SecretFile {
  readonly name: string;
  readonly namespace: string | null;
}

function filesOf(folder: string): SecretFile[] {
  const namesIn = (path: string) => {
    try {
      return readdirSync(path, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
    } catch {
      return [];
    }
  };
  return namesIn(folder).flatMap((entry): SecretFile[] => {
    if (!entry.isDirectory()) return [{ name: entry.name, namespace: null }];
    const inside = namesIn(`${folder}/${entry.name}`).filter((one) => !one.isDirectory());
    return inside.map(({ name }) => ({ name, namespace: entry.name }));
  });
}

function printTable(host: Host, rows: readonly Row[]): void {
  const columns = [
    { title: 'Name' },
    { title: 'Namespace' },
    { title: 'Source' },
    { title: 'Changed' },
    { title: 'Key' },
  ];
  const cells = rows.map(({ name, namespace, source, changed_at, key }) => [
    plainText(name),
    plainText(namespace ?? 'all'),
    source,
    changed_at ?? '',
    key ?? '',
  ]);
  for (const line of formatTable(columns, cells)) host.print(line);
}

function removeCommand(host: Host): Command {
  const command = newCommand('rm', 'Removes a secret from the store.', ['secrets rm API_TOKEN']).argument(
    '<name>',
    'name of the secret',
  );
  return withNamespace(withInstallationFlags(command)).action(
    (name: string, { namespace, ...flags }: SecretFlags) =>
      withInstallation(host, { ...flags, use: 'write' }, async ({ secrets }) => {
        await secrets.remove(namespace, name);
        host.say(`Removed ${name} (namespace ${namespace}).`);
      }),
  );
}

function rotateCommand(host: Host): Command {
  const command = newCommand(
    'rotate',
    'Encrypts all secrets anew with the first key of SLUICE_SECRETS_KEY.',
    ['secrets rotate'],
  );
  // The keys themselves are needed, which no server is told.
  return withRedis(command).action((flags: RedisFlags) =>
    withEngine(host, { ...flags, use: 'write' }, async ({ secrets }) => {
      const changed = await secrets.vault.rotate();
      host.say(
        `Encrypted ${changed} ${changed === 1 ? 'secret' : 'secrets'} anew. The other keys are not needed any more.`,
      );
    }),
  );
}

function keyCommand(host: Host): Command {
  return newCommand('key', 'Prints a new random key for SLUICE_SECRETS_KEY.', ['secrets key']).action(() =>
    host.print(newKey()),
  );
}

function withNamespace(command: Command): Command {
  return command.option('--namespace <name>', 'namespace of the workflows that may use it', 'default');
}

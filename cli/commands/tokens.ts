/**
 * `sluice tokens`: API tokens, made and taken away. Directly on Redis no token is needed for it: whoever can write there can give themselves
 * any role anyway.
 */
import type { Command } from 'commander';
import { ALL_NAMESPACES, type Grants, isRole, ROLES, type Role } from '../../engine/core/access/role.ts';
import { duration, type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

interface CreateFlags extends InstallationFlags {
  readonly role?: string;
  readonly namespace?: readonly string[];
  readonly grant?: readonly string[];
  readonly expires?: number;
  readonly json?: boolean;
}

export function tokensCommand(host: Host): Command {
  return newCommand('tokens', 'Makes and revokes API tokens.', [
    'tokens create ci --role operator --namespace billing --expires 90d',
    'tokens list',
    'tokens revoke ci',
  ])
    .addCommand(createCommand(host))
    .addCommand(listCommand(host))
    .addCommand(revokeCommand(host));
}

function createCommand(host: Host): Command {
  const collect = (value: string, before: readonly string[] = []) => [...before, value];
  const command = newCommand('create', 'Makes a token and prints it, this once.', [
    'tokens create dashboard --role viewer',
    'tokens create ci --role operator --namespace billing --expires 90d',
    'tokens create lead --grant billing=admin --grant "*=viewer"',
  ]).argument('<name>', 'what it is for');
  return withInstallationFlags(command)
    .option('--role <role>', `${ROLES.join(', ')} (default: viewer)`)
    .option('--namespace <name>', 'where the role holds; may be given again (default: all)', collect)
    .option('--grant <namespace=role>', 'a role in one namespace, or in all (*); may be given again', collect)
    .option('--expires <duration>', 'how long it is good, such as 90d (default: for ever)', duration)
    .option('--json', 'print one JSON document')
    .action((name: string, flags: CreateFlags) => {
      const grants = readGrants(flags);
      return withInstallation(host, { ...flags, use: 'write' }, async ({ tokens }) => {
        const wanted = { name: nameOf(name), grants, expiresIn: flags.expires };
        const { token: text, ...record } = await tokens.create(wanted);
        if (flags.json) return host.print(JSON.stringify({ format: 1, token: text, ...record }, null, 2));
        host.say(
          `Token ${record.id} (${plainText(name)}): ${describe(grants)}. It is shown this once and stored nowhere:`,
        );
        host.print(text);
      });
    });
}

function listCommand(host: Host): Command {
  const command = newCommand('list', 'Lists tokens: what they may do, never themselves.', [
    'tokens list',
    'tokens list --json',
  ]);
  return withInstallationFlags(command)
    .option('--json', 'print one JSON document')
    .action(({ json, ...flags }: InstallationFlags & { readonly json?: boolean }) =>
      withInstallation(host, { ...flags, use: 'read' }, async ({ tokens, now }) => {
        const [all, time] = [await tokens.list(), await now()];
        if (json) return host.print(JSON.stringify({ format: 1, tokens: all }, null, 2));
        if (all.length === 0) return host.say('There are no tokens. Make one: sluice tokens create NAME');
        const titles = ['Id', 'Name', 'Grants', 'Created', 'Expires', 'Last used'];
        const rows = all.map((token) => [
          token.id,
          plainText(token.name),
          plainText(describe(token.grants)),
          day(token.created_at),
          token.expires_at === null
            ? 'never'
            : Date.parse(token.expires_at) <= time
              ? 'expired'
              : day(token.expires_at),
          token.last_used_at === null ? 'never' : token.last_used_at.slice(0, 16),
        ]);
        for (const line of formatTable(
          titles.map((title) => ({ title })),
          rows,
        ))
          host.print(line);
      }),
    );
}

function revokeCommand(host: Host): Command {
  const command = newCommand('revoke', 'Takes a token away, at once.', [
    'tokens revoke ci',
    'tokens revoke 4f6c2a9b1d3e5f70',
  ]).argument('<token>', 'its id, or its name where only one has it');
  return withInstallationFlags(command).action((subject: string, flags: InstallationFlags) =>
    withInstallation(host, { ...flags, use: 'write' }, async ({ tokens }) => {
      const { id, name } = await tokens.revoke(subject);
      host.say(`Revoked ${id} (${plainText(name)}).`);
    }),
  );
}

const NAMESPACE = /^(\*|[A-Za-z0-9_][A-Za-z0-9_.-]{0,63})$/;

function readGrants({ role, namespace, grant }: CreateFlags): Grants {
  if (grant !== undefined && (role !== undefined || namespace !== undefined))
    throw usageFailure('Give either --grant, or --role with --namespace.');
  const pairs = grant
    ? grant.map((text): [string, string] => {
        const at = text.lastIndexOf('=');
        return [text.slice(0, at), text.slice(at + 1)];
      })
    : (namespace ?? [ALL_NAMESPACES]).map((one): [string, string] => [one, role ?? 'viewer']);
  return Object.fromEntries(pairs.map(([name, text]) => [namespaceOf(name), roleOf(text)]));
}

function roleOf(text: string): Role {
  if (isRole(text)) return text;
  throw usageFailure(`${JSON.stringify(text)} is no role; there are ${ROLES.join(', ')}.`);
}

function namespaceOf(text: string): string {
  if (NAMESPACE.test(text)) return text;
  throw usageFailure(`${JSON.stringify(text)} is no namespace; write its name, or * for all.`);
}

/** What stands in lists and logs. */
function nameOf(text: string): string {
  if (/^[^\p{Cc}]{1,100}$/u.test(text)) return text;
  throw usageFailure('The name of a token has 1 to 100 characters and no control characters.');
}

function describe(grants: Grants): string {
  return Object.entries(grants)
    .map(([namespace, role]) =>
      namespace === ALL_NAMESPACES ? `${role} everywhere` : `${role} in ${namespace}`,
    )
    .join(', ');
}

function day(time: string): string {
  return time.slice(0, 10);
}

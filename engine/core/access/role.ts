/** Roles and what they reach: each includes those before it. A grant gives one role in one namespace, or in all (`*`). */

export const ROLES = ['viewer', 'operator', 'admin'] as const;
/** `viewer` looks, `operator` starts and steers runs, `admin` changes definitions, secrets and settings. */
export type Role = (typeof ROLES)[number];

export const ALL_NAMESPACES = '*';

/** Namespace, or `*` → role. */
export type Grants = { readonly [namespace: string]: Role };

export function includes(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** The highest role that the grants give in this namespace; `*` asks for what holds everywhere. */
export function roleIn(grants: Grants, namespace: string): Role | undefined {
  const own = [grantOf(grants, namespace), grantOf(grants, ALL_NAMESPACES)];
  return ROLES.findLast((role) => own.includes(role));
}

/** The highest role in any namespace. */
export function highestRole(grants: Grants): Role | undefined {
  return ROLES.findLast((role) => Object.values(grants).includes(role));
}

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

function grantOf(grants: Grants, namespace: string): Role | undefined {
  return Object.hasOwn(grants, namespace) ? grants[namespace] : undefined;
}

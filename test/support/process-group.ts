import { readdirSync, readFileSync } from 'node:fs';

/** Whether a process of this group still works. One that has ended, and that nobody has asked about yet, does not. */
export function groupLives(leader: number): boolean {
  try {
    process.kill(-leader, 0);
  } catch {
    return false;
  }
  return (
    process.platform !== 'linux' || processes().some((stat) => stat.group === leader && stat.state !== 'Z')
  );
}

function processes(): { readonly group: number; readonly state: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // The name before may hold spaces and brackets.
        const [state = '', , group] =
          readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
        return [{ state, group: Number(group) }];
      } catch {
        return [];
      }
    });
}

/** Something that user code threw → text for people: the message and the frames of the user's own files. */

const MAX_FRAMES = 10;
const MAX_CAUSES = 3;

export function describeThrown(thrown: unknown, sourceDirectory: string): string {
  const parts: string[] = [];
  for (let error = thrown; error !== undefined && parts.length <= MAX_CAUSES; ) {
    parts.push(describeOne(error, sourceDirectory));
    error = error instanceof Error ? error.cause : undefined;
  }
  return parts.join('\nCaused by: ');
}

function describeOne(thrown: unknown, sourceDirectory: string): string {
  if (!(thrown instanceof Error)) return `The function threw ${show(thrown)}, which is no Error.`;
  const stack = thrown.stack ?? '';
  // Node puts the place of a syntax error on a line of its own before the name.
  const place = /^(?:file:\/\/)?(\/\S+:\d+)\n/.exec(stack)?.[1];
  const head = `${thrown.name}: ${thrown.message}${place === undefined ? '' : ` (${place})`}`;
  return [head, ...userFrames(stack, sourceDirectory)]
    .join('\n')
    .replaceAll(pathPattern(sourceDirectory), './');
}

/** Frames outside of Node and of Sluice. */
function userFrames(stack: string, sourceDirectory: string): string[] {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const own = frames.filter((line) => line.includes(sourceDirectory) && !line.includes('node:internal'));
  return own.slice(0, MAX_FRAMES).map((line) => `    ${line.trim()}`);
}

/** Paths are shown from the workflow's folder. */
function pathPattern(folder: string): RegExp {
  return new RegExp(`(file://)?${folder.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/`, 'g');
}

function show(value: unknown): string {
  try {
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  } catch {
    return 'something without a text form';
  }
}

import { expect, it } from 'vitest';
import { inertLine } from '../../web/runs/log/inert-line.ts';

const ESC = '\u001b';

it.each([
  ['a link', `see ${ESC}]8;;javascript:alert(1)${ESC}\\here${ESC}]8;;${ESC}\\ now`, 'see here now'],
  ['the clipboard', `${ESC}]52;c;cm0gLXJm\u0007done`, 'done'],
  ['the title', `${ESC}]0;root@host\u0007done`, 'done'],
  ['cursor moves', `one${ESC}[2K${ESC}[1A${ESC}[5;7Htwo`, 'onetwo'],
  ['a question to the terminal', `${ESC}P$q"p${ESC}\\done${ESC}[c`, 'done'],
  ['what was overwritten', 'password: hunter\rpassword: ******', 'password: ******'],
  ['the end of a line from elsewhere', 'done\r', 'done'],
  ['control characters', 'a\u0000b\u0008c\u009bd\u007fe\tf', 'abcde\tf'],
  ['a string that never ends', `kept${ESC}]0;and the rest`, 'kept'],
])('a log line does not obey %s', (_what, given, shown) => {
  expect(inertLine(given)).toBe(shown);
});

it('keeps colours, and HTML as it was written', () => {
  const coloured = `${ESC}[1;31mred${ESC}[0m <img src=x onerror=alert(1)> </script>`;
  expect(inertLine(coloured)).toBe(coloured);
});

/** A line of a log without what a terminal would obey (cursor, title, clipboard, links), but for its colours. */

// OSC, DCS, APC, PM and SOS strings; CSI sequences but colours; other escapes; control characters but tab.
const STRINGS = /\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\|$)/g;
const CURSOR = /\u001b\[[0-?]*[ -/]*[@-ln-~]/g;
const ESCAPES = /\u001b(?!\[)[ -/]*[0-~]?/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;

/** A line as it would stand in the end: what follows a carriage return has overwritten what stood before. */
export function inertLine(text: string): string {
  const last = text.replace(/\r+$/, '').split('\r').at(-1) ?? '';
  return last.replace(STRINGS, '').replace(CURSOR, '').replace(ESCAPES, '').replace(CONTROLS, '');
}

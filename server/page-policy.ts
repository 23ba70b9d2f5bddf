/** What pages may do (Content-Security-Policy): own files only, nothing inline, no other place to send anything to. */

const FILES = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
];

/** The dashboard's pages. */
export const DASHBOARD_POLICY = [...FILES, "worker-src 'self'", "base-uri 'none'", "form-action 'self'"].join(
  '; ',
);

/** Pages of other programs, which say where they stand by a `base` element and change nothing. */
export const MOUNTED_POLICY = [...FILES, "base-uri 'self'", "form-action 'none'"].join('; ');

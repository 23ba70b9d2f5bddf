/** The reference page: the route table as HTML, without a script and without anything from elsewhere. */
import { z } from 'zod';
import type { Json } from '../../engine/core/json.ts';
import type { AnyOperation } from '../operation.ts';

export function referencePage(routes: readonly AnyOperation[], version: string): string {
  const tags = [...new Set(routes.map(({ tag }) => tag))];
  const ofTag = (tag: string) => routes.filter((route) => route.tag === tag);
  const contents = tags
    .map((tag) => {
      const items = ofTag(tag).map(({ id, summary }) => `<li><a href="#${id}">${text(summary)}</a></li>`);
      return `<li><a href="#tag-${text(tag)}">${text(tag)}</a><ul>${items.join('')}</ul></li>`;
    })
    .join('\n');
  const sections = tags.map(
    (tag) => `<h2 id="tag-${text(tag)}">${text(tag)}</h2>\n${ofTag(tag).map(operationHtml).join('\n')}`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sluice ${text(version)}: HTTP API</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<nav aria-label="Operations"><ul>
${contents}
</ul></nav>
<main>
<h1>Sluice ${text(version)}: HTTP API</h1>
<p><a href="/">Dashboard</a></p>
<p>For machines: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1). Failures are <code>application/problem+json</code>.</p>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

function operationHtml(route: AnyOperation): string {
  const { id, method, path, role, summary, description } = route;
  const isBodyless = route.body instanceof z.ZodUndefined;
  return `<section id="${id}">
<h3>${text(summary)}</h3>
<p><code><b>${method.toUpperCase()}</b> ${text(path)}</code> <span class="role">${role}</span></p>
${description === undefined ? '' : `<p>${text(description)}</p>`}
${parameterTable(route)}
${isBodyless ? '' : schemaHtml('Body', route.body, 'input')}
${replyHtml(route)}
</section>`;
}

function replyHtml({ raw, reply, status }: AnyOperation): string {
  if (raw) return `<p>${status}: ${text(raw.mediaType)}. ${text(raw.description)}</p>`;
  return reply instanceof z.ZodUndefined
    ? `<p>${status}, without a body.</p>`
    : schemaHtml(`Reply ${status}`, reply, 'output');
}

function parameterTable({ params, query, headers = {} }: AnyOperation): string {
  const rows = [
    ...Object.entries(params.shape).map(([name, field]) => [name, 'path', descriptionOf(field)]),
    ...Object.entries(query.shape).map(([name, field]) => [name, 'query', descriptionOf(field)]),
    ...Object.entries(headers).map(([name, meaning]) => [name, 'header', meaning]),
  ];
  if (rows.length === 0) return '';
  const cells = rows.map((row) => `<tr>${row.map((cell) => `<td>${text(cell ?? '')}</td>`).join('')}</tr>`);
  return `<table><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr>${cells.join('')}</table>`;
}

function descriptionOf(field: unknown): string {
  return field instanceof z.ZodType ? (field.description ?? '') : '';
}

function schemaHtml(title: string, schema: z.ZodType, io: 'input' | 'output'): string {
  const { $schema: _schema, ...shown } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as {
    [key: string]: Json;
  };
  return `<details><summary>${text(title)}</summary><pre>${text(JSON.stringify(shown, null, 2))}</pre></details>`;
}

function text(raw: string): string {
  return raw
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export const PAGE_STYLE = `:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; display: flex; }
nav { flex: 0 0 18rem; height: 100vh; overflow: auto; position: sticky; top: 0; font-size: 0.9rem; }
nav ul { list-style: none; padding-left: 1rem; }
main { flex: 1; min-width: 0; max-width: 60rem; padding: 0 2rem 4rem; }
section { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: 0.5rem 0; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9rem; }
pre { overflow: auto; max-height: 30rem; }
table { border-collapse: collapse; }
td, th { text-align: left; padding: 0.2rem 0.8rem 0.2rem 0; vertical-align: top; }
.role { border: 1px solid; border-radius: 1rem; padding: 0 0.6rem; font-size: 0.8rem; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; } }
`;

/** The OpenAPI document and the reference page, made once of the route table. */
import type { JsonObject } from '../../engine/core/json.ts';
import { openApiDocument } from '../openapi/document.ts';
import { PAGE_STYLE, referencePage as pageOf } from '../openapi/page.ts';
import { openApi, referencePage, referenceStyle } from '../operations/reference.ts';
import { type Route, route } from '../route.ts';

/** The rows that describe the whole table, themselves included. */
export function referenceRoutes(others: readonly Route[]): readonly Route[] {
  let document: JsonObject | undefined;
  let page: string | undefined;
  const rows: Route[] = [
    route(openApi)((_call, { version }) => {
      document ??= openApiDocument([...others, ...rows], { version });
      return { body: { openapi: '3.1.1', ...document }, headers: { 'cache-control': 'no-cache' } };
    }),

    route(referencePage)((_call, { version }) => {
      page ??= pageOf([...others, ...rows], version);
      return asset(page, 'text/html');
    }),

    route(referenceStyle)(() => asset(PAGE_STYLE, 'text/css')),
  ];
  return rows;
}

function asset(text: string, type: string): Response {
  return new Response(text, {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-cache',
      'content-security-policy': "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    },
  });
}

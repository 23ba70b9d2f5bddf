import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../server/openapi/document.ts';
import { referencePage } from '../../server/openapi/page.ts';
import { pathPattern } from '../../server/path-pattern.ts';
import { ROUTES } from '../../server/routes/index.ts';

const document = openApiDocument(ROUTES, { version: '1.2.3' });
const text = JSON.stringify(document);

describe('the route table', () => {
  it('names each operation once, and each place once', () => {
    const ids = ROUTES.map(({ id }) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    const places = ROUTES.map((route) => `${route.method} ${pathPattern(route)}`);
    expect(places.filter((place, i) => places.indexOf(place) !== i)).toEqual([]);
  });

  it('has a schema for every parameter of a path, and no other', () => {
    for (const { path, params } of ROUTES) {
      const named = [...path.matchAll(/\{(\w+)\*?\}/g)].map(([, name]) => name);
      expect(Object.keys(params.shape).sort(), path).toEqual(named.sort());
    }
  });
});

describe('the OpenAPI document', () => {
  it('has every operation of the table', () => {
    for (const { id, path, method } of ROUTES)
      expect(document, id).toMatchObject({
        paths: { [path.replace('*}', '}')]: { [method]: { operationId: id } } },
      });
  });

  it('refers to nothing that it does not hold', () => {
    const { components } = document as { components: { schemas: { [name: string]: unknown } } };
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference ?? '');
    expect(references.length).toBeGreaterThan(50);
    for (const reference of new Set(references)) {
      expect(reference).toMatch(/^#\/components\/schemas\//);
      expect(Object.keys(components.schemas)).toContain(reference.split('/').at(-1));
    }
  });

  it('says which role an operation needs', () => {
    expect(text).toContain('"x-sluice-role":"operator"');
    expect(document).toMatchObject({
      paths: { '/livez': { get: { 'x-sluice-role': 'public' } } },
      components: { securitySchemes: { token: { scheme: 'bearer' } } },
    });
  });
});

describe('the reference page', () => {
  it('shows all operations without scripts and without anything from elsewhere', () => {
    const page = referencePage(ROUTES, '1.2.3');
    for (const { id } of ROUTES) expect(page).toContain(`id="${id}"`);
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3|json-schema)/);
  });
});

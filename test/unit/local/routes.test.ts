import { describe, expect, test } from 'vitest';
import { compareRoutes, matchRoute, parseRoute } from '../../local/routes.ts';

const match = (template: string, path: string) => matchRoute(parseRoute(template), path);

test.each([
  { template: 'api/items', path: '/api/items', params: {} },
  { template: 'api/items', path: '/API/Items/', params: {} },
  { template: 'api/items/{id}', path: '/api/items/9N.production.1', params: { id: '9N.production.1' } },
  { template: 'api/items/{id}', path: '/api/items/a%20b', params: { id: 'a b' } },
  { template: 'api/items/{id}', path: '/api/items/a%2Fb', params: { id: 'a%2Fb' } },
  { template: 'api/items/{id}', path: '/api/items/%E0%A4%A', params: { id: '%E0%A4%A' } },
  { template: 'api/items/{id?}', path: '/api/items', params: {} },
  { template: 'pages/{n:int}', path: '/pages/-3', params: { n: '-3' } },
  {
    template: 'u/{u:guid}',
    path: '/u/00000000-0000-0000-0000-000000000000',
    params: { u: '00000000-0000-0000-0000-000000000000' },
  },
  { template: 'files/{*rest}', path: '/files/a/b', params: { rest: 'a/b' } },
  { template: 'files/{*rest}', path: '/files', params: {} },
  { template: '', path: '/', params: {} },
])('$template takes $path', ({ template, path, params }) => {
  expect(match(template, path)).toEqual(params);
});

test.each([
  { template: 'api/items', path: '/api/items/1' },
  { template: 'api/items/{id}', path: '/api/items' },
  { template: 'api/{a}/{b}', path: '/api//b' },
  { template: 'pages/{n:int}', path: '/pages/first' },
  { template: 'pages/{b:bool}', path: '/pages/yes' },
  { template: 'a/b', path: '/a' },
])('$template leaves $path', ({ template, path }) => {
  expect(match(template, path)).toBeUndefined();
});

test('a literal goes before a constrained parameter, that before a parameter, and a catch-all comes last', () => {
  const templates = ['a/{*rest}', 'a/{b}', 'a/{b:int}', 'a/b', 'a'];
  const sorted = templates.map(parseRoute).sort(compareRoutes);
  expect(sorted.map(({ template }) => template)).toEqual(['a', 'a/b', 'a/{b:int}', 'a/{b}', 'a/{*rest}']);
});

describe('a template is refused', () => {
  test.each(['{a}.json', '{a:regex(x)}', '{a:unheard}', '{a?}/b', '{*a}/b', '{'])('%s', (template) => {
    expect(() => parseRoute(template)).toThrow(expect.objectContaining({ name: 'RouteError' }));
  });
});

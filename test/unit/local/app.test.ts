import { expect, test } from 'vitest';
import { App } from '../../local/app.ts';
import { createCoreApi } from '../../local/coreApi.ts';
import { defineFunction } from '../../local/functionDefinition.ts';
import { isAuthorized } from '../../local/keys.ts';
import { createLogger } from '../../local/logger.ts';

function createApp() {
  const lines: string[] = [];
  const now = () => new Date('2026-01-02T03:04:05.678Z');
  const app = new App(createLogger((line) => lines.push(line), now));
  return { app, lines, api: createCoreApi(app) };
}

const timer = (name: string) => ({
  name,
  bindings: { timer: { type: 'timerTrigger', direction: 'in' as const, schedule: '%WHEN%' } },
});
const handler = () => {};

test('a function is registered once, and only during startup', () => {
  const { app, api } = createApp();
  api.registerFunction(timer('poll'), handler);
  expect(() => api.registerFunction(timer('poll'), handler)).toThrow(/"poll" has already been registered/);
  app.lock();
  expect(() => api.registerFunction(timer('late'), handler)).toThrow(/only be registered during app startup/);
});

test('a function that is disposed of during startup is not there', () => {
  const { app, api } = createApp();
  api.registerFunction(timer('poll'), handler).dispose();
  expect([...app.functions.keys()]).toEqual([]);
});

test('an unknown hook is refused in the way that the library recognises', () => {
  const { api } = createApp();
  expect(() => api.registerHook('later', handler)).toThrow(
    expect.objectContaining({ name: 'RangeError', isAzureFunctionsSystemError: true }),
  );
});

test('hooks run in order, each after the other, until disposed of', async () => {
  const { app, api } = createApp();
  const order: string[] = [];
  api.registerHook('appStart', async () => {
    await Promise.resolve();
    order.push('first');
  });
  const second = api.registerHook('appStart', () => order.push('second'));
  await app.executeHooks('appStart', { hookData: {}, appHookData: {} });
  second.dispose();
  await app.executeHooks('appStart', { hookData: {}, appHookData: {} });
  expect(order).toEqual(['first', 'second', 'first']);
});

test('a log hook changes what the app says, not what the platform says, and cannot break either', () => {
  const { app, api, lines } = createApp();
  api.registerHook('log', (context) => Object.assign(context, { message: 'changed', level: 'error' }));
  app.log({ level: 'information', category: 'user', message: 'by the app', functionName: 'poll' });
  app.log({ level: 'information', category: 'system', message: 'by the host' });
  api.registerHook('log', () => {
    throw new Error('broken');
  });
  app.log({ level: 'none', category: 'system', message: 'never written' });
  expect(lines).toEqual([
    '2026-01-02T03:04:05.678Z error poll changed\n',
    '2026-01-02T03:04:05.678Z information host by the host\n',
    '2026-01-02T03:04:05.678Z warning host A log hook failed: Error: broken\n',
  ]);
});

test('a definition has its settings filled in', () => {
  const definition = defineFunction({ metadata: timer('poll'), callback: handler }, { WHEN: '* * * * * *' });
  expect(definition).toMatchObject({
    name: 'poll',
    triggerName: 'timer',
    disabled: false,
    queueOutputs: [],
    trigger: { type: 'timerTrigger', schedule: '* * * * * *', runOnStartup: false },
  });
});

test.each([
  { properties: { supportsDeferredBinding: 'true' }, source: 'EventGrid', deferred: true },
  { properties: { supportsDeferredBinding: 'false' }, source: 'LogsAndContainerScan', deferred: false },
  { properties: undefined, source: undefined, deferred: false },
])('a blob trigger with $properties of the source $source is deferred: $deferred', (one) => {
  const blob = { type: 'blobTrigger', direction: 'in' as const, path: '%BOX%/{name}' };
  const bindings = { blob: { ...blob, properties: one.properties, source: one.source } };
  const definition = defineFunction(
    { metadata: { name: 'see', bindings }, callback: handler },
    { BOX: 'box' },
  );
  expect(definition.trigger).toEqual({
    type: 'blobTrigger',
    path: 'box/{name}',
    connection: '',
    source: one.source ?? 'LogsAndContainerScan',
    deferred: one.deferred,
  });
});

test.each([
  { what: 'no trigger', bindings: {}, error: /has no trigger/ },
  {
    what: 'an unknown trigger',
    bindings: { hub: { type: 'eventHubTrigger', direction: 'in' as const } },
    error: /"odd": unsupported eventHubTrigger binding/,
  },
  {
    what: 'a blob trigger without a path',
    bindings: { blob: { type: 'blobTrigger', direction: 'in' as const } },
    error: /"odd": unsupported blobTrigger binding[\s\S]*path/,
  },
  {
    what: 'an input',
    bindings: {
      ...timer('odd').bindings,
      table: { type: 'table', direction: 'in' as const },
    },
    error: /input bindings are not supported/,
  },
])('a function with $what is refused', ({ bindings, error }) => {
  const registered = { metadata: { name: 'odd', bindings }, callback: handler };
  expect(() => defineFunction(registered, { WHEN: '* * * * * *' })).toThrow(error);
});

test.each([
  { level: 'anonymous', key: undefined, allowed: true },
  { level: 'function', key: undefined, allowed: false },
  { level: 'function', key: 'F', allowed: true },
  { level: 'function', key: 'M', allowed: true },
  { level: 'function', key: 'f', allowed: false },
  { level: 'admin', key: 'F', allowed: false },
  { level: 'admin', key: 'M', allowed: true },
  { level: 'admin', key: '', allowed: false },
] as const)('the key $key opens $level: $allowed', ({ level, key, allowed }) => {
  expect(isAuthorized(level, key, { functionKey: 'F', masterKey: 'M' })).toBe(allowed);
});

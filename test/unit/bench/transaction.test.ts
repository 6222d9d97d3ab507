import { expect, test } from 'vitest';
import { classify, type Exchange } from '../../bench/transaction.ts';

const exchange = (service: Exchange['service'], method: string, target: string): Exchange => ({
  ...{ service, method, target },
  ...{ conditional: false, requestBody: '', responseBody: '' },
});
const table = (method: string, path: string, change: Partial<Exchange> = {}): Exchange => ({
  ...exchange('table', method, `/account/${path}`),
  ...change,
});
const queue = (method: string, path: string, change: Partial<Exchange> = {}): Exchange => ({
  ...exchange('queue', method, `/account/${path}`),
  ...change,
});
const filtered = (filter: string): string => `rampartDue()?${new URLSearchParams({ $filter: filter })}`;
const key = "rampartDue(PartitionKey='p',RowKey='2026_9N')";
const found = { responseBody: '{"value":[{"RowKey":"a"},{"RowKey":"b"}]}' };

test.each([
  {
    what: 'a range of one partition is a query, with its rows',
    exchange: table('GET', filtered("PartitionKey eq 'rollouts' and RowKey lt '2026'"), found),
    is: { kind: 'query', rows: 2 },
  },
  {
    what: 'a whole partition is a scan',
    exchange: table('GET', filtered("PartitionKey eq 'rollouts'"), found),
    is: { kind: 'scan', rows: 2 },
  },
  {
    what: 'a range over all partitions is a scan',
    exchange: table('GET', filtered("RowKey lt '2026'")),
    is: { kind: 'scan', rows: 0 },
  },
  {
    what: 'a range with an alternative is a scan',
    exchange: table('GET', filtered("PartitionKey eq 'a' and RowKey lt '2' or PartitionKey eq 'b'")),
    is: { kind: 'scan', rows: 0 },
  },
  { what: 'a whole table is a scan', exchange: table('GET', 'rampartDue()'), is: { kind: 'scan', rows: 0 } },
  { what: 'one row by its key is a get', exchange: table('GET', key), is: { kind: 'get', rows: 1 } },
  {
    what: 'one row by its encoded key is a get',
    exchange: table('GET', encodeURIComponent(key)),
    is: { kind: 'get', rows: 1 },
  },
  { what: 'a new row is an insert', exchange: table('POST', 'rampartDue'), is: { kind: 'insert', rows: 1 } },
  { what: 'a replaced row is an upsert', exchange: table('PUT', key), is: { kind: 'upsert', rows: 1 } },
  { what: 'a merged row is an upsert', exchange: table('PATCH', key), is: { kind: 'upsert', rows: 1 } },
  {
    what: 'a replaced row of a known version is an update',
    exchange: table('PUT', key, { conditional: true }),
    is: { kind: 'update', rows: 1 },
  },
  { what: 'a removed row is a delete', exchange: table('DELETE', key), is: { kind: 'delete', rows: 1 } },
  { what: 'what has no kind is other', exchange: table('OPTIONS', key), is: { kind: 'other', rows: 1 } },
])('$what', ({ exchange: seen, is }) => {
  expect(classify(seen)).toEqual({ service: 'table', name: 'rampartDue', ...is });
});

test('a batch has the table of its changes and as many rows', () => {
  const requestBody = [
    '--batch_1',
    'content-type: multipart/mixed; boundary=changeset_1',
    '',
    "PUT http://127.0.0.1:1/account/rampartRollouts(PartitionKey='p',RowKey='r')? HTTP/1.1",
    '',
    '{"reason":"POST http://elsewhere HTTP/1.1"}',
    'POST http://127.0.0.1:1/account/rampartRollouts? HTTP/1.1',
    '',
    '{}',
  ].join('\r\n');
  expect(classify(table('POST', '$batch', { requestBody }))).toEqual({
    service: 'table',
    kind: 'batch',
    name: 'rampartRollouts',
    rows: 2,
  });
});

test('a new table is a create', () => {
  expect(classify(table('POST', 'Tables'))).toMatchObject({ kind: 'create', name: 'Tables' });
});

const message = '<QueueMessage><MessageId>1</MessageId></QueueMessage>';

test.each([
  { method: 'POST', path: 'looks/messages', kind: 'put', rows: 1 },
  { method: 'GET', path: 'looks/messages?numofmessages=8', kind: 'idle poll', rows: 0 },
  { method: 'GET', path: 'looks/messages?numofmessages=8', body: message + message, kind: 'get', rows: 2 },
  { method: 'PUT', path: 'looks/messages/1?popreceipt=r', kind: 'update', rows: 1 },
  { method: 'DELETE', path: 'looks/messages/1?popreceipt=r', kind: 'delete', rows: 1 },
  { method: 'DELETE', path: 'looks/messages', kind: 'other', rows: 1 },
  { method: 'PUT', path: 'looks', kind: 'create', rows: 1 },
  { method: 'GET', path: 'looks', kind: 'other', rows: 1 },
])('$method $path that brings $rows messages is: $kind', ({ method, path, body, kind, rows }) => {
  const seen = queue(method, path, { responseBody: `<QueueMessagesList>${body ?? ''}</QueueMessagesList>` });
  expect(classify(seen)).toEqual({ service: 'queue', name: 'looks', kind, rows });
});

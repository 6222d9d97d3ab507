import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { alertDocument, rolloutId, trialDocument } from '../../unit/cli/views.fixture.ts';
import { main, startCli, tellingReads } from './cliProcess.ts';
import { play } from './play.ts';
import { key, problem, type Script, startScriptedRampart } from './scriptedRampart.ts';

describe('rampart alerts', () => {
  const unmatched = alertDocument({ matched: false, effects: [], remarks: ['No rollout is active.'] });

  test('shows what came in, and --unmatched what never concerned a rollout', async () => {
    const script: Script = {
      'GET alerts?pageSize=50': { body: { items: [alertDocument()] } },
      'GET alerts?matched=false&pageSize=50': { body: { items: [unmatched] } },
    };
    const all = await play(script, 'alerts');
    expect(all).toMatchObject({ code: 0, err: '', out: expect.stringContaining(`  halted ${rolloutId}\n`) });
    const { code, out } = await play(script, 'alerts', '--unmatched');
    expect(code).toBe(0);
    expect(out).toContain('  It never concerned a rollout.\n  No rollout is active.\n');
  });

  test('reads page after page with --all, and without it says that there are older ones', async () => {
    const script: Script = {
      'GET alerts?pageSize=50': { body: { items: [alertDocument()], continuationToken: 'next' } },
      'GET alerts?pageSize=50&continuationToken=next': { body: { items: [unmatched] } },
    };
    const all = await play(script, 'alerts', '--all', '--json');
    expect(JSON.parse(all.out)).toEqual({ items: [alertDocument(), unmatched] });
    const first = await play(script, 'alerts', '--json');
    expect(JSON.parse(first.out)).toEqual({ items: [alertDocument()], continuationToken: 'next' });
    expect(first.err).toBe('There are older alerts: --all shows them.\n');
  });

  test('says that there is nothing', async () => {
    const { out } = await play({ 'GET alerts?pageSize=50': { body: { items: [] } } }, 'alerts');
    expect(out).toBe('There is nothing.\n');
  });
});

describe('rampart alerts test', () => {
  const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/alerts/${name}`, import.meta.url));
  const answer = { alerts: [trialDocument()] };
  const trying = (call: string): Script => ({ [`POST alerts/${call}`]: { body: answer } });

  test('sends the file as it is, and shows what would be done', async () => {
    const file = fixture('alertmanager.json');
    const script = trying('alertmanager/test');
    const { code, out, seen } = await play(script, 'alerts', 'test', 'alertmanager', file);
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        'firing: The checkout fails for one in ten',
        '  application=9NBLGGH4R315',
        `  would halt ${rolloutId}\n`,
      ].join('\n'),
    });
    expect(seen).toEqual([
      { call: 'POST alerts/alertmanager/test', key, body: JSON.parse(await readFile(file, 'utf8')) },
    ]);
  });

  test('asks as if the sender’s URL named a rollout, and prints the document as it came', async () => {
    const call = `generic/test?rollout=${rolloutId}&do=hold`;
    const named = ['--rollout', rolloutId, '--do', 'hold'];
    const file = fixture('generic.json');
    for (const args of [
      ['alerts', 'test', 'generic', file, ...named, '--json'],
      ['alerts', '--json', 'test', 'generic', file, ...named],
    ]) {
      const { code, out } = await play(trying(call), ...args);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toEqual(answer);
    }
  });

  test('reads standard input for -, and says for Sentry what its header says', async () => {
    await using rampart = await startScriptedRampart(trying('sentry/test'));
    const cli = startCli(['alerts', 'test', 'sentry', '-', '--resource', 'issue'], {
      RAMPART_URL: rampart.url,
      RAMPART_KEY: key,
    });
    cli.input('{"action":"created"}');
    expect(await cli.ended).toMatchObject({ code: 0, err: '' });
    expect(rampart.seen).toEqual([
      { call: 'POST alerts/sentry/test', key, resource: 'issue', body: { action: 'created' } },
    ]);
  });

  test.each(['azure-monitor', 'AzureMonitor'])('takes a format as the route does: %s', async (word) => {
    const { code, calls } = await play(
      trying('azureMonitor/test'),
      ...['alerts', 'test', word, fixture('generic.json')],
    );
    expect({ code, calls }).toEqual({ code: 0, calls: ['POST alerts/azureMonitor/test'] });
  });

  test('can be interrupted while it waits for standard input', async () => {
    const env = { RAMPART_URL: 'http://127.0.0.1:9', RAMPART_KEY: key };
    const cli = startCli(['alerts', 'test', 'generic', '-'], env, [...tellingReads, main]);
    await cli.wrote(/reading/);
    cli.interrupt();
    expect(await cli.ended).toMatchObject({ code: 130, err: 'Interrupted. Nothing was changed.\n' });
  });

  test.each([
    ['a format that is unknown', ['nagios', fixture('generic.json')], 'Allowed choices are azureMonitor'],
    ['a file that is not there', ['generic', 'nowhere.json'], 'There is no file "nowhere.json".\n'],
    [
      'what is asked of no rollout',
      ['generic', fixture('generic.json'), '--do', 'halt'],
      '--do needs --rollout: it is asked of one rollout.\n',
    ],
    [
      'a payload of Sentry that does not say what it is',
      ['sentry', fixture('generic.json')],
      'sentry needs --resource, which says what Sentry sends: event_alert, metric_alert or issue.\n',
    ],
    ['an option of the list', ['generic', fixture('generic.json'), '--unmatched'], 'unknown option'],
  ])('knows %s for a mistake', async (_case, args, message) => {
    const { code, err, calls } = await play({}, 'alerts', 'test', ...args);
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
    expect(err).toContain(message);
  });

  test('says what is wrong with a payload', async () => {
    const mistakes = [{ path: 'alerts[0].fingerprint', message: 'is missing' }];
    const { code, err } = await play(
      { 'POST alerts/grafana/test': problem(400, 'invalid-input', 'The payload is wrong.', { mistakes }) },
      ...['alerts', 'test', 'grafana', fixture('generic.json')],
    );
    expect({ code, err }).toEqual({
      code: 2,
      err: 'The payload is wrong.\n  - alerts[0].fingerprint is missing\n',
    });
  });
});

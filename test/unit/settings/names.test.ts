import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import distance from 'leven';
import { describe, expect, test } from 'vitest';
import {
  commandLineNames,
  farthestSlip,
  refuseMisspeltNames,
  settingNames,
} from '../../../src/shared/settings/names.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

const problemsOf = (...names: readonly string[]): string[] =>
  problemsIn(Object.fromEntries(names.map((name) => [name, 'x'])));

function problemsIn(environment: Readonly<Record<string, string>>): string[] {
  const problems: string[] = [];
  refuseMisspeltNames(environment, problems);
  return problems;
}

/** Every name of ours in these files: outputs and parameters of azd as well as settings. */
const namesIn = (...patterns: readonly string[]): string[] =>
  patterns
    .flatMap((pattern) => globSync(pattern, { cwd: repository }))
    .flatMap((file) => readFileSync(path.join(repository, file), 'utf8').match(/RAMPART_\w+/g) ?? []);

describe('the name of a setting', () => {
  test.each([
    ['RAMPART_CHANELS', 'RAMPART_CHANNELS'],
    ['RAMPART_POLL_SHEDULE', 'RAMPART_POLL_SCHEDULE'],
    ['RAMPART_ALERT_SENDER', 'RAMPART_ALERT_SENDERS'],
    ['RAMPART_PUBLISHER', 'RAMPART_PUBLISHERS'],
    ['RAMPART_STORAGE__tableServiceURL', 'RAMPART_STORAGE__tableServiceUri'],
    ['RAMPART_STORAGE_clientId', 'RAMPART_STORAGE__clientId'],
    ['RAMPART_Channels', 'RAMPART_CHANNELS'],
    ['RAMPART_LINK_KEY', 'RAMPART_LINKS_KEY'],
  ])('is not %s', (name, meant) => {
    expect(problemsOf(name)).toEqual([`${name} is no setting; did you mean ${meant}?`]);
  });

  test('is every one that there is', () => {
    expect(problemsOf(...settingNames)).toEqual([]);
  });

  test('is left alone where it is the command line’s', () => {
    expect(problemsOf(...commandLineNames)).toEqual([]);
  });

  test('is left alone where it is near none: a newer version may know it', () => {
    expect(problemsOf('RAMPART_QUIET_HOURS', 'RAMPART_EXAMPLE', 'RAMPART_')).toEqual([]);
  });

  test('is left alone where it is the platform’s own form of the storage’s', () => {
    const kinds = ['queueServiceUri', 'credential', 'tenantId'];
    expect(problemsOf(...kinds.map((kind) => `RAMPART_STORAGE__${kind}`))).toEqual([]);
  });

  test('is none of ours without our prefix', () => {
    expect(problemsOf('AMPART_CHANNELS', 'RAMPARTCHANNELS', 'CHANNELS')).toEqual([]);
  });

  test('does not count where it is set to nothing', () => {
    expect(problemsIn({ RAMPART_CHANELS: '' })).toEqual([]);
  });
});

test('no two names are so near that one version took the setting of another for a slip', () => {
  const near = settingNames.flatMap((one, index) =>
    settingNames
      .slice(index + 1)
      .filter((other) => distance(one.toUpperCase(), other.toUpperCase()) <= farthestSlip)
      .map((other) => `${one} ${other}`),
  );
  expect(near).toEqual([]);
});

test('what is deployed and documented names no setting wrong', () => {
  const names = namesIn('host.json', 'azure.yaml', 'infra/**/*.{bicep,json}', 'README.md', 'docs/*.md');
  expect(names.length).toBeGreaterThan(50);
  expect(problemsOf(...names)).toEqual([]);
});

test('the app is deployed with settings that it knows', () => {
  const known: readonly string[] = settingNames;
  const bicep = readFileSync(path.join(repository, 'infra/app/functionApp.bicep'), 'utf8');
  const set = Array.from(bicep.matchAll(/^\s*(RAMPART_\w+):/gm), ([, name]) => name ?? '');
  expect(set).toContain('RAMPART_PUBLISHERS');
  expect(set.filter((name) => !known.includes(name))).toEqual([]);
});

test('every setting stands in README', () => {
  const readme = readFileSync(path.join(repository, 'README.md'), 'utf8');
  const left = settingNames.filter((name) => !readme.includes(name.replace('RAMPART_STORAGE__', '__')));
  expect(left).toEqual([]);
});

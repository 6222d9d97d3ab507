import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { main, narrowTerminal, runCli } from './cliProcess.ts';

const wordsFor = async (...words: string[]): Promise<string[]> => {
  const { out } = await runCli(['complete', '--', ...words]);
  return out.split('\n').map((line) => line.split('\t', 1)[0] ?? '');
};

describe('completion', () => {
  test.each([
    ['bash', 'complete -o default -F __rampart_complete rampart'],
    ['zsh', 'compdef _rampart rampart'],
    ['fish', 'complete -c rampart'],
    ['powershell', 'Register-ArgumentCompleter'],
  ])('prints a script for %s that asks the program itself', async (shell, line) => {
    const { code, out, err } = await runCli(['completion', shell]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(line);
    expect(out).toMatch(/rampart complete '?--'?/);
  });

  test('knows another shell for a mistake', async () => {
    const { code, err } = await runCli(['completion', 'tcsh']);
    expect(code).toBe(2);
    expect(err).toContain('Allowed choices are zsh, bash, fish, powershell');
  });

  test.each([
    ['commands', [''], ['submit', 'status', 'watch', 'halt', 'cap', 'acknowledge', 'alerts']],
    ['options of a command', ['watch', '--'], ['--until', '--timeout', '--every', '--json']],
    ['values of an option', ['submit', '--wait', ''], ['none', 'published', 'finished']],
    ['commands below a command', ['alerts', ''], ['test']],
    ['options of a command below', ['alerts', 'test', '--'], ['--rollout', '--do', '--resource', '--json']],
    ['values of an argument', ['alerts', 'test', 'g'], ['grafana', 'generic']],
    ['values of an option below', ['alerts', 'test', '--do', ''], ['halt', 'hold']],
    ['options of a pause', ['pause', '--'], ['--reason', '--until', '--owner']],
    ['options of a cap', ['cap', '--'], ['--reason', '--timeout', '--json']],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish', 'powershell']],
  ])('offers %s', async (_case, words, offered) => {
    expect(await wordsFor(...words)).toEqual(expect.arrayContaining(offered));
  });

  test.each([
    ['packages', ['submit', ''], [':0', '']],
    ['further packages', ['submit', 'a.msix', 'b'], [':0', '']],
    ['a policy', ['submit', '--policy-file', ''], [':0', '']],
    ['a payload', ['alerts', 'test', 'generic', ''], [':0', '']],
    ['a payload behind options', ['alerts', 'test', '--do', 'hold', 'generic', 'al'], [':0', '']],
    ['no application', ['submit', '--app', ''], [':4', '']],
  ])('leaves files to the shell: %s', async (_case, words, expected) => {
    expect(await wordsFor(...words)).toEqual(expected);
  });
});

describe('completion in bash', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rampart-completion-'));
    const main = path.resolve('src/cli/main.ts');
    const program = path.join(folder, 'rampart');
    await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
    await chmod(program, 0o755);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each([
    ['a command', ['rampart', 'wa'], 'watch'],
    ['a value', ['rampart', 'submit', '--wait', 'pub'], 'published'],
    ['a command below', ['rampart', 'alerts', 'te'], 'test'],
    ['a format', ['rampart', 'alerts', 'test', 'data'], 'datadog'],
  ])('completes %s', async (_case, words, expected) => {
    const script = [
      'source <(rampart completion bash)',
      `COMP_WORDS=(${words.join(' ')})`,
      `COMP_CWORD=${words.length - 1}`,
      // Outside of a real completion there are no options to change.
      'compopt() { :; }',
      '__rampart_complete',
      `printf "%s\\n" "$\{COMPREPLY[@]}"`,
    ].join('\n');
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script], {
      env: { PATH: `${folder}:${process.env.PATH}` },
    });
    expect(stdout).toBe(`${expected}\n`);
  });
});

describe('rampart --version', () => {
  test('is that of the package', async () => {
    const { code, out } = await runCli(['--version']);
    expect({ code, out }).toEqual({ code: 0, out: `${manifest.version}\n` });
  });
});

describe('rampart --help', () => {
  test.each([
    ['', 'rampart submit Contoso.msixupload'],
    ['submit', 'rampart submit Contoso.msixupload'],
    ['status', 'rampart status --phase ramping --json'],
    ['watch', '--until published'],
    ['halt', '--reason "it eats files"'],
    ['finalize', '--reason "the hotfix must reach everyone"'],
    ['pause', '--reason "a holiday"'],
    ['resume', '--reason "back at work"'],
    ['cap', '--reason "only a quarter before the fair"'],
    ['approve', '--reason "reviews look good"'],
    ['acknowledge', '--reason "I am on it"'],
    ['journal', '--all --json'],
    ['alerts', 'rampart alerts --unmatched'],
    ['alerts test', 'rampart alerts test alertmanager alert.json'],
    ['cancel', '--reason "wrong build"'],
    ['completion', 'rampart completion bash'],
  ])('%s has examples, in 80 columns', async (command, example) => {
    const { code, out } = await runCli([...command.split(' ').filter(Boolean), '--help']);
    expect(code).toBe(0);
    expect(out).toContain('Examples:\n');
    expect(out).toContain(example);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('knows no command that the examples leave out', async () => {
    const { out } = await runCli(['--help']);
    const listed = out.slice(out.indexOf('Commands:'), out.indexOf('Examples:')).matchAll(/^ {2}(\w+)/gm);
    expect([...listed].map(([, name]) => name)).toEqual([
      ...['submit', 'status', 'watch', 'halt', 'finalize', 'pause', 'resume', 'cap', 'approve'],
      ...['acknowledge', 'journal', 'alerts', 'cancel', 'completion'],
    ]);
  });

  test('lists the exit codes and the settings, and without a command it is a mistake', async () => {
    const { out } = await runCli(['--help']);
    expect(out).toContain('  130  interrupted; Rampart goes on');
    expect(out).toContain('RAMPART_PACKAGES_URL');
    expect(await runCli([])).toEqual({ code: 2, out: '', err: out });
  });

  test('breaks what is wrong with an argument between words, in a narrow terminal', async () => {
    const args = ['cap', 'an-id', '120', '--reason', 'a fair'];
    const { code, err } = await runCli(args, {}, [...narrowTerminal, main]);
    expect(code).toBe(2);
    expect(err.split('\n').filter((line) => line.length > 40)).toEqual([]);
    expect(err.replaceAll('\n', ' ')).toContain('Write a percentage from 0 to 100, or none to lift the cap.');
  });

  test('suggests the nearest option', async () => {
    const { code, err } = await runCli(['status', '--jsno']);
    expect(code).toBe(2);
    expect(err).toContain('(Did you mean --json?)');
  });
});

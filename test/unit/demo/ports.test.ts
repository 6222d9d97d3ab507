import { expect, test } from 'vitest';
import { takenSince } from '../../demo/ports.ts';
import { portTaken } from '../../support/commandLine.ts';

test.each([
  `The Store simulator did not start. ${portTaken(7072)}`,
  `The functions host ended unexpectedly (1). Its last lines:\n${portTaken(7072)}`,
])('a port that another run took since it was chosen is no matter of --port: %j', (message) => {
  expect(takenSince(message)).toBe(
    'Port 7072 was free a moment ago and is taken now, perhaps by another run: start again.',
  );
});

test('another end is none of a port', () => {
  expect(takenSince('The functions host ended unexpectedly (1). It said nothing.')).toBeUndefined();
});

import { expect, test } from 'vitest';
import { highestOf, mayDo, type Role, roles } from '../../../src/shared/access/roles.ts';

test.each<[Role, readonly Role[]]>([
  ['viewer', ['viewer']],
  ['operator', ['viewer', 'operator']],
  ['approver', ['viewer', 'operator', 'approver']],
])('a caller with the role %s may do what needs %j', (role, needed) => {
  expect(roles.filter((one) => mayDo(role, one))).toEqual(needed);
});

test.each<[readonly Role[], Role | undefined]>([
  [[], undefined],
  [['viewer'], 'viewer'],
  [['approver', 'viewer'], 'approver'],
  [['viewer', 'operator', 'operator'], 'operator'],
])('of the roles %j the highest is %s', (held, highest) => {
  expect(highestOf(held)).toBe(highest);
});

import type { PublisherBudget, Ticket } from '../../src/shared/budget/port.ts';

const always: Ticket = { redeem: () => true };

/** For clients that nobody else shares a publisher with. */
export const unlimitedBudget: PublisherBudget = {
  take: async () => always,
  closed: async () => {},
  prepare: async () => {},
  grantLook: () => true,
};

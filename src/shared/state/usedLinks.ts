import { type Link, useOf } from '../notify/link.ts';
import { dropEntity, findEntity } from './entities.ts';
import { isStatus } from './errors.ts';
import { type Key, rolloutKeyOfId } from './rows.ts';
import type { Tables } from './tables.ts';

/** Which links were used: one row for what can be used once, in the partition of the application. */
export interface UsedLinks {
  isUsed(link: Link): Promise<boolean>;
  /**
   * Takes the one use of a link; false if it was taken before.
   * @param attempt tells this attempt from all others: a repeat of it after a lost answer is still the first
   */
  use(link: Link, attempt: string, at: Date): Promise<boolean>;
  /** Gives the use back: nothing was done with it. */
  release(link: Link): Promise<void>;
}

/** The hash stands for the link; the link itself is a credential. */
const keyOf = (link: Link): Key => ({
  partitionKey: rolloutKeyOfId(link.rolloutId).partitionKey,
  rowKey: `link.${useOf(link)}`,
});

export function createUsedLinks({ rollouts: table }: Tables): UsedLinks {
  return {
    isUsed: async (link) => (await attemptOf(link)) !== undefined,

    async use(link, attempt, at) {
      const { rolloutId, action, channel } = link;
      const row = { ...keyOf(link), rolloutId, action, channel, attempt, usedAt: at.toISOString() };
      try {
        await table.createEntity(row);
        return true;
      } catch (error) {
        if (!isStatus(error, 409)) throw error;
        return (await attemptOf(link)) === attempt;
      }
    },

    release: (link) => dropEntity(table, keyOf(link)),
  };

  async function attemptOf(link: Link): Promise<string | undefined> {
    const found = await findEntity<{ attempt?: string }>(table, keyOf(link));
    return found && (found.attempt ?? '');
  }
}

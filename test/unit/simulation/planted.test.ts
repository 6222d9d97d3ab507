import { describe, expect, test } from 'vitest';
import { runCampaign } from '../../simulation/campaign.ts';
import { allInvariants } from '../../simulation/invariants/all.ts';
import { plantedBugs } from '../../simulation/planted/bugs.ts';

/** A simulation that finds nothing proves nothing until it was seen to find what is there. */
describe('the simulation finds', () => {
  test('bugs of all invariants, so there is one of each', () => {
    const found = new Set(plantedBugs.map(({ invariant }) => invariant));
    expect([...found]).toEqual(allInvariants().map(({ name }) => name));
  });

  test.each(plantedBugs)('$invariant broken: $bug', async ({ invariant, bug, patch, from = 'planted' }) => {
    const seeds = Array.from({ length: 40 }, (_, index) => `${from}-${index}`);
    const campaign = await runCampaign({ seeds, patch, only: invariant, shrinks: false });
    const [failure] = campaign.failures;
    process.stdout.write(
      `${invariant.padEnd(4)} ${bug.padEnd(56)} found by seed ${campaign.seeds}, ${campaign.steps} steps, ${failure?.drawn} disturbances\n`,
    );
    expect(failure?.violation.invariant).toBe(invariant);
  });
});

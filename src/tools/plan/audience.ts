/** What a plan is told of an application. */
export type Audience = {
  /** Sessions a day, of all users together. */
  readonly dailySessions: number;
  /** The part of the sessions that crash with a healthy build. */
  readonly crashRate: number;
  /** After this, 63 % of the users who were offered a build have it: the time constant of an exponential approach. */
  readonly adoptionMs: number;
  /** How long after its end an interval that is pushed is known. */
  readonly lagMs: number;
  /** The one check that reads the crashes; absent: all that count. */
  readonly check?: string | undefined;
};

/** The part of the users who have the build, on average over `ms` and at the end of it. */
export function adopted(
  had: number,
  offered: number,
  adoptionMs: number,
  ms: number,
): { readonly average: number; readonly last: number } {
  if (adoptionMs === 0 || ms === 0)
    return { average: ms === 0 ? had : offered, last: ms === 0 ? had : offered };
  const left = Math.exp(-ms / adoptionMs);
  return {
    average: offered + (had - offered) * (adoptionMs / ms) * (1 - left),
    last: offered + (had - offered) * left,
  };
}

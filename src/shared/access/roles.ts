/** What callers of the HTTP API may do. Each role may do what those before it may. */
export const roles = [
  /** Reads: rollouts, submissions, journals, health. */
  'viewer',
  /** Changes what happens: starts, submits, pushes samples, and gives every command but one. */
  'operator',
  /** Approves besides: the word without which a step that asks for it is not left. */
  'approver',
] as const;
export type Role = (typeof roles)[number];

export const mayDo = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);

/** Undefined for who has none. */
export const highestOf = (held: readonly Role[]): Role | undefined =>
  roles.findLast((role) => held.includes(role));

/** What the role is called among the app roles of an Entra ID registration: `Rampart.Viewer`. */
export const appRoleOf = (role: Role): string => `Rampart.${role.charAt(0).toUpperCase()}${role.slice(1)}`;

import { ConflictError, NotFoundError, NotRampartError, WrongInputError } from '../errors.ts';
import { type TrialView, trialsIn } from './alertViews.ts';
import type { Answer, Api } from './client.ts';
import { type Page, pageIn, rolloutIn, type Standing, submissionIn } from './views.ts';

export type RolloutCommand = 'halt' | 'finalize' | 'pause' | 'resume' | 'cap' | 'approve' | 'acknowledge';
/** What a command says: `until` and `owner` are a pause’s, `percentage` a cap’s. */
export type CommandBody = {
  readonly reason: string;
  /** ISO 8601, in UTC. */
  readonly until?: string | undefined;
  readonly owner?: string | undefined;
  /** `null` lifts the cap. */
  readonly percentage?: number | null | undefined;
};
/** `done` is false while Rampart still tries. */
export type Commanded = { readonly standing: Standing; readonly done: boolean };
type Paging = { readonly pageSize?: number | undefined; readonly continuationToken?: string | undefined };
export type PageQuery = Paging & {
  readonly phase?: string | undefined;
  readonly applicationId?: string | undefined;
};
export type AlertQuery = Paging & { readonly matched?: boolean | undefined };

/** A payload as a sender posts it. */
export type Trial = {
  readonly format: string;
  readonly payload: string;
  /** What Sentry says of a payload outside of it. */
  readonly resource?: string | undefined;
  /** The rollout that the sender’s URL names, and what it asks for. */
  readonly rollout?: string | undefined;
  readonly do?: string | undefined;
};

/** What the commands want of Rampart. Everything rejects with a CommandError. */
export interface Rampart {
  /** By the id of a submission, or else of a rollout. */
  find(id: string): Promise<Standing>;
  /** Like `find`, where the kind is known already. */
  look(standing: Pick<Standing, 'kind' | 'id'>): Promise<Standing>;
  /** Undefined where there is none. */
  submission(id: string): Promise<Standing | undefined>;
  /** `isNew` is false where the very same was submitted before. */
  submit(request: unknown): Promise<{ readonly standing: Standing; readonly isNew: boolean }>;
  command(rolloutId: string, command: RolloutCommand, body: CommandBody): Promise<Commanded>;
  cancel(submissionId: string, reason: string): Promise<Commanded>;
  page(kind: 'submissions' | 'rollouts', query: PageQuery): Promise<Page>;
  journal(standing: Pick<Standing, 'kind' | 'id'>, query: PageQuery): Promise<Page>;
  alerts(query: AlertQuery): Promise<Page>;
  /** What a payload’s alerts would do, without doing it. */
  tryAlerts(trial: Trial): Promise<{ readonly trials: readonly TrialView[]; readonly document: unknown }>;
}

/** An id as it may stand in an address: `..` is none. */
const idPattern = /^[A-Za-z0-9][\w.-]{0,199}$/;

/** An id of the other kind has another form, which is a 400. */
const isUnknown = (error: unknown): boolean =>
  error instanceof NotFoundError || error instanceof WrongInputError || error instanceof NotRampartError;

const readers = { submission: submissionIn, rollout: rolloutIn } as const;
type Kind = keyof typeof readers;

export function rampartOver(api: Api): Rampart {
  const get = (path: string) => api.ask({ method: 'GET', path, repeatable: true });
  const look = async (kind: Kind, id: string) => readAs(kind, (await get(pathOf(kind, id))).body);
  const commanded = (kind: Kind, { status, body }: Answer): Commanded => ({
    standing: readAs(kind, body),
    done: status !== 202,
  });
  return {
    look: ({ kind, id }) => look(kind, id),
    async find(id) {
      requireId(id);
      try {
        return await look('submission', id);
      } catch (error) {
        if (!isUnknown(error)) throw error;
      }
      try {
        return await look('rollout', id);
      } catch (error) {
        if (!isUnknown(error) || error instanceof NotRampartError) throw error;
        throw new NotFoundError(`There is no submission and no rollout "${id}".`, { cause: error });
      }
    },
    async submission(id) {
      try {
        return await look('submission', id);
      } catch (error) {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      }
    },
    async submit(body) {
      // The request's own id makes a repetition the same submission.
      const answer = await api.ask({ method: 'POST', path: 'submissions', body, repeatable: true });
      return { standing: readAs('submission', answer.body), isNew: answer.status === 201 };
    },
    async command(rolloutId, command, body) {
      const path = `${pathOf('rollout', rolloutId)}/${command}`;
      return commanded('rollout', await api.ask({ method: 'POST', path, body, repeatable: false }));
    },
    async cancel(id, reason) {
      const path = pathOf('submission', id);
      return commanded(
        'submission',
        await api.ask({ method: 'DELETE', path, body: { reason }, repeatable: false }),
      );
    },
    page: async (kind, query) => readPage((await get(kind + queryOf(query))).body),
    journal: async ({ kind, id }, query) =>
      readPage((await get(`${pathOf(kind, id)}/journal${queryOf(query)}`)).body),
    alerts: async (query) => readPage((await get(`alerts${queryOf(query)}`)).body),
    async tryAlerts({ format, payload, resource, ...address }) {
      const path = `alerts/${encodeURIComponent(format)}/test${queryOf(address)}`;
      const headers = resource === undefined ? {} : { 'sentry-hook-resource': resource };
      const { body } = await api.ask({ method: 'POST', path, raw: payload, headers, repeatable: true });
      const trials = trialsIn(body);
      if (!trials) throw new NotRampartError(noRampart);
      return { trials, document: body };
    },
  };
}

/** The rollout that a command on this is for. @throws ConflictError where there is none yet */
export function rolloutIdOf(standing: Standing, command: RolloutCommand): string {
  const rolloutId = standing.rollout?.id ?? standing.submission?.rolloutId;
  if (rolloutId !== undefined) return rolloutId;
  const { id, phase, ended } = standing;
  const remedy = ended
    ? 'Nothing of it goes on.'
    : command === 'halt'
      ? `To stop it, cancel it: rampart cancel ${id} --reason "…"`
      : `Wait until it is published: rampart watch ${id}`;
  throw new ConflictError(`${id} has no rollout${ended ? '' : ' yet'}: its phase is ${phase}. ${remedy}`);
}

function requireId(id: string): void {
  if (!idPattern.test(id))
    throw new WrongInputError(
      `"${id}" is not the id of a submission or a rollout; "rampart status" shows them.`,
    );
}

const pathOf = (kind: Kind, id: string): string => `${kind}s/${encodeURIComponent(id)}`;

function queryOf(query: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const entries = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] satisfies [string, string]],
  );
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`;
}

const noRampart = 'The answer is none of Rampart’s. Is RAMPART_URL its address?';

function readAs(kind: Kind, body: unknown): Standing {
  const standing = readers[kind](body);
  if (!standing) throw new NotRampartError(noRampart);
  return standing;
}

function readPage(body: unknown): Page {
  const page = pageIn(body);
  if (!page) throw new NotRampartError(noRampart);
  return page;
}

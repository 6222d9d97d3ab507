import { sayDuration } from '../../shared/rollout/duration.ts';
import { sayList, sayPercentage, sayTime, sayWho } from '../../shared/rollout/sentence.ts';
import { actors } from '../../shared/rollout/vocabulary.ts';
import type { RolloutView, Standing } from '../api/views.ts';
import type { Tone } from './paint.ts';

/** What people did to a rollout, or have to do: a note each, beside what its sentence says. */
export type Note = {
  readonly tone: Tone;
  readonly text: string;
  /** What somebody can do about it. */
  readonly command?: string;
};

/** More alerts than this are counted. */
const mostAlerts = 5;

/** @param now where it changes from look to look how long something lasts; undefined for a log, which has its own times */
export function notesOf({ id, ended, rollout }: Standing, now: number | undefined): Note[] {
  if (!rollout || ended) return [];
  return [
    ...unconfirmed(rollout, id, now),
    ...pauseNotes(rollout, id, now),
    ...capNotes(rollout),
    ...alertNotes(rollout),
    ...approvalNotes(rollout),
  ];
}

type Who = { readonly actor?: string | undefined; readonly by?: string | undefined };

/** An actor that is unknown here is named as it comes. */
function nameOf({ actor, by }: Who): string {
  const known = actors.find((one) => one === actor);
  return known ? sayWho({ actor: known, by }) : (by ?? actor ?? 'somebody');
}

const timeIn = (text: string | undefined): number => (text === undefined ? Number.NaN : Date.parse(text));

/** Nothing where the time cannot be read. */
const sayInstant = (before: string, time: number): string =>
  Number.isNaN(time) ? '' : `${before}${sayTime(new Date(time))}`;

const lasting = (time: number, now: number | undefined): string =>
  now === undefined || Number.isNaN(time) ? '' : `, for ${sayLong(now - time)}`;

/** Seconds matter only within the first minute. */
const sayLong = (ms: number): string =>
  sayDuration(ms < minuteMs ? ms : Math.floor(ms / minuteMs) * minuteMs);
const minuteMs = 60_000;

type Escalated = { readonly escalatedAt?: string | undefined; readonly acknowledgedAt?: string | undefined };

/** What is still told again and again, and what ends that. */
function toldNotes({ escalatedAt, acknowledgedAt }: Escalated, id: string): Note[] {
  if (acknowledgedAt !== undefined)
    return [{ tone: 'faint', text: `Acknowledged${sayInstant(' at ', timeIn(acknowledgedAt))}.` }];
  if (escalatedAt === undefined) return [];
  const text = 'Not acknowledged; people are told again until somebody does:';
  return [{ tone: 'bad', text, command: `rampart acknowledge ${id} --reason "…"` }];
}

/** A raise is confirmed or given up by itself. */
function unconfirmed({ intent }: RolloutView, id: string, now: number | undefined): Note[] {
  if (intent?.kind !== 'halt' && intent?.kind !== 'finalize') return [];
  const since = timeIn(intent.since);
  const open = `The Store has not confirmed the ${intent.kind}${sayInstant(' since ', since)}${lasting(since, now)}.`;
  return [{ tone: intent.kind === 'halt' ? 'bad' : 'uncertain', text: open }, ...toldNotes(intent, id)];
}

/** The reason stands in the sentence, unless something else is said there. */
const whyOf = ({ reason = '' }: { readonly reason?: string | undefined }, sentence: string): string =>
  reason === '' || sentence.includes(reason) ? '.' : `: ${reason}`;

function pauseNotes({ pause, sentence = '' }: RolloutView, id: string, now: number | undefined): Note[] {
  if (!pause) return [];
  const { owner } = pause;
  const until = timeIn(pause.until);
  const text = [
    `Paused by ${nameOf(pause)}${sayInstant(', until ', until)}${left(until, now)}`,
    owner === undefined ? '' : `; ${owner} is to say what follows`,
    whyOf(pause, sentence),
  ].join('');
  return [{ tone: 'uncertain', text }, ...toldNotes(pause, id)];
}

/** A pause goes on beyond its end, until somebody resumes. */
function left(until: number, now: number | undefined): string {
  if (now === undefined || Number.isNaN(until)) return '';
  return until > now ? ` (${sayLong(until - now)} left)` : ` (over for ${sayLong(now - until)})`;
}

function capNotes({ cap, sentence = '' }: RolloutView): Note[] {
  if (!cap) return [];
  const text = `Capped at ${sayPercentage(cap.percentage)}, by ${nameOf(cap)}${whyOf(cap, sentence)}`;
  return [{ tone: 'uncertain', text }];
}

const alertNotes = ({ alerts }: RolloutView): Note[] => [
  ...alerts.slice(0, mostAlerts).map((hold): Note => {
    const name = hold.by ?? hold.alert;
    return { tone: 'bad', text: `Held by the alert ${name}${sayInstant(', since ', timeIn(hold.at))}.` };
  }),
  ...(alerts.length > mostAlerts
    ? [{ tone: 'bad', text: `And by ${alerts.length - mostAlerts} more alerts.` } satisfies Note]
    : []),
];

function approvalNotes({ step, approvals, policy }: RolloutView): Note[] {
  if (step?.approval !== 'needed' && step?.approval !== 'given') return [];
  const given = approvals.filter((approval) => approval.step === step.number);
  const by = given.length === 0 ? '' : `, by ${sayList(given.map(nameOf))}`;
  const needed = policy?.approvers ?? 1;
  const text = `Approvals to leave step ${step.number}: ${given.length} of ${needed}${by}.`;
  return [{ tone: step.approval === 'given' ? 'good' : 'uncertain', text }];
}

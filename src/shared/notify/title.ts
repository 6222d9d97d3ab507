import { sayPercentage, sayTime } from '../rollout/sentence.ts';
import type { Notice } from './notice.ts';

/** How a notice is headed, in a line of plain text without anything from outside. */
export function titleOf({ event, percentage, intent }: Notice): string {
  const at = sayPercentage(percentage);
  switch (event) {
    case 'raised':
      return `Raised to ${at}`;
    case 'held':
      return `Held at ${at}`;
    case 'halting':
      return `Halting at ${at}`;
    case 'halted':
      return 'Halted';
    case 'unconfirmed':
      return `The Store does not confirm the ${intent ?? 'change'}`;
    case 'needsApproval':
      return `Needs approval at ${at}`;
    case 'finalized':
      return 'Finalized';
    case 'drift':
      return 'Changed outside Rampart';
    case 'failed':
      return 'Failed';
    case 'pauseOverdue':
      return `The pause at ${at} is overdue`;
  }
}

/** Which rollout it is, in a line. */
export const subjectOfRollout = ({
  applicationId,
  flightId,
  submissionId,
}: Pick<Notice, 'applicationId' | 'flightId' | 'submissionId'>): string =>
  [
    applicationId,
    flightId === undefined ? 'production' : `flight ${flightId}`,
    `submission ${submissionId}`,
  ].join(' · ');

/** The same with the versions that are rolled out. */
export const subjectOf = (notice: Notice): string => {
  const { versions = [] } = notice;
  return `${subjectOfRollout(notice)}${versions.length > 0 ? ` · version ${versions.join(', ')}` : ''}`;
};

/** Who, when, and the number under which a repeat is known again. */
export const footOf = ({ id, at, actor, by }: Notice): string =>
  `${sayTime(at)} · by ${by === undefined ? actor : `${by} (${actor})`} · ${id}`;

/** What stands over a notice whose earlier attempt may have come through. */
export const repeatWarning = 'This may be a repeat: whether it arrived before is not known.';

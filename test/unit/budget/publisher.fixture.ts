import { type Budget, roomAt, take, untouched } from '../../../src/shared/budget/budget.ts';
import {
  freshPace,
  grantLook,
  type Look,
  type Pace,
  polled,
  slowDown,
} from '../../../src/shared/budget/pace.ts';

/** As `state/budgets.ts` has them. */
const aheadMs = 10_000;
const patienceMs = 15_000;

/**
 * A publisher whose rounds always have looks due, at their own second of the minute; every look asks at once, waits for
 * room as long as a request may, and is refused after that.
 */
export class Publisher {
  now = 0;
  pace: Pace = freshPace;
  budget: Budget = untouched;
  refused = 0;
  readonly looks: Record<string, number> = {};
  readonly limit: number;

  constructor(limit = 20) {
    this.limit = limit;
  }

  tick(now: number, { round, requests }: Look, asks = requests): number {
    this.now = now;
    let granted = 0;
    while (this.grant({ round, requests })) granted++;
    for (let look = 0; look < granted; look++)
      if (this.ask(asks)) this.looks[round] = (this.looks[round] ?? 0) + 1;
    return granted;
  }

  grant(look: Look): boolean {
    const { now, limit } = this;
    const room = roomAt(this.budget, 'poll', now + aheadMs, limit);
    const granting = grantLook(this.pace, look, { now, limit, room });
    this.pace = granting.pace;
    return granting.granted;
  }

  /** Whether all requests of a look found room in time. */
  ask(requests: number): boolean {
    for (let request = 0; request < requests; request++) {
      const first = take(this.budget, 'poll', this.now, this.limit);
      const time = first.kind === 'wait' ? first.until : this.now;
      const taking = take(this.budget, 'poll', time, this.limit);
      if (time - this.now > patienceMs || taking.kind === 'wait') {
        this.refused++;
        this.pace = slowDown(this.pace, this.now);
        return false;
      }
      this.budget = taking.budget;
      this.pace = polled(this.pace);
    }
    return true;
  }
}

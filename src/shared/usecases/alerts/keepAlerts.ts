import type { Alert } from '../../alerts/alert.ts';
import { alertIdOf } from '../../alerts/identity.ts';
import { type AlertRecord, endOf, type KnownAlert, recordOf } from '../../alerts/record.ts';
import type { StoredAlert } from '../../state/alerts.ts';
import type { Ports } from '../ports.ts';
import { untilWritten } from '../untilWritten.ts';
import type { Received } from './carryOutAlerts.ts';
import { sideBySide } from './sideBySide.ts';

/** What is kept of alerts, however often they come. */

/** Many alerts come in one request, and the tables take only so much at once. */
export const mostRows = 50;

/** A halt waits no longer than this for a table that says nothing of its alert. */
const knowingMs = 1_500;

/**
 * What is known of alerts by now, in their order. It only tells a late alert from a new one: a halt must not fail for it, nor
 * wait for one row after the other where none comes.
 */
export async function knownAlerts(
  { alerts, runtime }: Pick<Ports, 'alerts' | 'runtime'>,
  ids: readonly string[],
): Promise<(StoredAlert | undefined)[]> {
  let isSilent = false;
  return sideBySide(ids, mostRows, async (id) => {
    if (isSilent) return undefined;
    const answered = new AbortController();
    const silence = runtime.sleep(knowingMs, answered.signal).then(
      () => {
        isSilent = true;
        return undefined;
      },
      () => undefined,
    );
    const read = alerts.get(id).catch(() => undefined);
    return Promise.race([read, silence]).finally(() => answered.abort());
  });
}

/** The end of an alert, before anybody asks what it ends. */
export async function keepEnd(ports: Ports, alert: Alert): Promise<void> {
  const id = alertIdOf(alert);
  const now = ports.clock.now();
  const [read] = await knownAlerts(ports, [id]);
  await keep(ports, id, read, (known) => endOf(alert, known, now));
}

/** @param read what is known of them by now, by their ids */
export async function keepAll(
  ports: Ports,
  received: readonly Received[],
  read: ReadonlyMap<string, StoredAlert>,
): Promise<void> {
  const now = ports.clock.now();
  // One that stands in the request twice is one.
  const byId = new Map(received.map((each) => [each.id, each]));
  await sideBySide([...byId], mostRows, ([id, each]) =>
    keep(ports, id, read.get(id), (known) => recordOf(each, known, now)),
  );
}

/** Writes beside what was read; where somebody was faster, beside what they wrote. */
async function keep(
  { alerts, runtime }: Ports,
  id: string,
  read: StoredAlert | undefined,
  record: (known: KnownAlert | undefined) => AlertRecord,
): Promise<void> {
  let readNext = async () => read;
  await untilWritten(runtime, 'alert', async () => {
    const before = await readNext();
    readNext = () => alerts.get(id);
    await alerts.put(record(before?.known), before);
  });
}

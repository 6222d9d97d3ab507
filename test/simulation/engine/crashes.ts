import type { Arrival } from './arrival.ts';
import { kindsOf } from './kind.ts';
import type { MomentKind } from './plan.ts';

const writes: readonly MomentKind[] = ['tableWrite', 'queue', 'storeRead', 'storeChange', 'people'];
const { plain } = kindsOf<Arrival & { readonly apply: () => unknown }>('instances');

/** The instance that is at work dies, before or after an effect. */
export const crashes = [
  plain('crashBefore', 'crash before an effect', ['tableRead', ...writes], ({ crash }) => crash()),
  plain('crashAfter', 'crash after an effect', writes, ({ apply, crash }) => {
    apply();
    crash();
  }),
] as const;

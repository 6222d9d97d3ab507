import { z } from 'zod';
import type { Draws } from './draws.ts';
import type { MomentKind } from './plan.ts';

/** For what a disturbance is drawn: its moment, and the rollout whose turn it is, from 0. */
export type Drawing = { readonly draws: Draws; readonly at: string; readonly rollout: number };

/** Who has to do with it, as the page at the end groups them. */
export type Side = 'tables and queues' | 'the Store' | 'instances' | 'people';

type Shape<Name extends string, Fields extends z.ZodRawShape> = z.ZodObject<
  { kind: z.ZodLiteral<Name> } & Fields
>;

type Traits<Name extends string, Fields extends z.ZodRawShape, Around> = {
  readonly side: Side;
  /** In the words of a reader. */
  readonly words: string;
  /** Where chance may put it. */
  readonly at: readonly MomentKind[];
  /** How many of those that were drawn are kept, from 0 to 1; all, unless it says so. */
  readonly share?: number;
  readonly fields: Fields;
  readonly draw: (of: Drawing) => object;
  readonly effect: (what: z.output<Shape<Name, Fields>>, around: Around) => void;
};

/**
 * One kind of disturbance with everything that there is to say of it: what it carries, where and how it is drawn, and
 * what it does to what is around it at its moment.
 */
export function kind<const Name extends string, Fields extends z.ZodRawShape, Around>(
  name: Name,
  { side, words, at, share = 1, fields, draw, effect }: Traits<Name, Fields, Around>,
) {
  const schema: Shape<Name, Fields> = z.object({ kind: z.literal(name), ...fields });
  return {
    ...{ name, side, words, at, share, schema },
    drawn: (of: Drawing) => schema.parse({ kind: name, ...draw(of) }),
    /** Lets it happen if it is one of this kind; whether it was. */
    befall: (what: { readonly kind: string }, around: Around): boolean => {
      if (what.kind !== name) return false;
      effect(schema.parse(what), around);
      return true;
    },
  };
}

/** Milliseconds. */
export const lasting = { ms: z.number() };

const second = 1_000;

/** How long things take when they take long: mostly seconds, sometimes minutes, so that every timeout is met. */
export const long = ({ draws, at }: Drawing) => ({ ms: Math.round(2 * second * 90 ** draws.unit(at, 'ms')) });

/** The two plainest sorts of kinds: those of which there is nothing to say but that they happen, and delays. */
export const kindsOf = <Around>(side: Side) => ({
  plain: <const Name extends string>(
    name: Name,
    words: string,
    at: readonly MomentKind[],
    effect: (around: Around) => void,
  ) =>
    kind(name, {
      ...{ side, words, at, fields: {}, draw: () => ({}) },
      effect: (_what, around: Around) => effect(around),
    }),
  delay: <const Name extends string>(
    name: Name,
    words: string,
    at: readonly MomentKind[],
    effect: (around: Around, ms: number) => void,
  ) =>
    kind(name, {
      ...{ side, words, at, fields: lasting, draw: long },
      effect: ({ ms }, around: Around) => effect(around, ms),
    }),
});

/** Lets what was planned happen; false if it is none of these kinds. */
export const befalls = <Around>(
  kinds: readonly { befall(what: { readonly kind: string }, around: Around): boolean }[],
  what: { readonly kind: string },
  around: Around,
): boolean => kinds.some((each) => each.befall(what, around));

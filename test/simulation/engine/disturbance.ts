import { z } from 'zod';
import { storeFaults } from '../store/faults.ts';
import { crashes } from './crashes.ts';
import { deeds } from './deeds.ts';
import { platformFaults } from './platformFaults.ts';
import { standstills } from './standstills.ts';
import { storageFaults } from './storageFaults.ts';

/** What can go wrong at one moment of a run, and what people can do. Each kind stands in the table of its family, and nowhere else. */

export const faultKinds = [...storageFaults, ...storeFaults, ...crashes, ...standstills, ...platformFaults];
export const disturbanceKinds = [...faultKinds, ...deeds];

export const disturbanceSchema = z.union(disturbanceKinds.map(({ schema }) => schema));
export type Disturbance = z.output<typeof disturbanceSchema>;
export type DisturbanceKind = Disturbance['kind'];

const deedSchema = z.union(deeds.map(({ schema }) => schema));
export type Deed = z.output<typeof deedSchema>;
export const isDeed = (what: Disturbance): what is Deed => deedSchema.safeParse(what).success;

/** A disturbance with its moment: `i1 rollouts.transaction #4` is the fourth of its kind in that instance. */
export type Planned = { readonly at: string; readonly do: Disturbance };

import { z } from 'zod';

/** The forms of the Store's ids, as patterns for what is made of them and as schemas for input. */

export const applicationId = '9[0-9A-Z]{11}';
export const flightId = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
export const submissionId = String.raw`[1-9]\d{5,19}`;

export const applicationIdSchema = z
  .string()
  .regex(
    new RegExp(`^${applicationId}$`),
    'is not a Store ID: 12 characters of 0-9 and A-Z that begin with 9',
  );
export const flightIdSchema = z
  .string()
  .regex(
    new RegExp(`^${flightId}$`, 'i'),
    'is not a flight id: a GUID such as 7bfc11d5-f710-47c5-8a98-e04bb5aad310',
  )
  .toLowerCase();
export const submissionIdSchema = z
  .string('is not a submission id: a string of digits (a number would lose digits)')
  .regex(new RegExp(`^${submissionId}$`), 'is not a submission id: a string of 6 to 20 digits');

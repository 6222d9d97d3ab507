import type { TrackRef } from './state.ts';
import type { UploadedBlob } from './upload.ts';

/** A change that the API applied, whatever the caller was answered. */
export type AppliedChange = {
  readonly kind: 'create' | 'update' | 'commit' | 'delete' | 'setPercentage' | 'halt' | 'finalize';
  readonly track: TrackRef;
  readonly submissionId: string;
  /** The upload that a commit took; absent where there was none. */
  readonly blob?: UploadedBlob | undefined;
};
export type LoggedChange = AppliedChange & {
  readonly index: number;
  /** ISO 8601. */
  readonly domainTime: string;
};

/** Every call to the Store, with the words that complete the sentence "could not …". */
export const operations = {
  getApplication: 'read the application',
  listFlights: 'list the flights',
  getFlight: 'read the flight',
  createSubmission: 'create a submission',
  getSubmission: 'read the submission',
  updateSubmission: 'update the submission',
  commitSubmission: 'commit the submission',
  deleteSubmission: 'delete the submission',
  getSubmissionStatus: 'read the status of the submission',
  uploadPackages: 'upload the packages',
  getPackageRollout: 'read the package rollout',
  updateRolloutPercentage: 'change the rollout percentage',
  haltPackageRollout: 'halt the package rollout',
  finalizePackageRollout: 'finalize the package rollout',
  probe: 'reach the Store',
  getAnalytics: 'read the analytics',
  acquireToken: 'get an access token',
  askStore: 'ask the Store',
} as const;

export type StoreOperation = keyof typeof operations;

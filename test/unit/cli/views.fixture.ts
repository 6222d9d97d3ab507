import { rolloutIn, type Standing, submissionIn } from '../../../src/cli/api/views.ts';

/** Documents as the API answers them. */

export const applicationId = '9NBLGGH4R315';
export const submissionId = '1152921504621086517';
export const deliveryId = `${applicationId}.production.5f0c1c2a9be34d11`;
export const rolloutId = `${applicationId}.production.${submissionId}`;

export const rolloutDocument = (change: object = {}) => ({
  id: rolloutId,
  publisher: 'contoso',
  applicationId,
  submissionId,
  policyName: 'standard',
  phase: 'ramping',
  paused: false,
  percentage: 25,
  sentence: 'Baking at 25 % until 2026-11-21 18:00 UTC.',
  createdAt: '2026-11-20T08:00:00.000Z',
  nextLookAt: '2026-11-21T06:10:00.000Z',
  step: { number: 2, of: 4, since: '2026-11-21T06:00:00.000Z', approval: 'notNeeded' },
  evidence: [
    { check: 'crashes', kind: 'good', sentence: '12 of 1000 failed', onBad: 'halt' },
    { check: 'hangs', kind: 'unmeasured', sentence: 'the source is silent', onBad: 'nothing' },
  ],
  policy: { name: 'standard', steps: [5, 25, 50, 100].map((percentage) => ({ percentage, bake: '6h' })) },
  ...change,
});

export const submissionDocument = (change: object = {}) => ({
  id: deliveryId,
  requestId: '5f0c1c2a9be34d11',
  publisher: 'contoso',
  applicationId,
  phase: 'creating',
  ended: false,
  sentence: 'Asking the Store for a draft.',
  createdAt: '2026-11-20T07:00:00.000Z',
  nextLookAt: '2026-11-21T06:00:30.000Z',
  policyName: 'standard',
  rolloutPercentage: 5,
  packages: [{ fileName: 'Contoso.msixupload', bytes: 1_288_490_189 }],
  ...change,
});

export const alertDocument = (change: object = {}) => ({
  id: 'prometheus.0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  sender: 'prometheus',
  format: 'alertmanager',
  title: 'The checkout fails for one in ten',
  status: 'firing',
  labels: { application: applicationId, summary: 'One in ten, and more' },
  startsAt: '2026-11-21T05:00:00.000Z',
  url: 'https://grafana.example/alerting/1',
  firstAt: '2026-11-21T05:00:10.000Z',
  lastAt: '2026-11-21T06:00:00.000Z',
  count: 3,
  matched: true,
  effects: [{ rolloutId, outcome: 'halted', sentence: 'The Store shows the rollout stopped.' }],
  remarks: [],
  ...change,
});

export const trialDocument = (change: object = {}) => ({
  id: 'test.0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  title: 'The checkout fails for one in ten',
  status: 'firing',
  labels: { application: applicationId },
  rollouts: [{ id: rolloutId, would: 'halt' }],
  remarks: [],
  ...change,
});

const sure = (standing: Standing | undefined): Standing => {
  if (!standing) throw new Error('The document is not what the fixture says.');
  return standing;
};
export const rollout = (change?: object): Standing => sure(rolloutIn(rolloutDocument(change)));
export const submission = (change?: object): Standing => sure(submissionIn(submissionDocument(change)));

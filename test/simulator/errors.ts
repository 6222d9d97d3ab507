/** The Store's no: an HTTP status and the body that goes with it. Thrown by the transitions, answered by the server. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** Absent: an answer without a body. */
  readonly body: object | undefined;

  constructor(status: number, body?: object) {
    super(`${status} ${body ? JSON.stringify(body) : 'without a body'}`);
    this.status = status;
    this.body = body;
  }
}

/** The envelope of the submission API's errors. */
const ingestionError = (code: string, message: string, target?: string) => ({
  code,
  data: [],
  details: [],
  message,
  source: 'Ingestion Api',
  target,
});

export const invalidParameter = (message: string, target: string): Refusal =>
  new Refusal(400, ingestionError('InvalidParameterValue', message, target));

export const invalidState = (message: string, target = 'submission'): Refusal =>
  new Refusal(409, ingestionError('InvalidState', message, target));

export const notFound = (what: 'Application' | 'Flight' | 'Submission', status: 403 | 404 = 404): Refusal =>
  new Refusal(status, ingestionError('ResourceNotFound', `${what} not found`, `${what.toLowerCase()}Id`));

/** The answer for a submission that was made or touched in Partner Center. */
export const notCreatedByApi = (target: 'applicationSubmission' | 'flightSubmission'): Refusal =>
  new Refusal(
    400,
    ingestionError(
      'InvalidOperation',
      'Ingestion API can only update, delete, and commit submissions that are created through the API. Please delete the current in-progress submission and create one using the API',
      target,
    ),
  );

export const createConflict = (): Refusal =>
  invalidState('Create submission failed, status code Conflict, reason phrase Conflict');

export const unsupportedFeature = (): Refusal =>
  invalidState(
    'This application uses features that are not supported by the submission API. To perform this operation, use the Dev Center dashboard.',
    'application',
  );

export const onlyJson = (): Refusal => invalidParameter('Only JSON content is accepted', 'mediaType');

export const internalError = (): Refusal =>
  new Refusal(500, {
    code: 'InternalServerError',
    data: [],
    details: [],
    innererror: {
      code: 'UnknownInternalFailure',
      data: [],
      details: [],
      message: 'The service has encountered an unknown internal server error: ',
    },
    message: 'An internal server error occurred while processing the operation.',
    source: 'Ingestion Api',
  });

/** What the gateway in front of the API says, in its own shape. */
export const gatewayError = (statusCode: number, message: string): Refusal =>
  new Refusal(statusCode, { statusCode, message });

export const unauthorized = (): Refusal =>
  gatewayError(401, 'Unauthorized. Access token is missing or invalid.');

/** The analytics API's own envelope. */
export const badAnalyticsQuery = (...problems: string[]): Refusal =>
  new Refusal(400, {
    code: 'BadRequest',
    data: [],
    details: [],
    innererror: {
      code: 'InvalidQueryParameters',
      data: problems,
      details: [],
      message: 'One or More Query Parameters has invalid values.',
      source: 'AnalyticsAPI',
    },
    message: 'The calling client sent a bad request to the service.',
    source: 'AnalyticsAPI',
  });

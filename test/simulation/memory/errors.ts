import { RestError } from '@azure/data-tables';

/** What Azure Tables refuse with: the SDK's own error, with the service's own code. */
const statuses = {
  ResourceNotFound: 404,
  TableNotFound: 404,
  TableAlreadyExists: 409,
  EntityAlreadyExists: 409,
  UpdateConditionNotSatisfied: 412,
  InvalidDuplicateRow: 400,
  InvalidInput: 400,
  InternalError: 500,
  OperationTimedOut: 500,
  ServerBusy: 503,
} as const;
export type TableErrorCode = keyof typeof statuses;

export function tableError(code: TableErrorCode, text: string = code): RestError {
  const odataError = { code, message: { lang: 'en-US', value: text } };
  const error = new RestError(JSON.stringify({ 'odata.error': odataError }), { statusCode: statuses[code] });
  error.details = { odataError };
  return error;
}

/** No answer came: the SDK gives up without a status. */
export const noAnswer = (): RestError => new RestError('socket hang up', { code: 'REQUEST_SEND_ERROR' });

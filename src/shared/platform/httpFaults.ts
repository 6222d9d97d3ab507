/** The faults that come before a connection exists, so before a byte of the request has left. */
const beforeConnection = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** The code of what undici or Node.js threw; it has nothing of the URL, which a message can have. */
export const faultCodeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;

/** Whether nobody can have heard the request. */
export const wasNeverSent = (code: string | undefined): boolean =>
  code !== undefined && beforeConnection.has(code);

/** A header that may have come more than once: its first value. */
export const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

/** The cause of a failure as the end of a sentence: one line, without its full stop. */
export function causeOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, ' ').replace(/\.$/, '').slice(0, 300);
}

const pattern =
  /^(?:(?<days>\d+)\.)?(?<hours>\d{1,2}):(?<minutes>\d{1,2}):(?<seconds>\d{1,2}(?:\.\d{1,7})?)$/;

/** Reads .NET's `[days.]hours:minutes:seconds[.fraction]`, as host.json writes durations; answers milliseconds. */
export function parseTimeSpan(text: string): number {
  const parts = pattern.exec(text)?.groups;
  if (!parts) throw new RangeError(`"${text}" is not a duration such as 00:00:30`);
  const hours = Number(parts.days ?? 0) * 24 + Number(parts.hours);
  return Math.round(((hours * 60 + Number(parts.minutes)) * 60 + Number(parts.seconds)) * 1000);
}

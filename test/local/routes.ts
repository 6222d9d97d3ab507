/** One path segment of a route template. */
type Segment =
  | { kind: 'literal'; text: string }
  | { kind: 'parameter'; name: string; optional: boolean; test: RegExp | undefined }
  | { kind: 'rest'; name: string };

export interface Route {
  template: string;
  segments: readonly Segment[];
}

/** A template that this host cannot route: the app's author changes it. */
export class RouteError extends Error {
  override name = 'RouteError';
}

/** The constraints of ASP.NET Core's routing that one pattern can say. */
const constraints: Readonly<Record<string, RegExp>> = {
  int: /^-?\d{1,10}$/,
  long: /^-?\d{1,19}$/,
  bool: /^(?:true|false)$/i,
  guid: /^[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}$/i,
  alpha: /^[a-z]*$/i,
  decimal: /^-?\d+(?:\.\d+)?$/,
  double: /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i,
  float: /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i,
};

/** Reads a template such as `rollouts/{id}/{step:int?}` or `files/{*path}`. */
export function parseRoute(template: string): Route {
  const segments = pathSegments(template).map((text) => parseSegment(text, template));
  for (const [index, segment] of segments.entries()) {
    const open = segment.kind === 'rest' || (segment.kind === 'parameter' && segment.optional);
    if (open && index < segments.length - 1)
      throw new RouteError(`Only the last segment of "${template}" may be optional or a catch-all`);
  }
  return { template, segments };
}

function parseSegment(text: string, template: string): Segment {
  if (!/[{}]/.test(text)) return { kind: 'literal', text };
  const parts = /^\{(?<rest>\*{1,2})?(?<name>\w+)(?::(?<constraint>\w+))?(?<optional>\?)?\}$/.exec(
    text,
  )?.groups;
  if (!parts?.name) throw new RouteError(`"${text}" in the route "${template}" is not supported here`);
  if (parts.rest) return { kind: 'rest', name: parts.name };
  const test = parts.constraint === undefined ? undefined : constraints[parts.constraint];
  if (parts.constraint !== undefined && test === undefined)
    throw new RouteError(`Unknown constraint "${parts.constraint}" in the route "${template}"`);
  return { kind: 'parameter', name: parts.name, optional: parts.optional !== undefined, test };
}

/** The parameters of a path under a route, or undefined where it does not match. Literals ignore case. */
export function matchRoute(route: Route, pathname: string): Record<string, string> | undefined {
  const path = pathSegments(pathname).map(decodeSegment);
  const params: Record<string, string> = {};
  for (const [index, segment] of route.segments.entries()) {
    if (segment.kind === 'rest') {
      const rest = path.slice(index).join('/');
      return rest === '' ? params : { ...params, [segment.name]: rest };
    }
    const value = path[index];
    if (segment.kind === 'literal') {
      if (value?.toLowerCase() !== segment.text.toLowerCase()) return undefined;
    } else if (value === undefined) {
      if (!segment.optional) return undefined;
    } else {
      if (value === '' || (segment.test && !segment.test.test(value))) return undefined;
      params[segment.name] = value;
    }
  }
  return path.length > route.segments.length ? undefined : params;
}

/** Sorts the more specific route first: a literal before a constrained parameter, a parameter, a catch-all. */
export function compareRoutes(a: Route, b: Route): number {
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index += 1) {
    const difference = precedence(a.segments[index]) - precedence(b.segments[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function precedence(segment: Segment | undefined): number {
  if (segment === undefined) return 0;
  switch (segment.kind) {
    case 'literal':
      return 1;
    case 'parameter':
      return segment.test ? 2 : 3;
    case 'rest':
      return 4;
  }
}

const pathSegments = (path: string): string[] => {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '');
  return trimmed === '' ? [] : trimmed.split('/');
};

/** ASP.NET Core decodes a path but for `%2F`, which stays itself; what cannot be decoded stays too. */
function decodeSegment(segment: string): string {
  try {
    return segment.split(/%2f/i).map(decodeURIComponent).join('%2F');
  } catch {
    return segment;
  }
}

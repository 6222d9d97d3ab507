import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { Identity } from './state.ts';

/** The manifests of packages and bundles, of which the Store needs the identity. */

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  isArray: (name) => name === 'Package',
});

const identitySchema = z.object({
  Name: z.string().min(1),
  Publisher: z.string().min(1),
  Version: z.string().regex(/^\d+(\.\d+){3}$/),
  ProcessorArchitecture: z.string().default('neutral'),
});
const packageSchema = z.object({ Package: z.tuple([z.object({ Identity: identitySchema })]) });
const bundleSchema = z.object({
  Bundle: z.object({
    Identity: identitySchema,
    Packages: z.object({
      Package: z.array(z.object({ Type: z.string().optional(), Architecture: z.string().optional() })),
    }),
  }),
});

/** The identity in an `AppxManifest.xml`, or nothing if there is none to be read. */
export function packageIdentity(xml: string): Identity | undefined {
  const parsed = packageSchema.safeParse(documentOf(xml));
  return parsed.success ? identityOf(parsed.data.Package[0].Identity) : undefined;
}

/** The identity in an `AppxBundleManifest.xml`; its architecture is that of its packages, if they have but one. */
export function bundleIdentity(xml: string): Identity | undefined {
  const parsed = bundleSchema.safeParse(documentOf(xml));
  if (!parsed.success) return undefined;
  const { Identity, Packages } = parsed.data.Bundle;
  const applications = Packages.Package.filter(({ Type }) => Type === 'application');
  const architectures = new Set(applications.flatMap(({ Architecture }) => Architecture ?? []));
  const [only = 'neutral'] = architectures;
  return { ...identityOf(Identity), architecture: architectures.size === 1 ? only : 'neutral' };
}

const identityOf = (found: z.output<typeof identitySchema>): Identity => ({
  name: found.Name,
  publisher: found.Publisher,
  version: found.Version,
  architecture: found.ProcessorArchitecture,
});

function documentOf(xml: string): unknown {
  try {
    return parser.parse(xml, true);
  } catch {
    return undefined;
  }
}

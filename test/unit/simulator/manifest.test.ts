import { expect, test } from 'vitest';
import { bundleIdentity, packageIdentity } from '../../simulator/manifest.ts';

test('a package says who it is, with entities and a prefix of its own', () => {
  const xml = `\uFEFF<?xml version="1.0"?><p:Package xmlns:p="urn:x">
    <p:Identity Name="Contoso.App" Publisher="CN=&quot;Contoso &amp; Sons&quot;, C=US" Version="1.2.3.0" ProcessorArchitecture="arm64"/>
    </p:Package>`;
  expect(packageIdentity(xml)).toEqual({
    name: 'Contoso.App',
    publisher: 'CN="Contoso & Sons", C=US',
    version: '1.2.3.0',
    architecture: 'arm64',
  });
});

test('a package without an architecture is neutral, and a version is no number', () => {
  const xml = '<Package><Identity Name="A" Publisher="CN=A" Version="1.10.0.0"/></Package>';
  expect(packageIdentity(xml)).toMatchObject({ architecture: 'neutral', version: '1.10.0.0' });
});

const bundle = (...architectures: string[]) =>
  `<Bundle><Identity Name="A" Publisher="CN=A" Version="1.0.0.0"/><Packages>${architectures
    .map((one) => `<Package Type="application" Architecture="${one}"/>`)
    .join('')}<Package Type="resource"/></Packages></Bundle>`;

test.each([
  [['x64'], 'x64'],
  [['x64', 'arm64'], 'neutral'],
  [[], 'neutral'],
])('a bundle of %o has the architecture %s', (architectures, architecture) => {
  expect(bundleIdentity(bundle(...architectures))).toMatchObject({ name: 'A', architecture });
});

test.each([
  ['nothing', ''],
  ['text', 'no markup'],
  ['markup that is broken off', '<Package><Identity Name="A"'],
  ['no identity', '<Package/>'],
  ['a version of three parts', '<Package><Identity Name="A" Publisher="CN=A" Version="1.0.0"/></Package>'],
])('is none in %s', (_what, xml) => {
  expect(packageIdentity(xml)).toBeUndefined();
  expect(bundleIdentity(xml)).toBeUndefined();
});

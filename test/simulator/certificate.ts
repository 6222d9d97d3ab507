import { generate } from 'selfsigned';

/** A self-signed certificate for an IP address and `localhost`, valid for a day; it is its own authority. */
export async function createCertificate(ip: string): Promise<{ key: string; cert: string }> {
  const made = await generate([{ name: 'commonName', value: 'Store simulator' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

import { PROVIDERS } from '@patchbay/providers';
import type { Manifest } from '../manifest/check-manifest.ts';
import type { NewFinding, Scanner } from './scanner.ts';

/**
 * Connections that no call could use, because of an unknown provider or one whose hosts the connector does not declare; and
 * exceptions from what the platform enforces, which an owner has to see.
 */
export const scanConnections: Scanner = ({ manifest }) => [
  ...scanDeclared(manifest),
  ...manifest.egress.flatMap(({ host, reads = [], anonymous }): NewFinding[] => [
    ...(reads.length === 0
      ? []
      : [
          {
            rule: 'egress_declared_reads',
            severity: 'warning' as const,
            subject: host,
            message: `Tools that only read may send ${reads.map(({ method, path }) => `${method} ${path}`).join(', ')}: the author declares that this changes nothing.`,
            hint: 'Compare it with the documentation of the service before the version is activated.',
          },
        ]),
    ...(anonymous
      ? [
          {
            rule: 'egress_anonymous',
            severity: 'warning' as const,
            subject: host,
            message:
              'Requests to this host may be sent without the caller’s account, so what they carry is not bound to it.',
            hint: 'Leave anonymous out unless the connector needs public data of the provider.',
          },
        ]
      : []),
  ]),
];

const scanDeclared = (manifest: Manifest) =>
  Object.entries(manifest.connections ?? {}).flatMap(([name, { provider }]) =>
    scanConnection(manifest, name, provider),
  );

function scanConnection({ egress }: Manifest, name: string, id: string): NewFinding[] {
  // An organization's own provider: its owner may add it after the deploy, and its hosts are not known here.
  if (id.startsWith('own-')) return [];
  const provider = PROVIDERS.find((known) => known.id === id);
  if (!provider) {
    return [
      {
        rule: 'connection_provider_unknown',
        severity: 'warning',
        subject: name,
        message: `There is no provider ${id}, so no account can be linked for this connection.`,
        hint: 'Name a provider of the catalogue (docs/providers.md), or own-… for one that an owner adds to the organization.',
      },
    ];
  }
  const templates = provider.perCustomerHost?.templates.map((template) => template.slice(template.indexOf('.'))) ?? [];
  const isReached = egress.some(
    ({ host }) => provider.credentialHosts.includes(host) || templates.some((suffix) => host.endsWith(suffix)),
  );
  if (isReached) return [];
  const hosts = [...provider.credentialHosts, ...templates.map((suffix) => `*${suffix}`)];
  return [
    {
      rule: 'connection_without_egress',
      severity: 'warning',
      subject: name,
      message: `The connector declares no host of ${provider.name}, so it cannot use this connection.`,
      hint: `Add its host to egress: ${hosts.slice(0, 5).join(', ')}.`,
    },
  ];
}

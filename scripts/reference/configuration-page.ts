/** `docs/configuration.md`, from the schemas that read the environments. */
import type { Environment } from './environments.ts';
import { renderTable } from './render-table.ts';

const INTRODUCTION = `# Configuration

Every process reads its environment once, at start, and names every problem at once when it refuses to start. An empty
variable counts as unset. Variables that several processes read mean the same in each.

In addition, each process reads \`NODE_EXTRA_CA_CERTS\` (further certificate authorities, PEM), \`TZ\`, and the variables of
OpenTelemetry that begin with \`OTEL_\`; without \`OTEL_EXPORTER_OTLP_ENDPOINT\` nothing is exported.
`;

export function renderConfigurationPage(environments: readonly Environment[]): string {
  const sections = environments.map(({ title, introduction, variables }) => {
    const rows = variables.map(({ name, comment, isRequired, standard }) => [
      `\`${name}\``,
      isRequired ? 'required' : standard === null ? '' : `\`${standard}\``,
      comment,
    ]);
    return `## ${title}\n\n${introduction}\n\n${renderTable(['Variable', 'Default', 'Meaning'], rows)}\n`;
  });
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

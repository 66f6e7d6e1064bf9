import type { Manifest } from '../manifest/check-manifest.ts';
import { checkCsp, isWithin, originsOf } from '../pages/check-csp.ts';
import { uiOf } from '../pages/page-uris.ts';
import type { ReadPage } from '../pages/read-pages.ts';
import { findSecrets } from './scan-secrets.ts';
import type { NewFinding } from './scanner.ts';

/** @see MCP Apps 2026-01-26, "UI Resource Format" */
const MIME_TYPE = 'text/html;profile=mcp-app';
const BYTES_LARGE = 500 * 1024;

/**
 * Resources that hosts refuse or show as an empty frame, and facts about the pages of a version for a person. Not a
 * scanner like the others: pages are checked where they are read, because they are too large to be kept.
 */
export function scanPages(manifest: Pick<Manifest, 'tools'>, pages: readonly ReadPage[]): NewFinding[] {
  return [...manifest.tools.flatMap(scanTool), ...pages.flatMap(scanPage)];
}

function scanTool(tool: Manifest['tools'][number]): NewFinding[] {
  const { resourceUri, earlierUri } = uiOf(tool);
  const uri = resourceUri ?? earlierUri;
  if (uri === undefined) return [];
  const finding = (rule: string, severity: NewFinding['severity'], message: string, hint: string): NewFinding => ({
    rule,
    severity,
    subject: tool.name,
    message,
    hint,
  });
  if (!uri.startsWith('ui://')) {
    return [finding('ui_scheme', 'error', 'The page of the tool is no ui:// resource.', 'Name a ui:// resource.')];
  }
  if (resourceUri === undefined || earlierUri === undefined) {
    const hint = 'Set both `_meta.ui.resourceUri` and `_meta["ui/resourceUri"]`, as appTool does.';
    return [finding('ui_one_key', 'info', 'Some hosts will not find the page: one of its two keys is missing.', hint)];
  }
  return [];
}

function scanPage(read: ReadPage): NewFinding[] {
  if (!read.ok) {
    return [
      {
        rule: 'ui_missing',
        severity: 'error',
        subject: read.tools[0] ?? read.uri,
        message: `${read.uri} cannot be read: ${read.reason}.`,
        hint: 'Register the resource that the tool names; it has to be readable without a person and without secrets.',
      },
    ];
  }
  const { page, mimeType, html } = read;
  const finding = (rule: string, severity: NewFinding['severity'], message: string, hint: string): NewFinding => ({
    rule,
    severity,
    subject: page.uri,
    message,
    hint,
  });
  const findings: NewFinding[] = [];
  if (mimeType !== MIME_TYPE) {
    const message = `The type is ${JSON.stringify(mimeType.slice(0, 100))}; hosts show ${MIME_TYPE} only.`;
    findings.push(finding('ui_mime_type', 'error', message, `Give the content the mimeType ${MIME_TYPE}.`));
  }
  for (const { severity, message } of checkCsp(page.meta.csp)) {
    findings.push(finding('ui_csp', severity, message, 'Name the exact origins the page needs, each with https://.'));
  }
  for (const what of findSecrets(html)) {
    const hint = 'Every person who sees the page has it. Withdraw it, and let a tool do the work that needs it.';
    findings.push(finding('ui_secret', 'error', `The page holds ${what}.`, hint));
  }
  return [...findings, ...scanHtml(read, finding)];
}

type MakeFinding = (rule: string, severity: NewFinding['severity'], message: string, hint: string) => NewFinding;

/** Features that a frame without further origins in its CSP does not have. */
function scanHtml({ page, html }: Extract<ReadPage, { ok: true }>, finding: MakeFinding): NewFinding[] {
  const findings: NewFinding[] = [];
  if (page.bytes > BYTES_LARGE) {
    const message = `The page has ${Math.round(page.bytes / 1024)} KB; people wait for all of it.`;
    findings.push(finding('ui_large', 'warning', message, 'Leave large libraries and data out of the page.'));
  }
  const allowed = originsOf(page.meta.csp, 'resourceDomains');
  const blocked = addressesIn(html).find((address) => !isWithin(address, allowed));
  if (blocked) {
    const message = `The page loads something from ${blocked.origin}, which its CSP does not name: it will be missing.`;
    findings.push(finding('ui_blocked', 'warning', message, 'Build it into the page, or name it in resourceDomains.'));
  }
  const relative = /<(?:script|img|source)\b[^>]*\bsrc\s*=\s*["']?(?![a-z][a-z0-9+.-]*:|\/\/|#)([^"'\s>]+)/i.exec(html);
  if (relative) {
    const message = `The page refers to ${relative[1]?.slice(0, 100)}, but a frame has no folder: it will be missing.`;
    findings.push(finding('ui_blocked', 'warning', message, 'Build it into the page.'));
  }
  if (/\beval\s*\(|\bnew\s+Function\s*\(/.test(html)) {
    const message = 'A script of the page uses dynamic code evaluation (eval), which hosts do not allow.';
    findings.push(finding('ui_code_generation', 'warning', message, 'Use a library, or a build of it, that does not.'));
  }
  return findings;
}

const LOADED = /<(?:script|img|source|video|audio)\b[^>]*\bsrc\s*=\s*["']?(https?:\/\/[^"'\s>]+)/gi;
const LINKED = /<link\b[^>]*\bhref\s*=\s*["']?(https?:\/\/[^"'\s>]+)/gi;

function addressesIn(html: string): URL[] {
  return [...html.matchAll(LOADED), ...html.matchAll(LINKED)].flatMap(([, address = '']) =>
    URL.canParse(address) ? [new URL(address)] : [],
  );
}

import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import './global.css';
import { ColorSchemeScript, mantineHtmlProps } from '@mantine/core';
import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { STRINGS } from '../lib/strings.ts';
import { Providers } from './providers.tsx';

/** Holds back a form marked `data-early` until its own script is ready, and notes that it was sent. */
const HOLD_EARLY_FORMS = `document.addEventListener('submit', (event) => {
  if (event.target.dataset.early === undefined) return;
  event.preventDefault();
  event.target.dataset.early = 'sent';
}, true);`;

export const metadata: Metadata = {
  title: { default: STRINGS.product, template: `%s · ${STRINGS.product}` },
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
    { media: '(prefers-color-scheme: dark)', color: '#1a1b1e' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Reading the header also makes every page rendered per request, as a nonce demands.
  const nonce = (await headers()).get('x-nonce') ?? '';
  return (
    <html lang="en" {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" nonce={nonce} />
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of this file */}
        <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: HOLD_EARLY_FORMS }} />
      </head>
      <body>
        <Providers nonce={nonce}>{children}</Providers>
      </body>
    </html>
  );
}

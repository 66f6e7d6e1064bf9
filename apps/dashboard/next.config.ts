import path from 'node:path';
import type { NextConfig } from 'next';

const repository = path.resolve(import.meta.dirname, '../..');

const config: NextConfig = {
  basePath: '/dashboard',
  output: 'standalone',
  outputFileTracingRoot: repository,
  turbopack: { root: repository },
  transpilePackages: ['@patchbay/api-client', '@patchbay/foundation', '@patchbay/policy'],
  poweredByHeader: false,
  // The gateway compresses for all clients; no image here needs a server.
  compress: false,
  images: { unoptimized: true },
  devIndicators: false,
  // `npm run check` checks the types of all packages; here they would only make a first start wait.
  typescript: { ignoreBuildErrors: true },
};

export default config;

FROM node:24-bookworm-slim AS build
WORKDIR /app
ENV NEXT_TELEMETRY_DISABLED=1
COPY . .
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --filter "@patchbay/dashboard..."
RUN cd apps/dashboard && node node_modules/next/dist/bin/next build

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1
COPY --from=build /app/apps/dashboard/.next/standalone ./
COPY --from=build /app/apps/dashboard/.next/static apps/dashboard/.next/static
USER 10001:10001
CMD ["node", "apps/dashboard/server.js"]

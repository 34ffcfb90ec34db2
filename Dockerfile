# The server in production mode. It needs DATABASE_URL, PUBLIC_URL and SECRET_KEY, and says which of them is missing.
# TLS comes from a proxy named in TRUSTED_PROXIES, or from TLS_CERT and TLS_KEY.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN npm ci --no-audit
COPY prisma.config.ts ./
COPY prisma prisma
COPY src src
COPY views views
# The guides that are read on a shelf of code, too.
COPY docs docs
COPY examples examples
COPY packages/verify/README.md packages/verify/README.md
COPY .env.example ./
# What generates the database client is a development dependency; what it generated stays. Prisma's command line is also
# an optional companion of its client, and would be most of the image.
RUN node src/platform/database-generate.ts && npm prune --omit=dev --omit=optional --no-audit
# Whoever cloned with a strict umask would otherwise build an image that only root can read.
RUN chmod -R a+rX .

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app ./
# The only folder that is written to; mount a volume here and the rest may be read-only.
RUN install -d -o 65534 -g 65534 -m 0700 /var/lib/keygrant
# All addresses, so that the mode is production whatever PUBLIC_URL is.
ENV HOST=0.0.0.0 PORT=3000 DATA_DIR=/var/lib/keygrant NODE_ENV=production
USER 65534:65534
EXPOSE 3000
# Asks this very process, so the certificate (made for the public name) proves nothing here and is not checked.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s \
  CMD ["node", "--no-warnings", "--eval", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; const { PORT, TLS_CERT } = process.env; fetch(`${TLS_CERT ? 'https' : 'http'}://127.0.0.1:${PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The process itself, with no shell or npm in between: SIGTERM reaches it, and it drains. Young objects get 8 MiB instead of
# 16: under load that is some 100 MiB less resident, for a few hundredths of the speed.
CMD ["node", "--max-semi-space-size=8", "src/main.ts"]

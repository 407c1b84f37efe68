# The bridge in a container: `docker build -t enginy-bridge .`
# The image has Node, the program and nothing else: no shell, no package manager.
# Pinned by version. To pin the content, build with the digest that your registry names: see docs/deploy.md.
ARG NODE_IMAGE=node:24.21.0-alpine

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY . .
# The steps are a script, so that they can be run and tested without a container engine.
RUN sh deploy/assemble /app

FROM scratch
COPY --from=build /lib/ld-musl-*.so.1 /lib/
COPY --from=build /usr/lib/libstdc++.so.6 /usr/lib/libgcc_s.so.1 /usr/lib/
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /app /app
# Captures, journal and other state: mount a volume here.
COPY --from=build --chown=10001:10001 /app/empty /data
COPY --from=build --chown=10001:10001 /app/empty /tmp
WORKDIR /app
USER 10001:10001
ENV PATH=/usr/local/bin NODE_ENV=production HOST=0.0.0.0 PORT=3000 \
    DATA_DIR=/data/journal CAPTURE_DIR=/data/captures STOP_DELAY_MS=5000
EXPOSE 3000
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["node", "bin/probe.js"]
# Node handles signals and starts no other program: it needs no init process.
ENTRYPOINT ["node", "--max-semi-space-size=4"]
CMD ["dist/src/main.js"]
LABEL org.opencontainers.image.title="enginy-bridge" \
      org.opencontainers.image.description="Lets Enginy use HubSpot as its custom CRM" \
      org.opencontainers.image.licenses="MIT"

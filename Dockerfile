# The image of Cowrite: one Node process as a user without rights, on a root file system that is never written.
#
# The current LTS of Node (26) on Debian builds it; the result holds only that Node, the shared libraries it
# loads, and the server. Why not the base image itself, or Alpine: node:26-trixie-slim alone is larger than
# 200 MB (Debian 79 MB, Node 150 MB, npm and yarn), and on Alpine's musl LevelDB's binding has crashed
# (Level/classic-level#41) where Debian's glibc is what every test runs on. There is no shell in the image:
# nothing to break into, nothing to update but Node and five libraries, which image scanners find listed in
# /var/lib/dpkg/status.d.

FROM node:26-trixie-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY protocol/package.json protocol/
COPY persistence/package.json persistence/
COPY client/package.json client/
COPY editor/package.json editor/
COPY server/package.json server/
COPY test/package.json test/
COPY bench/package.json bench/
COPY examples/package.json examples/

FROM manifests AS build
RUN npm ci
COPY . .
RUN node scripts/build.mjs

FROM manifests AS production
RUN npm ci --omit=dev -w @cowrite/server
COPY scripts/image-root.mjs /
RUN node /image-root.mjs /app /image && mkdir /empty

FROM scratch
COPY --from=production /image/ /
# The one place that is written. Owned here, so that a named volume made over it belongs to the user, too.
COPY --from=production --chown=10001:10001 /empty /data
WORKDIR /app
COPY --from=production /app/node_modules node_modules
COPY --from=production /app/package.json ./
COPY --from=production /app/protocol protocol
COPY --from=production /app/persistence persistence
COPY --from=production /app/server server
COPY --from=build /app/protocol/dist protocol/dist
COPY --from=build /app/persistence/dist persistence/dist
COPY --from=build /app/server/dist server/dist
COPY --from=build /app/editor/dist/page editor/dist/page

# glibc keeps what was freed between things that stay. With these, memory of 16 kB or more goes back at once:
# half as much is resident while documents are open, and what they took is given back when they close.
ENV PATH=/usr/local/bin NODE_ENV=production HOST=0.0.0.0 PORT=1234 COWRITE_DATA=/data MALLOC_MMAP_THRESHOLD_=16384 MALLOC_TRIM_THRESHOLD_=131072
USER 10001:10001
VOLUME /data
EXPOSE 1234
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["node", "/app/server/dist/main.js", "health"]
# Exec form: Node is PID 1 and gets SIGTERM itself; the server then flushes and ends with 0 within 8 s.
ENTRYPOINT ["node", "/app/server/dist/main.js"]
CMD ["serve"]

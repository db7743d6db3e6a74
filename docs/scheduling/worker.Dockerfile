# Copy next to package.json, its lock file, hubgen.portals.ts and portals/. The image contains no settings: they come from
# the environment or from files of secrets.
FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY hubgen.portals.ts ./
COPY --chown=node:node portals ./portals
USER node
# Run logs would be lost with the container; the database has the same lines.
ENV HUBGEN_LOGS=off
ENTRYPOINT ["node_modules/.bin/hubgen"]
CMD ["worker", "--slots", "8"]

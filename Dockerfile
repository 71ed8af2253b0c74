# The program alone; PostgreSQL is another container (see docker-compose.yml) or a managed server, named by DATABASE_URL.
FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/build/target \
    SQLX_OFFLINE=true cargo build --release --locked --bin nakadachi && cp target/release/nakadachi /nakadachi

FROM debian:bookworm-slim
# pg_dump and pg_restore serve `nakadachi backup` and `nakadachi restore`; the font is embedded in PDFs.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates fonts-ipafont-gothic postgresql-client-15 tzdata \
    && rm -rf /var/lib/apt/lists/* && useradd --system --create-home --home-dir /var/lib/nakadachi nakadachi
COPY --from=build /nakadachi /usr/local/bin/nakadachi
USER nakadachi
ENV NAKADACHI_DATA_DIR=/var/lib/nakadachi NAKADACHI_LISTEN=0.0.0.0:8080 NAKADACHI_LOG_FORMAT=json
VOLUME /var/lib/nakadachi
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["nakadachi"]
CMD ["serve"]

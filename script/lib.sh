# Shared by the commands in this folder: what is missing, how to install it, a throwaway PostgreSQL.
# Sourced, not run.

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
fail() { printf 'script: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else fail "installing packages needs root, and there is no sudo. As root, run: $*"
  fi
}

# The folder with initdb and postgres, version 15 or newer; fails when there is none.
postgres_folder() {
  local candidate version best= best_version=0
  for candidate in $(type -ap initdb 2>/dev/null | xargs -r -n1 dirname) /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin; do
    [ -x "$candidate/initdb" ] && [ -x "$candidate/postgres" ] || continue
    version=$("$candidate/postgres" --version | sed -E 's/.*\(PostgreSQL\) ([0-9]+).*/\1/')
    if [ "$version" -ge 15 ] && [ "$version" -gt "$best_version" ]; then best=$candidate best_version=$version; fi
  done
  [ -n "$best" ] && printf '%s\n' "$best"
}

# install_missing "why" package...: installs with apt what is not installed; says so first.
install_missing() {
  local why=$1 missing=() package
  shift
  if ! have apt-get; then
    [ $# = 0 ] || fail "please install ($why): $*. This script installs by itself on Debian and Ubuntu only"
    return 0
  fi
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return 0
  say "Installing from the distribution's packages ($why): ${missing[*]}"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# PostgreSQL's programs, without the system-wide cluster that the package would otherwise create and start.
install_postgres() {
  postgres_folder >/dev/null && return 0
  have apt-get || fail "please install PostgreSQL 15 or newer, with its server programs on PATH"
  local offered configuration=/etc/postgresql-common/createcluster.d/nakadachi.conf
  say "Installing from the distribution's packages (the database): postgresql"
  as_root apt-get update -q
  offered=$(apt-cache policy postgresql | sed -nE 's/ *Candidate: ([0-9]+).*/\1/p')
  [ "${offered:-0}" -ge 15 ] ||
    fail "this distribution offers PostgreSQL ${offered:-none}; 15 or newer is needed (https://www.postgresql.org/download/)"
  as_root mkdir -p "$(dirname "$configuration")"
  echo 'create_main_cluster = false' | as_root tee "$configuration" >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql
  as_root rm -f "$configuration"
  postgres_folder >/dev/null || fail "postgresql was installed, but its server programs are not under /usr/lib/postgresql"
}

# A Japanese font for PDFs, unless one that the program looks for is there (src/export/pdf/fonts.rs).
install_font() {
  local candidate
  for candidate in "${NAKADACHI_PDF_FONT:-}" /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc \
    /usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc /usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc \
    /usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf /usr/share/fonts/opentype/ipafont-gothic/ipag.ttf \
    /usr/share/fonts/ipa-gothic/ipag.ttf; do
    [ -n "$candidate" ] && [ -f "$candidate" ] && return 0
  done
  have apt-get || { say "No Japanese font was found: PDFs need Noto Sans CJK or an IPA font"; return 0; }
  install_missing "Japanese in PDFs" fonts-ipafont-gothic
}

# What compiling needs: Rust itself is the one thing that must be there.
install_compiler() {
  have cargo || fail "the Rust toolchain is missing: https://rustup.rs"
  have cc || install_missing "a linker for Rust" gcc libc6-dev
}

# start_postgres FOLDER: a throwaway server for tests: fast, not durable, unix socket only. Prints its URL; ends by stop_postgres.
start_postgres() {
  local folder=$1 programs
  programs=$(postgres_folder)
  mkdir -p "$folder"
  if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    in_postgres() { (cd / && setpriv --reuid postgres --regid postgres --init-groups env -u PGDATA LC_ALL=C.UTF-8 "$@"); }
  else
    in_postgres() { env -u PGDATA LC_ALL=C.UTF-8 "$@"; }
  fi
  in_postgres "$programs/initdb" -D "$folder/data" -U nakadachi -E UTF8 --locale-provider=icu --icu-locale=ja-JP \
    --locale=C.UTF-8 -A trust --no-sync --no-instructions >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; return 1; }
  in_postgres "$programs/pg_ctl" -s -w -D "$folder/data" -l "$folder/postgres.log" start -o "\
    -c listen_addresses='' -c unix_socket_directories='$folder' -c max_connections=300 -c shared_buffers=256MB \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c jit=off -c max_wal_size=4GB" >&2 ||
    { cat "$folder/postgres.log" >&2; return 1; }
  printf 'postgres://nakadachi@localhost/postgres?host=%s\n' "$folder"
}

stop_postgres() {
  local folder=$1 pid
  pid=$(head -n1 "$folder/data/postmaster.pid" 2>/dev/null) || return 0
  kill -QUIT "$pid" 2>/dev/null || true
  while [ -e "$folder/data/postmaster.pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}
